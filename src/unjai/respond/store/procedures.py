"""Check lists: versions that never change, marks of one incident, and what was left out at its closing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert

from unjai.platform.database import Tx
from unjai.respond.store.case_tables import procedure, procedure_gap, procedure_mark
from unjai.respond.store.tables import incident

Row = dict[str, Any]


async def newest(tx: Tx, station_id: int, code: str) -> Row | None:
    """Return the newest version of a station's list for an event code."""
    query = select(procedure).where(procedure.c.station_id == station_id, procedure.c.code == code)
    return await tx.one(query.order_by(procedure.c.version.desc()).limit(1))


async def newest_of_all(tx: Tx, station_id: int) -> list[Row]:
    """Return the newest version of each code's list."""
    newer = procedure.alias("newer")
    later = select(newer.c.id).where(
        newer.c.station_id == procedure.c.station_id,
        newer.c.code == procedure.c.code,
        newer.c.version > procedure.c.version,
    )
    query = select(procedure).where(procedure.c.station_id == station_id, ~later.exists()).order_by(procedure.c.code)
    return await tx.all(query)


async def versions(tx: Tx, station_id: int, code: str) -> list[Row]:
    """Return all versions of a list, newest first."""
    query = select(procedure).where(procedure.c.station_id == station_id, procedure.c.code == code)
    return await tx.all(query.order_by(procedure.c.version.desc()).limit(50))


async def of(tx: Tx, procedure_id: UUID) -> Row | None:
    """Return one version."""
    return await tx.one(select(procedure).where(procedure.c.id == procedure_id))


async def add(tx: Tx, values: Mapping[str, Any]) -> bool:
    """Write a version; False where another transaction wrote that number at this moment."""
    once = insert(procedure).values(**values).on_conflict_do_nothing()
    return await tx.scalar(once.returning(procedure.c.id)) is not None


async def marks(tx: Tx, incident_id: UUID, procedure_id: UUID) -> list[Row]:
    """Return what was marked on an incident's list."""
    return await tx.all(
        select(procedure_mark)
        .where(procedure_mark.c.incident_id == incident_id, procedure_mark.c.procedure_id == procedure_id)
        .order_by(procedure_mark.c.at)
    )


async def all_marks(tx: Tx, incident_id: UUID) -> list[Row]:
    """Return every mark of an incident, of lists it had before too, oldest first, with the list's code and version."""
    return await tx.all(
        select(procedure_mark, procedure.c.code, procedure.c.version)
        .join(procedure, procedure.c.id == procedure_mark.c.procedure_id)
        .where(procedure_mark.c.incident_id == incident_id)
        .order_by(procedure_mark.c.at)
    )


async def mark(tx: Tx, values: Mapping[str, Any]) -> None:
    """Write a mark in place of the one before."""
    keys = ("incident_id", "procedure_id", "key")
    fresh = {name: value for name, value in values.items() if name not in keys}
    await tx.execute(
        insert(procedure_mark).values(**values).on_conflict_do_update(index_elements=list(keys), set_=fresh)
    )


async def unmark(tx: Tx, incident_id: UUID, procedure_id: UUID, key: str) -> bool:
    """Take a mark away; False where there was none."""
    found = await tx.execute(
        delete(procedure_mark).where(
            procedure_mark.c.incident_id == incident_id,
            procedure_mark.c.procedure_id == procedure_id,
            procedure_mark.c.key == key,
        )
    )
    return bool(found.rowcount)


async def add_gap(tx: Tx, values: Mapping[str, Any]) -> None:
    """Write what was left out when an incident closed."""
    await tx.execute(insert(procedure_gap).values(**values).inline())


async def drop_gaps(tx: Tx, incident_id: UUID) -> None:
    """Take unseen rows of an incident away, for it goes on."""
    await tx.execute(
        delete(procedure_gap).where(procedure_gap.c.incident_id == incident_id, procedure_gap.c.seen_at.is_(None))
    )


async def gaps(tx: Tx, *, unseen: bool, limit: int = 100) -> list[Row]:
    """Return what was left out, newest first, with the incident's number and kind."""
    query = select(
        procedure_gap,
        incident.c.number,
        incident.c.code,
        incident.c.priority,
        incident.c.about_th,
        incident.c.about_en,
        incident.c.closed_at,
    ).join(incident, incident.c.id == procedure_gap.c.incident_id)
    if unseen:
        query = query.where(procedure_gap.c.seen_at.is_(None))
    return await tx.all(query.order_by(procedure_gap.c.at.desc()).limit(limit))


async def gap(tx: Tx, gap_id: UUID) -> Row | None:
    """Return one row of what was left out, held."""
    return await tx.one(select(procedure_gap).where(procedure_gap.c.id == gap_id).with_for_update())


async def gap_seen(tx: Tx, gap_id: UUID, values: Mapping[str, Any]) -> None:
    """Write who saw it, and when."""
    await tx.execute(update(procedure_gap).where(procedure_gap.c.id == gap_id).values(**values))
