"""Rights, passwords, lock-out and duty, without a database."""

from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unjai.model.errors import UnjaiError
from unjai.model.ids import StationId
from unjai.people import rights, rules
from unjai.people.rules import Grant, Interval, ShiftTime

NOON = datetime(2026, 11, 22, 5, tzinfo=UTC)
moments = st.timedeltas(timedelta(days=-300), timedelta(days=60)).map(NOON.__add__)
grants = st.lists(
    st.builds(Grant, role=st.sampled_from([*rights.ROLES, "gone"]), station_id=st.integers(1, 4).map(StationId)),
    max_size=8,
)


def test_roles_hold_only_rights_that_exist():
    for role in rights.ROLES.values():
        assert role.rights <= set(rights.RIGHTS)
        assert role.th
        assert role.en


def test_only_who_handles_calls_sees_callers():
    seers = {name for name, role in rights.ROLES.items() if "caller.read" in role.rights}
    assert seers == {"operator", "supervisor", "superintendent", "detective", "inquiry"}


def test_every_right_is_somebodys():
    assert rights.rights_of(rights.ROLES) == set(rights.RIGHTS)


@given(grants, st.none() | st.integers(0, 5).map(StationId))
def test_every_right_of_a_scope_holds_at_every_station_of_it(held, at):
    scope = rules.scope(held, at)
    for station in scope.stations:
        assert rights.rights_of(grant.role for grant in held if grant.station_id == station) >= scope.rights
    if held:
        assert scope.station_id in scope.stations
    else:
        assert scope == rules.NOWHERE


def test_an_operator_of_one_station_does_not_operate_another():
    held = [Grant(role="operator", station_id=StationId(1)), Grant(role="officer", station_id=StationId(2))]
    assert rules.scope(held, StationId(1)).stations == {1}
    there = rules.scope(held, StationId(2))
    assert "dispatch" not in there.rights
    assert there.stations == {2}


def test_one_role_above_covers_all_below():
    held = [Grant(role="evaluator", station_id=StationId(number)) for number in (3, 1, 2)]
    scope = rules.scope(held, None)
    assert (scope.station_id, scope.stations, scope.roles) == (1, {1, 2, 3}, ("evaluator",))


@given(st.sets(st.sampled_from(sorted(rights.RIGHTS))))
def test_a_view_class_says_what_it_shows(rights):
    name = rules.view_class(rights)
    assert rules.view_rights(name) == rights & set(rules.VIEW_LETTERS.values())
    assert name.isalpha()


def test_roles_make_few_view_classes():
    assert {name: rules.view_class(role.rights) for name, role in rights.ROLES.items()} == {
        "operator": "cdiuz",
        "supervisor": "cdiuz",
        "superintendent": "cdiuz",
        "detective": "cdiuz",
        "officer": "iz",
        "inquiry": "ciz",
        "police_volunteer": "z",
        "citizen_volunteer": "z",
        "public_spirit": "z",
        "volunteer": "z",
        "administrator": "diuz",
        "partner": "z",
        "oversight": "iz",
        "evaluator": "iz",
    }


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("short", "password_too_short"),
        ("ก" * 9, "password_too_short"),
        ("x" * 129, "password_too_long"),
        ("aaaaaaaaaaaa", "password_guessable"),
        ("ababababababab", "password_guessable"),
        ("qwertyuiopas", "password_guessable"),
        ("9876543210", "password_guessable"),
        ("password1234", "password_guessable"),
        ("password12345", "password_guessable"),
        ("P@ssw0rd1234", "password_guessable"),
        ("somchai.police", "password_guessable"),
        ("ตำรวจตำรวจตำรวจ", "password_guessable"),
        ("รหัสผ่าน1234", "password_guessable"),
    ],
)
def test_a_weak_password_is_refused(password, code):
    with pytest.raises(UnjaiError) as caught:
        rules.check_password(password, "somchai.p")
    assert caught.value.code == code


@pytest.mark.parametrize("password", ["ฝนตกที่เชียงใหม่", "correct horse battery", "k7m-2xp-9qd-4ts", "x" * 5 + "yza bc12"])
def test_a_fair_password_is_taken(password):
    rules.check_password(password, "somchai")


def test_thai_keyboards_agree_on_sara_am():
    assert rules.normal_password("น้\u0e33ใจ") == rules.normal_password("น้\u0e4d\u0e32ใจ")


