"""The street graph: real towns, one-way streets, footpaths, spots between nodes, ways that can be moved along."""

import heapq
import json
import math
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.conftest import shared_data
from unjai.model.geometry import Point, distance_m
from unjai.territory.streets import Edge, StreetGraph, speed_mps
from unjai.territory.streets.plane import Plane
from unjai.territory.streets.routing import Spots

BASE = Plane(lon=99.0, lat=16.6)


def at(east_m: float, north_m: float = 0.0) -> tuple[float, float]:
    lon, lat = BASE.degrees([(east_m, north_m)])[0]
    return float(lon), float(lat)


def spot(east_m: float, north_m: float = 0.0) -> Point:
    lon, lat = at(east_m, north_m)
    return Point(lon=lon, lat=lat)


def edge(number: int, a: int, b: int, *line: tuple[float, float], **more) -> Edge:
    return Edge(id=number, node_a=a, node_b=b, coordinates=tuple(at(*place) for place in line), **more)


@cache
def city(name: str) -> StreetGraph:
    return StreetGraph.of_road_graph(json.loads(shared_data(f"geo/roads/{name}_road_graph.json").read_bytes()))


@pytest.mark.parametrize(
    ("name", "station", "target", "nodes", "metres"),
    [
        ("chiang_mai", (98.975685, 18.819), (98.986398, 18.800751), (17195, 2438), 2589.0),
        ("hat_yai", (100.464764, 7.006269), (100.4685, 7.0050), (2734, 3936), 835.9),
    ],
)
def test_the_real_towns_measure_as_published(name, station, target, nodes, metres):
    graph = city(name)
    first, last = (Point(lon=lon, lat=lat) for lon, lat in (station, target))
    assert (graph.nearest_node(first), graph.nearest_node(last)) == nodes
    assert graph.node_distance_m(*nodes) == pytest.approx(metres, abs=0.05)
    road = graph.road_distance_m(first, last)
    assert road == pytest.approx(metres, abs=60)  # the ends stand beside edges, not on nodes
    way = graph.path(first, last, "foot")
    assert way.road_m == pytest.approx(road, abs=1.0)
    assert way.points[0] != way.points[-1]


def test_a_city_is_one_piece_and_whole():
    graph = city("chiang_mai")
    assert (graph.edge_count, graph.node_count, graph.pieces) == (34_452, 32_014, 1)


def test_one_search_agrees_with_a_way_each():
    graph = city("hat_yai")
    west, south, east, north = graph.bounds
    origins = [
        Point(lon=west + (east - west) * (0.1 + 0.037 * i % 0.8), lat=south + (north - south) * (0.1 + 0.061 * i % 0.8))
        for i in range(25)
    ]
    target = Point(lon=(west + east) / 2, lat=(south + north) / 2)
    for origin, timed in zip(origins, graph.times_to(target, origins, "car"), strict=True):
        way = graph.path(origin, target, "car")
        assert way is not None
        assert timed is not None
        assert way.road_m == pytest.approx(timed[0], abs=0.01)
        assert way.eta_s <= timed[1] + 1e-6  # the search also counts the steps to a farther kerb
        assert way.road_m >= distance_m(Point(lon=way.points[0][0], lat=way.points[0][1]), target) * 0.9 - 50


def test_a_point_is_brought_onto_the_edge_not_to_its_node():
    graph = StreetGraph.of([edge(7, 1, 2, (0, 0), (1000, 0))])
    snap = graph.snap(spot(400, 30))
    assert snap is not None
    assert (snap.edge_id, round(snap.along_m), round(snap.distance_m)) == (7, 400, 30)
    assert graph.snap(spot(400, 30), within_m=29) is None
    assert graph.road_distance_m(spot(250, 5), spot(900, -5)) == pytest.approx(650, abs=0.5)


def test_given_lengths_count_and_missing_ones_are_measured():
    graph = StreetGraph.of([edge(1, 1, 2, (0, 0), (1000, 0), length_m=2000.0), edge(2, 2, 3, (1000, 0), (1000, 500))])
    assert graph.edge_length_m(1) == 2000.0
    assert graph.edge_length_m(2) == pytest.approx(500, abs=0.5)
    assert graph.road_distance_m(spot(500), spot(1000, 250)) == pytest.approx(1250, abs=1)


def square(*, oneway: bool) -> StreetGraph:
    """A square of 400 m sides, its south side one-way eastward."""
    return StreetGraph.of(
        [
            edge(1, 1, 2, (0, 0), (200, 0), (400, 0), oneway=oneway),
            edge(2, 2, 3, (400, 0), (400, 400)),
            edge(3, 3, 4, (400, 400), (0, 400)),
            edge(4, 4, 1, (0, 400), (0, 0)),
        ]
    )


