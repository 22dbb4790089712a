"""Going off duty — ออกเวร: oneself, or a unit with all its crew. The duty ends with its last officer."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from unjai.model.actor import Actor
from unjai.model.clock import Clock
from unjai.model.errors import UnjaiError, forbidden, not_found
from unjai.model.ids import AccountId, UnitId
from unjai.people import rules
from unjai.people.events import DutyChanged
from unjai.people.flows.sessions import tell_changed
from unjai.people.rules import crew as crews
from unjai.people.store import crew as store
from unjai.people.store import units
from unjai.people.store.units import DutyRow
from unjai.platform.audit import audit
from unjai.platform.database import Tx
from unjai.platform.outbox import emit


async def lock_unit(tx: Tx, unit_id: UnitId) -> dict[str, Any]:
    """Return a unit's row, locked until the transaction ends; raise `not_found` (404)."""
    row = await units.lock_unit(tx, unit_id)
    if row is None:
        raise not_found("unit", unit_id)
    return row


async def crew_there(tx: Tx, going: DutyRow) -> list[store.CrewRow]:
    """Return who is in a duty that goes on."""
    return (await store.crews_of(tx, [going.id])).get(going.id, [])


async def sign_off(
    tx: Tx,
    actor: Actor,
    clock: Clock,
    *,
    unit_id: UnitId,
    note: str = "",
    at: datetime | None = None,
    own: bool | None = None,
) -> DutyRow | None:
    """Take oneself off duty (`own`), or a unit with all its crew; None when it is off already.

    The duty ends with its last officer, for the volunteers too, and with the last person. `note` is the line for the
    crew that comes next. Positions seen later are not kept. Raises `unit_busy` (409) while the unit that would end
    has an incident to finish, `not_found` (404).
    """
    myself = not actor.may("unit.admin") if own is None else own
    actor.must("unit.self" if myself else "unit.admin")
    row = await lock_unit(tx, unit_id)
    if myself and actor.unit_id != unit_id:
        raise forbidden("unit.admin")
    going = await units.open_duty(tx, unit_id)
    there = [] if going is None else await crew_there(tx, going)
    left = [one for one in there if one.account_id != actor.account_id] if myself else []
    if going is not None and left and len(left) == len(there):
        return None  # the crew is another one
    goes_on = bool(left) and crews.stands(one.kind for one in left)
    if not goes_on and row["work"] not in {"free", "offered"}:
        raise UnjaiError("unit_busy", 409, call_sign=row["call_sign"])
    if going is None or (at is not None and at < going.from_at - crews.CLOCKS_APART):
        return None  # what was said of a duty before
    latest = min(clock.now(), rules.duty_end(rules.Interval(from_at=going.from_at)))
    to_at = max(going.from_at, latest if at is None else min(at, latest))
    by = f"{actor.kind}:{actor.key}"
    said = " ".join(note.split())
    if said:
        await store.set_duty(tx, going.id, note=said)
    if goes_on:
        await store.end_stays(tx, going.id, to_at=to_at, by=by, why="", account_id=actor.account_id)
        facts = {"crew": len(left), **({"note": said} if said else {})}
        subject = f"unit:{unit_id}"
        await audit(tx, actor, clock, action="duty.leave", subject=subject, facts=facts, station_id=going.station_id)
        await tell(tx, actor, clock, going, [row["account_id"], *(one.account_id for one in there)])
        return going
    if myself and actor.account_id is not None:
        await store.end_stays(tx, going.id, to_at=to_at, by=by, why="", account_id=actor.account_id)
        await tell_changed(tx, actor, clock, account_id=actor.account_id)
    return await close_duty(
        tx, actor, clock, going, to_at=to_at, by=by, why="officer_left" if left else "unit_off", note=said
    )


async def end_duty(tx: Tx, actor: Actor, clock: Clock, *, unit_id: UnitId) -> DutyRow | None:
    """End a unit's duty for everybody; None when it is off."""
    going = await units.open_duty(tx, unit_id)
    if going is None:
        return None
    latest = rules.duty_end(rules.Interval(from_at=going.from_at))
    to_at = max(min(clock.now(), latest), going.from_at)
    return await close_duty(tx, actor, clock, going, to_at=to_at, by=f"{actor.kind}:{actor.key}", why="unit_off")


async def close_duty(
    tx: Tx, actor: Actor, clock: Clock, going: DutyRow, *, to_at: datetime, by: str, why: str, note: str = ""
) -> DutyRow:
    """Close an interval of duty with the stays in it."""
    left = await store.end_stays(tx, going.id, to_at=to_at, by=by, why=why)
    await units.end_duty(tx, going.id, to_at=to_at, by=by)
    subject, facts = f"unit:{going.unit_id}", {"by": by, **({"note": note} if note else {})}
    await audit(tx, actor, clock, action="duty.off", subject=subject, facts=facts, station_id=going.station_id)
    ended = DutyRow(
        id=going.id,
        station_id=going.station_id,
        unit_id=going.unit_id,
        shift_id=going.shift_id,
        from_at=going.from_at,
        to_at=to_at,
    )
    await tell(tx, actor, clock, ended, left)
    return ended


async def tell(tx: Tx, actor: Actor, clock: Clock, row: DutyRow, changed: Iterable[UUID | None]) -> None:
    """Tell of a duty, and let the sessions of those who came or went ask anew whose unit they are of."""
    event = DutyChanged(
        station_id=row.station_id,
        unit_id=row.unit_id,
        on=row.to_at is None,
        from_at=row.from_at,
        to_at=row.to_at,
        shift_id=row.shift_id,
    )
    await emit(tx, clock, event)
    for account_id in {one for one in changed if one is not None}:
        await tell_changed(tx, actor, clock, account_id=AccountId(account_id))
