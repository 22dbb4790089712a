"""Coverage — การครอบคลุม: which streets were patrolled at which hours of the week, and where nobody was.

An hour of the week is 0 to 167 from Monday 00:00 in Bangkok. Nothing here knows who drove.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from unjai.model.clock import BANGKOK

WEEK_HOURS = 168


def hour_of_week(at: datetime) -> int:
    """Return the hour of the week that a moment lies in."""
    local = at.astimezone(BANGKOK)
    return local.weekday() * 24 + local.hour


def monday(day: date) -> date:
    """Return the Monday of a day's week."""
    return day - timedelta(days=day.weekday())


def begins(day: date) -> datetime:
    """Return the moment at which a day begins in Bangkok."""
    return datetime(day.year, day.month, day.day, tzinfo=BANGKOK)


def street_weeks(hours: Iterable[tuple[datetime, Sequence[int]]]) -> dict[int, list[int]]:
    """Return for each street in how many weeks it was patrolled at each hour of the week."""
    found: dict[int, list[int]] = {}
    for at, edges in hours:
        hour = hour_of_week(at)
        for edge in edges:
            found.setdefault(edge, [0] * WEEK_HOURS)[hour] += 1
    return found


def digits(counts: Sequence[int]) -> str:
    """Return counts as one digit an hour, 9 for nine and more: what crosses the wire."""
    return "".join(str(min(count, 9)) for count in counts)


@dataclass(frozen=True, kw_only=True, slots=True)
class Area:
    """An area: how long its streets are, how much of them was patrolled and when, and in which weeks nobody came."""

    id: str
    length_m: float
    seen_m: float
    hours: tuple[int, ...]
    """Metres patrolled at each hour of the week, in all weeks."""
    weeks_unseen: tuple[date, ...]


def areas(
    lengths: Mapping[int, float],
    area_of: Mapping[int, str],
    hours: Sequence[tuple[datetime, Sequence[int]]],
    weeks: Sequence[date],
) -> list[Area]:
    """Return the areas by name: `lengths` and `area_of` are by street; `weeks` are Mondays.

    A street of no area is passed over. A week without any patrol in an area is a gap.
    """
    whole: dict[str, float] = {}
    for edge, area in area_of.items():
        whole[area] = whole.get(area, 0.0) + lengths.get(edge, 0.0)
    metres = {area: [0.0] * WEEK_HOURS for area in whole}
    seen: dict[str, set[int]] = {area: set() for area in whole}
    came: dict[str, set[date]] = {area: set() for area in whole}
    for at, edges in hours:
        hour, week = hour_of_week(at), monday(at.astimezone(BANGKOK).date())
        for edge in edges:
            place = area_of.get(edge)
            if place is None:
                continue
            metres[place][hour] += lengths.get(edge, 0.0)
            seen[place].add(edge)
            came[place].add(week)
    return [
        Area(
            id=area,
            length_m=round(whole[area], 1),
            seen_m=round(sum(lengths.get(edge, 0.0) for edge in seen[area]), 1),
            hours=tuple(round(value) for value in metres[area]),
            weeks_unseen=tuple(week for week in weeks if week not in came[area]),
        )
        for area in sorted(whole)
    ]


def quiet_hours(hours: Iterable[tuple[datetime, Sequence[int]]], until: datetime, weeks: int) -> list[int]:
    """Return the hours of the week at which no street was patrolled in any week, of those that have passed."""
    seen = {hour_of_week(at) for at, edges in hours if edges}
    passed = WEEK_HOURS if weeks > 1 else hour_of_week(until) + 1
    return [hour for hour in range(passed) if hour not in seen]
