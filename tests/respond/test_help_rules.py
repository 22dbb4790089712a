"""A call for help after the press: what a touch means, what a cancel may do, when a phone is silent, what a flood takes."""

from datetime import UTC, datetime, timedelta
from typing import get_args
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unjai.model.geometry import Point
from unjai.model.ids import IncidentId
from unjai.platform.i18n import catalogue
from unjai.respond.codes import event_codes
from unjai.respond.rules import help as rules
from unjai.respond.rules.joins import OpenIncident, Telling, best, joins
from unjai.respond.rules.kinds import CALL_FOR_HELP

T0 = datetime(2026, 11, 21, 18, tzinfo=UTC)
CODES = event_codes()
SOS = CODES[CALL_FOR_HELP]
codes = st.sampled_from(sorted(CODES))
whats, hurts = st.sampled_from(get_args(rules.What)), st.none() | st.sampled_from(get_args(rules.Hurt))
spans = st.timedeltas(timedelta(hours=-1), timedelta(hours=12))


@given(whats, hurts)
def test_every_touch_is_a_code_that_goes_with_a_call_for_help_or_none(what, hurt):
    told = rules.code_told(what, hurt)
    assert told is None or CODES[told].families & SOS.families
    assert (told is None) == (what == "other")


def test_every_touch_has_words():
    asked = {"what": rules.What, "many": rules.Many, "hurt": rules.Hurt}
    wanted = {f"help.{name}.{one}" for name, kind in asked.items() for one in get_args(kind)}
    assert wanted <= set(catalogue("labels"))


@given(codes, st.none() | codes, st.none() | codes)
def test_a_touch_never_takes_away_a_name_that_somebody_else_gave(held, told, before):
    named = rules.renamed(CODES[held], None if told is None else CODES[told], before)
    if named.code != held:
        assert CODES[held].generic or held == before
        assert named.code == told


@given(spans, st.booleans(), st.booleans(), st.booleans(), st.booleans(), st.none() | st.text(max_size=5))
def test_only_a_bare_slip_that_is_taken_back_at_once_ends_by_itself(after, new, alone, silent, told, reason):
    ends = rules.ends_by_itself(after=after, new=new, alone=alone, silent=silent, told=told, reason=reason)
    bare = new and alone and not silent and not told and not reason
    assert ends == (bare and abs(after) <= rules.TAKE_BACK)


@pytest.mark.parametrize(("after_s", "quiet"), [(0, False), (60, False), (61, True), (-30, False)])
def test_a_phone_is_silent_after_a_minute(after_s, quiet):
    assert rules.is_silent(T0, T0 + timedelta(seconds=after_s)) is quiet


@given(st.floats(100.01, 50_000))
def test_a_vague_position_is_spoken_of_as_near_with_its_uncertainty(accuracy_m):
    th, en = rules.near("ถ.ราชดำเนิน", "Ratchadamnoen Rd", accuracy_m)
    assert th.startswith("บริเวณใกล้ ถ.ราชดำเนิน (±")
    assert en.startswith("near Ratchadamnoen Rd (±")


@pytest.mark.parametrize(
    ("accuracy_m", "th", "en"),
    [
        (None, "ตลาด", "market"),
        (100.0, "ตลาด", "market"),
        (347.0, "บริเวณใกล้ ตลาด (±350 ม.)", "near market (±350 m)"),
        (2140.0, "บริเวณใกล้ ตลาด (±2.1 กม.)", "near market (±2.1 km)"),
    ],
)
def test_how_a_place_is_spoken_of(accuracy_m, th, en):
    assert rules.near("ตลาด", "market", accuracy_m) == (th, en)


def flood(**more) -> OpenIncident:
    facts = {"incident_id": IncidentId(UUID(int=1)), "code": SOS, "first_at": T0, "last_at": T0, "crowd": True}
    return OpenIncident(**{**facts, **more})


def press(*, crowd: bool, at_s: float = 0, point: Point | None = None, source: str = "citizen:1") -> Telling:
    return Telling(code=SOS, observed_at=T0 + timedelta(seconds=at_s), source=source, point=point, crowd=crowd)


points = st.none() | st.builds(
    Point, lon=st.floats(98, 99), lat=st.floats(18, 19), accuracy_m=st.none() | st.floats(1, 5000)
)


@given(points, st.floats(-300, 300))
def test_a_flood_takes_every_marked_press_and_no_other(point, at_s):
    places = () if point is None else (point,)
    assert joins(press(crowd=False, at_s=at_s, point=point), flood(places=places)) is None
    taken = joins(press(crowd=True, at_s=at_s, point=point), flood(places=places))
    assert taken is not None
    assert taken.why == "crowd"


@pytest.mark.parametrize("more", [{"closed": True}, {"barred": frozenset({"citizen:1"})}])
def test_a_flood_that_is_over_or_that_she_was_taken_out_of_takes_her_no_more(more):
    assert joins(press(crowd=True), flood(**more)) is None


def test_a_marked_press_beside_an_open_happening_belongs_there_and_not_into_the_flood():
    here = Point(lon=98.98, lat=18.79, accuracy_m=10)
    beside = OpenIncident(incident_id=IncidentId(UUID(int=2)), code=SOS, first_at=T0, last_at=T0, places=(here,))
    found = best(press(crowd=True, point=here), [flood(), beside])
    assert found is not None
    assert found.incident_id == beside.incident_id
