"""A junction's file: what is refused, by code, and what a controller gets of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from tests.signals.conftest import the_file
from unjai.demo.town.crossing import Arm, crossing, demo_crossing
from unjai.model.errors import UnjaiError
from unjai.signals.rules.definition import junction_of, lanes_green, phase_of
from unjai.signals.schemas.definition import JunctionFile


def test_the_demo_crossing_can_be_driven(junction):
    assert len(junction.lanes) == 8
    assert [one.number for one in junction.phases] == [2, 4, 6, 8]
    assert lanes_green(junction, 1) == {2, 3}
    assert phase_of(junction, 6) == 2
    assert phase_of(junction, 3) is None


def test_phases_without_numbers_count_from_one():
    said = demo_crossing()
    for one in said["phases"]:
        del one["number"]
    junction = junction_of(JunctionFile.model_validate(said))
    assert [phase_of(junction, n) for n in (0, 1, 4, 5)] == [None, 0, 3, None]


def test_where_a_lane_leads_is_said_by_the_next_junctions_own_keys():
    said = demo_crossing()
    said["outs"][0]["leads"] = [{"junction": "J-2", "lanes": ["E1", "E2"], "seconds": 21.5}]
    first, second, *_ = junction_of(JunctionFile.model_validate(said)).outs
    assert [(one.junction, one.lanes, one.seconds) for one in first.leads] == [("J-2", ("E1", "E2"), 21.5)]
    assert second.leads == ()


def broken(**parts):
    said = demo_crossing()
    for path, value in parts.items():
        *steps, last = (int(one) if one.isdigit() else one for one in path.split("__"))
        at = said
        for step in steps:
            at = at[step]
        at[last] = value
    return JunctionFile.model_validate(said)


@pytest.mark.parametrize(
    ("parts", "code"),
    [
        ({"phases": []}, "signals_no_phase"),
        ({"phases__0__state": "GGG"}, "signals_letters"),
        ({"phases__1__yellow_s": -1}, "signals_negative_time"),
        ({"phases__1__max_green_s": 2}, "signals_negative_time"),
        ({"phases__0__state": "G" * 16}, "signals_conflict"),
        ({"lanes__1__key": "N1"}, "signals_key_twice"),
        ({"lanes__1__detectors": [{"number": 1, "use": "advance"}]}, "signals_key_twice"),
        ({"phases__1__number": 2}, "signals_key_twice"),
        ({"phases__1__number": None}, "signals_phase_number"),
        ({"lanes__0__approach": "X"}, "signals_approach_unknown"),
        ({"links__0__from_lane": "X1"}, "signals_lane_unknown"),
        ({"links__0__to_lane": "N1"}, "signals_lane_unknown"),
    ],
)
def test_what_cannot_be_driven_is_refused_by_its_code(parts, code):
    with pytest.raises(UnjaiError) as refused:
        junction_of(broken(**parts))
    assert refused.value.code == code


@pytest.mark.parametrize(
    "parts", [{"lon": 200}, {"phases__0__min_green_s": float("nan")}, {"lanes": []}, {"code": "แยก 1"}, {"more": 1}]
)
def test_what_is_no_file_is_refused_at_the_door(parts):
    with pytest.raises(ValidationError):
        broken(**parts)


@given(
    turn=st.floats(0, 359),
    counts=st.sampled_from([(0, 90, 180, 270), (10, 95, 200, 280)]),
    east=st.floats(-2000, 2000),
)
def test_a_crossing_arm_by_arm_never_conflicts(turn, counts, east):
    arms = [
        Arm(key=key, bearing_deg=(turn + way) % 360, th=key, en=key) for key, way in zip("NESW", counts, strict=True)
    ]
    junction = junction_of(JunctionFile.model_validate(crossing("X", "ก", "X", at=(east, 0.0), arms=arms)))
    for number in range(4):
        assert lanes_green(junction, number) == {2 * number, 2 * number + 1}


def test_a_file_comes_back_as_it_went(file):
    assert JunctionFile.model_validate(file.model_dump(mode="json")) == file == the_file()
