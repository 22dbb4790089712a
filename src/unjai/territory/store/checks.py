"""Check lists and the operations room in the database."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert

from unjai.model.ids import StationId
from unjai.platform.database import Tx
from unjai.territory.store.zone_tables import ccoc_room, check_item

COLUMNS = ("key", "checklist", "ordinal", "text_th", "text_en", "removed", "done_on", "done_by", "note")


async def items_of(tx: Tx, station_id: StationId) -> list[dict[str, Any]]:
    """Return the items that a station has changed or added, removed ones too."""
    return await tx.all(select(check_item).where(check_item.c.station_id == station_id).order_by(check_item.c.ordinal))


async def lock_items(tx: Tx, station_id: StationId) -> None:
    """Let one change of a station's lists follow the other."""
    await tx.execute(select(func.pg_advisory_xact_lock(0x7E45, station_id)))


async def keep_item(tx: Tx, station_id: StationId, values: Mapping[str, Any]) -> None:
    """Write an item."""
    put = insert(check_item).values(station_id=station_id, **values)
    changes = {name: value for name, value in values.items() if name not in {"id", "key"}}
    await tx.execute(put.on_conflict_do_update(index_elements=["station_id", "key"], set_=changes))


async def room_of(tx: Tx, station_id: StationId) -> dict[str, Any] | None:
    """Return where the operations centre is, if that was said."""
    return await tx.one(select(ccoc_room).where(ccoc_room.c.station_id == station_id))


async def keep_room(tx: Tx, station_id: StationId, values: Mapping[str, Any]) -> None:
    """Write where the operations centre is."""
    put = insert(ccoc_room).values(station_id=station_id, **values)
    changes = {name: value for name, value in values.items() if name != "id"}
    await tx.execute(put.on_conflict_do_update(index_elements=["station_id"], set_=changes))
