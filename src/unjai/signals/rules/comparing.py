"""What the wishes of a day would have saved, honestly: with an interval, or not at all where there were too few.

A change is a stretch in which another phase was wished than the one that showed. Had the wish been followed at its
beginning, everyone who waited for it would have waited so much less (their waiting is summed by the second); everyone
whom the shown phase let through meanwhile would have been held for the wished phase's shortest green and both changes.
Others' queues behind them are left out on both sides. It is an estimate from what was seen, not a measurement.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

LEAST_CHANGES = 20
"""Below so many changes nothing is said: the interval would rest on nothing."""
_Z95 = 1.959964


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One stretch: seconds that vehicles waited for the wish, vehicles that passed meanwhile, and their hold."""

    waited_s: float
    passed: int
    hold_s: float

    @property
    def saved_s(self) -> float:
        """Vehicle-seconds that following the wish at once would have saved; below zero where it would have cost."""
        return self.waited_s - self.passed * self.hold_s


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Vehicle-minutes with their 95 % interval, of so many changes."""

    changes: int
    saved_min: float
    low_min: float
    high_min: float


def compared(changes: Sequence[Change]) -> Comparison | None:
    """Return what a day's changes would have saved together; None where there are too few to say.

    The interval is that of a sum of as many independent changes: n times the mean, with its standard error (normal
    approximation, which `LEAST_CHANGES` is there for).
    """
    count = len(changes)
    if count < LEAST_CHANGES:
        return None
    saved = [one.saved_s for one in changes]
    total = math.fsum(saved)
    mean = total / count
    variance = math.fsum((one - mean) ** 2 for one in saved) / (count - 1)
    half = _Z95 * math.sqrt(variance * count)
    return Comparison(changes=count, saved_min=total / 60, low_min=(total - half) / 60, high_min=(total + half) / 60)
