"""What becomes of a hit: which sightings are one, when it alarms, when nobody looked, what verdicts teach. Pure.

A hit is one entry of the watch list and one registration as it was read: the next sighting within `window` is the same
hit, wherever it is. Verdicts are a person's; they make figures and never change the rule.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

from unjai.plates.rules.matching import Verdict

HitState = Literal["waiting", "confirmed", "rejected", "lapsed"]
Judgement = Literal["confirmed", "rejected"]

LATE: Final = timedelta(minutes=15)
"""A sighting that comes later than this is no alarm: the car is gone. A person looks at it."""
UNDO: Final = timedelta(minutes=10)
"""So long a verdict may be taken back by the one who gave it."""
ALARM_LAPSES: Final = timedelta(hours=12)
"""An alarm has its incident; only its verdict lapses."""
FORGOTTEN: Final = timedelta(days=30)
"""After so long a hit that was rejected or lapsed keeps its verdict for the figures, and no plate, picture or place."""
_Z: Final = 1.959963984540054
"""The 97.5 % point of the normal distribution: intervals of 95 %."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Limits:
    """How long sightings are one hit, and how long a probable one waits for a person."""

    window: timedelta = timedelta(minutes=30)
    lapse: timedelta = timedelta(minutes=60)


@dataclass(frozen=True, kw_only=True, slots=True)
class Held:
    """A hit as the rule sees it."""

    state: HitState
    grade: Verdict
    last_at: datetime


def graded(verdict: Verdict, *, at: datetime, received_at: datetime) -> Verdict:
    """Return what a sighting is worth now: one that came late alarms nobody."""
    return "probable" if received_at - at > LATE else verdict


def stronger(one: Verdict, other: Verdict) -> bool:
    """Tell whether `one` is worth more than `other`."""
    return one == "alarm" and other == "probable"


def belongs(held: Held, *, at: datetime, grade: Verdict, window: timedelta) -> bool:
    """Tell whether a sighting is one more of a hit.

    What was rejected goes on taking the same sightings in silence, and never a stronger one: that is news.
    """
    near = abs(at - held.last_at) <= window
    return near and not (held.state == "rejected" and stronger(grade, held.grade))


def reports(state: HitState, grade: Verdict) -> bool:
    """Tell whether a sighting is told to the centre as an event: an alarm at once, a probable hit once confirmed."""
    return state == "confirmed" or (grade == "alarm" and state != "rejected")


def lapses_at(grade: Verdict, last_at: datetime, lapse: timedelta) -> datetime:
    """Return when a hit that waits is given up."""
    return last_at + (ALARM_LAPSES if grade == "alarm" else lapse)


def may_undo(state: HitState, judged_at: datetime | None, now: datetime) -> bool:
    """Tell whether a verdict may still be taken back."""
    return state in ("confirmed", "rejected") and judged_at is not None and now - judged_at <= UNDO


def wilson(count: int, of: int) -> tuple[float, float] | None:
    """Return the 95 % interval of a share (Wilson 1927, without continuity correction); None of nothing."""
    if of <= 0:
        return None
    share, square = count / of, _Z * _Z
    middle = (share + square / (2 * of)) / (1 + square / of)
    half = _Z / (1 + square / of) * math.sqrt(share * (1 - share) / of + square / (4 * of * of))
    return max(0.0, middle - half), min(1.0, middle + half)
