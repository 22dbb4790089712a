"""Two or three ways on foot between two points: the quickest, the most at ease, and one that is neither's.

The quickest is found by A* with the air line. Then one search from the target over what streets feel like, inside the
ellipse that no acceptable way leaves, finds the most at ease and an exact lower bound for every later search, which
therefore looks at little else than what counts. A way that shares most of its metres with one already found is sought
again with those streets made dearer (the penalty method), and left out when it still does.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from unjai.model.errors import UnjaiError
from unjai.model.geometry import Point
from unjai.respond.escort.rules.foot import FootGraph, Hour, Leg, Pair, Piece, Spot
from unjai.territory.streets import ACCESS_MPS, speed_mps

WALK_MPS = speed_mps("foot", "soi")
ACCESS_WALK_MPS = ACCESS_MPS["foot"]
OFF_MAP_M = 250.0
"""A point farther than this from every street is off the map."""
DETOUR, DETOUR_M = 1.5, 200.0
"""No way is longer than so many times the quickest and so many metres more."""
SAME_SHARE = 0.7
"""A way that shares more of its metres than this with another is not another way."""
PENALTY = 1.7
TRIES, MOST = 3, 3
DEARER = 1.4
"""A way that feels so much longer than the most at ease is not offered."""
LEAST_SHARE = 0.1

WayKind = Literal["quickest", "easiest", "other"]


@dataclass(frozen=True, kw_only=True, slots=True)
class FootWay:
    """A way on foot. `seconds` and `metres` hold the steps to and from the street; the shares are of street metres.

    `ease` can be vouched for, `at_most` if all unknown were good; `unlit_m` are metres dark or not known to be lit.
    """

    kinds: tuple[WayKind, ...]
    metres: float
    seconds: float
    ease: float
    at_most: float
    unlit_m: float
    pieces: tuple[Piece, ...]
    points: tuple[Pair, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Found:
    legs: tuple[Leg, ...]
    metres: float


def ways(hour: Hour, origin: Point, target: Point) -> list[FootWay]:
    """Return one to three ways that really differ, the quickest first, then the most at ease, then others.

    The quickest is named the most at ease too where no other way vouches for more, and for anything at all.
    Raises `escort_off_map` (422) where an end is far from every street, `escort_no_way` (422) where streets do not
    connect the two.
    """
    graph = hour.graph
    start, goal = _spot(graph, origin, "from"), _spot(graph, target, "to")
    search = _Search(hour, start, goal)
    quickest = search.quickest()
    if quickest is None:
        raise UnjaiError("escort_no_way", 422)
    limit = quickest.metres * DETOUR + DETOUR_M
    found: list[tuple[list[WayKind], _Found]] = [(["quickest"], quickest)]
    easiest = search.easiest(hour.cost, hour.least_per_m, limit)
    if _alike(easiest, quickest) or _mean(hour, easiest) <= _mean(hour, quickest):
        if _mean(hour, quickest) > 0:  # where nothing is known, nothing is at ease
            found[0][0].append("easiest")
    else:
        found.append((["easiest"], easiest))
    found += [(["other"], one) for one in _others(hour, search, [one for _, one in found], limit)]
    return [_told(hour, tuple(kinds), one, start.away_m + goal.away_m) for kinds, one in found]


def _spot(graph: FootGraph, point: Point, end: str) -> Spot:
    spot = graph.spot(point, OFF_MAP_M)
    if spot is None:
        raise UnjaiError("escort_off_map", 422, end=end, lon=round(point.lon, 6), lat=round(point.lat, 6))
    return spot


def _others(hour: Hour, search: _Search, known: list[_Found], limit: float) -> list[_Found]:
    """Return ways unlike all known ones, three with those at most: streets on them are dearer with each try."""
    cost, more, last = list(hour.cost), list[_Found](), list(known)
    for _ in range(TRIES):
        for chain in {leg.chain for one in last for leg in one.legs}:
            cost[chain] *= PENALTY
        found = search.other(cost)
        if found is None:
            break
        last = [found]
        if found.metres <= limit and not any(_alike(found, one) for one in (*known, *more)):
            more.append(found)
            last = [found, *known]
            if len(known) + len(more) >= MOST:
                break
    return more


def _alike(one: _Found, other: _Found) -> bool:
    """Tell whether two ways share most of the shorter one's metres."""
    spans: dict[int, list[tuple[float, float]]] = {}
    for leg in other.legs:
        low, high = sorted((leg.from_m, leg.to_m))
        spans.setdefault(leg.chain, []).append((low, high))
    shared = 0.0
    for leg in one.legs:
        low, high = sorted((leg.from_m, leg.to_m))
        shared += sum(max(0.0, min(high, b) - max(low, a)) for a, b in spans.get(leg.chain, ()))
    return shared >= SAME_SHARE * min(one.metres, other.metres) or one.metres == 0


