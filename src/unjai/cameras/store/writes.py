"""What changes the registry."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import Table, delete, insert, update
from sqlalchemy.dialects.postgresql import insert as upsert_into

from unjai.cameras.store.tables import camera
from unjai.platform.database import Tx


async def put_camera(tx: Tx, values: Mapping[str, Any]) -> None:
    """Write columns of a camera's row, made if there is none."""
    new = upsert_into(camera).values(**values)
    kept = {name: new.excluded[name] for name in values if name not in {"device_id", "station_id"}}
    await tx.execute(new.on_conflict_do_update(index_elements=["device_id"], set_=kept))


async def add(tx: Tx, table: Table, values: Mapping[str, Any]) -> None:
    """Insert a row."""
    await tx.execute(insert(table).values(**values).inline())


async def claim(tx: Tx, table: Table, values: Mapping[str, Any]) -> bool:
    """Insert a row whose code nobody at the station has; tell whether it was free."""
    done = await tx.execute(upsert_into(table).values(**values).on_conflict_do_nothing().returning(table.c.id))
    return done.first() is not None


async def change(tx: Tx, table: Table, key: UUID, values: Mapping[str, Any]) -> None:
    """Set columns of a row."""
    await tx.execute(update(table).where(table.c.id == key).values(**values))


async def remove(tx: Tx, table: Table, key: UUID) -> bool:
    """Delete a row; tell whether it was there."""
    return int((await tx.execute(delete(table).where(table.c.id == key))).rowcount) > 0
