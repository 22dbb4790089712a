"""Devices one by one: disable, change, hand to a unit, remove."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from unjai.model.actor import Actor
from unjai.model.clock import Clock
from unjai.model.errors import UnjaiError, forbidden, not_found
from unjai.model.ids import DeviceId, UnitId
from unjai.platform.audit import audit
from unjai.platform.database import Tx
from unjai.territory.facts import owner_kinds
from unjai.territory.flows.scope import changed, enter
from unjai.territory.records import Device
from unjai.territory.rules import fields
from unjai.territory.rules.geojson import position_of
from unjai.territory.rules.rows import read_settings
from unjai.territory.store import device, device_of, writes

CHANGEABLE = frozenset(
    {"name_th", "name_en", "owner_kind", "owner_name", "lon", "lat", "silent_after_s", "settings", "installed_on"}
)


EVIDENCE_KINDS = frozenset({"sos_pole", "camera"})
"""Devices that call for help or bear witness: no one person deletes them. To shut one out, disable it."""


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
    tx: Tx,
    actor: Actor,
    clock: Clock,
    *,
    device_id: DeviceId,
    changes: Mapping[str, Any],
    right: str = "device.admin",
) -> Device:
    """Change what is known of a device (see `CHANGEABLE`); its key and kind are for ever.

    `right` is that of whoever calls: a capability above keeps devices of its own (cameras).
    """
    found = await _the_device(tx, actor, device_id)
    await enter(tx, actor, right, found.station_id)
    values = _checked(found, changes)
    return await _change(tx, actor, clock, found=found, action="device.change", values=values)


def _checked(found: Device, changes: Mapping[str, Any]) -> dict[str, Any]:
    """Return changes as the import would have taken them; raise what it would have told."""
    for name in changes:
        if name not in CHANGEABLE:
            raise UnjaiError("device_field_fixed", 422, field=name)
    told: dict[str, Any] = {
        name: fields.text(changes, name) for name in ("name_th", "name_en", "owner_name") if name in changes
    }
    if "name_th" in told and not told["name_th"]:
        raise UnjaiError("row_name_missing", 422)
    if "owner_kind" in changes:
        told["owner_kind"] = fields.choice(changes, "owner_kind", owner_kinds())
    if "lon" in changes or "lat" in changes:
        lon, lat = changes.get("lon", found.lon), changes.get("lat", found.lat)
        told |= dict(zip(("lon", "lat"), position_of([lon, lat]), strict=True))
    if changes.get("silent_after_s") is not None:
        told["silent_after_s"] = fields.whole(changes, "silent_after_s", 0, 604_800)
    if "settings" in changes:
        told["settings"] = read_settings(found.kind, {"settings": changes["settings"]})
    if "installed_on" in changes:
        told["installed_on"] = changes["installed_on"]
    return told


async def hold_device(tx: Tx, actor: Actor, clock: Clock, *, device_id: DeviceId, unit_id: UnitId | None) -> Device:
    """Say which unit carries a phone or tracker; None takes it back. A unit may carry several."""
    found = await _the_device(tx, actor, device_id)
    if not (actor.may("unit.admin") or actor.may("device.admin")):
        raise forbidden("unit.admin")
    if found.kind not in {"phone", "tracker"} and unit_id is not None:
        raise UnjaiError("device_not_carried", 422, key=found.key, kind=found.kind)
    return await _change(tx, actor, clock, found=found, action="device.hold", values={"unit_id": unit_id})


async def remove_device(tx: Tx, actor: Actor, clock: Clock, *, device_id: DeviceId) -> int:
    """Delete a device with its credential; return the territory's new version. What it told stays."""
    found = await _the_device(tx, actor, device_id)
    await enter(tx, actor, "device.admin", found.station_id)
    if found.kind in EVIDENCE_KINDS:
        actor.must_be_approved("device.remove", key=str(found.id))
    await writes.remove(tx, device, found.station_id, found.id)
    facts = {"key": found.key, "kind": found.kind}
    subject = f"device:{found.id}"
    await audit(tx, actor, clock, action="device.remove", subject=subject, facts=facts, station_id=found.station_id)
    return await changed(tx, clock, found.station_id, "devices")
