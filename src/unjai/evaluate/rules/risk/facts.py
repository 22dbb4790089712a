"""What a station's surface is made of and what follows from it, as they go to a process of its own and are kept."""

from __future__ import annotations

from datetime import datetime

import msgspec


class RiskCase(msgspec.Struct, frozen=True, array_like=True):
    """A reported case with a place: when (seconds since 1970, `ended` not before `begun`), where (degrees), at what."""

    begun: float
    ended: float
    lon: float
    lat: float
    kind: str = ""


class RiskPlace(msgspec.Struct, frozen=True, array_like=True):
    """A place that patrols visit, with the mean risk an hour that it has without a surface."""

    code: str
    lon: float
    lat: float
    level: float
    visits: int = 0
    patrol_min: float = 0.0
    """Visits, and minutes of the hours in which a patrol passed a street near it, in the weeks the guard looks at."""


class Foretold(msgspec.Struct, frozen=True):
    """The foremost cells of a surface that was handed down earlier: middles, size (degrees), share of area."""

    through: datetime
    share: float
    cells: tuple[tuple[float, float], ...]
    cell_lon: float
    cell_lat: float


class RiskFacts(msgspec.Struct, frozen=True):
    """Everything of one station's surface."""

    station_id: int
    through: datetime
    """All cases before this moment are known; the forecast begins here."""
    weeks: int
    cases: tuple[RiskCase, ...]
    places: tuple[RiskPlace, ...] = ()
    guarded_from: float = 0.0
    """The guard looks at what began from here on (seconds since 1970)."""
    found: tuple[tuple[float, float], ...] = ()
    """Where patrols found something in that time, degrees; it never enters the surface."""
    foretold: Foretold | None = None
    """What was said so long ago that its weeks are over."""


class RiskCell(msgspec.Struct, frozen=True):
    """A cell: its middle (degrees), its cases so far, and how many the weeks ahead are to bring (mean, 95 %)."""

    lon: float
    lat: float
    earlier: int
    expected: float
    low: float
    high: float
    maps: tuple[float, float, float, float]
    """What `MAPS` say of it: shares of all cells looked at, each map sums to 1."""
    hours: tuple[int, ...]
    """Of 10,000 of its cases, how many fall into each of the 84 slots of two hours from Monday 00:00."""


class Interval3(msgspec.Struct, frozen=True):
    """A figure with its 95 % interval."""

    value: float
    low: float
    high: float


class Pairs(msgspec.Struct, frozen=True):
    """Knox's test at one distance and time."""

    within_m: float
    within_d: float
    pairs: int
    expected: float
    p: float


class Walked(msgspec.Struct, frozen=True):
    """How the maps did here, walking through the last year: PAI at 2 % of area by map, and ours over each."""

    pai: dict[str, Interval3]
    over: dict[str, Interval3]
    forecasts: int
    independent: int


class Watched(msgspec.Struct, frozen=True):
    """What the feedback guard says (`rules/guard.py`): alarms, and the figures behind them."""

    alarms: tuple[str, ...]
    gini: float
    top_share: float | None
    unvisited: int
    places: int
    found_share: float | None
    found_moves: float | None
    found_an_hour: tuple[float, float | None] | None
    """None at the end: no upper bound, nothing was found at the other half."""


class Came(msgspec.Struct, frozen=True):
    """What came of a surface that was handed down: cases of its weeks, those in its foremost cells, their share."""

    through: datetime
    share_of_area: float
    came: int
    hits: int
    low: float
    high: float
    """The 95 % interval of `hits / came` (Wilson)."""


class RiskPicture(msgspec.Struct, frozen=True):
    """A surface as it is kept; `lack` is why nothing is ranked (then there are no cells)."""

    through: datetime
    weeks: int
    known: int
    a_year: float
    lack: str = ""
    cell_lon: float = 0.0
    cell_lat: float = 0.0
    """A cell's width and height in degrees."""
    cells: tuple[RiskCell, ...] = ()
    """Most expected first."""
    looked_at: int = 0
    """Cells in all; only the foremost of each map are kept where they are very many."""
    words_th: tuple[str, ...] = ()
    words_en: tuple[str, ...] = ()
    near_repeats: tuple[Pairs, ...] = ()
    walked: Walked | None = None
    guard: Watched | None = None
    came: Came | None = None
    places: dict[str, tuple[float, ...]] = {}
    """Risk of each place for the 168 hours of a week, as patrol takes it."""


MAPS = ("all_history", "last_year", "kde", "promap")
