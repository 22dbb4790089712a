"""The streets as a walker's graph: chains between junctions, what each costs, and where a point stands on them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from unjai.model.geometry import Point
from unjai.respond.escort.rules.ease import Facts, Floats, ease_of_all
from unjai.territory.streets import Edge, StreetGraph
from unjai.territory.streets.chains import Chains, contract
from unjai.territory.streets.plane import Plane

EASE_WEIGHT = 3.0
"""A street without any ease feels so much longer than it is: 100 m like 400. Used to find ways, never to time them."""

_AIR_SHARE, _AIR_SLACK_M = 0.97, 5.0
"""Given lengths are rounded and measured by others; the air line must never be longer than the way."""

Pair = tuple[float, float]


@dataclass(frozen=True, kw_only=True, slots=True)
class Spot:
    """A point brought onto a street: on `chain`, `at_m` from its start, `away_m` from where the point itself is."""

    chain: int
    at_m: float
    away_m: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Leg:
    """A piece of a chain as it is walked, from `from_m` to `to_m` metres from the chain's start."""

    chain: int
    from_m: float
    to_m: float

    @property
    def length_m(self) -> float:
        """Return its length."""
        return abs(self.to_m - self.from_m)


@dataclass(frozen=True, kw_only=True, slots=True)
class Piece:
    """A piece of one edge as it is walked: `row` of the edge, metres from its node a at entry and at exit."""

    row: int
    from_m: float
    to_m: float

    @property
    def length_m(self) -> float:
        """Return its length."""
        return abs(self.to_m - self.from_m)


class FootGraph:
    """The streets for one who walks: one-way signs and classes of street do not bind. Immutable, safe to share."""

    def __init__(self, streets: StreetGraph) -> None:
        """Lay the chains of a graph; some 300 ms for a city."""
        self.streets = streets
        self.edges: tuple[Edge, ...] = streets.edges
        self.length_m: Floats = np.asarray([streets.edge_length_m(edge.id) for edge in self.edges])
        self._edge_m: list[float] = self.length_m.tolist()
        self._row = {edge.id: row for row, edge in enumerate(self.edges)}
        ends = np.asarray([(edge.node_a, edge.node_b) for edge in self.edges], dtype=np.int64).reshape(-1, 2)
        _, index = np.unique(ends, return_inverse=True)
        alike = np.zeros(len(self.edges), dtype=np.int64)
        self.chains: Chains = contract(index.reshape(-1, 2), self.length_m, alike, alike.astype(np.bool_))
        self._offset: list[float] = self.chains.edge_offset.tolist()
        self._turned: list[bool] = self.chains.edge_turned.tolist()
        self.around: list[list[tuple[int, int]]] = [[] for _ in range(self.chains.junctions)]
        for chain, (u, v) in enumerate(zip(self.chains.start.tolist(), self.chains.end.tolist(), strict=True)):
            self.around[u].append((v, chain))
            if u != v:
                self.around[v].append((u, chain))
        self.start: list[int] = self.chains.start.tolist()
        self.end: list[int] = self.chains.end.tolist()
        self.chain_m: list[float] = self.chains.length_m.tolist()
        west, south, east, north = streets.bounds
        self.plane = Plane(lon=(west + east) / 2, lat=(south + north) / 2)

    def row(self, edge_id: int) -> int:
        """Return the row of an edge; `KeyError` where there is none."""
        return self._row[edge_id]

    def spot(self, point: Point, within_m: float = math.inf) -> Spot | None:
        """Return where a point stands on the streets; None where none lies within reach."""
        snap = self.streets.snap(point, "foot", within_m)
        if snap is None:
            return None
        row = self._row[snap.edge_id]
        along = min(snap.along_m, float(self.length_m[row]))
        inside = float(self.length_m[row]) - along if self.chains.edge_turned[row] else along
        return Spot(
            chain=int(self.chains.edge_chain[row]),
            at_m=float(self.chains.edge_offset[row]) + inside,
            away_m=snap.distance_m,
        )

    @property
    def corners_m(self) -> Floats:
        """Where each junction is, in metres of the plane, (n, 2)."""
        return self._junctions

    @cached_property
    def _junctions(self) -> Floats:
        at = np.zeros((self.chains.junctions, 2))
        for chain, run in enumerate(self.chains.members):
            first, last = run[0], run[-1]
            begin = self.edges[first].coordinates[-1 if self.chains.edge_turned[first] else 0]
            end = self.edges[last].coordinates[0 if self.chains.edge_turned[last] else -1]
            at[self.start[chain]], at[self.end[chain]] = begin, end
        return self.plane.metres(at)

    def air_m(self, spot: Spot) -> list[float]:
        """Return at most how far each junction is from a spot: a little under the air line, so no way is shorter."""
        leg = Leg(chain=spot.chain, from_m=spot.at_m, to_m=spot.at_m)
        lon, lat = self.point_of(leg)
        away = np.hypot(*(self._junctions - self.plane.metres([(lon, lat)])).T)
        return list(map(float, np.maximum(away * _AIR_SHARE - _AIR_SLACK_M, 0.0)))

    def point_of(self, leg: Leg) -> Pair:
        """Return where a leg begins."""
        for row in self.chains.members[leg.chain]:
            offset, length = float(self.chains.edge_offset[row]), float(self.length_m[row])
            if leg.from_m <= offset + length or row == self.chains.members[leg.chain][-1]:
                inside = min(max(leg.from_m - offset, 0.0), length)
                at = length - inside if self.chains.edge_turned[row] else inside
                return self._cut(Piece(row=row, from_m=at, to_m=at))[0]
        raise AssertionError("a chain without edges")

    def per_chain(self, cost: Floats) -> list[float]:
        """Return what whole chains cost where edges cost so much."""
        total = np.bincount(self.chains.edge_chain, weights=cost, minlength=len(self.chain_m))
        return list(map(float, total))

    def pieces(self, leg: Leg) -> list[Piece]:
        """Split a leg at its edges, as it is walked."""
        low, high = sorted((leg.from_m, leg.to_m))
        found: list[Piece] = []
        for row in self.chains.members[leg.chain]:
            offset, length = self._offset[row], self._edge_m[row]
            first, last = max(low - offset, 0.0), min(high - offset, length)
            if first >= last:
                continue
            if self._turned[row]:
                first, last = length - first, length - last
            found.append(Piece(row=row, from_m=first, to_m=last))
        if leg.to_m < leg.from_m:
            return [Piece(row=one.row, from_m=one.to_m, to_m=one.from_m) for one in reversed(found)]
        return found

    def line(self, pieces: Sequence[Piece]) -> list[Pair]:
        """Return the (lon, lat) points of what is walked, corner by corner."""
        points: list[Pair] = []
        for piece in pieces:
            for pair in self._cut(piece):
                if not points or points[-1] != pair:
                    points.append(pair)
        return points

    def _cut(self, piece: Piece) -> list[Pair]:
        edge, length = self.edges[piece.row], self._edge_m[piece.row]
        if {piece.from_m, piece.to_m} == {0.0, length}:
            return list(edge.coordinates) if piece.from_m == 0 else list(edge.coordinates[::-1])
        corners = np.asarray(edge.coordinates, dtype=np.float64)
        steps = np.hypot(*np.diff(self.plane.metres(corners), axis=0).T)
        at = np.concatenate([[0.0], np.cumsum(steps)])
        at *= length / at[-1]
        low, high = sorted((piece.from_m, piece.to_m))
        inner = corners[(at > low) & (at < high)]
        ends = np.asarray([[np.interp(m, at, corners[:, 0]), np.interp(m, at, corners[:, 1])] for m in (low, high)])
        whole = np.concatenate([ends[:1], inner, ends[1:]])
        points = [(round(float(lon), 7), round(float(lat), 7)) for lon, lat in whole]
        return points if piece.from_m <= piece.to_m else points[::-1]


