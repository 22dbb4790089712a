"""A file made ready for its import: read, its columns given a meaning, its positions turned into degrees."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import shapely

from unjai.territory import readers
from unjai.territory.kinds import Field, ImportKind
from unjai.territory.readers import Remark, Source
from unjai.territory.rules import mapping
from unjai.territory.rules.coordinates import Reading, System
from unjai.territory.rules.geojson import Broken, Feature

Refuses = Callable[[Sequence[str], Sequence[Sequence[str]]], None]
_M_PER_DEGREE = 111_195.0
_STATION_ROUND_M = 3_000.0
_SAMPLES = 5
_NAMES = 200
_DATUM = {"utm47": "WGS 84", "utm48": "WGS 84", "utm47_1975": "Indian 1975", "utm48_1975": "Indian 1975"}
_PASSED_OVER = (
    ("outside", "note_osm_outside"),
    ("unnamed", "note_osm_unnamed"),
    ("broken", "note_osm_broken"),
    ("crossed_apart", "note_osm_crossed"),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Choices:
    """What the asker chose for a file; empty means: find out. `columns` is field → column (of a map: → property).

    `area` of an OpenStreetMap file: round the zone, the whole file, or a box (west, south, east, north).
    """

    columns: Mapping[str, int | str] | None = None
    header_row: int | None = None
    sheet: str = ""
    encoding: str = ""
    delimiter: str = ""
    system: System = "auto"
    replace: bool = False
    area: Literal["zone", "all"] | tuple[float, float, float, float] = "zone"
    margin_m: float = 500.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Setting:
    """What of the station matters to reading: where it is, its zones as one shape, what headers meant last time."""

    near: tuple[float, float] | None
    zones: shapely.Geometry | None
    remembered: Mapping[str, str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Head:
    """A column of a table (or a property of a map) as its asker sees it. `key` is what `Choices.columns` points to."""

    key: int | str
    title: str
    samples: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Ready:
    """Rows that `ImportKind.take` takes, and how they came about."""

    source: Source
    fields: tuple[Field, ...]
    heads: tuple[Head, ...]
    columns: Mapping[str, int | str]
    header_row: int
    features: Sequence[Feature | Broken]
    remarks: tuple[Remark, ...]
    reading: Reading | None
    area: Mapping[str, Any] | None


async def make_ready(content: bytes, kind: ImportKind, choices: Choices, setting: Setting) -> Ready:
    """Read a file as one of a kind. Raises what `readers.read` raises."""
    area = _area_of(choices, setting)
    options = readers.Options(
        encoding=choices.encoding,
        delimiter=choices.delimiter,
        sheet=choices.sheet,
        what=kind.osm,
        area=None if area is None else shapely.geometry.mapping(area),
    )
    source = await readers.read(content, options)
    return await asyncio.to_thread(_ready, source, kind, choices, setting, options.area)


def _area_of(choices: Choices, setting: Setting) -> shapely.Geometry | None:
    if choices.area == "all":
        return None
    if choices.area != "zone":
        return shapely.box(*choices.area)
    if setting.zones is not None:
        return shapely.buffer(setting.zones, choices.margin_m / _M_PER_DEGREE)
    if setting.near is not None:
        return shapely.buffer(shapely.Point(*setting.near), _STATION_ROUND_M / _M_PER_DEGREE)
    return None


def _ready(
    source: Source, kind: ImportKind, choices: Choices, setting: Setting, area: Mapping[str, Any] | None
) -> Ready:
    fields = mapping.fields_of(kind.fields, kind.shapes)
    if source.is_table:
        return _table(source, fields, choices, setting, kind.refuses)
    remarks = list(source.remarks)
    for name, code in _PASSED_OVER:
        if source.counts.get(name):
            remarks.append(Remark(row=0, code=code, facts={"count": source.counts[name]}))
    heads: tuple[Head, ...] = ()
    columns: dict[str, int | str] = {}
    features: Sequence[Feature | Broken] = source.features
    if kind.refuses is not None:
        kind.refuses(*_cells(source.features))
    if source.form == "geojson":
        heads = _properties(source.features)
        titles = [head.title for head in heads]
        said = {item.name: item for item in fields if item.name not in mapping.PLACED}
        if choices.columns is None:
            guessed = mapping.guess(titles, tuple(said.values()), setting.remembered)
            columns = {name: titles[column] for name, column in guessed.items()}
        else:
            columns = {name: str(column) for name, column in choices.columns.items() if column in titles}
        features = mapping.renamed(source.features, {n: str(c) for n, c in columns.items()}, fields)
    return Ready(
        source=source,
        fields=fields,
        heads=heads,
        columns=columns,
        header_row=0,
        features=features,
        remarks=tuple(remarks),
        reading=None,
        area=area if source.form == "osm" else None,
    )


def _cells(features: Sequence[Feature | Broken]) -> tuple[list[str], list[list[str]]]:
    """Return a map's properties as a table of text; names past `_NAMES` share its last column."""
    whole = [feature.properties for feature in features if isinstance(feature, Feature)]
    names = [str(name) for name in dict.fromkeys(name for properties in whole for name in properties)]
    first, known = names[:_NAMES], set(names[:_NAMES])
    rows = [
        [
            *("" if (value := properties.get(name)) is None else str(value) for name in first),
            "\n".join(str(value) for name, value in properties.items() if name not in known and value is not None),
        ]
        for properties in whole
    ]
    return [*first, " ".join(names[_NAMES:])], rows


