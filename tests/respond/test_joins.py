"""One event per happening: what joins what, by rule."""

import itertools
import math
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unjai.model.geometry import Point, distance_m
from unjai.model.ids import DeviceId, IncidentId
from unjai.respond.codes import event_codes
from unjai.respond.rules.joins import (
    NEAR_M,
    SLACK_M,
    VAGUE_M,
    WINDOW,
    OpenIncident,
    Telling,
    best,
    joins,
    limit_m,
    reach,
    sharper,
)
from unjai.respond.rules.kinds import better_name, compatible, joined_priority

T0 = datetime(2026, 11, 21, 18, 0, tzinfo=UTC)
HERE = Point(lon=98.9853, lat=18.8057)
CODES = event_codes()
DOOR = DeviceId(UUID(int=7))


def off(east_m: float, north_m: float = 0.0, accuracy_m: float | None = None) -> Point:
    lat = HERE.lat + north_m / 111_195.08
    lon = HERE.lon + east_m / (111_195.08 * math.cos(math.radians(HERE.lat)))
    return Point(lon=lon, lat=lat, accuracy_m=accuracy_m)


def told(code="SOS", at_s=0.0, point=HERE, source="pole-04", device_id=None) -> Telling:
    return Telling(
        code=CODES[code], observed_at=T0 + timedelta(seconds=at_s), source=source, point=point, device_id=device_id
    )


def opened(by: Telling, number: int = 1, **more) -> OpenIncident:
    facts = {
        "incident_id": IncidentId(UUID(int=number)),
        "code": by.code,
        "first_at": by.observed_at,
        "last_at": by.observed_at,
        "places": () if by.point is None else (by.point,),
        "sources": frozenset({by.source}),
        "device_id": by.device_id,
    }
    return OpenIncident(**{**facts, **more})


def test_a_pole_a_call_and_a_citizen_are_one_event():
    pole = opened(told())
    call = told("131", 120, off(60), "call:1")
    citizen = told("RPT", 200, off(-40, 30, 20), "citizen:1")
    for report in (call, citizen):
        joined = joins(report, pole)
        assert joined is not None
        assert joined.why == "place_time"
    assert joins(call, pole).distance_m == pytest.approx(60, abs=0.2)
    assert joins(call, pole).gap_s == 120


@pytest.mark.parametrize(("metres", "same"), [(0, True), (79.5, True), (80.5, False), (500, False)])
def test_80_metres_is_the_limit(metres, same):
    assert (joins(told(at_s=1, point=off(metres), source="x"), opened(told())) is not None) is same


@pytest.mark.parametrize(
    ("mine", "theirs", "limit"),
    [
        (None, None, NEAR_M),
        (0.0, 0.0, NEAR_M),
        (30.0, None, NEAR_M + 30),
        (30.0, 40.0, NEAR_M + 50),
        (200.0, 100.0, NEAR_M + SLACK_M),
    ],
)
def test_uncertain_positions_widen_the_limit_in_quadrature_and_not_beyond(mine, theirs, limit):
    assert limit_m(off(0, 0, mine), off(0, 0, theirs)) == pytest.approx(limit)


def test_a_call_for_help_never_goes_into_what_a_rule_opened_but_a_rule_goes_into_it():
    loiterer = opened(told("SUS", source="cam-01"), by_rule=True)
    press = told(at_s=60, point=off(10))
    assert compatible(press.code, loiterer.code)
    assert joins(press, loiterer) is None
    assert joins(told("SUS", 60, source="cam-02"), opened(press)) is not None
    assert joins(told("SUS", 60, source="cam-02"), loiterer) is not None, "rules are still one event among each other"
    assert joins(told("131", 60, source="call:1"), loiterer) is not None, "who calls says what it is"
    merged = opened(told("SUS", source="cam-01"), by_rule=True, sources=frozenset({"cam-01", press.source}))
    assert joins(press, merged) is not None, "an operator said that they are one"


def test_a_position_that_tells_only_the_neighbourhood_joins_nothing():
    vague = told(at_s=5, point=off(10, 0, VAGUE_M + 1), source="citizen:1")
    assert joins(vague, opened(told())) is None
    assert joins(told(at_s=5, source="x"), opened(vague)) is None


@pytest.mark.parametrize(("at_s", "same"), [(300, True), (301, False), (-300, True), (-301, False)])
def test_five_minutes_from_the_latest_report_either_way(at_s, same):
    assert (joins(told(at_s=at_s, source="x"), opened(told())) is not None) is same


