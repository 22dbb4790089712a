"""The play's own light router on the town's streets, and someone who goes along a route."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from itertools import pairwise
from random import Random

import rustworkx
from shapely import LineString, Point, STRtree
from shapely.ops import substring

from unjai.demo.town import Town
from unjai.demo.town.force import UnitKind
from unjai.demo.town.plan import StreetClass
from unjai.demo.town.shapes import XY

_KMH = 1 / 3.6
SPEEDS_MPS: dict[UnitKind, dict[StreetClass, float]] = {
    "car": {"main": 40 * _KMH, "collector": 32 * _KMH, "soi": 20 * _KMH, "footpath": 0.0},
    "motorcycle": {"main": 42 * _KMH, "collector": 35 * _KMH, "soi": 24 * _KMH, "footpath": 8 * _KMH},
    "foot": {"main": 1.4, "collector": 1.4, "soi": 1.4, "footpath": 1.4},
    "volunteer": {"main": 16 * _KMH, "collector": 15 * _KMH, "soi": 12 * _KMH, "footpath": 6 * _KMH},
}
"""On patrol; the volunteers ride bicycles."""
WALK_MPS = 1.6
_HEEDLESS: frozenset[UnitKind] = frozenset({"foot", "volunteer"})
"""Who may go against a one-way street: pedestrians, and bicycles that are pushed."""


@dataclass(frozen=True, kw_only=True)
class Leg:
    """A stretch of a route and how fast one goes there."""

    line: LineString
    speed_mps: float


class Ways:
    """Routes for each kind of unit on the town's streets; on foot and by bicycle one-way streets do not count."""

    def __init__(self, town: Town) -> None:
        """Build the four graphs."""
        self.town = town
        self._lines = [LineString(edge.points) for edge in town.edges]
        self._graphs = {kind: self._graph(kind) for kind in SPEEDS_MPS}
        self._trees = {kind: self._tree(kind) for kind in SPEEDS_MPS}
        self._at = {edge.a: edge.points[0] for edge in town.edges} | {edge.b: edge.points[-1] for edge in town.edges}
        self._inside = sorted(n for n, at in self._at.items() if town.zone.contains(Point(at)))

    def _graph(self, kind: UnitKind) -> rustworkx.PyDiGraph[int, tuple[int, bool, float]]:
        edges = self.town.edges
        graph: rustworkx.PyDiGraph[int, tuple[int, bool, float]] = rustworkx.PyDiGraph()
        graph.add_nodes_from(range(1 + max(max(edge.a, edge.b) for edge in edges)))
        for i, edge in enumerate(edges):
            speed = SPEEDS_MPS[kind][edge.kind]
            if speed <= 0:
                continue
            cost = edge.length_m / speed
            graph.add_edge(edge.a, edge.b, (i, True, cost))
            if self._both_ways(kind, i):
                graph.add_edge(edge.b, edge.a, (i, False, cost))
        return graph

    def _tree(self, kind: UnitKind) -> tuple[STRtree, list[int]]:
        usable = [i for i, edge in enumerate(self.town.edges) if SPEEDS_MPS[kind][edge.kind] > 0]
        return STRtree([self._lines[i] for i in usable]), usable

    def _snap(self, kind: UnitKind, at: XY) -> tuple[int, float]:
        tree, usable = self._trees[kind]
        index = usable[int(tree.nearest(Point(at)))]
        return index, self._lines[index].project(Point(at))

    def route(self, kind: UnitKind, start: XY, end: XY) -> list[Leg]:
        """Return the legs from `start` to `end`: to the street, along it, and the last steps on foot."""
        (i, from_m), (j, to_m) = self._snap(kind, start), self._snap(kind, end)
        if i == j and (from_m <= to_m or self._both_ways(kind, i)):
            legs = [self._leg(kind, i, from_m, to_m)]
        else:
            tries = [
                [out, *between, into]
                for node_a, out in self._ends(kind, i, from_m)
                for node_b, into in self._ends(kind, j, to_m, leaving=False)
                if (between := self._between(kind, node_a, node_b)) is not None
            ]
            legs = min(tries, key=lambda legs: sum(leg.line.length / leg.speed_mps for leg in legs), default=[])
        door = self._lines[j].interpolate(to_m)
        if math.dist((door.x, door.y), end) > 1.0:
            legs.append(Leg(line=LineString([(door.x, door.y), end]), speed_mps=WALK_MPS))
        return [leg for leg in legs if leg.line.length > 0.1]

    def _both_ways(self, kind: UnitKind, index: int) -> bool:
        return not self.town.edges[index].oneway or kind in _HEEDLESS

    def _ends(self, kind: UnitKind, index: int, at_m: float, *, leaving: bool = True) -> list[tuple[int, Leg]]:
        """Return the nodes by which one leaves a place on an edge (or comes to it), each with the leg there."""
        edge, whole_m = self.town.edges[index], self._lines[index].length
        if leaving:
            ends = [(edge.b, self._leg(kind, index, at_m, whole_m))]
            back = (edge.a, self._leg(kind, index, at_m, 0.0))
        else:
            ends = [(edge.a, self._leg(kind, index, 0.0, at_m))]
            back = (edge.b, self._leg(kind, index, whole_m, at_m))
        return [*ends, back] if self._both_ways(kind, index) else ends

    def _leg(self, kind: UnitKind, index: int, from_m: float, to_m: float) -> Leg:
        line = substring(self._lines[index], from_m, to_m)
        if isinstance(line, Point):
            line = LineString([line, line])
        return Leg(line=line, speed_mps=SPEEDS_MPS[kind][self.town.edges[index].kind])

    def _between(self, kind: UnitKind, a: int, b: int) -> list[Leg] | None:
        """Return the legs from node to node, or None where there is no way."""
        if a == b:
            return []
        graph = self._graphs[kind]
        paths = rustworkx.digraph_dijkstra_shortest_paths(graph, a, b, weight_fn=lambda way: way[2])
        if b not in paths:
            return None
        legs = []
        for here, there in pairwise(paths[b]):
            index, forward, _ = min(graph.get_all_edge_data(here, there), key=lambda way: way[2])
            line = self._lines[index] if forward else self._lines[index].reverse()
            legs.append(Leg(line=line, speed_mps=SPEEDS_MPS[kind][self.town.edges[index].kind]))
        return legs

    def somewhere(self, dice: Random, near: XY, within_m: float) -> XY:
        """Return a junction of the zone within a distance, chosen by dice."""
        close = [n for n in self._inside if 60 < math.dist(self._at[n], near) < within_m]
        return self._at[dice.choice(close or self._inside)]


