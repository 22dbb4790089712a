"""The pure rules of the patrol desk: when visits are due, what the past says, coverage, festivals, concentration."""

from datetime import date, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from unjai.model.clock import BANGKOK
from unjai.patrol.rules import weeks
from unjai.patrol.rules.concentration import concentration
from unjai.patrol.rules.layers import change
from unjai.patrol.rules.plan_town import layer_of
from unjai.patrol.rules.requests import Asked, due, outcome_of, scrubbed
from unjai.patrol.rules.risk_history import Happened, Spot, base_of, counted, counts_for_visits
from unjai.patrol.schemas.plan_file import LayerIn, PlaceIn

DAY = date(2026, 12, 31)


def at(day: date, hour: float) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=BANGKOK) + timedelta(hours=hour)


def asked(days=1, window=None, minutes=10) -> Asked:
    return Asked(from_day=DAY, to_day=DAY + timedelta(days=days - 1), window=window, minutes=minutes)


def test_a_window_over_midnight_belongs_to_the_day_it_begins():
    wanted = asked(window=(23 * 60, 2 * 60))
    assert due(wanted, at(DAY, 16), at(DAY, 24)) == (at(DAY, 23), at(DAY, 24))
    assert due(wanted, at(DAY, 24), at(DAY, 32)) == (at(DAY, 24), at(DAY, 26))
    assert due(wanted, at(DAY, 0), at(DAY, 8)) is None


def test_without_a_window_every_shift_of_the_days_is_asked_and_none_other():
    wanted = asked(days=2)
    assert due(wanted, at(DAY, -2), at(DAY, 6)) == (at(DAY, 0), at(DAY, 6))
    assert due(wanted, at(DAY, 40), at(DAY, 48)) == (at(DAY, 40), at(DAY, 48))
    assert due(wanted, at(DAY, 48), at(DAY, 56)) is None


def test_an_overlap_shorter_than_the_stay_is_none():
    assert due(asked(window=(9 * 60, 10 * 60), minutes=30), at(DAY, 1), at(DAY, 9.4)) is None


@given(
    begin=st.integers(-48, 96), length=st.integers(1, 16), days=st.integers(1, 4), since=st.integers(0, 1439),
    width=st.integers(10, 1440),
)  # fmt: skip
def test_what_is_due_lies_in_the_shift_and_in_the_days(begin, length, days, since, width):
    wanted = asked(days=days, window=(since, (since + width) % 1440))
    found = due(wanted, at(DAY, begin), at(DAY, begin + length))
    if found is None:
        return
    assert at(DAY, begin) <= found[0] < found[1] <= at(DAY, begin + length)
    assert found[1] - found[0] >= timedelta(minutes=10)
    assert at(DAY, 0) <= found[0]
    assert found[1] <= at(DAY, 24 * days) + timedelta(minutes=1440)


@pytest.mark.parametrize(
    ("told", "state"),
    [
        ({"planned": True, "proven": True, "stays_s": [], "seen": False}, "done"),
        ({"planned": False, "proven": False, "stays_s": [300], "seen": True}, "done"),
        ({"planned": True, "proven": False, "stays_s": [299], "seen": True}, "short"),
        ({"planned": True, "proven": False, "stays_s": [], "seen": True}, "missed"),
        ({"planned": True, "proven": False, "stays_s": [], "seen": False}, "unknown"),
        ({"planned": False, "proven": False, "stays_s": [], "seen": True}, "unplanned"),
    ],
)
def test_missed_is_said_only_of_a_unit_that_was_seen(told, state):
    assert outcome_of(**told, wanted_s=600) == state


def test_a_forgotten_house_leaves_neither_name_nor_position_in_a_plan():
    house = {"id": "ask-1", "name": {"th": "บ้านลับ", "en": "บ้านลับ"}, "lon": 1.0, "lat": 2.0}
    bank = {"id": "bank", "name": {"th": "ธนาคาร", "en": ""}, "lon": 3.0, "lat": 4.0}
    stop = {**house, "place": "ask-1", "request": "1", "note": "ประตูหลังลับ"}
    request = {"id": "1", "place": "ask-1", "note": "ประตูหลังลับ"}
    rounds = [{"unit": "1", "stops": [stop, {**bank, "place": "bank"}]}]
    town, result = scrubbed({"places": [house, bank], "requests": [request], "units": 1}, {"rounds": rounds}, "1")
    assert "ลับ" not in str((town, result))
    assert town["places"][1] == bank
    assert town["places"][0]["lon"] is None
    assert result["rounds"][0]["stops"][0]["lat"] is None


LAT, LON = 16.6, 99.0


def spot(name: str, metres: float, *, kind="market", visits=0) -> Spot:
    return Spot(id=name, kind=kind, lon=LON, lat=LAT + metres / 110_700, visits=visits)


