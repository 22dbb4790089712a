"""Outages as intervals, the time in which the centre itself listened, and what the record tells of one device."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Column, DateTime, Index, Uuid, func, or_, select, text, update
from sqlalchemy.dialects.postgresql import insert

from unjai.model.ids import DeviceId, StationId, id_floor
from unjai.platform.database import Tx, station_table

Row = dict[str, Any]

device_outage = station_table(
    "device_outage",
    Column("id", Uuid, primary_key=True),
    Column("device_id", Uuid, nullable=False),
    Column("from_at", DateTime(timezone=True), nullable=False),
    Column("noticed_at", DateTime(timezone=True), nullable=False),
    Column("to_at", DateTime(timezone=True)),
    Column("told_at", DateTime(timezone=True)),
    Column("group_id", Uuid),
    Column("settled_at", DateTime(timezone=True)),
    Index("ix_device_outage_device", "device_id", "from_at"),
    Index("ix_device_outage_open", "station_id", postgresql_where=text("settled_at IS NULL")),
)
"""A device's silence: `from_at` its last word, `noticed_at` when it counted as silent, `to_at` its first word again.
`told_at` is when an incident was told of it, alone or with others (`group_id`, the report's id); `settled_at` when all
that follows was done."""

listening = station_table(
    "listening",
    Column("id", Uuid, primary_key=True),
    Column("from_at", DateTime(timezone=True), nullable=False),
    Column("to_at", DateTime(timezone=True), nullable=False),
    Index("ix_listening_to", "to_at"),
)
"""The intervals in which the centre listened to a station's devices: only then anything is known of them."""

_outage, _span = insert(device_outage), insert(listening)
_SAVE = _outage.on_conflict_do_update(
    index_elements=["id"],
    set_={name: _outage.excluded[name] for name in ("noticed_at", "to_at", "told_at", "group_id", "settled_at")},
)
_SAVE_SPAN = _span.on_conflict_do_update(index_elements=["id"], set_={"to_at": _span.excluded.to_at})


async def save_outages(tx: Tx, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write outages as they are now."""
    if rows:
        await tx.execute(_SAVE, [dict(row) for row in rows])


async def unsettled(tx: Tx, station_id: StationId) -> list[Row]:
    """Return the outages that are not over, or after which something is still to be done."""
    query = select(device_outage).where(device_outage.c.station_id == station_id, device_outage.c.settled_at.is_(None))
    return await tx.all(query.order_by(device_outage.c.noticed_at, device_outage.c.id))


async def count_since(tx: Tx, device_id: UUID, since: datetime) -> int:
    """Return how many silences of a device began since a moment."""
    query = select(func.count()).where(device_outage.c.device_id == device_id, device_outage.c.noticed_at >= since)
    return int(await tx.scalar(query) or 0)


async def outages(tx: Tx, since: datetime, *, device_id: UUID | None = None, limit: int | None = None) -> list[Row]:
    """Return the silences that reach into the time since a moment, newest first."""
    query = select(device_outage).where(or_(device_outage.c.to_at.is_(None), device_outage.c.to_at > since))
    if device_id is not None:
        query = query.where(device_outage.c.device_id == device_id)
    return await tx.all(query.order_by(device_outage.c.from_at.desc()).limit(limit))


async def save_listening(tx: Tx, row: Mapping[str, Any]) -> None:
    """Write how far the centre has listened by now."""
    await tx.execute(_SAVE_SPAN, [dict(row)])


async def last_listening(tx: Tx, station_id: StationId) -> Row | None:
    """Return the latest interval in which a station was listened to."""
    query = select(listening).where(listening.c.station_id == station_id)
    return await tx.one(query.order_by(listening.c.to_at.desc()).limit(1))


async def listened(tx: Tx, since: datetime) -> list[tuple[datetime, datetime]]:
    """Return the intervals in which the centre listened since a moment, in order."""
    query = select(listening.c.from_at, listening.c.to_at).where(listening.c.to_at > since)
    return [(row["from_at"], row["to_at"]) for row in await tx.all(query.order_by(listening.c.from_at))]


async def end_outages_of(tx: Tx, device_id: DeviceId, at: datetime) -> None:
    """End what is open of a device that is gone for good."""
    own = update(device_outage).where(device_outage.c.device_id == device_id, device_outage.c.settled_at.is_(None))
    await tx.execute(own.values(to_at=func.coalesce(device_outage.c.to_at, at), settled_at=at))


_BATTERY = text(
    "SELECT to_timestamp(floor(extract(epoch FROM observed_at) / :step) * :step) AS at,"
    " min((payload->>'battery')::float) AS least, max((payload->>'battery')::float) AS most"
    " FROM obs_device WHERE id >= :low AND device_id = :device AND observed_at >= :since"
    " AND jsonb_typeof(payload->'battery') = 'number' GROUP BY 1 ORDER BY 1"
)


async def battery_curve(tx: Tx, device_id: UUID, since: datetime, now: datetime, points: int = 240) -> list[Row]:
    """Return a device's battery over time, least and most of each step (shares of 1), at most about `points` steps."""
    step = max(60.0, (now - since).total_seconds() / points)
    facts = {"step": step, "low": id_floor(since), "device": device_id, "since": since}
    return await tx.all(_BATTERY, facts)