class Hour:
    """A foot graph at one hour: the ease of every edge and what chains cost for it. Safe to share, never changed."""

    def __init__(self, graph: FootGraph, facts: Facts, *, dark: bool) -> None:
        """Weigh every edge once."""
        self.graph, self.facts, self.dark = graph, facts, dark
        self.ease, self.at_most = ease_of_all(facts, dark=dark)

    @cached_property
    def _felt_m(self) -> Floats:
        """How long each edge feels."""
        return self.graph.length_m * (1.0 + EASE_WEIGHT * (1.0 - self.ease))

    def share_of(self, spot: Spot) -> float:
        """Return how much of its chain's cost lies before a spot, 0 to 1."""
        graph, before, whole = self.graph, 0.0, 0.0
        for row in graph.chains.members[spot.chain]:
            offset, length, felt = float(graph.chains.edge_offset[row]), graph.length_m[row], float(self._felt_m[row])
            before += felt * min(max((spot.at_m - offset) / float(length), 0.0), 1.0)
            whole += felt
        return min(before / whole, 1.0)

    @cached_property
    def cost(self) -> list[float]:
        """What each chain costs one who looks for ease: its metres, longer for every want of ease."""
        return self.graph.per_chain(self._felt_m)

    @cached_property
    def least_per_m(self) -> float:
        """The least cost of a metre anywhere: what no way can be below."""
        return 1.0 + EASE_WEIGHT * (1.0 - float(self.ease.max(initial=0.0)))

    def unlit_pieces(self, pieces: Sequence[Piece]) -> list[bool]:
        """Return of each step of the line that `FootGraph.line` draws whether it is dark or not known to be lit."""
        found: list[bool] = []
        for piece in pieces:
            steps = len(self.graph.line([piece])) - 1
            found += [bool(self.unlit[piece.row])] * steps
        return found

    @cached_property
    def unlit(self) -> NDArray[np.bool_]:
        """Edges that are dark at this hour, or not known to be lit."""
        lit = np.nan_to_num(self.facts.lit, nan=0.0)
        return (lit <= 0) if self.dark else np.zeros(len(lit), dtype=np.bool_)
