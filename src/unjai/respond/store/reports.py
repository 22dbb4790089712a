"""Reports: one row an observation, for ever."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, insert, select, update

from unjai.model.geometry import Point
from unjai.platform.database import Tx
from unjai.respond.store.tables import incident, report, report_caller

Row = dict[str, Any]


async def by_observation(tx: Tx, observation_id: UUID) -> Row | None:
    """Return the report that an observation made."""
    return await tx.one(select(report).where(report.c.observation_id == observation_id))


async def of(tx: Tx, report_id: UUID) -> Row | None:
    """Return one report."""
    return await tx.one(select(report).where(report.c.id == report_id))


async def add(tx: Tx, values: Mapping[str, Any]) -> None:
    """Write a report."""
    await tx.execute(insert(report).values(**values).inline())


async def add_caller(tx: Tx, report_id: UUID, station_id: int, name: str | None, phone: str | None) -> None:
    """Write who called; nobody reads it without the right `caller.read`."""
    await tx.execute(
        insert(report_caller).values(report_id=report_id, station_id=station_id, name=name, phone=phone).inline()
    )


async def of_incidents(tx: Tx, incident_ids: Sequence[UUID]) -> list[Row]:
    """Return the reports of incidents in the order of what they observed."""
    if not incident_ids:
        return []
    return await tx.all(
        select(report).where(report.c.incident_id.in_(incident_ids)).order_by(report.c.observed_at, report.c.id)
    )


async def callers(tx: Tx, report_ids: Sequence[UUID]) -> dict[UUID, Row]:
    """Return the callers of reports by the report's id; empty for whoever lacks the right."""
    if not report_ids:
        return {}
    rows = await tx.all(select(report_caller).where(report_caller.c.report_id.in_(report_ids)))
    return {row["report_id"]: row for row in rows}


async def pressed_of_closed(tx: Tx, incident_ids: Sequence[UUID]) -> dict[UUID, datetime]:
    """Return of each point when it was last pressed, as those of these incidents tell that are closed."""
    if not incident_ids:
        return {}
    query = (
        select(report.c.device_id, func.max(report.c.observed_at).label("at"))
        .join(incident, incident.c.id == report.c.incident_id)
        .where(report.c.incident_id.in_(incident_ids), report.c.kind == "sos_press", incident.c.state == "closed")
        .where(report.c.device_id.is_not(None))
        .group_by(report.c.device_id)
    )
    return {row["device_id"]: row["at"] for row in await tx.all(query)}


async def sources(tx: Tx, incident_ids: Sequence[UUID]) -> dict[UUID, frozenset[str]]:
    """Return who told of each incident."""
    if not incident_ids:
        return {}
    rows = await tx.all(
        select(report.c.incident_id, func.array_agg(report.c.source.distinct()).label("sources"))
        .where(report.c.incident_id.in_(incident_ids))
        .group_by(report.c.incident_id)
    )
    return {row["incident_id"]: frozenset(row["sources"]) for row in rows}


async def silent_ones(tx: Tx, incident_ids: Sequence[UUID]) -> frozenset[UUID]:
    """Return the incidents in which someone who called cannot speak."""
    if not incident_ids:
        return frozenset()
    rows = await tx.all(
        select(report.c.incident_id).where(report.c.incident_id.in_(incident_ids), report.c.silent).distinct()
    )
    return frozenset(row["incident_id"] for row in rows)


async def latest_of_source(tx: Tx, source: str) -> Row | None:
    """Return the last report of a source."""
    query = select(report).where(report.c.source == source)
    return await tx.one(query.order_by(report.c.observed_at.desc(), report.c.id.desc()).limit(1))


async def move(tx: Tx, incident_id: UUID, into: UUID) -> int:
    """Give all reports of one incident to another; return how many."""
    result = await tx.execute(update(report).where(report.c.incident_id == incident_id).values(incident_id=into))
    return int(result.rowcount)


async def move_one(tx: Tx, report_id: UUID, *, out_of: UUID, into: UUID) -> None:
    """Give one report to another incident and note where an operator took it from."""
    await tx.execute(
        update(report).where(report.c.id == report_id).values(incident_id=into, split_from=out_of, joined_why=None)
    )


async def place(tx: Tx, report_id: UUID, at: Point, observed_at: datetime) -> None:
    """Give a report its source's newer place, and the moment of it."""
    await tx.execute(
        update(report)
        .where(report.c.id == report_id)
        .values(lon=at.lon, lat=at.lat, accuracy_m=at.accuracy_m, placed_at=observed_at)
    )


def point_of(row: Mapping[str, Any]) -> Point | None:
    """Return where a report (or an incident) is; None where it does not say."""
    if row["lon"] is None:
        return None
    return Point(lon=row["lon"], lat=row["lat"], accuracy_m=row["accuracy_m"])
