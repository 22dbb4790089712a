"""OsmAnd's query and form in knots and percent, Traccar Client's JSON in m/s and shares: https://www.traccar.org/osmand/."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from unjai.model.errors import DecodeError
from unjai.model.reading import Reading, Received
from unjai.sense import wire
from unjai.sense.gps.fix import fix, heading

_KNOT: Final = 1852 / 3600
_QUERY: Final = frozenset(
    re.findall(
        r"\w+",
        "id deviceid timestamp lat lon location speed bearing heading altitude accuracy hacc vacc hdop batt battery "
        "charge charging valid cell wifi driverUniqueId alarm event mock key u d",
    )
)
"""The parameters with a meaning; any other is an attribute and kept under ``extra``."""
_LOST_PLUS: Final = re.compile(r"(T[\d:.]+) (\d\d:?\d\d)$")
"""An offset written ``+07:00`` without escaping comes out of a query with a blank."""
_NAMES: Final = ("device_id", "deviceId", "deviceid", "id")


def query(received: Received, form: Mapping[str, str]) -> Iterable[Reading]:
    """Read OsmAnd's parameters; without any device that speaks it is `device_missing`, without a place a sign of life.

    A fix that the device itself calls invalid has ``valid: false`` in its payload: known, not to be acted on.
    """
    named = form.get("id", form.get("deviceid"))
    if not (received.device or named):
        raise DecodeError("device_missing")
    at = wire.moment(_LOST_PLUS.sub(r"\1+\2", form.get("timestamp", "")))
    lat, lon = form.get("lat"), form.get("lon")
    if (both := form.get("location")) is not None:
        lat, _, lon = both.partition(",")
    speed, battery = (
        wire.between(form.get("speed"), 0, 1_000),
        wire.between(form.get("batt", form.get("battery")), 0, 100),
    )
    alarm, event = wire.text(form.get("alarm"), 40), wire.text(form.get("event"), 40)
    payload = wire.present(
        speed_mps=None if speed is None else round(speed * _KNOT, 3),
        heading_deg=heading(form.get("bearing", form.get("heading"))),
        altitude_m=wire.between(form.get("altitude"), -1_000, 50_000),
        vertical_accuracy_m=wire.between(form.get("vacc"), 0, 1e6),
        hdop=wire.between(form.get("hdop"), 0, 1_000),
        battery=None if battery is None else battery / 100,
        charging=wire.flag(form.get("charge", form.get("charging"))),
        mock=wire.flag(form.get("mock")),
        valid=wire.flag(form.get("valid")),
        driver=wire.text(form.get("driverUniqueId"), 80),
        event=event,
        alarm=alarm,
        cell=_cell(form.get("cell")),
        wifi=_wifi(form.get("wifi")),
        extra=wire.attributes(form, _QUERY, query=True) or None,
    )
    own = None if at is None else f"{wire.millis(at)}:{event or ''}:{alarm or ''}"
    where = None if lat is None and lon is None else (lon, lat, form.get("accuracy", form.get("hacc")))
    key = received.device or wire.device_key(named)
    return fix(key=key, at=at, place=where, payload=payload, alarm=alarm or event, own_id=own)


def _cell(value: str | None) -> dict[str, object] | None:
    """Read ``mcc,mnc,lac,cell id[,signal]``."""
    numbers = [wire.whole(part) for part in value.split(",")[:5]] if value else []
    if len(numbers) < 4 or None in numbers[:4]:  # noqa: PLR2004  the four that name a cell
        return None
    return wire.present(**dict(zip(("mcc", "mnc", "lac", "cid", "signal_dbm"), numbers, strict=False)))


def _wifi(value: str | None) -> dict[str, object] | None:
    """Read ``mac,signal``."""
    mac, _, signal = (value or "").partition(",")
    mac = mac.replace("-", ":").lower()
    if not re.fullmatch(r"[0-9a-f]{2}(?::[0-9a-f]{2}){5}", mac):
        return None
    return wire.present(mac=mac, signal_dbm=wire.whole(signal))


def _named(received: Received, found: Mapping[str, Any]) -> object:
    said = next((found[name] for name in _NAMES if name in found), None)
    return received.query.get("id") if said in (None, "") else said


def device(received: Received, found: Mapping[str, Any]) -> str | None:
    """Return the authenticated device, else the one that ``device_id`` or ``?id=`` names."""
    return received.device or wire.device_key(_named(received, found))


def json(received: Received, found: Mapping[str, Any], location: object) -> Iterable[Reading]:
    """Read Traccar Client's JSON: one `location` and what stands around it. Without coordinates a sign of life."""
    if not isinstance(location, dict):
        raise DecodeError("message_unreadable")
    if not (received.device or _named(received, found)):
        raise DecodeError("device_missing")
    coords, battery, activity, extras = (_part(location, name) for name in ("coords", "battery", "activity", "extras"))
    at = wire.moment(location.get("timestamp"))
    event = wire.text(location.get("event"), 40)
    alarm = next((said for part in (location, extras, found) if (said := wire.text(part.get("alarm"), 40))), None)
    no_height = (wire.number(coords.get("altitude_accuracy")) or 0) < 0
    payload = wire.present(
        speed_mps=wire.between(coords.get("speed"), 0, 1_000),
        heading_deg=heading(coords.get("heading")),
        altitude_m=None if no_height else wire.between(coords.get("altitude"), -1_000, 50_000),
        vertical_accuracy_m=wire.between(coords.get("altitude_accuracy"), 0, 1e6),
        battery=wire.between(battery.get("level"), 0, 1),
        charging=wire.flag(battery.get("is_charging")),
        mock=wire.flag(location.get("mock")),
        motion=wire.flag(location.get("is_moving")),
        odometer_m=wire.between(location.get("odometer"), 0, 1e12),
        activity=wire.text(activity.get("type"), 40),
        event=event,
        region=wire.text(_part(location, "geofence").get("identifier"), 80),
        alarm=alarm,
        extra=wire.attributes(extras, {"alarm"}) or None,
    )
    own = wire.text(location.get("uuid"), 64) or (None if at is None else f"{wire.millis(at)}:{event or ''}")
    place = None
    if "latitude" in coords or "longitude" in coords:
        place = (coords.get("longitude"), coords.get("latitude"), coords.get("accuracy"))
    return fix(key=device(received, found), at=at, place=place, payload=payload, alarm=alarm or event, own_id=own)


def _part(found: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    part = found.get(name)
    return part if isinstance(part, dict) else {}
