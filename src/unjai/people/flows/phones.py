"""A patrol's phone set up by one look at a sheet: a new secret, and codes for the apps that send positions."""

from __future__ import annotations

import asyncio
import base64
from dataclasses import dataclass
from urllib.parse import quote, urlencode, urlsplit

import msgspec

from unjai.model.actor import Actor
from unjai.model.clock import Clock
from unjai.model.errors import UnjaiError
from unjai.model.ids import DeviceId, UnitId
from unjai.people.flows.devices import issue_credential
from unjai.people.flows.duty import unit_of
from unjai.people.store import units
from unjai.platform.database import Tx

EVERY_S = 15
"""How often a phone tells where it is while it moves."""

_TID = 2


@dataclass(frozen=True, kw_only=True, slots=True)
class Code:
    """A QR code: what it says, and its dark squares, a text of 0 and 1 for each row."""

    app: str
    text: str
    rows: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class PhoneSheet:
    """All that sets up one phone; the secret is told this once."""

    unit_id: UnitId
    device_id: DeviceId
    call_sign: str
    device_key: str
    secret: str
    base_url: str
    codes: tuple[Code, ...]


async def phone_sheet(tx: Tx, actor: Actor, clock: Clock, *, unit_id: UnitId, base_url: str) -> PhoneSheet:
    """Make a new secret for the phone of a unit, and the codes that put it into OwnTracks or Traccar Client.

    The secret before stops working at once. Raises `unit_phone_missing` (409), `address_wrong` (422).
    """
    actor.must("device.admin")
    base = base_url.strip().rstrip("/")
    try:
        parts = urlsplit(base)
        good = parts.scheme in {"http", "https"} and bool(parts.hostname) and not parts.query and parts.port != 0
    except ValueError:
        good = False
    if not good:
        raise UnjaiError("address_wrong", 422, address=base[:100])
    unit = await unit_of(tx, actor, clock, unit_id=unit_id)
    carried = None if unit.device_id is None else await units.device_row(tx, unit.device_id)
    if carried is None:
        raise UnjaiError("unit_phone_missing", 409, call_sign=unit.call_sign)
    device_id, key = DeviceId(carried["id"]), str(carried["key"])
    secret = await issue_credential(tx, actor, clock, device_id=device_id)
    texts = {
        "owntracks": owntracks_text(base, key, secret),
        "traccar": traccar_text(base, key, secret),
        "officer": f"{base}/officer/",
    }
    codes = await asyncio.to_thread(lambda: tuple(_code(app, text) for app, text in texts.items()))
    return PhoneSheet(
        unit_id=unit_id,
        device_id=device_id,
        call_sign=unit.call_sign,
        device_key=key,
        secret=secret,
        base_url=base,
        codes=codes,
    )


def owntracks_text(base: str, key: str, secret: str) -> str:
    """Return OwnTracks' own address for a configuration in HTTP mode (owntracks.org/booklet/features/remoteconfig)."""
    config = {
        "_type": "configuration",
        "mode": 3,
        "url": f"{base}/gps/owntracks",
        "auth": True,
        "username": key,
        "password": secret,
        "deviceId": key,
        "tid": key[-_TID:],
        "monitoring": 2,
        "moveModeLocatorInterval": EVERY_S,
        "locatorInterval": EVERY_S,
        "extendedData": True,
        "cmd": False,
    }
    inline = base64.b64encode(msgspec.json.encode(config)).decode()
    return f"owntracks:///config?inline={quote(inline)}"


def traccar_text(base: str, key: str, secret: str) -> str:
    """Return the address that Traccar Client takes its server, identifier and pace from when it scans it."""
    asked = {"id": key, "interval": EVERY_S, "distance": 0, "accuracy": "highest", "buffer": "true"}
    return f"{base}/gps/osmand/{quote(secret, safe='')}?{urlencode(asked)}"


def _code(app: str, text: str) -> Code:
    import segno  # noqa: PLC0415  only whoever asks for a sheet pays for it

    made = segno.make_qr(text, error="l", boost_error=True)  # the fewest squares, then all the mending they allow
    return Code(app=app, text=text, rows=tuple("".join(str(int(dark)) for dark in row) for row in made.matrix))
