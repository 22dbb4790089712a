"""How at ease a street is at an hour — ความอุ่นใจของถนน: a published sum of what is known to be good (docs/ease.md).

Ease lies between 0 and 1. Each factor adds its weight times how far it is known to be good; what is not known adds
nothing, exactly as if it were known to be bad, and is told as not known. So ease is what can be vouched for, and
`at_most` is what it would be if everything unknown were good.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import time
from types import MappingProxyType
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Factor = Literal["lit", "seen", "patrolled", "pole", "open", "clear", "quiet"]
State = Literal["yes", "partly", "no", "unknown"]

WEIGHTS: Mapping[Factor, float] = MappingProxyType(
    {"lit": 0.35, "seen": 0.15, "patrolled": 0.15, "pole": 0.10, "open": 0.10, "quiet": 0.10, "clear": 0.05}
)
"""What each factor can add; together 1. Estimates of the project until a survey of walkers weighs them."""

PATROL_S = 30 * 60
"""A patrol that passed at most so long ago counts."""
POLE_M = 100.0
"""An SOS pole at most so far away counts."""
DARK_FROM, DARK_UNTIL = time(17, 45), time(6, 30)
"""Dark the year round in Thailand by this clock: from its earliest dusk to its latest dawn."""
MINUTES_A_DAY = 24 * 60


def is_dark(minute: int) -> bool:
    """Tell whether a minute of the Bangkok day counts as dark."""
    at = minute % MINUTES_A_DAY
    return at >= DARK_FROM.hour * 60 + DARK_FROM.minute or at < DARK_UNTIL.hour * 60 + DARK_UNTIL.minute


@dataclass(frozen=True, kw_only=True, slots=True)
class Known:
    """What is known of one street edge; None is not known, never a guess.

    `seen` is the share of it that working cameras see at this hour, `patrolled_s` how long ago a patrol passed,
    `pole_m` how far the nearest SOS pole stands, `open_places` how many places are open beside it at this hour,
    `works` whether works are pending on it, `reports` how many were made there around this hour.
    """

    lit: bool | None = None
    seen: float | None = None
    patrolled_s: float | None = None
    pole_m: float | None = None
    open_places: int | None = None
    works: bool | None = None
    reports: int | None = None


def _unknown() -> Floats:
    return np.zeros(0)


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What is known of all edges of a graph, row by row, as numbers; NaN is not known."""

    lit: Floats = field(default_factory=_unknown)
    seen_day: Floats = field(default_factory=_unknown)
    seen_night: Floats = field(default_factory=_unknown)
    patrolled_s: Floats = field(default_factory=_unknown)
    pole_m: Floats = field(default_factory=_unknown)
    open_places: Floats = field(default_factory=_unknown)
    works: Floats = field(default_factory=_unknown)
    reports: Floats = field(default_factory=_unknown)

    @classmethod
    def of(cls, count: int, **known: Floats) -> Facts:
        """Return the facts of `count` edges; what is not given is not known of any."""
        return cls(**{one.name: known.get(one.name, np.full(count, np.nan)) for one in fields(cls)})

    def at(self, row: int, *, dark: bool) -> Known:
        """Return what is known of one edge by day or in the dark."""
        lit, works = _number(self.lit, row), _number(self.works, row)
        places, reports = _number(self.open_places, row), _number(self.reports, row)
        return Known(
            lit=None if lit is None else lit > 0,
            seen=_number(self.seen_night if dark else self.seen_day, row),
            patrolled_s=_number(self.patrolled_s, row),
            pole_m=_number(self.pole_m, row),
            open_places=None if places is None else int(places),
            works=None if works is None else works > 0,
            reports=None if reports is None else int(reports),
        )


def _number(values: Floats, row: int) -> float | None:
    value = float(values[row])
    return None if np.isnan(value) else value


@dataclass(frozen=True, kw_only=True, slots=True)
class Ease:
    """The ease of a street: `value` can be vouched for, `at_most` if all unknown were good, and each factor's state."""

    value: float
    at_most: float
    states: Mapping[Factor, State]


def goods(known: Known, *, dark: bool) -> dict[Factor, float | None]:
    """Return how far each factor is good, 0 to 1; None where it is not known. By day the sun lights every street."""
    return {
        "lit": (None if known.lit is None else float(known.lit)) if dark else 1.0,
        "seen": None if known.seen is None else min(1.0, max(0.0, known.seen)),
        "patrolled": None if known.patrolled_s is None else float(0 <= known.patrolled_s <= PATROL_S),
        "pole": None if known.pole_m is None else float(known.pole_m <= POLE_M),
        "open": None if known.open_places is None else float(known.open_places > 0),
        "clear": None if known.works is None else float(not known.works),
        "quiet": None if known.reports is None else 1.0 / (1.0 + max(0, known.reports)),
    }


def ease_of(known: Known, *, dark: bool) -> Ease:
    """Return the ease of one street."""
    good = goods(known, dark=dark)
    value = sum(WEIGHTS[name] * share for name, share in good.items() if share is not None)
    open_end = sum(WEIGHTS[name] for name, share in good.items() if share is None)
    return Ease(
        value=min(1.0, value),
        at_most=min(1.0, value + open_end),
        states={name: _state(share) for name, share in good.items()},
    )


def _state(share: float | None) -> State:
    if share is None:
        return "unknown"
    return "yes" if share >= 1 else "no" if share <= 0 else "partly"


def ease_of_all(facts: Facts, *, dark: bool) -> tuple[Floats, Floats]:
    """Return ease and at-most of every edge: the same sum as `ease_of`, row by row."""
    good: dict[Factor, Floats] = {
        "lit": facts.lit if dark else np.ones_like(facts.lit),
        "seen": np.clip(facts.seen_night if dark else facts.seen_day, 0.0, 1.0),
        "patrolled": _when(facts.patrolled_s, (facts.patrolled_s >= 0) & (facts.patrolled_s <= PATROL_S)),
        "pole": _when(facts.pole_m, facts.pole_m <= POLE_M),
        "open": _when(facts.open_places, facts.open_places > 0),
        "clear": _when(facts.works, facts.works <= 0),
        "quiet": 1.0 / (1.0 + np.maximum(facts.reports, 0.0)),
    }
    value, open_end = np.zeros(len(facts.lit)), np.zeros(len(facts.lit))
    for name, weight in WEIGHTS.items():
        share = good[name]
        value += np.where(np.isnan(share), 0.0, share) * weight
        open_end += np.where(np.isnan(share), weight, 0.0)
    return np.minimum(value, 1.0), np.minimum(value + open_end, 1.0)


def _when(known: Floats, good: NDArray[np.bool_]) -> Floats:
    return np.where(np.isnan(known), np.nan, good.astype(np.float64))
