"""Points on Earth (WGS 84) and short distances. No map projection is needed inside a zone of 10 km²."""

from __future__ import annotations

import math
from dataclasses import dataclass

from unjai.model.errors import DecodeError

EARTH_RADIUS_M = 6_371_008.8
FULL_TURN = 360.0
MAX_LON = 180.0
MAX_LAT = 90.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Point:
    """A place on Earth: degrees, WGS 84; `accuracy_m` is the device's own claim."""

    lon: float
    lat: float
    accuracy_m: float | None = None


def point(lon: object, lat: object, accuracy_m: object = None) -> Point:
    """Make a point of numbers or numeric text; a place outside Earth is the error `position_outside_earth`."""
    try:
        x, y = float(lon), float(lat)  # type: ignore[arg-type]
        near = None if accuracy_m is None else float(accuracy_m)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError) as error:
        raise DecodeError("position_unreadable") from error
    if not (math.isfinite(x) and math.isfinite(y)) or abs(x) > MAX_LON or abs(y) > MAX_LAT:
        raise DecodeError("position_outside_earth", lon=str(lon)[:32], lat=str(lat)[:32])
    if near is not None and not (math.isfinite(near) and near >= 0):
        near = None
    return Point(lon=x, lat=y, accuracy_m=near)


def distance_m(a: Point, b: Point) -> float:
    """Return the great-circle distance in metres (haversine)."""
    lat_a, lat_b = math.radians(a.lat), math.radians(b.lat)
    half_lat = (lat_b - lat_a) / 2
    half_lon = math.radians(b.lon - a.lon) / 2
    chord = math.sin(half_lat) ** 2 + math.cos(lat_a) * math.cos(lat_b) * math.sin(half_lon) ** 2
    return 2 * EARTH_RADIUS_M * math.asin(min(1.0, math.sqrt(chord)))


def bearing_deg(a: Point, b: Point) -> float:
    """Return the first bearing from `a` to `b`, degrees from north, 0 ≤ value < 360."""
    lat_a, lat_b = math.radians(a.lat), math.radians(b.lat)
    turn = math.radians(b.lon - a.lon)
    y = math.sin(turn) * math.cos(lat_b)
    x = math.cos(lat_a) * math.sin(lat_b) - math.sin(lat_a) * math.cos(lat_b) * math.cos(turn)
    return math.degrees(math.atan2(y, x)) % FULL_TURN
