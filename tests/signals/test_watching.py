"""What is known of a junction, and what it is that a wish would have changed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unjai.signals.deciding import plain
from unjai.signals.junction import Decision
from unjai.signals.rules.watching import STALE_S, Sight, Wishing

ALL = ["N1", "N2", "E1", "E2", "S1", "S2", "W1", "W2"]


def car(lane, metres, speed=0.0, track="a", waited=5.0):
    return (lane, metres, speed, "car", track, waited)


@pytest.fixture
def sight(junction):
    made = Sight(junction)
    made.show(100.0, 0, "green", 20.0)
    made.see(100.0, ALL, [car("E1", 3), car("E1", 10, track="b"), car("N1", 5, 9.0, track="c")])
    return made


def test_nothing_is_decided_on_half_a_picture(junction):
    sight = Sight(junction)
    assert sight.missing(0) == "lanes"
    sight.see(10.0, ALL[:-1], [])
    assert sight.missing(10) == "lanes"
    sight.see(10.0, ALL[-1:], [])
    assert sight.missing(10) == "phase"
    sight.show(10.0, 0, "green")
    assert sight.missing(10) == ""
    assert sight.picture(10).seen == ()


def test_a_box_that_falls_silent_takes_the_picture_away(sight):
    assert sight.picture(100.0) is not None
    sight.see(100.0 + STALE_S, ALL[1:], [])
    sight.show(100.0 + STALE_S, 0, "green")
    assert sight.picture(100.0 + STALE_S + 0.1) is None
    assert sight.missing(100.0 + STALE_S + 0.1) == "lanes"


def test_queues_by_lane(sight):
    east = sight.lanes(101.0)[2]
    assert (east.key, east.queue, east.queue_m, east.seen, east.age_s) == ("E1", 2, 10, 2, 1.0)
    assert sight.lanes(101.0)[0].queue == 0


def test_older_news_never_undoes_newer(sight):
    sight.see(99.0, ["E1"], [])
    sight.show(99.0, 2, "red")
    assert sight.lanes(100.0)[2].queue == 2
    assert sight.shown.phase == 0


@given(st.lists(st.tuples(st.integers(0, 3), st.sampled_from(["green", "yellow", "red"])), min_size=1, max_size=20))
def test_how_long_a_phase_shows_counts_from_the_change_that_was_seen(junction, shown):
    sight = Sight(junction)
    since, last = 0, None
    for second, one in enumerate(shown):
        since = since if one == last else second
        sight.show(float(second), *one)
        assert sight.shown.since_s == since
        last = one


def test_yellow_stands_before_the_next_green(junction, sight):
    sight.show(101.0, 0, "yellow")
    assert sight.picture(101.0).green_s == -5.0  # 3 s of yellow, 2 s of red
    sight.see(103.0, ALL, [])
    sight.show(103.0, 0, "red")
    assert sight.picture(103.0).green_s == -2.0


def test_in_a_change_the_picture_has_the_phase_that_comes(sight):
    sight.show(101.0, 0, "yellow", next_=2)
    assert (sight.picture(101.0).phase, sight.shown.phase) == (2, 0)
    sight.show(102.0, 0, "yellow")
    assert sight.picture(102.0).phase == 0  # not told: the one that ends, as all that is known


def test_a_wish_collects_the_waiting_and_the_passed(junction, sight):
    wishing, wish = Wishing(junction), Decision(phase=1, why="queue_longer")
    assert wishing.step(sight, 100.0, wish) is None
    sight.see(101.0, ALL, [car("E1", 3), car("E1", 10, track="b")])  # c went over the line
    sight.show(101.0, 0, "green")
    assert wishing.step(sight, 101.0, wish) is None
    sight.see(103.0, ALL, [car("E1", 3), car("E1", 10, track="b")])
    sight.show(103.0, 1, "green")
    ended = wishing.step(sight, 103.0, wish)
    assert (ended.phase, ended.wish, ended.why) == (0, 1, "queue_longer")
    assert ended.change.waited_s == 6.0  # two cars, three seconds
    assert ended.change.passed == 1
    assert ended.change.hold_s == 18.0  # 8 s of green, twice 3 + 2 s between
    assert wishing.step(sight, 104.0, wish) is None


def test_a_lost_picture_ends_a_stretch_without_a_word(junction, sight):
    wishing, wish = Wishing(junction), Decision(phase=1)
    wishing.step(sight, 100.0, wish)
    wishing.drop()
    assert wishing.step(sight, 101.0, Decision(phase=0)) is None


def test_the_plain_controller_says_why(junction, sight):
    sight.show(101.0, 0, "green", 3.0)
    assert plain(junction, sight.picture(101.0)).why == "min_green"
    sight.show(101.0, 0, "green", 20.0)
    found = plain(junction, sight.picture(101.0))
    assert (found.phase, found.why) == (1, "queue_longer")
    sight.see(102.0, ALL, [car("E1", 3), car("N1", 5, 9), car("N2", 9, 9, track="d")])
    assert plain(junction, sight.picture(102.0)).why == "still_flowing"
    sight.see(103.0, ALL, [car("E1", 3, waited=200.0), car("N1", 5, 9), car("N2", 9, 9, track="d")])
    assert plain(junction, sight.picture(103.0)).why == "waited_long"
    sight.see(104.0, ALL, [])
    assert plain(junction, sight.picture(104.0)).why == "nobody_waits"