@dataclass
class Walker:
    """Someone under way. `hurry` multiplies the speed of whoever is called to an incident."""

    ways: Ways
    kind: UnitKind
    at: XY
    legs: list[Leg] = field(default_factory=list)
    gone_m: float = 0.0
    heading_deg: float | None = None
    speed_mps: float = 0.0
    hurry: float = 1.0
    goal: XY | None = None

    def go(self, end: XY, *, hurry: float = 1.0) -> None:
        """Set out for a place; asked again for the same one, keep going."""
        if self.goal is not None and math.dist(self.goal, end) < 5.0:
            return
        self.goal, self.hurry = end, hurry
        self.legs, self.gone_m = self.ways.route(self.kind, self.at, end), 0.0

    def stay(self) -> None:
        """Stop here."""
        self.legs, self.goal, self.speed_mps = [], None, 0.0

    @property
    def arrived(self) -> bool:
        """Whether there is nothing left to go."""
        return not self.legs

    def advance(self, played_s: float) -> None:
        """Go on for so many seconds of the play."""
        left_s = played_s
        self.speed_mps = 0.0
        while self.legs and left_s > 0:
            leg = self.legs[0]
            self.speed_mps = leg.speed_mps * (self.hurry if leg.speed_mps > WALK_MPS else 1.0)
            rest_s = (leg.line.length - self.gone_m) / self.speed_mps
            if rest_s <= left_s:
                self._stand(leg, leg.line.length)
                self.legs.pop(0)
                self.gone_m = 0.0
            else:
                self.gone_m += left_s * self.speed_mps
                self._stand(leg, self.gone_m)
            left_s -= rest_s

    def _stand(self, leg: Leg, along_m: float) -> None:
        here = leg.line.interpolate(along_m)
        back = leg.line.interpolate(max(0.0, along_m - 4.0))
        if (here.x, here.y) != (back.x, back.y):
            self.heading_deg = math.degrees(math.atan2(here.x - back.x, here.y - back.y)) % 360
        self.at = (here.x, here.y)