def _properties(features: Sequence[Feature | Broken]) -> tuple[Head, ...]:
    found: dict[str, list[str]] = {}
    for feature in features:
        if isinstance(feature, Broken):
            continue
        for name, value in feature.properties.items():
            samples = found.setdefault(str(name), [])
            if len(samples) < _SAMPLES and value not in (None, ""):
                samples.append(str(value)[:80])
    return tuple(Head(key=name, title=name, samples=tuple(samples)) for name, samples in list(found.items())[:_NAMES])


def _table(
    source: Source, fields: tuple[Field, ...], choices: Choices, setting: Setting, refuses: Refuses | None
) -> Ready:
    cells = [line.cells for line in source.lines]
    header_row = choices.header_row
    if header_row is None or not 0 <= header_row < len(cells):
        header_row = mapping.header_row_of(cells, fields)
    body = source.lines[header_row + 1 :]
    width = max(len(line.cells) for line in source.lines[header_row:])
    titles = [*cells[header_row], *[""] * (width - len(cells[header_row]))]
    if refuses is not None:
        refuses(titles, [line.cells for line in body])
    heads = tuple(
        Head(
            key=column,
            title=title,
            samples=tuple(line.cells[column][:80] for line in body[:_SAMPLES] if column < len(line.cells)),
        )
        for column, title in enumerate(titles)
    )
    if choices.columns is None:
        columns = mapping.guess(titles, fields, setting.remembered)
    else:
        columns = {name: int(at) for name, at in choices.columns.items() if str(at).isdigit() and int(at) < width}
    mapped = mapping.features_of_lines(
        [(line.row, line.cells) for line in body], columns, fields, system=choices.system, near=setting.near
    )
    return Ready(
        source=source,
        fields=fields,
        heads=heads,
        columns=dict(columns),
        header_row=header_row,
        features=mapped.features,
        remarks=(*source.remarks, *_of_positions(mapped.reading, len(body))),
        reading=mapped.reading,
        area=None,
    )


def _of_positions(reading: Reading | None, rows: int) -> list[Remark]:
    """Say what was done to positions: nobody should find out on the map alone."""
    if reading is None:
        return []
    remarks = []
    if reading.swapped:
        remarks.append(Remark(row=0, code="note_columns_swapped", facts={"count": rows}))
    if reading.system != "wgs84":
        zone = f"{reading.system[3:5]}N"
        code = "note_grid" if reading.sure else "note_grid_unsure"
        remarks.append(Remark(row=0, code=code, facts={"zone": zone, "datum": _DATUM[reading.system]}))
    return remarks
