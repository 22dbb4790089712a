"""The life of a plain report: what the desk may do with it, and what its reporter's word changes.

The reporter's words come by a line that doubles, delays and reorders them. The phone numbers them (`no`), so that only
a word newer than all heard before changes anything; every other one is kept and read.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, Literal

from unjai.model.errors import UnjaiError

State = Literal["new", "taken", "waiting", "answered", "reopened", "closed"]
Say = Literal["more", "not_fixed", "fixed"]
Move = Literal["new", "taken", "waiting"]
Closed = Literal["", "fixed", "lapsed"]
OPEN: Final[frozenset[State]] = frozenset({"new", "taken", "waiting", "reopened"})
"""Somebody still has to do something."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Stand:
    """Where a report stands. `last_no` is the newest of the reporter's words that counted."""

    state: State = "new"
    last_no: int = 0
    answered_at: datetime | None = None
    closed_at: datetime | None = None
    closed_why: Closed = ""
    reopened: int = 0

    @property
    def open(self) -> bool:
        """Whether it waits for the station."""
        return self.state in OPEN


def reopen_until(stand: Stand, days: int) -> datetime | None:
    """Return until when "not fixed" opens it again; None while it is open anyway."""
    if stand.open:
        return None
    basis = stand.answered_at or stand.closed_at
    return None if basis is None else basis + timedelta(days=days)


def said_at(told: datetime | None, received: datetime, stand: Stand) -> datetime:
    """Return when a word was said: by the phone's clock, but never later than it came nor before what it answers."""
    least = stand.answered_at or stand.closed_at or received
    return received if told is None else max(least, min(told, received))


def heard(stand: Stand, say: Say, no: int, at: datetime, days: int) -> Stand:
    """Return where a report stands after its reporter's word; the same object where nothing changes.

    Raises `plain_reopen_over` (409) for "not fixed" when the days for it are over.
    """
    if no <= stand.last_no or say == "more":
        return stand
    if say == "fixed":
        if stand.state == "closed" and stand.closed_why == "fixed":
            return replace(stand, last_no=no)
        return replace(stand, state="closed", closed_at=at, closed_why="fixed", last_no=no)
    if stand.open:
        return replace(stand, last_no=no)
    until = reopen_until(stand, days)
    if until is not None and at > until:
        raise UnjaiError("plain_reopen_over", 409, days=days)
    return replace(stand, state="reopened", closed_at=None, closed_why="", reopened=stand.reopened + 1, last_no=no)


def moved(stand: Stand, to: Move) -> Stand:
    """Return where a report stands after the desk put it somewhere; back to `new` is `reopened` where it was that.

    Raises `plain_closed` (409) for one that is closed.
    """
    if stand.state == "closed":
        raise UnjaiError("plain_closed", 409)
    back: State = "reopened" if stand.reopened else "new"
    return replace(stand, state=back if to == "new" else to)


def answered(stand: Stand, at: datetime) -> Stand:
    """Return where a report stands after an answer; raises `plain_closed` (409) for one that is closed."""
    if stand.state == "closed":
        raise UnjaiError("plain_closed", 409)
    return replace(stand, state="answered", answered_at=at)


def lapsed(stand: Stand, now: datetime, days: int) -> Stand:
    """Return where a report stands when nobody objected to its answer for so many days."""
    if stand.state != "answered" or stand.answered_at is None or now <= stand.answered_at + timedelta(days=days):
        return stand
    return replace(stand, state="closed", closed_at=now, closed_why="lapsed")
