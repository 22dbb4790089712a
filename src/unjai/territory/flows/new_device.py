"""A device made by hand, and whom to call about it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from unjai.model.actor import Actor
from unjai.model.clock import Clock
from unjai.model.errors import UnjaiError, not_found
from unjai.model.ids import DeviceId, named_id
from unjai.model.thai import plain
from unjai.platform.audit import audit
from unjai.platform.database import Tx
from unjai.territory.device_kinds import DEVICE_KINDS
from unjai.territory.facts import owner_kinds
from unjai.territory.flows.scope import changed, enter
from unjai.territory.records import Device
from unjai.territory.rules import fields
from unjai.territory.rules.geojson import position_of
from unjai.territory.rules.rows import read_settings
from unjai.territory.store import device_of, writes
from unjai.territory.store.contacts import drop_contact, put_contact


async def add_device(
    tx: Tx,
    actor: Actor,
    clock: Clock,
    *,
    key: str,
    kind: str,
    name_th: str,
    name_en: str = "",
    owner_kind: str = "police",
    owner_name: str = "",
    lon: float | None = None,
    lat: float | None = None,
    silent_after_s: int | None = None,
    settings: Mapping[str, Any] | None = None,
    installed_on: date | None = None,
    right: str = "device.admin",
) -> Device:
    """Make a device at the actor's station. Its id is made of its key, as an import would have made it.

    `right` is that of whoever calls. Raises `device_key_taken` (409), also for a key of a station one may not see;
    `device_place_missing`, `device_place_half` (422).
    """
    await enter(tx, actor, right, actor.station)
    facts = DEVICE_KINDS.get(fields.choice({"kind": kind}, "kind", DEVICE_KINDS))
    assert facts is not None
    place: tuple[float | None, float | None] = (None, None)
    if lon is not None and lat is not None:
        place = position_of([lon, lat])
    elif lon is not None or lat is not None:
        raise UnjaiError("device_place_half", 422)
    elif facts.fixed:
        raise UnjaiError("device_place_missing", 422)
    own = DeviceId(named_id("device", key))
    row = {
        "id": own,
        "key": key,
        "kind": kind,
        "name_th": plain(name_th),
        "name_en": plain(name_en),
        "owner_kind": fields.choice({"owner_kind": owner_kind}, "owner_kind", owner_kinds()),
        "owner_name": plain(owner_name),
        "lon": place[0],
        "lat": place[1],
        "silent_after_s": facts.silent_after_s if silent_after_s is None else silent_after_s,
        "settings": read_settings(kind, {"settings": dict(settings or {})}),
        "installed_on": installed_on,
    }
    known = await device_of(tx, own)
    if known is not None or key not in await writes.claim_devices(tx, actor.station, [row]):
        raise UnjaiError("device_key_taken", 409, key=key)
    subject, told = f"device:{own}", {"key": key, "kind": kind}
    await audit(tx, actor, clock, action="device.add", subject=subject, facts=told, station_id=actor.station)
    await changed(tx, clock, actor.station, "devices")
    made = await device_of(tx, own)
    if made is None:
        raise not_found("device", key)
    return made


async def set_contact(
    tx: Tx, actor: Actor, clock: Clock, *, device_id: DeviceId, name: str, phone: str, note: str
) -> None:
    """Say whom to call about a device; all empty forgets it. The audit row says that it changed, never the number."""
    actor.must("device.admin")
    actor.must("device.contact")
    found = await device_of(tx, device_id)
    if found is None or found.station_id not in actor.stations:
        raise not_found("device", device_id)
    row = {"name": plain(name), "phone": plain(phone), "note": plain(note)}
    if any(row.values()):
        await put_contact(tx, {"device_id": device_id, "station_id": found.station_id, **row})
    else:
        await drop_contact(tx, device_id)
    subject = f"device:{device_id}"
    facts = {"key": found.key, "named": bool(any(row.values()))}
    await audit(tx, actor, clock, action="device.contact", subject=subject, facts=facts, station_id=found.station_id)
