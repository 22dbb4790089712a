"""Whom to call about a device: personal data, seen only with the right `device.contact`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Column, Text, Uuid, delete, select
from sqlalchemy.dialects.postgresql import insert

from unjai.model.ids import DeviceId
from unjai.platform.database import Tx, station_table

device_contact = station_table(
    "device_contact",
    Column("device_id", Uuid, primary_key=True),
    Column("name", Text, nullable=False, server_default=""),
    Column("phone", Text, nullable=False, server_default=""),
    Column("note", Text, nullable=False, server_default=""),
    right="device.contact",
)


async def contacts(tx: Tx) -> dict[DeviceId, dict[str, Any]]:
    """Return every contact in scope by device; nothing at all for who lacks the right."""
    return {DeviceId(row["device_id"]): row for row in await tx.all(select(device_contact))}


async def contact_of(tx: Tx, device_id: DeviceId) -> dict[str, Any] | None:
    """Return whom to call about a device."""
    return await tx.one(select(device_contact).where(device_contact.c.device_id == device_id))


async def put_contact(tx: Tx, row: Mapping[str, Any]) -> None:
    """Write a contact in place of the one there was."""
    new = insert(device_contact).values(**row)
    kept = {name: new.excluded[name] for name in ("name", "phone", "note")}
    await tx.execute(new.on_conflict_do_update(index_elements=["device_id"], set_=kept))


async def drop_contact(tx: Tx, device_id: DeviceId) -> None:
    """Forget whom to call."""
    await tx.execute(delete(device_contact).where(device_contact.c.device_id == device_id))
