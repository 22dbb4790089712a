"""Risk from what happened: incidents counted at places, smoothed over the hours, findings only for what a visit brings.

An incident that somebody called in says something of the place. One that a patrol found says as much of where patrols
go: such findings are counted for each visit, else a plan that learns from them ends where it has already been.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from unjai.patrol.rules.plan import Floats
from unjai.patrol.rules.risk import HOURS, drawn, level, profile

NEAR_M = 120.0
"""An incident counts at the nearest place within so many metres."""
_VISITS_OF_TYPICAL = 4.0
"""Findings are drawn towards the mean of all places as strongly as so many visits would tell."""
_TRUST = 6.0
"""The hours of a kind weigh as much as so many incidents of a place's own."""
_WIDTH_H = 1.5
MONTHS_OF_LEVEL = 6.0
"""A kind's level is what is counted at a place of that kind in half a year."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Happened:
    """An incident as history needs it: where and at which hour of the day (Bangkok), and whether a patrol found it."""

    lon: float
    lat: float
    hour: int
    found: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Spot:
    """A place with its kind and how many patrols visited it in the same time."""

    id: str
    kind: str
    lon: float
    lat: float
    visits: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Counted:
    """What history says of a place: incidents called in, found by patrols, and the risk by hour made of them."""

    place: str
    called: int
    found: int
    visits: int
    by_hour: tuple[float, ...]


def counts_for_visits(found: Floats, visits: Floats) -> Floats:
    """Return findings as if every place had been visited alike: a rate for each visit, drawn towards the mean of all.

    The sum stays what it was. Where nobody went, the mean stands: not seen is not safe.
    """
    if not found.size or found.sum() <= 0:
        return np.zeros_like(found, dtype=np.float64)
    mean = found.sum() / max(float(visits.sum()), 1.0)
    rate = (found + _VISITS_OF_TYPICAL * mean) / (visits + _VISITS_OF_TYPICAL)
    even: Floats = rate * (found.sum() / rate.sum())
    return even


def counted(
    spots: Sequence[Spot],
    happened: Sequence[Happened],
    *,
    months: float,
    kinds: Mapping[str, Sequence[float]] | None = None,
    near_m: float = NEAR_M,
) -> tuple[list[Counted], int]:
    """Return what history says of each place, and how many incidents lay near none.

    `kinds` are the hours that the station set for kinds of places.
    """
    hours = np.zeros((len(spots), HOURS))
    called, found = np.zeros(len(spots)), np.zeros(len(spots))
    away = 0
    at = np.asarray([(spot.lon, spot.lat) for spot in spots], dtype=np.float64).reshape(-1, 2)
    for one in happened:
        if not len(spots):
            return [], len(happened)
        east = (at[:, 0] - one.lon) * 111_320 * math.cos(math.radians(one.lat))
        far = np.hypot(east, (at[:, 1] - one.lat) * 110_700)
        row = int(far.argmin())
        if far[row] > near_m:
            away += 1
            continue
        hours[row, one.hour % HOURS] += 1
        (found if one.found else called)[row] += 1
    visits = np.asarray([spot.visits for spot in spots], dtype=np.float64)
    fair = counts_for_visits(found, visits)
    whole = (called + fair) * (MONTHS_OF_LEVEL / max(months, 0.5))
    return [
        Counted(
            place=spot.id,
            called=int(called[row]),
            found=int(found[row]),
            visits=spot.visits,
            by_hour=tuple(
                round(float(value), 4)
                for value in _day(base_of(spot.kind, float(whole[row]), (kinds or {}).get(spot.kind)), hours[row])
            ),
        )
        for row, spot in enumerate(spots)
    ], away


def _day(base: Floats, hours: Floats) -> Floats:
    """Return risk by hour at the level of `base`, spread as its hours and the place's own incidents say."""
    mean = float(base.mean())
    if mean <= 0:
        return base
    clock = np.arange(HOURS)
    gap = np.abs(clock[:, None] - clock[None, :])
    gap = np.minimum(gap, HOURS - gap)
    kernel = np.exp(-0.5 * (gap / _WIDTH_H) ** 2)
    kernel /= kernel.sum(axis=1, keepdims=True)
    mixed = _TRUST * base / mean + HOURS * (kernel @ hours)
    spread: Floats = mixed / mixed.mean()
    return mean * spread


def base_of(kind: str, reports: float | None = None, own: Sequence[float] | None = None) -> Floats:
    """Return risk by hour of a place of a kind with so many reports counted in half a year.

    `own` are the hours that the station set for the kind, in place of the project's.
    """
    if own is None:
        return level(kind, reports) * profile(kind)
    row = np.asarray(own, dtype=np.float64)
    mean = float(row.mean())
    if reports is None or mean <= 0:
        return row
    found: Floats = row * drawn(mean, reports) / mean
    return found