@pytest.mark.parametrize(
    ("typed", "kept"), [(" Somchai ", "somchai"), ("สมชาย", "สมชาย"), ("ＡＢＣ", "abc"), ("a.b-c_d@e", "a.b-c_d@e")]
)
def test_user_names_have_one_form(typed, kept):
    assert rules.check_name(typed) == kept


@pytest.mark.parametrize("typed", ["", "a", " ", "a b", "a\x00b", "x" * 65, "a/b", "<script>", "a\u200bb", "a\u202eb"])
def test_a_user_name_that_cannot_be_typed_is_refused(typed):
    with pytest.raises(UnjaiError, match="username_invalid"):
        rules.check_name(typed)


@given(st.integers(0, 10_000), st.integers(1, 60))
def test_waiting_grows_and_has_an_end(failures, free):
    wait = rules.wait_after(failures, free)
    assert timedelta() <= wait <= rules.WAIT_MOST
    assert (wait > timedelta()) == (failures >= free)
    assert rules.wait_after(failures + 1, free) >= wait


def test_back_off_doubles():
    waits = [rules.wait_after(number, 5).total_seconds() for number in range(4, 12)]
    assert waits == [0, 30, 60, 120, 240, 480, 900, 900]


@given(st.integers(0, 1000), moments, moments, st.integers(1, 60))
def test_a_lock_opens_by_itself(failures, last_at, now, free):
    left = rules.locked_for(failures, last_at, now, free)
    assert timedelta() <= left <= rules.wait_after(failures, free)
    if now - last_at >= rules.FAILURES_FORGOTTEN:
        assert not left
    if now >= last_at:
        assert not rules.locked_for(failures, last_at, now + left, free)


@given(moments, st.timedeltas(timedelta(), timedelta(days=3)), moments)
def test_a_position_counts_only_within_duty(start, length, at):
    interval = Interval(from_at=start, to_at=start + length)
    whole = start.replace(microsecond=0)
    assert rules.on_duty([interval], at) == (whole <= at < min(start + length, start + rules.DUTY_MOST))
    assert not rules.on_duty([], at)


def test_duty_holds_its_start_and_not_its_end():
    interval = Interval(from_at=NOON, to_at=NOON + timedelta(hours=8))
    assert rules.on_duty([interval], NOON)
    assert not rules.on_duty([interval], NOON + timedelta(hours=8))
    assert not rules.on_duty([interval], NOON - timedelta(microseconds=1))


def test_the_second_in_which_a_duty_began_counts_whole_and_the_one_before_does_not():
    pressed = NOON + timedelta(milliseconds=730)
    interval = Interval(from_at=pressed, to_at=pressed + timedelta(hours=8))
    assert rules.on_duty([interval], NOON), "a phone that tells whole seconds says noon of what came after"
    assert rules.on_duty([interval], NOON + timedelta(milliseconds=1))
    assert not rules.on_duty([interval], NOON - timedelta(milliseconds=1))
    assert rules.on_duty([interval], pressed + timedelta(hours=8, milliseconds=-1))
    assert not rules.on_duty([interval], pressed + timedelta(hours=8)), "the end is exact: nothing after it is kept"


def test_a_forgotten_duty_ends_after_a_day():
    going = Interval(from_at=NOON)
    assert rules.on_duty([going], NOON + timedelta(hours=23, minutes=59))
    assert not rules.on_duty([going], NOON + timedelta(hours=24))


THREE = [
    ShiftTime(starts=time(0), ends=time(8)),
    ShiftTime(starts=time(8), ends=time(16)),
    ShiftTime(starts=time(16), ends=time(0)),
]


@given(moments)
def test_three_shifts_cover_the_day_once(at):
    assert sum(rules.in_shift(shift, at) for shift in THREE) == 1


def test_shifts_go_by_bangkoks_clock_and_over_midnight():
    night = ShiftTime(starts=time(20), ends=time(8))
    assert rules.in_shift(night, datetime(2026, 11, 21, 18, tzinfo=UTC))  # 01.00
    assert not rules.in_shift(night, datetime(2026, 11, 21, 2, tzinfo=UTC))  # 09.00
    assert rules.shift_at(THREE, datetime(2026, 11, 21, 17, tzinfo=UTC)) == 0
    assert rules.shift_at([night], datetime(2026, 11, 21, 2, tzinfo=UTC)) is None
    whole = ShiftTime(starts=time(8), ends=time(8))
    assert rules.in_shift(whole, NOON)
