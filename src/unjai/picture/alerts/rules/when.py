"""When a rule counts: hours of the day (over midnight too), weekdays, quiet hours. All in Bangkok time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from unjai.model.clock import BANGKOK

DAY_MIN = 24 * 60
ALL_DAYS = frozenset(range(7))
_DAY = timedelta(days=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class Hours:
    """A part of the day in minutes after midnight; it ends the next day where `end` is not after `start`.

    Equal ends are the whole day.
    """

    start: int
    end: int

    @property
    def length(self) -> int:
        """Return how many minutes it lasts."""
        return (self.end - self.start) % DAY_MIN or DAY_MIN


@dataclass(frozen=True, kw_only=True, slots=True)
class When:
    """Hours and weekdays (0 is Monday) in which a rule counts; none named is always.

    `quiet` are the hours in which it may find but not speak.
    """

    hours: Sequence[Hours] = ()
    weekdays: frozenset[int] = ALL_DAYS
    quiet: Sequence[Hours] = ()

    def open(self, at: datetime) -> bool:
        """Tell whether the rule counts at a moment. Hours that began on a weekday belong to it after midnight too."""
        return _within(self.hours or (Hours(start=0, end=0),), self.weekdays, at)

    def is_quiet(self, at: datetime) -> bool:
        """Tell whether a moment lies in the quiet hours."""
        return _within(self.quiet, ALL_DAYS, at)

    def next_change(self, at: datetime) -> datetime | None:
        """Return the first moment after `at` at which hours begin or end; None where nothing ever changes."""
        marks = {mark for span in (*self.hours, *self.quiet) for mark in (span.start, span.end % DAY_MIN)}
        if self.weekdays != ALL_DAYS:
            marks.add(0)
        if not marks:
            return None
        midnight = _midnight(at)
        found = (midnight + _DAY * day + timedelta(minutes=mark) for day in (0, 1) for mark in marks)
        return min((moment for moment in found if moment > at), default=None)


def _midnight(at: datetime) -> datetime:
    return at.astimezone(BANGKOK).replace(hour=0, minute=0, second=0, microsecond=0)


def _within(spans: Sequence[Hours], weekdays: frozenset[int], at: datetime) -> bool:
    midnight = _midnight(at)
    minute = (at - midnight).total_seconds() / 60
    today = midnight.weekday()
    for span in spans:
        if today in weekdays and span.start <= minute < span.start + span.length:
            return True
        if (today - 1) % 7 in weekdays and minute + DAY_MIN < span.start + span.length:
            return True
    return False
