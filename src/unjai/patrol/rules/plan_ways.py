"""Travel times of a written town: given as a matrix, else over its streets, else by the air line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from unjai.model.geometry import Point, distance_m
from unjai.patrol.rules.plan import Floats
from unjai.patrol.schemas.plan_file import Spot, Street, Town, UnitIn
from unjai.territory.streets import Edge, StreetGraph, UnitKind

DETOUR = 1.4
"""Roads are about so much longer than the air line in a town."""
STRAIGHT_MPS = {"car": 7.0, "motorcycle": 8.3, "foot": 1.39, "bicycle": 3.9, "boat": 4.2, "volunteer": 5.6}
_ON_STREETS: dict[str, UnitKind] = {
    "car": "car",
    "motorcycle": "motorcycle",
    "foot": "foot",
    "volunteer": "volunteer",
    "bicycle": "foot",
}
_BICYCLE_TO_FOOT = 1.39 / 3.9
_OFF_M = 1500.0
"""A place farther from any street than this is not on these streets."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Note:
    """Something to be told about the input or the plan: its code and facts; a `grave` one makes a plan impossible."""

    code: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    grave: bool = False


How = Literal["given", "streets", "straight"]


@dataclass(frozen=True, kw_only=True)
class Ways:
    """Nodes by id (places, depots), seconds between them by kind of unit, and where each unit starts and ends."""

    node: dict[str, int]
    ends: dict[str, tuple[int, int]]
    travel_s: dict[str, Floats]
    points: tuple[Point | None, ...]
    how: How
    graph: StreetGraph | None = None


class _Nodes:
    """Numbers places and depots in the order they are met."""

    def __init__(self, town: Town, notes: list[Note]) -> None:
        self.town, self.notes = town, notes
        self.node: dict[str, int] = {}
        self.points: list[Point | None] = []
        for place in town.places:
            self.add(place.id, place.lon, place.lat)
        if isinstance(town.depot, Spot):
            self.add(spot_id(town.depot), town.depot.lon, town.depot.lat)

    def add(self, name: str, lon: float | None, lat: float | None) -> int:
        if name not in self.node:
            self.node[name] = len(self.points)
            self.points.append(None if lon is None or lat is None else Point(lon=lon, lat=lat))
        return self.node[name]

    def ends(self, unit: UnitIn) -> tuple[int, int]:
        """Return where a unit starts and ends; -1 where nobody said."""
        start = self._end(unit.start, unit.id)
        return start, start if unit.end is None else self._end(unit.end, unit.id)

    def _end(self, said: str | Spot | None, unit: str) -> int:
        said = self.town.depot if said is None else said
        if said is None:
            return -1
        if isinstance(said, Spot):
            return self.add(spot_id(said), said.lon, said.lat)
        if said in self.node:
            return self.node[said]
        if self.town.travel is not None and said in self.town.travel.ids:
            return self.add(said, None, None)
        self.notes.append(Note(code="depot_unknown", facts={"unit": unit, "place": said}, grave=True))
        return 0

    def middle(self) -> int:
        """Return the node that stands for a depot nobody named: the middle of the places, or the first of them."""
        self.notes.append(Note(code="depot_guessed"))
        known = [point for point in self.points if point is not None]
        if not known or self.town.travel is not None:
            return 0
        lon, lat = (float(np.median([getattr(point, name) for point in known])) for name in ("lon", "lat"))
        return self.add("", lon, lat)


def matrices(town: Town, units: Sequence[UnitIn], notes: list[Note]) -> Ways:
    """Return the ways of a town; what cannot be is added to `notes` as grave."""
    nodes = _Nodes(town, notes)
    ends = {unit.id: nodes.ends(unit) for unit in units}
    if any(-1 in pair for pair in ends.values()):
        spare = nodes.middle()
        ends = {one: (spare if a < 0 else a, spare if b < 0 else b) for one, (a, b) in ends.items()}
    kinds = sorted({unit.kind for unit in units})
    points, graph = tuple(nodes.points), graph_of(town)
    travel: dict[str, Floats] = {}
    how: How = "straight"
    bare = [name for name, number in nodes.node.items() if points[number] is None]
    spots = [point for point in points if point is not None]
    if town.travel is not None:
        travel, how = _given(town, nodes.node, kinds, notes), "given"
    elif bare:
        notes.append(Note(code="place_without_point", facts={"places": ", ".join(bare[:8])}, grave=True))
    elif graph is not None:
        travel, how = {kind: over_streets(graph, spots, kind) for kind in kinds}, "streets"
    else:
        notes.append(Note(code="ways_straight"))
        travel = {kind: straight(spots, kind) for kind in kinds}
    return Ways(node=nodes.node, ends=ends, travel_s=travel, points=points, how=how, graph=graph)


