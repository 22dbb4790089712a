"""The risk surface of a place: fitted on what was known on a day, good for the weeks after it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from unjai.evaluate.rules.risk.components import Component, components_of, surfaces
from unjai.evaluate.rules.risk.grid import Events, Floats, Grid, Ints
from unjai.evaluate.rules.risk.mixture import Window, weigh
from unjai.model.errors import UnjaiError

WINDOWS = 10
"""Earlier windows that the weights are fitted on."""
STEP_D = 28.0
LEAST_A_YEAR = 30
YEAR_D = 365.0


@dataclass(frozen=True, kw_only=True)
class Model:
    """Cells looked at, each one's share of what is to come (sum 1), and how many come a week in all."""

    grid: Grid
    cells: Ints
    share: Floats
    a_week: float
    weeks_known: float
    earlier: Floats
    """Events of each cell so far."""
    components: tuple[Component, ...]
    weights: Floats

    def expected(self, weeks: float) -> Floats:
        """Return how many events each cell is to expect."""
        return self.share * self.a_week * weeks

    def within(self, weeks: float, *, alpha: float = 0.05) -> tuple[Floats, Floats]:
        """Return the counts between which each cell stays, but for `alpha`: gamma-Poisson by its earlier events."""
        from scipy.stats import nbinom  # noqa: PLC0415

        mean = np.maximum(self.expected(weeks), 1e-12)
        shape = 0.5 + self.earlier
        chance = shape / (shape + mean)
        return nbinom.ppf(alpha / 2, shape, chance), nbinom.ppf(1 - alpha / 2, shape, chance)


class Cut:
    """Events seen from many days, each day's shares reckoned once."""

    def __init__(self, events: Events, grid: Grid, days: float) -> None:
        """Look at events in windows of so many days."""
        self.events, self.grid, self.days = events, grid, days
        self.cells = grid.cells(events)
        self.components = components_of(events)
        self._seen: dict[float, tuple[Ints, Window, int]] = {}

    def window(self, at: float) -> tuple[Ints, Window, int]:
        """Return the cells looked at on a day, what was known and what came in them, and how many came in all."""
        if at not in self._seen:
            known, until = self.events.before(at), self.events.before(at + self.days)
            looked_at = self.grid.near(self.cells[:known])
            came = np.bincount(self.cells[known:until], minlength=self.grid.rows * self.grid.columns)
            shares = surfaces(
                self.events,
                self.grid,
                self.cells,
                at=at,
                days=self.days,
                looked_at=looked_at,
                components=self.components,
            )
            window = Window(shares=shares, came=came[looked_at].astype(np.float64))
            self._seen[at] = looked_at, window, until - known
        return self._seen[at]

    def earlier_windows(self, at: float) -> list[float]:
        """Return days before `at` whose windows had ended by then and that had some history themselves."""
        first = float(self.events.t[0])
        least = min(180.0, (at - first) / 6)
        step = STEP_D if at - first > 2 * YEAR_D else STEP_D / 2
        days = [at - self.days - step * back for back in range(WINDOWS)]
        return [day for day in days if day - first > least]


def fit(events: Events, grid: Grid, *, at: float, weeks: int = 4, cut: Cut | None = None) -> Model:
    """Fit the mixture by what was known at `at` (days, as the events' times) for a forecast of so many weeks.

    Raises `too_few_to_rank` where a year has under about 30 events: such a map would rank chance.
    """
    days = 7.0 * weeks
    cut = cut or Cut(events, grid, days)
    known = events.before(at)
    span = at - float(events.t[0]) if known else 0.0
    recent = known - events.before(at - min(YEAR_D, span))
    a_year = 0.0 if span <= 0 else recent * YEAR_D / min(YEAR_D, span)
    if a_year < LEAST_A_YEAR or known < LEAST_A_YEAR / 2:
        raise UnjaiError("too_few_to_rank", 422, a_year=round(a_year), known=known, least=LEAST_A_YEAR)
    weights = weigh([cut.window(day)[1] for day in cut.earlier_windows(at)], cut.components)
    looked_at, window, _ = cut.window(at)
    share = window.shares @ weights
    own = np.bincount(cut.cells[:known], minlength=grid.rows * grid.columns)[looked_at]
    return Model(
        grid=grid,
        cells=looked_at,
        share=share / share.sum(),
        a_week=a_year / YEAR_D * 7,
        weeks_known=span / 7,
        earlier=own.astype(np.float64),
        components=cut.components,
        weights=weights,
    )
