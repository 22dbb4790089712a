"""OwnTracks' messages (https://owntracks.org/booklet/tech/json): km/h, percent, seconds."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final

import msgspec

from unjai.model.errors import DecodeError
from unjai.model.reading import Reading, Received
from unjai.sense import wire
from unjai.sense.gps.fix import fix, heading

SECRET_BYTES: Final = 32
_REGIONS_MOST: Final = 500
NOT_KEPT: Final = frozenset(
    {
        "beacon",
        "card",
        "cmd",
        "configuration",
        "dump",
        "msg",
        "request",
        "steps",
        "tour",
        "tours",
    }
)
"""What the phone's owner set up or asked for: no business of a station. Taken, so that it is not sent again."""
_KMH, _KPA = 1 / 3.6, 1_000.0
_CHARGING: Final[Mapping[object, bool]] = {1: False, 2: True, 3: True}
"""`bs`: 0 unknown, 1 unplugged, 2 charging, 3 full."""


def unsealed(found: Any, secret: str) -> Any:
    """Return what an ``encrypted`` message holds: base64 of nonce and secretbox, the key padded with zeros."""
    if not isinstance(found, dict) or found.get("_type") != "encrypted":
        return found
    from nacl.exceptions import CryptoError  # noqa: PLC0415  only where a station encrypts
    from nacl.secret import SecretBox  # noqa: PLC0415

    key = secret.encode()[:SECRET_BYTES].ljust(SECRET_BYTES, b"\0")
    try:
        plain = SecretBox(key).decrypt(base64.b64decode(found.get("data", ""), validate=True))
        return msgspec.json.decode(plain)
    except (CryptoError, binascii.Error, ValueError, TypeError, RecursionError):
        return found


def device(received: Received, found: Mapping[str, Any]) -> str | None:
    """Return the authenticated device, else the one that the topic, ``X-Limit-D`` or ``?d=`` names."""
    if received.device is not None:
        return received.device
    for topic in (received.topic_or_path, found.get("topic")):
        levels = topic.split("/") if isinstance(topic, str) else []
        if len(levels) > 2 and levels[0] == "owntracks":  # noqa: PLR2004  owntracks/user/device
            return wire.device_key(levels[2])
    return wire.device_key(received.headers.get("x-limit-d") or received.query.get("d"))


def location(received: Received, found: Mapping[str, Any]) -> Iterable[Reading]:
    """Read ``_type=location``: where the phone is, and with ``alarm: sos`` that its bearer needs help."""
    at = wire.moment(found.get("tst"))
    payload = _payload(found)
    trigger = payload.get("trigger", "")
    own = wire.text(found.get("_id"), 64) or wire.text(found.get("created_at"), 20)
    return fix(
        key=device(received, found),
        at=at,
        place=(found.get("lon"), found.get("lat"), found.get("acc")),
        payload=payload,
        alarm=found.get("alarm"),
        # the same fix is sent again by a ping (t = p) minutes later: time and trigger name a message, time alone not
        own_id=None if at is None and own is None else f"{wire.millis(at) if at else ''}:{trigger}:{own or ''}",
    )


def _payload(found: Mapping[str, Any]) -> dict[str, object]:
    speed, pressure = wire.between(found.get("vel"), 0, 2_000), wire.between(found.get("p"), 0, 200)
    battery = wire.between(found.get("batt"), 0, 100)
    state = found.get("bs")
    return wire.present(
        speed_mps=None if speed is None else round(speed * _KMH, 3),
        heading_deg=heading(found.get("cog")),
        altitude_m=wire.between(found.get("alt"), -1_000, 50_000),
        vertical_accuracy_m=wire.between(found.get("vac"), 0, 1e6),
        battery=None if battery is None else battery / 100,
        charging=_CHARGING.get(state) if isinstance(state, int) else None,
        pressure_pa=None if pressure is None else pressure * _KPA,
        trigger=wire.text(found.get("t"), 8),
        connection=wire.text(found.get("conn"), 8),
        monitoring=wire.whole(found.get("m")),
        label=wire.text(found.get("tid"), 8),
        tag=wire.text(found.get("tag"), 80),
        mock=wire.flag(found.get("mock")),
        ignition=wire.flag(found.get("ign")),
        motion=wire.flag(found.get("motion")),
        alarm=wire.text(found.get("alarm"), 40),
    )


