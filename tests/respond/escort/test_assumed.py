"""The assumed walks: nothing is lost on the way, they take the shortest way, and the page publishes them."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.respond.escort.grids import STEP_M, corner, grid
from tests.test_docs import ROOT
from unjai.model.geometry import Point
from unjai.respond.escort.graph_file import graph_of
from unjai.respond.escort.rules import assumed as rules
from unjai.respond.escort.rules.assumed import LEAST_M, MOST_M, NIGHT_PLACES, PIECE_M, WALKS, Net, assumed, spread
from unjai.respond.escort.rules.foot import Hour
from unjai.respond.escort.rules.ways import WALK_MPS, ways


def test_walks_of_one_place_spread_over_the_homes_within_reach_by_the_shortest_way():
    graph, facts = grid(5, 4)
    hour = Hour(graph, facts, dark=True)
    net = Net(graph)
    there = net.homes
    start = graph.corners_m[0]
    carried, leaving = spread(net, {0: 0.0})
    assert leaving == pytest.approx({0: 1.0})
    walked_m = sum(share * net.pieces[number].length_m for number, share in carried.items())
    lon, lat = graph.plane.degrees([start])[0]
    expected, whole = 0.0, 0.0
    for node in range(graph.chains.junctions):
        x, y = graph.plane.degrees([graph.corners_m[node]])[0]
        if node == 0:
            continue
        metres = ways(hour, Point(lon=float(lon), lat=float(lat)), Point(lon=float(x), lat=float(y)))[0].metres
        if LEAST_M <= round(metres) <= MOST_M:
            expected, whole = expected + there[node] * metres, whole + there[node]
    assert walked_m == pytest.approx(expected / whole, rel=0.01)


@settings(max_examples=25, deadline=None)
@given(st.integers(2, 6), st.integers(2, 6), st.integers(1, 40))
def test_every_walk_arrives_and_lasts_as_long_as_a_walk_may(width, height, most):
    graph, _ = grid(width, height)
    walked = assumed(graph, most=most)
    if walked.model == "none":
        assert not walked.minutes.any()
        return
    assert walked.model == "streets"
    assert walked.origins <= most
    assert (walked.minutes >= 0).all()
    mean_min = walked.minutes.sum() / WALKS
    assert LEAST_M / WALK_MPS / 60 - 1e-6 <= mean_min <= MOST_M / WALK_MPS / 60 + 1e-6


def test_places_where_people_are_at_night_are_where_walks_begin():
    graph, _ = grid(9, 2)
    far = [("market", corner(0, 0)), ("bus_station", corner(0.4, 0)), ("hotel", corner(0, 1))]
    walked = assumed(graph, [*far, ("temple", corner(8, 1))])
    assert (walked.model, walked.origins) == ("places", 3)
    by_edge = {
        tuple(sorted(map(tuple, np.round(edge.coordinates, 6).tolist()))): minutes
        for edge, minutes in zip(graph.edges, walked.minutes.tolist(), strict=True)
    }
    near, away = (
        by_edge[tuple(sorted(((round(a.lon, 6), round(a.lat, 6)), (round(b.lon, 6), round(b.lat, 6)))))]
        for a, b in ((corner(1, 0), corner(2, 0)), (corner(6, 0), corner(7, 0)))
    )
    assert near > 3 * away > 0


def test_a_place_in_the_middle_of_a_street_walks_only_its_part_of_it():
    xs = (0, 4, 8)
    graph, _ = graph_of(
        {
            "coords": [value for x in xs for value in (corner(x, 0).lon, corner(x, 0).lat)],
            "edges": [0, 1, 4 * STEP_M, 1, 2, 4 * STEP_M],
        }
    )
    walked = assumed(graph, [("market", corner(1, 0))] * 3)
    # Homes: 200 m worth at 0 (100 m away, too near), 400 at 4 (300 m), 200 at 8 (700 m).
    assert walked.origins == 3
    assert walked.minutes * WALK_MPS * 60 / WALKS == pytest.approx([300, 400 / 3], rel=0.02)


def test_a_long_street_without_a_corner_has_homes_along_it():
    count = 20
    graph, _ = graph_of(
        {
            "coords": [value for x in range(count + 1) for value in (corner(x, 0).lon, corner(x, 0).lat)],
            "edges": [value for x in range(count) for value in (x, x + 1, STEP_M)],
        }
    )
    assert len(graph.chain_m) == 1
    walked = assumed(graph)
    assert (walked.minutes > 0).all()
    assert walked.minutes.sum() / WALKS < MOST_M / WALK_MPS / 60
    net = Net(graph)
    assert {round(one.length_m) for one in net.pieces} == {200}
    assert sum(net.homes) == pytest.approx(graph.length_m.sum())


def test_with_too_few_places_walks_begin_everywhere():
    graph, _ = grid(4, 4)
    assert assumed(graph, [("market", corner(0, 0))]).model == "streets"


def test_no_streets_no_walks():
    graph, _ = graph_of({"coords": [98.98, 18.8, 98.9801, 18.8], "edges": [0, 1, 10.0]})
    walked = assumed(graph)
    assert (walked.model, walked.origins, walked.minutes.sum()) == ("none", 0, 0)


def test_a_draw_of_beginnings_tells_nearly_the_same_as_all_of_them():
    graph, _ = grid(9, 9)
    whole, some = assumed(graph), assumed(graph, most=40)
    share = np.corrcoef(whole.minutes, some.minutes)[0, 1]
    assert share > 0.8
    assert not math.isnan(share)


def test_the_published_model_is_the_one_in_force():
    page = (ROOT / "docs" / "night-ease.md").read_text("utf-8")
    for kind, weight in NIGHT_PLACES.items():
        assert f"| `{kind}` | {weight:g} |" in page
    assert f"**{PIECE_M:.0f}** m" in page
    for said in (f"**{WALKS:.0f}** walks", f"**{LEAST_M:.0f}** m", f"**{MOST_M:.0f}** m", f"**{rules.PLACES_LEAST}**"):
        assert said in page
    assert f"at **{rules.ORIGINS_MOST}** of them" in page
