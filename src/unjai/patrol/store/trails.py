"""Positions of units, for the streets that they went along."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import text

from unjai.model.ids import StationId, id_floor
from unjai.platform.database import Tx

MOST = 20_000
_SEEN = text(
    "SELECT seen.lon, seen.lat, seen.accuracy_m, seen.observed_at FROM obs_fleet seen"
    " WHERE seen.id >= :low AND seen.id < :high AND seen.station_id = :here AND seen.kind = 'position'"
    " AND seen.lon IS NOT NULL AND seen.received_at >= :since AND seen.received_at < :until"
    " AND EXISTS (SELECT FROM unit WHERE unit.device_id = seen.device_id) LIMIT :most"
)


async def positions_between(
    tx: Tx, station_id: StationId, since: datetime, until: datetime, *, earliest: datetime
) -> list[dict[str, Any]]:
    """Return positions of units' devices that came in a stretch of time and were observed after `earliest`."""
    bounds = {"low": id_floor(earliest), "high": id_floor(until + timedelta(minutes=5))}
    return await tx.all(_SEEN, {**bounds, "here": station_id, "since": since, "until": until, "most": MOST})
