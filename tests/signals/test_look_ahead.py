"""The controller that looks ahead, on junctions small enough to know the answer."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from unjai.signals.controller.ahead import LookAhead, Settings
from unjai.signals.controller.baselines import CyclicMaxPressure, MaxPressure, MaxWave, Webster
from unjai.signals.controller.clearing import catches
from unjai.signals.junction import Inside, Junction, JunctionId, Lane, Link, Out, Phase, Picture, Seen

CROSSING = Junction(
    key=JunctionId("crossing"),
    lanes=tuple(Lane(key=key, length_m=200, speed_mps=13.9, approach=key) for key in "NESW"),
    outs=tuple(Lane(key=f"{key}o", length_m=200, speed_mps=13.9) for key in "NESW"),
    links=tuple(
        Link(signal=k, from_lane=k, to_lane=(k + 2) % 4, crosses=frozenset({(k + 1) % 4, (k + 3) % 4}))
        for k in range(4)
    ),
    phases=(Phase(state="GrGr", min_green_s=5), Phase(state="rGrG", min_green_s=5)),
    max_wait_s=100,
)


def queue(lane: int, n: int, waited_s: float = 10) -> tuple[Seen, ...]:
    return tuple(
        Seen(lane=lane, distance_m=2 + 7 * i, speed_mps=0, waited_s=waited_s, track=f"{lane}-{i}") for i in range(n)
    )


def picture(*seen: Seen, phase: int = 0, green_s: float = 20, at_s: float = 100, room_m: float = 200) -> Picture:
    return Picture(
        at_s=at_s, phase=phase, green_s=green_s, seen=seen, outs=tuple(Out(room_m=room_m) for _ in CROSSING.outs)
    )


def test_an_empty_junction_is_left_alone() -> None:
    assert LookAhead(CROSSING).decide(picture()).phase == 0


def test_a_queue_before_red_gets_its_green_and_what_it_saves_is_said() -> None:
    decision = LookAhead(CROSSING).decide(picture(*queue(1, 8)))
    assert (decision.phase, decision.why) == (1, "changes")
    assert dict(decision.facts)["saves_s"] > 30


def test_a_queue_that_is_leaving_is_not_cut_for_one_car() -> None:
    assert LookAhead(CROSSING).decide(picture(*queue(0, 8), *queue(1, 1, 0), green_s=6)).phase == 0


def test_the_shortest_green_holds() -> None:
    assert LookAhead(CROSSING).decide(picture(*queue(1, 8), green_s=2)).phase == 0


def test_nobody_is_sent_into_a_road_that_is_full() -> None:
    full = tuple(Out(room_m=3 if k == 3 else 200, moving=k != 3) for k in range(4))
    asked = Picture(at_s=100, phase=0, green_s=20, seen=(*queue(0, 4), *queue(1, 5)), outs=full)
    settings_ = Settings(refill_mps=0)
    assert LookAhead(CROSSING, settings_).decide(asked).phase == 0  # lane 1 leads into the full one


def test_one_who_waited_too_long_is_served_before_a_long_queue() -> None:
    decision = LookAhead(CROSSING).decide(picture(*queue(0, 12), *queue(1, 1, waited_s=101)))
    assert (decision.phase, decision.why) == (1, "waited")


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 3), st.floats(0, 250), st.floats(0, 20), st.floats(0, 400)), max_size=90),
    st.integers(0, 1),
    st.floats(-3, 200),
)
def test_any_picture_gets_a_phase_that_exists(
    cars: list[tuple[int, float, float, float]], phase: int, green: float
) -> None:
    seen = tuple(
        Seen(lane=lane, distance_m=x, speed_mps=v, waited_s=waited, track=str(n))
        for n, (lane, x, v, waited) in enumerate(cars)
    )
    for controller in (LookAhead(CROSSING), MaxWave(CROSSING), MaxPressure(CROSSING), Webster(CROSSING)):
        assert controller.decide(picture(*seen, phase=phase, green_s=green)).phase in {0, 1}


def test_turns_and_arrivals_are_counted() -> None:
    controller = LookAhead(CROSSING)
    for step in range(10):
        asked = picture(*queue(0, 1), at_s=100 + 10.0 * step)
        controller.decide(Picture(at_s=asked.at_s, phase=0, green_s=20, seen=asked.seen, outs=asked.outs, left=(0, 0)))
    assert controller.counts.left[0] > controller.counts.left[1]
    assert controller.counts.per_s(0, 190) > 0.1 > controller.counts.per_s(1, 190)


def test_rules_take_the_fullest_and_the_cyclic_ones_take_all_in_turn() -> None:
    assert MaxWave(CROSSING).decide(picture(*queue(1, 2), *queue(0, 1))).phase == 1
    assert MaxPressure(CROSSING).decide(picture(*queue(1, 2), *queue(0, 1))).phase == 1
    for controller in (CyclicMaxPressure(CROSSING), Webster(CROSSING)):
        assert controller.decide(picture(green_s=1)).phase == 0
        assert controller.decide(picture(green_s=500)).phase == 1
        assert controller.decide(picture(phase=1, green_s=500)).phase == 0


def test_no_phase_ends_while_somebody_slow_is_crossing() -> None:
    wide = replace(CROSSING, links=tuple(replace(link, length_m=45) for link in CROSSING.links))
    waiting = queue(1, 8)
    starts = Seen(lane=0, distance_m=2.5, speed_mps=1.2, track="starts")
    crosses = Inside(link=0, to_go_m=44, speed_mps=0.5)
    for asked in (picture(*waiting, starts), replace(picture(*waiting), inside=(crosses,))):
        decision = LookAhead(wide).decide(asked)
        assert (decision.phase, decision.why) == (0, "clears")
    nearly_over = replace(picture(*waiting), inside=(replace(crosses, to_go_m=10, speed_mps=8),))
    assert LookAhead(wide).decide(nearly_over).phase == 1


def test_one_who_waits_inside_for_others_is_let_go_by_the_change() -> None:
    yields = replace(
        CROSSING, phases=(replace(CROSSING.phases[0], state="g" + CROSSING.phases[0].state[1:]), *CROSSING.phases[1:])
    )
    asked = replace(picture(*queue(1, 8)), inside=(Inside(link=0, to_go_m=8, speed_mps=0),))
    assert LookAhead(yields).decide(asked).phase == 1


def yielding(*phases: str) -> Junction:
    """Return the crossing with other letters; all ways as long as a wide junction's."""
    links = tuple(replace(link, length_m=34) for link in CROSSING.links)
    return replace(CROSSING, links=links, phases=tuple(Phase(state=state, min_green_s=5) for state in phases))


