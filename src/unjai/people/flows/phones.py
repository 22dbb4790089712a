"""A patrol's phone set up by one look at a sheet: a new secret, and codes for the apps that send positions."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from urllib.parse import urlsplit

from unjai.model.actor import Actor
from unjai.model.clock import Clock
from unjai.model.errors import UnjaiError
from unjai.model.ids import DeviceId, UnitId
from unjai.people import phone_apps as apps
from unjai.people.flows.devices import issue_credential, issue_own
from unjai.people.flows.duty import unit_of
from unjai.people.phone_apps import Reached, Way
from unjai.people.store import units
from unjai.platform.database import Tx


@dataclass(frozen=True, kw_only=True, slots=True)
class Code:
    """A QR code: what it says, and its dark squares, a text of 0 and 1 for each row."""

    app: str
    text: str
    rows: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class PhoneSheet:
    """All that sets up one phone; the secret is told this once. `config` is OwnTracks' file, `topic` its MQTT topic."""

    unit_id: UnitId
    device_id: DeviceId
    call_sign: str
    device_key: str
    secret: str
    base_url: str
    codes: tuple[Code, ...]
    way: Way
    config: str
    traccar_server: str
    mqtt_host: str
    mqtt_port: int
    mqtt_tls: bool
    topic: str
    client_id: str
    every_s: int
    still_every_s: int


async def phone_sheet(
    tx: Tx,
    actor: Actor,
    clock: Clock,
    *,
    unit_id: UnitId,
    base_url: str,
    way: Way = "http",
    mqtt_port: int = 1883,
    mqtt_tls: bool = False,
) -> PhoneSheet:
    """Make a new secret for the phone of a unit, and the codes that put it into OwnTracks or Traccar Client.

    The secret before stops working at once. Raises `unit_phone_missing` (409), `address_wrong` (422).
    """
    actor.must("device.admin")
    reached = Reached(base=_address(base_url), mqtt_port=mqtt_port, mqtt_tls=mqtt_tls)
    return await _sheet(tx, actor, clock, unit_id=unit_id, reached=reached, way=way, own=False)


async def own_phone_sheet(
    tx: Tx,
    actor: Actor,
    clock: Clock,
    *,
    base_url: str,
    way: Way = "http",
    mqtt_port: int = 1883,
    mqtt_tls: bool = False,
) -> PhoneSheet:
    """Do the same for the phone of one's own unit, and no other: no unit is named.

    Raises `crew_missing` (409) for who crews none, `unit_phone_missing` (409), `address_wrong` (422).
    """
    actor.must("unit.self")
    if actor.unit_id is None:
        raise UnjaiError("crew_missing", 409)
    reached = Reached(base=_address(base_url), mqtt_port=mqtt_port, mqtt_tls=mqtt_tls)
    return await _sheet(tx, actor, clock, unit_id=actor.unit_id, reached=reached, way=way, own=True)


def _address(said: str) -> str:
    base = said.strip().rstrip("/")
    try:
        parts = urlsplit(base)
        good = parts.scheme in {"http", "https"} and bool(parts.hostname) and not parts.query and parts.port != 0
        good = good and not parts.fragment and parts.username is None
    except ValueError:
        good = False
    if not good:
        raise UnjaiError("address_wrong", 422, address=base[:100])
    return base


async def _sheet(
    tx: Tx, actor: Actor, clock: Clock, *, unit_id: UnitId, reached: Reached, way: Way, own: bool
) -> PhoneSheet:
    unit = await unit_of(tx, actor, clock, unit_id=unit_id)
    carried = None if unit.device_id is None else await units.device_row(tx, unit.device_id)
    if carried is None:
        raise UnjaiError("unit_phone_missing", 409, call_sign=unit.call_sign)
    device_id, key = DeviceId(carried["id"]), str(carried["key"])
    issue = issue_own if own else issue_credential
    secret = await issue(tx, actor, clock, device_id=device_id)
    config = apps.owntracks_config(reached, key, secret, way)
    texts = {
        "owntracks": apps.owntracks_text(config),
        "traccar": apps.traccar_text(reached, key, secret),
        "officer": f"{reached.base}/officer/",
    }
    codes = await asyncio.to_thread(lambda: tuple(_code(app, text) for app, text in texts.items()))
    return PhoneSheet(
        unit_id=unit_id,
        device_id=device_id,
        call_sign=unit.call_sign,
        device_key=key,
        secret=secret,
        base_url=reached.base,
        codes=codes,
        way=way,
        config=apps.owntracks_file(config),
        traccar_server=apps.traccar_server(reached, secret),
        mqtt_host=reached.host,
        mqtt_port=reached.mqtt_port,
        mqtt_tls=reached.mqtt_tls,
        topic=apps.topic(key),
        client_id=apps.client_id(key),
        every_s=apps.EVERY_S,
        still_every_s=apps.STILL_EVERY_S,
    )


def _code(app: str, text: str) -> Code:
    import segno  # noqa: PLC0415  only whoever asks for a sheet pays for it

    made = segno.make_qr(text, error="l", boost_error=True)  # the fewest squares, then all the mending they allow
    return Code(app=app, text=text, rows=tuple("".join(str(int(dark)) for dark in row) for row in made.matrix))
