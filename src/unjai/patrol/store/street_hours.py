"""All SQL over which streets a patrol passed in which hour."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ARRAY, Integer, bindparam, delete, select, text

from unjai.model.ids import StationId
from unjai.patrol.store.desk_tables import patrol_hour
from unjai.platform.database import Tx

_NOTE = text(
    "INSERT INTO patrol_hour (station_id, hour_at, edges) VALUES (:station, :hour, :edges)"
    " ON CONFLICT (station_id, hour_at) DO UPDATE SET edges ="
    " (SELECT array_agg(DISTINCT edge ORDER BY edge) FROM unnest(patrol_hour.edges || excluded.edges) AS edge)"
    " WHERE NOT patrol_hour.edges @> excluded.edges"
).bindparams(bindparam("edges", type_=ARRAY(Integer)))


async def note_hours(tx: Tx, station_id: StationId, passed: Mapping[datetime, Collection[int]]) -> None:
    """Add streets to the hours in which they were passed."""
    for hour, edges in sorted(passed.items()):
        await tx.execute(_NOTE, {"station": station_id, "hour": hour, "edges": sorted(edges)})


async def hours(tx: Tx, station_id: StationId, since: datetime, until: datetime) -> list[dict[str, Any]]:
    """Return the hours between two moments in which any street was passed, the oldest first."""
    query = select(patrol_hour.c.hour_at, patrol_hour.c.edges).where(
        patrol_hour.c.station_id == station_id, patrol_hour.c.hour_at >= since, patrol_hour.c.hour_at < until
    )
    return await tx.all(query.order_by(patrol_hour.c.hour_at))


async def forget_hours(tx: Tx, before: datetime) -> None:
    """Remove what is older than a moment."""
    await tx.execute(delete(patrol_hour).where(patrol_hour.c.hour_at < before))
