"""What waits too long is told to the shift supervisor, kept as a row, and taken over by a word."""

from __future__ import annotations

from uuid import UUID

from unjai.model.actor import Actor
from unjai.model.clock import Clock
from unjai.model.errors import UnjaiError
from unjai.model.ids import IncidentId, StationId, new_id
from unjai.platform.audit import audit
from unjai.platform.database import Tx
from unjai.respond.codes import event_codes
from unjai.respond.flows.case import Case, waiting_of
from unjai.respond.rules import overdue as rules
from unjai.respond.rules.overdue import Limits, Overdue, Waiting
from unjai.respond.store import incidents, overdues


async def escalate(tx: Tx, actor: Actor, clock: Clock) -> int:
    """Raise every wait of the actor's station whose time is over; return how many. Core calls this each second.

    It writes only when something is due. An incident that somebody holds at this moment is looked at a second later.
    """
    actor.must("dispatch")
    rows = await overdues.waiting(tx, actor.station)
    if not rows:
        return 0
    limits, now = await overdues.limits(tx, actor.station), clock.now()
    late: dict[UUID, list[Overdue]] = {}
    for row in rows:
        waiting = Waiting(**{name: row[name] for name in ("state", "priority", "code", "since", "arrived_at")})
        own = rules.limits_of(limits, priority=waiting.priority, code=waiting.code)
        if found := rules.overdue(waiting, own, now):
            late[row["id"]] = found
    raised = await overdues.of_incidents(tx, list(late))
    due = [
        key
        for key, found in late.items()
        if rules.fresh(found, [(row["wait"], row["since"]) for row in raised.get(key, [])])
    ]
    return sum([await _raise(tx, actor, clock, incident_id=key, limits=limits) for key in sorted(due)])


async def _raise(tx: Tx, actor: Actor, clock: Clock, *, incident_id: UUID, limits: dict[str, Limits]) -> int:
    """Judge an incident again, now that it is held, and raise what is due."""
    row = await incidents.locked(tx, incident_id, skip=True)
    if row is None:
        return 0
    case, waiting, now = Case(tx, actor, clock, row), waiting_of(row), clock.now()
    own = rules.limits_of(limits, priority=waiting.priority, code=waiting.code)
    known = (await overdues.of_incidents(tx, [incident_id])).get(incident_id, [])
    found = rules.fresh(rules.overdue(waiting, own, now), [(one["wait"], one["since"]) for one in known])
    raised = [one for one in found if await overdues.add(tx, _row(case, one))]
    for one in raised:
        await case.say("overdue", wait=one.wait, limit_s=one.limit_s)
    if raised:
        await case.save("overdue", waits=[one.wait for one in raised])
    return len(raised)


def _row(case: Case, one: Overdue) -> dict[str, object]:
    now = case.clock.now()
    return {
        "id": new_id(now),
        "station_id": case.station_id,
        "incident_id": case.id,
        "wait": one.wait,
        "since": one.since,
        "limit_s": one.limit_s,
        "due_at": one.due_at,
        "raised_at": now,
        "priority": case.row["priority"],
        "code": case.row["code"],
    }


async def take_over(tx: Tx, actor: Actor, clock: Clock, *, incident_id: IncidentId, word: str) -> None:
    """Take what waits too long over, with a word: the tone ends, the row stays. Raises `overdue_none` (409)."""
    actor.must("escalation.take")
    case = await Case.hold(tx, actor, clock, incident_id)
    taken = await overdues.take(tx, incident_id, {"taken_at": clock.now(), "taken_by": actor.name, "word": word})
    if not taken:
        raise UnjaiError("overdue_none", 409)
    await case.say("overdue_taken", text=word)
    await case.save("overdue_taken")


async def limits_now(tx: Tx, actor: Actor) -> dict[str, tuple[Limits, bool]]:
    """Return the limits that count at the actor's station by scope, and whether the station set them itself."""
    own = await overdues.limits(tx, actor.station)
    found = {scope: (limits, False) for scope, limits in rules.DEFAULTS.items()}
    found.update({scope: (limits, True) for scope, limits in own.items()})
    return found


async def set_limits(tx: Tx, actor: Actor, clock: Clock, *, scope: str, limits: Limits | None) -> None:
    """Set how long a priority's or a code's incidents may wait; None gives our own limits back.

    Raises `wait_scope_unknown`, `wait_limits_invalid` (422).
    """
    actor.must("procedure.admin")
    known = scope in ("p1", "p2", "p3") or (scope.startswith("code:") and scope.removeprefix("code:") in event_codes())
    if not known:
        raise UnjaiError("wait_scope_unknown", 422, scope=scope[:40])
    station_id = StationId(actor.station)
    if limits is None:
        await overdues.drop_limit(tx, station_id, scope)
    else:
        _check(limits)
        await overdues.set_limit(
            tx,
            {
                "station_id": station_id,
                "scope": scope,
                "acknowledge_s": limits.acknowledge_s,
                "assign_s": limits.assign_s,
                "arrive_s": limits.arrive_s,
                "changed_at": clock.now(),
                "changed_by": actor.name,
            },
        )
    facts = {} if limits is None else {str(wait): getattr(limits, f"{wait}_s") for wait in rules.WAITS}
    await audit(tx, actor, clock, action="wait_limit.set", subject=f"wait_limit:{scope}", facts=facts)


def _check(limits: Limits) -> None:
    said = [limits.acknowledge_s, limits.assign_s, limits.arrive_s]
    told = [seconds for seconds in said if seconds is not None]
    if any(not 1 <= seconds <= rules.LIMIT_MOST_S for seconds in told) or told != sorted(told):
        raise UnjaiError("wait_limits_invalid", 422)
