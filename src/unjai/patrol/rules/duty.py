"""Whether a visit fell into its holder's duty: by its own time, also where signing on could only be told later."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from unjai.people.rules import DUTY_MOST, Interval, duty_end

SLACK = timedelta(minutes=10)
"""A visit so soon before signing on or after signing off belongs to the duty: the first place lies on the way."""

Stand = Literal["on", "told_late", "off"]


def stand_at(at: datetime, since: datetime | None, spans: Iterable[Interval], told_at: datetime) -> Stand:
    """Tell how a visit at `at`, which came to us at `told_at`, stands to the duty of its holder.

    `since` is when the phone says its holder signed on. It counts only where a duty did begin after the visit and
    before it was told: then signing on waited for the line, as the visit did. A word alone is no duty.
    """
    known = list(spans)
    if any(span.from_at - SLACK <= at <= duty_end(span) + SLACK for span in known):
        return "on"
    if since is None or not since - SLACK <= at <= since + DUTY_MOST:
        return "off"
    late = any(at < span.from_at <= told_at and span.from_at - since <= DUTY_MOST for span in known)
    return "told_late" if late else "off"


def unit_at(at: datetime, duties: Iterable[tuple[UUID, Interval]], now_in: UUID | None) -> UUID | None:
    """Return the unit somebody was on duty in at a moment; else the one they are in as they tell it."""
    found = [unit for unit, span in duties if span.from_at - SLACK <= at <= duty_end(span) + SLACK]
    return now_in if now_in in found or not found else found[-1]
