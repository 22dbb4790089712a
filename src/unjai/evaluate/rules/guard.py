"""The feedback guard: do patrols make the risk that sends them?

Where patrols go, patrols find. If what they find counted as risk, they would be sent there again, and places nobody
visits would look safe. So what patrols found never enters the risk; this tells when visits gather or leave places out,
and what the found would do to the risk, with patrol minutes as the exposure of everything found.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from unjai.evaluate.rules.change.intervals import Interval, rate_ratio
from unjai.patrol.rules.concentration import concentration

Alarm = Literal["gathered", "unvisited", "found_drives"]
FOUND_SHARE = 0.25
"""Where a larger part of all records was found by patrols, the records picture the patrols."""
FOUND_MOVES = 0.1
"""Were the found counted in, so much of the risk would move to other places: a plan on it would follow itself."""


@dataclass(frozen=True, kw_only=True)
class Place:
    """A place over some weeks: visits and minutes of patrols there, records by who brought them."""

    visits: int
    patrol_min: float
    reported: int
    found: int


@dataclass(frozen=True, kw_only=True)
class Guard:
    """What was looked at, and the alarms; None where too little is known.

    `gini` 0: all places have the same minutes, near 1: one has all. `top_share`: part of visits at the most visited
    tenth of places. `found_an_hour`: what an hour of patrol finds at the more patrolled half of places over what it
    finds at the other half, as a 95 % interval; where it holds 1, more is found there only because more is looked.
    """

    gini: float
    top_share: float | None
    unvisited: int
    found_share: float | None
    found_moves: float | None
    found_an_hour: Interval | None
    alarms: tuple[Alarm, ...]


def guard(places: Sequence[Place]) -> Guard:
    """Look at a station's places; with too few visits nothing is said of where they went."""
    visits = concentration([place.visits for place in places])
    reported, found = sum(place.reported for place in places), sum(place.found for place in places)
    share = found / (found + reported) if found + reported else None
    moves = (
        sum(abs(p.reported / reported - (p.reported + p.found) / (reported + found)) for p in places) / 2
        if reported
        else None
    )
    alarms: dict[Alarm, bool] = {
        "gathered": visits.verdict in {"gathered", "feeding"},
        "unvisited": visits.verdict != "few" and visits.unseen > 0,
        "found_drives": (share or 0) > FOUND_SHARE or (moves or 0) > FOUND_MOVES,
    }
    return Guard(
        gini=gini([place.patrol_min for place in places]),
        top_share=visits.top_share,
        unvisited=visits.unseen,
        found_share=share,
        found_moves=moves,
        found_an_hour=_found_an_hour(places),
        alarms=tuple(name for name, rung in alarms.items() if rung),
    )


def gini(amounts: Sequence[float]) -> float:
    """Return Gini's coefficient of amounts that are not under 0: 0 all alike, (n - 1) / n one has all."""
    whole, n = sum(amounts), len(amounts)
    if whole <= 0:
        return 0.0
    uneven = sum((2 * rank - n - 1) * one for rank, one in enumerate(sorted(amounts), 1)) / (n * whole)
    return max(0.0, uneven)


def _found_an_hour(places: Sequence[Place]) -> Interval | None:
    ordered = sorted(places, key=lambda place: -place.patrol_min)
    most, others = ordered[: len(ordered) // 2], ordered[len(ordered) // 2 :]
    minutes, beside = (sum(place.patrol_min for place in half) for half in (most, others))
    if minutes <= 0 or beside <= 0:
        return None
    return rate_ratio(sum(place.found for place in most), minutes, sum(place.found for place in others), beside)
