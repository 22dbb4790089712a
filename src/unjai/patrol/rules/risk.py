"""Risk of places by hour: what a kind of place is known for, what was reported there, what a festival adds.

Levels and hours of kinds are the project's own starting figures for a Thai town, to be replaced by the station's: a
place that brings risk by hour of its own is taken as it is. Places are ranked for visits, never people.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from unjai.patrol.rules.plan import BIN_S, Floats

HOURS, WEEK_HOURS = 24, 168
_BASE = 0.35
"""What every hour has beside the peaks."""
_PEAKS: dict[str, tuple[float, tuple[tuple[float, float, float], ...]]] = {
    # kind: level, then peaks as (hour, width in hours, height)
    "bank": (1.0, ((8.75, 0.8, 2.5), (15.5, 0.9, 2.5))),
    "gold_shop": (1.3, ((9.5, 0.8, 2.2), (17.0, 1.2, 2.8))),
    "atm": (0.8, ((19.5, 2.5, 1.5), (23.5, 2.0, 1.2))),
    "mall": (1.2, ((12.5, 1.5, 1.0), (18.5, 2.5, 2.0))),
    "market": (1.0, ((5.5, 1.5, 2.0), (17.5, 1.8, 2.0))),
    "convenience_store": (1.0, ((23.5, 3.0, 2.0), (2.5, 2.0, 1.6))),
    "nightlife": (1.8, ((23.0, 2.0, 2.5), (1.5, 1.5, 3.0))),
    "school": (0.7, ((7.5, 0.7, 2.5), (15.75, 0.9, 2.8))),
    "university": (0.7, ((17.0, 2.0, 1.5), (21.0, 2.0, 1.5))),
    "residence": (0.5, ((10.5, 3.0, 1.4), (2.5, 2.5, 1.6))),
    "hotel": (0.6, ((21.0, 3.0, 1.3), (1.0, 2.0, 1.2))),
    "bus_station": (0.9, ((6.0, 1.5, 1.5), (19.0, 2.5, 1.6))),
    "railway_station": (0.9, ((6.0, 1.5, 1.5), (19.0, 2.5, 1.6))),
    "fuel": (0.8, ((22.5, 3.0, 1.5),)),
    "parking": (0.8, ((20.5, 3.0, 1.6),)),
    "park": (0.7, ((19.5, 2.0, 2.0), (5.0, 1.0, 0.8))),
    "youth_spot": (1.4, ((22.5, 2.5, 2.5), (17.0, 1.5, 1.2))),
    "abandoned": (0.8, ((22.0, 4.0, 1.5),)),
    "risk_spot": (1.4, ((22.0, 4.0, 1.2),)),
    "temple": (0.5, ((7.0, 2.0, 1.0),)),
}
_ELSE = (0.5, ((20.0, 4.0, 0.8),))
_REPORTS_OF_LEVEL = 2.0
_TRUST = 2.0
"""A kind's level weighs as much as so many reports: one theft does not make a hot spot."""
_OPENING_WIDTH_H, _OPENING_HEIGHT = 0.6, 2.5


@dataclass(frozen=True, kw_only=True, slots=True)
class Layer:
    """A festival or season — เทศกาล: between two days (both in) the risk of what it names is `factor` times as high.

    Empty `kinds`, `places` and `areas` mean everything; `hours` (hours of the day) None means all day.
    """

    name: str
    from_day: date
    to_day: date
    factor: float
    kinds: frozenset[str] = frozenset()
    places: frozenset[str] = frozenset()
    areas: frozenset[str] = frozenset()
    hours: frozenset[int] | None = None

    def touches(self, place: str, kind: str, area: str) -> bool:
        """Tell whether a place is meant."""
        named = (self.kinds, kind), (self.places, place), (self.areas, area)
        asked = [value in names for names, value in named if names]
        return all(asked)


def _bumps(peaks: Collection[tuple[float, float, float]]) -> Floats:
    hours = np.arange(HOURS) + 0.5
    shape = np.full(HOURS, _BASE)
    for at, width, height in peaks:
        away = np.abs(hours - at) % HOURS
        away = np.minimum(away, HOURS - away)
        shape = shape + height * np.exp(-0.5 * (away / width) ** 2)
    found: Floats = shape / shape.mean()
    return found


def profile(kind: str, opens_h: float | None = None, closes_h: float | None = None) -> Floats:
    """Return how the risk of a kind of place is spread over the hours of a day: 24 figures with mean 1.

    With opening hours of its own, the peaks of a place lie there.
    """
    own = [hour for hour in (opens_h, closes_h) if hour is not None]
    if own:
        return _bumps([(hour, _OPENING_WIDTH_H, _OPENING_HEIGHT) for hour in own])
    return _bumps(_PEAKS.get(kind, _ELSE)[1])


def level(kind: str, reports: float | None = None) -> float:
    """Return the mean risk of a place: what its kind is known for, drawn towards what was reported at it.

    A gamma–Poisson mean: reports count fully once they outweigh what the kind alone is worth.
    """
    known = _PEAKS.get(kind, _ELSE)[0]
    if reports is None:
        return known
    return drawn(known, reports)


def drawn(known: float, reports: float) -> float:
    """Return a level that is known of a kind, drawn towards what was reported at a place."""
    return (reports + _TRUST * known) / (_REPORTS_OF_LEVEL + _TRUST)


def by_bins(week: Floats, weekday: int, begin_s: int, bins: int) -> Floats:
    """Return risk for each bin from `begin_s` (seconds after midnight of `weekday`, Monday 0) of a 24- or 168-hour row.

    The figures are risk an hour; a bin gets its share of the hour.
    """
    row = np.tile(week, 7) if len(week) == HOURS else week
    hours = ((begin_s + np.arange(bins) * BIN_S) // 3600 + weekday * HOURS) % WEEK_HOURS
    return np.asarray(row[hours] * (BIN_S / 3600), dtype=np.float64)


def layer_factors(layers: Sequence[Layer], named: tuple[str, str, str], day: date, begin_s: int, bins: int) -> Floats:
    """Return what festivals multiply each bin's risk with at a place (id, kind, area); the largest counts alone."""
    found = np.ones(bins)
    seconds = begin_s + np.arange(bins) * BIN_S
    days = day.toordinal() + seconds // 86_400
    hours = (seconds // 3600) % HOURS
    for layer in layers:
        if not layer.touches(*named):
            continue
        held = (days >= layer.from_day.toordinal()) & (days <= layer.to_day.toordinal())
        if layer.hours is not None:
            held &= np.isin(hours, sorted(layer.hours))
        found = np.where(held, np.maximum(found, layer.factor), found)
    return found
