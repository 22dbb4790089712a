"""Cases from a list, as a station's crime system writes it out; and the list of all that are there."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace as altered
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

import msgspec

from unjai.evaluate.rules.cases.persons import refuse_persons
from unjai.evaluate.rules.cases.reading import COLUMNS, read_case
from unjai.evaluate.store import cases as store
from unjai.model.actor import Actor
from unjai.model.clock import BANGKOK, Clock
from unjai.model.errors import UnjaiError
from unjai.model.ids import StationId, named_id, new_id
from unjai.platform.audit import audit
from unjai.platform.database import Tx
from unjai.territory.kinds import ImportKind
from unjai.territory.records import Place
from unjai.territory.rules.geojson import Broken, Feature
from unjai.territory.rules.sheet import ImportReport, Sheet, read_rows
from unjai.territory.store.reads import places_of, zones_of
from unjai.territory.words import search_key, without_generic

READ, MANAGE = "figures.read", "figures.manage"
_ROUND_DEGREES = 0.5
"""A station's cases lie within about 55 km of its zones; farther points are mistakes."""


async def take_cases(
    tx: Tx,
    actor: Actor,
    clock: Clock,
    *,
    station_id: StationId,
    features: Sequence[Feature | Broken],
    dry_run: bool,
    replace: bool,
) -> ImportReport:
    """Take a list of cases: new ones are added, known ones (by case number) replaced, what they said before is kept."""
    del replace
    actor.must(MANAGE)
    whole = await tx.conn.begin_nested()
    today = clock.now().astimezone(BANGKOK).date()
    sheet = read_rows(features, partial(read_case, today=today, near=await _around(tx, station_id)))
    _place(sheet, await places_of(tx, station_id))
    done, undo = await _write(tx, actor, clock, station_id, sheet)
    if dry_run:
        await whole.rollback()
    else:
        await whole.commit()
        facts: dict[str, object] = {**{name: len(keys) for name, keys in done.items()}, "refused": len(sheet.refused)}
        subject = f"station:{station_id}"
        await audit(tx, actor, clock, action="figures.case.import", subject=subject, facts=facts, station_id=station_id)
    outcome = repr((sorted(done.items()), [(row.key, sorted(row.values.items(), key=str)) for row in sheet.rows]))
    return ImportReport(
        total=sheet.total,
        accepted=sheet.total - len(sheet.refused),
        added=len(done["added"]),
        updated=len(done["updated"]),
        unchanged=len(done["unchanged"]),
        removed=0,
        refused=tuple(sheet.refused),
        warnings=tuple(sheet.warnings),
        version=0,
        dry_run=dry_run,
        outcome=hashlib.sha256(outcome.encode()).hexdigest(),
        undo=None if dry_run else undo,
    )


async def _around(tx: Tx, station_id: StationId) -> tuple[float, float, float, float] | None:
    """Return west, south, east, north of where a station's cases lie; None where it has no zone yet."""
    middles = [(zone.lon, zone.lat) for zone in await zones_of(tx, station_id)]
    if not middles:
        return None
    (west, south), (east, north) = (tuple(edge(part) for part in zip(*middles, strict=True)) for edge in (min, max))
    return west - _ROUND_DEGREES, south - _ROUND_DEGREES, east + _ROUND_DEGREES, north + _ROUND_DEGREES


def _place(sheet: Sheet, places: Sequence[Place]) -> None:
    """Give cases without a point that of the place they name: exactly, or the longest name that the address holds."""
    known: dict[str, Place] = {}
    for place in places:
        for name in (place.name_th, place.name_en):
            if name and len(without_generic(name)) > 3:  # noqa: PLR2004  a shorter one is in every other word
                known.setdefault(search_key(name), place)
    for at, row in enumerate(sheet.rows):
        if row.values["lon"] is not None or not row.values["address"]:
            continue
        key = search_key(row.values["address"])
        name = key if key in known else max((one for one in known if one in key), key=len, default="")
        if not name:
            sheet.warn(row.row, row.key, "note_case_unplaced", address=row.values["address"][:60])
            continue
        found = known[name]
        placed = {"lon": found.lon, "lat": found.lat, "quality": "address" if name == key else "area"}
        sheet.rows[at] = altered(row, values={**row.values, **placed})


