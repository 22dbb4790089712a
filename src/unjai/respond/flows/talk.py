"""Words between a unit and the centre: kept in the order in which they came, each said once however often it is sent.

What is about an incident stands on its timeline too, for that is the record of it.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from unjai.model.actor import Actor
from unjai.model.clock import Clock
from unjai.model.errors import UnjaiError, not_found
from unjai.model.ids import UnitId, named_id, new_id
from unjai.people.store.units import units
from unjai.platform.audit import audit
from unjai.platform.database import Tx
from unjai.platform.outbox import emit
from unjai.respond.events import TalkSaid
from unjai.respond.flows.case import LATE_LEAST, LATE_MOST
from unjai.respond.flows.officer import own_unit
from unjai.respond.store import assignments, incidents, talks, timeline

Row = dict[str, Any]


async def say_to_centre(
    tx: Tx,
    actor: Actor,
    clock: Clock,
    *,
    text: str,
    incident_id: UUID | None = None,
    key: str | None = None,
    at: datetime | None = None,
) -> Row:
    """Say something as one's own unit; about an incident only where the unit was asked for it.

    `key` is the phone's own id of the message: sent again it is the same message. `at` is when it was written.
    """
    unit_id = own_unit(actor)
    if incident_id is not None and not await assignments.ever_asked(tx, incident_id, unit_id):
        raise not_found("incident", incident_id)
    return await _say(
        tx, actor, clock, unit_id=unit_id, from_unit=True, text=text, incident_id=incident_id, key=key, at=at
    )


async def say_to_unit(
    tx: Tx,
    actor: Actor,
    clock: Clock,
    *,
    unit_id: UUID,
    text: str,
    incident_id: UUID | None = None,
    key: str | None = None,
) -> Row:
    """Say something to a unit, about an incident or none. Raises `not_found` (404) for either."""
    await must_know(tx, actor, clock, unit_id=unit_id)
    if incident_id is not None and await incidents.of(tx, incident_id) is None:
        raise not_found("incident", incident_id)
    return await _say(
        tx, actor, clock, unit_id=UnitId(unit_id), from_unit=False, text=text, incident_id=incident_id, key=key
    )


async def _say(
    tx: Tx,
    actor: Actor,
    clock: Clock,
    *,
    unit_id: UnitId,
    from_unit: bool,
    text: str,
    incident_id: UUID | None,
    key: str | None,
    at: datetime | None = None,
) -> Row:
    now, side = clock.now(), "unit" if from_unit else f"centre:{actor.key}"
    said_at = at if at is not None and now - LATE_MOST <= at <= now - LATE_LEAST else now
    unit = (await units(tx, now, unit_id=unit_id))[0]
    message_id = new_id(now) if key is None else named_id(f"talk:{unit_id}:{side}", key)
    row = await talks.add(
        tx,
        {
            "id": message_id,
            "station_id": unit.station_id,
            "unit_id": unit_id,
            "incident_id": incident_id,
            "from_unit": from_unit,
            "name": actor.name,
            "text": text,
            "said_at": said_at,
            "at": now,
        },
    )
    if row is None:
        known = await talks.of(tx, message_id)
        if known is None or known["text"] != text:
            raise UnjaiError("id_reused", 409, id=str(message_id))
        return known
    if incident_id is not None:
        await timeline.add(
            tx,
            actor,
            station_id=unit.station_id,
            incident_id=incident_id,
            at=now,
            kind="talk_unit" if from_unit else "talk_centre",
            facts={"unit": unit.call_sign, "text": text},
        )
    facts = {"unit": unit.call_sign, "signs": len(text)}
    await audit(
        tx,
        actor,
        clock,
        action="talk.say",
        subject=f"unit:{unit_id}",
        facts=facts if incident_id is None else {**facts, "incident": str(incident_id)},
        station_id=unit.station_id,
    )
    await emit(tx, clock, TalkSaid(station_id=unit.station_id, unit_id=unit_id))
    return row


async def must_know(tx: Tx, actor: Actor, clock: Clock, *, unit_id: UUID) -> None:
    """Raise `not_found` (404) for a unit that is not of the actor's stations."""
    actor.must("dispatch")
    if not await units(tx, clock.now(), unit_id=UnitId(unit_id)):
        raise not_found("unit", unit_id)


async def read_by_unit(tx: Tx, actor: Actor, clock: Clock, *, up_to: int) -> None:
    """Note that one's own unit has read what the centre said, up to a message's number."""
    unit_id = own_unit(actor)
    if await talks.read(tx, unit_id, from_unit=False, up_to=up_to, at=clock.now(), by=actor.name):
        await emit(tx, clock, TalkSaid(station_id=actor.station, unit_id=unit_id))


async def read_by_centre(tx: Tx, actor: Actor, clock: Clock, *, unit_id: UUID, up_to: int) -> None:
    """Note that somebody at the centre has read what a unit said, up to a message's number."""
    await must_know(tx, actor, clock, unit_id=unit_id)
    if await talks.read(tx, unit_id, from_unit=True, up_to=up_to, at=clock.now(), by=actor.name):
        await emit(tx, clock, TalkSaid(station_id=actor.station, unit_id=UnitId(unit_id)))
