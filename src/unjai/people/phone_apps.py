"""What the tracking apps are told when they are set up: pure texts in the formats that their makers document.

OwnTracks: https://owntracks.org/booklet/features/remoteconfig and https://owntracks.org/booklet/tech/json
(`_type=configuration`). Since July 2026 (iOS 26.2.2, Android 2.6.0) the app takes such an address only after *allow
configuration by URL and file* was switched on in its settings: https://owntracks.org/booklet/features/security.

Traccar Client: https://www.traccar.org/client-configuration and what the app reads from a scanned code: the address up
to its query is the server, the query holds the settings by the names of its own store (`fastest_interval`, not
`fastestInterval`). A scanned `https:` code is read by the scanner within the app's settings; links that open the app
(`org.traccar.client://config`) were taken out of newer ones (traccar/traccar#6027).
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal
from urllib.parse import quote, urlencode, urlsplit

import msgspec

EVERY_S = 15
"""How often a phone tells where it is while it moves."""
STILL_EVERY_S = 60
"""How often while it stands; Traccar Client takes nothing shorter."""
STEP_M = 10
_TID = 2
_MOVE, _SIGNIFICANT = 2, 1
_KEEPALIVE_S = 60
_MQTT_311 = 4

Way = Literal["http", "mqtt"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Reached:
    """How phones reach this centre: the address of its pages, and the door of MQTT beside it."""

    base: str
    mqtt_port: int = 1883
    mqtt_tls: bool = False

    @property
    def host(self) -> str:
        """Return the machine's name without a port."""
        return urlsplit(self.base).hostname or ""


def client_id(key: str) -> str:
    """Return a device's MQTT client id: letters and figures only, as every broker must take, and no other device's."""
    return "unjai" + hashlib.sha256(key.encode()).hexdigest()[:16]


def topic(key: str) -> str:
    """Return where a device publishes its positions; a broker's user is the device's key here."""
    return f"owntracks/{key}/{key}"


def owntracks_config(reached: Reached, key: str, secret: str, way: Way = "http") -> dict[str, object]:
    """Return OwnTracks' configuration: move mode, nothing heard, nothing done at a distance."""
    common: dict[str, object] = {
        "_type": "configuration",
        "mode": 3 if way == "http" else 0,
        "auth": True,
        "username": key,
        "password": secret,
        "deviceId": key,
        "tid": key[-_TID:],
        "monitoring": _MOVE,
        "locatorInterval": EVERY_S,
        "moveModeLocatorInterval": EVERY_S,
        "locatorDisplacement": STEP_M,
        "extendedData": True,
        "cmd": False,
    }
    if way == "http":
        return {**common, "url": f"{reached.base}/gps/owntracks"}
    return {
        **common,
        "host": reached.host,
        "port": reached.mqtt_port,
        "tls": reached.mqtt_tls,
        "ws": False,
        "clientId": client_id(key),
        "cleanSession": True,
        "keepalive": _KEEPALIVE_S,
        "mqttProtocolLevel": _MQTT_311,
        "pubTopicBase": topic(key),
        "pubQos": 1,
        "pubRetain": False,
        "sub": False,
    }


def owntracks_text(config: Mapping[str, object]) -> str:
    """Return a configuration as the address that the app opens: base64 of the plain alphabet, escaped as a query is."""
    inline = base64.b64encode(msgspec.json.encode(config)).decode()
    return f"owntracks:///config?inline={quote(inline, safe='')}"


def owntracks_file(config: Mapping[str, object]) -> str:
    """Return a configuration as the app's `.otrc` file."""
    return msgspec.json.format(msgspec.json.encode(config)).decode()


def traccar_text(reached: Reached, key: str, secret: str) -> str:
    """Return the code that Traccar Client's own scanner takes its server, identifier and pace from."""
    asked = {
        "id": key,
        "accuracy": "highest",
        "distance": STEP_M,
        "interval": EVERY_S,
        "fastest_interval": EVERY_S // 3,
        "heartbeat": STILL_EVERY_S,
        "buffer": "true",
        "stop_detection": "true",
    }
    return f"{traccar_server(reached, secret)}?{urlencode(asked)}"


def traccar_server(reached: Reached, secret: str) -> str:
    """Return what is typed where the app asks for the server."""
    return f"{reached.base}/gps/osmand/{quote(secret, safe='')}"
