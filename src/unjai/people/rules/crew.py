"""Who goes on duty together: lines of work, kinds of crew, whose phone tells the place, how late a word may come."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Literal
from uuid import UUID

from unjai.model.errors import UnjaiError
from unjai.people.rules import Interval, duty_end
from unjai.people.rules.persons import Words

Line = Literal["prevention", "traffic", "investigation", "inquiry", "administration"]
CrewKind = Literal["officer", "police_volunteer", "citizen_volunteer", "public_spirit", "volunteer"]

LINES: tuple[Line, ...] = ("prevention", "traffic", "investigation", "inquiry", "administration")
VOLUNTEER_KINDS: tuple[CrewKind, ...] = ("police_volunteer", "citizen_volunteer", "public_spirit", "volunteer")
CREW_KINDS: tuple[CrewKind, ...] = ("officer", *VOLUNTEER_KINDS)

ANSWERING: frozenset[CrewKind] = frozenset({"officer", "police_volunteer", "volunteer"})
"""Who of a crew answers what is offered to the unit (`unit.answer`); the others are not told of it."""

LINE_WORDS: Mapping[Line, Words] = MappingProxyType(
    {
        "prevention": Words(th="ป้องกันปราบปราม", en="Prevention and suppression"),
        "traffic": Words(th="จราจร", en="Traffic"),
        "investigation": Words(th="สืบสวน", en="Investigation"),
        "inquiry": Words(th="สอบสวน", en="Inquiry"),
        "administration": Words(th="อำนวยการ", en="Administration"),
    }
)
"""The five sections of a station — สายงาน: every one of them may go on duty."""

CREW_WORDS: Mapping[CrewKind, Words] = MappingProxyType(
    {
        "officer": Words(th="ตำรวจ", en="Officer"),
        "police_volunteer": Words(th="อาสาตำรวจ", en="Police volunteer"),
        "citizen_volunteer": Words(th="อาสาประชาชน", en="Citizen volunteer"),
        "public_spirit": Words(th="จิตอาสา", en="Public-spirit volunteer"),
        "volunteer": Words(th="อาสาสมัคร (ยังไม่ระบุประเภท)", en="Volunteer (kind not said)"),
    }
)

SWORN_ROLES = frozenset({"officer", "supervisor", "superintendent", "detective", "inquiry"})
"""Roles that only a police officer holds."""

_USUAL_LINE: Mapping[str, Line] = MappingProxyType({"detective": "investigation", "inquiry": "inquiry"})

LATE_MOST = timedelta(hours=16)
"""A sign-on that a phone kept longer is not believed: longer than a shift of 12 hours with its way home."""

LATE_SHOWN = timedelta(minutes=2)
"""What comes later than this is shown as late."""

CLOCKS_APART = timedelta(minutes=5)
"""So far a phone's clock may be behind itself; a sign-off said to be earlier than that is of a duty before."""


def crew_kind(roles: Iterable[str]) -> CrewKind | None:
    """Return as what an account goes on duty; None for one that may not. A volunteer's role outweighs every other."""
    held = frozenset(roles)
    volunteer = next((kind for kind in VOLUNTEER_KINDS if kind in held), None)
    if volunteer is not None:
        return volunteer
    return "officer" if held & SWORN_ROLES else None


def usual_line(roles: Iterable[str]) -> Line:
    """Return the line of work that goes with an account's roles; prevention where they do not say."""
    return next((_USUAL_LINE[role] for role in sorted(roles) if role in _USUAL_LINE), "prevention")


def stands(kinds: Iterable[str]) -> bool:
    """Tell whether these may be on duty as a unit: volunteers always with an officer. Nobody named is no volunteer."""
    held = set(kinds)
    return not held or "officer" in held


def check_joint(kinds: Iterable[str], *, call_sign: str) -> None:
    """Raise `duty_volunteers_alone` (409) for a unit that would have volunteers and no officer."""
    if not stands(kinds):
        raise UnjaiError("duty_volunteers_alone", 409, call_sign=call_sign)


def told_at(said: datetime | None, now: datetime) -> datetime:
    """Return from when a word of a phone counts: as it says, never ahead of now.

    Raises `duty_too_late` (409) for one that waited longer than `LATE_MOST`: it must put nobody on duty today.
    """
    if said is None or said >= now:
        return now
    if now - said > LATE_MOST:
        raise UnjaiError("duty_too_late", 409, hours=int(LATE_MOST.total_seconds() // 3600))
    return said


def late_s(counts_from: datetime, came_at: datetime | None) -> int:
    """Return by how many seconds a word came late, 0 within `LATE_SHOWN`."""
    if came_at is None or came_at - counts_from <= LATE_SHOWN:
        return 0
    return int((came_at - counts_from).total_seconds())


@dataclass(frozen=True, kw_only=True, slots=True)
class Stay:
    """One person's time in a crew; `own_phone` when they signed on by their own phone."""

    account_id: UUID
    from_at: datetime
    to_at: datetime | None = None
    own_phone: bool = True


def carried(stays: Sequence[Stay]) -> dict[UUID, tuple[Interval, ...]]:
    """Return whose phone tells the unit's place when: one phone at a time, the first there, then the next.

    Nobody's phone counts outside their own stay, nor beyond the longest duty.
    """
    found: dict[UUID, tuple[Interval, ...]] = {}
    free_from: datetime | None = None
    for stay in sorted((one for one in stays if one.own_phone), key=lambda one: (one.from_at, str(one.account_id))):
        begin = stay.from_at if free_from is None else max(stay.from_at, free_from)
        end = duty_end(Interval(from_at=stay.from_at, to_at=stay.to_at))
        if begin >= end:
            continue
        open_still = stay.to_at is None and begin == stay.from_at
        interval = Interval(from_at=begin, to_at=None if open_still else end)
        found[stay.account_id] = (*found.get(stay.account_id, ()), interval)
        free_from = end
    return found


def carrier(stays: Sequence[Stay], now: datetime) -> UUID | None:
    """Return whose phone tells the unit's place at `now`."""
    for account_id, intervals in carried(stays).items():
        if any(one.from_at <= now < duty_end(one) for one in intervals):
            return account_id
    return None
