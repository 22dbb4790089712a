"""What cameras showed when a rule found something: one masked still a hit, there before its recording is."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Column, DateTime, ForeignKey, LargeBinary, Uuid, delete, select
from sqlalchemy.dialects.postgresql import insert

from unjai.platform.database import Tx, station_table

camera_still = station_table(
    "camera_still",
    Column("id", Uuid, primary_key=True),
    Column("device_id", ForeignKey("device.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("at", DateTime(timezone=True), nullable=False, index=True),
    Column("picture", LargeBinary, nullable=False),
)


async def add_still(tx: Tx, values: Mapping[str, Any]) -> None:
    """Keep a still; told again it changes nothing."""
    await tx.execute(insert(camera_still).values(**values).on_conflict_do_nothing())


async def still_of(tx: Tx, still_id: UUID) -> dict[str, Any] | None:
    """Return one still with its picture."""
    return await tx.one(select(camera_still).where(camera_still.c.id == still_id))


async def forget_stills(tx: Tx, before: datetime) -> None:
    """Delete the stills of before a moment."""
    await tx.execute(delete(camera_still).where(camera_still.c.at < before))
