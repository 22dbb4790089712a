"""A point as the flows see it: the device, what stands there, and who speaks for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from unjai.model.actor import Actor
from unjai.model.clock import Clock
from unjai.model.errors import forbidden, not_found
from unjai.model.ids import DeviceId, StationId
from unjai.platform.database import Tx
from unjai.respond.flows.points import say_of_point
from unjai.sense.sos_pole import Settings, SosPole
from unjai.territory.records import Device
from unjai.territory.store import device_of

KINDS = frozenset(SosPole.devices)


@dataclass(frozen=True, kw_only=True, slots=True)
class Point:
    """An SOS pole, box or alarm point, with what stands there."""

    device: Device
    has: Settings

    @property
    def names(self) -> dict[str, str]:
        """Return its names as facts of a timeline step."""
        return {"point_th": self.device.name_th, "point_en": self.device.name_en or self.device.name_th}


def settings_of(device: Device) -> Settings:
    """Return what stands at a device; settings that cannot be read say that nothing does."""
    try:
        return Settings.model_validate(dict(device.settings))
    except ValueError:
        return Settings()


async def point_of(tx: Tx, device_id: DeviceId) -> Point:
    """Return a point; raise `not_found` (404) for a device that is none, or is not to be seen."""
    device = await device_of(tx, device_id)
    if device is None or device.kind not in KINDS or device.disabled:
        raise not_found("device", device_id)
    return Point(device=device, has=settings_of(device))


async def names_of(tx: Tx, device_id: DeviceId) -> dict[str, str]:
    """Return a point's names as facts of a step, also of one that was shut off or taken out since."""
    device = await device_of(tx, device_id)
    return Point(device=device, has=Settings()).names if device is not None else {"point_th": "—", "point_en": "—"}


def must_be(actor: Actor, point: Point) -> None:
    """Raise `right_missing` (403) unless the actor is the point itself."""
    if actor.kind != "device" or actor.key != point.device.key:
        raise forbidden("sos.talk")


def speaker(device_key: str, name: str, station_id: StationId) -> Actor:
    """Return a point as an actor: it has no rights but its own."""
    return Actor(kind="device", key=device_key, name=name, stations=frozenset({station_id}))


async def tell(tx: Tx, actor: Actor, clock: Clock, row: dict[str, Any], kind: str, **facts: object) -> None:
    """Write a step on the incident that an action or a call belongs to; nothing where it belongs to none."""
    if row["incident_id"] is None:
        return
    await say_of_point(tx, actor, clock, incident_id=row["incident_id"], kind=kind, **facts)