def test_what_happened_raises_its_place_at_its_hour_and_nothing_else():
    night = [Happened(lon=LON, lat=LAT, hour=2) for _ in range(12)]
    found, away = counted([spot("a", 0), spot("b", 500)], [*night, Happened(lon=LON + 1, lat=LAT, hour=2)], months=6)
    a, b = found
    assert away == 1
    assert (a.called, a.found, b.called) == (12, 0, 0)
    assert sum(a.by_hour) > 2 * sum(b.by_hour)
    assert a.by_hour[2] / sum(a.by_hour) > 2 * b.by_hour[2] / sum(b.by_hour)


def test_findings_count_for_the_visits_that_brought_them():
    """A place that was visited ten times as often and where ten times as much was found is no riskier."""
    happened = [Happened(lon=LON, lat=LAT, hour=20, found=True)] * 40
    happened += [Happened(lon=LON, lat=LAT + 500 / 110_700, hour=20, found=True)] * 4
    found, _ = counted([spot("a", 0, visits=400), spot("b", 500, visits=40)], happened, months=6)
    assert sum(found[0].by_hour) == pytest.approx(sum(found[1].by_hour), rel=0.1)
    called = [Happened(lon=one.lon, lat=one.lat, hour=20) for one in happened]
    told, _ = counted([spot("a", 0, visits=400), spot("b", 500, visits=40)], called, months=6)
    assert sum(told[0].by_hour) > 3 * sum(told[1].by_hour)


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 500)), min_size=1, max_size=30))
def test_evening_findings_out_loses_none(rows):
    found, visits = (np.asarray(one, dtype=float) for one in zip(*rows, strict=True))
    even = counts_for_visits(found, visits)
    assert even.sum() == pytest.approx(found.sum())
    assert (even >= 0).all()
    if found.sum():
        assert (even > 0).all()  # not seen is not safe


def test_a_station_may_say_the_hours_of_a_kind():
    own = [0.0] * 20 + [6.0] * 4
    assert base_of("bank", None, own).tolist() == own
    assert base_of("bank", 20.0, own)[21] > 6.0
    assert base_of("bank", 0.0, own)[21] < 6.0
    assert base_of("bank", None).tolist() != own


def test_hours_of_a_week_are_bangkoks_and_streets_count_once_a_week():
    monday = date(2026, 11, 16)
    rows = [(at(monday, 0.5), [1, 2]), (at(monday, 24 * 6 + 23), [1]), (at(monday, 24 * 7), [1])]
    found = weeks.street_weeks(rows)
    assert found[1][0] == 2
    assert found[1][167] == 1
    assert weeks.digits(found[2]) == "1" + "0" * 167
    assert weeks.monday(date(2026, 11, 22)) == monday


def test_an_area_without_a_patrol_in_a_week_is_a_gap():
    first, second = date(2026, 11, 16), date(2026, 11, 23)
    rows = [(at(first, 30), [1]), (at(second, 30), [2])]
    found = weeks.areas({1: 100.0, 2: 50.0, 3: 10.0}, {1: "a", 2: "b", 3: "b"}, rows, [first, second])
    a, b = found
    assert (a.id, a.length_m, a.seen_m, a.weeks_unseen) == ("a", 100.0, 100.0, (second,))
    assert (b.length_m, b.seen_m, b.weeks_unseen) == (60.0, 50.0, (first,))
    assert a.hours[30] == 100
    assert sum(a.hours) == 100


def test_quiet_hours_are_told_only_of_what_has_passed():
    monday = date(2026, 11, 23)
    quiet = weeks.quiet_hours([(at(monday, 1), [1])], at(monday, 3.5), 1)
    assert quiet == [0, 2, 3]
    assert len(weeks.quiet_hours([(at(monday, 1), [1])], at(monday, 3.5), 2)) == 167


def test_a_festival_is_previewed_beside_what_holds_already():
    places = [
        PlaceIn(id="temple", kind="temple", lon=LON, lat=LAT, risk_by_hour=[1.0] * 24),
        PlaceIn(id="bank", kind="bank", lon=LON, lat=LAT, risk_by_hour=[2.0] * 24),
    ]
    days = {"from": DAY, "to": DAY}
    fair = layer_of(LayerIn.model_validate({**days, "factor": 3, "kinds": ["temple"], "hours": [18, 19]}))
    told = change(places, fair, [], DAY)
    assert told.touched == 1
    assert told.after[18] - told.before[18] == pytest.approx(2.0)
    assert told.after[17] == told.before[17]
    assert [(one.place, one.rank_before, one.rank_after) for one in told.places] == [("temple", 2, 2)]
    strong = layer_of(LayerIn.model_validate({**days, "factor": 5}))
    assert change(places, fair, [strong], DAY).touched == 0  # the largest counts alone
    assert change(places, fair, [], DAY + timedelta(days=1)).touched == 0
    assert change([], fair, [], DAY).touched == 0


def test_concentration_is_said_of_enough_visits_only():
    assert concentration([3] * 10).verdict == "few"
    assert concentration([10] * 20).verdict == "even"
    assert concentration([200] * 2 + [10] * 18).verdict == "feeding"
    assert concentration([60] * 2 + [10] * 18).verdict == "gathered"
    assert concentration([60] * 2 + [15] * 12 + [0] * 6).verdict == "feeding"
