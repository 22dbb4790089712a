"""The envelope: nothing unsafe leaves it, whatever it is told; and RESCO's protocol where nothing is unsafe."""

import math
import os
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.signals.watchman import Watchman
from unjai.model.errors import UnjaiError
from unjai.signals.envelope import Envelope, Limits, Shown, shortest_green_s
from unjai.signals.junction import Junction, JunctionId, Lane, Link, Phase

EXAMPLES = int(os.environ.get("SIGNALS_EXAMPLES", "300"))
LANE = Lane(key="a", length_m=100.0, speed_mps=13.9)


def junction(*phases: Phase, links: tuple[Link, ...] = ()) -> Junction:
    return Junction(key=JunctionId("j"), lanes=(LANE,), outs=(LANE,), links=links, phases=phases)


def crossing(*phases: Phase) -> Junction:
    """Two ways that cross."""
    links = (
        Link(signal=0, from_lane=0, to_lane=0, crosses=frozenset({1})),
        Link(signal=1, from_lane=0, to_lane=0, crosses=frozenset({0})),
    )
    return junction(*phases, links=links)


def a_junction(data: bytes) -> Junction:
    """Make any junction whose phases do not conflict: bytes are what chance gives, and what is made simpler."""
    bits = iter(data)

    def pick(count: int) -> int:
        return next(bits, 0) % count

    size = 1 + pick(6)
    crosses: list[set[int]] = [set() for _ in range(size)]
    for at in range(size):
        for other in range(at):
            if pick(2):
                crosses[at].add(other)
                crosses[other].add(at)
    links = tuple(
        Link(signal=at, from_lane=0, to_lane=0, crosses=frozenset(crosses[at]), pedestrian=pick(4) == 3)
        for at in range(size)
    )
    phases = []
    for _ in range(1 + pick(4)):
        state = ""
        for at in range(size):
            letter = "rGgGs"[pick(5)]
            if letter == "G" and any(state[other] == "G" for other in crosses[at] if other < at):
                letter = "g"
            state += letter
        shortest = pick(13) / 2
        phases.append(
            Phase(
                state=state,
                min_green_s=shortest,
                max_green_s=shortest + pick(31),
                yellow_s=pick(9) / 2,
                red_clear_s=pick(7) / 2,
                walk_s=pick(15) / 2,
                walk_clear_s=pick(15) / 2,
            )
        )
    return junction(*phases, links=links)


STEPS = (0.1, 0.5, 1.0, 1.0, 1.0, 1.0, 2.0, 0.0, 1.0, 1.0, 0.3, -7.0, 40.0, math.nan, math.inf, 1.0)
WISHES = (None, -1, 99, math.nan, "west", True, 2.0, None)


def told(data: bytes, phases: int) -> Iterator[tuple[object, float]]:
    """Read each byte as a step of the clock and a wish: most are sane, the rest is what goes wrong in the field."""
    at = 100.0
    for byte in data:
        step, wish = STEPS[byte & 15], byte >> 4
        at = at + step if math.isfinite(step) else at
        yield (WISHES[wish - 8] if wish >= 8 else wish % phases), (at if math.isfinite(step) else step)


@settings(max_examples=EXAMPLES)
@given(st.binary(min_size=40, max_size=90), st.binary(min_size=40, max_size=160), st.integers(5, 60))
def test_nothing_unsafe_leaves_whatever_it_is_told(shape, words, longest_red_s):
    place = a_junction(shape)
    limits = Limits(longest_red_s=float(longest_red_s), stale_s=3.0, local_green_s=4.0)
    envelope = Envelope(place, limits)
    state = envelope.start(100.0, shape[0] % len(place.phases))
    watchman = Watchman(place, limits.gap_s)
    watchman.see(100.0, state.lamps, state.phase)
    for wish, at_s in told(words, len(place.phases)):
        state = envelope.advance(state, wish, at_s)
        watchman.see(at_s, state.lamps, None if state.leaving is not None else state.phase)
    assert watchman.wrong == []