def inside(link: int, to_go_m: float, speed_mps: float = 0.0) -> Inside:
    return Inside(link=link, to_go_m=to_go_m, speed_mps=speed_mps)


def test_a_third_who_waits_inside_would_still_be_in_the_middle_when_the_others_start() -> None:
    junction = yielding("grgr", "rGrG")
    column = inside(0, 12), inside(0, 18), inside(0, 24)
    for waiting, caught in ((column[:2], False), (column, True)):
        assert catches(junction, replace(picture(), inside=waiting), 1) is caught
    assert not catches(yielding("grgr", "gGgG"), replace(picture(), inside=column), 1), "his way stays open"


def test_one_who_starts_behind_somebody_that_waits_starts_later() -> None:
    junction = yielding("grGr", "rGrG")
    links = (junction.links[0], junction.links[1], replace(junction.links[2], from_lane=0), junction.links[3])
    junction = replace(junction, links=links)
    starts = inside(2, 30, 0.7)
    assert not catches(junction, replace(picture(), inside=(starts,)), 1)
    assert catches(junction, replace(picture(), inside=(starts, inside(0, 20))), 1)


def test_who_is_left_in_the_middle_since_the_phase_before_is_waited_for() -> None:
    for standing, caught in ((0.0, True), (4.0, False)):
        assert catches(CROSSING, replace(picture(), inside=(inside(1, 6, standing),)), 1) is caught


def test_one_who_stands_in_the_middle_is_waited_for_but_not_for_ever() -> None:
    controller = LookAhead(CROSSING)
    decisions = []
    for after in range(0, 60, 10):
        asked = picture(*queue(1, 8), green_s=20 + after)
        decisions.append(controller.decide(replace(asked, at_s=asked.at_s + after, inside=(inside(0, 31),))))
    assert [one.why for one in decisions[:2]] == ["clears"] * 2
    assert decisions[2].phase == 1


def test_who_stands_before_an_open_way_wants_the_lane_beside_and_blocks_those_behind() -> None:
    beside = (replace(CROSSING.lanes[0], approach="N"), replace(CROSSING.lanes[1], approach="N"), *CROSSING.lanes[2:])
    junction = replace(CROSSING, lanes=beside)
    controller = LookAhead(junction)
    stands = picture(*queue(0, 6), green_s=10)
    assert controller.decide(stands).phase == 1, "he wants the way that is closed: his lane is behind him"
    assert LookAhead(CROSSING).decide(stands).phase == 0, "no lane beside: nobody knows what he waits for"


def test_a_lane_whose_head_is_missed_is_served_when_so_many_should_have_come() -> None:
    """A short lane with two heads that no camera saw hid all behind them, and stood for two minutes."""
    moves = tuple(replace(one, speed_mps=13.9, distance_m=60 + one.distance_m * 3) for one in queue(0, 1, 0))

    def wished(hidden: bool) -> list[int]:
        controller = LookAhead(CROSSING)
        for at_s in range(0, 100, 5):
            left = (1,) if hidden else ()
            controller.decide(replace(picture(phase=1, green_s=at_s, at_s=at_s), left=left))
        return [controller.decide(picture(*moves, green_s=red, at_s=100 + red)).phase for red in range(5, 60, 5)]

    assert 1 in wished(hidden=True)
    assert 1 not in wished(hidden=False)
