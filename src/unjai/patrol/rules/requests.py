"""Asked visits — คำขอให้ตรวจ: on which shifts one falls, and what became of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal

from unjai.model.clock import BANGKOK

KINDS = ("request", "house_watch")
PARTNERS = ("citizen", "police", "residents", "local_government", "business", "state_agency", "media")
"""Who asked: a citizen (house watch), or one of the BIG SIX."""
Partner = Literal["citizen", "police", "residents", "local_government", "business", "state_agency", "media"]
Outcome = Literal["done", "short", "missed", "unknown", "unplanned"]
OUTCOMES: tuple[Outcome, ...] = ("done", "short", "missed", "unknown", "unplanned")
KEPT = timedelta(days=30)
"""So long after its last day a request is forgotten: what house stood empty when is nobody's business later."""
DAY_MIN = 1440


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """When a visit is wanted: days (both in) and a window in minutes after midnight of the day it begins.

    Without a window it is wanted on every shift that touches the days.
    """

    from_day: date
    to_day: date
    window: tuple[int, int] | None
    minutes: int


def due(asked: Asked, begin: datetime, end: datetime) -> tuple[datetime, datetime] | None:
    """Return the stretch of a shift in which a visit is due: its longest overlap with a window.

    None where the shift has none that is long enough for the stay.
    """
    found = [(max(since, begin), min(until, end)) for since, until in _windows(asked) if since < end and until > begin]
    long_enough = [one for one in found if one[1] - one[0] >= timedelta(minutes=asked.minutes)]
    return max(long_enough, key=lambda one: one[1] - one[0], default=None)


def _windows(asked: Asked) -> list[tuple[datetime, datetime]]:
    first = datetime(asked.from_day.year, asked.from_day.month, asked.from_day.day, tzinfo=BANGKOK)
    days = (asked.to_day - asked.from_day).days + 1
    if asked.window is None:
        return [(first, first + timedelta(days=days))]
    since, until = asked.window
    length = (until - since) % DAY_MIN or DAY_MIN
    begins = [first + timedelta(days=number, minutes=since) for number in range(days)]
    return [(one, one + timedelta(minutes=length)) for one in begins]


def outcome_of(*, planned: bool, proven: bool, stays_s: Sequence[float], wanted_s: float, seen: bool) -> Outcome:
    """Return what became of a visit on one shift.

    Done: a proven visit, or a unit stood there for half of the time that was asked for. Short: a unit was there for
    less. Missed is said only where a unit of the plan was seen all the while; else it is not known.
    """
    if proven or any(stay >= wanted_s / 2 for stay in stays_s):
        return "done"
    if stays_s:
        return "short"
    if not planned:
        return "unplanned"
    return "missed" if seen else "unknown"


def scrubbed(
    town: Mapping[str, Any], result: Mapping[str, Any] | None, request: str
) -> tuple[dict[str, Any], dict[str, Any] | None]:
    """Return a plan's town and result without the note, name and position of a request that is forgotten.

    A place that is the station's own keeps its name: what is forgotten is that somebody asked.
    """
    place = f"ask-{request}"

    def bare(one: Mapping[str, Any]) -> dict[str, Any]:
        return {**one, "name": {"th": "ฝากบ้าน", "en": "House watch"}, "lon": None, "lat": None}

    def stop_of(stop: Mapping[str, Any]) -> dict[str, Any]:
        told = bare(stop) if stop.get("place") == place else dict(stop)
        return {**told, "note": ""} if stop.get("request") == request else told

    places = [bare(one) if one["id"] == place else one for one in town["places"]]
    asked = [{**one, "note": ""} if one.get("id") == request else one for one in town.get("requests", ())]
    left = {**town, "places": places, "requests": asked}
    if result is None:
        return left, None
    rounds = [{**one, "stops": [stop_of(stop) for stop in one["stops"]]} for one in result.get("rounds", ())]
    return left, {**result, "rounds": rounds}
