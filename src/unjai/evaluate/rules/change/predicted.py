"""What the next month would bring if nothing had changed: gamma-Poisson, with more chance than Poisson allows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from unjai.evaluate.rules.change.intervals import Interval, Prior, dispersion

VAGUE = Prior(shape=0.5, rate=1e-9)
"""Jeffreys' prior of a Poisson mean: what stands where nothing is known of other places."""


@dataclass(frozen=True, kw_only=True)
class Predicted:
    """A negative binomial of mean `mean` and variance `variance` (counts, counts²)."""

    mean: float
    variance: float

    def within(self, alpha: float = 0.05) -> Interval:
        """Return the counts that leave at most half of `alpha` outside on either side."""
        low, high = (float(self._law().ppf(p)) for p in (alpha / 2, 1 - alpha / 2))
        return Interval(low=low, high=high)

    def at_most(self, count: int) -> float:
        """Return the chance of `count` or fewer."""
        return float(self._law().cdf(count))

    def at_least(self, count: int) -> float:
        """Return the chance of `count` or more."""
        return float(self._law().sf(count - 1))

    def _law(self) -> Any:
        from scipy.stats import nbinom, poisson  # noqa: PLC0415

        if self.variance <= self.mean * (1 + 1e-9):
            return poisson(self.mean)
        share = self.mean / self.variance
        return nbinom(self.mean * share / (1 - share), share)


def predict(
    history: Sequence[int], *, prior: Prior | None = None, trend: float = 1.0, months: float = 1.0
) -> Predicted:
    """Return what the next `months` would bring by a place's months (oldest first) and the prior of its like.

    The mean is the posterior's of a gamma-Poisson (a place picked for a bad spell is drawn back towards its like, which
    answers regression to the mean) times `trend`, the change that all places together had. The variance adds what is
    not known of the mean to `dispersion` times the mean. Without a month or a prior: ValueError.
    """
    if not history and prior is None:
        raise ValueError("no month to go by")
    phi = dispersion(history)
    known = prior or VAGUE
    shape = known.shape + sum(history) / phi
    rate = known.rate + len(history) / phi
    mean = shape / rate * trend * months
    return Predicted(mean=mean, variance=phi * mean + mean * mean / shape)
