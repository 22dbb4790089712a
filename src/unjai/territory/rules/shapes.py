"""Areas and insides of polygons in degrees."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import shapely
from pyproj import Geod

GEOD = Geod(ellps="WGS84")


def area_m2(shape: shapely.Geometry) -> float:
    """Return the area on the ellipsoid (Karney's geodesic polygon area), holes taken off."""
    area, _ = GEOD.geometry_area_perimeter(shapely.orient_polygons(shape))
    return abs(float(area))


def outside_share(inner: shapely.Geometry, outer: shapely.Geometry) -> float:
    """Return which share of `inner`, 0 to 1, lies outside `outer`."""
    whole = float(shapely.area(inner))
    return float(shapely.area(shapely.difference(inner, outer))) / whole if whole > 0 else 0.0


def centre_of(shape: shapely.Geometry) -> tuple[float, float]:
    """Return the centroid, or where that lies outside a point that is inside: (lon, lat)."""
    centre = shapely.centroid(shape)
    if not shapely.covers(shape, centre):
        centre = shapely.point_on_surface(shape)
    return round(float(centre.x), 7), round(float(centre.y), 7)


def shape_of(geometry: Mapping[str, Any]) -> shapely.Geometry:
    """Return the shape of a stored GeoJSON Polygon; prepared for many questions."""
    rings = geometry["coordinates"]
    shape = shapely.Polygon(rings[0], rings[1:])
    shapely.prepare(shape)
    return shape


def geojson_of(shape: shapely.Polygon) -> dict[str, Any]:
    """Return a polygon as GeoJSON by RFC 7946 (outer ring counter-clockwise), seven decimals."""
    turned = shapely.orient_polygons(shape)
    rings = [turned.exterior, *turned.interiors]
    return {
        "type": "Polygon",
        "coordinates": [
            [[round(x, 7), round(y, 7)] for x, y in shapely.get_coordinates(ring).tolist()] for ring in rings
        ],
    }
