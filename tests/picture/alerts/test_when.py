"""Hours over midnight, weekdays, quiet hours: in Bangkok, to the second."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from unjai.model.clock import BANGKOK
from unjai.picture.alerts.rules.when import ALL_DAYS, DAY_MIN, Hours, When

NIGHT = Hours(start=22 * 60, end=5 * 60)
moments = st.integers(0, 366 * 86_400).map(lambda s: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=s))
minutes = st.integers(0, DAY_MIN - 1)
spans = st.lists(st.builds(Hours, start=minutes, end=minutes), max_size=3)
days = st.frozensets(st.integers(0, 6), min_size=1)


def bangkok(day: int, hour: int, minute: int = 0, second: int = 0) -> datetime:
    """November 2026: the 20th is a Friday."""
    return datetime(2026, 11, day, hour, minute, second, tzinfo=BANGKOK)


def test_the_night_of_friday_ends_on_saturday_morning():
    friday = When(hours=[NIGHT], weekdays=frozenset({4}))
    assert not friday.open(bangkok(20, 21, 59, 59))
    assert friday.open(bangkok(20, 22))
    assert friday.open(bangkok(21, 4, 59, 59))
    assert not friday.open(bangkok(21, 5))
    assert not friday.open(bangkok(20, 3)), "the early hours of Friday belong to Thursday's night"
    assert not friday.open(bangkok(21, 23)), "Saturday's own night is not Friday's"


def test_nothing_named_is_always_and_equal_ends_are_a_day():
    assert When().open(bangkok(20, 3))
    whole = When(hours=[Hours(start=600, end=600)], weekdays=frozenset({4}))
    assert whole.open(bangkok(20, 10))
    assert whole.open(bangkok(21, 9, 59))
    assert not whole.open(bangkok(21, 10))
    assert When().next_change(bangkok(20, 3)) is None


@given(spans, days, moments)
def test_open_is_what_counting_minutes_says(hours, weekdays, at):
    """Against the plain reading: some span of a chosen day, laid out from its start, holds the moment."""
    when = When(hours=hours, weekdays=weekdays)
    local = at.astimezone(BANGKOK)
    plain = False
    for back in (0, 1):
        day = (local - timedelta(days=back)).replace(hour=0, minute=0, second=0, microsecond=0)
        for span in hours or [Hours(start=0, end=0)]:
            start = day + timedelta(minutes=span.start)
            plain |= day.weekday() in weekdays and start <= local < start + timedelta(minutes=span.length)
    assert when.open(at) == plain


@given(spans, spans, days, moments)
def test_nothing_changes_before_the_next_change(hours, quiet, weekdays, at):
    when = When(hours=hours, weekdays=weekdays, quiet=quiet)
    change = when.next_change(at)
    here = (when.open(at), when.is_quiet(at))
    if change is None:
        assert not hours
        assert not quiet
        assert weekdays == ALL_DAYS
        change = at + timedelta(days=8)
    assert change > at
    for share in (0.01, 0.5, 0.99):
        between = at + (change - at) * share
        assert (when.open(between), when.is_quiet(between)) == here
