"""What a reader makes of a file: rows of cells (a table) or features (a map), before anybody says what they mean."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from unjai.territory.rules.geojson import Broken, Feature

Form = Literal["csv", "xlsx", "geojson", "graph", "osm"]
MAX_ROWS = 200_000
MAX_COLUMNS = 200
MAX_CELL = 10_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """A row of a table: `row` is its number as a person sees it in Excel or an editor, from 1."""

    row: int
    cells: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Remark:
    """Something to tell about a file (row 0) or a row."""

    row: int
    code: str
    facts: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Source:
    """A file that was read. A table has `lines`; a map has `features`, a road graph its `document`."""

    form: Form
    lines: tuple[Line, ...] = ()
    features: tuple[Feature | Broken, ...] = ()
    encoding: str = ""
    delimiter: str = ""
    sheets: tuple[str, ...] = ()
    sheet: str = ""
    remarks: tuple[Remark, ...] = ()
    counts: Mapping[str, int] = field(default_factory=dict)
    """Of an OpenStreetMap file: what was passed over, and why, as numbers."""

    @property
    def is_table(self) -> bool:
        """Tell whether columns must be given a meaning."""
        return self.form in {"csv", "xlsx"}
