"""The one place where the wall clock is read; everything else is handed a `Clock`."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

BANGKOK = ZoneInfo("Asia/Bangkok")


class Clock(Protocol):
    """Tells the time, always aware and in UTC."""

    def now(self) -> datetime:
        """Return the present moment in UTC."""
        ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        """Return the machine's time in UTC."""
        return datetime.now(UTC)


class MovedClock:
    """A clock that stands still until it is moved; for tests and simulations."""

    def __init__(self, at: datetime) -> None:
        """Start at `at`, which must be aware."""
        if at.tzinfo is None:
            msg = "a clock needs an aware time"
            raise ValueError(msg)
        self._at = at.astimezone(UTC)

    def now(self) -> datetime:
        """Return the time it was last moved to."""
        return self._at

    def move(self, by: timedelta) -> None:
        """Go forward (or back) by `by`."""
        self._at += by
