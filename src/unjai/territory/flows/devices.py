"""Devices one by one: disable, change, hand to a unit, remove."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.exc import IntegrityError

from unjai.model.actor import Actor
from unjai.model.clock import Clock
from unjai.model.errors import UnjaiError, forbidden, not_found
from unjai.model.ids import DeviceId, UnitId
from unjai.platform.audit import audit
from unjai.platform.database import Tx
from unjai.territory.flows.scope import changed, enter
from unjai.territory.records import Device
from unjai.territory.store import device, device_of, writes

CHANGEABLE = frozenset(
    {"name_th", "name_en", "owner_kind", "owner_name", "lon", "lat", "silent_after_s", "settings", "installed_on"}
)


async def _the_device(tx: Tx, actor: Actor, device_id: DeviceId) -> Device:
    found = await device_of(tx, device_id)
    if found is None or found.station_id not in actor.stations:
        raise not_found("device", device_id)
    return found


async def _change(
    tx: Tx, actor: Actor, clock: Clock, *, found: Device, action: str, values: Mapping[str, Any]
) -> Device:
    told = {name: value for name, value in values.items() if getattr(found, name) != value}
    if told:
        await writes.change_device(tx, found.id, told)
        facts = {"key": found.key, **{name: str(value) for name, value in told.items()}}
        subject = f"device:{found.id}"
        await audit(tx, actor, clock, action=action, subject=subject, facts=facts, station_id=found.station_id)
        await changed(tx, clock, found.station_id, "devices")
    return await _the_device(tx, actor, found.id)


async def disable_device(tx: Tx, actor: Actor, clock: Clock, *, device_id: DeviceId, disabled: bool) -> Device:
    """Shut a device out, or let it in again: what a disabled one sends is refused at the door."""
    found = await _the_device(tx, actor, device_id)
    await enter(tx, actor, "device.admin", found.station_id)
    action = "device.disable" if disabled else "device.enable"
    return await _change(tx, actor, clock, found=found, action=action, values={"disabled": disabled})


async def change_device(
    tx: Tx, actor: Actor, clock: Clock, *, device_id: DeviceId, changes: Mapping[str, Any]
) -> Device:
    """Change what is known of a device (see `CHANGEABLE`); its key and kind are for ever."""
    found = await _the_device(tx, actor, device_id)
    await enter(tx, actor, "device.admin", found.station_id)
    for name in changes:
        if name not in CHANGEABLE:
            raise UnjaiError("device_field_fixed", 422, field=name)
    return await _change(tx, actor, clock, found=found, action="device.change", values=changes)


async def hold_device(tx: Tx, actor: Actor, clock: Clock, *, device_id: DeviceId, unit_id: UnitId | None) -> Device:
    """Say which unit carries a phone or tracker; None takes it back. A unit may carry several."""
    found = await _the_device(tx, actor, device_id)
    if not (actor.may("unit.admin") or actor.may("device.admin")):
        raise forbidden("unit.admin")
    if found.kind not in {"phone", "tracker"} and unit_id is not None:
        raise UnjaiError("device_not_carried", 422, key=found.key, kind=found.kind)
    return await _change(tx, actor, clock, found=found, action="device.hold", values={"unit_id": unit_id})


async def remove_device(tx: Tx, actor: Actor, clock: Clock, *, device_id: DeviceId) -> int:
    """Delete a device; return the territory's new version. One that others rely on is `device_in_use` (409)."""
    found = await _the_device(tx, actor, device_id)
    await enter(tx, actor, "device.admin", found.station_id)
    point = await tx.conn.begin_nested()
    try:
        await writes.remove(tx, device, found.station_id, found.id)
    except IntegrityError as error:
        await point.rollback()
        raise UnjaiError("device_in_use", 409, key=found.key) from error
    await point.commit()
    facts = {"key": found.key, "kind": found.kind}
    subject = f"device:{found.id}"
    await audit(tx, actor, clock, action="device.remove", subject=subject, facts=facts, station_id=found.station_id)
    return await changed(tx, clock, found.station_id, "devices")
