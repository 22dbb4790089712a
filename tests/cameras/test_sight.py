"""What cameras see of the streets: sectors, day and night, lamps, borders."""

import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from unjai.cameras.rules.sight import View, coverage, sector
from unjai.model.geometry import Point, bearing_deg, distance_m
from unjai.territory.streets.edges import Edge

EAST = Edge(id=1, node_a=1, node_b=2, coordinates=((99.0, 16.6), (99.002, 16.6)), lit=True)
NORTH = Edge(id=2, node_a=1, node_b=3, coordinates=((99.0, 16.6), (99.0, 16.602)), lit=False)
UNKNOWN = Edge(id=3, node_a=3, node_b=4, coordinates=((99.0, 16.602), (99.002, 16.602)), lit=None)
EDGES = (EAST, NORTH, UNKNOWN)


def view(key="a", *, lon=99.0, lat=16.6, bearing=90.0, fov=60.0, day=100.0, night=None):
    return View(key=key, lon=lon, lat=lat, bearing_deg=bearing, fov_deg=fov, reach_day_m=day, reach_night_m=night)


VIEWS = st.builds(
    view,
    lon=st.floats(98.999, 99.003),
    lat=st.floats(16.599, 16.603),
    bearing=st.floats(0, 360),
    fov=st.sampled_from([10.0, 60.0, 110.0, 180.0, 300.0, 360.0]),
    day=st.floats(5, 300),
    night=st.none() | st.floats(1, 300),
)


@given(VIEWS)
def test_a_sector_reaches_as_far_as_it_says_and_looks_where_it_says(one):
    ring = sector(one, one.reach_day_m)
    assert ring[0] == ring[-1]
    own = Point(lon=one.lon, lat=one.lat)
    away = [distance_m(own, Point(lon=lon, lat=lat)) for lon, lat in ring]
    assert max(away) == pytest.approx(one.reach_day_m, rel=0.01)
    if one.fov_deg < 180:
        middle = ring[1:-1][(len(ring) - 2) // 2]
        turned = (bearing_deg(own, Point(lon=middle[0], lat=middle[1])) - one.bearing_deg + 180) % 360 - 180
        assert abs(turned) <= one.fov_deg / 2 + 1


def test_a_view_that_is_not_known_sees_nothing():
    assert sector(view(bearing=None), 50) == []
    assert sector(view(fov=None), 50) == []
    assert sector(view(), 0) == []
    assert sector(view(bearing=None, fov=360.0), 50) != []


CORNER = st.tuples(st.floats(98.999, 99.003), st.floats(16.599, 16.603))
LINES = st.lists(st.tuples(CORNER, CORNER, CORNER, st.sampled_from([True, False, None])), max_size=4)


@given(st.lists(VIEWS, max_size=6), LINES)
@settings(max_examples=100)
def test_all_metres_are_seen_or_blind_and_no_camera_takes_sight_away(views, lines):
    slanted = [
        Edge(id=10 + number, node_a=number, node_b=number, coordinates=corners, lit=lit)
        for number, (*corners, lit) in enumerate(lines)
        if shapely.LineString(corners).is_simple and shapely.LineString(corners).length > 1e-5
    ]
    edges = (*EDGES, *slanted)
    whole = coverage(edges, views)
    assert whole.seen_m + whole.day_only_m + whole.blind_m == pytest.approx(whole.total_m, rel=1e-6)
    assert whole.lit_unknown_m <= whole.day_only_m + 1e-6
    assert all(0 < share <= 1 for share in (*whole.day.values(), *whole.night.values()))
    assert all(whole.night[edge] <= whole.day[edge] + 2e-3 for edge in whole.night)
    if views:
        less = coverage(edges, views[:-1])
        assert less.seen_m <= whole.seen_m + 1e-3
        assert less.blind_m >= whole.blind_m - 1e-3


def test_by_night_a_lamp_or_the_cameras_own_light_is_needed():
    lamp = coverage([EAST], [view(day=100)])
    assert lamp.seen_m == pytest.approx(100, rel=0.01)
    assert lamp.day_only_m == 0
    dark = coverage([NORTH], [view(bearing=0, day=100)])
    assert (dark.seen_m, dark.lit_unknown_m) == (0, 0)
    assert dark.day_only_m == pytest.approx(100, rel=0.01)
    own_light = coverage([NORTH], [view(bearing=0, day=100, night=40)])
    assert own_light.seen_m == pytest.approx(40, rel=0.01)
    assert own_light.day_only_m == pytest.approx(60, rel=0.02)
    nobody_knows = coverage([UNKNOWN], [view(lat=16.602, day=100)])
    assert nobody_knows.lit_unknown_m == pytest.approx(nobody_knows.day_only_m)
    assert nobody_knows.lit_unknown_m == pytest.approx(100, rel=0.01)


def test_only_what_lies_in_the_zone_counts():
    half = shapely.box(98.9, 16.5, 99.001, 16.7)
    found = coverage([EAST], [], [half])
    assert found.total_m == pytest.approx(distance_m(Point(lon=99.0, lat=16.6), Point(lon=99.001, lat=16.6)), rel=0.01)
    assert coverage([EAST], [view()], [shapely.box(0, 0, 1, 1)]).total_m == 0
    assert coverage([], [view()]).total_m == 0


def test_pieces_add_up_to_their_edge():
    found = coverage([EAST], [view(lon=99.001, day=20, fov=360.0)])
    lengths = {}
    for piece in found.pieces:
        ends = [Point(lon=lon, lat=lat) for lon, lat in piece.line]
        lengths.setdefault(piece.seen, []).append(sum(map(distance_m, ends, ends[1:])))
    assert sum(lengths["seen"]) == pytest.approx(40, rel=0.02)
    assert len(lengths["blind"]) == 2
    assert found.day[1] == pytest.approx(found.seen_m / found.total_m, abs=1e-3)
