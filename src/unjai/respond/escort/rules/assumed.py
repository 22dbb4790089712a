"""Assumed walks over a zone at night: who walks where is not known and not wanted; a model says it, and is published.

A thousand walks go on the shortest way from places where people are at night to homes, which stand along all streets
(docs/night-ease.md). The shortest, not the one most at ease: a street that nobody dares to take would else count least.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

import numpy as np

from unjai.model.geometry import Point
from unjai.respond.escort.rules.ease import Floats
from unjai.respond.escort.rules.foot import FootGraph, Leg
from unjai.respond.escort.rules.ways import OFF_MAP_M, WALK_MPS

NIGHT_PLACES: Mapping[str, float] = MappingProxyType(
    {
        "market": 3.0,
        "bus_station": 3.0,
        "railway_station": 3.0,
        "hospital": 2.0,
        "university": 2.0,
        "mall": 2.0,
        "nightlife": 2.0,
        "convenience_store": 1.0,
        "restaurant": 1.0,
        "hotel": 1.0,
        "pier": 1.0,
        "fuel": 1.0,
    }
)
"""Kinds of registered places from which people walk home at night, and how many walks against one another."""

PLACES_LEAST = 3
"""With fewer places known, walks begin everywhere, each junction counting by its streets' length."""
WALKS = 1000.0
"""All figures are of so many walks: minutes here are shares, no count of anybody."""
LEAST_M, MOST_M = 150.0, 1250.0
"""A walk lasts between two minutes and a quarter of an hour."""
PIECE_M = 250.0
"""A longer street between two corners is cut where its edges meet, so that homes stand along it too."""
ORIGINS_MOST = 1000
"""So many searches at most: a whole city stays within seconds. Drawn evenly along the streets' length."""


@dataclass(frozen=True, kw_only=True)
class Walked:
    """Walking minutes on each edge, of `WALKS` walks; `model` tells where they begin."""

    minutes: Floats
    model: Literal["places", "streets", "none"]
    origins: int


class Net:
    """The streets cut into pieces short enough for homes at their ends; corners keep their numbers, cuts come after."""

    def __init__(self, graph: FootGraph) -> None:
        """Cut the chains of a graph."""
        self.graph = graph
        self.pieces: list[_Piece] = []
        self.edge_piece = np.zeros(len(graph.edges), dtype=np.int64)
        self.by_chain: list[list[int]] = []
        nodes = graph.chains.junctions
        for chain, rows in enumerate(graph.chains.members):
            node, begun, length = graph.start[chain], 0.0, 0.0
            own: list[int] = []
            for number, row in enumerate(rows):
                length += float(graph.length_m[row])
                self.edge_piece[row] = len(self.pieces)
                last = number + 1 == len(rows)
                if not last and length - begun + float(graph.length_m[rows[number + 1]]) <= PIECE_M:
                    continue
                other = graph.end[chain] if last else nodes
                nodes += not last
                own.append(len(self.pieces))
                self.pieces.append(_Piece(chain=chain, start=node, end=other, from_m=begun, to_m=length))
                node, begun = other, length
            self.by_chain.append(own)
        self.around: list[list[tuple[int, int, float]]] = [[] for _ in range(nodes)]
        self.homes = [0.0] * nodes
        for number, one in enumerate(self.pieces):
            for node, other in ((one.start, one.end), (one.end, one.start)):
                self.around[node].append((other, number, one.length_m))
                self.homes[node] += one.length_m / 2

    def beginning(self, chain: int, at_m: float) -> Beginning:
        """Return a place on a chain as a beginning."""
        own = self.by_chain[chain]
        number = next((one for one in own if at_m <= self.pieces[one].to_m), own[-1])
        return Beginning(piece=number, at_m=min(max(at_m, self.pieces[number].from_m), self.pieces[number].to_m))

    def ends(self, begun: Beginning) -> dict[int, float]:
        """Return the nodes at both ends of a beginning's piece with the metres to them."""
        one = self.pieces[begun.piece]
        found = {one.start: begun.at_m - one.from_m}
        found[one.end] = min(one.to_m - begun.at_m, found.get(one.end, np.inf))
        return found


@dataclass(frozen=True, kw_only=True, slots=True)
class _Piece:
    chain: int
    start: int
    end: int
    from_m: float
    to_m: float
    length_m: float = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "length_m", self.to_m - self.from_m)


@dataclass(frozen=True, kw_only=True, slots=True)
class Beginning:
    """Where walks begin: on a piece, so many metres from the start of its chain."""

    piece: int
    at_m: float


