"""What a unit drove in a stretch of time, beside what it was to do: pure work for a thread, some 0.2 s a shift.

Past tracks do not change: what was brought onto the streets once is kept for the next look (`Kept`).
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any
from uuid import UUID

import numpy as np

from unjai.patrol.rules.plan_driven import (
    LATE_S,
    Checked,
    Planned,
    Stay,
    checked,
    positions,
    risk_minutes,
    stays_of,
)
from unjai.patrol.rules.tracks import Fix, TrackStreets, matched
from unjai.patrol.rules.tracks import kept as thinned
from unjai.territory.view import TerritoryView

_REPLAY_S = 15
"""A replay is told in steps of so many seconds at least; what moves meanwhile is a straight line of some metres."""
_KEPT_MOST = 48


@dataclass(frozen=True, kw_only=True, slots=True)
class Spot:
    """A place where a unit may be: a checkpoint, or what the plan was made for."""

    id: str
    name: Mapping[str, str]
    lon: float
    lat: float


@dataclass(frozen=True, kw_only=True)
class Frame:
    """A stretch of time at a station. Seconds count from its beginning; `risk` is (places, bins of five minutes)."""

    station_id: int
    stamp: UUID | None
    streets: TrackStreets
    spots: tuple[Spot, ...]
    risk: np.ndarray | None
    now_s: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Way:
    """A track on the streets, as it is told."""

    track: tuple[tuple[int, float, float], ...]
    gaps: tuple[tuple[int, int], ...]
    edges: tuple[int, ...]
    length_m: int
    off_street: int


class Kept:
    """The last ways that were asked for, by the unit's device, the moment they begin, and how far they go."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self._ways: OrderedDict[tuple[object, ...], Way] = OrderedDict()
        self._streets: dict[int, tuple[UUID | None, TrackStreets]] = {}

    def streets(self, territory: TerritoryView) -> TrackStreets:
        """Return the streets ready for matching; kept while the territory stays as it is."""
        known = self._streets.get(territory.station_id)
        if known is None or known[0] != territory.stamp:
            known = (territory.stamp, TrackStreets(territory.graph.edges))
            self._streets[territory.station_id] = known
        return known[1]

    def way(self, frame: Frame, device: object, zero: object, track: Sequence[Fix]) -> Way:
        """Return a track on the streets, worked out once."""
        ends = (track[0].at_s, track[-1].at_s) if track else (0.0, 0.0)
        key = (frame.station_id, frame.stamp, device, zero, len(track), ends)
        found = self._ways.get(key)
        if found is None:
            found = self._ways[key] = _way(frame.streets, track)
        self._ways.move_to_end(key)
        while len(self._ways) > _KEPT_MOST:
            self._ways.popitem(last=False)
        return found


def _way(streets: TrackStreets, track: Sequence[Fix]) -> Way:
    found = matched(streets, track)
    told: list[tuple[int, float, float]] = []
    on_street = {at: (lon, lat) for at, lon, lat in found.snapped}
    for fix in thinned(track):
        at = fix.at_s
        lon, lat = on_street.get(at, (fix.lon, fix.lat))  # off every street it stays where it said it was
        if not told or at - told[-1][0] >= _REPLAY_S:
            told.append((round(at), round(lon, 6), round(lat, 6)))
    return Way(
        track=tuple(told),
        gaps=tuple((round(a), round(b)) for a, b in found.gaps),
        edges=tuple(found.edges),
        length_m=round(found.length_m),
        off_street=found.off_street,
    )


def told(
    frame: Frame,
    way: Way,
    stops: Sequence[Mapping[str, Any]],
    track: Sequence[Fix],
    visits: Sequence[Mapping[str, Any]],
) -> dict[str, Any]:
    """Return what became of a unit's stops, where else it was, and its minutes where and when the risk was.

    `stops` are a published round's; `visits` its proven ones with `place`, `at_s`, `state`, `score`.
    """
    planned = [stop for stop in stops if stop["why"] != "break" and stop["lon"] is not None]
    plan = [Planned(at_s=s["at_s"], dwell_s=s["minutes"] * 60, lon=s["lon"], lat=s["lat"]) for s in planned]
    states = checked(plan, track, now_s=frame.now_s)
    at = positions(track)
    seen = [(row, stay) for row, spot in enumerate(frame.spots) for stay in stays_of(at, spot.lon, spot.lat)]
    whole, risky = (0.0, 0.0) if frame.risk is None else risk_minutes(seen, frame.risk)
    if frame.risk is None:
        whole = _union_minutes([stay for _, stay in seen])
    used = {(stop["place"], one.stay) for stop, one in zip(planned, states, strict=True) if one.stay is not None}
    extra = [
        {"place": frame.spots[row].id, "from_s": round(stay.from_s), "to_s": round(stay.to_s)}
        for row, stay in sorted(seen, key=lambda one: one[1].from_s)
        if (frame.spots[row].id, stay) not in used
    ]
    return {
        "positions": len(track),
        "seen_from_s": None if not track else round(at[0, 0]),
        "seen_to_s": None if not track else round(at[-1, 0]),
        "stops": [_stop(stop, one, visits) for stop, one in zip(planned, states, strict=True)],
        "extra": extra,
        "gaps": list(way.gaps),
        "length_m": way.length_m,
        "off_street": way.off_street,
        "place_min": round(whole),
        "risk_min": None if frame.risk is None else round(risky),
        "proven": sum(visit["state"] == "proven" for visit in visits),
    }


def _stop(stop: Mapping[str, Any], one: Checked, visits: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    stay = one.stay
    since = min(stop["at_s"], stop["at_s"] if stay is None else stay.from_s) - LATE_S
    until = max(stop["at_s"] + stop["minutes"] * 60, stop["at_s"] if stay is None else stay.to_s) + LATE_S
    near = [visit for visit in visits if visit["place"] == stop["place"] and since <= visit["at_s"] <= until]
    best = max(near, key=lambda visit: visit["score"], default=None)
    return {
        "place": stop["place"],
        "name": dict(stop["name"]),
        "lon": stop["lon"],
        "lat": stop["lat"],
        "at_s": stop["at_s"],
        "minutes": stop["minutes"],
        "state": one.state,
        "from_s": None if stay is None else round(stay.from_s),
        "to_s": None if stay is None else round(stay.to_s),
        "proof": None if best is None else best["state"],
        "score": None if best is None else best["score"],
    }


def _union_minutes(stays: Sequence[Stay]) -> float:
    """Return the minutes at any place: two circles that overlap count once."""
    ends = sorted((stay.from_s, stay.to_s) for stay in stays)
    whole, until = 0.0, float("-inf")
    for begin, end in ends:
        whole += max(0.0, end - max(begin, until))
        until = max(until, end)
    return whole / 60


def lines(territory: TerritoryView, edges: Sequence[int]) -> list[list[tuple[float, float]]]:
    """Return the driven streets (lon, lat)."""
    known = {edge.id: edge for edge in territory.graph.edges}
    return [
        [(round(lon, 6), round(lat, 6)) for lon, lat in known[one].coordinates]
        for one in sorted(set(edges) & known.keys())
    ]


def pieces(
    track: Sequence[tuple[int, float, float]], gaps: Sequence[tuple[int, int]]
) -> list[list[tuple[float, float]]]:
    """Return a track as lines that are broken where positions are missing."""
    if not track:
        return []
    found = [[(track[0][1], track[0][2])]]
    for before, after in pairwise(track):
        if any(before[0] <= gap[0] and gap[1] <= after[0] for gap in gaps):
            found.append([])
        found[-1].append((after[1], after[2]))
    return [line for line in found if len(line) > 1]
