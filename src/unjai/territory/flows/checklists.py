"""What is to be ready before a zone is chosen, and in the operations room: lists that a station makes its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Literal, cast

from unjai.model.actor import Actor
from unjai.model.clock import BANGKOK, Clock
from unjai.model.errors import UnjaiError, not_found
from unjai.model.geometry import point
from unjai.model.ids import StationId, named_id, new_id
from unjai.platform.audit import audit
from unjai.platform.database import Tx
from unjai.territory import facts
from unjai.territory.flows.scope import enter
from unjai.territory.store import checks
from unjai.territory.words import tidy

Checklist = Literal["readiness", "room"]
ITEMS_MOST = 200


@dataclass(frozen=True, kw_only=True, slots=True)
class CheckItem:
    """One thing to be ready. `standard` ones came with the programs; `reference` is the requirement behind it."""

    key: str
    checklist: Checklist
    ordinal: int
    text_th: str
    text_en: str
    reference: str = ""
    standard: bool = False
    removed: bool = False
    done_on: date | None = None
    done_by: str = ""
    note: str = ""
    changed_by: str = ""
    changed_at: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Room:
    """Where the operations centre is — ศูนย์ CCOC; `elsewhere` when that is not the station's own building."""

    name_th: str = ""
    name_en: str = ""
    elsewhere: bool = False
    address: str = ""
    phone: str = ""
    lon: float | None = None
    lat: float | None = None
    changed_by: str = ""
    changed_at: datetime | None = None


async def checklist_items(tx: Tx, actor: Actor, clock: Clock, *, station_id: StationId) -> list[CheckItem]:
    """Return both lists as the station has them, removed items too (so that they can be taken back)."""
    del clock
    actor.must("zone.read")
    if station_id not in actor.stations:
        raise not_found("station", station_id)
    return _merged(await checks.items_of(tx, station_id))


def _merged(rows: list[dict[str, Any]]) -> list[CheckItem]:
    own = {row["key"]: row for row in rows}
    standard = {item.key: item for item in _standard()}
    found = [_of(own[key], item) if key in own else item for key, item in standard.items()]
    found += [_of(row, None) for key, row in own.items() if key not in standard]
    return sorted(found, key=lambda item: (item.checklist, item.ordinal, item.key))


def _standard() -> list[CheckItem]:
    return [
        CheckItem(
            key=text.key,
            checklist=cast("Checklist", text.checklist),
            ordinal=text.ordinal,
            text_th=text.text_th,
            text_en=text.text_en,
            reference=text.reference,
            standard=True,
        )
        for text in facts.check_texts()
    ]


def _of(row: Mapping[str, Any], standard: CheckItem | None) -> CheckItem:
    told = {name: row[name] for name in (*checks.COLUMNS, "changed_by", "changed_at")}
    return CheckItem(**told, standard=standard is not None, reference=standard.reference if standard else "")


async def change_item(
    tx: Tx, actor: Actor, clock: Clock, *, station_id: StationId, key: str, changes: Mapping[str, Any]
) -> CheckItem:
    """Change what is given of an item: its words, who did it and when, a note, its place, whether it counts.

    Raises `not_found` (404), `check_text_missing`, `check_day_ahead` and `check_who_missing` (422).
    """
    await enter(tx, actor, "zone.admin", station_id)
    await checks.lock_items(tx, station_id)
    before = next((item for item in _merged(await checks.items_of(tx, station_id)) if item.key == key), None)
    if before is None:
        raise not_found("check_item", key)
    after = replace(before, **_tidied(changes))
    _check(after, clock)
    if after == before:
        return before
    return await _keep(tx, actor, clock, station_id, after, action="check.change")


async def add_item(
    tx: Tx,
    actor: Actor,
    clock: Clock,
    *,
    station_id: StationId,
    checklist: Checklist,
    text_th: str,
    text_en: str = "",
) -> CheckItem:
    """Add an item at the end of a list. Raises `check_text_missing` (422) and `check_items_many` (409)."""
    await enter(tx, actor, "zone.admin", station_id)
    await checks.lock_items(tx, station_id)
    there = [item for item in _merged(await checks.items_of(tx, station_id)) if item.checklist == checklist]
    if len(there) >= ITEMS_MOST:
        raise UnjaiError("check_items_many", 409, most=ITEMS_MOST)
    last = max((item.ordinal for item in there), default=0)
    key = str(new_id(clock.now()))
    item = CheckItem(
        key=key, checklist=checklist, ordinal=last + 10, text_th=tidy(text_th), text_en=tidy(text_en) or tidy(text_th)
    )
    _check(item, clock)
    return await _keep(tx, actor, clock, station_id, item, action="check.add")


def _tidied(changes: Mapping[str, Any]) -> dict[str, Any]:
    return {name: tidy(value) if isinstance(value, str) else value for name, value in changes.items()}


def _check(item: CheckItem, clock: Clock) -> None:
    if not item.text_th:
        raise UnjaiError("check_text_missing", 422)
    if item.done_on is not None and item.done_on > clock.now().astimezone(BANGKOK).date():
        raise UnjaiError("check_day_ahead", 422)
    if item.done_on is not None and not item.done_by:
        raise UnjaiError("check_who_missing", 422)


async def _keep(
    tx: Tx, actor: Actor, clock: Clock, station_id: StationId, item: CheckItem, *, action: str
) -> CheckItem:
    now = clock.now()
    item = replace(item, changed_by=actor.name, changed_at=now)
    values = {name: getattr(item, name) for name in (*checks.COLUMNS, "changed_by", "changed_at")}
    await checks.keep_item(tx, station_id, {"id": named_id("check", f"{station_id}:{item.key}"), **values})
    told = {
        "text": item.text_th,
        "done_on": None if item.done_on is None else item.done_on.isoformat(),
        "done_by": item.done_by,
        "removed": item.removed,
    }
    await audit(tx, actor, clock, action=action, subject=f"check:{item.key}", facts=told, station_id=station_id)
    return item


async def room_of(tx: Tx, actor: Actor, clock: Clock, *, station_id: StationId) -> Room:
    """Return where the operations centre is; an empty room before anybody said."""
    del clock
    actor.must("zone.read")
    row = await checks.room_of(tx, station_id) if station_id in actor.stations else None
    return Room() if row is None else Room(**{name: row[name] for name in _ROOM})


_ROOM = ("name_th", "name_en", "elsewhere", "address", "phone", "lon", "lat", "changed_by", "changed_at")


async def change_room(tx: Tx, actor: Actor, clock: Clock, *, station_id: StationId, changes: Mapping[str, Any]) -> Room:
    """Say where the operations centre is. Raises `position_outside_earth`."""
    await enter(tx, actor, "zone.admin", station_id)
    before = await room_of(tx, actor, clock, station_id=station_id)
    after = replace(before, **_tidied(changes))
    if (after.lon is None) != (after.lat is None):
        raise UnjaiError("position_unreadable", 422)
    if after.lon is not None:
        point(after.lon, after.lat)
    if after == before:
        return before
    after = replace(after, changed_by=actor.name, changed_at=clock.now())
    values = {name: getattr(after, name) for name in _ROOM}
    await checks.keep_room(tx, station_id, {"id": named_id("ccoc_room", str(station_id)), **values})
    shown = cast(
        "dict[str, object]", {name: values[name] for name in ("name_th", "elsewhere", "address", "lon", "lat")}
    )
    subject = f"station:{station_id}"
    await audit(tx, actor, clock, action="room.change", subject=subject, facts=shown, station_id=station_id)
    return after
