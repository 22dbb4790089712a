"""Which junctions lie on a unit's way, by which lanes it comes and when. Pure.

A junction lies on a way where the way runs over one of its stop lines in the direction in which the lane is driven.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from unjai.model.geometry import EARTH_RADIUS_M, FULL_TURN
from unjai.signals.controller.greenway import ways
from unjai.signals.junction import Junction
from unjai.signals.schemas.definition import JunctionFile, JunctionInLane
from unjai.territory.streets.path import Path

BESIDE_M = 20.0
"""A way runs in the middle of its road, a stop line lies on one lane of it."""
ASIDE_DEG = 50.0
BEHIND_M = 40.0
"""So far behind the stop line the way shows where it turns."""
STRAIGHT_DEG, BACK_DEG = 40.0, 150.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Crossed:
    """A junction on a way: the links that may be taken, and how far its stop line is."""

    links: frozenset[int]
    distance_m: float
    eta_s: float


def crossed(file: JunctionFile, junction: Junction, path: Path) -> Crossed | None:
    """Return how a way first runs over a junction's stop lines, or None where it runs over none."""
    over = [(at_m, aside_m, lane) for lane in file.lanes for aside_m, at_m in _over(lane, path)]
    if not over:
        return None
    first_m = min(at_m for at_m, _, _ in over)
    at_m, _, lane = min((one for one in over if one[0] - first_m <= BEHIND_M), key=lambda one: one[1])
    found = ways(junction, approach=lane.approach, turn=_turn(lane, path, at_m))
    links = found or ways(junction, approach=lane.approach)
    return Crossed(links=links, distance_m=at_m, eta_s=_seconds(path, at_m)) if links else None


def _over(lane: JunctionInLane, path: Path) -> Iterator[tuple[float, float]]:
    """Yield where the way runs past a lane's stop line: how far beside it, and how far on."""
    east = math.radians(1.0) * EARTH_RADIUS_M * math.cos(math.radians(lane.lat))
    north = math.radians(1.0) * EARTH_RADIUS_M
    places = [((lon - lane.lon) * east, (lat - lane.lat) * north) for lon, lat in path.points]
    for i, ((x, y), (to_x, to_y)) in enumerate(pairwise(places)):
        along = (to_x - x, to_y - y)
        square = along[0] ** 2 + along[1] ** 2
        if not square or abs(_turned(math.degrees(math.atan2(*along)), lane.bearing_deg)) > ASIDE_DEG:
            continue
        share = -(x * along[0] + y * along[1]) / square
        aside_m = math.hypot(x + share * along[0], y + share * along[1])
        if 0.0 <= share <= 1.0 and aside_m <= BESIDE_M:
            yield aside_m, path.at_m[i] + share * (path.at_m[i + 1] - path.at_m[i])


def _turned(one_deg: float, other_deg: float) -> float:
    """Return how far it is from one heading to another: to the right above zero."""
    return (other_deg - one_deg + FULL_TURN / 2) % FULL_TURN - FULL_TURN / 2


def _turn(lane: JunctionInLane, path: Path, at_m: float) -> str:
    """Return the turn that the way takes behind the line; empty where it ends there."""
    if at_m + BEHIND_M > path.at_m[-1]:
        return ""
    turned = _turned(lane.bearing_deg, path.position_at(at_m + BEHIND_M)[1])
    if abs(turned) < STRAIGHT_DEG:
        return "s"
    return "t" if abs(turned) > BACK_DEG else "r" if turned > 0 else "l"


def _seconds(path: Path, at_m: float) -> float:
    found = 0.0
    for (begin_m, end_m), speed in zip(pairwise(path.at_m), path.speeds_mps, strict=True):
        found += max(min(end_m, at_m) - begin_m, 0.0) / max(speed, 1.0)
    return found
