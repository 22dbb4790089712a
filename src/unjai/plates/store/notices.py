"""Who is told of a hit: a notice an account, with the words it needs; it goes after a few days."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Column, DateTime, Index, Text, UniqueConstraint, Uuid, delete, select, update
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.dialects.postgresql import insert as pg_insert

from unjai.model.ids import StationId
from unjai.platform.database import Tx, station_table

Row = dict[str, Any]

plate_notice = station_table(
    "plate_notice",
    Column("id", Uuid, primary_key=True),
    Column("account_id", Uuid, nullable=False),
    Column("hit_id", Uuid, nullable=False),
    Column("grade", Text, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("said", JSONB, nullable=False),
    Column("seen_at", DateTime(timezone=True)),
    UniqueConstraint("hit_id", "account_id", "grade"),
    Index("ix_plate_notice_account", "account_id", "at"),
)
"""What one account is told of one hit. `grade` is what the hit was then: probable, alarm or confirmed."""


async def tell(tx: Tx, rows: Collection[Mapping[str, Any]]) -> list[UUID]:
    """Write notices; return whom they are for. What was told before is not told again."""
    if not rows:
        return []
    fresh = pg_insert(plate_notice).values(list(rows)).on_conflict_do_nothing().returning(plate_notice.c.account_id)
    return [row["account_id"] for row in await tx.all(fresh)]


async def own(tx: Tx, station_id: StationId, account_id: UUID, since: datetime) -> list[Row]:
    """Return an account's notices, the newest first."""
    mine = plate_notice.c.station_id == station_id, plate_notice.c.account_id == account_id
    query = select(plate_notice).where(*mine, plate_notice.c.at >= since)
    return await tx.all(query.order_by(plate_notice.c.at.desc(), plate_notice.c.id).limit(50))


async def seen(tx: Tx, account_id: UUID, notice_id: UUID, at: datetime) -> bool:
    """Note that somebody read a notice of theirs; False where there is none."""
    mine = plate_notice.c.id == notice_id, plate_notice.c.account_id == account_id
    put = update(plate_notice).where(*mine, plate_notice.c.seen_at.is_(None)).values(seen_at=at)
    if (await tx.execute(put)).rowcount:
        return True
    return await tx.scalar(select(plate_notice.c.id).where(*mine)) is not None


async def forget(tx: Tx, before: datetime) -> None:
    """Forget old notices."""
    await tx.execute(delete(plate_notice).where(plate_notice.c.at < before))