def test_the_window_moves_with_the_latest_report():
    incident = opened(told(), last_at=T0 + timedelta(minutes=20))
    assert joins(told(at_s=24 * 60, source="x"), incident) is not None
    assert joins(told(at_s=10 * 60, source="x"), incident) is not None
    assert joins(told(at_s=26 * 60, source="x"), incident) is None


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("SOS", "131", True),
        ("SOS", "RPT", True),
        ("SOS", "ACI", True),
        ("131", "221", True),
        ("111", "221", False),
        ("FIR", "131", False),
        ("SOS", "UDS", False),
        ("SOS", "DSL", False),
        ("SOS", "NOI", True),
        ("SOS", "LGT", False),
        ("MIS", "SOS", True),
        ("511", "FIR", True),
    ],
)
def test_compatible_kinds(one, other, same):
    assert compatible(CODES[one], CODES[other]) is same
    assert (joins(told(other, 10, source="x"), opened(told(one))) is not None) is same


@given(st.sampled_from(sorted(CODES)), st.sampled_from(sorted(CODES)))
def test_compatible_is_symmetric_and_reflexive(one, other):
    assert compatible(CODES[one], CODES[other]) is compatible(CODES[other], CODES[one])
    assert compatible(CODES[one], CODES[one])


def test_nothing_joins_a_closed_incident():
    assert joins(told(at_s=1), opened(told(), closed=True)) is None


def test_what_an_operator_split_never_comes_back():
    assert joins(told(at_s=1), opened(told(), barred=frozenset({"pole-04"}))) is None
    assert joins(told(at_s=1, source="x"), opened(told(), barred=frozenset({"pole-04"}))) is not None


def test_what_an_operator_merged_counts_as_a_place_of_the_event():
    merged = opened(told(), places=(HERE, off(400)))
    assert joins(told(at_s=1, point=off(390), source="x"), merged) is not None


def test_the_same_source_needs_no_nearness_and_no_position():
    assert joins(told(at_s=60, point=off(300)), opened(told())).why == "same_source"
    assert joins(told(at_s=60, point=None), opened(told())).why == "same_source"
    assert joins(told(at_s=400, point=None), opened(told())) is None
    assert joins(told("FIR", 60, off(300)), opened(told("131"))) is None


def test_a_silent_device_joins_its_own_open_incident_whatever_the_time():
    silent = told("DSL", device_id=DOOR)
    later = told("DSL", 9 * 3600, device_id=DOOR)
    assert joins(later, opened(silent)).why == "same_device"
    assert joins(told("DSL", 10, device_id=DeviceId(UUID(int=8))), opened(silent)) is None
    assert joins(told("SOS", 10, device_id=DOOR), opened(silent)) is None
    assert joins(told("DSL", 10, device_id=DOOR), opened(told("SOS", device_id=DOOR))) is None


def test_the_nearest_wins_and_the_same_source_before_it():
    near = opened(told(point=off(10), source="a"), 2)
    far = opened(told(point=off(70), source="b"), 1)
    assert best(told(at_s=1, source="x"), [far, near]).incident_id == near.incident_id
    assert best(told(at_s=1, source="b"), [far, near]).incident_id == far.incident_id
    assert best(told(at_s=1, point=off(5000), source="x"), [far, near]) is None
    assert best(told(), []) is None


def test_of_two_as_near_the_nearer_in_time_then_the_older_wins():
    late = opened(told(at_s=200, source="a"), 1)
    soon = opened(told(at_s=100, source="b"), 2)
    twin = opened(told(at_s=100, source="c"), 3)
    assert best(told(at_s=100, source="x"), [late, twin, soon]).incident_id == soon.incident_id


def grouped(reports: list[Telling]) -> list[set[str]]:
    """Take reports in an order as `flows.take_report` does, and return who ended together."""
    held: list[tuple[OpenIncident, set[str]]] = []
    for report in reports:
        joined = best(report, [incident for incident, _ in held])
        if joined is None:
            held.append((opened(report, len(held) + 1), {report.source}))
            continue
        for place, (incident, names) in enumerate(held):
            if incident.incident_id == joined.incident_id:
                at = sharper(incident.places[0] if incident.places else None, report.point)
                grown = opened(
                    report,
                    incident_id=incident.incident_id,
                    code=better_name(incident.code, report.code),
                    first_at=min(incident.first_at, report.observed_at),
                    last_at=max(incident.last_at, report.observed_at),
                    places=() if at is None else (at,),
                    sources=incident.sources | {report.source},
                )
                held[place] = (grown, names | {report.source})
    return [names for _, names in held]


HAPPENINGS = ["SOS", "RPT", "131", "221", "BUR"]  # any two of these can be one event


@st.composite
def one_happening(draw) -> list[Telling]:
    count = draw(st.integers(2, 5))
    return [
        told(
            draw(st.sampled_from(HAPPENINGS)),
            draw(st.floats(0, WINDOW.total_seconds())),
            off(draw(st.floats(-27, 27)), draw(st.floats(-27, 27)), draw(st.sampled_from([None, 0, 10, 40, 120]))),
            f"source-{number}",
        )
        for number in range(count)
    ]


