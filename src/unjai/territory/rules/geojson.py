"""GeoJSON as it really comes: what may be mended is mended and noted, the rest is refused with a reason."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import shapely

from unjai.model.errors import UnjaiError
from unjai.territory.rules.shapes import area_m2

MAX_FEATURES = 200_000
THAI_LON, THAI_LAT = (97.0, 106.0), (5.0, 21.0)
"""Thailand with some margin: what a station imports lies here."""
_DECIMALS = 7
_LEAST_AREA_M2 = 1.0
_MENDED_SHARE = 0.01
_RING = 4

Note = Callable[..., None]
"""Takes the code of a remark and its facts."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Feature:
    """One feature of a file; `row` counts from 1. `id` is the feature's own member, if it is text or a whole number."""

    row: int
    properties: Mapping[str, Any]
    geometry: Mapping[str, Any] | None
    id: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Broken:
    """An item of a file that is no feature; `key` is what a person can find it by, if it says anything."""

    row: int
    error: UnjaiError
    key: str = ""


def features_of(document: object) -> list[Feature | Broken]:
    """Return the features of a GeoJSON document; `Broken` in place of what is none.

    Raises `import_not_features`, `import_empty`, `import_too_many` or `import_crs` for the whole file.
    """
    if not isinstance(document, Mapping):
        raise UnjaiError("import_not_features", 422, found=type(document).__name__)
    kind = document.get("type")
    items = [document] if kind == "Feature" else document.get("features")
    if kind not in {"Feature", "FeatureCollection"} or not isinstance(items, list):
        raise UnjaiError("import_not_features", 422, found=str(kind)[:40])
    if not items:
        raise UnjaiError("import_empty", 422)
    if len(items) > MAX_FEATURES:
        raise UnjaiError("import_too_many", 422, count=len(items), most=MAX_FEATURES)
    _check_crs(document.get("crs"))
    return [_feature(row, item) for row, item in enumerate(items, 1)]


def _check_crs(crs: object) -> None:
    """Refuse coordinates that say they are not WGS 84 longitude and latitude (RFC 7946 knows no other)."""
    if crs is None:
        return
    properties = crs.get("properties") if isinstance(crs, Mapping) else None
    name = str(properties.get("name") if isinstance(properties, Mapping) else crs)[:80]
    if not ("CRS84" in name.upper() or "4326" in name):
        raise UnjaiError("import_crs", 422, crs=name)


def _feature(row: int, item: object) -> Feature | Broken:
    broken = Broken(row=row, error=UnjaiError("row_unreadable", 422))
    if not isinstance(item, Mapping) or item.get("type") != "Feature":
        return broken
    properties, geometry, own = item.get("properties"), item.get("geometry"), item.get("id")
    if properties is None:
        properties = {}
    if not isinstance(properties, Mapping) or not (geometry is None or isinstance(geometry, Mapping)):
        return broken
    named = str(own) if isinstance(own, str | int) and not isinstance(own, bool) else None
    return Feature(row=row, properties=properties, geometry=geometry, id=named)


def _coordinates(feature: Feature, wanted: str) -> Any:
    """Return the coordinates of a geometry of type `wanted`; a Multi… of one part counts as its part."""
    if feature.geometry is None:
        raise UnjaiError("row_geometry_missing", 422, wanted=wanted)
    found, coordinates = feature.geometry.get("type"), feature.geometry.get("coordinates")
    if found == f"Multi{wanted}" and isinstance(coordinates, list) and len(coordinates) == 1:
        return coordinates[0]
    if found != wanted:
        raise UnjaiError("row_geometry_wrong", 422, wanted=wanted, found=str(found)[:40])
    return coordinates


