"""OpenStreetMap files (.osm.pbf, .osm) by pyosmium: streets cut where they meet, places, land, borders.

Runs in a process of its own (`readers.worker`): pyosmium's handlers hold the interpreter, and a file from outside is
read by C++ code.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal

import numpy as np
import shapely

from unjai.model.errors import UnjaiError
from unjai.territory.readers import osm_tags
from unjai.territory.readers.source import Source
from unjai.territory.rules.geojson import MAX_FEATURES, Feature

What = Literal["streets", "places", "land", "boundaries"]
_PHONE = 60


@dataclass(frozen=True, kw_only=True, slots=True)
class _Run:
    """The part of a way that lies inside: node numbers and positions."""

    way: int
    refs: tuple[int, ...]
    line: tuple[tuple[float, float], ...]
    tags: Mapping[str, str]
    layer: int


def read_osm(content: bytes, *, form: str, what: What, area: Mapping[str, Any] | None = None) -> Source:
    """Read what one kind of things needs of a file; `form` is ``pbf`` or ``osm``, `area` a GeoJSON polygon or nothing.

    Raises `import_not_osm`, `import_empty` (nothing of the kind inside) or `import_too_many`.
    """
    import osmium  # noqa: PLC0415  heavy

    inside = None
    if area is not None:
        inside = shapely.from_geojson(json.dumps(area))
        shapely.prepare(inside)
    counts: Counter[str] = Counter()
    try:
        buffer = osmium.io.FileBuffer(content, form)
        if what == "streets":
            features = _streets(buffer, inside, counts)
        elif what == "places":
            features = _places(buffer, inside, counts)
        else:
            features = _areas(buffer, inside, counts, what)
    except (RuntimeError, ValueError, MemoryError) as error:
        raise UnjaiError("import_not_osm", 422, problem=str(error)[:120]) from error
    if not features:
        raise UnjaiError("import_osm_none", 422, outside=counts["outside"], unnamed=counts["unnamed"])
    if len(features) > MAX_FEATURES:
        raise UnjaiError("import_too_many", 422, count=len(features), most=MAX_FEATURES)
    return Source(form="osm", features=tuple(features), counts=dict(counts))


# ── streets ────────────────────────────────────────────────────────────────────────────────────────


def _streets(buffer: Any, inside: shapely.Geometry | None, counts: Counter[str]) -> list[Feature]:
    import osmium  # noqa: PLC0415

    found: Any = (
        osmium.FileProcessor(buffer)
        .with_locations()
        .with_filter(osmium.filter.EntityFilter(osmium.osm.WAY))
        .with_filter(osmium.filter.KeyFilter("highway"))
    )
    ways: list[tuple[int, tuple[int, ...], list[tuple[float, float]], dict[str, str]]] = []
    for way in found:
        tags = {tag.k: tag.v for tag in way.tags}
        if tags["highway"] not in osm_tags.HIGHWAYS or tags.get("area") == "yes":
            counts["not_street"] += 1
            continue
        refs: list[int] = []
        line: list[tuple[float, float]] = []
        for node in way.nodes:
            if node.location.valid() and (not refs or refs[-1] != node.ref):
                refs.append(node.ref)
                line.append((round(node.location.lon, 7), round(node.location.lat, 7)))
        if len(refs) > 1:
            ways.append((way.id, tuple(refs), line, tags))
        else:
            counts["broken"] += 1
    return list(_cut(list(_clipped(ways, inside, counts)), counts))


def _clipped(
    ways: Sequence[tuple[int, tuple[int, ...], list[tuple[float, float]], dict[str, str]]],
    inside: shapely.Geometry | None,
    counts: Counter[str],
) -> Iterator[_Run]:
    """Yield of each way the runs whose every segment has an end inside."""
    if not ways:
        return
    flat = np.array([at for _, _, line, _ in ways for at in line])
    held = np.ones(len(flat), bool) if inside is None else shapely.contains_xy(inside, flat[:, 0], flat[:, 1])
    start = 0
    for way, refs, line, tags in ways:
        mine = held[start : start + len(line)]
        start += len(line)
        touched = mine[:-1] | mine[1:]
        if not touched.any():
            counts["outside"] += 1
            continue
        layer = osm_tags.layer_of(tags)
        edges = np.flatnonzero(np.diff(np.concatenate(([0], touched.astype(np.int8), [0]))))
        for first, end in zip(edges[::2], edges[1::2], strict=True):
            part = slice(int(first), int(end) + 1)
            yield _Run(way=way, refs=refs[part], line=tuple(line[part]), tags=tags, layer=layer)


def _cut(runs: Sequence[_Run], counts: Counter[str]) -> Iterator[Feature]:
    """Cut runs where streets meet. Ways that only cross, each in its middle and on another level, do not meet."""
    ends = {ref for run in runs for ref in (run.refs[0], run.refs[-1])}
    passes: Counter[tuple[int, int]] = Counter((ref, run.layer) for run in runs for ref in run.refs[1:-1])
    levels: defaultdict[int, set[int]] = defaultdict(set)
    for ref, layer in passes:
        levels[ref].add(layer)
    apart = {ref for ref, found in levels.items() if len(found) > 1 and ref not in ends}
    counts["crossed_apart"] = len(apart)

    def label(run: _Run, ref: int) -> str:
        return f"n{ref}@{run.layer}" if ref in apart else f"n{ref}"

    number = 0
    for run in runs:
        inner = range(1, len(run.refs) - 1)
        stops = [0, *(i for i in inner if run.refs[i] in ends or passes[run.refs[i], run.layer] > 1), len(run.refs) - 1]
        thai, english = osm_tags.names_of(run.tags)
        said = {
            "name_th": thai,
            "name_en": english,
            "class": osm_tags.HIGHWAYS[run.tags["highway"]],
            "oneway": osm_tags.oneway_of(run.tags),
            "lit": osm_tags.lit_of(run.tags),
        }
        for a, b in pairwise(stops):
            number += 1
            properties = {"id": f"w{run.way}/{run.refs[a]}", **said}
            properties |= {"u": label(run, run.refs[a]), "v": label(run, run.refs[b])}
            geometry = {"type": "LineString", "coordinates": [list(at) for at in run.line[a : b + 1]]}
            yield Feature(row=number, properties=properties, geometry=geometry)


# ── places, land and borders ───────────────────────────────────────────────────────────────────────


def _shape_of(entity: Any, factory: Any) -> shapely.Geometry | None:
    try:
        return shapely.from_geojson(factory.create_multipolygon(entity))
    except (RuntimeError, ValueError, shapely.errors.GEOSException):
        return None


def _origin(area: Any) -> str:
    return f"{'w' if area.from_way() else 'r'}{area.orig_id()}"


def _places(buffer: Any, inside: shapely.Geometry | None, counts: Counter[str]) -> list[Feature]:
    import osmium  # noqa: PLC0415

    keys = osmium.filter.KeyFilter(*osm_tags.PLACE_KEYS)
    wanted = osmium.filter.EntityFilter(osmium.osm.NODE | osmium.osm.AREA)
    factory = osmium.geom.GeoJSONFactory()
    features: list[Feature] = []
    found: Any = osmium.FileProcessor(buffer).with_areas(keys).with_filter(wanted).with_filter(keys)
    for entity in found:
        tags = {tag.k: tag.v for tag in entity.tags}
        kind = osm_tags.place_kind_of(tags)
        if not kind:
            continue
        if entity.is_node():
            if not entity.location.valid():
                continue
            at, key = (round(entity.location.lon, 7), round(entity.location.lat, 7)), f"n{entity.id}"
        else:
            shape = _shape_of(entity, factory)
            if shape is None or shape.is_empty:
                counts["broken"] += 1
                continue
            middle = shapely.centroid(shape)
            middle = middle if shapely.covers(shape, middle) else shapely.point_on_surface(shape)
            at, key = (round(float(middle.x), 7), round(float(middle.y), 7)), _origin(entity)
        if inside is not None and not shapely.contains_xy(inside, *at):
            counts["outside"] += 1
            continue
        thai, english = osm_tags.place_name_of(tags, kind)
        if not thai:
            counts["unnamed"] += 1
            continue
        phone = tags.get("phone", tags.get("contact:phone", "")).partition(";")[0][:_PHONE]
        properties = {"code": f"osm:{key}", "kind": kind, "name_th": thai, "name_en": english, "phone": phone}
        properties["house_no"] = tags.get("addr:housenumber", "")[:200]
        geometry = {"type": "Point", "coordinates": list(at)}
        features.append(Feature(row=len(features) + 1, properties=properties, geometry=geometry))
    return features


def _areas(buffer: Any, inside: shapely.Geometry | None, counts: Counter[str], what: What) -> list[Feature]:
    import osmium  # noqa: PLC0415

    keys = osmium.filter.KeyFilter(*(osm_tags.LAND_KEYS if what == "land" else ("boundary",)))
    factory = osmium.geom.GeoJSONFactory()
    wanted = osmium.filter.EntityFilter(osmium.osm.AREA)
    features: list[Feature] = []
    for area in osmium.FileProcessor(buffer).with_areas(keys).with_filter(wanted).with_filter(keys):
        tags = {tag.k: tag.v for tag in area.tags}
        told = _land(tags) if what == "land" else _border(tags)
        if told is None:
            continue
        shape = _shape_of(area, factory)
        if shape is None or shape.is_empty:
            counts["broken"] += 1
            continue
        if inside is not None and not shapely.intersects(inside, shape):
            counts["outside"] += 1
            continue
        for number, part in enumerate(shape.geoms):
            code = f"osm:{_origin(area)}" + (f"/{number}" if number else "")
            geometry = json.loads(shapely.to_geojson(part))
            features.append(Feature(row=len(features) + 1, properties={"code": code, **told}, geometry=geometry))
    return features


def _land(tags: Mapping[str, str]) -> dict[str, str] | None:
    kind = osm_tags.land_kind_of(tags)
    thai, english = osm_tags.names_of(tags)
    return {"kind": kind, "name_th": thai, "name_en": english} if kind else None


def _border(tags: Mapping[str, str]) -> dict[str, str] | None:
    if tags.get("boundary") != "administrative" or not tags.get("admin_level", "").isdigit():
        return None
    thai, english = osm_tags.names_of(tags)
    return {"admin_level": tags["admin_level"], "name_th": thai, "name_en": english}
