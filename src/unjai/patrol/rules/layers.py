"""What a festival or season would change: risk by hour before and after, and the places that rise."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from unjai.patrol.rules.plan import BIN_S
from unjai.patrol.rules.plan_town import place_week
from unjai.patrol.rules.risk import HOURS, Layer, by_bins, layer_factors
from unjai.patrol.schemas.plan_file import PlaceIn

_BINS = 86_400 // BIN_S
_A_HOUR = 3600 // BIN_S


@dataclass(frozen=True, kw_only=True, slots=True)
class Risen:
    """A place that a layer touches: its risk of the day and its rank, without the layer and with it."""

    place: str
    before: float
    after: float
    rank_before: int
    rank_after: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """What a layer changes on a day: how many places, the sum of risk by hour, and the places that rise most."""

    touched: int
    before: tuple[float, ...]
    after: tuple[float, ...]
    places: tuple[Risen, ...]


def change(places: Sequence[PlaceIn], layer: Layer, others: Sequence[Layer], day: date, *, most: int = 10) -> Change:
    """Return what a layer changes on a day beside the others that hold then."""
    if not places:
        return Change(touched=0, before=(0.0,) * HOURS, after=(0.0,) * HOURS, places=())
    bare = np.asarray([by_bins(place_week(place), day.weekday(), 0, _BINS) for place in places])
    named = [(place.id, place.kind, place.area) for place in places]

    def told(layers: Sequence[Layer]) -> np.ndarray:
        factors = np.asarray([layer_factors(layers, one, day, 0, _BINS) for one in named])
        found: np.ndarray = bare * factors
        return found

    before, after = told(others), told([*others, layer])
    sums = before.sum(axis=1), after.sum(axis=1)
    ranks = [(-one).argsort(kind="stable").argsort(kind="stable") + 1 for one in sums]
    touched = np.flatnonzero(sums[1] > sums[0])
    order = sorted(touched.tolist(), key=lambda row: (-float(sums[1][row] - sums[0][row]), row))
    hourly = [one.reshape(len(places), HOURS, _A_HOUR).sum(axis=(0, 2)) for one in (before, after)]
    return Change(
        touched=len(touched),
        before=tuple(round(float(value), 3) for value in hourly[0]),
        after=tuple(round(float(value), 3) for value in hourly[1]),
        places=tuple(
            Risen(
                place=places[row].id,
                before=round(float(sums[0][row]), 3),
                after=round(float(sums[1][row]), 3),
                rank_before=int(ranks[0][row]),
                rank_after=int(ranks[1][row]),
            )
            for row in order[:most]
        ),
    )
