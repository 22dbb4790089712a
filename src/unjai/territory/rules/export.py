"""Features as files: GeoJSON with our property names, CSV with Thai headers that Excel opens right."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec
import shapely

from unjai.territory.rules.geojson import Feature
from unjai.territory.rules.mapping import LAT, LON, POSITION, WKT, Field, Shape, fields_of, guarded

BOM = "\ufeff"
"""Without it Excel reads Thai as Windows-874."""


def as_geojson(features: Iterable[Feature]) -> bytes:
    """Return a FeatureCollection (RFC 7946)."""
    listed = [{"type": "Feature", "properties": one.properties, "geometry": one.geometry} for one in features]
    return msgspec.json.encode({"type": "FeatureCollection", "features": listed})


def as_csv(features: Iterable[Feature], own: Sequence[Field], shapes: Iterable[Shape]) -> bytes:
    """Return a table with Thai headers, UTF-8 with BOM; cells that a spreadsheet would run are guarded."""
    fields = columns_of(own, shapes)
    said = {item.name: said_for(item) for item in fields}
    rows = ([_cell(one, item, said[item.name]) for item in fields] for one in features)
    return _table([item.th for item in fields], rows)


def template_of(own: Sequence[Field], shapes: Iterable[Shape]) -> bytes:
    """Return an empty table with one row that shows how."""
    fields = columns_of(own, shapes)
    wkt = "POLYGON((100.0 16.0, 100.001 16.0, 100.001 16.001, 100.0 16.0))"
    if "line" in set(shapes):
        wkt = "LINESTRING(100.0 16.0, 100.001 16.0)"
    example = [wkt if item is WKT and "point" not in set(shapes) else item.example for item in fields]
    return _table([item.th for item in fields], [example])


def columns_of(own: Sequence[Field], shapes: Iterable[Shape]) -> list[Field]:
    """Return the columns that a file of ours has: two for a point, one for a line or polygon."""
    return [item for item in fields_of(own, shapes) if item is not POSITION]


def as_table(headers: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """Return any table as CSV that Excel opens right and runs nothing of."""
    return _table(headers, ([guarded("" if cell is None else str(cell)) for cell in row] for row in rows))


def _table(headers: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(headers)
    writer.writerows(rows)
    return (BOM + text.getvalue()).encode()


def said_for(item: Field) -> Mapping[str, str]:
    """Return what is written for what is stored: the first of a field's words for it."""
    said: dict[str, str] = {}
    for word, value in item.words.items():
        said.setdefault(value, word)
    return said


def _cell(one: Feature, item: Field, said: Mapping[str, str]) -> str:
    if item.name in {LAT.name, LON.name}:
        return _degrees(one.geometry, 1 if item.name == LAT.name else 0)
    if item.name == WKT.name:
        return _wkt(one.geometry)
    value: Any = one.properties.get(item.name)
    if value is None:
        return ""
    if item.form == "json":
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    text = ("true" if value else "false") if isinstance(value, bool) else str(value)
    return guarded(said.get(text, text))


def _degrees(geometry: Mapping[str, Any] | None, place: int) -> str:
    if geometry is None or geometry.get("type") != "Point":
        return ""
    return f"{geometry['coordinates'][place]:.7f}".rstrip("0").rstrip(".")


def _wkt(geometry: Mapping[str, Any] | None) -> str:
    if geometry is None or geometry.get("type") == "Point":
        return ""
    shape = shapely.from_geojson(json.dumps(geometry))
    return str(shapely.to_wkt(shape, rounding_precision=7))
