"""The routes of sensors: the forms made of their settings, and the sheet that sets a device up."""

from __future__ import annotations

import asyncio
import ipaddress
from collections.abc import Sequence
from typing import Annotated, Any
from uuid import UUID

import msgspec
from fastapi import APIRouter, Request, Response
from pydantic import ValidationError

from unjai.model.errors import UnjaiError, not_found
from unjai.model.ids import DeviceId
from unjai.people.flows import issue_credential
from unjai.people.phone_apps import Reached, owntracks_config, owntracks_text
from unjai.platform.http import Ask, allowed
from unjai.sense.base import Sensor, sensors
from unjai.sense.schemas import DeviceSetupOut, ObservationKindOut, SensorOut, SettingsIn
from unjai.territory.device_kinds import DEVICE_KINDS
from unjai.territory.flows import change_device
from unjai.territory.records import Device
from unjai.territory.rules.secrets import merged
from unjai.territory.schemas.things import DeviceOut
from unjai.territory.store import device_of

router = APIRouter(tags=["sensors"])


def _topics(sensor: type[Sensor], key: str) -> list[str]:
    """Return a sensor's topics for one device, its key in its level."""
    made = []
    for topic in sensor.topics:
        levels = topic.filter.split("/")
        levels[topic.device_level] = key
        made.append("/".join(levels))
    return made


@router.get("/sensors")
async def all_sensors(ask: Annotated[Ask, allowed("device.read")]) -> list[SensorOut]:
    """Return every sensor with the form of its settings and the kinds of observation it gives."""
    del ask
    return [
        SensorOut(
            key=sensor.key,
            th=sensor.th,
            en=sensor.en,
            devices=list(sensor.devices),
            schema_=sensor.Settings.model_json_schema(),
            kinds=[
                ObservationKindOut(name=one.name, th=one.th, en=one.en, retention=one.retention) for one in sensor.kinds
            ],
            topics=_topics(sensor, "{key}"),
            paths=[path for route in sensor.routes for path in route.paths],
        )
        for sensor in sensors().values()
    ]


@router.post("/devices/{device_id}/setup", status_code=201)
async def set_up(device_id: UUID, response: Response, ask: Annotated[Ask, allowed("device.admin")]) -> DeviceSetupOut:
    """Issue a device's secret with all that it must be told; the secret before stops working."""
    found = await device_of(ask.tx, DeviceId(device_id))
    if found is None:
        raise not_found("device", device_id)
    secret = await issue_credential(ask.tx, ask.actor, ask.clock, device_id=found.id)
    response.headers["Cache-Control"] = "no-store"
    mine = [sensor for sensor in sensors().values() if found.kind in sensor.devices]
    host, local = _host(ask.request)
    port, tls = _mqtt(ask.request)
    topics = [topic.replace("/+", f"/{found.key}", 1) for sensor in mine for topic in _topics(sensor, found.key)]
    base = f"{ask.request.url.scheme}://{ask.request.headers.get('host', host)}"
    paths = [path for sensor in mine for route in sensor.routes for path in route.paths if path.count("{") == 0]
    text = _told(found, secret, host, port, tls=tls, topics=topics, base=base)
    return DeviceSetupOut(
        device_id=found.id,
        key=found.key,
        secret=secret,
        issued_at=ask.clock.now(),
        host=host,
        local=local,
        mqtt_port=port,
        mqtt_tls=tls,
        mqtt_topics=topics,
        urls=[f"{base}{path}" for path in paths if not path.startswith("/api/")],
        qr_text=text,
        qr=await asyncio.to_thread(_qr, text),
    )


@router.put("/devices/{device_id}/settings")
async def change_settings(device_id: UUID, body: SettingsIn, ask: Annotated[Ask, allowed("device.admin")]) -> DeviceOut:
    """Change a device's own settings, by the forms of the sensors it speaks to and of its kind."""
    found = await device_of(ask.tx, DeviceId(device_id))
    if found is None:
        raise not_found("device", device_id)
    told = {name: value for name, value in body.settings.items() if value is not None}
    whole = {name: value for name, value in merged(dict(found.settings), told).items() if value != ""}
    facts = DEVICE_KINDS.get(found.kind)
    forms = [sensor.Settings for sensor in sensors().values() if found.kind in sensor.devices]
    forms += [facts.settings] if facts is not None and facts.settings is not None else []
    for form in forms:
        try:
            form.model_validate(whole)
        except ValidationError as error:
            problem = error.errors()[0]
            name = ".".join(str(part) for part in problem["loc"])
            raise UnjaiError("device_settings_wrong", 422, field=name, problem=problem["msg"]) from error
    changed = await change_device(ask.tx, ask.actor, ask.clock, device_id=found.id, changes={"settings": whole})
    return DeviceOut.model_validate(changed)


def _host(request: Request) -> tuple[str, bool]:
    """Return the name by which the asker reaches us, and whether that is this machine alone."""
    host = request.url.hostname or "127.0.0.1"
    try:
        return host, ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host, host == "localhost"


def _mqtt(request: Request) -> tuple[int, bool]:
    port, tls = getattr(request.app.state, "mqtt_door", (1883, False))
    return int(port), bool(tls)


def _told(device: Device, secret: str, host: str, port: int, *, tls: bool, topics: Sequence[str], base: str) -> str:
    """Return what the QR code says: OwnTracks' own configuration for a phone, JSON for everything else."""
    if device.kind == "phone":
        return owntracks_text(owntracks_config(Reached(base=base), device.key, secret))
    facts: dict[str, Any] = {"host": host, "port": port, "tls": tls, "user": device.key, "password": secret}
    facts["topics"] = list(topics)
    return msgspec.json.encode(facts).decode()


def _qr(text: str) -> list[str]:
    import segno  # noqa: PLC0415  only whoever sets a device up needs it

    return ["".join("1" if dark else "0" for dark in row) for row in segno.make(text, error="m", micro=False).matrix]