async def _write(
    tx: Tx, actor: Actor, clock: Clock, station_id: StationId, sheet: Sheet
) -> tuple[dict[str, list[str]], dict[str, Any]]:
    now = clock.now()
    there = await store.cases_keyed(tx, station_id, [row.key for row in sheet.rows])
    done: dict[str, list[str]] = {"added": [], "updated": [], "unchanged": []}
    fresh, changed, was = [], [], []
    for row in sheet.rows:
        stands = there.get(row.key)
        stamp = {"changed_at": now, "changed_by": actor.name}
        if stands is None:
            own = named_id("figure_case", f"{station_id}:{row.key}", now)
            fresh.append({**row.values, **stamp, "id": own, "station_id": station_id, "source_key": row.key})
            done["added"].append(row.key)
        elif any(stands[name] != row.values[name] for name in store.FIELDS):
            changed.append({**row.values, **stamp, "id": stands["id"], "version": stands["version"] + 1})
            was.append(
                {
                    "id": new_id(now),
                    "station_id": station_id,
                    "case_id": stands["id"],
                    "version": stands["version"],
                    "was": msgspec.to_builtins({name: stands[name] for name in store.FIELDS}),
                    "until": now,
                    "changed_by": stands["changed_by"],
                }
            )
            done["updated"].append(row.key)
        else:
            done["unchanged"].append(row.key)
    await store.add_cases(tx, fresh)
    await store.change_cases(tx, changed)
    await store.keep_what_was(tx, was)
    return done, {
        "fresh": [str(row["id"]) for row in fresh],
        "changed": [
            {"id": str(row["case_id"]), "was_id": str(row["id"]), "version": row["version"] + 1, "was": row["was"]}
            for row in was
        ],
    }


async def undo_cases(tx: Tx, actor: Actor, clock: Clock, *, station_id: StationId, undo: Mapping[str, Any]) -> int:
    """Take an import back, if none of its cases was changed since; else `import_undo_late` (409)."""
    actor.must(MANAGE)
    now = clock.now()
    fresh, changed = [UUID(key) for key in undo["fresh"]], undo["changed"]
    there = await store.cases_by_id(tx, [*fresh, *(UUID(one["id"]) for one in changed)])
    late = [key for key in fresh if key not in there or there[key]["version"] != 1]
    late += [one["id"] for one in changed if there.get(UUID(one["id"]), {}).get("version") != one["version"]]
    if late:
        raise UnjaiError("import_undo_late", 409)
    await store.remove_cases(tx, fresh)
    stamp = {"changed_at": now, "changed_by": actor.name}
    back = [{**_again(one["was"]), **stamp, "id": UUID(one["id"]), "version": one["version"] - 1} for one in changed]
    await store.change_cases(tx, back)
    await store.forget_what_was(tx, [UUID(one["was_id"]) for one in changed])
    subject, facts = f"station:{station_id}", {"rows": len(fresh) + len(changed)}
    await audit(
        tx, actor, clock, action="figures.case.import.undo", subject=subject, facts=facts, station_id=station_id
    )
    return len(fresh) + len(changed)


def _again(was: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a case said, as its columns hold it."""
    return {**was, **{name: datetime.fromisoformat(was[name]) for name in ("begun", "ended")}}


async def list_cases(tx: Tx, actor: Actor, *, station_id: StationId) -> list[Feature]:
    """List all cases as a sheet that an import would leave unchanged."""
    actor.must(READ)
    return [_feature(number, row) for number, row in enumerate(await store.cases_between(tx, station_id), 1)]


def _feature(number: int, row: Mapping[str, Any]) -> Feature:
    begun, ended = row["begun"].astimezone(BANGKOK), row["ended"].astimezone(BANGKOK)
    told = {
        "source_key": row["source_key"],
        "day": begun.date().isoformat(),
        "time": f"{begun:%H:%M:%S}",
        "until_day": ended.date().isoformat(),
        "until_time": f"{ended:%H:%M:%S}",
        "offence": row["offence_said"],
        **{name: row[name] or "" for name in ("group4", "group5", "found_by", "address", "street", "place", "quality")},
    }
    at = None if row["lon"] is None else {"type": "Point", "coordinates": [row["lon"], row["lat"]]}
    return Feature(row=number, properties=told, geometry=at)


CASES = ImportKind(
    key="cases",
    th="คดีที่รับแจ้ง",
    en="Reported cases",
    right=MANAGE,
    read_right=READ,
    fields=COLUMNS,
    take=take_cases,
    listing=list_cases,
    shapes=frozenset({"point"}),
    undo=undo_cases,
    refuses=refuse_persons,
)

IMPORT_KINDS = (CASES,)
"""What the figures bring to `IMPORT_KINDS` of `roles/web.py`."""
