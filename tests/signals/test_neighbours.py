"""What junctions tell one another: nobody is told of twice, nobody too late, and silence leaves what was counted."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.signals.test_look_ahead import CROSSING, inside, picture, queue
from unjai.signals.controller.ahead import LookAhead, Settings
from unjai.signals.controller.counts import Counts
from unjai.signals.controller.neighbours import Coming, Expected, Mail
from unjai.signals.junction import Arrival, Junction, JunctionId, Leads, Seen, Told
from unjai.signals.plants.sumo_net import _Net, _senders

NEXT = JunctionId("next")
TELLS = replace(
    CROSSING,
    outs=tuple(replace(out, leads=(Leads(junction=NEXT, lanes=("E",), seconds=12.0),)) for out in CROSSING.outs),
)
ON = Settings(neighbours=True)
EVERY_S = 10.0


def told(at_s: float, *arrives_s: float, share: float = 1.0, sender: str = "before", lane: str = "N") -> Told:
    arrivals = tuple(Arrival(lanes=(lane,), leaves_s=one - 12, at_s=one, share=share) for one in arrives_s)
    return Told(sender=JunctionId(sender), to=CROSSING.key, at_s=at_s, arrivals=arrivals)


def counted(junction: Junction = CROSSING, per_s: float = 0.1, until_s: float = 300) -> Counts:
    """Return counts of a lane on which one came each 1 / `per_s` seconds, and was followed over the line."""
    counts = Counts(junction)
    counts.note(picture(at_s=0))
    for at_s in np.arange(0.0, until_s, 1 / per_s):
        counts.note(replace(picture(*queue(0, 1), at_s=float(at_s)), left=(0,)))
    counts.sight_m[0] = 100.0
    return counts


@given(
    st.lists(st.tuples(st.floats(0, 59), st.floats(0.01, 2)), min_size=1, max_size=40),
    st.floats(0, 0.5),
    st.integers(1, 8),
)
def test_over_the_draws_as_many_come_as_were_told_and_nobody_after_the_horizon(
    coming: list[tuple[float, float]], per_s: float, samples: int
) -> None:
    after = np.array(sorted(coming), np.float32)
    expected = Expected(per_s=0.0, after_s=after[:, 0], sums=np.cumsum(after[:, 1]))
    draws = [expected.moments(sample, samples, 60.0) for sample in range(samples)]
    assert sum(map(len, draws)) / samples == pytest.approx(float(after[:, 1].sum()), abs=1 / samples)
    both = replace(expected, per_s=per_s).moments(0, samples, 60.0)
    assert both == sorted(both)
    assert all(0 <= moment < 60.0 for moment in both)


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 3), st.floats(0, 190), st.floats(0, 13)), max_size=30),
    st.lists(st.tuples(st.integers(0, 3), st.floats(0, 14)), max_size=4),
    st.integers(0, 1),
)
def test_a_plan_sends_on_nobody_who_is_not_there_and_nobody_after_its_horizon(
    cars: list[tuple[int, float, float]], crossing: list[tuple[int, float]], phase: int
) -> None:
    seen = tuple(Seen(lane=lane, distance_m=x, speed_mps=v, track=str(n)) for n, (lane, x, v) in enumerate(cars))
    asked = replace(picture(*seen, phase=phase), inside=tuple(inside(link, to_go, 5) for link, to_go in crossing))
    (message,) = LookAhead(TELLS, ON).decide(asked).tells
    assert len(crossing) - 1e-3 <= sum(one.share for one in message.arrivals) <= len(cars) + len(crossing) + 1e-3
    for one in message.arrivals:
        assert asked.at_s <= one.leaves_s <= asked.at_s + ON.horizon_s + 15
        assert one.at_s == pytest.approx(one.leaves_s + 12)


def test_a_queue_that_gets_its_green_is_told_of_one_after_the_other() -> None:
    (message,) = LookAhead(TELLS, ON).decide(picture(*queue(0, 6))).tells
    moments = [one.at_s for one in message.arrivals]
    assert sum(one.share for one in message.arrivals) == pytest.approx(6)
    assert moments == sorted(moments)
    assert 8 < moments[-1] - moments[0] < 20


@pytest.mark.parametrize("messages", [(), (told(60, 115, 117, 119),)], ids=["none", "stale"])
def test_silence_leaves_what_was_counted(messages: tuple[Told, ...]) -> None:
    """Lost or older than three decisions: bit for bit as without neighbours."""
    found = []
    for neighbours in (True, False):
        controller = LookAhead(TELLS, Settings(neighbours=neighbours))
        for at_s in range(0, 100, 10):
            controller.decide(replace(picture(*queue(0, 1), at_s=at_s), left=(0,)))
        asked = replace(picture(*queue(1, 3), at_s=100), told=messages)
        decision = controller.decide(asked)
        found.append((decision.phase, decision.why, decision.facts))
        assert bool(decision.tells) is neighbours
    assert found[0] == found[1]


def test_who_was_told_of_is_expected_then_and_not_by_chance_too() -> None:
    counts, coming = counted(), Coming(CROSSING, EVERY_S)
    for at_s in np.arange(0.0, 300.0, EVERY_S):
        coming.take(replace(picture(at_s=at_s), told=(told(at_s, at_s + 13),)), counts)
    coming.take(replace(picture(at_s=300), told=(told(300, 320, 322),)), counts)
    expected = coming.expected(counts, 300)[0]
    assert expected.per_s < 0.02
    assert expected.moments(0, 1, 60.0) == pytest.approx([320 - 300 - 100 / 13.9, 322 - 300 - 100 / 13.9], abs=0.1)


def test_of_those_who_mostly_turn_off_before_only_as_many_are_expected_as_came() -> None:
    counts, coming = counted(), Coming(CROSSING, EVERY_S)
    for at_s in np.arange(0.0, 300.0, EVERY_S):
        coming.take(replace(picture(at_s=at_s), told=(told(at_s, at_s + 13, share=4.0),)), counts)
    coming.take(replace(picture(at_s=300), told=(told(300, 320, share=4.0),)), counts)
    assert coming.expected(counts, 300)[0].sums[-1] == pytest.approx(1.0, abs=0.2)


def test_who_is_on_a_long_road_is_not_forgotten_by_the_next_message_nor_counted_twice() -> None:
    counts, coming = counted(), Coming(CROSSING, EVERY_S)
    coming.take(replace(picture(at_s=300), told=(told(300, 330, 345),)), counts)
    coming.take(replace(picture(at_s=320), told=(told(320, 345),)), counts)  # one left at 318, one leaves at 333
    expected = coming.expected(counts, 320)[0]
    assert list(expected.after_s + 320 + 100 / 13.9) == pytest.approx([330, 345], abs=0.01)


def test_the_mail_keeps_the_last_of_each() -> None:
    mail = Mail()
    mail.post((told(1, 20), told(1, 20, sender="other")))
    mail.post((told(2, 20),))
    assert {(one.sender, one.at_s) for one in mail.of(CROSSING.key)} == {("before", 2), ("other", 1)}
    assert mail.of(NEXT) == ()


def test_the_neighbours_of_a_net_are_found_up_to_the_signal_before() -> None:
    net = _Net(lanes=dict.fromkeys(("a_0", "b_0", "c_0", "side_0"), (100.0, 10.0)))
    net.into |= {"c_0": [("b_0", ""), ("side_0", "")], "b_0": [("a_0", "S1"), (":S1_0_0", "")]}
    assert _senders(net, "c_0") == {("S1", "b_0"): 20.0}
    net.into["b_0"] = [("c_0", "")]
    assert _senders(net, "c_0") == {}, "a ring without a signal ends"


def test_a_platoon_that_is_told_of_is_looked_ahead_at_as_one() -> None:
    controller = LookAhead(CROSSING, ON)
    for at_s in range(0, 100, 10):
        controller.decide(replace(picture(*queue(0, 1), at_s=at_s), left=(0,)))
    controller.counts.sight_m[0] = 100.0
    controller.decide(replace(picture(*queue(1, 1)), told=(told(100, *range(112, 128, 2)),)))
    moments = controller.coming.expected(controller.counts, 100)[0].moments(0, 6, 60.0)
    assert sum(3 < moment < 22 for moment in moments) >= 8
