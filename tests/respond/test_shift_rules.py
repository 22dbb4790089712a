"""When a shift occurs, what its log covers, what counts as a pause."""

from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unjai.model.clock import BANGKOK
from unjai.model.errors import UnjaiError
from unjai.people.rules import ShiftTime, in_shift
from unjai.respond.rules import shift_log as rules

DAY = ShiftTime(starts=time(8), ends=time(20))
NIGHT = ShiftTime(starts=time(20), ends=time(8))
WHOLE = ShiftTime(starts=time(8), ends=time(8))


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=BANGKOK)


def test_a_night_shift_ends_the_next_morning():
    assert rules.occurrence(NIGHT, at(22, 1)) == (at(21, 20), at(22, 8))
    assert rules.occurrence(DAY, at(22, 1)) is None
    assert rules.occurrence(WHOLE, at(22, 8)) == (at(22, 8), at(23, 8))


moments = st.integers(1_577_836_800, 1_893_456_000).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))
hours = st.builds(
    ShiftTime,
    starts=st.times().map(lambda one: one.replace(second=0, microsecond=0)),
    ends=st.times().map(lambda one: one.replace(second=0, microsecond=0)),
)


@given(hours, moments)
def test_an_occurrence_is_where_the_shift_is(shift, moment):
    now = moment
    found = rules.occurrence(shift, now)
    assert (found is not None) == in_shift(shift, now)
    if found is not None:
        assert found[0] <= now < found[1]
        assert timedelta() < found[1] - found[0] <= timedelta(days=1)
        assert found in rules.occurrences(shift, found[0] - timedelta(seconds=1), now)


@given(hours, moments, st.integers(0, 20))
def test_there_is_one_a_day(shift, moment, days):
    since = moment
    assert len(rules.occurrences(shift, since, since + timedelta(days=days))) == days


def test_the_next_shift_is_the_one_that_begins_first():
    assert rules.next_after([DAY, NIGHT], at(22, 20)) == (1, (at(22, 20), at(23, 8)))
    assert rules.next_after([DAY, NIGHT], at(22, 20, 1)) == (0, (at(23, 8), at(23, 20)))
    assert rules.next_after([], at(22, 20)) is None


def test_a_shift_is_handed_over_around_its_end():
    end = at(22, 8)
    with pytest.raises(UnjaiError, match="shift_handover_early"):
        rules.covered_until(end, end - timedelta(minutes=61))
    assert rules.covered_until(end, end - timedelta(minutes=10)) == end - timedelta(minutes=10)
    assert rules.covered_until(end, end + timedelta(minutes=10)) == end + timedelta(minutes=10)
    assert rules.covered_until(end, end + timedelta(days=2)) == end + timedelta(hours=2)


def test_a_pause_is_where_nobody_listened():
    begin, end = at(22, 8), at(22, 20)
    heard = [(at(22, 7), at(22, 9)), (at(22, 9, 0) + timedelta(seconds=10), at(22, 12)), (at(22, 13), at(22, 21))]
    assert rules.gaps(heard, begin, end) == [(at(22, 12), at(22, 13))]
    assert rules.gaps([], begin, end) == [(begin, end)]


spans = st.lists(st.tuples(st.integers(0, 100), st.integers(1, 30)), max_size=8)


@given(spans)
def test_pauses_and_listening_make_up_the_whole(listened):
    zero = at(22, 0)
    heard = [(zero + timedelta(minutes=low), zero + timedelta(minutes=low + long)) for low, long in listened]
    begin, end = zero, zero + timedelta(minutes=100)
    away = rules.gaps(heard, begin, end)
    for minute in range(100):
        moment = zero + timedelta(minutes=minute, seconds=30)
        assert any(low <= moment < high for low, high in heard) != any(low <= moment < high for low, high in away)


def test_sessions_that_overlap_are_one_stretch():
    one, two, three = (at(22, 8), at(22, 10)), (at(22, 9), None), (at(22, 6), at(22, 7))
    assert rules.merged([one, two, three]) == [three, (at(22, 8), None)]


def test_a_changed_word_changes_the_digest():
    assert rules.digest_of({"a": 1, "b": "ก"}) == rules.digest_of({"b": "ก", "a": 1})
    assert rules.digest_of({"a": 1, "b": "ก"}) != rules.digest_of({"a": 1, "b": "ข"})