@given(one_happening(), st.randoms(use_true_random=False))
def test_reports_of_one_happening_end_together_in_any_order(reports, random):
    orders = list(itertools.permutations(reports))
    for order in random.sample(orders, min(10, len(orders))):
        assert grouped(list(order)) == [{report.source for report in reports}]


@given(one_happening(), one_happening(), st.randoms(use_true_random=False))
def test_two_happenings_far_apart_never_mix(here, there, random):
    away = [
        Telling(
            code=one.code,
            observed_at=one.observed_at,
            source=f"far-{one.source}",
            point=Point(lon=one.point.lon + 0.01, lat=one.point.lat, accuracy_m=one.point.accuracy_m),
        )
        for one in there
    ]
    reports = here + away
    random.shuffle(reports)
    wanted = [{one.source for one in here}, {one.source for one in away}]
    assert sorted(grouped(reports), key=sorted) == sorted(wanted, key=sorted)


@given(
    st.sampled_from(sorted(CODES)),
    st.sampled_from(sorted(CODES)),
    st.floats(0, 700),
    st.floats(-300, 300),
    st.tuples(*[st.sampled_from([None, 5, 60, 200, 400])] * 2),
)
def test_of_two_reports_the_order_never_matters(one, other, apart_s, apart_m, accuracies):
    a = told(one, 0, off(0, 0, accuracies[0]), "a", DOOR)
    b = told(other, apart_s, off(apart_m, 0, accuracies[1]), "b", DOOR)
    assert (joins(a, opened(b)) is None) is (joins(b, opened(a)) is None)


@given(st.floats(-400, 400), st.floats(-400, 400), st.floats(-900, 900))
def test_what_joins_keeps_every_promise(east, north, at_s):
    report = told(at_s=at_s, point=off(east, north), source="x")
    joined = joins(report, opened(told()))
    far = distance_m(report.point, HERE)
    assert (joined is not None) is (far <= NEAR_M and abs(at_s) <= WINDOW.total_seconds())
    if joined is not None:
        assert joined.distance_m == pytest.approx(far, abs=0.1)


def test_priority_rises_never_falls_and_the_hand_stays():
    assert joined_priority(2, 1, by_hand=False) == 1
    assert joined_priority(1, 3, by_hand=False) == 1
    assert joined_priority(3, 1, by_hand=True) == 3


def test_a_telling_name_replaces_a_generic_one_and_nothing_else():
    assert better_name(CODES["SOS"], CODES["131"]).code == "131"
    assert better_name(CODES["131"], CODES["SOS"]).code == "131"
    assert better_name(CODES["131"], CODES["221"]).code == "131"
    assert better_name(CODES["SOS"], CODES["RPT"]).code == "SOS"


@given(
    st.floats(-250, 250),
    st.floats(-250, 250),
    st.floats(-700, 700),
    st.tuples(*[st.sampled_from([None, 5, 60, 200, 400])] * 2),
    st.floats(-80, 80),
)
def test_whatever_joins_by_time_and_place_lies_in_reach(east, north, at_s, accuracies, lat):
    there = Point(lon=HERE.lon, lat=lat, accuracy_m=accuracies[1])
    here = Point(
        lon=HERE.lon + east / (111_195.08 * math.cos(math.radians(lat))),
        lat=lat + north / 111_195.08,
        accuracy_m=accuracies[0],
    )
    report, incident = told(at_s=at_s, point=here, source="x"), opened(told(point=there))
    within = reach(report)
    covered = (
        within.west <= there.lon <= within.east
        and within.south <= there.lat <= within.north
        and incident.first_at <= within.first_by
        and incident.last_at >= within.last_from
    )
    assert covered or joins(report, incident) is None


def test_a_report_without_a_place_reaches_none():
    within = reach(told(point=None))
    assert not within.west <= HERE.lon <= within.east


def test_a_vehicle_of_the_watch_list_joins_its_own_event_alone_wherever_it_is():
    seen = opened(told("PLT", source="plate:7"))
    far = told("PLT", 3 * 3600, point=off(5000), source="plate:7")
    assert joins(far, seen) is not None
    assert joins(far, seen).why == "same_vehicle"
    assert joins(far, opened(told("PLT", source="plate:7"), closed=True)) is None
    assert joins(far, opened(told("PLT", source="plate:7"), barred=frozenset({"plate:7"}))) is None
    assert joins(told("PLT", 1, source="plate:8"), seen) is None, "another car at the same camera is another happening"
    assert joins(told("SOS", 1), seen) is None
    assert joins(told("PLT", 1, source="plate:7"), opened(told("SOS"))) is None
    renamed = opened(told("CRT"), sources=frozenset({"plate:7"}))
    assert joins(far, renamed) is not None, "an operator may have called it what it is"
    assert reach(far).first_by > far.observed_at + timedelta(days=3650)