def _pieces(graph: FootGraph, found: _Found) -> tuple[Piece, ...]:
    return tuple(piece for leg in found.legs for piece in graph.pieces(leg))


def _mean(hour: Hour, found: _Found) -> float:
    """Return the ease of a way, each metre counting alike."""
    pieces = _pieces(hour.graph, found)
    total = sum(piece.length_m for piece in pieces)
    return sum(float(hour.ease[one.row]) * one.length_m for one in pieces) / total if total else 0.0


def _told(hour: Hour, kinds: tuple[WayKind, ...], found: _Found, access_m: float) -> FootWay:
    graph = hour.graph
    pieces = _pieces(graph, found)
    total = sum(piece.length_m for piece in pieces)

    def mean(values: Sequence[float]) -> float:
        return sum(float(values[one.row]) * one.length_m for one in pieces) / total if total else 0.0

    return FootWay(
        kinds=kinds,
        metres=found.metres + access_m,
        seconds=found.metres / WALK_MPS + access_m / ACCESS_WALK_MPS,
        ease=mean(hour.ease),  # type: ignore[arg-type]
        at_most=mean(hour.at_most),  # type: ignore[arg-type]
        unlit_m=sum(one.length_m for one in pieces if hour.unlit[one.row]),
        pieces=pieces,
        points=tuple(graph.line(pieces)) or (graph.point_of(found.legs[0]),),
    )


