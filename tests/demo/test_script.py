"""The screenplay holds together: who and where it names exists, and what must happen in it happens."""

import math
from itertools import combinations
from typing import Any, get_args

import pytest

from unjai.demo.night.scenes import (
    Asked,
    Battery,
    Call,
    CoverageBack,
    Distress,
    Expected,
    Forge,
    GoOff,
    Help,
    HelpAgain,
    Junk,
    NoCoverage,
    OneIncident,
    PowerBack,
    PowerCut,
    Press,
    Report,
    Scene,
    Spot,
    Step,
    Strangers,
    TakeBack,
    Tamper,
)
from unjai.demo.night.script import SCREENPLAY
from unjai.demo.night.stage import NEAR_M
from unjai.demo.town import town
from unjai.demo.town.shapes import XY
from unjai.respond.codes import event_codes

EXPECTED, STEPS = get_args(Expected), get_args(Step)


def parts(kind: type) -> list[Any]:
    return [step for scene in SCREENPLAY for step in scene.play if isinstance(step, kind)]


def scene(key: str) -> Scene:
    return next(one for one in SCREENPLAY if one.key == key)


def place_of(spot: Spot) -> XY:
    here = town()
    if spot.pole is not None:
        at = next(pole.at for pole in here.poles if pole.key == spot.pole)
        assert at is not None
    else:
        at = next(place.at for place in here.places if place.en == spot.place)
    return at[0] + spot.east_m, at[1] + spot.north_m


def test_it_is_an_hour_of_more_than_a_dozen_happenings() -> None:
    assert len(SCREENPLAY) >= 12
    minutes = [one.minute for one in SCREENPLAY]
    assert minutes == sorted(minutes)
    assert max(minutes) < 60
    assert len({one.key for one in SCREENPLAY}) == len(SCREENPLAY)
    assert all(any("ก" <= letter <= "๛" for letter in one.th) and one.en.isascii() for one in SCREENPLAY)


def test_every_scene_expects_something_and_says_it_in_both_languages() -> None:
    for one in SCREENPLAY:
        looks = [step for step in one.play if isinstance(step, EXPECTED)]
        assert looks, one.key
        assert all(" · " in look.words for look in looks)
        assert len(looks) + sum(isinstance(step, STEPS) for step in one.play) == len(one.play)


@pytest.mark.parametrize(
    "kind",
    [
        Asked,
        Battery,
        CoverageBack,
        Distress,
        Forge,
        GoOff,
        HelpAgain,
        Junk,
        NoCoverage,
        PowerBack,
        PowerCut,
        Report,
        Strangers,
        TakeBack,
        Tamper,
    ],
)
def test_nothing_that_was_asked_for_is_left_out(kind: type) -> None:
    assert parts(kind)


def test_a_pole_a_call_and_a_citizen_tell_of_one_event_within_eighty_metres() -> None:
    told = [step for step in scene("one_event_three_tellings").play if isinstance(step, Press | Call | Help)]
    assert [type(step) for step in told] == [Press, Call, Help]
    spots = [place_of(Spot(pole=step.pole) if isinstance(step, Press) else step.at) for step in told]
    assert all(math.dist(a, b) < 80 for a, b in combinations(spots, 2))
    assert OneIncident(reports=3, channels=("pole", "call", "citizen")) in scene("one_event_three_tellings").play


def test_one_refuses_one_does_not_answer_one_presses_for_fun_one_message_comes_thrice() -> None:
    assert scene("unit_refuses").first == "refuses"
    assert scene("unit_does_not_answer").first == "ignores"
    assert scene("false_alarm").outcome == "false_alarm"
    assert max(step.copies for step in parts(Press)) == 3


def test_whoever_and_whatever_is_named_exists() -> None:
    here = town()
    poles = {pole.key for pole in here.poles}
    signs = {unit.call_sign for unit in here.units}
    keys = poles | {phone.key for phone in here.phones}
    for one in SCREENPLAY:
        for step in one.play:
            facts = vars(step)
            assert facts.get("pole", "pole-01") in poles
            assert facts.get("victim", "pole-01") in poles
            assert facts.get("unit", "เวียง 11") in signs
            assert facts.get("key", "pole-01") in keys
            for spot in facts.values():
                if isinstance(spot, Spot):
                    place_of(spot)
    codes = set(event_codes())
    assert {step.code for step in parts(Call)} <= codes
    assert {step.code for step in parts(OneIncident) if step.code} <= codes
    assert {step.kind for step in parts(Report) if step.kind} <= codes


def test_scenes_do_not_get_in_each_others_way() -> None:
    """Incidents are told apart by where they are, and the centre joins what is within 80 m: so scenes keep apart."""
    places: list[tuple[str, XY]] = []
    for one in SCREENPLAY:
        for step in one.play:
            if isinstance(step, Press | Tamper):
                places.append((one.key, place_of(Spot(pole=step.pole))))
            elif isinstance(step, Call) or (isinstance(step, Help) and step.at is not None):
                assert step.at is not None
                places.append((one.key, place_of(step.at)))
            elif isinstance(step, Report) and step.meant is not None:
                places.append((one.key, place_of(step.meant)))
    for (key, at), (other, there) in combinations(places, 2):
        if key != other:
            assert math.dist(at, there) > NEAR_M, (key, other)
