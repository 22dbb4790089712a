"""Before the start: the smallest cut that could be seen at all. A plan states it."""

from __future__ import annotations

from math import log, sqrt

PHI = 1.3
"""Variance over mean of monthly counts in zones of 5 to 10 cases a month."""
CONTROL = 4.0
"""Cases of the stations beside it, for each case of the zone."""


def smallest_cut(
    cases_a_month: float,
    *,
    zones: int = 1,
    months_before: int = 12,
    months_after: int = 12,
    control: float = CONTROL,
    phi: float = PHI,
    drift: float = 0.0,
    power: float = 0.8,
    alpha: float = 0.05,
) -> float | None:
    """Return the smallest cut (0 to 1) that is found with chance `power`, to a thousandth; None where no cut is.

    Poisson's variance of a log ratio of ratios, times `phi`, plus `drift` squared for each zone (by how much of itself
    its rate moves in a year with nothing done). Without drift it is the most that can be hoped for.
    """
    from scipy.stats import norm  # noqa: PLC0415

    needed = float(norm.ppf(1 - alpha / 2) + norm.ppf(power))
    before = cases_a_month * months_before * zones
    if before <= 0:
        return None
    after = before * months_after / months_before

    def seen(cut: float) -> bool:
        left = after * (1 - cut)
        beside = (1 / before + 1 / after) / control if control > 0 else 0.0
        return -log(1 - cut) >= needed * sqrt(phi * (1 / before + 1 / left + beside) + drift * drift / zones)

    return next((cut for cut in (thousandth / 1000 for thousandth in range(1, 1000)) if seen(cut)), None)
