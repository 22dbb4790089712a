"""What the public ledger asks of the watch list."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select

from unjai.model.ids import StationId
from unjai.plates.store.watch_list import watch_entry
from unjai.platform.database import Tx


async def list_size(tx: Tx, station_id: StationId, now: datetime) -> int:
    """Return how many entries of a station's watch list are in force."""
    query = select(func.count()).where(watch_entry.c.station_id == station_id, watch_entry.c.state == "approved")
    return int(await tx.scalar(query.where(watch_entry.c.valid_from <= now, watch_entry.c.valid_until > now)))