def position_of(value: object) -> tuple[float, float]:
    """Return (lon, lat) of a GeoJSON position; a height is dropped.

    Raises `row_coordinates_unreadable`, `row_position_swapped`, `row_position_outside_earth` or
    `row_position_outside_thailand`.
    """
    if not isinstance(value, list | tuple) or not 2 <= len(value) <= 4:  # noqa: PLR2004  lon, lat, height, measure
        raise UnjaiError("row_coordinates_unreadable", 422)
    lon, lat = value[0], value[1]
    if any(isinstance(part, bool) or not isinstance(part, int | float) for part in (lon, lat)):
        raise UnjaiError("row_coordinates_unreadable", 422)
    try:
        x, y = float(lon), float(lat)
    except OverflowError as error:
        raise UnjaiError("row_coordinates_unreadable", 422) from error
    if not (math.isfinite(x) and math.isfinite(y)):
        raise UnjaiError("row_coordinates_unreadable", 422)
    facts = {"lon": round(x, 6), "lat": round(y, 6)}
    if _within(x, THAI_LAT) and _within(y, THAI_LON):
        raise UnjaiError("row_position_swapped", 422, **facts)
    if abs(x) > 180 or abs(y) > 90:  # noqa: PLR2004  degrees
        raise UnjaiError("row_position_outside_earth", 422, **facts)
    if not (_within(x, THAI_LON) and _within(y, THAI_LAT)):
        raise UnjaiError("row_position_outside_thailand", 422, **facts)
    return round(x, _DECIMALS), round(y, _DECIMALS)


def _within(value: float, bounds: tuple[float, float]) -> bool:
    return bounds[0] <= value <= bounds[1]


def point_of(feature: Feature) -> tuple[float, float]:
    """Return the (lon, lat) of a Point feature."""
    return position_of(_coordinates(feature, "Point"))


def _positions(value: object) -> list[tuple[float, float]]:
    """Return positions without immediate repeats."""
    if not isinstance(value, list | tuple):
        raise UnjaiError("row_coordinates_unreadable", 422)
    found: list[tuple[float, float]] = []
    for item in value:
        at = position_of(item)
        if not found or found[-1] != at:
            found.append(at)
    return found


def line_of(feature: Feature) -> list[tuple[float, float]]:
    """Return the positions of a LineString feature: two different ones at least, else `row_line_too_short`."""
    found = _positions(_coordinates(feature, "LineString"))
    if len(found) < 2:  # noqa: PLR2004
        raise UnjaiError("row_line_too_short", 422)
    return found


def polygon_of(feature: Feature, note: Note) -> shapely.Polygon:
    """Return the polygon of a feature, valid.

    An open ring is closed (`note_ring_closed`); a ring that touches itself is mended where that changes the area by
    less than one per cent (`note_ring_mended`). Raises `row_ring_too_short`, `row_ring_crosses`, `row_area_none`.
    """
    rings = _coordinates(feature, "Polygon")
    if not isinstance(rings, Sequence) or isinstance(rings, str) or not rings:
        raise UnjaiError("row_coordinates_unreadable", 422)
    closed = [_ring(ring, note) for ring in rings]
    shape = shapely.Polygon(closed[0], closed[1:])
    if not shape.is_valid:
        shape = _mended(shape, note)
    if area_m2(shape) < _LEAST_AREA_M2:
        raise UnjaiError("row_area_none", 422)
    return shape


def _ring(value: object, note: Note) -> list[tuple[float, float]]:
    ring = _positions(value)
    if len(ring) > 1 and ring[0] != ring[-1]:
        if len(ring) < _RING - 1:
            raise UnjaiError("row_ring_too_short", 422)
        note("note_ring_closed")
        ring.append(ring[0])
    if len(ring) < _RING:
        raise UnjaiError("row_ring_too_short", 422)
    return ring


def _mended(shape: shapely.Polygon, note: Note) -> shapely.Polygon:
    reason = shapely.is_valid_reason(shape)[:80]
    mended = shapely.make_valid(shape, method="structure", keep_collapsed=False)
    if mended.geom_type == "MultiPolygon" and len(mended.geoms) == 1:
        mended = mended.geoms[0]
    drawn = float(shapely.area(shapely.convex_hull(shape)))
    lost = abs(float(shapely.area(mended)) - abs(_signed_area(shape))) / drawn if drawn > 0 else 1.0
    if mended.geom_type != "Polygon" or mended.is_empty or lost > _MENDED_SHARE:
        raise UnjaiError("row_ring_crosses", 422, reason=reason)
    note("note_ring_mended", reason=reason)
    polygon: shapely.Polygon = mended
    return polygon


def _signed_area(shape: shapely.Polygon) -> float:
    """Return the shoelace area of the rings as drawn: what a ring that crosses itself claims to hold."""

    def of(ring: shapely.LinearRing) -> float:
        x, y = shapely.get_coordinates(ring).T
        return float(abs((x[:-1] * y[1:] - x[1:] * y[:-1]).sum()) / 2)

    return of(shape.exterior) - sum(of(ring) for ring in shape.interiors)
