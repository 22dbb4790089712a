"""The shift log: when a shift occurs, which stretch its log covers, when it may be handed over, what its digest is."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Literal

import msgspec

from unjai.model.clock import BANGKOK
from unjai.model.errors import UnjaiError
from unjai.people.rules import ShiftTime

Span = tuple[datetime, datetime]
State = Literal["running", "late", "handed", "done"]
"""`late` is over and was not handed over; `handed` waits for whoever takes it over; `done` was taken over."""

EARLY = timedelta(hours=1)
"""A shift may be handed over from this long before its end."""
LATE = timedelta(hours=2)
"""A log covers at most this long after the shift's end; what comes later belongs to the next."""
AWAY_LEAST = timedelta(seconds=30)
"""A pause in listening shorter than this is no outage: a core that was restarted."""


def occurrence(hours: ShiftTime, at: datetime) -> Span | None:
    """Return the stretch of the shift that `at` falls in, in UTC-comparable moments; None between occurrences."""
    local = at.astimezone(BANGKOK)
    for day in (local.date() - timedelta(days=1), local.date()):
        begin = datetime.combine(day, hours.starts, BANGKOK)
        last = day if hours.starts < hours.ends else day + timedelta(days=1)
        end = datetime.combine(last, hours.ends, BANGKOK)
        if begin <= at < end:
            return begin, end
    return None


def occurrences(hours: ShiftTime, since: datetime, until: datetime) -> list[Span]:
    """Return the stretches of a shift that begin in ``since < begin <= until``, in order."""
    day, last = since.astimezone(BANGKOK).date() - timedelta(days=1), until.astimezone(BANGKOK).date()
    found = []
    while day <= last:
        begin = datetime.combine(day, hours.starts, BANGKOK)
        if since < begin <= until:
            end = datetime.combine(day, hours.ends, BANGKOK)
            found.append((begin, end if hours.starts < hours.ends else end + timedelta(days=1)))
        day += timedelta(days=1)
    return found


def next_after(shifts: Sequence[ShiftTime], at: datetime) -> tuple[int, Span] | None:
    """Return the shift (by its index) that begins first at `at` or after it, within two days."""
    coming = [
        (span[0], index, span)
        for index, hours in enumerate(shifts)
        for span in occurrences(hours, at - timedelta(seconds=1), at + timedelta(days=2))
    ]
    if not coming:
        return None
    _, index, span = min(coming, key=lambda one: (one[0], one[1]))
    return index, span


def state_of(row: Mapping[str, object], now: datetime) -> State:
    """Return how far a log is."""
    if row["taken_at"] is not None:
        return "done"
    if row["handed_at"] is not None:
        return "handed"
    end = row["to_at"]
    assert isinstance(end, datetime)
    return "running" if now < end else "late"


def covered_until(to_at: datetime, now: datetime) -> datetime:
    """Return where a log ends that is handed over now: there and then, but at most two hours after the shift's end.

    Raises `shift_handover_early` (409) more than an hour before that end.
    """
    if now < to_at - EARLY:
        raise UnjaiError("shift_handover_early", 409, minutes=int(EARLY.total_seconds() // 60))
    return min(now, to_at + LATE)


def gaps(listened: Iterable[Span], begin: datetime, end: datetime) -> list[Span]:
    """Return the stretches of ``begin … end`` in which nobody listened, those over `AWAY_LEAST`."""
    found: list[Span] = []
    at = begin
    for from_at, to_at in sorted(listened):
        if from_at > at:
            found.append((at, min(from_at, end)))
        at = max(at, to_at)
        if at >= end:
            break
    if at < end:
        found.append((at, end))
    return [(low, high) for low, high in found if high - low >= AWAY_LEAST]


def merged(spans: Iterable[tuple[datetime, datetime | None]]) -> list[tuple[datetime, datetime | None]]:
    """Return stretches that touch or overlap as one; None is an end that has not come."""
    found: list[tuple[datetime, datetime | None]] = []
    for begin, end in sorted(spans, key=lambda one: one[0]):
        if found and ((last := found[-1][1]) is None or begin <= last):
            known = found[-1][1]
            found[-1] = (found[-1][0], None if known is None or end is None else max(known, end))
        else:
            found.append((begin, end))
    return found


def digest_of(content: Mapping[str, object]) -> str:
    """Return SHA-256 over the canonical JSON of a log (keys sorted), in hex."""
    return hashlib.sha256(msgspec.json.encode(content, order="sorted")).hexdigest()