def test_vehicles_keep_one_way_streets_and_walkers_need_not():
    graph = square(oneway=True)
    west, east = spot(100), spot(300)
    assert graph.road_distance_m(west, east, "car") == pytest.approx(200, abs=0.5)
    assert graph.road_distance_m(east, west, "car") == pytest.approx(1400, abs=2)
    assert graph.road_distance_m(east, west, "foot") == pytest.approx(200, abs=0.5)
    assert graph.times_to(west, [east], "car")[0][0] == pytest.approx(1400, abs=2)
    assert graph.times_to(west, [east], "motorcycle")[0][0] == pytest.approx(1400, abs=2)
    assert graph.times_to(east, [west], "car")[0][0] == pytest.approx(200, abs=0.5)
    assert graph.path(east, west, "car").edge_ids == (1, 2, 3, 4, 1)


def test_a_ring_without_a_junction_is_a_street_too():
    graph = square(oneway=False)
    assert graph.road_distance_m(spot(100), spot(100, 400), "car") == pytest.approx(600, abs=1)


def test_a_car_stays_off_footpaths_and_a_motorcycle_crawls():
    graph = StreetGraph.of(
        [
            edge(1, 1, 2, (0, 0), (0, 200), street_class="footpath"),
            edge(2, 2, 3, (0, 200), (800, 200), street_class="main"),
            edge(3, 1, 3, (0, 0), (800, 0), (800, 200), street_class="main"),
        ]
    )
    start, goal = spot(20, 0), spot(20, 200)
    assert graph.path(start, goal, "foot").road_m == pytest.approx(240, abs=1)
    assert graph.path(start, goal, "car").road_m == pytest.approx(1760, abs=3)
    assert graph.snap(spot(5, 100), "car").edge_id != 1
    assert graph.times_to(goal, [start], "motorcycle")[0][1] < 1760 / speed_mps("motorcycle", "main")


def test_a_position_between_two_carriageways_does_not_send_a_car_round_the_town():
    """The nearest street by a hand's breadth is the wrong side of a divided road; GPS is not that good."""
    graph = StreetGraph.of(
        [
            edge(1, 1, 2, (0, 0), (2000, 0), oneway=True, street_class="main"),
            edge(2, 3, 4, (2000, 12), (0, 12), oneway=True, street_class="main"),
            edge(3, 2, 3, (2000, 0), (2000, 12)),
            edge(4, 4, 1, (0, 12), (0, 0)),
        ]
    )
    ((metres, _),) = graph.times_to(spot(400, 12), [spot(600, 5.5)], "car")
    assert metres == pytest.approx(200, abs=1)


def test_unconnected_and_empty_streets_say_so():
    graph = StreetGraph.of([edge(1, 1, 2, (0, 0), (100, 0)), edge(2, 3, 4, (0, 500), (100, 500))])
    assert graph.pieces == 2
    assert graph.road_distance_m(spot(50), spot(50, 500)) is None
    assert graph.path(spot(50), spot(50, 500)) is None
    assert graph.times_to(spot(50), [spot(50, 500), spot(80)]) == [
        None,
        (pytest.approx(30, abs=0.1), pytest.approx(6, abs=0.1)),
    ]
    empty = StreetGraph.of([])
    assert (empty.edge_count, empty.length_m, empty.bounds, empty.pieces) == (0, 0.0, (0.0, 0.0, 0.0, 0.0), 0)
    assert empty.snap(spot(0)) is None
    assert empty.nearest_node(spot(0)) is None
    assert empty.distances_from(spot(0), [spot(1)]) == [None]
    assert empty.edges_near(spot(0), 100) == []


def test_distances_stop_at_the_limit():
    graph = square(oneway=False)
    assert graph.distances_from(spot(0), [spot(100), spot(400, 300)], max_m=500) == [pytest.approx(100, abs=0.5), None]


def test_a_way_can_be_moved_along():
    graph = StreetGraph.of(
        [
            edge(1, 1, 2, (0, 0), (300, 0), street_class="main"),
            edge(2, 2, 3, (300, 0), (300, 200), street_class="soi"),
        ]
    )
    way = graph.path(spot(100), spot(300, 150), "car")
    assert way.road_m == pytest.approx(350, abs=0.5)
    assert way.eta_s == pytest.approx(200 / speed_mps("car", "main") + 150 / speed_mps("car", "soi"), rel=0.01)
    half, heading = way.position_at(100)
    assert distance_m(half, spot(200)) < 0.5
    assert heading == pytest.approx(90, abs=0.2)
    end, heading = way.position_at(10_000)
    assert distance_m(end, spot(300, 150)) < 0.5
    assert heading == pytest.approx(0, abs=0.2)
    assert way.position_at(-5)[0] == way.position_at(0)[0]
    assert way.speed_at(0) == pytest.approx(speed_mps("car", "main"))
    assert way.speed_at(way.road_m) == pytest.approx(speed_mps("car", "soi"))
    stand = graph.path(spot(100), spot(100), "car")
    assert (stand.road_m, stand.eta_s, len(stand.points)) == (0.0, 0.0, 1)
    assert stand.speed_at(0) == 0.0
    assert distance_m(stand.position_at(3)[0], spot(100)) < 0.5


