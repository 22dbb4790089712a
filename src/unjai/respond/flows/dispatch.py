"""Who goes: proposals, offers, their expiry, and the next best unit by itself."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import text

from unjai.model.actor import Actor, system
from unjai.model.clock import Clock
from unjai.model.errors import UnjaiError, not_found
from unjai.model.ids import AssignmentId, IncidentId, UnitId, new_id
from unjai.people.store.units import UnitRow, units_on_duty
from unjai.picture.store import LastSeen, last_seen_of
from unjai.platform.database import Tx
from unjai.respond.codes import code_of
from unjai.respond.flows.case import Case
from unjai.respond.rules.ranking import Candidate, Proposal, rank
from unjai.respond.store import assignments, incidents
from unjai.territory.view import Reach, territory_of

OFFER_LASTS = timedelta(seconds=30)
"""How long a unit has to answer."""

OFFER_TRIES = 5
"""How many units one request asks, one after the other, before an operator is called."""

_TIMER_LOCK = 0x554B


async def proposals(tx: Tx, actor: Actor, clock: Clock, *, incident_id: IncidentId) -> list[Proposal]:
    """Return the free units on duty, best first, each with its road time and the reasons for its place."""
    actor.must("incident.read")
    row = await incidents.of(tx, incident_id)
    if row is None:
        raise not_found("incident", incident_id)
    return await _ranked(Case(tx, actor, clock, row))


async def _ranked(case: Case) -> list[Proposal]:
    return await _judged(case, await _free(case))


async def _free(case: Case) -> list[UnitRow]:
    """Return the station's units that are on duty, without an assignment, and not the one that calls for help."""
    busy = await assignments.taken_units(case.tx) | await incidents.in_distress(case.tx)
    return [
        unit
        for unit in await units_on_duty(case.tx, case.clock.now())
        if unit.station_id == case.station_id and unit.id not in busy and unit.id != case.row["unit_id"]
    ]


async def _judged(case: Case, units: Sequence[UnitRow]) -> list[Proposal]:
    tx, now = case.tx, case.clock.now()
    seen = await last_seen_of(tx, [unit.device_id for unit in units if unit.device_id is not None])
    loads = await assignments.loads(tx, {unit.id: unit.since for unit in units if unit.since is not None})
    places: dict[UnitId, LastSeen] = {
        unit.id: seen[unit.device_id] for unit in units if unit.device_id is not None and unit.device_id in seen
    }
    ways = await _ways(case, units, places)
    candidates = [
        Candidate(
            unit_id=unit.id,
            call_sign=unit.call_sign,
            kind=unit.kind,
            capabilities=frozenset(unit.capabilities),
            road_m=ways[unit.id].road_m if unit.id in ways else None,
            eta_s=ways[unit.id].eta_s if unit.id in ways else None,
            by_air=unit.id in ways and ways[unit.id].how != "road",
            position_age_s=(
                max(0.0, (now - places[unit.id].observed_at).total_seconds()) if unit.id in places else None
            ),
            mock=unit.id in places and places[unit.id].mock,
            load=loads.get(unit.id, 0),
        )
        for unit in units
    ]
    return rank(candidates, needs=code_of(case.now("code")).needs, priority=case.now("priority"))


async def _ways(case: Case, units: Sequence[UnitRow], places: dict[UnitId, LastSeen]) -> dict[UnitId, Reach]:
    """Return each unit's way to the incident, where both places are known."""
    to = case.place
    placed = [unit for unit in units if unit.id in places]
    if to is None or not placed:
        return {}
    territory = await territory_of(case.tx, case.station_id)
    found = territory.reach([(places[unit.id].point, unit.kind) for unit in placed], to)
    return {unit.id: way for unit, way in zip(placed, found, strict=True)}


async def offer(
    tx: Tx,
    actor: Actor,
    clock: Clock,
    *,
    incident_id: IncidentId,
    unit_id: UnitId | None = None,
    version: int | None = None,
) -> AssignmentId:
    """Ask a unit to go: the one given, or the best of `proposals`. Who refuses or is silent is followed by the next.

    An incident that is still new is acknowledged by this. Raises (409) `offer_open`, `unit_engaged`,
    `unit_in_distress`, `unit_off_duty`, `no_unit_free`, `incident_unplaced`, `incident_move_illegal`.
    """
    actor.must("dispatch")
    case = await Case.hold(tx, actor, clock, incident_id, version=version)
    case.move("change")
    await case.acknowledge_by_the_way()
    waiting = [row for row in await assignments.open_of_incidents(tx, [incident_id]) if row["state"] == "offered"]
    if waiting:
        raise UnjaiError("offer_open", 409, call_sign=waiting[0]["call_sign"])
    case.set(offer_round=case.row["offer_round"] + 1, unanswered=False)
    row = await (_ask_best(case, by=None) if unit_id is None else _ask_given(case, unit_id))
    if row is None:
        raise UnjaiError("no_unit_free" if case.place is not None else "incident_unplaced", 409)
    await case.save("offer", unit=row["call_sign"])
    return AssignmentId(row["id"])