def spot_id(spot: Spot) -> str:
    """Return the key of a depot that is not a place."""
    return spot.id or f"{spot.lon:.6f},{spot.lat:.6f}"


def straight(points: Sequence[Point], kind: str) -> Floats:
    """Return seconds by the air line with a detour."""
    found = np.zeros((len(points), len(points)))
    for row, a in enumerate(points):
        for column, b in enumerate(points):
            found[row, column] = distance_m(a, b) * DETOUR / STRAIGHT_MPS[kind]
    return found


def over_streets(graph: StreetGraph, points: Sequence[Point], kind: str) -> Floats:
    """Return seconds along the streets; inf where there is no way. Boats know no streets: the air line."""
    if kind not in _ON_STREETS:
        return straight(points, kind)
    found = graph.table_s(points, _ON_STREETS[kind]) * (_BICYCLE_TO_FOOT if kind == "bicycle" else 1.0)
    off = np.asarray([graph.snap(point, _ON_STREETS[kind], _OFF_M) is None for point in points])
    found[off, :] = found[:, off] = np.inf
    np.fill_diagonal(found, 0.0)
    return found


def _given(town: Town, node: dict[str, int], kinds: Sequence[str], notes: list[Note]) -> dict[str, Floats]:
    given = town.travel
    if given is None:
        return {}
    missing = [name for name in node if name not in given.ids]
    if missing:
        notes.append(Note(code="travel_misses", facts={"places": ", ".join(missing[:8])}, grave=True))
        return {}
    order = [given.ids.index(name) for name in node]
    found: dict[str, Floats] = {}
    for kind in kinds:
        rows = getattr(given, kind) or given.any
        if rows is None:
            notes.append(Note(code="travel_kind_missing", facts={"kind": kind}, grave=True))
            continue
        if len(rows) != len(given.ids) or any(len(row) != len(given.ids) for row in rows):
            notes.append(Note(code="travel_not_square", facts={"kind": kind, "size": len(given.ids)}, grave=True))
            continue
        whole = np.asarray([[np.inf if value is None else value for value in row] for row in rows], dtype=np.float64)
        whole = whole[np.ix_(order, order)] * (60 if given.unit == "min" else 1)
        np.fill_diagonal(whole, 0.0)
        found[kind] = whole
    return found


def graph_of(town: Town) -> StreetGraph | None:
    """Return the town's streets; None where it brings none that can be drawn."""
    at = {one.id: (one.lon, one.lat) for one in town.nodes}
    numbers: dict[str, int] = {}
    edges: list[Edge] = []
    for street in town.streets:
        line = _line(street, at)
        if line is None:
            continue
        a = street.a or f"{line[0][0]:.6f},{line[0][1]:.6f}"
        b = street.b or f"{line[-1][0]:.6f},{line[-1][1]:.6f}"
        edges.append(
            Edge(
                id=len(edges),
                node_a=numbers.setdefault(a, len(numbers)),
                node_b=numbers.setdefault(b, len(numbers)),
                coordinates=line,
                length_m=street.length_m,
                street_class=street.class_,
                oneway=street.oneway,
            )
        )
    return StreetGraph(edges) if edges else None


def _line(street: Street, at: dict[str, tuple[float, float]]) -> tuple[tuple[float, float], ...] | None:
    if street.coordinates is not None:
        line = tuple(street.coordinates)
    elif street.a in at and street.b in at:
        line = (at[street.a], at[street.b])
    else:
        return None
    return line if len(set(line)) > 1 else None