def test_edges_refuse_what_is_no_street():
    with pytest.raises(ValueError, match="two different points"):
        StreetGraph.of([edge(1, 1, 2, (0, 0), (0, 0))])
    with pytest.raises(ValueError, match="same id"):
        StreetGraph.of([edge(1, 1, 2, (0, 0), (1, 0)), edge(1, 2, 3, (1, 0), (2, 0))])


# ── against a plain search that nobody tuned ─────────────────────────────────────────────────────


def plain(edges: list[Edge], kind: str, start: int, goal: int) -> float:
    """Dijkstra over nodes, straight from the textbook."""
    around: dict[int, list[tuple[int, float]]] = {}
    for item in edges:
        if kind == "car" and item.street_class == "footpath":
            continue
        around.setdefault(item.node_a, []).append((item.node_b, item.length_m))
        if not item.oneway or kind == "foot":
            around.setdefault(item.node_b, []).append((item.node_a, item.length_m))
    best = {start: 0.0}
    heap = [(0.0, start)]
    while heap:
        cost, node = heapq.heappop(heap)
        if node == goal:
            return cost
        for other, length in around.get(node, []):
            if cost + length < best.get(other, math.inf):
                best[other] = cost + length
                heapq.heappush(heap, (cost + length, other))
    return math.inf


@st.composite
def towns(draw) -> list[Edge]:
    """A handful of nodes far apart with any edges between them, loops and doubles too."""
    size = draw(st.integers(2, 8))
    places = [(1000.0 * (i % 3) + 37 * i, 1000.0 * (i // 3) + 53 * (i % 2)) for i in range(size)]
    pairs = draw(st.lists(st.tuples(st.integers(0, size - 1), st.integers(0, size - 1)), min_size=1, max_size=14))
    edges = []
    for number, (a, b) in enumerate(pairs):
        middle = ((places[a][0] + places[b][0]) / 2 + 90, (places[a][1] + places[b][1]) / 2 - 70 - 13 * number)
        edges.append(
            edge(
                number,
                a,
                b,
                places[a],
                middle,
                places[b],
                length_m=float(draw(st.integers(1, 9)) * 100),
                oneway=draw(st.booleans()),
                street_class=draw(st.sampled_from(["main", "footpath"])),
            )
        )
    return edges


@settings(max_examples=150, deadline=None)
@given(towns(), st.data())
def test_walks_between_nodes_agree_with_a_plain_search(edges, data):
    graph = StreetGraph.of(edges)
    nodes = sorted({node for item in edges for node in (item.node_a, item.node_b)})
    start, goal = data.draw(st.sampled_from(nodes)), data.draw(st.sampled_from(nodes))
    found = graph.node_distance_m(start, goal)
    assert (math.inf if found is None else found) == pytest.approx(plain(edges, "foot", start, goal))


@settings(max_examples=150, deadline=None)
@given(towns(), st.data())
def test_cars_between_edges_agree_with_a_plain_search(edges, data):
    """Stand in the middle of two edges; put nodes there by hand and search plainly."""
    roads = [item for item in edges if item.street_class == "main"]
    if not roads:
        return
    graph = StreetGraph.of(edges)
    first, last = data.draw(st.sampled_from(roads)), data.draw(st.sampled_from(roads))
    if first.id == last.id:
        return
    halved = [item for item in edges if item.id not in (first.id, last.id)]
    for node, item in ((100, first), (101, last)):
        for number, (a, b) in enumerate(((item.node_a, node), (node, item.node_b))):
            halved.append(
                Edge(
                    id=1000 + 2 * node + number,
                    node_a=a,
                    node_b=b,
                    coordinates=item.coordinates,
                    length_m=item.length_m / 2,
                    street_class="main",
                    oneway=item.oneway,
                )
            )
    expected = plain(halved, "car", 100, 101)
    way = graph._router("car", "metres", "from").search(middle(graph, first)).reach(middle(graph, last))[0]
    assert (math.inf if way is None else way[0]) == pytest.approx(expected)
    timed = graph._router("car", "seconds", "to").search(middle(graph, last)).reach(middle(graph, first))[0]
    assert (timed is None) == (expected == math.inf)
    if timed is not None:  # all streets are of one class: the fastest way is the shortest
        assert timed[0] == pytest.approx(expected)


def middle(graph: StreetGraph, item: Edge) -> Spots:
    row, chains = graph._row[item.id], graph._chains
    return Spots(
        chain=chains.edge_chain[[row]],
        at_m=chains.edge_offset[[row]] + item.length_m / 2,
        extra_m=np.zeros(1),
        owner=np.zeros(1, dtype=np.int64),
        points=1,
        away_m=np.zeros(1),
    )
