"""What a month's figures are made of, as it is kept when the month closes: figures follow from it and nothing else."""

from __future__ import annotations

import hashlib
from datetime import date

import msgspec

from unjai.evaluate.rules.cases.case import FoundBy


class MonthCases(msgspec.Struct, frozen=True):
    """Cases of a month (its first day), of a group, found in a way."""

    month: date
    group4: str
    found_by: FoundBy
    cases: int


class Response(msgspec.Struct, frozen=True):
    """Minutes from the alert of an incident to each step; None where it never came."""

    incident: str
    ack_min: float | None
    assign_min: float | None
    arrive_min: float | None


class Cameras(msgspec.Struct, frozen=True):
    """Cameras on the register, and the seconds of theirs without a signal, of all their seconds in the month."""

    registered: int
    dark_s: float
    all_s: float


class Patrols(msgspec.Struct, frozen=True):
    """Planned visits, those of them that were made, and risk (any unit) of hours in all and of hours visited."""

    planned: int
    made: int
    risk: float
    risk_covered: float


class Entered(msgspec.Struct, frozen=True):
    """A figure that somebody entered by hand, with where it comes from. `n` is of how many (a share's answers)."""

    code: str
    value: float
    n: int
    source: str


class Technology(msgspec.Struct, frozen=True):
    """Entries of the register in use at the month's end, new ones, those whose use is counted, those really used."""

    in_use: int
    new: int
    counted: int
    used: int


class MonthFacts(msgspec.Struct, frozen=True):
    """Everything of one month at one station."""

    station_id: int
    month: date
    cases: tuple[MonthCases, ...] = ()
    """Of this month and of those before it, as far as they are kept."""
    kept_since: date | None = None
    """The first month of which cases are kept."""
    listed: float | None = None
    """The share of this month (0 to 1) that had passed when cases were last taken; None in months kept without it."""
    residents: int | None = None
    responses: tuple[Response, ...] = ()
    responses_before: tuple[Response, ...] = ()
    """Of the month before."""
    cameras: Cameras | None = None
    patrols: Patrols | None = None
    patrols_before: Patrols | None = None
    entered: tuple[Entered, ...] = ()
    entered_before: tuple[Entered, ...] = ()
    simulated: bool = False
    """Whether cases of a demonstration are among them."""
    technology: Technology | None = None


def encoded(facts: MonthFacts) -> bytes:
    """Return facts as the bytes that are kept."""
    return msgspec.json.encode(facts)


def decoded(data: bytes | str) -> MonthFacts:
    """Return facts from the bytes that were kept."""
    return msgspec.json.decode(data, type=MonthFacts)


def digest(kept: bytes) -> str:
    """Return the SHA-256 of the facts as they are kept, by which a paper tells what it was made of.

    Of the bytes, not of the facts read from them: these may have learnt of more since, and stay what they were.
    """
    return hashlib.sha256(kept).hexdigest()