class _Search:
    """Searches between two spots; what one learns of distances to the target serves the next."""

    def __init__(self, hour: Hour, start: Spot, goal: Spot) -> None:
        graph = hour.graph
        self.graph, self.start, self.goal = graph, start, goal
        self.shares = {spot: spot.at_m / graph.chain_m[spot.chain] for spot in (start, goal)}
        self.felt = {spot: hour.share_of(spot) for spot in (start, goal)}
        self.to_goal = graph.air_m(goal)
        self.from_start = graph.air_m(start)
        self.ahead: Sequence[float] = []

    def quickest(self) -> _Found | None:
        """Return the shortest way, by A* with the air line; None where streets do not connect the two."""
        return self._cheapest(self.graph.chain_m, self.to_goal)

    def easiest(self, costs: Sequence[float], least_per_m: float, limit_m: float) -> _Found:
        """Return the cheapest way that is not longer than `limit_m`; where it would be, metres count for more."""
        self.shares = self.felt
        self.ahead = self._from_goal(costs, limit_m)
        found = self._cheapest(costs, self.ahead)
        chain_m, share = self.graph.chain_m, 0.5
        while found is None or found.metres > limit_m:
            mixed = [share * cost + (1 - share) * metres for cost, metres in zip(costs, chain_m, strict=True)]
            least = share * least_per_m + 1 - share
            found = self._cheapest(mixed, [metres * least for metres in self.to_goal])
            share = share / 2 if share > LEAST_SHARE else 0.0
        return found

    def other(self, costs: Sequence[float]) -> _Found | None:
        """Return the cheapest way where some streets were made dearer since; None where all lie outside the ellipse."""
        return self._cheapest(costs, self.ahead)

    def _from_goal(self, costs: Sequence[float], limit_m: float) -> list[float]:
        """Return what it costs to reach the goal from each junction of the ellipse; infinite elsewhere."""
        around, away, back = self.graph.around, self.from_start, self.to_goal
        best = [math.inf] * len(around)
        done = bytearray(len(around))
        heap: list[tuple[float, int]] = []
        for node, cost, _ in self._ends(self.goal, costs):
            if cost < best[node]:
                best[node] = cost
                heap.append((cost, node))
        heapq.heapify(heap)
        nearest = {node: cost for node, cost, _ in self._ends(self.start, costs)}
        most = math.inf
        while heap:
            far, node = heapq.heappop(heap)
            if done[node]:
                continue
            if far > most:
                break
            done[node] = 1
            if node in nearest:
                most = min(most, (far + nearest[node]) * DEARER)
            for other, chain in around[node]:
                total = far + costs[chain]
                if total < best[other] and away[other] + back[other] <= limit_m:
                    best[other] = total
                    heapq.heappush(heap, (total, other))
        return [far if seen else math.inf for far, seen in zip(best, done, strict=True)]

    def _ends(self, spot: Spot, costs: Sequence[float]) -> list[tuple[int, float, float]]:
        """Return the junctions at the start and at the end of a spot's chain, with the cost to them and the metre."""
        graph, chain = self.graph, spot.chain
        whole, cost, share = graph.chain_m[chain], costs[chain], self.shares[spot]
        return [(graph.start[chain], cost * share, 0.0), (graph.end[chain], cost * (1 - share), whole)]

    def _direct(self, costs: Sequence[float]) -> tuple[float, _Found | None]:
        """Return the cost and the way along one chain where both ends lie on it."""
        if self.start.chain != self.goal.chain:
            return math.inf, None
        leg = Leg(chain=self.start.chain, from_m=self.start.at_m, to_m=self.goal.at_m)
        part = abs(self.shares[self.goal] - self.shares[self.start])
        return costs[leg.chain] * part, _Found(legs=(leg,), metres=leg.length_m)

    def _cheapest(self, costs: Sequence[float], ahead: Sequence[float]) -> _Found | None:
        """Return the cheapest way by A*: `ahead` is what the rest costs at least, infinite where not to look."""
        around = self.graph.around
        goals: dict[int, float] = {}
        for node, cost, _ in self._ends(self.goal, costs):
            goals[node] = min(cost, goals.get(node, math.inf))
        best, way = self._direct(costs)
        last = -1
        known: dict[int, tuple[int, int]] = {}
        spent: dict[int, float] = {}
        heap: list[tuple[float, int]] = []
        for node, cost, _ in self._ends(self.start, costs):
            if cost < spent.get(node, math.inf) and ahead[node] < math.inf:
                spent[node], known[node] = cost, (-1, self.start.chain)
                heapq.heappush(heap, (cost + ahead[node], node))
        done: set[int] = set()
        push, pop = heapq.heappush, heapq.heappop
        while heap:
            guess, node = pop(heap)
            if guess >= best:
                break
            if node in done:
                continue
            done.add(node)
            here = spent[node]
            if node in goals and here + goals[node] < best:
                best, last = here + goals[node], node
            for other, chain in around[node]:
                total = here + costs[chain]
                if total < spent.get(other, math.inf) and ahead[other] < math.inf:
                    spent[other], known[other] = total, (node, chain)
                    push(heap, (total + ahead[other], other))
        return way if last < 0 else self._walked(known, last, costs)

    def _walked(self, known: dict[int, tuple[int, int]], last: int, costs: Sequence[float]) -> _Found:
        """Return the way that `known` tells backwards from the junction before the goal."""
        graph = self.graph
        legs = [self._end_leg(self.goal, last, costs, leaving=False)]
        node = last
        while (step := known[node])[0] >= 0:
            before, chain = step
            whole = graph.chain_m[chain]
            forward = graph.start[chain] == before
            legs.append(Leg(chain=chain, from_m=0.0 if forward else whole, to_m=whole if forward else 0.0))
            node = before
        legs.append(self._end_leg(self.start, node, costs, leaving=True))
        legs.reverse()
        kept = tuple(leg for leg in legs if leg.length_m > 0) or (legs[0],)
        return _Found(legs=kept, metres=sum(leg.length_m for leg in kept))

    def _end_leg(self, spot: Spot, node: int, costs: Sequence[float], *, leaving: bool) -> Leg:
        """Return the leg between a spot and a junction at an end of its chain, the cheaper one of a ring."""
        _, at = min((cost, at) for end, cost, at in self._ends(spot, costs) if end == node)
        return Leg(chain=spot.chain, from_m=spot.at_m if leaving else at, to_m=at if leaving else spot.at_m)
