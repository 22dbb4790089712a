"""The station's gateway to owners, and the words that wait for it: all SQL."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert

from unjai.model.ids import StationId
from unjai.patrol.store.tables import patrol_checkpoint, patrol_owner_channel, patrol_owner_message
from unjai.platform.database import Tx

Row = dict[str, Any]


async def channel_of(tx: Tx, station_id: StationId) -> Row | None:
    """Return a station's gateway."""
    table = patrol_owner_channel
    return await tx.one(select(table).where(table.c.station_id == station_id))


async def put_channel(tx: Tx, row: Mapping[str, Any]) -> None:
    """Write a station's gateway over the one it had."""
    new = insert(patrol_owner_channel).values(**row)
    kept = {name: new.excluded[name] for name in ("id", "url", "sealed", "enabled_at", "changed_at", "changed_by")}
    await tx.execute(new.on_conflict_do_update(index_elements=["station_id"], set_=kept))


async def take_due(tx: Tx, channel: Row, now: datetime, lease: datetime, limit: int) -> list[Row]:
    """Take words that are due, with whom they are for; nobody else takes them before `lease`."""
    table = patrol_owner_message
    waits = (
        table.c.station_id == channel["station_id"],
        table.c.sent_at.is_(None),
        table.c.failed_at.is_(None),
        table.c.made_at >= channel["enabled_at"],
        func.coalesce(table.c.next_at, table.c.made_at) <= now,
    )
    query = (
        select(
            table,
            patrol_checkpoint.c.code.label("checkpoint_code"),
            patrol_checkpoint.c.name_th.label("checkpoint_th"),
            patrol_checkpoint.c.name_en.label("checkpoint_en"),
            patrol_checkpoint.c.owner_name,
            patrol_checkpoint.c.owner_contact,
            patrol_checkpoint.c.tell_owner,
        )
        .join(patrol_checkpoint, patrol_checkpoint.c.id == table.c.checkpoint_id)
        .where(*waits)
        .order_by(table.c.made_at)
        .limit(limit)
        .with_for_update(of=table, skip_locked=True)
    )
    rows = await tx.all(query)
    if rows:
        ids = [row["id"] for row in rows]
        await tx.execute(update(table).where(table.c.id.in_(ids)).values(next_at=lease))
    return rows


async def settle(tx: Tx, message_id: UUID, **values: Any) -> None:
    """Write what came of a try, unless a person sent it meanwhile."""
    table = patrol_owner_message
    await tx.execute(update(table).where(table.c.id == message_id, table.c.sent_at.is_(None)).values(**values))
