"""What the columns of a file mean: guessed from their Thai or English headers, changed by the asker, then applied."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import shapely

from unjai.model.errors import UnjaiError
from unjai.territory.rules.coordinates import Pair, Reading, System, angle_of, pair_of, position_in, reading_of
from unjai.territory.rules.geojson import Broken, Feature
from unjai.territory.words import search_key, tidy

Shape = Literal["point", "line", "polygon"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Field:
    """A column that a kind knows.

    `name` is the property the kind's reader asks for (and GeoJSON carries); `th` and `en` head the column in templates
    and exports; `also` are further headers it is recognised by, in either language, any case. `words` turns what people
    write in a cell into what is stored (``{"กล้อง": "camera"}``); a cell that is no such word is left as it is.
    `example` stands in the template. `needed` is only shown: the reader is what refuses. A `json` cell holds JSON.
    """

    name: str
    th: str
    en: str
    also: tuple[str, ...] = ()
    words: Mapping[str, str] = field(default_factory=dict)
    example: str = ""
    needed: bool = False
    form: Literal["text", "json"] = "text"


LAT = Field(
    name="lat",
    th="ละติจูด",
    en="Latitude",
    also=("lat", "latitude", "y", "พิกัด y", "แลต", "ละติจูต", "northing", "n", "พิกัดเหนือ"),
    example="16.82050",
)
LON = Field(
    name="lon",
    th="ลองจิจูด",
    en="Longitude",
    also=("lon", "lng", "long", "x", "พิกัด x", "ลอง", "ลองติจูด", "ลองจิจูต", "easting", "e", "พิกัดตะวันออก"),
    example="100.26590",
)
POSITION = Field(
    name="position",
    th="พิกัด",
    en="Position",
    also=("พิกัดที่ตั้ง", "coordinates", "coordinate", "gps", "latlng", "lat long", "location", "ลิงก์แผนที่"),
)
WKT = Field(name="wkt", th="รูปร่าง (WKT)", en="Shape (WKT)", also=("wkt", "geometry", "geom", "รูปร่าง", "the_geom"))
PLACED = frozenset({LAT.name, LON.name, POSITION.name, WKT.name})

_RUN = re.compile(r"'*[=+\-@\t\r]")
_GUARDED = re.compile(r"'+[=+\-@\t\r]")
_LEAST_PART = 3
_LOOK = 12
_MOST_WKT = 200_000


def fields_of(own: Sequence[Field], shapes: Iterable[Shape]) -> tuple[Field, ...]:
    """Return the columns of a kind with those that say where its rows are."""
    shapes = set(shapes)
    placed: list[Field] = []
    if "point" in shapes:
        placed += [LAT, LON, POSITION]
    if shapes & {"line", "polygon"}:
        placed.append(WKT)
    return (*own, *placed)


def guess(
    headers: Sequence[str], fields: Sequence[Field], remembered: Mapping[str, str] | None = None
) -> dict[str, int]:
    """Return field → column. What was remembered of a header counts first, then equal words, then words inside."""
    keys = [search_key(header) for header in headers]
    offers: list[tuple[float, int, int, str]] = []
    for column, key in enumerate(keys):
        if not key:
            continue
        known = (remembered or {}).get(key)
        for order, item in enumerate(fields):
            score = _likeness(key, item) if known is None else 9.0 * (known == item.name)
            if score > 0:
                offers.append((-score, order, column, item.name))
    chosen: dict[str, int] = {}
    for _, _, column, name in sorted(offers):
        if name not in chosen and column not in chosen.values():
            chosen[name] = column
    if LAT.name in chosen and LON.name in chosen:
        chosen.pop(POSITION.name, None)
    return chosen


def _likeness(key: str, item: Field) -> float:
    if key in {search_key(said) for said in (item.name, item.th, item.en)}:
        return 3.0
    others = {search_key(said) for said in item.also}
    if key in others:
        return 2.0
    inside = [
        said for said in others | {search_key(item.th), search_key(item.en)} if len(said) > _LEAST_PART and said in key
    ]
    return max((len(said) / len(key) for said in inside), default=0.0)


def header_row_of(rows: Sequence[Sequence[str]], fields: Sequence[Field]) -> int:
    """Return which of the first rows (from 0) heads the table: the one with most known headers, else the first."""
    scores = [sum(1 for _ in guess(row, fields)) for row in rows[:_LOOK]]
    best = max(scores, default=0)
    return scores.index(best) if best > 1 else 0


def remembered_of(headers: Sequence[str], columns: Mapping[str, int]) -> dict[str, str]:
    """Return header → field, as it is remembered for the next file; a header that was left out is remembered so."""
    by_column = {column: name for name, column in columns.items()}
    return {key: by_column.get(column, "") for column, header in enumerate(headers) if (key := search_key(header))}


@dataclass(frozen=True, kw_only=True, slots=True)
class Mapped:
    """Rows with a meaning. `reading` says how positions were read; None where no column holds any."""

    features: list[Feature | Broken]
    reading: Reading | None = None


def features_of_lines(
    lines: Sequence[tuple[int, Sequence[str]]],
    columns: Mapping[str, int],
    fields: Sequence[Field],
    *,
    system: System = "auto",
    near: tuple[float, float] | None = None,
) -> Mapped:
    """Return the rows of a table as features: a cell that is empty is there as empty text, a column left out is not."""
    known = {item.name: item for item in fields}
    words = {item.name: _words_of(item) for item in fields}
    own = {name: column for name, column in columns.items() if name in known and name not in PLACED}

    def cell(cells: Sequence[str], column: int) -> str:
        return unguarded(cells[column]) if column < len(cells) else ""

    pairs = {row: _pair(cells, columns) for row, cells in lines}
    found = [pair for pair in pairs.values() if isinstance(pair, Pair)]
    reading = reading_of(found, system=system, near=near) if found else None
    features: list[Feature | Broken] = []
    for row, cells in lines:
        properties: dict[str, Any] = {}
        try:
            for name, column in own.items():
                said = cell(cells, column)
                said = _stored(words[name], said)
                properties[name] = _json(name, said) if known[name].form == "json" else said
            pair = pairs[row]
            if isinstance(pair, UnjaiError):
                raise pair
            geometry = _geometry(cells, columns, pair, reading)
        except UnjaiError as error:
            features.append(Broken(row=row, error=error, key=_shown(properties)))
            continue
        features.append(Feature(row=row, properties=properties, geometry=geometry))
    return Mapped(features=features, reading=reading)


def _shown(properties: Mapping[str, Any]) -> str:
    return next((str(properties[name])[:80] for name in ("code", "key", "name_th") if properties.get(name)), "")


def _words_of(item: Field) -> dict[str, str]:
    own = {search_key(value): value for value in item.words.values()}
    return {**own, **{search_key(said): value for said, value in item.words.items()}} if item.words else {}


def _stored(words: Mapping[str, str], said: str) -> str:
    """Return what is stored for a word; where the whole is unknown, for the last part of "amenity=bank"."""
    if not words or not said:
        return said
    whole = words.get(search_key(said))
    return whole or words.get(search_key(re.split(r"[:=]", said)[-1]), said)


def _json(name: str, said: str) -> Any:
    if not said:
        return None
    try:
        return json.loads(said)
    except ValueError as error:
        raise UnjaiError("row_field_wrong", 422, field=name, value=tidy(said)[:60], wanted="JSON") from error


def _pair(cells: Sequence[str], columns: Mapping[str, int]) -> Pair | UnjaiError | None:
    """Return the two numbers of a row; None where it says nothing of a point."""

    def said(name: str) -> str:
        column = columns.get(name)
        return unguarded(cells[column]).strip() if column is not None and column < len(cells) else ""

    if POSITION.name in columns and LAT.name not in columns:
        text = said(POSITION.name)
        return (pair_of(text) or _unread(text)) if text else None
    lat, lon = said(LAT.name), said(LON.name)
    if not lat and not lon:
        return None
    a, b = angle_of(lat), angle_of(lon)
    return Pair(a=a, b=b) if a is not None and b is not None else _unread(f"{lat} / {lon}")


def _unread(text: str) -> UnjaiError:
    return UnjaiError("row_position_unread", 422, value=tidy(text)[:60])


def _geometry(
    cells: Sequence[str], columns: Mapping[str, int], pair: Pair | None, reading: Reading | None
) -> dict[str, Any] | None:
    column = columns.get(WKT.name)
    said = cells[column].strip() if column is not None and column < len(cells) else ""
    if said:
        return geometry_of_wkt(said)
    if pair is None or reading is None:
        return None
    return {"type": "Point", "coordinates": list(position_in(pair, reading))}


def geometry_of_wkt(said: str) -> dict[str, Any]:
    """Return a shape written as WKT (or as GeoJSON) as GeoJSON; raises `row_position_unread`."""
    try:
        if len(said) > _MOST_WKT:
            raise ValueError("long")  # noqa: TRY301
        shape = shapely.from_geojson(said) if said.startswith("{") else shapely.from_wkt(said.partition(";")[2] or said)
        found: dict[str, Any] = json.loads(shapely.to_geojson(shapely.force_2d(shape)))
    except (shapely.errors.GEOSException, ValueError, TypeError) as error:
        raise _unread(said) from error
    return found


def renamed(
    features: Sequence[Feature | Broken], columns: Mapping[str, str], fields: Sequence[Field]
) -> list[Feature | Broken]:
    """Return the features of a map with properties called as the kind's reader calls them (field → property)."""
    words = {item.name: _words_of(item) for item in fields}
    told = {name: said for name, said in columns.items() if name not in PLACED}
    if not any(words[name] or name != said for name, said in told.items() if name in words):
        return list(features)

    def one(feature: Feature | Broken) -> Feature | Broken:
        if isinstance(feature, Broken):
            return feature
        properties = dict(feature.properties)
        for name, said in told.items():
            if said not in feature.properties:
                continue
            value = feature.properties[said]
            if isinstance(value, str):
                value = _stored(words.get(name, {}), value)
            if name != said:
                properties.pop(said, None)
            properties[name] = value
        return replace(feature, properties=properties)

    return [one(feature) for feature in features]


def guarded(said: str) -> str:
    """Return text that a spreadsheet will not run as a formula; `unguarded` gives it back as it was."""
    return f"'{said}" if _RUN.match(said) else said


def unguarded(said: str) -> str:
    """Return text as it was before `guarded`."""
    return said[1:] if _GUARDED.match(said) else said
