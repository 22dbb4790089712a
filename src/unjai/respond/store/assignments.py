"""Assignments: at most one open a unit, at most one open offer an incident; the database itself refuses more."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import and_, exists, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from unjai.model.ids import UnitId
from unjai.platform.database import Tx
from unjai.respond.rules.life import OPEN_STEPS
from unjai.respond.store.tables import assignment, incident

Row = dict[str, Any]


async def offer(tx: Tx, values: Mapping[str, Any]) -> Row | None:
    """Write an offer; None where the unit is taken, or another offer for the incident is open."""
    return await tx.one(insert(assignment).values(**values).on_conflict_do_nothing().returning(assignment))


async def of(tx: Tx, assignment_id: UUID) -> Row | None:
    """Return one assignment, not held."""
    return await tx.one(select(assignment).where(assignment.c.id == assignment_id))


async def locked(tx: Tx, assignment_id: UUID) -> Row | None:
    """Return one assignment, held; the incident's row must be held before."""
    return await tx.one(select(assignment).where(assignment.c.id == assignment_id).with_for_update())


async def change(tx: Tx, assignment_id: UUID, values: Mapping[str, Any]) -> Row:
    """Write `values` and return the row."""
    row = await tx.one(
        update(assignment).where(assignment.c.id == assignment_id).values(**values).returning(assignment)
    )
    assert row is not None
    return row


async def of_incident(tx: Tx, incident_id: UUID) -> list[Row]:
    """Return all assignments of an incident, oldest first."""
    return await tx.all(
        select(assignment)
        .where(assignment.c.incident_id == incident_id)
        .order_by(assignment.c.offered_at, assignment.c.id)
    )


async def open_of_incidents(tx: Tx, incident_ids: Sequence[UUID]) -> list[Row]:
    """Return the open assignments of incidents, oldest first."""
    if not incident_ids:
        return []
    return await tx.all(
        select(assignment)
        .where(assignment.c.incident_id.in_(incident_ids), assignment.c.state.in_(OPEN_STEPS))
        .order_by(assignment.c.offered_at, assignment.c.id)
    )


async def open_of_unit(tx: Tx, unit_id: UUID) -> Row | None:
    """Return what a unit is asked for or working on."""
    return await tx.one(select(assignment).where(assignment.c.unit_id == unit_id, assignment.c.state.in_(OPEN_STEPS)))


async def last_cleared(tx: Tx, unit_id: UUID) -> Row | None:
    """Return the unit's latest finished assignment."""
    return await tx.one(
        select(assignment)
        .where(assignment.c.unit_id == unit_id, assignment.c.state == "cleared")
        .order_by(assignment.c.offered_at.desc())
        .limit(1)
    )


async def taken_units(tx: Tx) -> frozenset[UnitId]:
    """Return the units with an open assignment."""
    rows = await tx.all(select(assignment.c.unit_id).where(assignment.c.state.in_(OPEN_STEPS)))
    return frozenset(UnitId(row["unit_id"]) for row in rows)


async def loads(tx: Tx, since: Mapping[UnitId, datetime]) -> dict[UnitId, int]:
    """Return how many assignments each unit took since its moment (the start of its duty)."""
    if not since:
        return {}
    mine = or_(*(and_(assignment.c.unit_id == unit_id, assignment.c.offered_at >= at) for unit_id, at in since.items()))
    rows = await tx.all(
        select(assignment.c.unit_id, func.count().label("taken"))
        .where(mine, assignment.c.accepted_at.is_not(None))
        .group_by(assignment.c.unit_id)
    )
    return {UnitId(row["unit_id"]): int(row["taken"]) for row in rows}


async def due(tx: Tx, now: datetime, limit: int = 50) -> list[Row]:
    """Return offers whose time is over, in the order of their incidents; not held."""
    return await tx.all(
        select(assignment.c.id, assignment.c.incident_id)
        .where(assignment.c.state == "offered", assignment.c.expires_at <= now)
        .order_by(assignment.c.incident_id, assignment.c.id)
        .limit(limit)
    )


async def ever_asked(tx: Tx, incident_id: UUID, unit_id: UUID) -> bool:
    """Tell whether a unit was ever asked for an incident, or called for help there itself."""
    asked = exists().where(assignment.c.incident_id == incident_id, assignment.c.unit_id == unit_id)
    own = exists().where(incident.c.id == incident_id, incident.c.unit_id == unit_id)
    return bool(await tx.scalar(select(or_(asked, own))))


async def offered(tx: Tx, now: datetime) -> list[Row]:
    """Return the offers that may still be answered."""
    return await tx.all(select(assignment).where(assignment.c.state == "offered", assignment.c.expires_at > now))


async def move_open(tx: Tx, incident_id: UUID, into: UUID) -> None:
    """Give the answered, open assignments of one incident to another."""
    await tx.execute(
        update(assignment)
        .where(assignment.c.incident_id == incident_id, assignment.c.state.in_(("accepted", "en_route", "on_scene")))
        .values(incident_id=into)
    )
