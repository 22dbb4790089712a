"""Charts over time: rates (u) and, where cases are rare, days between them (g).

A chart has many points, so its limits leave 0.27 % outside (three standard deviations) and not 5 %.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from unjai.evaluate.rules.change.intervals import Interval
from unjai.evaluate.rules.change.predicted import Predicted

CHART_ALPHA = 0.0027
RARE = 2.0
"""Under so many cases a month the days between cases tell more than the months do."""
GAPS_NEEDED = 5
_MOVING_RANGE = 1.128
"""Mean distance of two standard normal draws."""


@dataclass(frozen=True, kw_only=True)
class Point:
    """A point of a chart: its value and its own limits; `outside` is what chance hardly gives."""

    value: float
    low: float
    high: float

    @property
    def outside(self) -> bool:
        """Tell whether it lies beyond its limits."""
        return not self.low <= self.value <= self.high


@dataclass(frozen=True, kw_only=True)
class Chart:
    """The middle line, its points oldest first, and `phi`, by how much they vary more than dice."""

    centre: float
    phi: float
    points: tuple[Point, ...]


def u_chart(counts: Sequence[int], exposure: Sequence[float], *, alpha: float = CHART_ALPHA) -> Chart:
    """Return the chart of rates (cases over exposure), with limits widened by the points' own variation.

    The variation is taken from each point to the next (Laney 2002), so that one shift does not hide itself. Exposures
    must be above 0.
    """
    if not counts:
        return Chart(centre=0.0, phi=1.0, points=())
    centre = sum(counts) / sum(exposure)
    apart = [(n / e - centre) / (centre / e) ** 0.5 if centre else 0.0 for n, e in zip(counts, exposure, strict=True)]
    steps = [abs(b - a) for a, b in pairwise(apart)]
    phi = max(1.0, (sum(steps) / len(steps) / _MOVING_RANGE) ** 2) if steps else 1.0
    points = []
    for count, size in zip(counts, exposure, strict=True):
        band = Interval(low=0.0, high=0.0)
        if centre:
            band = Predicted(mean=centre * size, variance=phi * centre * size).within(alpha)
        points.append(Point(value=count / size, low=band.low / size, high=band.high / size))
    return Chart(centre=centre, phi=phi, points=tuple(points))


def g_chart(days: Sequence[int], *, alpha: float = CHART_ALPHA) -> Chart:
    """Return the chart of days between cases, from the days (ordinals, ascending) on which cases began.

    Gaps of dice are geometric; theirs is the predictive law with the other gaps known (Lomax), and gaps that vary more
    than that count for less of them. Under `GAPS_NEEDED` gaps there are no points.
    """
    gaps = [b - a for a, b in pairwise(days)]
    if len(gaps) < GAPS_NEEDED:
        return Chart(centre=0.0, phi=1.0, points=())
    mean = sum(gaps) / len(gaps)
    usual = mean * (mean + 1)
    phi = max(1.0, sum((gap - mean) ** 2 for gap in gaps) / (len(gaps) - 1) / usual) if usual else 1.0
    known = (len(gaps) - 1) / phi
    points = []
    for gap in gaps:
        others = sum(gaps) - gap + (len(gaps) - 1) / 2  # a day's width: cases of one day are half a day apart
        low, high = (_gap(share, known, others / phi) for share in (1 - alpha / 2, alpha / 2))
        points.append(Point(value=gap, low=low, high=high))
    return Chart(centre=mean, phi=phi, points=tuple(points))


def quiet(days: Sequence[int], today: int) -> float | None:
    """Return the chance of a quiet time as long as that since the last case, had nothing changed; None if too few."""
    gaps = [b - a for a, b in pairwise(days)]
    if len(gaps) < GAPS_NEEDED:
        return None
    whole = sum(gaps) + len(gaps) / 2
    return float((whole / (whole + max(0, today - days[-1]))) ** len(gaps))


def _gap(chance: float, known: float, whole: float) -> float:
    """Return the longest gap of which a longer one has at least `chance`."""
    return float(whole * (chance ** (-1 / known) - 1) // 1)
