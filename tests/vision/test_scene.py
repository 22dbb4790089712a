"""Each scene rule finds what its sentence says, once, and not what is only like it."""

import dataclasses
import math
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.vision.conftest import look, person
from unjai.model.errors import UnjaiError
from unjai.vision.look import metres_between
from unjai.vision.rules_file import rules_of, undrawn_rules
from unjai.vision.scene import scene_kinds
from unjai.vision.scene.base import read_params

LEFT_HALF = [[0, 0], [0.5, 0], [0.5, 1], [0, 1]]
STEP = 0.2
PIXELS_PER_METRE = 80 / 1.65


def _rule(**given_rule):
    return rules_of([given_rule])[0]


def _run(rule, seconds, scene, *, begin=0.0):
    """Show the rule `scene(t)` five times a second; return its hits."""
    hits = []
    for n in range(round(seconds / STEP)):
        t = begin + n * STEP
        hits += rule.look(look(t, *scene(t)))
    return hits


def _walk(track, t, speed_mps, *, x=0.1, y=0.6, **more):
    return person(track, x + speed_mps * t * PIXELS_PER_METRE / 640, y, **more)


def test_kinds_are_those_that_were_asked_for():
    assert set(scene_kinds()) == {
        "closed_area",
        "loitering",
        "crowd",
        "wrong_way",
        "stopped_vehicle",
        "running",
        "left_behind",
        "lying",
        "followed",
    }
    assert {rule.key for rule in undrawn_rules()} == set(scene_kinds()) - {
        "closed_area",
        "wrong_way",
        "stopped_vehicle",
    }


@pytest.mark.parametrize("kind", scene_kinds().values(), ids=lambda kind: kind.key)
def test_a_kind_keeps_the_contract(kind):
    params = kind.Params()
    assert params.__dataclass_params__.frozen
    words = kind.clause(params)
    assert re.search(r"[\u0e01-\u0e5b]", words.th)
    assert words.en.isascii()
    assert kind.th
    assert kind.en
    for one in dataclasses.fields(kind.Params):
        assert one.metadata["th"], one.name
        assert one.metadata["en"], one.name
        low, high = one.metadata["ge"], one.metadata["le"]
        if isinstance(one.default, int | float):
            assert low <= one.default <= high
            for wrong in (low - 1, high + 1, math.nan, math.inf, True, "5", None):
                with pytest.raises(UnjaiError) as error:
                    read_params(kind, {one.name: wrong})
                assert error.value.code == "scene_param_wrong"
    assert list(kind().look(look(0.0))) == []


class TestClosedArea:
    def test_who_stands_inside_is_told_once_and_again_when_he_comes_back(self):
        rule = _rule(rule="closed_area", area=LEFT_HALF, seconds=1)
        hits = _run(rule, 20, lambda _t: [person(1, 0.3, 0.8)])
        assert [(hit.tracks, round(hit.since, 1)) for hit in hits] == [((1,), 0.0)]
        assert _run(rule, 5, lambda _t: [person(1, 0.7, 0.8)], begin=20) == []
        assert _run(rule, 3, lambda _t: [person(1, 0.3, 0.8)], begin=25) == [], "out for five seconds only"
        assert _run(rule, 12, lambda _t: [person(1, 0.7, 0.8)], begin=28) == []
        assert len(_run(rule, 3, lambda _t: [person(1, 0.3, 0.8)], begin=40)) == 1

    def test_feet_count_and_a_car_does_not(self):
        rule = _rule(rule="closed_area", area=LEFT_HALF, seconds=0)
        assert _run(rule, 5, lambda _t: [person(1, 0.51, 0.8, wide=200.0), person(2, 0.2, 0.8, kind="car")]) == []

    def test_passing_the_edge_does_not_count(self):
        rule = _rule(rule="closed_area", area=LEFT_HALF, seconds=1)
        assert _run(rule, 0.8, lambda _t: [person(1, 0.4, 0.8)]) == []


