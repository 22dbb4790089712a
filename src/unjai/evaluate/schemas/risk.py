"""The surface of risk on the wire: places and hours with intervals, never persons."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from unjai.evaluate.schemas.month import Said


class BandOut(BaseModel):
    """A figure with its 95 % interval."""

    value: float
    low: float
    high: float


class CellOut(BaseModel):
    """A cell: its middle, cases so far, how many the weeks ahead are to bring (mean, 95 %), and the simple maps."""

    lon: float
    lat: float
    earlier: int
    expected: float
    low: float
    high: float
    maps: list[float]
    """Shares by all_history, last_year, kde, promap."""
    hours: list[int]
    """Of 10,000 of its cases, how many in each slot of two hours from Monday 00:00."""


class PairsOut(BaseModel):
    """Knox's test at one distance and time."""

    within_m: float
    within_d: float
    pairs: int
    expected: float
    p: float


class WalkedOut(BaseModel):
    """How the maps did here in the last year: PAI at 2 % of area, and ours over each."""

    pai: dict[str, BandOut]
    over: dict[str, BandOut]
    forecasts: int
    independent: int


class WatchedOut(BaseModel):
    """What the feedback guard says, with the figures behind it."""

    alarms: list[Literal["gathered", "unvisited", "found_drives"]]
    gini: float
    top_share: float | None
    unvisited: int
    places: int
    found_share: float | None
    found_moves: float | None
    found_an_hour: Annotated[list[float | None], Field(min_length=2, max_length=2)] | None


class CameOut(BaseModel):
    """What came of the surface that was handed down weeks ago: cases, and those in its foremost cells."""

    through: datetime
    share_of_area: float
    came: int
    hits: int
    low: float
    high: float


class RiskOut(BaseModel):
    """A surface: `none` was made yet, it is `ranked`, or `refused` (then `why` says why, and there are no cells)."""

    state: Literal["none", "ranked", "refused"]
    day: date | None = None
    through: datetime | None = None
    made_at: datetime | None = None
    weeks: int = 4
    known: int = 0
    a_year: float = 0.0
    why: Said | None = None
    left_out: dict[str, int] = {}
    handed: dict[str, int] = {}
    simulated: bool = False
    cell_lon: float = 0.0
    cell_lat: float = 0.0
    looked_at: int = 0
    cells: list[CellOut] = []
    words: list[Said] = []
    near_repeats: list[PairsOut] = []
    walked: WalkedOut | None = None
    guard: WatchedOut | None = None
    came: CameOut | None = None
