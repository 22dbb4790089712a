"""What a stretch of the past held: positions thinned in the database, incidents that were open, their steps."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import and_, or_, select, text

from unjai.model.ids import StationId, id_floor
from unjai.platform.database import Tx
from unjai.respond.store.tables import assignment, incident, timeline

Row = dict[str, Any]
LONGEST_OPEN = timedelta(days=7)
"""An incident closed since is sought among those opened at most this long before the stretch."""

_POSITIONS = text(
    "SELECT device_id, source, json_agg(json_build_array(at_s, lon, lat) ORDER BY slot) AS points FROM ("
    "SELECT DISTINCT ON (seen.device_id, slot) seen.device_id, seen.source,"
    " floor(extract(epoch FROM seen.observed_at - :from_at) / :step) AS slot,"
    " extract(epoch FROM seen.observed_at - :from_at)::int AS at_s,"
    " round(seen.lon::numeric, 6) AS lon, round(seen.lat::numeric, 6) AS lat"
    " FROM obs_fleet seen WHERE seen.id >= :low AND seen.id < :high AND seen.station_id = ANY (:here)"
    " AND seen.kind = 'position' AND seen.lon IS NOT NULL ORDER BY seen.device_id, slot, seen.id) thin"
    " GROUP BY device_id, source"
)


async def positions(
    tx: Tx, stations: Sequence[StationId], from_at: datetime, to_at: datetime, step_s: int
) -> list[Row]:
    """Return each device's way: its first position in each step as [seconds, lon, lat].

    One range of ids is read, for they begin with the time; the database thins, so that few rows travel.
    """
    facts = {"from_at": from_at, "step": step_s, "low": id_floor(from_at), "high": id_floor(to_at)}
    return await tx.all(_POSITIONS, {**facts, "here": list(stations)})


async def open_between(tx: Tx, stations: Sequence[StationId], from_at: datetime, to_at: datetime) -> list[Row]:
    """Return the incidents that were open at some moment of the stretch, oldest first."""
    here = incident.c.station_id == stations[0] if len(stations) == 1 else incident.c.station_id.in_(stations)
    lately = and_(
        incident.c.opened_at >= from_at - LONGEST_OPEN,
        or_(incident.c.closed_at.is_(None), incident.c.closed_at >= from_at),
    )
    return await tx.all(
        select(incident)
        .where(here, incident.c.opened_at < to_at, or_(lately, incident.c.state != "closed"))
        .order_by(incident.c.opened_at, incident.c.id)
    )


async def steps_until(tx: Tx, incident_ids: Sequence[UUID], to_at: datetime) -> list[Row]:
    """Return the steps of incidents until the end of the stretch, in the order in which they were written."""
    if not incident_ids:
        return []
    return await tx.all(
        select(timeline).where(timeline.c.incident_id.in_(incident_ids), timeline.c.at < to_at).order_by(timeline.c.seq)
    )


async def went(tx: Tx, incident_ids: Sequence[UUID]) -> dict[UUID, list[str]]:
    """Return the call signs of the units that took each incident, first ones first."""
    if not incident_ids:
        return {}
    found: dict[UUID, list[str]] = {}
    query = (
        select(assignment.c.incident_id, assignment.c.call_sign)
        .where(assignment.c.incident_id.in_(incident_ids), assignment.c.accepted_at.is_not(None))
        .order_by(assignment.c.accepted_at, assignment.c.id)
    )
    for row in await tx.all(query):
        signs = found.setdefault(row["incident_id"], [])
        if row["call_sign"] not in signs:
            signs.append(row["call_sign"])
    return found
