"""Shifts — ผลัด — after they were made: other hours, another name, no longer in use."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from unjai.model.actor import Actor
from unjai.model.clock import Clock
from unjai.model.errors import UnjaiError, not_found
from unjai.model.ids import StationId
from unjai.people.store import units
from unjai.people.store.units import ShiftRow
from unjai.platform.audit import audit
from unjai.platform.database import Tx


async def change_shift(tx: Tx, actor: Actor, clock: Clock, *, shift_id: UUID, **given: Any) -> ShiftRow:
    """Change `name_th`, `name_en`, `starts` or `ends`. Who signs on from now on is counted by the new hours.

    Raises `name_missing` (422), `shift_taken` (409), `not_found` (404).
    """
    actor.must("unit.admin")
    row = await _locked(tx, shift_id)
    changed: dict[str, Any] = {name: given[name] for name in ("starts", "ends") if name in given}
    for name in ("name_th", "name_en"):
        if name in given:
            changed[name] = str(given[name]).strip()
    if not changed.get("name_th", row["name_th"]):
        raise UnjaiError("name_missing", 422)
    if changed.get("name_en") == "":
        changed["name_en"] = changed.get("name_th", row["name_th"])
    changed = {name: value for name, value in changed.items() if row[name] != value}
    if changed:
        if not await units.set_shift(tx, shift_id, changed):
            raise UnjaiError("shift_taken", 409, name=str(changed.get("name_th", row["name_th"])))
        facts = {name: str(value) for name, value in changed.items()}
        here = StationId(row["station_id"])
        await audit(tx, actor, clock, action="shift.change", subject=f"shift:{shift_id}", facts=facts, station_id=here)
    return next(one for one in await units.shifts(tx) if one.id == shift_id)


async def remove_shift(tx: Tx, actor: Actor, clock: Clock, *, shift_id: UUID) -> None:
    """Take a shift out of use. One that was worked in stays known by its name in the records of that time."""
    actor.must("unit.admin")
    row = await _locked(tx, shift_id)
    await units.retire_shift(tx, shift_id)
    facts = {"name_th": row["name_th"]}
    here = StationId(row["station_id"])
    await audit(tx, actor, clock, action="shift.remove", subject=f"shift:{shift_id}", facts=facts, station_id=here)


async def _locked(tx: Tx, shift_id: UUID) -> dict[str, Any]:
    row = await units.lock_shift(tx, shift_id)
    if row is None:
        raise not_found("shift", shift_id)
    return row
