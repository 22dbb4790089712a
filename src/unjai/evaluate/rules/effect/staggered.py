"""Staggered difference-in-differences: each group of stations beside those that have not started yet.

Where the effect grows with time, or differs from group to group, one pooled ratio sets early stations against late
ones that have it too; this does not (after Callaway and Sant'Anna 2021, in ratios of counts). It costs precision.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, log

import numpy as np

from unjai.evaluate.rules.effect.panel import Floats, Ints, Panel

BEFORE = 12
AFTER = 12


@dataclass(frozen=True, kw_only=True)
class Since:
    """The ratio so many months after the start (before it: under 0, where it should be 1), over so many stations."""

    months: int
    ratio: float
    low: float
    high: float
    stations: int


@dataclass(frozen=True, kw_only=True)
class Staggered:
    """The ratio over all months since the start, and month by month."""

    ratio: float
    low: float
    high: float
    stations: int
    since: tuple[Since, ...]


def staggered(panel: Panel, *, before: int = BEFORE, after: int = AFTER, alpha: float = 0.05) -> Staggered | None:
    """Return the ratio of cases to what the stations' own months before and those not yet started let expect.

    Intervals leave out one station at a time (jackknife). None where no group has a month before and others beside it.
    """
    from scipy.stats import t  # noqa: PLC0415

    counts, start = panel.counts.astype(float), panel.start
    steps = np.arange(-before, after)
    whole = _cells(counts, start, steps, before)
    stations = _stations(start, steps, panel.months)
    if not whole[1][before:].any():
        return None
    without = [_cells(*_left_out(counts, start, row), steps, before) for row in range(len(start))]
    quantile = float(t.ppf(1 - alpha / 2, max(1, len(start) - 1)))

    def told(at: slice) -> tuple[float, float, float]:
        value = _log_ratio(whole, at)
        others = np.asarray([_log_ratio(one, at) for one in without])
        others = others[np.isfinite(others)]
        if not np.isfinite(value) or len(others) < 2:  # noqa: PLR2004
            return (exp(value) if value > -np.inf else 0.0, 0.0, float("inf"))
        spread = float(np.sqrt((len(others) - 1) / len(others) * ((others - others.mean()) ** 2).sum()))
        return exp(value), exp(value - quantile * spread), exp(value + quantile * spread)

    ratio, low, high = told(slice(before, before + after))
    rows = []
    for at, step in enumerate(steps.tolist()):
        if whole[1][at] > 0:
            one = told(slice(at, at + 1))
            rows.append(Since(months=step, ratio=one[0], low=one[1], high=one[2], stations=int(stations[at])))
    return Staggered(ratio=ratio, low=low, high=high, stations=int(stations[before:].max()), since=tuple(rows))


def _cells(counts: Floats, start: Ints, steps: Ints, before: int) -> tuple[Floats, Floats]:
    """Return for each step from the start what was seen and what was expected, summed over groups."""
    seen, foreseen = np.zeros(len(steps)), np.zeros(len(steps))
    months = counts.shape[1]
    for group in np.unique(start):
        if not 0 < group < months:
            continue
        window = slice(max(0, int(group) - before), int(group))
        own = counts[start == group].sum(axis=0)
        for at, step in enumerate(steps.tolist()):
            month = int(group) + step
            if not 0 <= month < months:
                continue
            others = counts[start > max(month, int(group))].sum(axis=0)
            usual = others[window].sum() if others.ndim else 0.0
            if usual > 0 and others[month] > 0:
                seen[at] += own[month]
                foreseen[at] += own[window].sum() * others[month] / usual
    return seen, foreseen


def _left_out(counts: Floats, start: Ints, row: int) -> tuple[Floats, Ints]:
    return np.delete(counts, row, axis=0), np.delete(start, row)


def _log_ratio(cells: tuple[Floats, Floats], at: slice) -> float:
    seen, foreseen = float(cells[0][at].sum()), float(cells[1][at].sum())
    if foreseen <= 0:
        return float("nan")
    return log(seen / foreseen) if seen > 0 else -np.inf


def _stations(start: Ints, steps: Ints, months: int) -> Ints:
    at = start[:, None] + steps[None, :]
    inside = (at >= 0) & (at < months) & (start[:, None] < months) & (start[:, None] > 0)
    found: Ints = inside.sum(axis=0)
    return found
