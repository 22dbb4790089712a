"""What an officer answers from the phone. An answer that is sent twice changes nothing the second time.

`at` is when the phone says that it was done, for what waited for a line: it counts as the deed's time where it can be
believed, and stands beside the time at which it came.
"""

from __future__ import annotations

from datetime import datetime

from unjai.model.actor import Actor
from unjai.model.clock import Clock
from unjai.model.errors import UnjaiError
from unjai.model.ids import AssignmentId, IncidentId, UnitId
from unjai.people.store.units import units_on_duty
from unjai.platform.database import Tx
from unjai.respond.flows.case import Case
from unjai.respond.flows.dispatch import ask_next, held_assignment
from unjai.respond.flows.handling import end
from unjai.respond.rules import life
from unjai.respond.store import assignments


def own_unit(actor: Actor) -> UnitId:
    """Return the actor's unit; raise `right_missing` (403) or `unit_missing` (409)."""
    actor.must("unit.self")
    if actor.unit_id is None:
        raise UnjaiError("unit_missing", 409)
    return actor.unit_id


def _answering(actor: Actor) -> UnitId:
    """Return the actor's unit, for whose work they may answer; raise `right_missing` (403), `unit_missing` (409)."""
    actor.must("unit.answer")
    return own_unit(actor)


async def accept(
    tx: Tx, actor: Actor, clock: Clock, *, assignment_id: AssignmentId, at: datetime | None = None
) -> IncidentId:
    """Take the task. An offer that ended before is `offer_gone` (409); off duty it is `unit_off_duty` (409)."""
    unit_id = _answering(actor)
    case, row = await held_assignment(tx, actor, clock, assignment_id, unit_id=unit_id)
    if life.passed(row["state"], "accepted"):
        return case.id
    if unit_id not in {unit.id for unit in await units_on_duty(tx, clock.now())}:
        raise UnjaiError("unit_off_duty", 409)
    case.told_late(at, after=row["offered_at"])
    await case.step(row, "accepted")
    case.move("assign")
    case.set(unanswered=False)
    await case.say("accepted", unit=row["call_sign"], unit_id=unit_id)
    await case.save("accept", unit=row["call_sign"])
    return case.id


async def refuse(
    tx: Tx,
    actor: Actor,
    clock: Clock,
    *,
    assignment_id: AssignmentId,
    reason: str = "",
    at: datetime | None = None,
) -> IncidentId:
    """Say no, with a reason if there is one; the next best unit is asked by itself."""
    unit_id = _answering(actor)
    case, row = await held_assignment(tx, actor, clock, assignment_id, unit_id=unit_id)
    if row["state"] == "refused":
        return case.id
    case.told_late(at, after=row["offered_at"])
    await case.step(row, "refused", reason=reason or None)
    await case.say("refused", unit=row["call_sign"], unit_id=unit_id, reason=reason or None)
    await ask_next(case)
    await case.save("refuse", unit=row["call_sign"], reason=reason or None)
    return case.id


async def en_route(
    tx: Tx, actor: Actor, clock: Clock, *, assignment_id: AssignmentId, at: datetime | None = None
) -> IncidentId:
    """Say that the unit has set out."""
    return await _go(tx, actor, clock, assignment_id=assignment_id, to="en_route", move="set_out", at=at)


async def on_scene(
    tx: Tx, actor: Actor, clock: Clock, *, assignment_id: AssignmentId, at: datetime | None = None
) -> IncidentId:
    """Say that the unit has arrived."""
    return await _go(tx, actor, clock, assignment_id=assignment_id, to="on_scene", move="arrive", at=at)


async def _go(
    tx: Tx,
    actor: Actor,
    clock: Clock,
    *,
    assignment_id: AssignmentId,
    to: life.Step,
    move: life.Move,
    at: datetime | None,
) -> IncidentId:
    unit_id = _answering(actor)
    case, row = await held_assignment(tx, actor, clock, assignment_id, unit_id=unit_id)
    if life.passed(row["state"], to):
        return case.id
    case.told_late(at, after=row["en_route_at"] or row["accepted_at"] or row["offered_at"])
    await case.step(row, to)
    case.move(move)
    await case.say(to, unit=row["call_sign"], unit_id=unit_id)
    await case.save(to, unit=row["call_sign"])
    return case.id


async def close_assignment(
    tx: Tx,
    actor: Actor,
    clock: Clock,
    *,
    assignment_id: AssignmentId,
    outcome: life.Outcome,
    text: str = "",
    at: datetime | None = None,
) -> IncidentId:
    """Finish the task with its outcome. The incident is closed with it, unless another unit is still on the scene."""
    unit_id = _answering(actor)
    case, row = await held_assignment(tx, actor, clock, assignment_id, unit_id=unit_id)
    if row["state"] == "cleared":
        return case.id
    case.told_late(at, after=row["on_scene_at"] or row["offered_at"])
    await case.step(row, "cleared", reason=text or None)
    await case.say("cleared", unit=row["call_sign"], unit_id=unit_id, outcome=outcome, text=text or None)
    await _finish(case, outcome)
    return case.id


async def _finish(case: Case, outcome: life.Outcome) -> None:
    left = await assignments.open_of_incidents(case.tx, [case.id])
    if any(row["state"] == "on_scene" for row in left):
        await case.save("cleared", outcome=outcome)
        return
    await end(case, outcome)
