"""What comes in as a day or a moment can be reckoned with; the ends of the calendar are refused."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from unjai.model.clock import BANGKOK
from unjai.platform.moments import FIRST_DAY, LAST_DAY, DayIn, MomentIn

MOMENT, DAY = TypeAdapter(MomentIn), TypeAdapter(DayIn)


@pytest.mark.parametrize(
    "said",
    [
        "0001-01-01T00:00:00+14:00",
        "0001-01-01T00:00:00Z",
        "9999-12-31T23:59:59-14:00",
        "9999-12-31T23:59:59Z",
        "2569-11-22T10:00:00+07:00",
        "2026-11-22T10:00:00",
    ],
)
def test_a_moment_nobody_means_is_refused(said):
    with pytest.raises(ValidationError):
        MOMENT.validate_python(said)


@pytest.mark.parametrize("said", ["0001-01-01", "9999-12-31", "2569-11-22", "1899-12-31", "2200-01-01"])
def test_a_day_nobody_means_is_refused(said):
    with pytest.raises(ValidationError):
        DAY.validate_python(said)


@given(st.datetimes(datetime(1900, 1, 2), datetime(2199, 12, 30)), st.integers(-14, 14))  # noqa: DTZ001  made naive
def test_every_other_moment_comes_in_utc(at, hours):
    sign = "-" if hours < 0 else "+"
    told = MOMENT.validate_python(f"{at.isoformat()}{sign}{abs(hours):02}:00")
    assert told.tzinfo is UTC
    assert told.replace(tzinfo=None) == at - timedelta(hours=hours)
    assert told.astimezone(BANGKOK) == told


def test_a_day_can_be_followed_by_another():
    for day in (FIRST_DAY, LAST_DAY):
        assert DAY.validate_python(day.isoformat()) == day
        assert isinstance(day + timedelta(days=1), date)
