"""The simple maps that stand beside ours, always: all earlier events, the last year's, tuned density, ProMap."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from unjai.evaluate.rules.risk.components import spread
from unjai.evaluate.rules.risk.grid import CELL_M, Events, Floats, Grid, Ints

LAST_D = 365.0
BANDWIDTHS_M = (75.0, 100.0, 150.0, 200.0, 300.0, 400.0, 600.0)
_PROMAP_M, _PROMAP_WEEKS = 400.0, 8


def counts(events: Events, grid: Grid, cells: Ints, *, at: float, days: float = np.inf) -> Floats:
    """Return how many events each cell (rows, columns) had in the `days` before a time."""
    first, last = events.before(at - days), events.before(at)
    made = np.bincount(cells[first:last], minlength=grid.rows * grid.columns)
    return made.astype(np.float64).reshape(grid.shape)


def density(events: Events, grid: Grid, cells: Ints, *, at: float, bandwidth_m: float) -> Floats:
    """Return the kernel density of the last year's events (a bell of that bandwidth) in the middle of each cell."""
    if bandwidth_m >= 2 * CELL_M:  # where in its cell an event lies no longer matters
        return spread(counts(events, grid, cells, at=at, days=LAST_D), bandwidth_m)
    first, last = events.before(at - LAST_D), events.before(at)
    middle_x, middle_y = grid.middle(cells[first:last])
    off_x, off_y = events.x[first:last] - middle_x, events.y[first:last] - middle_y
    reach = int(np.ceil(3 * bandwidth_m / CELL_M))
    made = np.zeros(grid.rows * grid.columns)
    for row in range(-reach, reach + 1):
        for column in range(-reach, reach + 1):
            away2 = (column * CELL_M - off_x) ** 2 + (row * CELL_M - off_y) ** 2
            there = cells[first:last] + row * grid.columns + column
            made += np.bincount(there, weights=np.exp(-away2 / (2 * bandwidth_m**2)), minlength=made.size)
    return made.reshape(grid.shape)


def promap(events: Events, grid: Grid, cells: Ints, *, at: float) -> Floats:
    """Return the prospective map of Bowers, Johnson and Pease (2004).

    Events of eight weeks within 400 m, each weighed by how many half cells away and how many weeks ago.
    """
    from scipy.ndimage import convolve  # noqa: PLC0415

    reach = int(_PROMAP_M // CELL_M)
    step = np.arange(-reach, reach + 1) * CELL_M
    away = np.hypot(step[:, None], step[None, :])
    kernel = np.where(away <= _PROMAP_M, 1.0 / (1.0 + away / (CELL_M / 2)), 0.0)
    recent = np.zeros(grid.shape)
    for week in range(_PROMAP_WEEKS):
        recent += counts(events, grid, cells, at=at - 7.0 * week, days=7.0) / (1.0 + week)
    made: Floats = convolve(recent, kernel, mode="constant")
    return made


def tuned(hits: Sequence[Sequence[float]]) -> float:
    """Return the bandwidth of most hits; `hits[i][k]` is what `BANDWIDTHS_M[k]` hit in the i-th earlier window."""
    if not hits:
        return 200.0
    return BANDWIDTHS_M[int(np.argmax(np.sum(np.asarray(hits), axis=0)))]
