"""Waits that lasted too long: a row each, kept for the month; and the limits that a station set."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert

from unjai.platform.database import Tx
from unjai.respond.rules.overdue import Limits
from unjai.respond.store.case_tables import overdue, wait_limit
from unjai.respond.store.tables import incident

Row = dict[str, Any]


async def waiting(tx: Tx, station_id: int) -> list[Row]:
    """Return what the clocks need of the open incidents on which nobody is yet."""
    since = func.coalesce(incident.c.timed_from, incident.c.opened_at).label("since")
    columns = (incident.c.id, incident.c.state, incident.c.priority, incident.c.code, incident.c.arrived_at, since)
    query = select(*columns).where(
        incident.c.station_id == station_id, incident.c.state != "closed", incident.c.state != "on_scene"
    )
    return await tx.all(query.order_by(incident.c.id))


async def of_incidents(tx: Tx, incident_ids: Sequence[UUID], *, unmended: bool = False) -> dict[UUID, list[Row]]:
    """Return the rows of incidents, the earliest due first."""
    if not incident_ids:
        return {}
    query = select(overdue).where(overdue.c.incident_id.in_(incident_ids))
    if unmended:
        query = query.where(overdue.c.mended_at.is_(None))
    found: dict[UUID, list[Row]] = {}
    for row in await tx.all(query.order_by(overdue.c.due_at)):
        found.setdefault(row["incident_id"], []).append(row)
    return found


async def add(tx: Tx, values: Mapping[str, Any]) -> bool:
    """Write a row; False where this wait has rung already."""
    result = await tx.execute(insert(overdue).values(**values).on_conflict_do_nothing().inline())
    return bool(result.rowcount)


async def mend(tx: Tx, ids: Sequence[UUID], at: datetime) -> None:
    """Write that what was waited for came."""
    if ids:
        await tx.execute(update(overdue).where(overdue.c.id.in_(ids)).values(mended_at=at))


async def take(tx: Tx, incident_id: UUID, values: Mapping[str, Any]) -> int:
    """Write who took an incident's open waits over; return how many that were."""
    result = await tx.execute(
        update(overdue)
        .where(overdue.c.incident_id == incident_id, overdue.c.mended_at.is_(None), overdue.c.taken_at.is_(None))
        .values(**values)
    )
    return int(result.rowcount)


async def limits(tx: Tx, station_id: int) -> dict[str, Limits]:
    """Return the limits a station set, by scope (``p1``, ``code:NOI``)."""
    rows = await tx.all(select(wait_limit).where(wait_limit.c.station_id == station_id))
    return {
        row["scope"]: Limits(acknowledge_s=row["acknowledge_s"], assign_s=row["assign_s"], arrive_s=row["arrive_s"])
        for row in rows
    }


async def set_limit(tx: Tx, values: Mapping[str, Any]) -> None:
    """Write a scope's limits."""
    keys = ["station_id", "scope"]
    fresh = {name: value for name, value in values.items() if name not in keys}
    await tx.execute(insert(wait_limit).values(**values).on_conflict_do_update(index_elements=keys, set_=fresh))


async def drop_limit(tx: Tx, station_id: int, scope: str) -> bool:
    """Forget a scope's limits; False where there were none."""
    found = await tx.execute(
        delete(wait_limit).where(wait_limit.c.station_id == station_id, wait_limit.c.scope == scope)
    )
    return bool(found.rowcount)
