"""`last_seen` (the live state as of the last flush) and the place in each stream that it reflects."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Boolean, Column, DateTime, Float, Integer, Text, Uuid, select
from sqlalchemy.dialects.postgresql import insert

from unjai.model.geometry import Point
from unjai.model.ids import DeviceId
from unjai.platform.database import Tx, shared_table, station_table

last_seen = station_table(
    "last_seen",
    Column("device_id", Uuid, primary_key=True),
    Column("state", Text, nullable=False),
    Column("heard_at", DateTime(timezone=True), nullable=False),
    Column("observed_at", DateTime(timezone=True)),
    Column("lon", Float(53)),
    Column("lat", Float(53)),
    Column("accuracy_m", Float(53)),
    Column("heading_deg", Float(53)),
    Column("speed_mps", Float(53)),
    Column("battery", Float(53)),
    Column("mock", Boolean, nullable=False, default=False),
    Column("returning", Integer, nullable=False, default=0),
    Column("alarm_until", DateTime(timezone=True)),
    Column("tamper", Boolean, nullable=False, default=False),
    Column("clock_off_s", Float(53)),
    Column("firmware", Text),
    Column("state_since", DateTime(timezone=True)),
    Column("first_heard_at", DateTime(timezone=True)),
)

stream_place = shared_table(
    "stream_place",
    Column("reader", Text, primary_key=True),
    Column("stream", Text, primary_key=True),
    Column("seq", BigInteger, nullable=False),
)

core_term = shared_table(
    "core_term",
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("term", BigInteger, nullable=False),
)
"""One row: how often a core has taken the picture."""


_fresh, _place = insert(last_seen), insert(stream_place)
_SAVE = _fresh.on_conflict_do_update(
    index_elements=["device_id"],
    set_={
        column.name: _fresh.excluded[column.name]
        for column in last_seen.c
        if column.name not in ("device_id", "first_heard_at")
    },
)
_SAVE_PLACE = _place.on_conflict_do_update(index_elements=["reader", "stream"], set_={"seq": _place.excluded.seq})


@dataclass(frozen=True, kw_only=True, slots=True)
class LastSeen:
    """Where and when a device was seen last; `observed_at` is the position's own time."""

    point: Point
    observed_at: datetime
    heard_at: datetime
    heading_deg: float | None
    speed_mps: float | None
    mock: bool


async def last_seen_of(tx: Tx, device_ids: Sequence[DeviceId | UUID]) -> dict[DeviceId, LastSeen]:
    """Return the last position of each device that has one, as of at most a second ago."""
    if not device_ids:
        return {}
    found: dict[DeviceId, LastSeen] = {}
    for row in await tx.all(select(last_seen).where(last_seen.c.device_id.in_(list(device_ids)))):
        if row["lon"] is None or row["observed_at"] is None:
            continue
        found[DeviceId(row["device_id"])] = LastSeen(
            point=Point(lon=row["lon"], lat=row["lat"], accuracy_m=row["accuracy_m"]),
            observed_at=row["observed_at"],
            heard_at=row["heard_at"],
            heading_deg=row["heading_deg"],
            speed_mps=row["speed_mps"],
            mock=row["mock"],
        )
    return found


async def device_state(tx: Tx, device_id: UUID) -> dict[str, Any] | None:
    """Return the live row of one device, or None if it was never heard."""
    return await tx.one(select(last_seen).where(last_seen.c.device_id == device_id))


async def all_last_seen(tx: Tx) -> list[dict[str, Any]]:
    """Return every row of the stations in scope."""
    return await tx.all(select(last_seen))


async def since_of(tx: Tx) -> list[tuple[DeviceId, datetime]]:
    """Return since when each device has been in its state, where that is known."""
    query = select(last_seen.c.device_id, last_seen.c.state_since).where(last_seen.c.state_since.is_not(None))
    return [(DeviceId(row["device_id"]), row["state_since"]) for row in await tx.all(query)]


async def save(tx: Tx, rows: Sequence[Mapping[str, Any]], places: Mapping[str, int]) -> None:
    """Write changed rows and the stream places they reflect, in one transaction."""
    if rows:
        await tx.execute(_SAVE, [dict(row) for row in rows])
    if places:
        await tx.execute(
            _SAVE_PLACE, [{"reader": "picture", "stream": stream, "seq": seq} for stream, seq in places.items()]
        )


async def places(tx: Tx) -> dict[str, int]:
    """Return the place in each stream up to which `last_seen` speaks."""
    rows = await tx.all(select(stream_place).where(stream_place.c.reader == "picture"))
    return {str(row["stream"]): int(row["seq"]) for row in rows}


async def begin_term(tx: Tx) -> int:
    """Count one more holder of the picture; return the number."""
    fresh = insert(core_term).values(id=1, term=1)
    count = fresh.on_conflict_do_update(index_elements=["id"], set_={"term": core_term.c.term + 1})
    return int(await tx.scalar(count.returning(core_term.c.term)))


async def term(tx: Tx) -> int:
    """Return the number of the latest holder."""
    return int(await tx.scalar(select(core_term.c.term)) or 0)
