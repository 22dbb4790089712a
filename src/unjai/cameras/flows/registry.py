"""A camera in the register: made, changed, its login set."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from unjai.cameras.flows.changes import MANAGE, noted, the_camera
from unjai.cameras.rules.registry import address_of, calibration_of, channel_of, masks_of
from unjai.cameras.secrets import Login, seal
from unjai.cameras.store import reads, writes
from unjai.model.actor import Actor
from unjai.model.clock import Clock
from unjai.model.errors import UnjaiError, not_found
from unjai.model.geometry import Point
from unjai.model.ids import DeviceId, StationId
from unjai.people.vault import Vault
from unjai.platform.database import Tx
from unjai.territory.flows import change_device
from unjai.territory.flows.new_device import add_device
from unjai.territory.rules import fields
from unjai.territory.rules.rows import SILENT_AFTER_S
from unjai.territory.store import device_of

DEVICE_FIELDS = frozenset({"name_th", "name_en", "owner_kind", "owner_name", "lon", "lat", "installed_on"})
VIEW_FIELDS: Mapping[str, str] = {
    "bearing_deg": "heading_deg",
    "fov_deg": "fov_deg",
    "reach_day_m": "range_m",
    "events": "onvif_events",
}
"""What a camera sees by day stands in its device's settings, where the console's map has always read it; so does
whether it is asked what it says by itself."""
OWN_FIELDS = frozenset(
    {"state", "funder", "height_m", "reach_night_m", "kind", "record", "keep_days", "analyse", "mask_copies", "ptz"}
    | {"onvif_profile", "read_plates", "plate_lane", "plate_direction"}
)
_SECRET_FIELDS = frozenset({"username", "password"})


async def add_camera(
    tx: Tx, actor: Actor, clock: Clock, vault: Vault, *, key: str, lon: float, lat: float, said: Mapping[str, Any]
) -> UUID:
    """Make a camera at the actor's station; `said` is as `change_camera` takes it. Return its id."""
    actor.must(MANAGE)
    named = {name: said[name] for name in ("name_th", "name_en", "owner_kind", "owner_name") if name in said}
    made = await add_device(tx, actor, clock, key=key, kind="camera", lon=lon, lat=lat, right=MANAGE, **named)
    rest = {name: value for name, value in said.items() if name not in named}
    await change_camera(tx, actor, clock, vault, camera_id=made.id, said=rest)
    return made.id


async def change_camera(
    tx: Tx, actor: Actor, clock: Clock, vault: Vault, *, camera_id: UUID, said: Mapping[str, Any]
) -> None:
    """Change what is told of a camera; what is not in `said` stays. An empty `username` and `password` forget both.

    A login that stands inside an address is taken out of it and sealed. Neither logs nor the audit tell one.
    """
    actor.must(MANAGE)
    found = await the_camera(tx, actor, camera_id)
    station_id = StationId(found["station_id"])
    await _change_device(tx, actor, clock, found, said)
    values = {name: said[name] for name in OWN_FIELDS if name in said}
    values |= await _links(tx, actor, found, said)
    kind = str(values.get("kind", found["kind"]))
    login = _login(said)
    for name in ("main_url", "sub_url", "onvif_url"):
        if name in said or ("kind" in values and name != "onvif_url"):
            form = "still" if name == "onvif_url" else kind
            taken = address_of(form, said.get(name, found[name]) or "")
            values[name] = taken.url
            if login is None and taken.username is not None:
                login = Login(username=taken.username, password=taken.password or "")
    if "masks" in said:
        values["masks"] = masks_of(said["masks"])
    if "calibration" in said:
        place = Point(lon=said.get("lon", found["lon"]), lat=said.get("lat", found["lat"]))
        values["calibration"] = calibration_of(said["calibration"], place)
    if login is not None:
        values["sealed"] = seal(vault, camera_id, login) if login.username or login.password else None
    told = {name: value for name, value in values.items() if name == "sealed" or found.get(name) != value}
    if not told and found["registered"]:
        return
    row = {"device_id": camera_id, "station_id": station_id, "changed_at": clock.now(), **told}
    await writes.put_camera(tx, row)
    facts = {name: _shown(name, value) for name, value in told.items()}
    facts = {"key": found["key"], **facts}
    subject = f"device:{camera_id}"
    await noted(tx, actor, clock, station_id=station_id, action="camera.change", subject=subject, facts=facts)


def _shown(name: str, value: object) -> object:
    if name == "sealed":
        return "set" if value is not None else "forgotten"
    return len(value) if isinstance(value, list) else str(value)


def _login(said: Mapping[str, Any]) -> Login | None:
    """Return the login that is told, None where nothing is said of it (or only half: the rest is not known here)."""
    if not _SECRET_FIELDS & {name for name in said if said[name] is not None}:
        return None
    if not all(isinstance(said.get(name), str) for name in _SECRET_FIELDS):
        raise UnjaiError("camera_login_half", 422)
    return Login(username=said["username"], password=said["password"])


async def _change_device(tx: Tx, actor: Actor, clock: Clock, found: Mapping[str, Any], said: Mapping[str, Any]) -> None:
    """Change what stands in the camera's device. The silence of one that is planned or retired means nothing."""
    changes = {name: said[name] for name in DEVICE_FIELDS if name in said and said[name] != found[name]}
    view = {VIEW_FIELDS[name]: said[name] for name in VIEW_FIELDS if name in said and said[name] != found[name]}
    if view:
        device = await device_of(tx, found["id"])
        assert device is not None
        settings = {**device.settings, **view}
        changes["settings"] = {name: value for name, value in settings.items() if value is not None}
    if said.get("state", found["state"]) != found["state"]:
        changes["silent_after_s"] = SILENT_AFTER_S["camera"] if said["state"] == "working" else 0
    if changes:
        await change_device(tx, actor, clock, device_id=DeviceId(found["id"]), changes=changes, right=MANAGE)
        if found["registered"]:  # else the new row tells it
            what: dict[str, object] = {"key": found["key"], "device": sorted(changes)}
            subject, station = f"device:{found['id']}", StationId(found["station_id"])
            await noted(tx, actor, clock, station_id=station, action="camera.move", subject=subject, facts=what)


async def _links(tx: Tx, actor: Actor, found: Mapping[str, Any], said: Mapping[str, Any]) -> dict[str, Any]:
    """Return the point, source and channel that are told; both must be of the camera's own station."""
    told: dict[str, Any] = {}
    for name, ask in (("point_id", reads.point_of), ("source_id", reads.source_of)):
        if name in said:
            linked = None if said[name] is None else await ask(tx, said[name])
            if said[name] is not None and (linked is None or linked["station_id"] != found["station_id"]):
                raise not_found(name.removesuffix("_id"), said[name])
            told[name] = said[name]
    if "channel" in said:
        told["channel"] = channel_of(fields.text(said, "channel", limit=80))
    assert actor.stations
    return told
