"""Shortest ways over the chains, by Dijkstra of rustworkx: one search serves any number of units."""

from __future__ import annotations

import math
from dataclasses import dataclass
from threading import Lock
from typing import Literal

import numpy as np
import rustworkx as rx

from unjai.territory.streets.chains import Chains, Floats, Ints
from unjai.territory.streets.speeds import ACCESS_MPS, CLASSES, UnitKind, keeps_oneway, speed_mps

Measure = Literal["metres", "seconds"]
Direction = Literal["from", "to"]
_LEAST = 1e-6
_NOWHERE = -2
_DIRECT = -1


@dataclass(frozen=True, kw_only=True, slots=True)
class Spots:
    """Where points stand on the streets: one or a few candidates a point, rows sorted by `owner`.

    A candidate lies `at_m` metres from the start of `chain`, `extra_m` farther off than the point's nearest street:
    a position that is good to 10 m must not decide on which of two parallel streets a car stands.
    """

    chain: Ints
    at_m: Floats
    extra_m: Floats
    owner: Ints
    points: int
    away_m: Floats
    """How far each point (not candidate) lies from its nearest street."""

    def of(self, owner: int) -> Spots:
        """Return the candidates of one point."""
        own = self.owner == owner
        return Spots(
            chain=self.chain[own],
            at_m=self.at_m[own],
            extra_m=self.extra_m[own],
            owner=np.zeros(int(own.sum()), dtype=np.int64),
            points=1,
            away_m=self.away_m[owner : owner + 1],
        )

    def after(self, owner: int) -> Spots:
        """Return the candidates of the points after `owner`, numbered from 0."""
        own = self.owner > owner
        return Spots(
            chain=self.chain[own],
            at_m=self.at_m[own],
            extra_m=self.extra_m[own],
            owner=self.owner[own] - owner - 1,
            points=self.points - owner - 1,
            away_m=self.away_m[owner + 1 :],
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Leg:
    """A piece of a way: along `chain` from `from_m` to `to_m` (less where it is run backwards)."""

    chain: int
    from_m: float
    to_m: float

    @property
    def length_m(self) -> float:
        """Return its length."""
        return abs(self.to_m - self.from_m)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Best:
    """The best connection of one point with the search's own: over junction `node`, or directly."""

    cost: float
    node: int
    leg: Leg


@dataclass(frozen=True, kw_only=True, slots=True)
class _Start:
    """A way between the search's own point and a junction (`leg` as travelled)."""

    node: int
    cost: float
    leg: Leg


class Search:
    """The result of one search: the cost of every junction, and the arc over which it is reached best."""

    def __init__(self, router: Router, own: Spots, starts: list[_Start], cost: Floats, parent: Ints) -> None:
        self._router = router
        self._own = own
        self._starts = starts
        self._cost = cost
        self._parent = parent
        self._metres: dict[int, float] = {}

    def reach(self, spots: Spots) -> list[tuple[float, float] | None]:
        """Return (metres, cost) of the best way for each point of `spots`; None where there is none."""
        found: list[tuple[float, float] | None] = []
        for best in self._best(spots):
            if best is None:
                found.append(None)
                continue
            ahead = 0.0 if best.node == _DIRECT else self._metres_at(best.node)
            found.append((ahead + best.leg.length_m, best.cost))
        return found

    def legs(self, spots: Spots) -> list[Leg] | None:
        """Return the best way for the one point of `spots`, in the order it is travelled."""
        best = self._best(spots)[0]
        if best is None:
            return None
        legs = [best.leg]
        node = best.node
        while node != _DIRECT:
            arc = int(self._parent[node])
            if arc < 0:
                legs.append(self._start_of(node).leg)
                break
            legs.append(self._router.leg(arc))
            node = int(self._router.tail[arc])
        if self._router.direction == "from":
            legs.reverse()
        return [leg for leg in legs if leg.length_m > 0] or legs[:1]

    def _start_of(self, node: int) -> _Start:
        return min((start for start in self._starts if start.node == node), key=lambda start: start.cost)

    def _metres_at(self, node: int) -> float:
        """Return the metres between the search's own point and a junction along the best way; remembered."""
        ahead: list[tuple[int, int]] = []
        while node not in self._metres:
            arc = int(self._parent[node])
            if arc < 0:
                self._metres[node] = self._start_of(node).leg.length_m
                break
            ahead.append((node, arc))
            node = int(self._router.tail[arc])
        metres = self._metres[node]
        for passed, arc in reversed(ahead):
            metres += float(self._router.arc_m[arc])
            self._metres[passed] = metres
        return metres

    def _best(self, spots: Spots) -> list[_Best | None]:
        router = self._router
        chain, at = spots.chain, spots.at_m
        length, per_m = router.length_m[chain], router.per_m[chain]
        extra = spots.extra_m * router.extra_per_m
        by_start = self._cost[router.start[chain]] + at * per_m
        by_end = self._cost[router.end[chain]] + (length - at) * per_m
        closed = by_start if router.direction == "to" else by_end
        closed[~router.both[chain]] = math.inf
        options = np.stack([by_start, by_end, np.full(len(chain), math.inf)])
        direct_from = np.zeros(len(chain))
        for own_chain, own_at, own_extra in zip(
            self._own.chain.tolist(), self._own.at_m.tolist(), self._own.extra_m.tolist(), strict=True
        ):
            onward = (at >= own_at) if router.direction == "from" else (at <= own_at)
            may = (chain == own_chain) & (onward | router.both[chain])
            cost = np.where(may, np.abs(at - own_at) * per_m + own_extra * router.extra_per_m, math.inf)
            nearer = cost < options[2]
            options[2][nearer] = cost[nearer]
            direct_from[nearer] = own_at
        options[:, ~router.open[chain]] = math.inf
        choice = options.argmin(axis=0)
        cost = options[choice, np.arange(len(chain))] + extra
        found: list[_Best | None] = [None] * spots.points
        order = np.lexsort((cost, spots.owner))
        owners, first = np.unique(spots.owner[order], return_index=True)
        for owner, row in zip(owners.tolist(), order[first].tolist(), strict=True):
            if not math.isfinite(cost[row]):
                continue
            far = (0.0, float(length[row]), float(direct_from[row]))[int(choice[row])]
            node = (int(router.start[chain[row]]), int(router.end[chain[row]]), _DIRECT)[int(choice[row])]
            here = float(at[row])
            ends = (far, here) if router.direction == "from" else (here, far)
            leg = Leg(chain=int(chain[row]), from_m=ends[0], to_m=ends[1])
            found[owner] = _Best(cost=float(cost[row]), node=node, leg=leg)
        return found


class Router:
    """Ways for one kind of unit, by metres or seconds, from a point or to it.

    A search *to* a point runs over arcs turned round, so that one-way streets hold for those who come.
    """

    def __init__(self, chains: Chains, kind: UnitKind, measure: Measure, direction: Direction) -> None:
        """Lay the arcs; a few milliseconds for a city."""
        speeds = np.asarray([speed_mps(kind, name) for name in CLASSES])[chains.class_index]
        seconds = measure == "seconds"
        self.direction = direction
        self.start, self.end, self.length_m = chains.start, chains.end, chains.length_m
        self.open = speeds > 0
        self.both = self.open & ~(chains.oneway if keeps_oneway(kind) else np.zeros_like(chains.oneway))
        self.per_m = 1.0 / np.where(self.open, speeds, 1.0) if seconds else np.ones_like(speeds)
        self.extra_per_m = 1.0 / ACCESS_MPS[kind] if seconds else 1.0
        forward, backward = np.flatnonzero(self.open), np.flatnonzero(self.both)
        tail = np.concatenate([chains.start[forward], chains.end[backward]])
        head = np.concatenate([chains.end[forward], chains.start[backward]])
        self.tail, self._head = (tail, head) if direction == "from" else (head, tail)
        self._arc_chain = np.concatenate([forward, backward])
        self._forward_arcs = len(forward)
        self.arc_m = chains.length_m[self._arc_chain]
        self._weight = np.maximum((chains.length_m * self.per_m)[self._arc_chain], _LEAST)
        self._source = chains.junctions
        self._graph: rx.PyDiGraph[None, float] = rx.PyDiGraph()
        self._graph.add_nodes_from([None] * (chains.junctions + 1))
        self._graph.add_edges_from(
            list(zip(self.tail.tolist(), self._head.tolist(), self._weight.tolist(), strict=True))
        )
        self._lock = Lock()

    def search(self, own: Spots) -> Search:
        """Find the least cost of all junctions from (or to) the one point of `own`."""
        starts = self._starts(own)
        with self._lock:
            arcs = self._graph.add_edges_from([(self._source, start.node, start.cost) for start in starts])
            lengths = rx.digraph_dijkstra_shortest_path_lengths(self._graph, self._source, float)
            for arc in arcs:
                self._graph.remove_edge_from_index(arc)
        cost = np.full(self._source + 1, math.inf)
        nodes = np.fromiter(lengths.keys(), dtype=np.int64, count=len(lengths))
        cost[nodes] = np.fromiter(lengths.values(), dtype=np.float64, count=len(lengths))
        tight = np.flatnonzero(cost[self.tail] + self._weight == cost[self._head])
        parent = np.full(self._source + 1, _NOWHERE, dtype=np.int64)
        parent[self._head[tight]] = tight
        for start in starts:
            if cost[start.node] == start.cost:
                parent[start.node] = _DIRECT
        return Search(self, own, starts, cost, parent)

    def _starts(self, own: Spots) -> list[_Start]:
        """Return the junctions that the point reaches (or that reach it) without passing another."""
        found: list[_Start] = []
        leaving = self.direction == "from"
        for chain, at, extra in zip(own.chain.tolist(), own.at_m.tolist(), own.extra_m.tolist(), strict=True):
            length, per_m = float(self.length_m[chain]), float(self.per_m[chain])
            start, end, off = int(self.start[chain]), int(self.end[chain]), extra * self.extra_per_m
            to_start = Leg(chain=chain, from_m=at if leaving else 0.0, to_m=0.0 if leaving else at)
            to_end = Leg(chain=chain, from_m=at if leaving else length, to_m=length if leaving else at)
            onward, back = ((end, to_end), (start, to_start)) if leaving else ((start, to_start), (end, to_end))
            if self.open[chain]:
                found.append(_Start(node=onward[0], cost=onward[1].length_m * per_m + off, leg=onward[1]))
            if self.both[chain]:
                found.append(_Start(node=back[0], cost=back[1].length_m * per_m + off, leg=back[1]))
        return found

    def leg(self, arc: int) -> Leg:
        """Return the whole chain of an arc, in the direction it is travelled."""
        chain = int(self._arc_chain[arc])
        length = float(self.length_m[chain])
        forward = arc < self._forward_arcs
        return Leg(chain=chain, from_m=0.0 if forward else length, to_m=length if forward else 0.0)
