"""Does the band of a month hold as many months as it promises?

Zones are squares of a grid laid at random, drawn in proportion to the cases they had in the first year (so busy ones
come often), and never for how they went on. Each month from the 25th on (from the 13th in series of two years) is
judged by up to 24 months before it and the trend of all other zones, as the program does. `coverage_smooth` draws a
place within the step of the whole count: the law itself, without what whole cases add (a month of 0.5 cases has no band
of 95 %, only of 91 or 98).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.stats import nbinom

from bench.figures.zones import AREAS_KM2, City, cities
from unjai.evaluate.rules.change.predicted import predict, trend

ZONES, QUICK_ZONES = 60, 10
HISTORY = 24
PERCENT = 95


def run(quick: bool) -> dict[str, Any]:
    """Return `coverage` by size of zone over all series, by series, and how much of it is the step of whole cases."""
    chance = np.random.default_rng(20261124)
    told: dict[str, dict[str, list[float]]] = {}
    for city in cities():
        for area in AREAS_KM2:
            told.setdefault(f"{area:g}", {})[city.name] = _held(city, area, QUICK_ZONES if quick else ZONES, chance)
    return {
        "coverage": {area: _mean([one[0] for one in by.values()]) for area, by in told.items()},
        "coverage_by_series": {area: {name: round(one[0], 3) for name, one in by.items()} for area, by in told.items()},
        "coverage_smooth": {area: _mean([one[1] for one in by.values()]) for area, by in told.items()},
        "coverage_cases_a_month": {
            area: {name: round(one[2], 1) for name, one in by.items()} for area, by in told.items()
        },
        "coverage_months": int(sum(one[3] for by in told.values() for one in by.values())),
    }


def _held(city: City, area: float, wanted: int, chance: np.random.Generator) -> list[float]:
    zones = city.zones(area, chance)
    first = zones[:, :12].sum(axis=1)
    rows = chance.choice(len(zones), size=min(wanted, int((first > 0).sum())), replace=False, p=first / first.sum())
    whole = zones.sum(axis=0)
    begin = HISTORY if city.months >= 2 * HISTORY - 12 + 1 else 12
    held = smooth = months = 0
    for row in rows:
        own = zones[row]
        others = whole - own
        for month in range(begin, city.months):
            since = max(0, month - HISTORY)
            seen = int(own[month])
            foreseen = predict(
                own[since:month].tolist(), trend=trend(others[since:month].tolist(), [int(others[month])])
            )
            held += min(foreseen.below(seen), foreseen.above(seen)) > (1 - PERCENT / 100) / 2
            share = min(foreseen.mean / foreseen.variance, 1 - 1e-9)
            law = (foreseen.mean * share / (1 - share), share)
            at = nbinom.cdf(seen - 1, *law) + chance.random() * nbinom.pmf(seen, *law)
            smooth += abs(at - 0.5) < PERCENT / 200
            months += 1
    return [held / months, smooth / months, float(zones[rows].mean()), months]


def _mean(values: list[float]) -> float:
    return round(float(sum(values)) / len(values), 3)
