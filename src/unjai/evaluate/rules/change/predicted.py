"""What the next months would bring if nothing had changed: gamma-Poisson, with more chance than Poisson allows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from unjai.evaluate.rules.change.intervals import Interval, Prior, dispersion

VAGUE = Prior(shape=0.5, rate=1e-9)
"""Jeffreys' prior of a Poisson mean: what stands where nothing is known of other places."""
DRIFT = 0.15
"""By how much of itself a zone's rate moves from one year to the next beside its city, with nothing done (standard
deviation): the mean of four real series of three cities at three sizes, 0.05 to 0.3."""
_TWO_YEARS = 24


@dataclass(frozen=True, kw_only=True)
class Predicted:
    """A negative binomial of mean `mean` and variance `variance` (counts, counts²)."""

    mean: float
    variance: float

    def within(self, alpha: float = 0.05) -> Interval:
        """Return the counts that chance gives: those with more than half of `alpha` on either side.

        The side of a count holds half of the count's own chance (mid-p, Lancaster 1961): the plain tails hold 98 % and
        more where a month has one or two cases.
        """
        low, high = (int(self._law().ppf(p)) for p in (alpha / 2, 1 - alpha / 2))
        low += self.below(low) <= alpha / 2
        high -= self.above(high) <= alpha / 2
        return Interval(low=low, high=high)

    def below(self, count: int) -> float:
        """Return the chance of fewer than `count`, and half the chance of `count` itself."""
        return float(self._law().cdf(count - 1) + self._law().pmf(count) / 2)

    def above(self, count: int) -> float:
        """Return the chance of more than `count`, and half the chance of `count` itself."""
        return float(self._law().sf(count) + self._law().pmf(count) / 2)

    def _law(self) -> Any:
        from scipy.stats import nbinom, poisson  # noqa: PLC0415

        if self.variance <= self.mean * (1 + 1e-9):
            return poisson(self.mean)
        share = self.mean / self.variance
        return nbinom(self.mean * share / (1 - share), share)


def predict(
    history: Sequence[int],
    *,
    prior: Prior | None = None,
    trend: float = 1.0,
    months: int = 1,
    drift: float = DRIFT,
) -> Predicted:
    """Return what the next `months` together would bring by a place's months (oldest first) and the prior of its like.

    The mean is the posterior's of a gamma-Poisson (a place picked for a bad spell is drawn back towards its like, which
    answers regression to the mean) times `trend`, the change that all other places together had. The variance adds what
    is not known of the mean to `dispersion` times the mean, and to more than a month the slow `drift`, which months
    share and which therefore does not even out; it walks, so it is wider the longer both times are. Without a month or
    a prior: ValueError.
    """
    if not history and prior is None:
        raise ValueError("no month to go by")
    phi = dispersion(history)
    known = prior or VAGUE
    shape = known.shape + sum(history) / phi
    rate = known.rate + len(history) / phi
    mean = shape / rate * trend * months
    slow = drift * drift * (len(history) + months) / _TWO_YEARS * (1 - 1 / months)
    return Predicted(mean=mean, variance=phi * mean + mean * mean * (1 / shape + slow))


def trend(before: Sequence[int], after: Sequence[int]) -> float:
    """Return by what factor all other places moved: their mean month after over their mean month before.

    It holds season and trend together. 1 where they had nothing before, or nothing is known of them.
    """
    if not after or not before or sum(before) == 0:
        return 1.0
    return (sum(after) / len(after)) / (sum(before) / len(before))


def drift(months_by_place: Sequence[Sequence[int]]) -> float:
    """Return how far rates of places walk apart in a year, from the first and the last half of their months.

    What all of them do together and what chance alone moves is taken off. Never below `DRIFT`: places that are picked
    move more than their like.
    """
    first = [sum(months[: len(months) // 2]) for months in months_by_place]
    last = [sum(months[-(len(months) // 2) :]) if len(months) > 1 else 0 for months in months_by_place]
    whole = sum(last) / sum(first) if sum(first) else 0.0
    if not whole:
        return DRIFT
    moved = chance = size = 0.0
    for months, before, after in zip(months_by_place, first, last, strict=True):
        phi = dispersion(months)
        moved += (after - whole * before) ** 2
        chance += phi * (after + whole * whole * before)
        size += after * whole * before
    if size == 0:
        return DRIFT
    longest = max(len(months) for months in months_by_place)
    walked: float = (max(0.0, moved - chance) / size * _TWO_YEARS / longest) ** 0.5
    return max(DRIFT, walked)
