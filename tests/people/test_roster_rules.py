"""Crews and rosters, purely: who may go with whom, whose phone counts, what a roster lacks."""

from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unjai.model.clock import BANGKOK
from unjai.model.errors import UnjaiError
from unjai.people.rights import ROLES, VOLUNTEERS
from unjai.people.rules import DUTY_MOST, ShiftTime, duty_end
from unjai.people.rules.crew import (
    ANSWERING,
    CREW_KINDS,
    CREW_WORDS,
    LATE_MOST,
    LINE_WORDS,
    LINES,
    SWORN_ROLES,
    VOLUNTEER_KINDS,
    Stay,
    carried,
    carrier,
    check_joint,
    crew_kind,
    late_s,
    stands,
    told_at,
    usual_line,
)
from unjai.people.rules.persons import PERSON_KINDS
from unjai.people.rules.roster import Gap, Member, Planned, current, gaps, span

NOW = datetime(2026, 11, 22, 18, tzinfo=UTC)
DAY, NIGHT = ShiftTime(starts=time(8), ends=time(16)), ShiftTime(starts=time(20), ends=time(4))


def key(number: int) -> UUID:
    return UUID(int=number)


def test_every_kind_and_line_has_its_words_and_its_role():
    assert set(CREW_WORDS) == set(CREW_KINDS)
    assert set(LINE_WORDS) == set(LINES)
    assert set(VOLUNTEER_KINDS) == VOLUNTEERS <= set(ROLES)
    assert set(ROLES) >= SWORN_ROLES
    assert set(PERSON_KINDS) >= set(VOLUNTEER_KINDS) - {"volunteer"}, "a person's kind is the role's name"


@pytest.mark.parametrize(
    ("roles", "kind", "line"),
    [
        (["officer"], "officer", "prevention"),
        (["detective", "officer"], "officer", "investigation"),
        (["inquiry"], "officer", "inquiry"),
        (["supervisor"], "officer", "prevention"),
        (["police_volunteer"], "police_volunteer", "prevention"),
        (["officer", "citizen_volunteer"], "citizen_volunteer", "prevention"),
        (["operator"], None, "prevention"),
        ([], None, "prevention"),
    ],
)
def test_roles_say_as_what_one_goes(roles, kind, line):
    assert crew_kind(roles) == kind
    assert usual_line(roles) == line


@given(st.lists(st.sampled_from(CREW_KINDS)))
def test_volunteers_stand_only_with_an_officer(kinds):
    if kinds and "officer" not in kinds:
        with pytest.raises(UnjaiError, match="duty_volunteers_alone"):
            check_joint(kinds, call_sign="x")
    else:
        check_joint(kinds, call_sign="x")
        assert stands(kinds)


def test_what_each_volunteer_may():
    may = {kind: ROLES[kind].rights & {"unit.self", "unit.answer", "patrol.self"} for kind in VOLUNTEER_KINDS}
    assert may == {
        "police_volunteer": {"unit.self", "unit.answer", "patrol.self"},
        "citizen_volunteer": {"unit.self", "patrol.self"},
        "public_spirit": {"patrol.self"},
        "volunteer": {"unit.self", "unit.answer", "patrol.self"},
    }
    assert {kind for kind in CREW_KINDS if "unit.answer" in ROLES[kind].rights} == ANSWERING
    for kind in VOLUNTEERS:
        assert not ROLES[kind].rights & {"incident.read", "caller.read", "unit.read", "person.read", "camera.task"}


@given(st.timedeltas(min_value=-timedelta(days=3), max_value=timedelta(days=3)))
def test_a_press_counts_from_when_it_was_made_within_bounds(ago):
    said = NOW - ago
    if ago > LATE_MOST:
        with pytest.raises(UnjaiError, match="duty_too_late"):
            told_at(said, NOW)
    else:
        assert told_at(said, NOW) == min(said, NOW)


def test_late_is_said_from_two_minutes_on():
    assert late_s(NOW, None) == 0
    assert late_s(NOW, NOW + timedelta(minutes=2)) == 0
    assert late_s(NOW, NOW + timedelta(minutes=3)) == 180