class TestLoitering:
    def test_after_the_time_once_for_each(self):
        rule = _rule(rule="loitering", seconds=30)
        hits = _run(rule, 90, lambda t: [person(1, 0.3 + 0.1 * math.sin(t), 0.8), *([person(2, 0.7, 0.8)] * (t > 20))])
        assert [(hit.tracks, round(hit.t, 1)) for hit in hits] == [((1,), 30.0), ((2,), 50.2)]
        assert hits[0].facts == {"seconds": 30.0, "score": 0.9}

    def test_a_gap_of_a_few_seconds_is_the_same_stay_a_long_one_is_not(self):
        rule = _rule(rule="loitering", seconds=30)
        assert len(_run(rule, 40, lambda t: [] if 15 < t < 21 else [person(1, 0.3, 0.8)])) == 1
        rule = _rule(rule="loitering", seconds=30)
        assert _run(rule, 45, lambda t: [] if 15 < t < 25 else [person(1, 0.3, 0.8)]) == []

    def test_passers_by_never(self):
        rule = _rule(rule="loitering", seconds=30)
        assert _run(rule, 300, lambda t: [person(1 + int(t // 20), 0.3, 0.8)]) == []


class TestCrowd:
    def test_enough_for_long_enough_though_some_hide(self):
        rule = _rule(rule="crowd", people=5, seconds=20)
        crowd = [person(n, 0.1 * n, 0.8) for n in range(1, 6)]
        hits = _run(rule, 120, lambda t: crowd if int(t * 5) % 3 else crowd[:4])
        assert len(hits) == 1
        assert (hits[0].facts["people"], hits[0].facts["seconds"]) == (5, pytest.approx(20, abs=0.5))
        assert 20 <= hits[0].t < 22
        assert hits[0].box.x0 < 50
        assert hits[0].box.x1 > 310

    def test_it_does_not_flap_and_a_new_crowd_is_told(self):
        rule = _rule(rule="crowd", people=5, seconds=10)
        crowd = [person(n, 0.1 * n, 0.8) for n in range(1, 6)]
        assert len(_run(rule, 200, lambda t: crowd if t % 20 < 15 else crowd[:3])) == 1
        assert _run(rule, 60, lambda _t: [], begin=200) == []
        assert len(_run(rule, 30, lambda _t: crowd, begin=260)) == 1

    def test_one_too_few_never(self):
        assert (
            _run(_rule(rule="crowd", people=5, seconds=0), 60, lambda _t: [person(n, 0.5, 0.8) for n in range(4)]) == []
        )


class TestWrongWay:
    LINE = ([0.5, 1.0], [0.5, 0.0])  # upward: its right is the right of the picture

    def _car(self, t, way):
        return person(1, 0.5 + way * (t - 3) * 0.1, 0.6, kind="car")

    def test_only_the_wrong_way(self):
        for way, count in ((1, 1), (-1, 0)):
            rule = _rule(rule="wrong_way", line=self.LINE, what="vehicle")
            assert len(_run(rule, 6, lambda t, way=way: [self._car(t, way)])) == count

    def test_for_whom(self):
        walker = [person(2, 0.5 + (t - 3) * 0.1, 0.6) for t in (0, 6)]
        for what, count in (("vehicle", 0), ("person", 1), ("any", 1)):
            rule = _rule(rule="wrong_way", line=self.LINE, what=what)
            assert sum(len(list(rule.look(look(n, one)))) for n, one in enumerate(walker)) == count

    def test_past_the_end_of_the_line_is_no_crossing(self):
        rule = _rule(rule="wrong_way", line=([0.5, 0.4], [0.5, 0.0]), what="any")
        assert _run(rule, 6, lambda t: [self._car(t, 1)]) == []

    def test_to_waver_on_the_line_is_no_crossing(self):
        rule = _rule(rule="wrong_way", line=self.LINE, what="any")
        assert _run(rule, 20, lambda t: [person(1, 0.5 + 0.003 * math.sin(5 * t), 0.6)]) == []


class TestStoppedVehicle:
    def test_a_car_that_stands_is_told_once_though_its_number_changes(self):
        rule = _rule(rule="stopped_vehicle", area=LEFT_HALF, seconds=30)
        hits = _run(rule, 200, lambda t: [person(1 + int(t // 100), 0.3, 0.8, kind="car", still_s=t)])
        assert len(hits) == 1
        assert hits[0].facts["kind"] == "car"
        assert hits[0].since == pytest.approx(0, abs=0.3)

    def test_outside_or_moving_or_on_foot_never(self):
        rule = _rule(rule="stopped_vehicle", area=LEFT_HALF, seconds=30)
        scene = lambda t: [  # noqa: E731
            person(1, 0.7, 0.8, kind="car", still_s=t),
            person(2, 0.3, 0.8, kind="car", still_s=2.0),
            person(3, 0.2, 0.8, still_s=t),
        ]
        assert _run(rule, 100, scene) == []


class TestRunning:
    def test_a_runner_not_a_walker(self):
        assert len(_run(_rule(rule="running"), 4, lambda t: [_walk(1, t, 3.8)])) == 1
        assert _run(_rule(rule="running"), 8, lambda t: [_walk(1, t, 1.9)]) == []

    def test_the_scale_comes_from_the_ground_where_it_is_known(self):
        rule = _rule(rule="running")
        assert _run(rule, 6, lambda t: [dataclasses.replace(_walk(1, t, 4.0), metres=(1.2 * t, 0.0))]) == []

    def test_a_box_that_leaps_is_no_pace(self):
        rule = _rule(rule="running")
        assert (
            _run(rule, 6, lambda t: [person(1, 0.5, 0.5 + 0.2 * (int(t * 5) % 2), high=60 + 60 * (int(t * 5) % 2))])
            == []
        )


class TestLeftBehind:
    def test_a_bag_alone_is_told_and_with_its_owner_it_is_not(self):
        bag = lambda t: person(9, 0.5, 0.8, high=25, kind="backpack", still_s=t)  # noqa: E731
        assert len(_run(_rule(rule="left_behind", seconds=30), 120, lambda t: [bag(t)])) == 1
        beside = lambda t: [bag(t), person(1, 0.55, 0.8)]  # noqa: E731
        assert _run(_rule(rule="left_behind", seconds=30), 120, beside) == []

    def test_a_bag_that_is_carried_never(self):
        rule = _rule(rule="left_behind", seconds=5)
        assert _run(rule, 60, lambda _t: [person(9, 0.5, 0.8, high=25, kind="backpack", still_s=0.5)]) == []


class TestLying:
    def test_who_lies_is_told_who_stands_is_not(self):
        lying = lambda t: [person(1, 0.5, 0.8, high=30, wide=80, still_s=t)]  # noqa: E731
        hits = _run(_rule(rule="lying", seconds=10), 60, lying)
        assert len(hits) == 1
        assert hits[0].t == pytest.approx(12, abs=0.5)
        assert _run(_rule(rule="lying"), 60, lambda t: [person(1, 0.5, 0.8, still_s=t)]) == []

    def test_what_the_edge_cuts_tells_nothing(self):
        rule = _rule(rule="lying", seconds=10)
        assert _run(rule, 60, lambda t: [person(1, 0.5, 1.0, high=30, wide=80, still_s=t, cut=True)]) == []


class TestFollowed:
    def _pair(self, t, gap_m, *, speed=0.4):
        return [_walk(1, t, speed, x=0.25), _walk(2, t, speed, x=0.25 - gap_m * PIXELS_PER_METRE / 640)]

    def test_one_behind_another_alone_is_told(self):
        hits = _run(_rule(rule="followed", seconds=15), 25, lambda t: self._pair(t, 3))
        assert len(hits) == 1
        assert hits[0].tracks == (1, 2), "who is followed stands first"
        assert hits[0].facts["metres"] == pytest.approx(3, abs=0.1)

    def test_side_by_side_or_far_off_or_in_company_is_not(self):
        assert _run(_rule(rule="followed", seconds=10), 25, lambda t: self._pair(t, 0.8)) == []
        assert _run(_rule(rule="followed", seconds=10, metres=3), 25, lambda t: self._pair(t, 5)) == []
        three = lambda t: [*self._pair(t, 3), _walk(3, t, 0.4, x=0.25, y=0.62)]  # noqa: E731
        assert _run(_rule(rule="followed", seconds=10), 25, three) == []

    def test_towards_each_other_is_not(self):
        rule = _rule(rule="followed", seconds=5)
        assert _run(rule, 20, lambda t: [_walk(1, t, 0.4, x=0.5), _walk(2, t, -0.4, x=0.4)]) == []


def test_the_ruler_is_a_persons_own_height():
    assert metres_between(person(1, 0.5, 0.8), person(2, 0.5 + 2 * PIXELS_PER_METRE / 640, 0.8)) == pytest.approx(2)
    lying = person(2, 0.5 + 2 * PIXELS_PER_METRE / 640, 0.8, high=30, wide=80)
    assert metres_between(person(1, 0.5, 0.8), lying) == pytest.approx(2)


@pytest.mark.parametrize(
    ("rules", "code"),
    [
        ({}, "scene_rules_unreadable"),
        ([1], "scene_rules_unreadable"),
        ([{"rule": 5}], "scene_rules_unreadable"),
        ([{"rule": "loitering"}] * 101, "scene_rules_unreadable"),
        ([{"rule": "teleporting"}], "scene_rule_unknown"),
        ([{"rule": "loitering", "secs": 5}], "scene_param_unknown"),
        ([{"rule": "loitering", "name": "x" * 81}], "scene_param_wrong"),
        ([{"rule": "closed_area"}], "scene_not_drawn"),
        ([{"rule": "wrong_way", "line": [[0, 0], [0, 0]]}], "scene_param_wrong"),
        ([{"rule": "wrong_way", "line": [[0, 0]]}], "scene_param_wrong"),
        ([{"rule": "wrong_way", "line": [[0, 0], [1, 1]], "what": "ghost"}], "scene_param_wrong"),
        ([{"rule": "crowd", "people": 5.5}], "scene_param_wrong"),
        ([{"rule": "loitering", "area": [[2, 2], [3, 2], [3, 3]]}], "polygon_outside"),
        ([{"rule": "loitering", "area": "here"}], "polygon_unreadable"),
    ],
)
def test_rules_that_cannot_be_are_refused_with_words(rules, code):
    with pytest.raises(UnjaiError) as error:
        rules_of(rules)
    assert error.value.code == code


JUNK = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


@settings(deadline=None)
@given(
    st.sampled_from(sorted(scene_kinds())),
    st.dictionaries(st.sampled_from(["area", "line", "seconds", "people", "what"]), JUNK),
)
def test_junk_is_refused_and_breaks_nothing(kind, junk):
    try:
        rules_of([{**junk, "rule": kind}])
    except UnjaiError as error:
        assert error.status == 422  # noqa: PT017  it need not be refused
