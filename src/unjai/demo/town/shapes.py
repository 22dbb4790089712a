"""Plane geometry of the town in metres: x east, y north of the clock tower; longitude and latitude come at the end."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from shapely import LineString, MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

XY = tuple[float, float]

ORIGIN_LON = 99.9384
ORIGIN_LAT = 16.6142
METRES_PER_DEGREE = 111_195.08
"""Of latitude, on the sphere of `model.geometry` (radius 6,371,008.8 m)."""


def to_lonlat(at: XY) -> tuple[float, float]:
    """Return (longitude, latitude) of a plane point, rounded to 7 decimals (about 1 cm)."""
    lat = ORIGIN_LAT + at[1] / METRES_PER_DEGREE
    lon = ORIGIN_LON + at[0] / (METRES_PER_DEGREE * math.cos(math.radians(ORIGIN_LAT)))
    return round(lon, 7), round(lat, 7)


def to_xy(lon: float, lat: float) -> XY:
    """Return the plane point (metres) of a longitude and latitude."""
    x = (lon - ORIGIN_LON) * METRES_PER_DEGREE * math.cos(math.radians(ORIGIN_LAT))
    return x, (lat - ORIGIN_LAT) * METRES_PER_DEGREE


def smooth(points: Sequence[XY], step_m: float = 14.0) -> LineString:
    """Return a curve through `points` (centripetal-like Catmull-Rom, sampled about every `step_m`)."""
    if len(points) < 3:  #  two points are a straight line
        return LineString(points)
    padded = [_mirror(points[0], points[1]), *points, _mirror(points[-1], points[-2])]
    out: list[XY] = [points[0]]
    for before, a, b, after in zip(padded, padded[1:], padded[2:], padded[3:], strict=False):
        count = max(1, round(math.dist(a, b) / step_m))
        out.extend(_catmull(before, a, b, after, i / count) for i in range(1, count + 1))
    return LineString(out)


def _mirror(at: XY, other: XY) -> XY:
    return 2 * at[0] - other[0], 2 * at[1] - other[1]


def _catmull(p0: XY, p1: XY, p2: XY, p3: XY, t: float) -> XY:
    tangent = 0.42
    h1, h2 = 2 * t**3 - 3 * t**2 + 1, t**3 - 2 * t**2 + t
    h3, h4 = -2 * t**3 + 3 * t**2, t**3 - t**2
    x = h1 * p1[0] + h2 * tangent * (p2[0] - p0[0]) + h3 * p2[0] + h4 * tangent * (p3[0] - p1[0])
    y = h1 * p1[1] + h2 * tangent * (p2[1] - p0[1]) + h3 * p2[1] + h4 * tangent * (p3[1] - p1[1])
    return x, y


def box(centre: XY, width_m: float, height_m: float, turn_deg: float) -> Polygon:
    """Return a rectangle round `centre`, turned anticlockwise by `turn_deg`."""
    cos, sin = math.cos(math.radians(turn_deg)), math.sin(math.radians(turn_deg))
    half = ((-0.5, -0.5), (0.5, -0.5), (0.5, 0.5), (-0.5, 0.5))
    return Polygon(
        (centre[0] + u * width_m * cos - v * height_m * sin, centre[1] + u * width_m * sin + v * height_m * cos)
        for u, v in half
    )


def largest(shape: BaseGeometry) -> Polygon:
    """Return the largest polygon of `shape`."""
    if isinstance(shape, Polygon):
        return shape
    if isinstance(shape, MultiPolygon):
        return max(shape.geoms, key=lambda part: part.area)
    parts = [part for part in getattr(shape, "geoms", ()) if isinstance(part, Polygon)]
    return max(parts, key=lambda part: part.area) if parts else Polygon()


def at_line(line: LineString, along_m: float) -> tuple[XY, XY]:
    """Return the point `along_m` metres along a line and the unit vector of the line there."""
    here = line.interpolate(along_m)
    back = line.interpolate(max(0.0, along_m - 6.0))
    ahead = line.interpolate(min(line.length, along_m + 6.0))
    dx, dy = ahead.x - back.x, ahead.y - back.y
    size = math.hypot(dx, dy) or 1.0
    return (here.x, here.y), (dx / size, dy / size)


def turned(vector: XY, degrees: float) -> XY:
    """Return `vector` turned anticlockwise."""
    cos, sin = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    return vector[0] * cos - vector[1] * sin, vector[0] * sin + vector[1] * cos


def coords(line: Iterable[XY]) -> list[XY]:
    """Return points rounded to the decimetre: the same on every machine."""
    return [(round(x, 1), round(y, 1)) for x, y in line]
