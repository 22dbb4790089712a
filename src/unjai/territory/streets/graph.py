"""`StreetGraph`: snap a point to the nearest street, measure and time ways, find the way itself."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from threading import Lock
from typing import Any

import numpy as np
import rustworkx as rx
import shapely
from numpy.typing import NDArray
from pyproj import Geod

from unjai.model.geometry import Point
from unjai.territory.streets.chains import Floats, Ints, contract
from unjai.territory.streets.drawing import Drawing
from unjai.territory.streets.edges import Edge, Snap, Way
from unjai.territory.streets.path import Path
from unjai.territory.streets.plane import Plane
from unjai.territory.streets.routing import Direction, Measure, Router, Spots
from unjai.territory.streets.speeds import CLASSES, UnitKind, speed_mps

GEOD = Geod(ellps="WGS84")
_SLACK_M = 15.0
"""Streets so much farther off than the nearest are candidates too: what a phone's position is good for in a town."""
_CANDIDATES = 3


class StreetGraph:
    """The streets of a territory. Immutable and safe to share; built in some 100 ms for a city."""

    def __init__(self, edges: Sequence[Edge]) -> None:
        """Take the edges; a line without two different points raises `ValueError`."""
        self._edges = tuple(edges)
        self._row = {edge.id: row for row, edge in enumerate(self._edges)}
        if len(self._row) != len(self._edges):
            raise ValueError("two edges have the same id")
        counts = np.asarray([len(edge.coordinates) for edge in self._edges], dtype=np.int64)
        self._coordinates = np.asarray(
            [pair for edge in self._edges for pair in edge.coordinates], dtype=np.float64
        ).reshape(-1, 2)
        self._offsets = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
        low, high = self._corners()
        self._plane = Plane(lon=float(low[0] + high[0]) / 2, lat=float(low[1] + high[1]) / 2)
        self._lines = shapely.linestrings(
            self._plane.metres(self._coordinates), indices=np.repeat(np.arange(len(counts)), counts)
        )
        self._drawn_m: Floats = shapely.length(self._lines)
        if bool((self._drawn_m <= 0).any()):
            raise ValueError("a street needs two different points")
        self._length_m = self._lengths()
        self._class = np.asarray([CLASSES.index(edge.street_class) for edge in self._edges], dtype=np.int64)
        self._node_ids, self._node_row, ends = self._number_nodes()
        oneway = np.asarray([edge.oneway for edge in self._edges], dtype=np.bool_)
        self._chains = contract(ends, self._length_m, self._class, oneway)
        self._drawing = Drawing(
            edges=self._edges,
            lines=self._lines,
            drawn_m=self._drawn_m,
            length_m=self._length_m,
            classes=self._class,
            chains=self._chains,
            plane=self._plane,
        )
        self._routers: dict[tuple[UnitKind, Measure, Direction], Router] = {}
        self._trees: dict[bytes, tuple[Ints, shapely.STRtree]] = {}
        self._lock = Lock()

    @classmethod
    def of(cls, edges: Iterable[Edge]) -> StreetGraph:
        """Build a graph of edges."""
        return cls(tuple(edges))

    @classmethod
    def of_road_graph(cls, document: Mapping[str, Any]) -> StreetGraph:
        """Build a graph of ``{"coords": [lon, lat, …], "edges": [u, v, metres, …]}``; node ids are positions."""
        at = np.asarray(document["coords"], dtype=np.float64).reshape(-1, 2).tolist()
        triples = np.asarray(document["edges"], dtype=np.float64).reshape(-1, 3).tolist()
        return cls(
            [
                Edge(
                    id=number,
                    node_a=int(u),
                    node_b=int(v),
                    coordinates=((at[int(u)][0], at[int(u)][1]), (at[int(v)][0], at[int(v)][1])),
                    length_m=metres,
                    street_class="unclassified",
                )
                for number, (u, v, metres) in enumerate(triples)
                if at[int(u)] != at[int(v)]
            ]
        )

    def _corners(self) -> tuple[Floats, Floats]:
        if not len(self._coordinates):
            return np.zeros(2), np.zeros(2)
        return self._coordinates.min(axis=0), self._coordinates.max(axis=0)

    def _lengths(self) -> Floats:
        given = np.asarray([edge.length_m or 0.0 for edge in self._edges], dtype=np.float64)
        if not len(given) or bool((given > 0).all()):
            return given
        lon, lat = self._coordinates.T
        _, _, steps = GEOD.inv(lon[:-1], lat[:-1], lon[1:], lat[1:])
        steps = np.append(steps, 0.0)
        steps[self._offsets[1:] - 1] = 0.0
        return np.where(given > 0, given, np.add.reduceat(steps, self._offsets[:-1]))

    def _number_nodes(self) -> tuple[Ints, dict[int, int], Ints]:
        ends = np.asarray([(edge.node_a, edge.node_b) for edge in self._edges], dtype=np.int64).reshape(-1, 2)
        ids, index = np.unique(ends, return_inverse=True)
        return ids, {int(node): row for row, node in enumerate(ids)}, index.reshape(-1, 2)

    # ── what is there ──────────────────────────────────────────────────────────────────────────────

    @property
    def edges(self) -> tuple[Edge, ...]:
        """Return all edges."""
        return self._edges

    @property
    def edge_count(self) -> int:
        """Return the number of edges."""
        return len(self._edges)

    @property
    def node_count(self) -> int:
        """Return the number of nodes."""
        return len(self._node_ids)

    @property
    def length_m(self) -> float:
        """Return the length of all streets together."""
        return float(self._length_m.sum())

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """Return west, south, east, north; all zero without streets."""
        (west, south), (east, north) = (map(float, corner) for corner in self._corners())
        return west, south, east, north

    def edge(self, edge_id: int) -> Edge:
        """Return an edge by its id; `KeyError` where there is none."""
        return self._edges[self._row[edge_id]]

    def edge_length_m(self, edge_id: int) -> float:
        """Return an edge's length, given or measured."""
        return float(self._length_m[self._row[edge_id]])

    def edges_at(self, node: int) -> tuple[Edge, ...]:
        """Return the edges that meet at a node."""
        return tuple(self._edges[row] for row in self._around.get(node, ()))

    @cached_property
    def _around(self) -> dict[int, list[int]]:
        around: dict[int, list[int]] = {}
        for row, edge in enumerate(self._edges):
            around.setdefault(edge.node_a, []).append(row)
            if edge.node_b != edge.node_a:
                around.setdefault(edge.node_b, []).append(row)
        return around

    @cached_property
    def pieces(self) -> int:
        """Return into how many unconnected pieces the streets fall, one-way or not."""
        graph = rx.PyGraph()
        graph.add_nodes_from([None] * self._chains.junctions)
        graph.add_edges_from_no_data(list(zip(self._chains.start.tolist(), self._chains.end.tolist(), strict=True)))
        return int(rx.number_connected_components(graph))

    # ── snapping ───────────────────────────────────────────────────────────────────────────────────

    def snap(self, point: Point, kind: UnitKind = "foot", within_m: float = math.inf) -> Snap | None:
        """Return the nearest point of a street open to `kind`; None where none lies within reach."""
        rows, tree = self._tree(kind)
        if not len(rows):
            return None
        own = shapely.points(self._plane.metres([(point.lon, point.lat)]))
        (_, hits), away = tree.query_nearest(own, return_distance=True, all_matches=False)
        if away[0] > within_m:
            return None
        row = rows[hits]
        line = self._lines[row]
        at = shapely.get_coordinates(shapely.line_interpolate_point(line, shapely.line_locate_point(line, own)))
        lon, lat = self._plane.degrees(at)[0]
        return Snap(
            edge_id=self._edges[int(row[0])].id,
            point=Point(lon=float(lon), lat=float(lat)),
            distance_m=float(away[0]),
            along_m=float(self._along(row, own)[0]),
        )

    def edges_near(self, point: Point, within_m: float) -> list[tuple[Edge, float]]:
        """Return the edges within reach of a point with their distances, nearest first."""
        if not self._edges:
            return []
        own = shapely.Point(self._plane.metres([(point.lon, point.lat)])[0])
        _, tree = self._tree("foot")
        rows = tree.query(own, predicate="dwithin", distance=within_m)
        away = shapely.distance(self._lines[rows], own)
        found = sorted(zip(away.tolist(), rows.tolist(), strict=True))
        return [(self._edges[row], distance) for distance, row in found]

    def _tree(self, kind: UnitKind) -> tuple[Ints, shapely.STRtree]:
        speeds = np.asarray([speed_mps(kind, name) for name in CLASSES])
        may = speeds[self._class] > 0
        key = (speeds > 0).tobytes() if not bool(may.all()) else b""
        with self._lock:
            if key not in self._trees:
                rows = np.flatnonzero(may)
                self._trees[key] = (rows, shapely.STRtree(self._lines[rows]))
            return self._trees[key]

    def _spots(self, points: Sequence[Point], kind: UnitKind) -> Spots | None:
        """Return where points stand: the nearest street and up to two more that are hardly farther."""
        rows, tree = self._tree(kind)
        if not len(rows):
            return None
        own = shapely.points(self._plane.metres([(point.lon, point.lat) for point in points]))
        _, nearest_m = tree.query_nearest(own, return_distance=True, all_matches=False)
        owner, hits = tree.query(own, predicate="dwithin", distance=nearest_m + _SLACK_M)
        found = rows[hits]
        away = shapely.distance(self._lines[found], own[owner])
        chain = self._chains.edge_chain[found]
        order = np.lexsort((found, away, chain, owner))  # the nearest edge of each chain
        _, first = np.unique(np.stack([owner, chain])[:, order], axis=1, return_index=True)
        keep = order[first]
        keep = keep[np.lexsort((found[keep], away[keep], owner[keep]))]  # the nearest chains of each point
        starts = np.concatenate([[0], np.cumsum(np.bincount(owner[keep], minlength=len(points)))])
        keep = keep[np.arange(len(keep)) - starts[owner[keep]] < _CANDIDATES]
        found, owner = found[keep], owner[keep]
        along = self._along(found, own[owner])
        inside = np.where(self._chains.edge_turned[found], self._length_m[found] - along, along)
        return Spots(
            chain=self._chains.edge_chain[found],
            at_m=self._chains.edge_offset[found] + inside,
            extra_m=np.maximum(away[keep] - nearest_m[owner], 0.0),
            owner=owner,
            points=len(points),
            away_m=nearest_m,
        )

    def _along(self, rows: Ints, own: NDArray[np.object_]) -> Floats:
        drawn: Floats = shapely.line_locate_point(self._lines[rows], own)
        return drawn / self._drawn_m[rows] * self._length_m[rows]

    # ── ways ───────────────────────────────────────────────────────────────────────────────────────

    def _router(self, kind: UnitKind, measure: Measure, direction: Direction) -> Router:
        key = (kind, measure, direction)
        with self._lock:
            if key not in self._routers:
                self._routers[key] = Router(self._chains, kind, measure, direction)
            return self._routers[key]

    def distances_from(
        self, origin: Point, targets: Sequence[Point], kind: UnitKind = "car", max_m: float = math.inf
    ) -> list[float | None]:
        """Return the shortest metres along streets from `origin` to each target; None beyond `max_m` or without a way.

        Both ends are brought to the nearest street first; the steps to and from the street do not count.
        """
        found = self._reach(origin, targets, kind, "metres", "from")
        return [None if way is None or way[0] > max_m else way[0] for way in found]

    def _reach(
        self, point: Point, others: Sequence[Point], kind: UnitKind, measure: Measure, direction: Direction
    ) -> list[tuple[float, float] | None]:
        spots = self._spots([point, *others], kind)
        if spots is None:
            return [None] * len(others)
        return self._router(kind, measure, direction).search(spots.of(0)).reach(spots.after(0))

    def road_distance_m(self, a: Point, b: Point, kind: UnitKind = "foot") -> float | None:
        """Return the shortest metres along streets from `a` to `b`."""
        return self.distances_from(a, [b], kind)[0]

    def times_to(
        self, target: Point, origins: Sequence[Point], kind: UnitKind = "car"
    ) -> list[tuple[float, float] | None]:
        """Return (metres, seconds) of the fastest way from each origin to `target`; None without a way."""
        return self._reach(target, origins, kind, "seconds", "to")

    def times_from(
        self, origin: Point, targets: Sequence[Point], kind: UnitKind = "car"
    ) -> list[tuple[float, float] | None]:
        """Return (metres, seconds) of the fastest way from `origin` to each target; None without a way."""
        return self._reach(origin, targets, kind, "seconds", "from")

    def table_s(self, points: Sequence[Point], kind: UnitKind = "car") -> NDArray[np.float64]:
        """Return the seconds of the fastest way from each point (row) to each other (column); inf without a way."""
        found = np.full((len(points), len(points)), math.inf)
        spots = self._spots(points, kind) if points else None
        if spots is None:
            return found
        router = self._router(kind, "seconds", "from")
        for row in range(len(points)):
            ways = router.search(spots.of(row)).reach(spots)
            found[row] = [math.inf if way is None else way[1] for way in ways]
        return found

    def ways_to(self, target: Point, origins: Sequence[Point], kind: UnitKind = "car") -> list[Way | None]:
        """Return the fastest way from each origin to `target` with the steps to and from the street."""
        spots = self._spots([target, *origins], kind)
        if spots is None:
            return [None] * len(origins)
        found = self._router(kind, "seconds", "to").search(spots.of(0)).reach(spots.after(0))
        away = spots.away_m.tolist()
        return [
            None if way is None else Way(road_m=way[0], eta_s=way[1], access_m=off + away[0])
            for way, off in zip(found, away[1:], strict=True)
        ]

    def path(self, a: Point, b: Point, kind: UnitKind = "car") -> Path | None:
        """Return the fastest way from `a` to `b`, from street to street; None without a way."""
        spots = self._spots([a, b], kind)
        if spots is None:
            return None
        legs = self._router(kind, "seconds", "from").search(spots.of(0)).legs(spots.after(0))
        return None if legs is None else self._drawing.draw(legs, kind)

    def nearest_node(self, point: Point) -> int | None:
        """Return the id of the node nearest to a point; None without streets."""
        if not self._edges:
            return None
        own = shapely.Point(self._plane.metres([(point.lon, point.lat)])[0])
        return int(self._node_ids[int(self._node_tree.nearest(own))])

    def node_distance_m(self, a: int, b: int) -> float | None:
        """Return the shortest metres between two nodes, one-way or not; `KeyError` for an unknown node."""
        rows = np.asarray([self._node_row[a], self._node_row[b]])
        spots = Spots(
            chain=self._chains.node_chain[rows],
            at_m=self._chains.node_at[rows],
            extra_m=np.zeros(2),
            owner=np.arange(2),
            points=2,
            away_m=np.zeros(2),
        )
        way = self._router("foot", "metres", "from").search(spots.of(0)).reach(spots.after(0))[0]
        return None if way is None else way[0]

    def node_point(self, node: int) -> Point:
        """Return where a node is; `KeyError` for an unknown node."""
        lon, lat = self._node_at[self._node_row[node]]
        return Point(lon=float(lon), lat=float(lat))

    @cached_property
    def _node_at(self) -> Floats:
        at = np.zeros((len(self._node_ids), 2))
        for edge in reversed(self._edges):
            at[self._node_row[edge.node_b]] = edge.coordinates[-1]
            at[self._node_row[edge.node_a]] = edge.coordinates[0]
        return at

    @cached_property
    def _node_tree(self) -> shapely.STRtree:
        return shapely.STRtree(shapely.points(self._plane.metres(self._node_at)))
