"""A published round against what was driven: each stop done, short, early, late, missed, or not known."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from unjai.patrol.rules.tracks import GAP_S, Fix

NEAR_M = 70.0
_BLUR_M = 60.0
LATE_S = 900
"""A quarter of an hour off the plan is on time: the order is meant, not the minute."""
EARLY_S = 3600
"""A stay that ended longer before is another visit: half of the two hours after which a place is seen again."""
SHORT = 0.5
"""A stay of less than half the planned dwell is a drive-by."""
_LEAST_STAY_S = 60

Done = Literal["done", "short", "early", "late", "missed", "unknown", "ahead"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Planned:
    """A stop as it was published: seconds from the same zero as the track's."""

    at_s: float
    dwell_s: float
    lon: float
    lat: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Stay:
    """A unit stood within reach of a point."""

    from_s: float
    to_s: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Checked:
    """What became of a planned stop. `unknown`: no position came in at that time, so nothing is claimed."""

    state: Done
    stay: Stay | None = None


def stays(track: Sequence[Fix], lon: float, lat: float) -> list[Stay]:
    """Return when a track was near a point, as long as positions kept coming; stays of moments are left out."""
    return stays_of(positions(track), lon, lat)


def positions(track: Sequence[Fix]) -> np.ndarray:
    """Return a track in time order as rows of seconds, lon, lat and how blurred (metres)."""
    fixes = sorted(track, key=lambda one: one.at_s)
    rows = [(fix.at_s, fix.lon, fix.lat, min(fix.accuracy_m or 0.0, _BLUR_M)) for fix in fixes]
    return np.asarray(rows, dtype=np.float64).reshape(-1, 4)


def stays_of(at: np.ndarray, lon: float, lat: float) -> list[Stay]:
    """Return the stays near a point of what `positions` made."""
    east = (at[:, 1] - lon) * 111_320 * math.cos(math.radians(lat))
    north = (at[:, 2] - lat) * 110_700
    near = np.hypot(east, north) <= NEAR_M + at[:, 3]
    if not bool(near.any()):
        return []
    moments, inside = at[:, 0], np.flatnonzero(near)
    parted = (np.diff(inside) > 1) | (np.diff(moments[inside]) > GAP_S)
    first, last = inside[np.r_[True, parted]], inside[np.r_[parted, True]]
    pairs = zip(moments[first].tolist(), moments[last].tolist(), strict=True)
    return [Stay(from_s=a, to_s=b) for a, b in pairs if b - a >= _LEAST_STAY_S]


def seen(track: Sequence[Fix], from_s: float, to_s: float) -> bool:
    """Tell whether positions cover most of a stretch of time."""
    return _seen(positions(track)[:, 0], from_s, to_s)


def _seen(moments: np.ndarray, from_s: float, to_s: float) -> bool:
    first, last = np.searchsorted(moments, (from_s, to_s), side="right")
    steps = np.diff(np.r_[from_s, moments[first:last], to_s])
    return bool(steps[steps > GAP_S].sum() < (to_s - from_s) / 2)


def checked(planned: Sequence[Planned], track: Sequence[Fix], *, now_s: float) -> list[Checked]:
    """Return what became of each stop; each stay counts for one stop, the one nearest to it in time."""
    pairs: list[tuple[float, int, tuple[float, float, int], Stay]] = []
    at = positions(track)
    for number, stop in enumerate(planned):
        for order, stay in enumerate(stays_of(at, stop.lon, stop.lat)):
            if stop.at_s - stay.to_s > EARLY_S:
                continue
            off = max(stay.from_s - stop.at_s, stop.at_s - stay.to_s, 0.0)
            pairs.append((off, number, (stop.lon, stop.lat, order), stay))
    taken: dict[int, tuple[float, Stay]] = {}
    used: set[tuple[float, float, int]] = set()
    for off, number, key, stay in sorted(pairs, key=lambda one: one[:3]):
        if number not in taken and key not in used:
            taken[number] = (off, stay)
            used.add(key)
    return [_state(stop, taken.get(number), at[:, 0], now_s) for number, stop in enumerate(planned)]


def _state(stop: Planned, found: tuple[float, Stay] | None, moments: np.ndarray, now_s: float) -> Checked:
    if found is None:
        if now_s < stop.at_s + stop.dwell_s + LATE_S:
            return Checked(state="ahead")
        known = _seen(moments, stop.at_s - LATE_S, stop.at_s + stop.dwell_s + LATE_S)
        return Checked(state="missed" if known else "unknown")
    off, stay = found
    if off > LATE_S:
        return Checked(state="late" if stay.from_s > stop.at_s else "early", stay=stay)
    long_enough = stay.to_s - stay.from_s >= SHORT * stop.dwell_s
    return Checked(state="done" if long_enough else "short", stay=stay)


def risk_minutes(track_stays: Sequence[tuple[int, Stay]], risk: np.ndarray, *, top: float = 0.2) -> tuple[float, float]:
    """Return (minutes at places, those of them at a place and hour among the riskiest `top` of all).

    `risk` is (places, bins of five minutes) from the same zero as the stays; each stay names its place's row.
    """
    if not risk.size:
        return 0.0, 0.0
    high = float(np.quantile(risk, 1 - top))
    whole = risky = 0.0
    for place, stay in track_stays:
        for bin_ in range(max(0, int(stay.from_s // 300)), min(risk.shape[1], int(stay.to_s // 300) + 1)):
            minutes = (min(stay.to_s, (bin_ + 1) * 300) - max(stay.from_s, bin_ * 300)) / 60
            if minutes > 0:
                whole += minutes
                risky += minutes if risk[place, bin_] >= high and risk[place, bin_] > 0 else 0.0
    return whole, risky
