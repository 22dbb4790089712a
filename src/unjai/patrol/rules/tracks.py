"""A driven track brought onto the streets: a hidden Markov model over the street graph, solved by Viterbi.

Source of the model: Newson and Krumm 2009, "Hidden Markov map matching through noise and sparseness": a position is
likely near a street, a step is likely where the way along streets is about as long as the air line. Where positions
are missing nothing is guessed: the track has a gap there, and says so.
"""

from __future__ import annotations

import heapq
import math
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import shapely
from numpy.typing import NDArray

from unjai.territory.streets import Edge
from unjai.territory.streets.plane import Plane

Floats = NDArray[np.float64]

_LEAST_SIGMA_M = 8.0
_MOST_SIGMA_M = 60.0
_REACH_SIGMAS = 3.5
_BETA_M = 25.0
_CANDIDATES = 5
_REACHES_M = (300.0, 900.0)
"""How far ways are sought: the near ones do while positions come every few seconds. Beyond the last it breaks."""
GAP_S = 180.0
_FASTEST_MPS = 45.0
_STILL_M = 20.0
_STILL_S = 60.0
"""Positions that stay within these metres of the last kept one are kept only so often: a parked car is one place."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Fix:
    """A position of a unit: seconds from any zero, where, how good (metres)."""

    at_s: float
    lon: float
    lat: float
    accuracy_m: float | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Passed:
    """A street that was driven: which edge, from when until when."""

    edge_id: int
    from_s: float
    to_s: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Matched:
    """A track on the streets. `snapped` are (at_s, lon, lat) on the streets, `off_street` positions near none."""

    passed: tuple[Passed, ...]
    snapped: tuple[tuple[float, float, float], ...]
    gaps: tuple[tuple[float, float], ...]
    length_m: float
    off_street: int

    @property
    def edges(self) -> Mapping[int, float]:
        """Return when each driven edge was last driven."""
        return {one.edge_id: one.to_s for one in sorted(self.passed, key=lambda one: one.to_s)}


Near = dict[int, tuple[float, int, int]]
"""Nodes within reach: metres, and the last node and edge on the way there."""


class TrackStreets:
    """The streets as matching needs them; made once a territory, some milliseconds for thousand streets."""

    def __init__(self, edges: Sequence[Edge]) -> None:
        """Take the edges with their lines."""
        self.edges = tuple(edges)
        lon = [point[0] for edge in edges for point in edge.coordinates] or [100.0]
        lat = [point[1] for edge in edges for point in edge.coordinates] or [13.0]
        self.plane = Plane(lon=(min(lon) + max(lon)) / 2, lat=(min(lat) + max(lat)) / 2)
        self.lines = np.asarray([shapely.linestrings(self.plane.metres(edge.coordinates)) for edge in edges])
        self.length_m: Floats = shapely.length(self.lines) if len(edges) else np.zeros(0)
        self.tree = shapely.STRtree(self.lines)
        self.around: dict[int, list[tuple[int, int]]] = {}
        for row, edge in enumerate(edges):
            self.around.setdefault(edge.node_a, []).append((edge.node_b, row))
            self.around.setdefault(edge.node_b, []).append((edge.node_a, row))
        self.lengths: list[float] = self.length_m.tolist()
        self.ends = [(edge.node_a, edge.node_b) for edge in edges]
        self._near: tuple[dict[int, Near], ...] = tuple({} for _ in _REACHES_M)

    def near(self, node: int, within_m: float = _REACHES_M[-1]) -> Near:
        """Return the nodes within reach, `within_m` at least if it can be: remembered."""
        size = bisect_left(_REACHES_M[:-1], within_m)
        known = self._near[size].get(node)
        if known is not None:
            return known
        reach_m = _REACHES_M[size]
        found: dict[int, tuple[float, int, int]] = {node: (0.0, -1, -1)}
        queue: list[tuple[float, int]] = [(0.0, node)]
        while queue:
            metres, here = heapq.heappop(queue)
            if metres > found[here][0]:
                continue
            for other, row in self.around[here]:
                far = metres + self.lengths[row]
                if far <= reach_m and far < found.get(other, (math.inf,))[0]:
                    found[other] = (far, here, row)
                    heapq.heappush(queue, (far, other))
        self._near[size][node] = found
        return found

    def way(self, node: int, other: int) -> list[int]:
        """Return the rows of the edges from node to node, which must be within reach."""
        found, rows = self.near(node, 0.0), list[int]()
        if other not in found:
            found = self.near(node)
        while other != node:
            _, other, row = found[other]
            rows.append(row)
        return rows[::-1]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Candidate:
    row: int
    along_m: float
    cost: float


@dataclass(frozen=True, kw_only=True, slots=True)
class _Step:
    """How one gets from one candidate to another: metres, and the nodes left and entered (-1: on the same edge)."""

    metres: float
    out: int = -1
    into: int = -1


def step_s(devices: int, span_s: float, *, most: int, least: int) -> int:
    """Return every how many seconds a position is read, so that all devices' whole time stays below `most` positions.

    Cut off at a number, the last units would look as if they had stood nowhere.
    """
    return max(least, math.ceil(devices * span_s / most))


def kept(track: Sequence[Fix]) -> list[Fix]:
    """Return a track in time order without doubled moments, and thinned where nothing moves."""
    found: list[Fix] = []
    for fix in sorted(track, key=lambda one: one.at_s):
        if found:
            last = found[-1]
            if fix.at_s <= last.at_s:
                continue
            moved = math.hypot(
                (fix.lon - last.lon) * 111_320 * math.cos(math.radians(fix.lat)), (fix.lat - last.lat) * 110_700
            )
            if moved < _STILL_M and fix.at_s - last.at_s < _STILL_S:
                continue
        found.append(fix)
    return found


def matched(streets: TrackStreets, track: Sequence[Fix]) -> Matched:
    """Return the track on the streets."""
    fixes = kept(track)
    if not fixes or not streets.edges:
        return Matched(passed=(), snapped=(), gaps=_gaps(track), length_m=0.0, off_street=len(fixes))
    candidates = _candidates(streets, fixes)
    off = sum(not one for one in candidates)
    pieces = _pieces(streets, [(fix, own) for fix, own in zip(fixes, candidates, strict=True) if own])
    passed: list[Passed] = []
    snapped: list[tuple[float, float, float]] = []
    length = 0.0
    for fixed, chosen, steps in pieces:
        snapped += _snapped(streets, fixed, chosen)
        length += sum(step.metres for step in steps)
        passed += _passed(streets, fixed, chosen, steps)
    return Matched(
        passed=tuple(_joined(passed)), snapped=tuple(snapped), gaps=_gaps(track), length_m=length, off_street=off
    )


def _gaps(track: Sequence[Fix]) -> tuple[tuple[float, float], ...]:
    at = sorted(fix.at_s for fix in track)
    return tuple((a, b) for a, b in pairwise(at) if b - a > GAP_S)


def _candidates(streets: TrackStreets, fixes: Sequence[Fix]) -> list[list[_Candidate]]:
    own = shapely.points(streets.plane.metres([(fix.lon, fix.lat) for fix in fixes]))
    said = np.asarray([_LEAST_SIGMA_M if fix.accuracy_m is None else fix.accuracy_m for fix in fixes])
    sigma = np.clip(said, _LEAST_SIGMA_M, _MOST_SIGMA_M)
    point, row = streets.tree.query(own, predicate="dwithin", distance=sigma * _REACH_SIGMAS)
    away = shapely.distance(streets.lines[row], own[point])
    along = shapely.line_locate_point(streets.lines[row], own[point])
    cost = 0.5 * (away / sigma[point]) ** 2
    order = np.lexsort((cost, point))
    found: list[list[_Candidate]] = [[] for _ in fixes]
    for n in order.tolist():
        mine = found[int(point[n])]
        if len(mine) < _CANDIDATES:
            mine.append(_Candidate(row=int(row[n]), along_m=float(along[n]), cost=float(cost[n])))
    return found


def _step(streets: TrackStreets, a: _Candidate, b: _Candidate, most_m: float) -> tuple[float, int, int] | None:
    """Return the shortest way between two candidates (metres, node left, node entered; -1 on the same edge).

    None where it is beyond reach or longer than `most_m`. The innermost of all: a shift asks this a hundred thousand
    times.
    """
    best, best_out, best_into = most_m, -1, -1
    found = False
    if a.row == b.row and abs(a.along_m - b.along_m) <= most_m:
        best, found = abs(a.along_m - b.along_m), True
    a_one, a_two = streets.ends[a.row]
    b_one, b_two = streets.ends[b.row]
    rest_b = streets.lengths[b.row] - b.along_m
    for out, before in ((a_one, a.along_m), (a_two, streets.lengths[a.row] - a.along_m)):
        if before >= best:
            continue
        near = streets.near(out, most_m)
        for into, after in ((b_one, b.along_m), (b_two, rest_b)):
            reached = near.get(into)
            if reached is None:
                continue
            metres = before + reached[0] + after
            if metres < best or (not found and metres <= best):
                best, best_out, best_into, found = metres, out, into, True
    return (best, best_out, best_into) if found else None


_Piece = tuple[list[Fix], list[_Candidate], list[_Step]]


def _pieces(streets: TrackStreets, points: Sequence[tuple[Fix, list[_Candidate]]]) -> list[_Piece]:
    """Run Viterbi; it begins anew where positions are missing or no way joins them."""
    found: list[_Piece] = []
    rows: list[tuple[Fix, list[_Candidate], list[tuple[int, _Step]]]] = []
    score: list[float] = []
    for fix, own in points:
        backs: list[tuple[int, _Step]] = []
        fresh: list[float] = []
        if rows:
            last, before, _ = rows[-1]
            if fix.at_s - last.at_s <= GAP_S:
                backs, fresh = _forward(streets, (last, before, score), fix, own)
        if not backs and rows:
            found.append(_traced(rows, score))
            rows = []
        rows.append((fix, own, backs))
        score = fresh if backs else [one.cost for one in own]
        if backs:
            alive = [n for n, value in enumerate(score) if math.isfinite(value)]
            rows[-1] = (fix, [own[n] for n in alive], [backs[n] for n in alive])
            score = [score[n] for n in alive]
    if rows:
        found.append(_traced(rows, score))
    return found


def _forward(
    streets: TrackStreets, before: tuple[Fix, list[_Candidate], list[float]], fix: Fix, own: list[_Candidate]
) -> tuple[list[tuple[int, _Step]], list[float]]:
    last, candidates, score = before
    (x, y), (u, v) = streets.plane.metres([(last.lon, last.lat), (fix.lon, fix.lat)])
    air, seconds = math.hypot(x - u, y - v), fix.at_s - last.at_s
    blur = 2 * max(last.accuracy_m or 0.0, fix.accuracy_m or 0.0, _LEAST_SIGMA_M)
    most_m = _FASTEST_MPS * seconds + blur
    backs: list[tuple[int, _Step]] = []
    found: list[float] = []
    for candidate in own:
        best, via, way = math.inf, 0, (0.0, -1, -1)
        for number, other in enumerate(candidates):
            if score[number] >= best:
                continue
            step = _step(streets, other, candidate, most_m)
            if step is None:
                continue
            cost = score[number] + abs(step[0] - air) / _BETA_M
            if cost < best:
                best, via, way = cost, number, step
        found.append(best + candidate.cost)
        backs.append((via, _Step(metres=way[0], out=way[1], into=way[2])))
    return (backs, found) if any(math.isfinite(one) for one in found) else ([], [])


def _traced(rows: Sequence[tuple[Fix, list[_Candidate], list[tuple[int, _Step]]]], score: Sequence[float]) -> _Piece:
    at = int(np.argmin(score))
    chosen: list[_Candidate] = []
    steps: list[_Step] = []
    for _, own, backs in reversed(rows):
        chosen.append(own[at])
        if backs:
            at, step = backs[at]
            steps.append(step)
    return [fix for fix, _, _ in rows], chosen[::-1], steps[::-1]


def _snapped(
    streets: TrackStreets, fixes: Sequence[Fix], chosen: Sequence[_Candidate]
) -> list[tuple[float, float, float]]:
    lines = streets.lines[[one.row for one in chosen]]
    at = shapely.get_coordinates(shapely.line_interpolate_point(lines, [one.along_m for one in chosen]))
    return [
        (fix.at_s, float(lon), float(lat)) for fix, (lon, lat) in zip(fixes, streets.plane.degrees(at), strict=True)
    ]


def _passed(
    streets: TrackStreets, fixes: Sequence[Fix], chosen: Sequence[_Candidate], steps: Sequence[_Step]
) -> list[Passed]:
    found = [Passed(edge_id=streets.edges[chosen[0].row].id, from_s=fixes[0].at_s, to_s=fixes[0].at_s)]
    for number, step in enumerate(steps):
        since, until = fixes[number].at_s, fixes[number + 1].at_s
        between = [] if step.out < 0 else streets.way(step.out, step.into)
        rows = [chosen[number].row, *between, chosen[number + 1].row]
        found += [Passed(edge_id=streets.edges[row].id, from_s=since, to_s=until) for row in rows]
    return found


def _joined(passed: Sequence[Passed]) -> list[Passed]:
    """Join pieces of one stay on an edge."""
    found: list[Passed] = []
    for one in passed:
        if found and found[-1].edge_id == one.edge_id:
            found[-1] = Passed(edge_id=one.edge_id, from_s=found[-1].from_s, to_s=max(one.to_s, found[-1].to_s))
        else:
            found.append(one)
    return found
