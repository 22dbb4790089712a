"""The green way: when it begins, that it serves who comes and nobody else, that it always ends, and who follows."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.signals.test_look_ahead import CROSSING, picture, queue
from unjai.signals.controller.greenway import MOST_HOLD_S, OVERDUE_S, STALE_S, STANDS_S, Coming, GreenWay, ways
from unjai.signals.envelope import Envelope, Limits
from unjai.signals.junction import Decision, Junction, Link, Out, Phase, Picture, Seen

FOUR = replace(
    CROSSING,
    links=(*CROSSING.links, Link(signal=4, from_lane=1, to_lane=0, turn="l")),
    phases=(
        Phase(state="GrrrG", min_green_s=5),
        Phase(state="rGrrr", min_green_s=8, red_clear_s=2),
        Phase(state="rrGrr", min_green_s=5),
        Phase(state="rrrGG", min_green_s=5, walk_s=10, walk_clear_s=5),
    ),
)
ASKED_S = 5.0


class Says:
    """A controller that says one phase, whatever it sees."""

    def __init__(self, phase: int = 0) -> None:
        self.phase = phase

    def decide(self, picture: Picture) -> Decision:  # noqa: ARG002
        return Decision(phase=self.phase, why="keeps")


def comes(lane: int, *, at_s: float = 100, in_s: float = 10, key: str = "car", importance: int = 0) -> Coming:
    links = ways(CROSSING, lane=lane)
    return Coming(key=key, links=links, told_s=at_s, due_s=at_s + in_s, importance=importance)


def asked(way: GreenWay, *coming: Coming, seen: Picture) -> tuple[int, str]:
    way.expect(*coming)
    decision = way.decide(seen)
    return decision.phase, decision.why


def test_ways_are_those_of_the_lane_the_road_and_the_turn() -> None:
    assert ways(FOUR, lane=1) == ways(FOUR, approach="E") == {1, 4}
    assert ways(FOUR, approach="E", turn="l") == {4}
    assert ways(FOUR, approach="nowhere") == frozenset()


def test_nobody_comes_and_the_controller_is_free() -> None:
    assert asked(GreenWay(CROSSING, Says()), seen=picture(*queue(1, 8))) == (0, "keeps")


@pytest.mark.parametrize(("cars", "begins_s"), [(0, 12.0), (1, 16.5), (10, 34.5)])
def test_it_begins_when_the_queue_needs_it_and_no_earlier(cars: int, begins_s: float) -> None:
    """3 s yellow, 5 s until it is asked again, 4 s to see it; 2.5 s to start and 2 s for each who stands before him."""
    seen = picture(*queue(1, cars))
    assert asked(GreenWay(CROSSING, Says()), comes(1, in_s=begins_s + 0.1), seen=seen) == (0, "keeps")
    assert asked(GreenWay(CROSSING, Says()), comes(1, in_s=begins_s), seen=seen) == (1, "green_way_clears")


def test_motorcycles_are_gone_sooner_and_who_stands_behind_him_does_not_count() -> None:
    riders = tuple(replace(one, kind="motorcycle") for one in queue(1, 10))
    assert asked(GreenWay(CROSSING, Says()), comes(1, in_s=24), seen=picture(*riders)) == (0, "keeps")
    near = replace(comes(1, in_s=14), distance_m=1.0)
    assert asked(GreenWay(CROSSING, Says()), near, seen=picture(*queue(1, 10))) == (0, "keeps")


def test_the_shortest_green_that_still_runs_is_reckoned_with() -> None:
    assert asked(GreenWay(CROSSING, Says()), comes(1, in_s=16), seen=picture(green_s=0))[0] == 1
    assert asked(GreenWay(CROSSING, Says()), comes(1, in_s=16), seen=picture(green_s=5))[0] == 0


def test_a_green_that_shows_is_kept_from_when_it_could_not_come_back_in_time() -> None:
    """Away and back: 3 s yellow, 5 s green, 3 s yellow; 5 s until it is asked again, and 4 s to see it."""
    inner = Says(1)
    assert asked(GreenWay(CROSSING, inner), comes(0, in_s=21), seen=picture()) == (1, "keeps")
    assert asked(GreenWay(CROSSING, inner), comes(0, in_s=20), seen=picture()) == (0, "green_way_holds")


def test_it_says_why_with_figures() -> None:
    way = GreenWay(CROSSING, Says())
    way.expect(comes(1, in_s=12))
    facts = dict(way.decide(picture(*queue(1, 2))).facts)
    assert facts == {"eta_s": 12.0, "queue": 2.0, "clear_s": 6.5, "held_s": 0.0}


def test_nobody_is_asked_into_a_road_that_is_full() -> None:
    full = picture(*queue(1, 2))
    full = replace(full, outs=tuple(Out(room_m=3 if k == 3 else 200) for k in range(4)))
    assert asked(GreenWay(CROSSING, Says()), comes(1), seen=full) == (0, "keeps")


def test_of_two_that_cross_the_nearer_goes_first_and_keeps_it_until_he_has_passed() -> None:
    way, seen = GreenWay(CROSSING, Says()), picture(*queue(0, 3), *queue(1, 3))
    far, near = comes(0, in_s=9, key="far"), comes(1, in_s=6, key="near")
    assert asked(way, far, near, seen=seen) == (1, "green_way_clears")
    late = replace(near, due_s=112)
    assert asked(way, far, late, seen=replace(seen, at_s=105)) == (1, "green_way_clears")
    assert asked(way, far, seen=replace(seen, at_s=107)) == (0, "green_way_clears")


def test_the_more_important_of_two_goes_first() -> None:
    seen = picture(*queue(0, 3), *queue(1, 3), phase=1)
    two = comes(0, in_s=9, key="far", importance=1), comes(1, in_s=6, key="near")
    assert asked(GreenWay(CROSSING, Says()), *two, seen=seen) == (0, "green_way_clears")


SHARED = replace(
    CROSSING,
    links=(*CROSSING.links, Link(signal=4, from_lane=0, to_lane=1, turn="l")),
    phases=(Phase(state="GrGrg", min_green_s=5), Phase(state="rGrGr", min_green_s=5), Phase(state="rrrrG")),
)
"""Who turns from lane 0 has priority in the third phase, in which those who go straight on from it stand."""


@pytest.mark.parametrize(("before", "phase"), [(0, 2), (1, 0)])
def test_his_whole_lane_is_opened_while_somebody_is_before_him(before: int, phase: int) -> None:
    turns = Coming(key="car", links=frozenset({4}), told_s=100, due_s=105)
    way, seen = GreenWay(SHARED, Says(1)), picture(*queue(0, before), phase=1)
    assert asked(way, turns, seen=seen)[0] == phase
    assert asked(way, turns, seen=picture(phase=1, at_s=105))[0] == phase  # and no other is asked for once it is


def test_one_who_should_have_passed_may_stand_behind_somebody() -> None:
    late = Coming(key="car", links=frozenset({1}), told_s=100, due_s=100.5, distance_m=8)
    first = Seen(lane=1, distance_m=1, speed_mps=0, track="first")
    way = GreenWay(CROSSING, Says())
    assert asked(way, late, seen=picture(first, phase=1, at_s=105)) == (1, "green_way_clears")


def test_a_phase_that_serves_both_is_preferred() -> None:
    one = Coming(key="a", links=frozenset({4}), told_s=100, due_s=105)
    other = Coming(key="b", links=frozenset({3}), told_s=100, due_s=108)
    assert asked(GreenWay(FOUR, Says(1)), one, other, seen=picture(phase=1))[0] == 3


@pytest.mark.parametrize(
    ("changes", "at_s"),
    [
        ({"due_s": 106.0}, 106.1 + OVERDUE_S),
        ({"due_s": 120.0}, 100.1 + STALE_S),
        ({"due_s": 200.0, "told_s": 105.0}, 105.0),
        ({"told_s": 200.0}, 105.0),
    ],
    ids=["overdue", "stale", "slipped", "told of a time to come"],
)
def test_it_ends(changes: dict[str, float], at_s: float) -> None:
    way, seen = GreenWay(CROSSING, Says()), picture()
    assert asked(way, comes(1, in_s=6), seen=seen)[0] == 1
    assert asked(way, replace(comes(1), **changes), seen=replace(seen, at_s=at_s)) == (0, "keeps")


def test_it_ends_for_one_who_stands_at_the_line_though_he_could_go() -> None:
    way = GreenWay(CROSSING, Says())
    said = [asked(way, comes(1, at_s=at, in_s=1), seen=picture(at_s=at, phase=1))[1] for at in range(100, 400, 5)]
    assert said.count("green_way_holds") == 1 + STANDS_S / 5
    assert set(said[int(1 + STANDS_S / 5) :]) == {"keeps"}


def test_it_ends_for_one_who_is_always_told_to_come_soon() -> None:
    way = GreenWay(CROSSING, Says())
    said = [asked(way, comes(1, at_s=at, in_s=6), seen=picture(at_s=at, phase=1))[1] for at in range(100, 400, 5)]
    assert said.count("green_way_holds") == MOST_HOLD_S / 5
    assert set(said[int(MOST_HOLD_S / 5) :]) == {"keeps"}


def test_no_phase_ends_for_it_while_somebody_slow_is_crossing() -> None:
    wide = replace(CROSSING, links=tuple(replace(link, length_m=45) for link in CROSSING.links))
    starts = Seen(lane=0, distance_m=2.5, speed_mps=1.2, track="starts")
    assert asked(GreenWay(wide, Says()), comes(1, in_s=6), seen=picture(starts)) == (0, "clears")


def after_a_way(inner: Says, *waiting: Seen) -> GreenWay:
    """A way that held lane 0 from 100 s to 140 s, and is over."""
    way = GreenWay(FOUR, inner)
    for at_s in range(100, 140, 5):
        way.expect(replace(comes(0, at_s=at_s, in_s=5), links=frozenset({0})))
        assert way.decide(picture(*waiting, at_s=at_s)).why == "green_way_holds"
    way.expect()
    return way


def test_those_who_waited_follow_the_longest_red_first_until_they_had_their_turn() -> None:
    inner = Says(1)
    waiting = *queue(2, 4), *queue(3, 2)
    way = after_a_way(inner, *waiting)
    way._green_s = [140, 60, 120, 90]
    first = way.decide(picture(*waiting, at_s=140))
    assert (first.phase, first.why, dict(first.facts)) == (3, "green_way_recovers", {"waiting": 2.0})
    assert way.decide(picture(*waiting, at_s=145, phase=3, green_s=2)).phase == 3
    assert way.decide(picture(*waiting, at_s=150, phase=3, green_s=7)).phase == 2  # 2.5 s and 2 s each are over
    gone = way.decide(picture(at_s=155, phase=2, green_s=1))
    assert (gone.phase, gone.why) == (1, "keeps")


def test_where_the_controller_wanted_the_same_nobody_is_owed_anything() -> None:
    way = after_a_way(Says(0), *queue(2, 4))
    assert way.decide(picture(*queue(2, 4), at_s=140)).why == "keeps"


def test_the_recovery_ends_where_its_phase_never_shows() -> None:
    way = after_a_way(Says(1), *queue(2, 4))
    said = [way.decide(picture(*queue(2, 4), at_s=at)).why for at in range(140, 260, 5)]
    assert said[0] == "green_way_recovers"
    assert set(said[12:]) == {"keeps"}


def test_who_comes_next_breaks_the_recovery_off() -> None:
    way = after_a_way(Says(1), *queue(2, 4))
    assert way.decide(picture(*queue(2, 4), at_s=140)).why == "green_way_recovers"
    told = replace(comes(1, at_s=145, in_s=5), links=frozenset({1}))
    assert asked(way, told, seen=picture(*queue(2, 4), at_s=145)) == (1, "green_way_clears")


LANE = st.integers(0, 3)
CARS = st.lists(
    st.tuples(LANE, st.floats(0, 250), st.floats(0, 20), st.sampled_from(["car", "motorcycle", "heavy"])), max_size=30
)
TOLD = st.lists(
    st.tuples(st.sampled_from("abc"), st.sets(st.integers(0, 4)), st.floats(-60, 60), st.floats(-60, 120), LANE),
    max_size=3,
    unique_by=lambda one: one[0],
)
STEPS = st.lists(
    st.tuples(st.floats(0, 20), CARS, TOLD, st.integers(0, 3), st.lists(st.floats(0, 200), min_size=4, max_size=4)),
    min_size=1,
    max_size=20,
)


def shown(junction: Junction, phase: int, links: frozenset[int]) -> bool:
    return any(junction.phases[phase].state[junction.links[k].signal] in "Gg" for k in links)


def the_picture(cars: list[tuple[int, float, float, str]], rooms: list[float], at_s: float, phase: int) -> Picture:
    seen = tuple(
        Seen(lane=lane, distance_m=x, speed_mps=v, kind=kind, track=str(n))  # type: ignore[arg-type]
        for n, (lane, x, v, kind) in enumerate(cars)
    )
    outs = tuple(Out(room_m=room) for room in rooms)
    return Picture(at_s=at_s, phase=phase, green_s=at_s % 40 - 5, seen=seen, outs=outs)


@settings(max_examples=300, deadline=None)
@given(STEPS, LANE)
def test_whatever_is_told_it_asks_for_a_phase_of_him_who_comes_and_has_room(steps, inner) -> None:
    way, at_s = GreenWay(FOUR, Says(inner)), 1000.0
    for after_s, cars, told, phase, rooms in steps:
        at_s += after_s
        coming = {
            key: Coming(key=key, links=frozenset(links), told_s=at_s + off, due_s=at_s + due, importance=importance)
            for key, links, off, due, importance in told
        }
        way.expect(*coming.values())
        decision = way.decide(the_picture(cars, rooms, at_s, phase))
        assert 0 <= decision.phase < 4
        if decision.why in {"green_way_clears", "green_way_holds"}:
            one = coming[way.serving]
            open_ways = frozenset(k for k in one.links if rooms[FOUR.links[k].to_lane] >= 7)
            assert shown(FOUR, decision.phase, open_ways)
            assert abs(at_s - one.told_s) <= STALE_S
            assert at_s <= one.due_s + OVERDUE_S
        else:
            assert decision.why == "clears" or way.serving is None
        if not coming and decision.why == "keeps":
            assert decision.phase == inner


@settings(max_examples=100, deadline=None)
@given(CARS, st.sets(st.integers(0, 4), min_size=1), st.floats(0, 60), st.floats(0, 200), LANE)
def test_once_nothing_more_is_told_the_controller_is_free_within_a_bound(cars, links, due_s, last_s, inner) -> None:
    """However long it was told before: the stale bound, and a turn for each of the lanes."""
    way, at_s, until_s = GreenWay(FOUR, Says(inner)), 0.0, last_s + STALE_S + 4 * 60 + 10
    rooms, phase, why = [200.0] * 4, 0, ""
    while at_s < until_s:
        if at_s <= last_s:
            way.expect(Coming(key="a", links=frozenset(links), told_s=at_s, due_s=at_s + due_s))
        decision = way.decide(the_picture(cars, rooms, at_s, phase))
        phase, why, at_s = decision.phase, decision.why, at_s + ASKED_S
    assert why in {"keeps", "clears"}
    assert way.serving is None


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(LANE, st.floats(1, 40), LANE), min_size=1, max_size=10))
def test_behind_the_envelope_no_minimum_or_clearance_is_shortened(told: list[tuple[int, float, int]]) -> None:
    envelope = Envelope(FOUR, Limits())
    inner = Says()
    state, way = envelope.start(0.0), GreenWay(FOUR, inner)
    history = [state]
    for second in range(1, 60 * len(told)):
        lane, in_s, inner.phase = told[second // 60]
        if second % 60 == 1:
            way.expect(Coming(key=str(second), links=ways(FOUR, lane=lane), told_s=second, due_s=second + in_s))
        wish = way.decide(Picture(at_s=second, phase=state.phase, green_s=state.green_s, seen=queue(lane, 3))).phase
        state = envelope.advance(state, wish, float(second))
        history.append(state)
    for before, after in pairwise(history):
        if before.leaving is None and after.leaving is not None:
            ends = FOUR.phases[before.phase]
            assert before.green_s >= max(ends.min_green_s, ends.walk_s) - 1.0
        for old, new in zip(before.lamps, after.lamps, strict=True):
            assert (old, new) not in {("G", "r"), ("r", "y"), ("y", "G")}
