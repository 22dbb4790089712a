"""Risk by place and hour from a sheet: a row a place, a column an hour; and the sheet of all that is there."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from unjai.model.actor import Actor
from unjai.model.clock import Clock
from unjai.model.errors import UnjaiError
from unjai.model.ids import StationId
from unjai.patrol.flows.plan_risk import MANAGE, take_risk
from unjai.patrol.flows.plans import READ
from unjai.patrol.store import plans as store
from unjai.platform.database import Tx
from unjai.territory.kinds import Field, ImportKind
from unjai.territory.rules import fields
from unjai.territory.rules.geojson import Broken, Feature, Note
from unjai.territory.rules.sheet import ImportReport, Row, read_rows

HOURS = tuple(f"h{hour:02d}" for hour in range(24))
MOST = 1_000_000.0

COLUMNS = (
    Field(
        name="code",
        th="รหัสสถานที่",
        en="Place code",
        also=("รหัส", "รหัสจุดตรวจ", "จุดตรวจ", "code", "id", "place"),
        example="A-01",
        needed=True,
    ),
    *(
        Field(
            name=name,
            th=f"{hour:02d}.00",
            en=f"{hour:02d}:00",
            also=(str(hour), f"{hour:02d}", f"h{hour}", f"{hour}.00", f"{hour}:00", f"{hour:02d}.00 น."),
            example="1.5" if hour in {20, 21, 22, 23} else "0.5",
        )
        for hour, name in enumerate(HOURS)
    ),
)


def read_risk(feature: Feature, note: Note) -> Row:
    """Read one row; an hour that is left out is nought, a row without any hour is refused."""
    del note
    said = feature.properties
    code = fields.text(said, "code", limit=80)
    if not code:
        raise UnjaiError("row_key_missing", 422)
    told = [fields.real(said, name, 0.0, MOST) for name in HOURS]
    if all(value is None for value in told):
        raise UnjaiError("patrol_risk_hours", 422, place=code)
    return Row(row=feature.row, key=code, values={"by_hour": [value or 0.0 for value in told]})


async def take_sheet(
    tx: Tx,
    actor: Actor,
    clock: Clock,
    *,
    station_id: StationId,
    features: Sequence[Feature | Broken],
    dry_run: bool,
    replace: bool,
) -> ImportReport:
    """Take a table of risk; `replace` removes the places it does not name."""
    actor.must(MANAGE)
    sheet = read_rows(features, read_risk)
    there = {row["place"]: row["by_hour"] for row in await store.risk(tx, station_id)}
    named = {row.key: row.values["by_hour"] for row in sheet.rows}
    added = [place for place in named if place not in there]
    changed = [place for place, hours in named.items() if place in there and there[place] != hours]
    gone = [place for place in there if place not in named] if replace else []
    if not dry_run:
        await take_risk(tx, actor, clock, station_id=station_id, by_place=named, source="file", whole=replace)
    outcome = repr((sorted(named.items()), sorted(added), sorted(changed), sorted(gone)))
    return ImportReport(
        total=sheet.total,
        accepted=len(sheet.rows),
        added=len(added),
        updated=len(changed),
        unchanged=len(named) - len(added) - len(changed),
        removed=len(gone),
        refused=tuple(sheet.refused),
        warnings=tuple(sheet.warnings),
        version=0,
        dry_run=dry_run,
        outcome=hashlib.sha256(outcome.encode()).hexdigest(),
        undo=None,
    )


async def list_risk(tx: Tx, actor: Actor, *, station_id: StationId) -> list[Feature]:
    """List the risk as a sheet that an import would leave unchanged; a week is told by its mean day."""
    actor.must(READ)
    listed: list[Feature] = []
    for number, row in enumerate(await store.risk(tx, station_id), 1):
        hours = row["by_hour"]
        days = len(hours) // 24
        mean = [round(sum(hours[hour::24]) / days, 6) for hour in range(24)]
        listed.append(
            Feature(row=number, properties={"code": row["place"], **dict(zip(HOURS, mean, strict=True))}, geometry=None)
        )
    return listed


RISK = ImportKind(
    key="patrol-risk",
    th="ความเสี่ยงรายจุดรายชั่วโมง",
    en="Risk by place and hour",
    right=MANAGE,
    read_right=READ,
    fields=COLUMNS,
    take=take_sheet,
    listing=list_risk,
    replaces=True,
)

IMPORT_KINDS = (RISK,)
"""What plans bring to `IMPORT_KINDS` of `roles/web.py`."""