STAYS = st.lists(
    st.builds(
        lambda who, begin, length, phone, open_: Stay(
            account_id=key(who),
            from_at=NOW + timedelta(minutes=begin),
            to_at=None if open_ else NOW + timedelta(minutes=begin + length),
            own_phone=phone,
        ),
        st.integers(1, 4),
        st.integers(0, 600),
        st.integers(0, 600),
        st.booleans(),
        st.booleans(),
    ),
    max_size=6,
)


@given(STAYS, st.integers(0, 2400))
def test_one_phone_counts_at_a_time_and_only_of_somebody_there(stays, minute):
    at = NOW + timedelta(minutes=minute)
    counting = [who for who, times in carried(stays).items() for one in times if one.from_at <= at < duty_end(one)]
    there = [
        one.account_id
        for one in stays
        if one.own_phone
        and one.from_at <= at
        and (one.to_at is None or at < one.to_at)
        and at < one.from_at + DUTY_MOST
    ]
    assert len(counting) <= 1
    assert set(counting) <= set(there)
    assert bool(counting) == bool(there)
    assert carrier(stays, at) == (counting[0] if counting else None)


def test_the_next_phone_takes_over():
    first = Stay(account_id=key(1), from_at=NOW, to_at=NOW + timedelta(hours=1))
    second = Stay(account_id=key(2), from_at=NOW + timedelta(minutes=10))
    named = Stay(account_id=key(3), from_at=NOW, own_phone=False)
    assert carrier([second, first, named], NOW + timedelta(minutes=30)) == key(1)
    assert carrier([second, first, named], NOW + timedelta(hours=1)) == key(2)
    assert carrier([named], NOW) is None


def planned(number, day=date(2026, 11, 23), shift=DAY, crew=(), **more):
    members = tuple(Member(account_id=key(who), kind=kind) for who, kind in crew)
    return Planned(id=key(1000 + number), day=day, shift=shift, crew=members, **more)


def test_what_a_roster_lacks():
    alone = planned(1, crew=[(1, "police_volunteer"), (2, "citizen_volunteer")])
    nobody = planned(2)
    gone = planned(3, crew=[(3, None)], unit_disabled=True)
    whole = planned(4, crew=[(4, "officer"), (5, "public_spirit")])
    found = {(gap.planned, gap.kind, gap.account_id) for gap in gaps([alone, nobody, gone, whole])}
    assert found == {
        (alone.id, "volunteers_alone", None),
        (nobody.id, "nobody", None),
        (gone.id, "unit_disabled", None),
        (gone.id, "not_crew", key(3)),
    }
    closed = Planned(
        id=key(9), day=alone.day, shift=DAY, crew=(Member(account_id=key(1), kind="officer", disabled=True),)
    )
    assert [gap.kind for gap in gaps([closed])] == ["account_disabled"], "it says why; nothing else is known of them"


def test_one_person_twice_also_over_midnight():
    night = planned(1, shift=NIGHT, crew=[(1, "officer")])
    early = planned(2, day=date(2026, 11, 24), shift=ShiftTime(starts=time(0), ends=time(8)), crew=[(1, "officer")])
    later = planned(3, day=date(2026, 11, 24), shift=DAY, crew=[(1, "officer")])
    found = gaps([night, early, later])
    assert found == [
        Gap(planned=early.id, kind="twice", account_id=key(1), other=night.id),
        Gap(planned=night.id, kind="twice", account_id=key(1), other=early.id),
    ]


def test_a_plan_counts_from_the_parade_to_the_end_of_its_shift():
    begin, end = span(date(2026, 11, 23), NIGHT)
    assert (begin.tzinfo, end - begin) == (BANGKOK, timedelta(hours=8))
    plan = planned(1, shift=NIGHT)
    assert [current(plan, begin + step) for step in (-timedelta(minutes=31), -timedelta(minutes=30), timedelta())] == [
        False,
        True,
        True,
    ]
    assert not current(plan, end)
    whole = span(date(2026, 11, 23), ShiftTime(starts=time(0), ends=time(0)))
    assert whole[1] - whole[0] == timedelta(days=1)
