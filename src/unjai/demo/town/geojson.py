"""The town as GeoJSON FeatureCollections, in the properties that the territory's imports read. WGS 84."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from typing import Any

from shapely import Polygon

from unjai.demo.town import ZONE_CODE, ZONE_EN, ZONE_TH, Town
from unjai.demo.town.shapes import XY, to_lonlat

Json = dict[str, Any]


def _feature(geometry: Json | None, **properties: object) -> Json:
    return {"type": "Feature", "properties": {**properties, "fictional": True}, "geometry": geometry}


def _collection(features: Iterable[Json]) -> Json:
    return {"type": "FeatureCollection", "features": list(features)}


def _point(at: XY) -> Json:
    return {"type": "Point", "coordinates": list(to_lonlat(at))}


def _line(points: Iterable[XY]) -> Json:
    return {"type": "LineString", "coordinates": [list(to_lonlat(at)) for at in points]}


def _polygon(ground: Polygon) -> Json:
    rings = [ground.exterior, *ground.interiors]
    return {"type": "Polygon", "coordinates": [[list(to_lonlat((x, y))) for x, y in _turned(r)] for r in rings]}


def _turned(ring: Any) -> list[XY]:
    """Return a ring's points, the outer one anticlockwise as RFC 7946 wants it."""
    points = [(x, y) for x, y in ring.coords]
    area = sum(ax * by - bx * ay for (ax, ay), (bx, by) in pairwise(points))
    return points if area > 0 else points[::-1]


def zones(town: Town) -> Json:
    """Return the zone and its sub-zones."""
    own = _feature(
        _polygon(town.zone),
        code=ZONE_CODE,
        kind="zone",
        name_th=ZONE_TH,
        name_en=ZONE_EN,
        phase="demo",
        area_km2=1.7,
        reason_th="เมืองสมมุติสำหรับสาธิตระบบ ไม่มีอยู่จริง",
    )
    parts = (
        _feature(
            _polygon(s.ground),
            code=s.code,
            kind=s.kind,
            zone=ZONE_CODE,
            name_th=s.th,
            name_en=s.en,
            reason_th=s.reason_th,
        )
        for s in town.subzones
    )
    return _collection([own, *parts])


def communities(town: Town) -> Json:
    """Return the communities as polygons."""
    return _collection(
        _feature(
            _polygon(c.ground),
            code=c.code,
            zone=ZONE_CODE,
            name_th=c.th,
            name_en=c.en,
            households=c.households,
            population=c.population,
        )
        for c in town.communities
    )


def places(town: Town) -> Json:
    """Return the places."""
    return _collection(
        _feature(_point(p.at), code=p.code, kind=p.kind, name_th=p.th, name_en=p.en, phone=p.phone, house_no=p.house_no)
        for p in town.places
    )


def devices(town: Town) -> Json:
    """Return cameras, poles, phones and the citizens' door; the last two have no place of their own."""
    return _collection(
        _feature(
            None if d.at is None else _point(d.at),
            key=d.key,
            kind=d.kind,
            name_th=d.th,
            name_en=d.en,
            owner_kind=d.owner_kind,
            owner_name=d.owner_name,
            silent_after_s=d.silent_after_s,
            settings=d.settings,
        )
        for d in (*town.poles, *town.phones, *town.cameras, town.door)
    )


def streets(town: Town) -> Json:
    """Return the street graph; `u` and `v` are its nodes."""
    return _collection(
        {
            **_feature(
                _line(e.points),
                id=e.id,
                u=e.a,
                v=e.b,
                name_th=e.th,
                name_en=e.en,
                oneway=e.oneway,
                lit=e.lit,
                length_m=e.length_m,
                **{"class": e.kind},
            ),
            "id": e.id,
        }
        for e in town.edges
    )


def land(town: Town) -> Json:
    """Return water, parks, walled grounds and fields: only for the map's background."""
    return _collection(
        _feature(_polygon(part.ground), code=part.code, kind=part.kind, name_th=part.th, name_en=part.en)
        for part in town.land
    )


def collections(town: Town) -> dict[str, Json]:
    """Return everything by the name of its import (`land` has none)."""
    return {
        "zones": zones(town),
        "communities": communities(town),
        "places": places(town),
        "devices": devices(town),
        "streets": streets(town),
        "land": land(town),
    }
