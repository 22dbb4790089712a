"""The rules of hits and of the cameras ahead, without anything else."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unjai.model.geometry import Point
from unjai.plates.rules.hits import LATE, UNDO, Held, belongs, graded, lapses_at, may_undo, reports, stronger, wilson
from unjai.plates.rules.onward import Eye, Pass, kind_of, onward
from unjai.territory.streets import Edge, StreetGraph

T0 = datetime(2026, 11, 21, 18, 0, tzinfo=UTC)
WINDOW = timedelta(minutes=30)
STATES = st.sampled_from(["waiting", "confirmed", "rejected", "lapsed"])
GRADES = st.sampled_from(["alarm", "probable"])
STEP = 0.001
"""About a hundred metres."""


def at(east: float, north: float = 0.0) -> Point:
    return Point(lon=99.0 + STEP * east, lat=18.8 + STEP * north)


def street(*nodes: tuple[int, int], oneway: bool = False) -> StreetGraph:
    """Straight pieces of main street from node to node; a node is its grid place."""
    number = {node: key for key, node in enumerate(sorted(set(nodes)))}
    pairs = pairwise(nodes)
    return StreetGraph(
        [
            Edge(
                id=key,
                node_a=number[a],
                node_b=number[b],
                coordinates=((at(*a).lon, at(*a).lat), (at(*b).lon, at(*b).lat)),
                street_class="main",
                oneway=oneway,
            )
            for key, (a, b) in enumerate(pairs, 1)
        ]
    )


LINE = street(*[(east, 0) for east in range(0, 41, 4)])
EYES = [Eye(key=f"c{east}", point=at(east)) for east in (0, 8, 16, 24, 36)]


def test_without_a_way_before_both_directions_are_ahead():
    found = onward(LINE, EYES, [Pass(point=at(16), at=T0)], T0)
    assert {one.key for one in found} == {"c8", "c24"}, "what lies past these is seen by these first"


def test_what_lies_behind_is_left_out():
    way = [Pass(point=at(8), at=T0 - timedelta(minutes=2)), Pass(point=at(16), at=T0)]
    assert [one.key for one in onward(LINE, EYES, way, T0)] == ["c24"]
    assert [one.key for one in onward(LINE, EYES, list(reversed(way)), T0)] == ["c24"], "by time, not by order"


def test_a_second_camera_at_the_same_place_gives_no_direction():
    way = [Pass(point=at(16.1), at=T0 - timedelta(seconds=20)), Pass(point=at(16), at=T0)]
    assert {one.key for one in onward(LINE, EYES, way, T0)} == {"c8", "c24"}


def test_one_way_streets_are_kept():
    graph = street(*[(east, 0) for east in range(0, 41, 4)], oneway=True)
    assert [one.key for one in onward(graph, EYES, [Pass(point=at(16), at=T0)], T0)] == ["c24"]


def test_a_fork_offers_both_arms():
    graph = street((0, 0), (8, 0), (16, 0), (8, 0), (8, 8))
    eyes = [Eye(key="east", point=at(16)), Eye(key="north", point=at(8, 8)), Eye(key="west", point=at(0))]
    way = [Pass(point=at(0), at=T0 - timedelta(minutes=2)), Pass(point=at(6), at=T0)]
    assert {one.key for one in onward(graph, eyes, way, T0)} == {"east", "north"}


def test_the_moment_of_a_camera_comes_and_goes():
    last = [Pass(point=at(8), at=T0 - timedelta(minutes=3)), Pass(point=at(16), at=T0)]
    (soon,) = onward(LINE, EYES, last, T0)
    assert soon.when == "soon"
    assert soon.road_m == pytest.approx(842, abs=5)
    assert soon.due_from < T0 + timedelta(seconds=soon.eta_s) < soon.due_to
    (now,) = onward(LINE, EYES, last, T0 + timedelta(seconds=soon.eta_s))
    assert now.when == "now"
    (past,) = onward(LINE, EYES, last, T0 + timedelta(minutes=20))
    assert past.when == "past"


def test_nothing_is_ahead_of_nothing():
    assert onward(LINE, EYES, [], T0) == []
    assert onward(StreetGraph([]), EYES, [Pass(point=at(16), at=T0)], T0) == []
    assert onward(LINE, [], [Pass(point=at(16), at=T0)], T0) == []


@given(st.lists(st.integers(0, 40), max_size=12, unique=True), st.integers(0, 40), st.integers(0, 40))
def test_cameras_ahead_are_few_near_and_sorted(places, before, last):
    eyes = [Eye(key=f"c{place:02}", point=at(place)) for place in places]
    way = [Pass(point=at(before), at=T0 - timedelta(minutes=2)), Pass(point=at(last), at=T0)]
    found = onward(LINE, eyes, way, T0)
    assert len(found) <= 2, "a street has two ends"
    assert all(one.eta_s <= 600 and one.due_from <= one.due_to for one in found)
    assert [one.eta_s for one in found] == sorted(one.eta_s for one in found)
    for one in found:
        place = int(one.key[1:])
        if abs(before - last) > 1:
            assert (place - last) * (last - before) > 0, "never behind"


def test_kinds_of_vehicles():
    assert (kind_of("motorcycle"), kind_of("truck"), kind_of(None)) == ("motorcycle", "car", "car")


@given(GRADES, st.floats(-3600, 86_400))
def test_what_comes_late_is_never_an_alarm(verdict, seconds):
    got = graded(verdict, at=T0, received_at=T0 + timedelta(seconds=seconds))
    assert got == ("probable" if timedelta(seconds=seconds) > LATE else verdict)


@given(STATES, GRADES, GRADES, st.floats(-7200, 7200))
def test_one_hit_is_what_lies_within_the_window(state, held, grade, seconds):
    mine = belongs(
        Held(state=state, grade=held, last_at=T0), at=T0 + timedelta(seconds=seconds), grade=grade, window=WINDOW
    )
    if abs(seconds) > WINDOW.total_seconds():
        assert not mine
    elif state == "rejected":
        assert mine == (not stronger(grade, held))
    else:
        assert mine


@given(STATES, GRADES)
def test_only_what_alarms_or_was_confirmed_is_told(state, grade):
    assert reports(state, grade) == (state == "confirmed" or (grade == "alarm" and state != "rejected"))


def test_an_alarm_waits_longer_for_its_word_than_a_probable_hit():
    assert lapses_at("probable", T0, timedelta(minutes=60)) == T0 + timedelta(minutes=60)
    assert lapses_at("alarm", T0, timedelta(minutes=60)) > T0 + timedelta(hours=1)


@given(STATES, st.floats(0, 3600))
def test_a_word_is_taken_back_for_a_while(state, seconds):
    now = T0 + timedelta(seconds=seconds)
    assert may_undo(state, T0, now) == (state in ("confirmed", "rejected") and now - T0 <= UNDO)
    assert not may_undo(state, None, now)


@pytest.mark.parametrize(
    ("count", "of", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_the_interval_is_wilsons(count, of, low, high):
    """Newcombe 1998, Two-sided confidence intervals for the single proportion, table I, method 3."""
    assert wilson(count, of) == pytest.approx((low, high), abs=5e-5)


@given(st.integers(1, 5000), st.data())
def test_the_interval_holds_the_share_and_is_the_same_the_other_way_round(of, data):
    count = data.draw(st.integers(0, of))
    between, other = wilson(count, of), wilson(of - count, of)
    assert between is not None
    assert other is not None
    low, high = between
    assert 0 <= low <= count / of + 1e-12
    assert count / of <= high + 1e-12
    assert high <= 1
    assert (1 - high, 1 - low) == pytest.approx(other, abs=1e-9)


def test_nothing_has_no_share():
    assert wilson(0, 0) is None
