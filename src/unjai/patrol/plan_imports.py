"""Risk by place and hour from a sheet: a row a place (or seven, a day each), a column an hour; and the sheet of all."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from unjai.model.actor import Actor
from unjai.model.clock import Clock
from unjai.model.errors import UnjaiError
from unjai.model.ids import StationId
from unjai.patrol.flows.plan_risk import MANAGE, put_back, take_risk
from unjai.patrol.flows.plans import READ
from unjai.patrol.store import plans as store
from unjai.platform.database import Tx
from unjai.territory.kinds import Field, ImportKind
from unjai.territory.rules import fields
from unjai.territory.rules.geojson import Broken, Feature, Note
from unjai.territory.rules.sheet import ImportReport, Row, Sheet, read_rows

HOURS = tuple(f"h{hour:02d}" for hour in range(24))
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_THAI_DAYS = ("จันทร์", "อังคาร", "พุธ", "พฤหัสบดี", "ศุกร์", "เสาร์", "อาทิตย์")
_THAI_SHORT = ("จ", "อ", "พ", "พฤ", "ศ", "ส", "อา")
_ENGLISH_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_DAY_WORDS = {
    said: day
    for day, name, short, english in zip(DAYS, _THAI_DAYS, _THAI_SHORT, _ENGLISH_DAYS, strict=True)
    for said in (name, f"วัน{name}", short, f"{short}.", english)
} | {"พฤหัส": "thu"}
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
    Field(
        name="day",
        th="วันในสัปดาห์",
        en="Day of the week",
        also=("วัน", "day", "weekday"),
        words=_DAY_WORDS,
        example="",
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
    """Read one row; an hour that is left out is nought, a row without any hour is refused.

    A row without a day holds for every day that has no row of its own.
    """
    del note
    said = feature.properties
    day = fields.choice(said, "day", dict.fromkeys(DAYS), "")
    code = fields.text(said, "code", limit=80)
    if not code:
        raise UnjaiError("row_key_missing", 422)
    told = [fields.real(said, name, 0.0, MOST) for name in HOURS]
    if all(value is None for value in told):
        raise UnjaiError("patrol_risk_hours", 422, place=code)
    values = {"code": code, "day": day, "by_hour": [value or 0.0 for value in told]}
    return Row(row=feature.row, key=f"{code} {day}".strip(), values=values)


def weeks_of(sheet: Sheet) -> dict[str, list[float]]:
    """Return each place's 24 or 168 figures; rows of days that make no whole week are refused."""
    rows: dict[str, dict[str, Row]] = {}
    for row in sheet.rows:
        rows.setdefault(row.values["code"], {})[row.values["day"]] = row
    found: dict[str, list[float]] = {}
    for code, days in rows.items():
        if set(days) == {""}:
            found[code] = days[""].values["by_hour"]
        elif "" in days or len(days) == len(DAYS):
            found[code] = [hour for day in DAYS for hour in (days.get(day) or days[""]).values["by_hour"]]
        else:
            missing = ", ".join(day for day in DAYS if day not in days)
            for row in days.values():
                sheet.refuse(row.row, row.key, UnjaiError("patrol_risk_days", 422, place=code, days=missing))
                sheet.rows.remove(row)
    return found


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
    stood = {row["place"]: row for row in await store.risk(tx, station_id)}
    there = {place: row["by_hour"] for place, row in stood.items()}
    named = weeks_of(sheet)
    added = [place for place in named if place not in there]
    changed = [place for place, hours in named.items() if place in there and there[place] != hours]
    gone = [place for place in there if place not in named] if replace else []
    if not dry_run:
        await take_risk(tx, actor, clock, station_id=station_id, by_place=named, source="file", whole=replace)
    undo = {
        "took": {place: named[place] for place in (*added, *changed)},
        "stood": {place: _kept(stood[place]) for place in (*changed, *gone)},
    }
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
        undo=None if dry_run else undo,
    )


def _kept(row: Mapping[str, Any]) -> dict[str, Any]:
    return {"by_hour": row["by_hour"], "source": row["source"]}


async def undo_sheet(tx: Tx, actor: Actor, clock: Clock, *, station_id: StationId, undo: Mapping[str, Any]) -> int:
    """Take an import back, if none of its places was given other risk since; else `import_undo_late` (409)."""
    return await put_back(tx, actor, clock, station_id=station_id, took=undo["took"], stood=undo["stood"])


async def list_risk(tx: Tx, actor: Actor, *, station_id: StationId) -> list[Feature]:
    """List the risk as a sheet that an import would leave unchanged: a week is seven rows."""
    actor.must(READ)
    listed: list[Feature] = []
    for row in await store.risk(tx, station_id):
        hours = row["by_hour"]
        for start in range(0, len(hours), 24):
            said: dict[str, Any] = {"code": row["place"], **dict(zip(HOURS, hours[start : start + 24], strict=True))}
            if len(hours) > len(HOURS):
                said["day"] = DAYS[start // 24]
            listed.append(Feature(row=len(listed) + 1, properties=said, geometry=None))
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
    undo=undo_sheet,
    replaces=True,
)

IMPORT_KINDS = (RISK,)
"""What plans bring to `IMPORT_KINDS` of `roles/web.py`."""
