"""Where a vehicle that was just seen may be seen next: cameras by the time along the streets. Pure.

From the last sighting, the fastest way to each camera. Left out is what lies behind (not farther from the camera before
than the last one is, or nearer to that than to the last), and what is reached only past another camera, since that one
sees it first. No chance is claimed: the list says which cameras to look at, in which order, and whether the moment for
each is still to come.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

from unjai.model.geometry import Point, distance_m
from unjai.territory.streets import StreetGraph, UnitKind

When = Literal["soon", "now", "past"]

RING: Final = timedelta(minutes=10)
"""How far ahead cameras are named."""
MOST: Final = 6
_NEAREST: Final = 16
_FAST, _SLOW = 0.6, 2.5
"""Of the usual time: who hurries at night needs so little, who stops at each light so much."""
_SLACK_S: Final = 20.0
_PAST_ANOTHER: Final = 1.05
_SAME_M: Final = 30.0
"""Cameras nearer than this to the last one look at the same place."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Eye:
    """A camera that could see it."""

    key: str
    point: Point


@dataclass(frozen=True, kw_only=True, slots=True)
class Pass:
    """A sighting: where and when."""

    point: Point
    at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Next:
    """A camera to look at: usual seconds and metres from the last sighting; `when` its moment is."""

    key: str
    eta_s: float
    road_m: float
    due_from: datetime
    due_to: datetime
    when: When


def kind_of(vehicle_type: str | None) -> UnitKind:
    """Return how a vehicle goes through the streets."""
    return "motorcycle" if vehicle_type in ("motorcycle", "motorbike") else "car"


def onward(
    graph: StreetGraph, eyes: Sequence[Eye], passes: Sequence[Pass], now: datetime, kind: UnitKind = "car"
) -> list[Next]:
    """Return the cameras that may see it next, those whose moment is now or to come first, then by time."""
    if not passes or not graph.edge_count:
        return []
    trail = sorted(passes, key=lambda one: one.at)
    last = trail[-1]
    before = next((one for one in reversed(trail) if distance_m(one.point, last.point) > _SAME_M), None)
    others = [eye for eye in eyes if distance_m(eye.point, last.point) > _SAME_M]
    ways = graph.times_from(last.point, [eye.point for eye in others], kind)
    near = sorted(
        ((way[1], way[0], eye) for eye, way in zip(others, ways, strict=True) if way is not None),
        key=lambda one: (one[0], one[2].key),
    )
    near = [one for one in near if one[0] <= RING.total_seconds()][:_NEAREST]
    if before is not None:
        near = _ahead(graph, near, before.point, last.point, kind)
    found: list[Next] = []
    kept: list[tuple[float, Eye]] = []
    for seconds, metres, eye in near:
        if not _past_another(graph, kept, eye, seconds, kind):
            kept.append((seconds, eye))
            found.append(_next(eye, seconds, metres, last.at, now))
    found.sort(key=lambda one: (one.when == "past", one.eta_s, one.key))
    return found[:MOST]


def _ahead(
    graph: StreetGraph, near: Sequence[tuple[float, float, Eye]], before: Point, last: Point, kind: UnitKind
) -> list[tuple[float, float, Eye]]:
    """Leave out what lies behind: not farther from the camera before than the last one is, or nearer to it."""
    came, *back = graph.times_from(before, [last, *(eye.point for _, _, eye in near)], kind)
    took = 0.0 if came is None else came[1]
    return [
        one
        for one, way in zip(near, back, strict=True)
        if way is None or (way[1] > took + 1.0 and way[1] > one[0] + 1.0)
    ]


def _past_another(
    graph: StreetGraph, kept: Sequence[tuple[float, Eye]], eye: Eye, seconds: float, kind: UnitKind
) -> bool:
    """Tell whether the way to a camera leads past one that is nearer."""
    if not kept:
        return False
    ways = graph.times_to(eye.point, [other.point for _, other in kept], kind)
    return any(
        way is not None and first + way[1] <= seconds * _PAST_ANOTHER
        for (first, _), way in zip(kept, ways, strict=True)
    )


def _next(eye: Eye, seconds: float, metres: float, seen_at: datetime, now: datetime) -> Next:
    begin = seen_at + timedelta(seconds=max(0.0, seconds * _FAST - _SLACK_S))
    end = seen_at + timedelta(seconds=seconds * _SLOW + _SLACK_S)
    when: When = "soon" if now < begin else "now" if now <= end else "past"
    return Next(key=eye.key, eta_s=seconds, road_m=metres, due_from=begin, due_to=end, when=when)
