"""How good a map is: walk through the last year, forecast from what was known then, count what came where.

PAI of different studies cannot be compared: it hangs on the share of area, the cells, and how points were placed. Only
methods side by side on the same cells can.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from unjai.evaluate.rules.risk import baselines
from unjai.evaluate.rules.risk.grid import CELL_M, Events, Floats, Grid
from unjai.evaluate.rules.risk.hits import AREAS, chosen
from unjai.evaluate.rules.risk.surface import YEAR_D, Cut, fit
from unjai.model.errors import UnjaiError

METHODS = ("ours", "all_history", "last_year", "kde", "promap")
ORIGINS = 13
_DRAWS = 2000
_SEED = 20261124


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """A figure with its 95 % interval over origins."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, kw_only=True)
class Score:
    """What came of a walk: per method and area the hits, and the events and best hits there could be."""

    origins: tuple[float, ...]
    weeks: int
    cells: int
    """Cells looked at from the last origin."""
    came: Floats
    """Events after each origin, in cells or not: (origins,)."""
    hits: Mapping[str, Floats]
    """Events in the chosen cells: (origins, areas) by method."""
    best: Floats
    """Events in the same number of cells had one known all: (origins, areas)."""

    @property
    def independent(self) -> int:
        """How many of the forecasts do not overlap: where history is short, origins lie nearer than a forecast is long.

        As many are drawn anew for an interval, else it would be too narrow.
        """
        days = 7.0 * self.weeks
        return min(len(self.origins), round((self.origins[-1] - self.origins[0]) / days) + 1)

    @property
    def area_km2(self) -> float:
        """The area looked at."""
        return self.cells * CELL_M * CELL_M / 1e6

    def hit(self, method: str, area: int) -> Estimate:
        """Return the share of events in the chosen cells."""
        return _over(self.hits[method][:, area], self.came, self.independent)

    def pai(self, method: str, area: int) -> Estimate:
        """Return the share of events over the share of area."""
        return _over(self.hits[method][:, area], self.came * AREAS[area], self.independent)

    def pei(self, method: str, area: int) -> Estimate:
        """Return the events in the chosen cells over the most there could have been in as many cells."""
        return _over(self.hits[method][:, area], self.best[:, area], self.independent)

    def over(self, method: str, other: str, area: int) -> Estimate:
        """Return how many times as many events one method hits as another, both drawn from the same origins."""
        return _over(self.hits[method][:, area], self.hits[other][:, area], self.independent)


def walk(events: Events, *, weeks: int, told: Callable[[int, int], None] = lambda _done, _of: None) -> Score:
    """Forecast from 13 days of the last 52 weeks (of the last half, where there are under two years).

    Everything, bandwidths and weights too, is chosen by what lay before each day. Raises `too_short_to_score`, and
    `too_few_to_rank` as `fit` does.
    """
    days = 7.0 * weeks
    end = float(np.nextafter(events.t[-1], np.inf))
    span = end - float(events.t[0])
    if span < 3 * days:
        raise UnjaiError("too_short_to_score", 422, days=round(span), least=round(3 * days))
    step = 28.0 if span > 2 * YEAR_D else (span / 2 - days) / (ORIGINS - 1)
    origins = tuple(end - days - step * back for back in reversed(range(ORIGINS)))
    grid = Grid.over(events)
    cut = Cut(events, grid, days)
    hits: dict[str, list[list[float]]] = {method: [] for method in METHODS}
    came, best = [], []
    tuning: dict[float, list[float]] = {}
    for done, at in enumerate(origins):
        told(done, ORIGINS)
        model = fit(events, grid, at=at, weeks=weeks, cut=cut)
        _, window, all_of_them = cut.window(at)
        maps = {"ours": model.share} | {
            name: surface.ravel()[model.cells] for name, surface in simple_maps(cut, at, tuning).items()
        }
        for method in METHODS:
            hits[method].append([chosen(maps[method], window.came, area) for area in AREAS])
        came.append(all_of_them)
        best.append([chosen(window.came, window.came, area) for area in AREAS])
    told(ORIGINS, ORIGINS)
    if sum(came) == 0:
        raise UnjaiError("nothing_to_score", 422, days=round(days * ORIGINS))
    return Score(
        origins=origins,
        weeks=weeks,
        cells=len(model.cells),
        came=np.asarray(came, dtype=np.float64),
        hits={method: np.asarray(rows) for method, rows in hits.items()},
        best=np.asarray(best),
    )


def simple_maps(cut: Cut, at: float, tuning: dict[float, list[float]]) -> dict[str, Floats]:
    """Return the maps that stand beside ours, whole (rows, columns), as known at `at`; `tuning` keeps what was hit."""
    earlier = cut.earlier_windows(at)
    for day in earlier:
        if day not in tuning:
            looked_at, window, _ = cut.window(day)
            tuning[day] = [
                chosen(_density(cut, day, metres).ravel()[looked_at], window.came, AREAS[1])
                for metres in baselines.BANDWIDTHS_M
            ]
    bandwidth = baselines.tuned([tuning[day] for day in earlier])
    return {
        "all_history": baselines.counts(cut.events, cut.grid, cut.cells, at=at),
        "last_year": baselines.counts(cut.events, cut.grid, cut.cells, at=at, days=baselines.LAST_D),
        "kde": _density(cut, at, bandwidth),
        "promap": baselines.promap(cut.events, cut.grid, cut.cells, at=at),
    }


def _density(cut: Cut, at: float, bandwidth_m: float) -> Floats:
    return baselines.density(cut.events, cut.grid, cut.cells, at=at, bandwidth_m=bandwidth_m)


def _over(above: Floats, below: Floats, independent: int) -> Estimate:
    drawn = np.random.default_rng(_SEED).integers(0, len(above), size=(_DRAWS, independent))
    tops, bottoms = above[drawn].sum(axis=1), below[drawn].sum(axis=1)
    some = bottoms > 0
    if below.sum() <= 0 or not some.any():
        return Estimate(value=float("nan"), low=float("nan"), high=float("nan"))
    low, high = np.quantile(tops[some] / bottoms[some], (0.025, 0.975))
    return Estimate(value=float(above.sum() / below.sum()), low=float(low), high=float(high))