def assumed(graph: FootGraph, places: Iterable[tuple[str, Point]] = (), most: int = ORIGINS_MOST) -> Walked:
    """Return the walking minutes of the assumed walks; `places` are kind and position of what is registered."""
    net = Net(graph)
    begun = _from_places(net, places)
    model: Literal["places", "streets"] = "places"
    if len(begun) < PLACES_LEAST:
        begun, model = _from_streets(net, most), "streets"
    walks = np.zeros(len(net.pieces))
    metres = np.zeros(len(graph.edges))
    total, count = 0.0, 0
    for place, weight in begun[:most]:
        carried, leaving = spread(net, net.ends(place))
        if not leaving:
            continue
        total, count = total + weight, count + 1
        for piece, share in carried.items():
            walks[piece] += share * weight
        for node, share in leaving.items():
            _leave(net, place, node, share * weight, metres)
    if not count:
        return Walked(minutes=metres, model="none", origins=0)
    metres += walks[net.edge_piece] * graph.length_m
    return Walked(minutes=metres * (WALKS / total) / (WALK_MPS * 60.0), model=model, origins=count)


def _from_places(net: Net, places: Iterable[tuple[str, Point]]) -> list[tuple[Beginning, float]]:
    found = []
    for kind, point in places:
        spot = net.graph.spot(point, OFF_MAP_M) if kind in NIGHT_PLACES else None
        if spot is not None:
            found.append((net.beginning(spot.chain, spot.at_m), NIGHT_PLACES[kind]))
    return found


def _from_streets(net: Net, most: int) -> list[tuple[Beginning, float]]:
    """Return corners as beginnings: all, or where there are more than `most` an even draw along their length."""
    at: dict[int, Beginning] = {}
    for number, one in enumerate(net.pieces):
        at.setdefault(one.start, Beginning(piece=number, at_m=one.from_m))
        at.setdefault(one.end, Beginning(piece=number, at_m=one.to_m))
    nodes = sorted(at)
    if len(nodes) <= most:
        return [(at[node], net.homes[node]) for node in nodes]
    along = np.cumsum([net.homes[node] for node in nodes])
    marks = (np.arange(most) + 0.5) / most * along[-1]
    return [(at[nodes[int(number)]], 1.0) for number in np.searchsorted(along, marks)]


def spread(net: Net, ends: Mapping[int, float]) -> tuple[dict[int, float], dict[int, float]]:
    """Share one beginning's walks over the homes within reach; `ends` are its first nodes with the metres to them.

    Return the share of them on each whole piece, and through which of the first nodes they leave (together 1);
    nothing where no home lies within reach.
    """
    far, way, order = _reached(net, ends)
    need = {node: net.homes[node] if LEAST_M <= far[node] <= MOST_M else 0.0 for node in order}
    whole = sum(need.values())
    if whole <= 0:
        return {}, {}
    carried: dict[int, float] = {}
    leaving: dict[int, float] = {}
    for node in reversed(order):
        share = need[node] / whole
        before, piece = way[node]
        if share <= 0:
            continue
        if before < 0:
            leaving[node] = leaving.get(node, 0.0) + share
        else:
            carried[piece] = carried.get(piece, 0.0) + share
            need[before] += need[node]
    return carried, leaving


def _reached(net: Net, ends: Mapping[int, float]) -> tuple[dict[int, float], dict[int, tuple[int, int]], list[int]]:
    """Return distances, the node and piece before each, and the order in which nodes were reached."""
    around = net.around
    far = dict(ends)
    way = dict.fromkeys(ends, (-1, -1))
    heap = [(metres, node) for node, metres in ends.items()]
    heapq.heapify(heap)
    done: set[int] = set()
    order: list[int] = []
    push, pop = heapq.heappush, heapq.heappop
    while heap:
        here, node = pop(heap)
        if node in done or here > MOST_M:
            continue
        done.add(node)
        order.append(node)
        for other, piece, metres in around[node]:
            there = here + metres
            if there <= MOST_M and there < far.get(other, MOST_M + 1.0):
                far[other], way[other] = there, (node, piece)
                push(heap, (there, other))
    return far, way, order


def _leave(net: Net, begun: Beginning, node: int, walks: float, metres: Floats) -> None:
    """Add the walked metres between a beginning and the node through which it is left."""
    one = net.pieces[begun.piece]
    ends = [at for at, end in ((one.from_m, one.start), (one.to_m, one.end)) if end == node]
    to_m = min(ends, key=lambda at: abs(at - begun.at_m))
    for piece in net.graph.pieces(Leg(chain=one.chain, from_m=begun.at_m, to_m=to_m)):
        metres[piece.row] += walks * piece.length_m
