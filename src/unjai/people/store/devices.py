"""Device secrets, refusals, and what the doors hold in memory."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, DateTime, Text, column, delete, literal, or_, select, text, values
from sqlalchemy.dialects.postgresql import insert

from unjai.model.ids import DeviceId
from unjai.people.store.tables import device_credential, device_refusal, unit
from unjai.platform.database import Tx
from unjai.territory.store import device


async def set_credential(tx: Tx, row: Mapping[str, Any]) -> None:
    """Write a device's secret hash in place of the one it had."""
    new = insert(device_credential).values(**row)
    kept = {name: new.excluded[name] for name in ("secret_hash", "issued_at", "issued_by")}
    await tx.execute(new.on_conflict_do_update(index_elements=["device_id"], set_=kept))


async def set_own_credential(tx: Tx, row: Mapping[str, Any]) -> None:
    """Write the secret hash of one's own unit's device, for who holds no right over devices at all.

    The caller has made sure whose it is. The right that row-level security asks for is lent to this one statement.
    """
    rights = await tx.scalar(text("SELECT current_setting('unjai.rights', true)"))
    lend = text("SELECT set_config('unjai.rights', :said, true)")
    await tx.execute(lend, {"said": "device.admin"})
    await set_credential(tx, row)
    await tx.execute(lend, {"said": rights or ""})


async def drop_credential(tx: Tx, device_id: DeviceId) -> bool:
    """Forget a device's secret; False when it had none."""
    done = await tx.execute(delete(device_credential).where(device_credential.c.device_id == device_id))
    return bool(done.rowcount)


async def secret_hash_of(tx: Tx, key: str) -> bytes | None:
    """Return the hash of the secret of the device with this key, if it has one and is not disabled."""
    query = (
        select(device_credential.c.secret_hash)
        .join(device, device.c.id == device_credential.c.device_id)
        .where(device.c.key == key, device.c.disabled.is_(False))
    )
    found: bytes | None = await tx.scalar(query)
    return found


async def registered(tx: Tx) -> list[dict[str, Any]]:
    """Return every device in scope with its secret's hash and the unit that carries it."""
    columns = (
        device.c.id,
        device.c.key,
        device.c.station_id,
        device.c.kind,
        device.c.name_th,
        device.c.name_en,
        device.c.lon,
        device.c.lat,
        device.c.mark,
        device.c.silent_after_s,
        device.c.settings,
        device.c.disabled,
        device_credential.c.secret_hash,
        unit.c.id.label("unit_id"),
        unit.c.mark.label("unit_mark"),
        unit.c.call_sign,
        (unit.c.device_id == device.c.id).label("first"),
    )
    carried = or_(unit.c.id == device.c.unit_id, unit.c.device_id == device.c.id)
    query = (
        select(*columns)
        .outerjoin(device_credential, device_credential.c.device_id == device.c.id)
        .outerjoin(unit, carried & unit.c.disabled.is_(False))
        .order_by(device.c.key, (unit.c.device_id == device.c.id).desc().nulls_last())
    )
    return await tx.all(query)


async def add_refusals(tx: Tx, counts: Mapping[tuple[str, str], int], now: datetime) -> int:
    """Add to the refusals of devices by (key, code); keys of no device in scope are left out. Return rows written."""
    said = values(column("key", Text), column("code", Text), column("count", BigInteger), name="said").data(
        [(key, code, count) for (key, code), count in sorted(counts.items())]
    )
    rows = select(device.c.station_id, device.c.id, said.c.code, said.c.count, literal(now, DateTime(timezone=True)))
    source = rows.join_from(said, device, device.c.key == said.c.key)
    new = insert(device_refusal).from_select(["station_id", "device_id", "code", "count", "last_at"], source)
    more = {"count": device_refusal.c.count + new.excluded["count"], "last_at": new.excluded.last_at}
    adding = new.on_conflict_do_update(index_elements=["device_id", "code"], set_=more)
    return len(await tx.all(adding.returning(device_refusal.c.code)))


async def refusals_of(tx: Tx, device_id: UUID | None = None) -> list[dict[str, Any]]:
    """Return what was refused of one device in scope, or of all: device_id, code, count, last_at; latest first."""
    columns = (device_refusal.c.device_id, device_refusal.c.code, device_refusal.c.count, device_refusal.c.last_at)
    query = select(*columns).order_by(device_refusal.c.last_at.desc(), device_refusal.c.code)
    if device_id is not None:
        query = query.where(device_refusal.c.device_id == device_id)
    return await tx.all(query)