@settings(max_examples=max(20, EXAMPLES // 10))
@given(st.binary(min_size=40, max_size=90), st.lists(st.integers(0, 3), min_size=1, max_size=6), st.integers(5, 60))
def test_nobody_is_red_for_ever_and_no_green_is_endless(shape, wishes, longest_red_s):
    place = a_junction(shape)
    count = len(place.phases)
    envelope = Envelope(place, Limits(longest_red_s=float(longest_red_s)))
    state = envelope.start(0.0)
    greens = dict.fromkeys(range(count), 0.0)
    watchman = Watchman(place, 2.0)
    for second in range(900):
        state = envelope.advance(state, wishes[second // 7 % len(wishes)] % count, float(second))
        watchman.see(float(second), state.lamps, None if state.leaving is not None else state.phase)
        if state.leaving is None:
            greens[state.phase] = max(greens[state.phase], state.green_s)
    assert watchman.wrong == []
    turns = [
        shortest_green_s(phase) + phase.walk_clear_s + phase.yellow_s + phase.red_clear_s for phase in place.phases
    ]
    served = {at for phase in place.phases for at, letter in enumerate(phase.state) if letter in "Gg"}
    bound = longest_red_s + (count + 1) * (max(turns) + 5.0)
    assert [at for at in served if watchman.red_s[at] > bound] == []
    if count > 1:
        late = [
            number
            for number, phase in enumerate(place.phases)
            if greens[number] > max(phase.max_green_s, shortest_green_s(phase)) + 1.0
        ]
        assert late == []


def run(envelope: Envelope, state: Shown, wish: object, seconds: range) -> tuple[Shown, list[str]]:
    shown = []
    for at in seconds:
        state = envelope.advance(state, wish, float(at))
        shown.append(state.lamps)
    return state, shown


def test_a_change_is_that_of_the_published_protocol():
    """Change at t: yellow for three seconds, the new green at t + 3; what is green in both stays green."""
    envelope = Envelope(junction(Phase(state="GGrr"), Phase(state="GrGr")))
    state, shown = run(envelope, envelope.start(0.0), 0, range(5))
    assert set(shown) == {"GGrr"}
    state, shown = run(envelope, state, 1, range(5, 10))
    assert shown == ["Gyrr", "Gyrr", "Gyrr", "GrGr", "GrGr"]
    assert (state.phase, state.green_s, state.leaving) == (1, 1.0, None)


@settings(max_examples=max(50, EXAMPLES // 10))
@given(
    st.lists(st.text("rGgs", min_size=5, max_size=5), min_size=2, max_size=6),
    st.lists(st.integers(0, 5), min_size=1, max_size=30),
)
def test_any_phases_follow_the_published_protocol(states, wishes):
    """A choice every ten seconds: for three what ends is yellow and the rest as it was, but for a lost priority."""
    phases = [Phase(state=state, min_green_s=5.0, max_green_s=math.inf) for state in states]
    envelope = Envelope(junction(*phases), Limits(longest_red_s=math.inf))
    state, shown = run(envelope, envelope.start(0.0), 0, range(10))
    said, now = [states[0]] * 10, 0
    for turn, wish in enumerate(wishes, 1):
        then = wish % len(states)
        state, lamps = run(envelope, state, then, range(10 * turn, 10 * turn + 10))
        shown += lamps
        pairs = zip(states[now], states[then], strict=True)
        ends = "".join("y" if a in "Gg" and b not in "Gg" else "g" if (a, b) == ("G", "g") else a for a, b in pairs)
        said += [states[then] if then == now else ends] * 3 + [states[then]] * 7
        now = then
    assert shown == said


def test_while_a_change_stands_before_it_the_green_is_below_zero():
    envelope = Envelope(crossing(Phase(state="Gr"), Phase(state="rG")))
    state, _ = run(envelope, envelope.start(0.0), 1, range(6))
    assert (state.lamps, state.phase, state.leaving, state.green_s) == ("yr", 1, 0, -3.0)


def test_tenths_of_a_second_do_not_make_a_clearance_longer():
    envelope = Envelope(crossing(Phase(state="Gr"), Phase(state="rG")))
    state = envelope.start(0.0)
    shown = []
    at = 0.0
    for _ in range(100):
        at += 0.1
        state = envelope.advance(state, 1, at)
        shown.append(state.lamps)
    assert shown.index("rG") - shown.index("yr") == 30


def test_pedestrians_leave_the_road_while_vehicles_still_go():
    links = (Link(signal=0, from_lane=0, to_lane=0), Link(signal=1, from_lane=0, to_lane=0, pedestrian=True))
    first = Phase(state="GGr", min_green_s=2.0, walk_s=4.0, walk_clear_s=3.0, yellow_s=2.0, red_clear_s=1.0)
    envelope = Envelope(junction(first, Phase(state="rrG"), links=links))
    _, shown = run(envelope, envelope.start(0.0), 1, range(12))
    assert shown == ["GGr"] * 4 + ["Grr"] * 3 + ["yrr"] * 2 + ["rrr"] + ["rrG"] * 2


def test_who_loses_priority_yields_from_the_beginning_of_the_change():
    envelope = Envelope(crossing(Phase(state="Gr"), Phase(state="gG")))
    _, shown = run(envelope, envelope.start(0.0), 1, range(10))
    assert shown == ["Gr"] * 5 + ["gr"] * 3 + ["gG"] * 2


def test_a_change_that_has_begun_is_carried_through():
    envelope = Envelope(junction(Phase(state="Grr"), Phase(state="rGr"), Phase(state="rrG")))
    state, _ = run(envelope, envelope.start(0.0), 1, range(6))
    state, shown = run(envelope, state, 2, range(6, 9))
    assert shown == ["yrr", "yrr", "rGr"]


def test_the_longest_green_ends_whether_others_wait_or_not():
    envelope = Envelope(crossing(Phase(state="Gr", max_green_s=10.0), Phase(state="rG")))
    _, shown = run(envelope, envelope.start(0.0), 0, range(14))
    assert shown == ["Gr"] * 10 + ["yr"] * 3 + ["rG"]


def test_one_phase_alone_stays_green():
    envelope = Envelope(junction(Phase(state="G", max_green_s=10.0)))
    _, shown = run(envelope, envelope.start(0.0), 0, range(100))
    assert set(shown) == {"G"}


def test_who_is_red_too_long_comes_next_whatever_is_wished():
    place = junction(Phase(state="Grr"), Phase(state="rGr"), Phase(state="rrG"))
    envelope = Envelope(place, Limits(longest_red_s=40.0))
    state, shown = envelope.start(0.0), []
    for second in range(120):
        state = envelope.advance(state, second // 10 % 2, float(second))
        shown.append(state.lamps)
    assert shown.index("rrG") <= 40 + 2 * 8
    assert "rrG" in shown[60:]


@pytest.mark.parametrize("wish", [-1, 2, 10**30, math.nan, 1.0, "1", True, None])
def test_a_wish_that_is_no_phase_is_not_followed(wish):
    envelope = Envelope(crossing(Phase(state="Gr"), Phase(state="rG")))
    state, shown = run(envelope, envelope.start(0.0), wish, range(10))
    assert set(shown) == {"Gr"}
    assert state.trouble == ("" if wish is None else "signals_wish_unusable")


def test_numbers_of_numpy_are_wishes():
    envelope = Envelope(crossing(Phase(state="Gr"), Phase(state="rG")))
    state, _ = run(envelope, envelope.start(0.0), np.int64(1), range(9))
    assert state.lamps == "rG"


def test_without_a_wish_it_runs_a_cycle_of_its_own_until_one_comes():
    envelope = Envelope(crossing(Phase(state="Gr"), Phase(state="rG")), Limits(stale_s=10.0, local_green_s=20.0))
    state, shown = run(envelope, envelope.start(0.0), None, range(60))
    assert shown == ["Gr"] * 20 + ["yr"] * 3 + ["rG"] * 20 + ["ry"] * 3 + ["Gr"] * 14
    assert (state.led, state.trouble) == (False, "signals_wish_stale")
    state = envelope.advance(state, 0, 60.0)
    assert (state.led, state.trouble) == (True, "")


@pytest.mark.parametrize("leap", [-3600.0, 3600.0, 2.5])
def test_a_leap_of_the_clock_shortens_no_clearance(leap):
    envelope = Envelope(crossing(Phase(state="Gr"), Phase(state="rG")))
    state, shown = run(envelope, envelope.start(0.0), 1, range(6))
    assert shown[-1] == "yr"
    state = envelope.advance(state, 1, 5.0 + leap)
    assert (state.lamps, state.trouble) == ("yr", "signals_time_leapt")
    after = []
    for second in range(1, 4):
        state = envelope.advance(state, 1, 5.0 + leap + second)
        after.append(state.lamps)
    assert after == ["yr", "yr", "rG"]


@pytest.mark.parametrize("at_s", [math.nan, math.inf, -math.inf])
def test_a_time_that_is_none_changes_nothing(at_s):
    envelope = Envelope(crossing(Phase(state="Gr"), Phase(state="rG")))
    state, _ = run(envelope, envelope.start(0.0), 1, range(6))
    told = envelope.advance(state, 0, at_s)
    assert replace(told, trouble="") == state
    assert told.trouble == "signals_clock_unusable"
    with pytest.raises(UnjaiError, match="signals_clock_unusable"):
        envelope.start(at_s)


@pytest.mark.parametrize(
    ("phase", "code"),
    [
        (Phase(state="Gy"), "signals_letter"),
        (Phase(state="GO"), "signals_letter"),
        (Phase(state="Gr", yellow_s=math.inf), "signals_not_finite"),
        (Phase(state="Gr", min_green_s=math.nan), "signals_not_finite"),
    ],
)
def test_a_phase_that_could_not_be_kept_safe_is_refused(phase, code):
    with pytest.raises(UnjaiError, match=code):
        Envelope(junction(phase))


def test_what_the_street_shows_decides_what_may_come_next():
    """A controller on the street shows phases of its own accord: minimums count from what is seen of it."""
    envelope = Envelope(crossing(Phase(state="Gr"), Phase(state="rG")))
    state = envelope.start(0.0)
    said = []
    for second, seen in enumerate([0, 0, None, None, 1, 1, 1, 1, 1, 1, 1]):
        state, target = envelope.observe(state, 0, float(second), seen)
        said.append(target)
    assert said == [0, 0, 0, 0, 1, 1, 1, 1, 1, 0, 0]


UNSAFE = {
    "both first": ["Gr", "GG"],
    "no yellow": ["Gr", "rr"],
    "a short yellow": ["Gr", "yr", "yr", "rr"],
    "yellow to green": ["Gr", "yr", "yr", "yr", "Gr"],
    "no red between": ["Gr", "yr", "yr", "yr", "rG"],
    "cut short": ["Gr", "rr", "rG", "ry"],
    "priority without a clearance": ["Gr", "gG"],
}


@pytest.mark.parametrize("lamps", UNSAFE.values(), ids=UNSAFE)
def test_the_watchman_sees_what_is_unsafe(lamps):
    place = crossing(Phase(state="Gr", red_clear_s=1.0), Phase(state="rG", red_clear_s=1.0), Phase(state="gG"))
    watchman = Watchman(place, 2.0)
    states = [phase.state for phase in place.phases]
    for second, shown in enumerate(["Gr"] * 6 + lamps):
        watchman.see(float(second), shown, states.index(shown) if shown in states else None)
    assert watchman.wrong != []
