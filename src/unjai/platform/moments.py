"""Moments and days that come in from outside: in UTC, and far enough from the calendar's ends to be reckoned with."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, Field

FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2199, 12, 31)
"""A Buddhist year written where a common one belongs lies beyond them."""


def in_utc(at: datetime) -> datetime:
    """Return a moment in UTC; a `ValueError` where no centre could have meant it."""
    if not FIRST_DAY < at.date() < LAST_DAY:
        raise ValueError(f"Input should be between {FIRST_DAY} and {LAST_DAY}")
    return at.astimezone(UTC)


MomentIn = Annotated[AwareDatetime, AfterValidator(in_utc)]
DayIn = Annotated[date, Field(ge=FIRST_DAY, le=LAST_DAY)]
