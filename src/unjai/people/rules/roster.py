"""What a roster — ตารางเวร — lacks: volunteers without an officer, one person twice, nobody named. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal
from uuid import UUID

from unjai.model.clock import BANGKOK
from unjai.people.rules import PARADE, ShiftTime
from unjai.people.rules.crew import stands

GapKind = Literal["volunteers_alone", "nobody", "twice", "not_crew", "unit_disabled", "account_disabled"]

CREW_MOST = 12
"""How many go with one unit: a boat or a van; more is a mistake of the pen."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Member:
    """One person of a planned crew; `kind` is None for an account that may not go on duty."""

    account_id: UUID
    kind: str | None
    disabled: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Planned:
    """A unit in a shift of a day."""

    id: UUID
    day: date
    shift: ShiftTime
    crew: tuple[Member, ...]
    unit_disabled: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Gap:
    """What is wrong with a planned unit; `account_id` is whom it is about, `other` where else they are planned."""

    planned: UUID
    kind: GapKind
    account_id: UUID | None = None
    other: UUID | None = None


def span(day: date, shift: ShiftTime) -> tuple[datetime, datetime]:
    """Return from when until when a shift of a day goes; one that ends at or before its start ends the next day."""
    begin = datetime.combine(day, shift.starts, tzinfo=BANGKOK)
    until = day if shift.ends > shift.starts else day + timedelta(days=1)
    return begin, datetime.combine(until, shift.ends, tzinfo=BANGKOK)


def current(planned: Planned, at: datetime) -> bool:
    """Tell whether a planned unit may sign on at `at`: from the parade before its shift until the shift ends."""
    begin, end = span(planned.day, planned.shift)
    return begin - PARADE <= at < end


def gaps(plan: Sequence[Planned]) -> list[Gap]:
    """Return all that is wrong with a roster, in its order."""
    found: list[Gap] = []
    seen: dict[UUID, list[Planned]] = {}
    for one in plan:
        found.extend(_own(one))
        for member in one.crew:
            for other in seen.get(member.account_id, ()):
                if _overlap(one, other):
                    found.append(Gap(planned=one.id, kind="twice", account_id=member.account_id, other=other.id))
                    found.append(Gap(planned=other.id, kind="twice", account_id=member.account_id, other=one.id))
            seen.setdefault(member.account_id, []).append(one)
    return found


def _own(one: Planned) -> Iterator[Gap]:
    if one.unit_disabled:
        yield Gap(planned=one.id, kind="unit_disabled")
    if not one.crew:
        yield Gap(planned=one.id, kind="nobody")
    for member in one.crew:
        if member.disabled:
            yield Gap(planned=one.id, kind="account_disabled", account_id=member.account_id)
        elif member.kind is None:
            yield Gap(planned=one.id, kind="not_crew", account_id=member.account_id)
    if not stands(member.kind for member in one.crew if member.kind is not None and not member.disabled):
        yield Gap(planned=one.id, kind="volunteers_alone")


def _overlap(one: Planned, other: Planned) -> bool:
    begin, end = span(one.day, one.shift)
    other_begin, other_end = span(other.day, other.shift)
    return begin < other_end and other_begin < end
