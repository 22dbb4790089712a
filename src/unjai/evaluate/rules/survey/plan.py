"""How many people are asked, and how many of them in each community."""

from __future__ import annotations

from collections.abc import Mapping
from math import ceil, floor, sqrt
from statistics import NormalDist


def answers_for_margin(margin: float, *, design_effect: float = 1.0, share: float = 0.5, alpha: float = 0.05) -> int:
    """Return how many answers make a share known to `margin` (0.05 is five points) either way."""
    z = NormalDist().inv_cdf(1 - alpha / 2)
    return ceil(design_effect * z * z * share * (1 - share) / margin**2)


def answers_for_change(
    before: float, after: float, *, design_effect: float = 1.0, alpha: float = 0.05, power: float = 0.8
) -> int:
    """Return how many answers each of two rounds needs for a change of a share to be seen (Fleiss 1981)."""
    normal, middle = NormalDist(), (before + after) / 2
    chance = normal.inv_cdf(1 - alpha / 2) * sqrt(2 * middle * (1 - middle))
    seen = normal.inv_cdf(power) * sqrt(before * (1 - before) + after * (1 - after))
    return ceil(design_effect * ((chance + seen) / (after - before)) ** 2)


def allocation(answers: int, people: Mapping[str, int], *, least: int = 0) -> dict[str, int]:
    """Return how many answers each community owes: by its people, none under `least`, `answers` in all.

    Where `least` of everyone is more than `answers`, everyone owes `least`. Communities of nobody known share evenly.
    """
    sizes = people if sum(people.values()) else dict.fromkeys(people, 1)
    left, total = max(0, answers - least * len(sizes)), sum(sizes.values())
    exact = {name: left * size / total for name, size in sizes.items()}
    owed = {name: least + floor(one) for name, one in exact.items()}
    spare = left - sum(floor(one) for one in exact.values())
    for name in sorted(exact, key=lambda one: (floor(exact[one]) - exact[one], one))[:spare]:
        owed[name] += 1
    return owed
