"""What boxes say of a junction beyond its stop lines, and that none of it is needed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unjai.signals.controller.counts import PRIOR, Counts
from unjai.signals.junction import Inside, Out, Picture
from unjai.signals.rules.beyond import LATE_S, Beyond
from unjai.signals.rules.watching import STALE_S

BOX, OTHER = "BOX-1", "BOX-2"


def picture(at_s=100.0):
    return Picture(at_s=at_s, phase=0, green_s=5.0, seen=())


@pytest.fixture
def beyond(junction):
    return Beyond(junction)


def way(junction, start, end):
    places = [one.key for one in junction.lanes], [one.key for one in junction.outs]
    (found,) = [
        number
        for number, one in enumerate(junction.links)
        if (places[0][one.from_lane], places[1][one.to_lane]) == (start, end)
    ]
    return found


def test_nothing_told_leaves_the_picture_as_it_was(beyond):
    assert beyond.added_to(picture()) == picture()


def test_room_behind_is_known_by_lane_and_the_others_are_free(beyond, junction):
    beyond.see(BOX, 100.0, [("to-S", 12.0, False), ("to-W", 999.0, False), ("elsewhere", 1.0, False)], None)
    rooms = dict(zip([one.key for one in junction.outs], beyond.added_to(picture()).outs, strict=True))
    assert rooms["to-S"] == Out(room_m=12.0, moving=False)
    assert rooms["to-W"] == rooms["to-N"] == Out(room_m=150.0)


def test_vehicles_on_the_junction_of_two_boxes(beyond, junction):
    beyond.see(BOX, 100.0, [], [("N1", "to-S", 8.0, 6.5), ("N1", "to-N", 8.0, 6.5)])
    beyond.see(OTHER, 99.0, [], [("E2", "to-N", 12.0, 0.0)])
    assert beyond.added_to(picture()).inside == (
        Inside(link=way(junction, "N1", "to-S"), to_go_m=8.0, speed_mps=6.5),
        Inside(link=way(junction, "E2", "to-N"), to_go_m=12.0, speed_mps=0.0),
    )
    beyond.see(BOX, 100.5, [], [])
    assert len(beyond.added_to(picture()).inside) == 1
    beyond.see(OTHER, 101.0, [("to-S", 3.0, False)], None)
    assert len(beyond.added_to(picture()).inside) == 1, "who does not look there takes nothing back"


def test_what_is_old_is_not_known(beyond):
    beyond.see(BOX, 100.0, [("to-S", 0.0, False)], [("N1", "to-S", 8.0, 6.5)])
    assert beyond.added_to(picture(100.0 + STALE_S)).outs
    later = beyond.added_to(picture(100.1 + STALE_S))
    assert (later.outs, later.inside) == ((), ())


def test_older_news_never_undoes_newer(beyond):
    beyond.see(BOX, 100.0, [("to-S", 5.0, False)], [("N1", "to-S", 8.0, 6.5)])
    beyond.see(BOX, 99.0, [("to-S", 150.0, True)], [])
    found = beyond.added_to(picture())
    assert Out(room_m=5.0, moving=False) in found.outs
    assert len(found.inside) == 1


def test_who_left_is_told_once_and_a_repeat_counts_once(beyond, junction):
    straight, left = way(junction, "N1", "to-S"), way(junction, "N1", "to-E")
    for _ in range(2):
        beyond.count(BOX, 95.0, 5.0, [("N1", "to-S", 2), ("N1", "to-E", 1), ("N1", "to-N", 7)])
    beyond.count(BOX, 90.0, 5.0, [("N1", "to-S", 9)])
    beyond.count(OTHER, 95.0, 5.0, [("N1", "to-S", 1)])
    found = beyond.added_to(picture())
    assert found.left == (straight, straight, left, straight)
    assert beyond.added_to(picture()).left == ()
    counts = Counts(junction)
    counts.note(found)
    assert (counts.left[straight], counts.left[left]) == (PRIOR + 3, PRIOR + 1)


def test_who_left_long_ago_is_not_told(beyond):
    beyond.count(BOX, 30.0, 5.0, [("N1", "to-S", 2)])
    assert beyond.added_to(picture(35.1 + LATE_S)).left == ()


@given(
    st.lists(
        st.tuples(
            st.floats(0, 200),
            st.lists(st.tuples(st.sampled_from(["to-S", "to-W", "x"]), st.floats(0, 5000), st.booleans()), max_size=4),
            st.none() | st.lists(st.tuples(st.just("N1"), st.just("to-S"), st.floats(0, 500), st.floats(0, 100))),
            st.lists(st.tuples(st.just("N1"), st.sampled_from(["to-S", "x"]), st.integers(0, 200)), max_size=20),
        ),
        max_size=10,
    )
)
def test_whatever_is_told_the_picture_fits_the_junction(junction, told):
    beyond = Beyond(junction)
    for at_s, outs, inside, ways in told:
        beyond.see(BOX, at_s, outs, inside)
        beyond.count(BOX, at_s, 1.0, ways)
    found = beyond.added_to(picture())
    assert len(found.outs) in {0, len(junction.outs)}
    assert all(0 <= one.room_m <= lane.length_m for one, lane in zip(found.outs, junction.outs, strict=False))
    assert {one.link for one in found.inside} | set(found.left) <= set(range(len(junction.links)))
    assert len(found.left) <= 1_000