def _transition(received: Received, found: Mapping[str, Any]) -> Iterable[Reading]:
    """A phone entered or left a region. Where it was then comes as a ``location`` of its own (t = c), so not twice."""
    event = wire.text(found.get("event"), 40)
    if event is None:
        raise DecodeError("message_unreadable")
    at = wire.moment(found.get("tst"))
    payload = {**_payload(found), **wire.present(event=event, region=wire.text(found.get("desc"), 80))}
    own = None if at is None else f"{wire.millis(at)}:{event}:{payload.get('region', '')}"
    key = device(received, found)
    return (Reading(kind="phone_status", device_key=key, observed_at=at, payload=payload, own_id=own),)


def _waypoint(received: Received, found: Mapping[str, Any]) -> Iterable[Reading]:
    """A region that the phone watches (`transition` says when it is entered): its centre, radius and name.

    Its time is when it was made, perhaps years ago, so it is no time of this message; a changed one has another id.
    """
    centre = wire.place(found.get("lon"), found.get("lat"))
    radius = wire.between(found.get("rad"), 1, 100_000)
    made = wire.moment(found.get("tst"))
    payload = wire.present(
        region=wire.text(found.get("desc"), 80),
        region_id=wire.text(found.get("rid"), 40),
        radius_m=radius,
        made_at=None if made is None else made.isoformat(),
    )
    own = f"{payload.get('region_id') or payload.get('region', '')}:{centre.lon}:{centre.lat}:{radius}"
    return (Reading(kind="waypoint", device_key=device(received, found), point=centre, payload=payload, own_id=own),)


def _waypoints(received: Received, found: Mapping[str, Any]) -> Iterator[Reading]:
    """All regions of a phone in one message; a bad one is raised after the others, with its row."""
    regions = found.get("waypoints")
    if not isinstance(regions, list):
        raise DecodeError("message_unreadable")
    if len(regions) > _REGIONS_MOST:
        raise DecodeError("message_too_many", count=len(regions), limit=_REGIONS_MOST)
    refused: DecodeError | None = None
    for row, region in enumerate(regions):
        try:
            said = region if isinstance(region, dict) else {}
            yield from _waypoint(received, {"topic": found.get("topic"), **said})
        except DecodeError as error:
            refused = refused or DecodeError(error.code, **{**error.facts, "row": row})
    if refused is not None:
        raise refused


def _status(received: Received, found: Mapping[str, Any]) -> Iterable[Reading]:
    """`lwt`: the broker says that the phone is gone (its `tst` is when it had come); `status`: how the app is set."""
    gone = found.get("_type") == "lwt"
    payload: dict[str, object] = {"event": "lwt" if gone else "status"}
    if gone:
        payload["online"] = False
    app = next((said for part in ("iOS", "android") if isinstance(said := found.get(part), dict)), {})
    if extra := wire.attributes(app):
        payload["extra"] = extra
    return (Reading(kind="phone_status", device_key=device(received, found), payload=payload),)


def _encrypted(_received: Received, _found: Mapping[str, Any]) -> Iterable[Reading]:
    raise DecodeError("message_encrypted")


READ: Final[Mapping[str, Callable[[Received, Mapping[str, Any]], Iterable[Reading]]]] = {
    "transition": _transition,
    "waypoint": _waypoint,
    "waypoints": _waypoints,
    "lwt": _status,
    "status": _status,
    "encrypted": _encrypted,
}
"""The messages beside ``location`` that say something of the phone."""
