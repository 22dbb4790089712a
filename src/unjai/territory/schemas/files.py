"""What of imports and exports crosses the wire."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from unjai.territory.rules.coordinates import System
from unjai.territory.schemas.things import ImportOut, Wire

Name = Annotated[str, Field(max_length=200)]


class FieldOut(Wire):
    """A column that a kind knows."""

    name: str
    th: str
    en: str
    example: str
    needed: bool


class ImportKindOut(BaseModel):
    """A kind of thing; `may_import` and `may_export` say what the asker may do."""

    key: str
    th: str
    en: str
    shapes: list[Literal["point", "line", "polygon"]]
    fields: list[FieldOut]
    osm: bool
    replaces: bool
    may_import: bool
    may_export: bool


class ChoicesIn(BaseModel):
    """What is chosen for a file. `columns` is field → column number (of a map: property); absent = guess again."""

    model_config = ConfigDict(extra="forbid")

    kind: Annotated[str, Field(max_length=40)]
    columns: Annotated[dict[Name, int | Name], Field(max_length=200)] | None = None
    header_row: int | None = Field(None, ge=0, le=1000)
    sheet: Annotated[str, Field(max_length=100)] = ""
    encoding: Literal["", "utf-8", "cp874", "utf-16"] = ""
    delimiter: Literal["", ",", ";", "\t", "|"] = ""
    system: System = "auto"
    replace: bool = False
    area: Literal["zone", "all"] | tuple[float, float, float, float] = "zone"
    margin_m: float = Field(500.0, ge=0, le=20_000)


class ApplyIn(BaseModel):
    """Import what was looked at; `leave_refused` takes the good rows though others are refused."""

    model_config = ConfigDict(extra="forbid")

    leave_refused: bool = False


class HeadOut(Wire):
    """A column of the file."""

    key: int | str
    title: str
    samples: list[str]


class SampleOut(BaseModel):
    """A row as it will be taken, or not."""

    row: int
    state: Literal["good", "noted", "refused"]
    cells: dict[str, str]


class ShapeOut(BaseModel):
    """A row on the small map: its outermost line or its point, as [lon, lat]."""

    row: int
    state: Literal["good", "noted", "refused"]
    kind: Literal["point", "line", "polygon"]
    at: list[tuple[float, float]]


class PreviewOut(BaseModel):
    """What an import would do. `shapes_left_off` rows are not drawn; `tops` are the first lines, to choose a header."""

    file_id: UUID
    name: str
    size: int
    digest: str
    expires_at: datetime
    kind: str
    form: Literal["csv", "xlsx", "geojson", "graph", "osm"]
    encoding: str
    delimiter: str
    sheets: list[str]
    sheet: str
    header_row: int
    tops: list[str]
    system: str
    heads: list[HeadOut]
    columns: dict[str, int | str]
    report: ImportOut
    samples: list[SampleOut]
    shapes: list[ShapeOut]
    shapes_left_off: int
    area: dict[str, Any] | None


class AppliedOut(BaseModel):
    """What was imported; `may_undo` tells whether it can be taken back."""

    run_id: UUID
    report: ImportOut
    may_undo: bool


class RunOut(Wire):
    """An import of the past."""

    id: UUID
    kind: str
    name: str
    by_name: str
    done_at: datetime
    added: int
    updated: int
    removed: int
    refused: int
    undone_at: datetime | None
    may_undo: bool


class UndoneOut(BaseModel):
    """An import was taken back."""

    rows: int
