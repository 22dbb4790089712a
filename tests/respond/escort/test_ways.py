"""Ways are ways: connected, timed right, the quickest quickest, the most at ease never less so, and really different."""

import heapq
import itertools
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.conftest import shared_data
from tests.respond.escort.grids import STEP_M, chance, corner, document, grid
from unjai.model.errors import UnjaiError
from unjai.model.geometry import Point, distance_m
from unjai.respond.escort.graph_file import graph_of, read_graph
from unjai.respond.escort.rules.foot import Hour
from unjai.respond.escort.rules.ways import DETOUR, DETOUR_M, SAME_SHARE, WALK_MPS, ways
from unjai.respond.escort.told_ways import told_way

SIZE = 6
spots = st.tuples(st.floats(0, SIZE - 1), st.integers(0, SIZE - 1))


def shortest(said, one: int, other: int) -> float:
    """Plain Dijkstra over the document's nodes."""
    around: dict[int, list[tuple[int, float]]] = {}
    for u, v, metres in zip(*[iter(said["edges"])] * 3, strict=True):
        around.setdefault(u, []).append((v, metres))
        around.setdefault(v, []).append((u, metres))
    best, heap = {}, [(0.0, one)]
    while heap:
        far, node = heapq.heappop(heap)
        if node in best:
            continue
        best[node] = far
        for nxt, metres in around.get(node, ()):
            heapq.heappush(heap, (far + metres, nxt))
    return best.get(other, math.inf)


def length(points) -> float:
    return sum(distance_m(Point(lon=a[0], lat=a[1]), Point(lon=b[0], lat=b[1])) for a, b in itertools.pairwise(points))


@given(spots, spots, st.integers(0, 5), st.booleans())
@settings(max_examples=120)
def test_ways_hold_what_they_promise(start, goal, seed, dark):
    graph, facts = grid(SIZE, SIZE, lit=chance(seed), seen_night=chance(seed + 100), patrolled_s=chance(seed + 200))
    hour = Hour(graph, facts, dark=dark)
    found = ways(hour, corner(*start), corner(*goal))
    assert 1 <= len(found) <= 3
    assert found[0].kinds[0] == "quickest"
    assert found[0].metres == min(one.metres for one in found)
    for one in found:
        assert one.metres <= found[0].metres * DETOUR + DETOUR_M + 1
        assert 0 <= one.ease <= one.at_most <= 1
        assert 0 <= one.unlit_m <= one.metres + 1e-6
        assert one.seconds == pytest.approx(one.metres / WALK_MPS, rel=0.05, abs=2)
        assert length(one.points) == pytest.approx(sum(piece.length_m for piece in one.pieces), rel=0.01, abs=1)
        ends = (Point(lon=lon, lat=lat) for lon, lat in (one.points[0], one.points[-1]))
        assert all(distance_m(end, there) < 2 for end, there in zip(ends, (corner(*start), corner(*goal)), strict=True))
    if len(found) > 1 and found[1].kinds == ("easiest",):
        assert found[1].ease > found[0].ease
    streets = [{piece.row for piece in one.pieces if piece.length_m == STEP_M} for one in found]
    for number, one in enumerate(streets):
        for other in streets[number + 1 :]:
            least = min(sum(p.length_m for p in way.pieces) for way in found)
            assert len(one & other) * STEP_M < SAME_SHARE * least + 2 * STEP_M


@given(st.integers(0, SIZE * SIZE - 1), st.integers(0, SIZE * SIZE - 1), st.integers(0, 20))
@settings(max_examples=60)
def test_the_quickest_is_the_shortest(one, other, seed):
    said = document(SIZE, SIZE, lit=chance(seed))
    said["edges"] = [
        value
        for row, (u, v, metres) in enumerate(zip(*[iter(said["edges"])] * 3, strict=True))
        for value in (u, v, metres * (1 + (row * 7 + seed) % 5))
    ]
    graph, facts = graph_of(said)
    hour = Hour(graph, facts, dark=True)
    found = ways(hour, corner(one % SIZE, one // SIZE), corner(other % SIZE, other // SIZE))
    assert found[0].metres == pytest.approx(shortest(said, one, other), abs=0.5)


def test_a_lit_way_round_is_the_most_at_ease():
    def lit(a, b):
        return float(a[1] == b[1] == 1 or (a[0] == b[0] and a[0] in (0, 7) and {a[1], b[1]} == {0, 1}))

    graph, facts = grid(8, 3, lit=lit)
    found = ways(Hour(graph, facts, dark=True), corner(0, 0), corner(7, 0))
    assert [one.kinds for one in found][:2] == [("quickest",), ("easiest",)]
    assert [round(one.metres, -1) for one in found][:2] == [700, 900]
    assert found[0].unlit_m == pytest.approx(700, abs=1)
    assert found[1].unlit_m == pytest.approx(0, abs=1)
    assert found[1].ease == pytest.approx(0.35, abs=0.01)


def test_where_nothing_is_known_no_way_is_called_the_most_at_ease():
    graph, facts = grid(5, 5)
    found = ways(Hour(graph, facts, dark=True), corner(0, 0), corner(4, 4))
    assert not any("easiest" in one.kinds for one in found)
    assert {(one.ease, round(one.at_most, 6)) for one in found} == {(0.0, 1.0)}
    told = told_way(Hour(graph, facts, dark=True), found[0])
    assert told["streets"][0]["good"] == []
    assert len(told["streets"][0]["unknown"]) == 7


def test_off_the_map_and_no_way_are_said():
    graph, facts = graph_of(
        {"coords": [98.98, 18.8, 98.981, 18.8, 98.99, 18.8, 98.991, 18.8], "edges": [0, 1, 105, 2, 3, 105]}
    )
    hour = Hour(graph, facts, dark=True)
    with pytest.raises(UnjaiError) as error:
        ways(hour, Point(lon=98.98, lat=18.8), Point(lon=98.99, lat=18.8))
    assert error.value.code == "escort_no_way"
    with pytest.raises(UnjaiError) as error:
        ways(hour, Point(lon=98.98, lat=18.8), Point(lon=99.5, lat=18.8))
    assert (error.value.code, error.value.facts["end"]) == ("escort_off_map", "to")


def test_a_ring_and_one_and_the_same_place_have_ways():
    ring = {"coords": [98.98, 18.8, 98.982, 18.8, 98.982, 18.802], "edges": [0, 1, 211, 1, 2, 221, 2, 0, 305]}
    graph, facts = graph_of(ring)
    hour = Hour(graph, facts, dark=False)
    found = ways(hour, Point(lon=98.9805, lat=18.8), Point(lon=98.982, lat=18.801))
    assert found[0].metres == pytest.approx(158 + 111, abs=3)
    here = ways(hour, Point(lon=98.981, lat=18.8), Point(lon=98.981, lat=18.8))
    assert here[0].metres == pytest.approx(0, abs=0.1)
    assert len(here[0].points) == 1


def test_three_ways_through_all_of_chiang_mai():
    graph, facts = read_graph(shared_data("geo/roads/chiang_mai_road_graph.json"))
    found = ways(Hour(graph, facts, dark=True), Point(lon=98.975685, lat=18.819), Point(lon=98.986398, lat=18.800751))
    assert len(found) == 3
    assert sum(piece.length_m for piece in found[0].pieces) == pytest.approx(2589, rel=0.02)
