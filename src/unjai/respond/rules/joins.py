"""Which incident a report belongs to: one event per happening.

A report joins an open incident when all of this holds:

- the kinds are compatible (`kinds.compatible`);
- it was observed within `WINDOW` of the incident: not later than 5 min after its latest report, and not earlier than
  5 min before its first, so that a late or out-of-order report finds its place;
- it lies within `NEAR_M` of one of the incident's places (its own, and those of incidents an operator merged into it).
  Uncertain positions widen the limit by the two claimed accuracies added in quadrature, `SLACK_M` at most;
  an accuracy that is not claimed counts as exact; a position vaguer than `VAGUE_M` tells the neighbourhood only
  and counts as no position;
- no operator split its source from the incident.

A further report of the same source (a citizen who runs, a caller who rings again) needs no nearness.
A call for help never goes into what an alert rule opened: it would stand under the rule's name and without its
cameras. What rules tell goes into a call for help.
A call that may be part of a flood (`crowd`) and stands beside nothing goes into the open incident of the flood, which
takes no other call.
A silent device joins the open incident of the same device whatever the time, and nothing else joins that.
A vehicle of the watch list joins the open incident of the same vehicle (its source) whatever time and place, and no
other: two cars that pass one camera are two happenings.
The nearest of several wins; the same source goes before nearness.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal
from uuid import UUID

from unjai.model.geometry import EARTH_RADIUS_M, Point, distance_m
from unjai.model.ids import DeviceId, IncidentId
from unjai.respond.rules.kinds import CALL_FOR_HELP, DEVICE_SILENT, WATCHED, EventCode, compatible

NEAR_M = 80.0
SLACK_M = 70.0
VAGUE_M = 250.0
WINDOW = timedelta(minutes=5)
METRES_PER_DEGREE = math.radians(EARTH_RADIUS_M)

Why = Literal["same_device", "same_source", "same_vehicle", "place_time", "crowd"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Telling:
    """A report as joining sees it. `source` names who told it: a device's key, a caller's number, a citizen's id."""

    code: EventCode
    observed_at: datetime
    source: str
    point: Point | None = None
    device_id: DeviceId | None = None
    crowd: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Reach:
    """How far a report can reach: whatever it joins by time and place lies in here (degrees)."""

    first_by: datetime
    last_from: datetime
    west: float
    south: float
    east: float
    north: float


def reach(report: Telling) -> Reach:
    """Return the reach of a report; without a position its place reaches nothing."""
    span = {"first_by": report.observed_at + WINDOW, "last_from": report.observed_at - WINDOW}
    if report.code.code == WATCHED:
        span = {"first_by": datetime.max.replace(tzinfo=UTC), "last_from": datetime.min.replace(tzinfo=UTC)}
        return Reach(**span, west=math.inf, south=math.inf, east=-math.inf, north=-math.inf)
    here = _placed(report.point)
    if here is None:
        return Reach(**span, west=math.inf, south=math.inf, east=-math.inf, north=-math.inf)
    lat = (NEAR_M + SLACK_M) / METRES_PER_DEGREE * 1.01
    lon = lat / max(0.01, math.cos(math.radians(here.lat)))
    return Reach(**span, west=here.lon - lon, south=here.lat - lat, east=here.lon + lon, north=here.lat + lat)


@dataclass(frozen=True, kw_only=True, slots=True)
class OpenIncident:
    """An incident as joining sees it; `barred` are the sources that an operator split from it, `by_rule` opened it."""

    incident_id: IncidentId
    code: EventCode
    first_at: datetime
    last_at: datetime
    places: tuple[Point, ...] = ()
    sources: frozenset[str] = frozenset()
    barred: frozenset[str] = frozenset()
    device_id: DeviceId | None = None
    by_rule: bool = False
    crowd: bool = False
    closed: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Joined:
    """Why a report belongs to an incident; the words for it are in the timeline's catalogue under `why`."""

    incident_id: IncidentId
    why: Why
    distance_m: float | None
    gap_s: float

    @property
    def order(self) -> tuple[int, float, float, UUID]:
        """Sort the best first: same device or source, then nearest in place, then in time; a flood is the last."""
        far = math.inf if self.distance_m is None else self.distance_m
        return ({"place_time": 1, "crowd": 2}.get(self.why, 0), far, self.gap_s, self.incident_id)


def _placed(point: Point | None) -> Point | None:
    return None if point is None or (point.accuracy_m or 0.0) > VAGUE_M else point


def limit_m(one: Point, other: Point) -> float:
    """Return how far apart two positions of one happening may lie."""
    return NEAR_M + min(SLACK_M, math.hypot(one.accuracy_m or 0.0, other.accuracy_m or 0.0))


def gap(at: datetime, first: datetime, last: datetime) -> timedelta:
    """Return how far `at` lies outside the span from `first` to `last`; zero inside."""
    return max(first - at, at - last, timedelta(0))


def _nearest(point: Point | None, places: Iterable[Point]) -> tuple[float | None, bool]:
    """Return the distance to the nearest place and whether any lies within its own limit."""
    here = _placed(point)
    if here is None:
        return None, False
    known = [(distance_m(here, there), there) for there in places if _placed(there) is not None]
    within = [far for far, there in known if far <= limit_m(here, there)]
    if within:
        return min(within), True
    return min((far for far, _ in known), default=None), False


def _same(why: Why, incident: OpenIncident, away: timedelta) -> Joined:
    return Joined(incident_id=incident.incident_id, why=why, distance_m=None, gap_s=away.total_seconds())


def joins(report: Telling, incident: OpenIncident) -> Joined | None:  # noqa: PLR0911  one rule a line
    """Tell whether and why `report` belongs to `incident`; None where it does not."""
    if incident.closed:
        return None
    away = gap(report.observed_at, incident.first_at, incident.last_at)
    if DEVICE_SILENT in (report.code.code, incident.code.code):
        same = report.code.code == incident.code.code and report.device_id is not None
        return _same("same_device", incident, away) if same and report.device_id == incident.device_id else None
    if report.code.code == WATCHED:
        known = report.source in incident.sources and report.source not in incident.barred
        return _same("same_vehicle", incident, away) if known else None
    if report.source in incident.barred or away > WINDOW or not compatible(report.code, incident.code):
        return None
    same_source = report.source in incident.sources
    if incident.crowd and not same_source:
        return _same("crowd", incident, away) if report.crowd else None
    far, near = _nearest(report.point, incident.places)
    drowned = incident.by_rule and report.code.code == CALL_FOR_HELP
    if not (same_source or (near and not drowned)):
        return None
    return Joined(
        incident_id=incident.incident_id,
        why="same_source" if same_source else "place_time",
        distance_m=None if far is None else round(far, 1),
        gap_s=away.total_seconds(),
    )


def best(report: Telling, incidents: Iterable[OpenIncident]) -> Joined | None:
    """Return the incident that `report` belongs to; None where it tells of something new."""
    found = [joined for incident in incidents if (joined := joins(report, incident)) is not None]
    return min(found, key=lambda joined: joined.order, default=None)


def sharper(held: Point | None, told: Point | None) -> Point | None:
    """Return the better of two positions of one happening: the more exact, the held one where equal."""
    if held is None or told is None:
        return held or told
    return told if (told.accuracy_m or 0.0) < (held.accuracy_m or 0.0) else held
