"""Units, shifts, and who is on duty. A unit's position may be kept only while it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID

from unjai.model.actor import Actor
from unjai.model.clock import Clock
from unjai.model.errors import UnjaiError, not_found
from unjai.model.ids import AccountId, DeviceId, IncidentId, StationId, UnitId, new_id
from unjai.people import rules
from unjai.people.events import RegistryChanged, UnitChanged
from unjai.people.flows.sign_off import close_duty, end_duty
from unjai.people.store import accounts, factors, oversight, units
from unjai.people.store.crew import facts_of
from unjai.people.store.units import ShiftRow, UnitRow
from unjai.platform.audit import audit
from unjai.platform.database import Tx
from unjai.platform.outbox import emit
from unjai.territory.flows import hold_device


@dataclass(frozen=True, kw_only=True, slots=True)
class DutyNow:
    """Whether a unit is on duty, since when, and for which shift."""

    on: bool
    since: datetime | None = None
    shift: ShiftRow | None = None


async def create_unit(
    tx: Tx,
    actor: Actor,
    clock: Clock,
    *,
    call_sign: str,
    kind: str,
    name_th: str,
    name_en: str = "",
    capabilities: Sequence[str] = (),
    account_id: AccountId | None = None,
    device_id: DeviceId | None = None,
    vehicle: str = "",
    registration: str = "",
    station_id: StationId | None = None,
) -> UnitId:
    """Make a unit at `station_id` (the actor's own unless given), crewed by an account, carrying a device.

    Raises `unit_kind_unknown`, `name_missing` (422), `unit_taken` (409: call sign, account or device),
    `not_found` (404), `station_beyond_scope` (403).
    """
    actor.must("unit.admin")
    here = station_id if station_id is not None else actor.station
    if here not in actor.stations:
        raise UnjaiError("station_beyond_scope", 403, station_id=here)
    row = {
        "call_sign": call_sign.strip(),
        "kind": kind,
        "name_th": name_th.strip(),
        "name_en": name_en.strip() or name_th.strip(),
        "capabilities": _words(capabilities),
        "account_id": account_id,
        "device_id": device_id,
        "vehicle": vehicle.strip(),
        "registration": registration.strip(),
    }
    await _check(tx, here, None, row)
    unit_id = UnitId(new_id(clock.now()))
    await units.add_unit(tx, {"id": unit_id, "station_id": here, **row})
    if device_id is not None:
        await hold_device(tx, actor, clock, device_id=device_id, unit_id=unit_id)
    facts = {"call_sign": row["call_sign"], "kind": kind}
    await audit(tx, actor, clock, action="unit.create", subject=f"unit:{unit_id}", facts=facts, station_id=here)
    await _tell(tx, clock, station_id=here, unit_id=unit_id, devices=[device_id])
    return unit_id


async def change_unit(tx: Tx, actor: Actor, clock: Clock, *, unit_id: UnitId, **changed: Any) -> UnitRow:
    """Change names, `call_sign`, `kind`, vehicle, `capabilities`, `account_id`, `device_id` or `disabled`.

    A unit that is disabled goes off duty. Raises as `create_unit`, and `unit_busy` (409) for disabling one at work.
    """
    actor.must("unit.admin")
    row = await _locked(tx, unit_id)
    for name in ("call_sign", "name_th", "name_en", "vehicle", "registration"):
        if name in changed:
            changed[name] = str(changed[name]).strip()
    if "capabilities" in changed:
        changed["capabilities"] = _words(changed["capabilities"])
    here = StationId(row["station_id"])
    await _check(tx, here, unit_id, changed)
    if changed.get("disabled") and not row["disabled"]:
        if row["work"] != "free":
            raise UnjaiError("unit_busy", 409, call_sign=row["call_sign"])
        await end_duty(tx, actor, clock, unit_id=unit_id)
    if changed:
        await units.set_unit(tx, unit_id, **changed)
        await _hand_over(tx, actor, clock, unit_id=unit_id, before=row["device_id"], after=changed)
        told = {name: str(value) for name, value in changed.items()}
        await audit(tx, actor, clock, action="unit.change", subject=f"unit:{unit_id}", facts=told, station_id=here)
        await _tell(tx, clock, station_id=here, unit_id=unit_id, devices=[row["device_id"], changed.get("device_id")])
    return await _unit(tx, clock, unit_id)


async def _hand_over(
    tx: Tx, actor: Actor, clock: Clock, *, unit_id: UnitId, before: DeviceId | None, after: dict[str, Any]
) -> None:
    """Let territory know which device the unit gives back and which it carries now."""
    if "device_id" not in after or after["device_id"] == before:
        return
    if before is not None:
        await hold_device(tx, actor, clock, device_id=before, unit_id=None)
    if after["device_id"] is not None:
        await hold_device(tx, actor, clock, device_id=after["device_id"], unit_id=unit_id)


def _words(said: Sequence[str]) -> list[str]:
    return list(dict.fromkeys(word.strip() for word in said if word.strip()))


async def _check(tx: Tx, station_id: StationId, unit_id: UnitId | None, row: dict[str, Any]) -> None:
    if "kind" in row and row["kind"] not in rules.UNIT_KINDS:
        raise UnjaiError("unit_kind_unknown", 422, kind=str(row["kind"])[:40])
    if not all(row[name] for name in ("call_sign", "name_th") if name in row):
        raise UnjaiError("name_missing", 422)
    account_id, device_id = row.get("account_id"), row.get("device_id")
    if account_id is not None:
        if await accounts.account_of(tx, account_id) is None:
            raise not_found("account", account_id)
        if station_id not in {grant.station_id for grant in await accounts.grants_of(tx, account_id, at=None)}:
            raise UnjaiError("account_beyond_scope", 403)
    if device_id is not None:
        carried = await units.device_row(tx, device_id)
        if carried is None or carried["station_id"] != station_id:
            raise not_found("device", device_id)
    what = await units.taken(
        tx,
        unit_id=unit_id,
        station_id=station_id,
        call_sign=row.get("call_sign"),
        account_id=account_id,
        device_id=device_id,
    )
    if what:
        raise UnjaiError("unit_taken", 409, what=what, value=str(row[what]))


async def _tell(
    tx: Tx, clock: Clock, *, station_id: StationId, unit_id: UnitId, devices: Sequence[DeviceId | None] = ()
) -> None:
    await emit(tx, clock, UnitChanged(station_id=station_id, unit_id=unit_id))
    for device_id in {device_id for device_id in devices if device_id is not None}:
        await emit(tx, clock, RegistryChanged(station_id=station_id, device_id=device_id))


async def _locked(tx: Tx, unit_id: UnitId) -> dict[str, Any]:
    row = await units.lock_unit(tx, unit_id)
    if row is None:
        raise not_found("unit", unit_id)
    return row


async def unit_after(tx: Tx, clock: Clock, *, unit_id: UnitId) -> UnitRow:
    """Return a unit as it is after one's own command; no right is asked. Raises `not_found` (404)."""
    return await _unit(tx, clock, unit_id)


async def _unit(tx: Tx, clock: Clock, unit_id: UnitId) -> UnitRow:
    rows = await units.units(tx, clock.now(), unit_id=unit_id)
    if not rows:
        raise not_found("unit", unit_id)
    return rows[0]


async def list_units(tx: Tx, actor: Actor, clock: Clock, *, disabled: bool = False) -> list[UnitRow]:
    """Return the units of the actor's stations by call sign, with their duty and what they are doing.

    Those out of use only with `disabled`.
    """
    actor.must("unit.read")
    found = await units.units(tx, clock.now(), disabled=disabled)
    facts = await facts_of(tx, None, clock.now())
    return [replace(row, duty=facts.get(row.id)) for row in found]


async def unit_of(tx: Tx, actor: Actor, clock: Clock, *, unit_id: UnitId) -> UnitRow:
    """Return one unit: one's own, or with `unit.read` any of the actor's stations."""
    if unit_id != actor.unit_id:
        actor.must("unit.read")
    return await _unit(tx, clock, unit_id)


async def note_unit_work(
    tx: Tx, actor: Actor, clock: Clock, *, unit_id: UnitId, work: rules.UnitWork, incident_id: IncidentId | None = None
) -> None:
    """Write down what a unit is doing, and for which incident. Dispatch calls this with every step it takes.

    No right is asked: whoever moves an assignment was asked for theirs. Raises `not_found` (404).
    """
    del actor
    row = await _locked(tx, unit_id)
    doing = None if work == "free" else incident_id
    if (row["work"], row["incident_id"]) == (work, doing):
        return
    await units.set_unit(tx, unit_id, work=work, incident_id=doing)
    await _tell(tx, clock, station_id=StationId(row["station_id"]), unit_id=unit_id)


async def create_shift(
    tx: Tx,
    actor: Actor,
    clock: Clock,
    *,
    name_th: str,
    name_en: str,
    starts: time,
    ends: time,
    station_id: StationId | None = None,
) -> UUID:
    """Make a shift by Bangkok's hours; one that ends at or before its start ends the next day (24.00 is 00.00).

    Raises `name_missing` (422), `shift_taken` (409), `station_beyond_scope` (403).
    """
    actor.must("unit.admin")
    here = station_id if station_id is not None else actor.station
    if here not in actor.stations:
        raise UnjaiError("station_beyond_scope", 403, station_id=here)
    shown = name_th.strip()
    if not shown:
        raise UnjaiError("name_missing", 422)
    shift_id = new_id(clock.now())
    row = {
        "id": shift_id,
        "station_id": here,
        "name_th": shown,
        "name_en": name_en.strip() or shown,
        "starts": starts,
        "ends": ends,
    }
    if not await units.add_shift(tx, row):
        raise UnjaiError("shift_taken", 409, name=shown)
    facts = {"name_th": shown, "starts": starts.isoformat("minutes"), "ends": ends.isoformat("minutes")}
    await audit(tx, actor, clock, action="shift.create", subject=f"shift:{shift_id}", facts=facts, station_id=here)
    return shift_id


async def list_shifts(tx: Tx, actor: Actor, clock: Clock) -> list[ShiftRow]:
    """Return the shifts of the actor's stations by their start."""
    del clock
    actor.must("unit.read")
    return await units.shifts(tx)


async def duty_of(tx: Tx, actor: Actor, clock: Clock, *, unit_id: UnitId) -> DutyNow:
    """Return whether a unit is on duty, since when, for which shift."""
    row = await unit_of(tx, actor, clock, unit_id=unit_id)
    return DutyNow(on=row.on_duty, since=row.since, shift=row.shift)


SESSIONS_KEPT = timedelta(days=30)
"""How long after its end a session is remembered."""


async def tidy(tx: Tx, actor: Actor, clock: Clock, *, keep_sessions: timedelta = SESSIONS_KEPT) -> int:
    """End duties that nobody ended in 24 h, forget old failures and dead sessions; return how many duties ended."""
    actor.must("unit.admin")
    now = clock.now()
    forgotten = await units.forgotten_duties(tx, now)
    for row in forgotten:
        await close_duty(tx, actor, clock, row, to_at=row.from_at + rules.DUTY_MOST, by="forgotten", why="forgotten")
    await factors.drop_late(tx, now)
    await oversight.expire_approvals(tx, now)
    await accounts.drop_old(tx, failures_before=now - rules.FAILURES_FORGOTTEN, sessions_before=now - keep_sessions)
    return len(forgotten)
