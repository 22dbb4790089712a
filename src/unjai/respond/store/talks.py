"""Messages between units and the centre, in the order in which they came."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import and_, func, select, update
from sqlalchemy.dialects.postgresql import distinct_on, insert

from unjai.platform.database import Tx
from unjai.respond.store.talk_tables import talk

Row = dict[str, Any]


async def add(tx: Tx, values: Mapping[str, Any]) -> Row | None:
    """Write a message; None where it is known."""
    return await tx.one(
        insert(talk).values(**values).on_conflict_do_nothing(index_elements=[talk.c.id]).returning(talk)
    )


async def of(tx: Tx, key: UUID) -> Row | None:
    """Return one message."""
    return await tx.one(select(talk).where(talk.c.id == key))


async def of_unit(tx: Tx, unit_id: UUID, *, before: int | None = None, limit: int = 50) -> list[Row]:
    """Return a page of a unit's messages, oldest first; those before the number `before`."""
    asked = select(talk).where(talk.c.unit_id == unit_id)
    if before is not None:
        asked = asked.where(talk.c.seq < before)
    rows = await tx.all(asked.order_by(talk.c.seq.desc()).limit(limit))
    return rows[::-1]


async def of_incident(tx: Tx, incident_id: UUID, limit: int = 100) -> list[Row]:
    """Return the last messages about an incident, of all units, oldest first."""
    rows = await tx.all(select(talk).where(talk.c.incident_id == incident_id).order_by(talk.c.seq.desc()).limit(limit))
    return rows[::-1]


async def unread(tx: Tx, *, from_unit: bool, unit_id: UUID | None = None) -> list[Row]:
    """Return how many messages of one side wait to be read, by unit, with the last one's number, words and writer."""
    waits = and_(talk.c.from_unit == from_unit, talk.c.read_at.is_(None))
    if unit_id is not None:
        waits = and_(waits, talk.c.unit_id == unit_id)
    counted = (
        select(talk.c.unit_id, func.count().label("unread"), func.max(talk.c.seq).label("last_seq"))
        .where(waits)
        .group_by(talk.c.unit_id)
        .subquery()
    )
    return await tx.all(select(counted, talk.c.text, talk.c.name).join(talk, talk.c.seq == counted.c.last_seq))


async def unheard(tx: Tx, since: datetime) -> list[Row]:
    """Return the centre's messages since a moment that their units have not read, the last one of each unit."""
    return await tx.all(
        select(talk)
        .ext(distinct_on(talk.c.unit_id))
        .where(talk.c.from_unit.is_(False), talk.c.read_at.is_(None), talk.c.at > since)
        .order_by(talk.c.unit_id, talk.c.seq.desc())
    )


async def read(tx: Tx, unit_id: UUID, *, from_unit: bool, up_to: int, at: datetime, by: str) -> int:
    """Note that the other side's messages up to a number were read; return how many were not before."""
    done = await tx.execute(
        update(talk)
        .where(talk.c.unit_id == unit_id, talk.c.from_unit == from_unit, talk.c.seq <= up_to, talk.c.read_at.is_(None))
        .values(read_at=at, read_by=by)
    )
    return int(done.rowcount)
