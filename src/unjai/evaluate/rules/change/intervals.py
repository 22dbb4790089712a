"""Intervals of counts, rates and shares, exact where that is possible."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Self

UNSTEADY = 0.03
"""By how much the variance over the mean of monthly counts exceeds 1 for each case a month: rare cases come as dice do,
many of them in spells. Chosen on six real series of five cities together."""
PHI_WEIGHT = 12.0
"""As many months as what is known of other places counts for."""


@dataclass(frozen=True, kw_only=True)
class Interval:
    """From `low` to `high`, both within."""

    low: float
    high: float

    def __contains__(self, value: float) -> bool:
        """Tell whether a value lies within."""
        return self.low <= value <= self.high


@dataclass(frozen=True, kw_only=True)
class Prior:
    """What is known of monthly rates before a place's own months are looked at: a gamma of `shape` and `rate`."""

    shape: float
    rate: float

    @property
    def mean(self) -> float:
        """Cases a month."""
        return self.shape / self.rate

    @classmethod
    def of(cls, months_by_place: Sequence[Sequence[int]]) -> Self | None:
        """Fit a gamma to the mean rates of many places by moments; None where they do not differ, or are under three.

        The variance between places is what is left when the chance of each place's own months is taken off
        (Clayton and Kaldor 1987).
        """
        told = [(sum(months) / len(months), len(months)) for months in months_by_place if months]
        if len(told) < 3:  # noqa: PLR2004
            return None
        mean = sum(rate for rate, _ in told) / len(told)
        spread = sum((rate - mean) ** 2 for rate, _ in told) / (len(told) - 1)
        chance = sum(mean / n for _, n in told) / len(told)
        between = spread - chance
        if mean <= 0 or between <= 0:
            return None
        return cls(shape=mean * mean / between, rate=mean / between)


def poisson(count: int, *, alpha: float = 0.05) -> Interval:
    """Return the exact interval of a Poisson mean of which `count` was seen (Garwood 1936)."""
    from scipy.stats import chi2  # noqa: PLC0415

    low = 0.0 if count == 0 else float(chi2.ppf(alpha / 2, 2 * count)) / 2
    return Interval(low=low, high=float(chi2.ppf(1 - alpha / 2, 2 * count + 2)) / 2)


def dispersion(months: Sequence[int]) -> float:
    """Return variance over mean of a place's months, drawn towards what is usual at its level, at least 1."""
    mean = sum(months) / len(months) if months else 0.0
    if mean == 0:
        return 1.0
    chi = sum((one - mean) ** 2 for one in months) / mean
    return max(1.0, ((1 + UNSTEADY * mean) * PHI_WEIGHT + chi) / (PHI_WEIGHT + len(months) - 1))


def rate_ratio(
    count: int, exposure: float, count_before: int, exposure_before: float, *, alpha: float = 0.05
) -> Interval:
    """Return the exact interval of one Poisson rate over another (Clopper and Pearson's, given their sum)."""
    from scipy.stats import beta  # noqa: PLC0415

    if count + count_before == 0:
        return Interval(low=0.0, high=float("inf"))
    low = 0.0 if count == 0 else float(beta.ppf(alpha / 2, count, count_before + 1))
    high = 1.0 if count_before == 0 else float(beta.ppf(1 - alpha / 2, count + 1, count_before))
    scale = exposure_before / exposure
    return Interval(low=scale * low / (1 - low), high=scale * high / (1 - high) if high < 1 else float("inf"))


def wilson(hits: float, n: float, *, alpha: float = 0.05, design_effect: float = 1.0) -> Interval:
    """Return the interval of a share (Wilson 1927); a design effect above 1 makes the sample count for less."""
    from scipy.stats import norm  # noqa: PLC0415

    if n <= 0:
        return Interval(low=0.0, high=1.0)
    size, share, z = n / design_effect, hits / n, float(norm.ppf(1 - alpha / 2))
    middle = (share + z * z / (2 * size)) / (1 + z * z / size)
    half = z * sqrt(share * (1 - share) / size + z * z / (4 * size * size)) / (1 + z * z / size)
    return Interval(low=max(0.0, min(middle - half, share)), high=min(1.0, max(middle + half, share)))


def share_difference(
    hits: float, n: float, hits_before: float, n_before: float, *, alpha: float = 0.05, design_effect: float = 1.0
) -> Interval:
    """Return the interval of a difference of two shares (Newcombe 1998, method 10)."""
    now, before = hits / n, hits_before / n_before
    a = wilson(hits, n, alpha=alpha, design_effect=design_effect)
    b = wilson(hits_before, n_before, alpha=alpha, design_effect=design_effect)
    return Interval(
        low=now - before - sqrt((now - a.low) ** 2 + (b.high - before) ** 2),
        high=now - before + sqrt((a.high - now) ** 2 + (before - b.low) ** 2),
    )
