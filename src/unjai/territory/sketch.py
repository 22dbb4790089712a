"""A preview for the eye: some rows as they were understood, and all of them (or a few thousand) on a small map."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal

from unjai.territory.kinds import Field, ImportKind
from unjai.territory.readers import Source
from unjai.territory.rules.geojson import Broken, Feature
from unjai.territory.rules.mapping import fields_of
from unjai.territory.rules.sheet import ImportReport
from unjai.territory.schemas.files import SampleOut, ShapeOut

State = Literal["good", "noted", "refused"]
MOST_SHAPES = 4_000
MOST_SAMPLES = 30
_MOST_CORNERS = 400
_CELL = 120
_TOPS = 12
_HALF_ROUND = 180


def fields_shown(kind: ImportKind) -> tuple[Field, ...]:
    """Return the columns a person may match, those for positions too."""
    return fields_of(kind.fields, kind.shapes)


def states_of(report: ImportReport) -> dict[int, State]:
    """Return what is to tell of rows, by row; rows that are simply good are not in it."""
    told: dict[int, State] = {note.row: "noted" for note in report.warnings if note.row}
    return told | {note.row: "refused" for note in report.refused}


def tops_of(source: Source) -> list[str]:
    """Return the first lines of a table as text."""
    return [" · ".join(cell for cell in line.cells if cell)[:_CELL] for line in source.lines[:_TOPS]]


def samples_of(features: Sequence[Feature | Broken], report: ImportReport, fields: Sequence[Field]) -> list[SampleOut]:
    """Return the first rows as they will be read."""
    states, known = states_of(report), [item.name for item in fields]
    samples = []
    for feature in features[:MOST_SAMPLES]:
        cells: dict[str, str] = {}
        if isinstance(feature, Feature):
            cells = {name: str(feature.properties[name])[:_CELL] for name in known if _says(feature, name)}
        samples.append(SampleOut(row=feature.row, state=states.get(feature.row, "good"), cells=cells))
    return samples


def _says(feature: Feature, name: str) -> bool:
    return feature.properties.get(name) not in (None, "")


def shapes_of(features: Sequence[Feature | Broken], report: ImportReport) -> tuple[list[ShapeOut], int]:
    """Return rows to draw, refused ones first, and how many were left off."""
    states = states_of(report)
    drawn = [shape for feature in features if (shape := _shape(feature, states)) is not None]
    left_off = max(len(drawn) - MOST_SHAPES, 0)
    if left_off:
        odd = [shape for shape in drawn if shape.state != "good"][: MOST_SHAPES // 2]
        good = [shape for shape in drawn if shape.state == "good"]
        room = MOST_SHAPES - len(odd)
        step = max(len(good) / room, 1.0)
        drawn = odd + [good[int(place * step)] for place in range(min(room, len(good)))]
        left_off = left_off if len(drawn) == MOST_SHAPES else max(len(good) + len(odd) - len(drawn), 0)
    return drawn, left_off


def _shape(feature: Feature | Broken, states: Mapping[int, State]) -> ShapeOut | None:
    if isinstance(feature, Broken) or feature.geometry is None:
        return None
    kind, at = _outline(feature.geometry)
    if not at:
        return None
    step = max(len(at) // _MOST_CORNERS, 1)
    kept = [*at[::step], at[-1]] if step > 1 else at
    return ShapeOut(row=feature.row, state=states.get(feature.row, "good"), kind=kind, at=kept)


def _outline(geometry: Mapping[str, Any]) -> tuple[Literal["point", "line", "polygon"], list[tuple[float, float]]]:
    """Return the kind and the outermost positions of a geometry; none where it cannot be drawn."""
    kind, coordinates = str(geometry.get("type", "")), geometry.get("coordinates")
    if kind.startswith("Multi") and isinstance(coordinates, list) and coordinates:
        kind, coordinates = kind.removeprefix("Multi"), coordinates[0]
    if kind == "Point":
        return "point", list(_positions([coordinates]))
    if kind == "LineString":
        return "line", list(_positions(coordinates))
    if kind == "Polygon" and isinstance(coordinates, list) and coordinates:
        return "polygon", list(_positions(coordinates[0]))
    return "point", []


def _positions(value: object) -> Iterator[tuple[float, float]]:
    if not isinstance(value, list | tuple):
        return
    for item in value:
        if not isinstance(item, list | tuple) or len(item) < 2:  # noqa: PLR2004
            continue
        if all(isinstance(part, int | float) and abs(part) <= _HALF_ROUND for part in item[:2]):
            yield round(float(item[0]), 6), round(float(item[1]), 6)
