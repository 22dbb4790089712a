"""Persons and vehicles of one incident: written by whoever works on it, seen by whoever may, each look on the log."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from unjai.model.actor import Actor
from unjai.model.clock import Clock
from unjai.model.errors import UnjaiError, not_found
from unjai.model.ids import IncidentId, new_id
from unjai.platform.audit import audit
from unjai.platform.database import Tx
from unjai.respond.flows.case import Case
from unjai.respond.rules import parties as rules
from unjai.respond.store import incidents, parties

FORGOTTEN_AFTER = timedelta(days=365)
"""How long after its end the facts of an incident's people are kept, unless they went to an inquiry officer."""

SHOWN_MOST = 50


async def add_party(
    tx: Tx, actor: Actor, clock: Clock, *, incident_id: IncidentId, kind: str, role: str, facts: Mapping[str, str]
) -> UUID:
    """Note a person or vehicle on an incident, a closed one too.

    Raises `party_invalid`, `party_empty` (422), `parties_many` (409), `right_missing` (403).
    """
    actor.must("incident.work")
    actor.must("party.read")
    told = rules.checked(kind, role, facts)
    case = await Case.hold(tx, actor, clock, incident_id)
    if len(await parties.of_incident(tx, incident_id)) >= SHOWN_MOST:
        raise UnjaiError("parties_many", 409, most=SHOWN_MOST)
    key, covered = new_id(clock.now()), rules.masked(kind, told)
    row = {
        "id": key,
        "station_id": case.station_id,
        "incident_id": incident_id,
        "kind": kind,
        "role": role,
        "masked": covered,
        "at": clock.now(),
        "by": actor.name,
    }
    await parties.add(tx, row, told)
    await case.say("party_added", party_kind=kind, party_role=role, masked=covered)
    await case.save("party_added", party_id=key)
    return key


async def change_party(
    tx: Tx,
    actor: Actor,
    clock: Clock,
    *,
    incident_id: IncidentId,
    party_id: UUID,
    role: str,
    facts: Mapping[str, str],
    before: tuple[str, Mapping[str, str]] | None = None,
) -> None:
    """Write what is known of a person or vehicle anew; raise as `add_party`, and `not_found` (404).

    `before` is the role and facts that the editor saw: where somebody wrote others since, `party_changed` (409).
    """
    actor.must("incident.work")
    actor.must("party.read")
    case, row = await _held(tx, actor, clock, incident_id, party_id)
    if before is not None:
        held = (await parties.facts(tx, [party_id])).get(party_id, {})
        if before[0] != row["role"] or dict(before[1]) != held:
            raise UnjaiError("party_changed", 409)
    told = rules.checked(row["kind"], role, facts)
    covered = rules.masked(row["kind"], told)
    await parties.change(tx, party_id, {"role": role, "masked": covered, "changed_at": clock.now()}, told)
    await case.say("party_changed", party_kind=row["kind"], party_role=role, masked=covered)
    await case.save("party_changed", party_id=party_id)


async def remove_party(tx: Tx, actor: Actor, clock: Clock, *, incident_id: IncidentId, party_id: UUID) -> None:
    """Take a person or vehicle off an incident. The timeline keeps that it stood there, covered."""
    actor.must("incident.work")
    actor.must("party.read")
    case, row = await _held(tx, actor, clock, incident_id, party_id)
    await parties.change(tx, party_id, {"removed_at": clock.now(), "removed_by": actor.name})
    await case.say("party_removed", party_kind=row["kind"], party_role=row["role"], masked=row["masked"])
    await case.save("party_removed", party_id=party_id)


async def restore_party(tx: Tx, actor: Actor, clock: Clock, *, incident_id: IncidentId, party_id: UUID) -> None:
    """Put a removed person or vehicle back, as it was."""
    actor.must("incident.work")
    actor.must("party.read")
    case, row = await _held(tx, actor, clock, incident_id, party_id, removed=True)
    await parties.change(tx, party_id, {"removed_at": None, "removed_by": None})
    await case.say("party_added", party_kind=row["kind"], party_role=row["role"], masked=row["masked"])
    await case.save("party_added", party_id=party_id)


async def _held(
    tx: Tx, actor: Actor, clock: Clock, incident_id: IncidentId, party_id: UUID, *, removed: bool = False
) -> tuple[Case, dict[str, Any]]:
    case = await Case.hold(tx, actor, clock, incident_id)
    row = await parties.of(tx, party_id)
    if row is None or row["incident_id"] != incident_id or (row["removed_at"] is not None) != removed:
        raise not_found("party", party_id)
    return case, row


async def read_parties(
    tx: Tx, actor: Actor, clock: Clock, *, incident_id: IncidentId, why: str = "console"
) -> list[dict[str, Any]]:
    """Return an incident's persons and vehicles with all that is known; the look is written on the log first."""
    actor.must("party.read")
    row = await incidents.of(tx, incident_id)
    if row is None:
        raise not_found("incident", incident_id)
    found = await parties.of_incident(tx, incident_id)
    await audit(
        tx,
        actor,
        clock,
        action="party.read",
        subject=f"incident:{incident_id}",
        facts={"number": row["number"], "parties": [str(one["id"]) for one in found], "why": why},
        station_id=row["station_id"],
    )
    known = await parties.facts(tx, [one["id"] for one in found])
    return [{**one, "facts": known.get(one["id"], {})} for one in found]


async def forget_parties(tx: Tx, actor: Actor, clock: Clock) -> int:
    """Delete what is known of people a year after their incident ended, where no inquiry took it over; how many."""
    forgotten = await parties.forget(tx, clock.now() - FORGOTTEN_AFTER, clock.now())
    if forgotten:
        await audit(tx, actor, clock, action="party.forget", subject="party", facts={"count": forgotten})
    return forgotten