async def _ask_given(case: Case, unit_id: UnitId) -> dict[str, Any]:
    on_duty = {unit.id: unit for unit in await units_on_duty(case.tx, case.clock.now())}
    unit = on_duty.get(unit_id)
    if unit is None or unit.station_id != case.station_id:
        raise UnjaiError("unit_off_duty", 409)
    if unit_id == case.row["unit_id"] or unit_id in await incidents.in_distress(case.tx):
        raise UnjaiError("unit_in_distress", 409, call_sign=unit.call_sign)
    proposal = (await _judged(case, [unit]))[0]
    row = await _ask(case, proposal, {unit_id: unit}, by=None)
    if row is None:
        raise UnjaiError("unit_engaged", 409, call_sign=unit.call_sign)
    return row


async def _ask_best(case: Case, *, by: Actor | None) -> dict[str, Any] | None:
    """Ask the best unit that was not asked in this round and did not refuse the incident; None where none is left.

    A unit that another incident takes at this very moment is passed over.
    """
    if case.place is None:
        return None
    before = await assignments.of_incident(case.tx, case.id)
    asked = {row["unit_id"] for row in before if row["round"] == case.now("offer_round") or row["state"] == "refused"}
    free = {unit.id: unit for unit in await _free(case)}
    for proposal in await _judged(case, list(free.values())):
        if proposal.unit_id in asked or not proposal.askable:
            continue
        row = await _ask(case, proposal, free, by=by)
        if row is not None:
            return row
    return None


async def _ask(
    case: Case, proposal: Proposal, units: dict[UnitId, UnitRow], *, by: Actor | None
) -> dict[str, Any] | None:
    now = case.clock.now()
    row = await assignments.offer(
        case.tx,
        {
            "id": new_id(now),
            "station_id": case.station_id,
            "incident_id": case.id,
            "unit_id": proposal.unit_id,
            "account_id": units[proposal.unit_id].account_id,
            "call_sign": proposal.call_sign,
            "state": "offered",
            "round": case.now("offer_round"),
            "by_itself": by is not None,
            "road_m": proposal.road_m,
            "eta_s": proposal.eta_s,
            "offered_at": now,
            "expires_at": now + OFFER_LASTS,
        },
    )
    if row is None:
        return None
    await case.tell_unit(row)
    await case.say(
        "offered" if by is None else "offered_by_itself",
        by=by,
        unit=proposal.call_sign,
        unit_id=proposal.unit_id,
        eta_s=proposal.eta_s,
        road_m=proposal.road_m,
    )
    return row


async def ask_next(case: Case) -> None:
    """Ask the next best unit by itself; after `OFFER_TRIES` in a round, or with none left, call the operator.

    Nothing happens where someone is going already.
    """
    rows = await assignments.of_incident(case.tx, case.id)
    if any(row["state"] in ("offered", "accepted", "en_route", "on_scene") for row in rows):
        return
    asked = [row for row in rows if row["round"] == case.now("offer_round")]
    if len(asked) < OFFER_TRIES and await _ask_best(case, by=system(case.station_id)) is not None:
        return
    case.set(unanswered=True)
    await case.say("no_unit_answered", by=system(case.station_id), asked=len(asked))


async def expire_offers(tx: Tx, actor: Actor, clock: Clock) -> int:
    """End the offers whose time is over and ask the next units; return how many ended. Core calls this each second.

    An answer that holds the incident at this moment wins; such an offer is looked at again in the next second.
    """
    actor.must("dispatch")
    if not await tx.scalar(text("SELECT pg_try_advisory_xact_lock(:key)"), {"key": _TIMER_LOCK}):
        return 0
    ended = 0
    for due in await assignments.due(tx, clock.now()):
        row = await incidents.locked(tx, due["incident_id"], skip=True)
        if row is None:
            continue
        offered = await assignments.locked(tx, due["id"])
        if offered is None or offered["state"] != "offered":
            continue
        case = Case(tx, actor, clock, row)
        await case.step(offered, "expired")
        await case.say("expired", unit=offered["call_sign"], unit_id=offered["unit_id"])
        await ask_next(case)
        await case.save("offer_expired", unit=offered["call_sign"])
        ended += 1
    return ended


async def withdraw(tx: Tx, actor: Actor, clock: Clock, *, assignment_id: AssignmentId) -> IncidentId:
    """Take an offer or a task back from a unit; nobody else is asked by itself."""
    actor.must("dispatch")
    case, row = await held_assignment(tx, actor, clock, assignment_id)
    await case.step(row, "withdrawn")
    await case.units_left()
    await case.say("withdrawn", unit=row["call_sign"], unit_id=row["unit_id"])
    await case.save("withdraw", unit=row["call_sign"])
    return case.id


async def held_assignment(
    tx: Tx, actor: Actor, clock: Clock, assignment_id: UUID, *, unit_id: UnitId | None = None
) -> tuple[Case, dict[str, Any]]:
    """Lock an assignment and, before it, its incident; raise `not_found` (404), for another unit's too."""
    found = await assignments.of(tx, assignment_id)
    while found is not None and (unit_id is None or found["unit_id"] == unit_id):
        case = await Case.hold(tx, actor, clock, found["incident_id"])
        row = await assignments.locked(tx, assignment_id)
        if row is not None and row["incident_id"] == found["incident_id"]:
            return case, row
        found = row  # a merge moved it meanwhile
    raise not_found("assignment", assignment_id)
