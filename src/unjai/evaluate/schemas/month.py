"""Months and figures on the wire. A change has no number of its own: it comes as a verdict's whole sentence."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import BaseModel, Field, StringConstraints

Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=5, max_length=500, pattern=r"^[^\x00]*$")]


class Said(BaseModel):
    """A text in both languages."""

    th: str
    en: str


class FigureOut(BaseModel):
    """A figure as it is shown: value and interval in words, and the verdict on its change with its sentence."""

    code: str
    kpi: str
    unit: Literal["count", "per_1000", "share", "minutes", "score"]
    name: Said
    definition: Said
    value: Said
    interval: str
    verdict: Literal["", "better", "worse", "unclaimable"]
    change: Said
    n: str
    complete: float
    source: str
    may_enter: bool
    rows: str
    """Where the rows lie that it is made of; empty where it was entered by hand."""


class MonthOut(BaseModel):
    """A month: open (`figures` as they stand now) or closed."""

    month: date
    state: Literal["open", "closed", "opened"]
    version: int
    digest: str
    closed_at: datetime | None
    closed_by: str
    simulated: bool
    figures: list[FigureOut]
    trend: str
    """Cases by month with the band that was to be expected, as SVG; empty where none are kept."""


class MonthHeadOut(BaseModel):
    """A month in the list."""

    month: date
    state: Literal["closed", "opened"]
    version: int
    closed_at: datetime
    closed_by: str
    opened_by: str
    reason: str


class OpenIn(BaseModel):
    """Why a month is opened again."""

    reason: Reason


class EntryIn(BaseModel):
    """A figure entered by hand: shares from 0 to 1 with the number of answers; where it comes from."""

    code: Annotated[str, StringConstraints(max_length=20)]
    value: Annotated[float, Field(ge=0, le=1e6, allow_inf_nan=False)]
    n: Annotated[int, Field(ge=0, le=10_000_000)] = 0
    source: Reason
