"""Administrative borders as files bring them, and which tambons a zone covers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

import shapely

from unjai.model.errors import UnjaiError
from unjai.model.ids import named_id
from unjai.territory.rules import fields
from unjai.territory.rules.geojson import Feature, Note, polygon_of
from unjai.territory.rules.shapes import area_m2, geojson_of
from unjai.territory.rules.sheet import Row

Level = Literal["tambon", "district", "province"]
LEVELS: Mapping[int, Level] = {6: "tambon", 4: "district", 2: "province"}
"""How many digits DOPA's code of each level has."""

SCHEMATIC_CORNERS = 20.0
"""Borders with fewer corners on average are sketches: a surveyed tambon has hundreds."""

LEAST_SHARE = 0.0005
"""Less of a zone than this is a sliver between two sources, not a tambon."""

_CODES = ("code", "dopa_code", "pcode", "adm3_pcode", "adm2_pcode", "adm1_pcode", "tam_code", "tambon_code")
_THAI = ("name_th", "th", "adm3_th", "adm2_th", "adm1_th", "tam_nam_t", "tambon_th", "name:th", "name")
_ENGLISH = ("name_en", "en", "adm3_en", "adm2_en", "adm1_en", "tam_nam_e", "tambon_en", "name:en")
_DIGITS = re.compile(r"(?:TH)?(\d{6}|\d{4}|\d{2})", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True, slots=True)
class Origin:
    """What the importer says of a file."""

    station_id: int
    source: str
    as_of: date | None
    schematic: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Border:
    """A stored border, as far as a zone needs it."""

    code: str
    name_th: str
    name_en: str
    schematic: bool
    source: str
    geometry: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Covered:
    """A tambon — ตำบล (in Bangkok แขวง) — with how much of the zone lies in it."""

    code: str
    name_th: str
    name_en: str
    area_m2: float
    share: float
    schematic: bool
    source: str


def boundary_reader(origin: Origin) -> Any:
    """Return the reader of borders: Polygon or MultiPolygon with a code of six, four or two digits and a name."""

    def read(feature: Feature, note: Note) -> Row:
        told = {name.casefold(): value for name, value in feature.properties.items()}
        code = _code(told, feature.id)
        thai = fields.text(told, *_THAI)
        english = fields.text(told, *_ENGLISH)
        if not thai and not english:
            raise UnjaiError("row_name_missing", 422)
        parts = _parts(feature, note)
        west, south, east, north = (float(value) for value in shapely.total_bounds(parts))
        geometry: dict[str, Any] = geojson_of(parts[0])
        if len(parts) > 1:
            geometry = {"type": "MultiPolygon", "coordinates": [geojson_of(part)["coordinates"] for part in parts]}
        return Row(
            row=feature.row,
            key=code,
            values={
                "id": named_id("boundary", f"{origin.station_id}:{code}"),
                "level": LEVELS[len(code)],
                "code": code,
                "name_th": thai or english,
                "name_en": english,
                "schematic": origin.schematic,
                "source": origin.source,
                "as_of": origin.as_of,
                "geometry": geometry,
                "west": west,
                "south": south,
                "east": east,
                "north": north,
            },
        )

    return read


def _code(told: Mapping[str, Any], own: str | None) -> str:
    for name in _CODES:
        found = _DIGITS.fullmatch(str(told.get(name) or "").strip())
        if found:
            return found[1]
    found = _DIGITS.fullmatch(own or "")
    if found and len(found[1]) == 6:  # noqa: PLR2004  a feature's own id of two digits is a running number
        return found[1]
    raise UnjaiError("boundary_code_missing", 422)


def _parts(feature: Feature, note: Note) -> list[shapely.Polygon]:
    geometry = feature.geometry
    if geometry is None or geometry.get("type") != "MultiPolygon":
        return [polygon_of(feature, note)]
    coordinates = geometry.get("coordinates")
    if not isinstance(coordinates, list) or not coordinates:
        raise UnjaiError("row_coordinates_unreadable", 422)
    one = [{"type": "Polygon", "coordinates": part} for part in coordinates]
    return [polygon_of(Feature(row=feature.row, properties={}, geometry=part), note) for part in one]


def corners_on_average(rows: Iterable[Row]) -> float:
    """Return how many corners a border of these rows has on average; few mean a sketch. 0 for no rows."""
    counts = [len(ring) for row in rows for ring in rings_of(row.values["geometry"])]
    return sum(counts) / len(counts) if counts else 0.0


def rings_of(geometry: Mapping[str, Any]) -> list[Sequence[Any]]:
    """Return the outer rings of a stored Polygon or MultiPolygon."""
    if geometry["type"] == "Polygon":
        return [geometry["coordinates"][0]]
    return [part[0] for part in geometry["coordinates"]]


def covered(zone: shapely.Polygon, borders: Iterable[Border]) -> tuple[Covered, ...]:
    """Return the tambons that a zone lies in, the largest share first."""
    whole = area_m2(zone)
    found: list[Covered] = []
    for border in borders:
        inside = 0.0
        for part in shapely.get_parts(shapely.intersection(zone, _shape(border.geometry))):
            if part.geom_type == "Polygon" and not part.is_empty:
                inside += area_m2(part)
        share = inside / whole
        if share >= LEAST_SHARE:
            found.append(
                Covered(
                    code=border.code,
                    name_th=border.name_th,
                    name_en=border.name_en,
                    area_m2=inside,
                    share=min(share, 1.0),
                    schematic=border.schematic,
                    source=border.source,
                )
            )
    return tuple(sorted(found, key=lambda item: (-item.share, item.code)))


def _shape(geometry: Mapping[str, Any]) -> shapely.Geometry:
    if geometry["type"] == "Polygon":
        rings = geometry["coordinates"]
        return shapely.Polygon(rings[0], rings[1:])
    parts = [shapely.Polygon(rings[0], rings[1:]) for rings in geometry["coordinates"]]
    return shapely.union_all(parts)
