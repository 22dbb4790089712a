"""What may be asked for as evidence, and how it stands with an owner's consent: pure.

A consent is a paper: its hours are words. What can be read of them is held against the span that is asked for; what
cannot be read is never taken for a yes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from unjai.cameras.rules.registry import PRIVATE_OWNERS
from unjai.model.clock import BANGKOK
from unjai.model.errors import UnjaiError
from unjai.model.ids import id_floor

PIECES_MOST = 16
CLIP_MOST = timedelta(hours=2)
TRIES_MOST = 3
_DAY_MIN = 24 * 60
_TIME = r"(\d{1,2})\s*[.:]\s*(\d{2})"
_SPAN = re.compile(rf"{_TIME}\s*(?:น\.?)?\s*(?:-|–|—|ถึง|to)\s*{_TIME}\s*(?:น\.?)?", re.IGNORECASE)
_BETWEEN = re.compile(r"(?:[\s,;/]|และ|and|เวลา|ทุกวัน|daily)*", re.IGNORECASE)
_ALWAYS = re.compile(
    r"(?:ตลอด(?:เวลา|วัน|\s*24\s*(?:ชั่วโมง|ชม\.?)?)|(?:ทุกวัน\s*)?24\s*(?:ชั่วโมง|ชม\.?|hours?|h)|24/7|always|all day)",
    re.IGNORECASE,
)
_THAI_DIGITS = str.maketrans("๐๑๒๓๔๕๖๗๘๙", "0123456789")

Sort = Literal["clip", "still"]
Why = Literal["", "no_paper", "not_in_force", "hours", "hours_unreadable"]
State = Literal["asked", "making", "sealed", "failed", "removed"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Piece:
    """One thing asked for: a clip from `since` to `until`, or a still at `since`. `still_id` is a live one, kept."""

    camera_id: UUID
    sort: Sort
    since: datetime
    until: datetime
    still_id: UUID | None = None

    def told(self) -> dict[str, Any]:
        """Return it as JSON."""
        return {
            "camera_id": str(self.camera_id),
            "sort": self.sort,
            "since": self.since.isoformat(),
            "until": self.until.isoformat(),
            "still_id": None if self.still_id is None else str(self.still_id),
        }


def piece_of(told: Mapping[str, Any]) -> Piece:
    """Return a piece from its JSON; raise `request_invalid` (422)."""
    try:
        still = told.get("still_id")
        found = Piece(
            camera_id=UUID(str(told["camera_id"])),
            sort=told["sort"],
            since=datetime.fromisoformat(str(told["since"])),
            until=datetime.fromisoformat(str(told["until"])),
            still_id=None if still is None else UUID(str(still)),
        )
    except (KeyError, ValueError, TypeError) as error:
        raise UnjaiError("request_invalid", 422, where="pieces") from error
    if found.sort not in {"clip", "still"} or found.since.tzinfo is None or found.until.tzinfo is None:
        raise UnjaiError("request_invalid", 422, where="pieces")
    return found


def check_pieces(pieces: Sequence[Piece], now: datetime) -> None:
    """Raise `evidence_nothing`, `evidence_much`, `range_invalid`, `evidence_future` or `evidence_still_moment` (422).

    A live still's id holds the moment at which it was taken: no other may be said of it.
    """
    if not pieces:
        raise UnjaiError("evidence_nothing", 422)
    if len(pieces) > PIECES_MOST:
        raise UnjaiError("evidence_much", 422, most=PIECES_MOST)
    for one in pieces:
        length = one.until - one.since
        if one.sort == "clip" and not timedelta() < length <= CLIP_MOST:
            raise UnjaiError("range_invalid", 422, most_hours=int(CLIP_MOST.total_seconds() // 3600))
        if (one.sort == "still" and length) or one.until > now:
            raise UnjaiError("evidence_future", 422)
        if one.still_id is not None and (one.sort != "still" or not _taken(one.still_id, one.since)):
            raise UnjaiError("evidence_still_moment", 422)


def _taken(still_id: UUID, at: datetime) -> bool:
    """Tell whether a live still's id says that it was taken at this very millisecond; no id overflows a calendar."""
    return still_id.int >> 80 == id_floor(at).int >> 80 and at.microsecond % 1000 == 0


def case_of(said: str, *, none_yet: bool) -> str:
    """Return the case number, empty where it was said that there is none yet; raise `evidence_case_needed` (422)."""
    number = said.strip()
    if bool(number) == none_yet:
        raise UnjaiError("evidence_case_needed", 422)
    return number


# -- consent -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Hours:
    """Hours of the day in minutes since midnight, Bangkok time; `None` where the words cannot be read."""

    spans: tuple[tuple[int, int], ...] | None

    def hold(self, since: datetime, until: datetime) -> bool:
        """Tell whether every minute of a span lies within them."""
        if self.spans is None:
            return False
        day = since.astimezone(BANGKOK).replace(hour=0, minute=0, second=0, microsecond=0)
        begin_s, end_s = (since - day).total_seconds(), (until - day).total_seconds()
        open_: list[tuple[float, float]] = []
        for number in range(-1, int(end_s // 86_400) + 1):
            open_ += [(number * 86_400 + a * 60.0, number * 86_400 + b * 60.0) for a, b in self.spans]
        at = begin_s
        for a, b in sorted(open_):
            if a > at:
                break
            at = max(at, b)
        return at >= end_s and at > begin_s  # a still has no length, and still needs its moment


WHOLE_DAY = Hours(((0, _DAY_MIN),))


def hours_of(said: str) -> Hours:
    """Read a consent's hours: empty and "24 hours" are the whole day, ``18.00–06.00 น.`` goes over midnight."""
    text = said.translate(_THAI_DIGITS).strip()
    if not text or _ALWAYS.fullmatch(text):
        return WHOLE_DAY
    spans: list[tuple[int, int]] = []
    at = 0
    for found in _SPAN.finditer(text):
        first_h, first_m, last_h, last_m = (int(part) for part in found.groups())
        if not _BETWEEN.fullmatch(text[at : found.start()]) or max(first_h, last_h) > 24 or max(first_m, last_m) > 59:  # noqa: PLR2004
            return Hours(None)
        begin, end = first_h * 60 + first_m, last_h * 60 + last_m
        if max(begin, end) > _DAY_MIN:
            return Hours(None)
        spans.append((begin, end if end > begin else end + _DAY_MIN))
        at = found.end()
    if not spans or not _BETWEEN.fullmatch(text[at:]):
        return Hours(None)
    return Hours(tuple(spans))


@dataclass(frozen=True, kw_only=True, slots=True)
class Leave:
    """How a span stands with the owner's consent. `beyond`: it is not covered, `why` says in what way."""

    needed: bool
    beyond: bool = False
    why: Why = ""
    number: str = ""
    hours: str = ""
    part: str = ""

    def told(self) -> dict[str, Any]:
        """Return it as it stands in the manifest."""
        return {
            "needed": self.needed,
            "beyond": self.beyond,
            "why": self.why,
            "number": self.number,
            "hours": self.hours,
            "part": self.part,
        }


def leave_for(owner_kind: str, consents: Iterable[Mapping[str, Any]], since: datetime, until: datetime) -> Leave:
    """Return how a span of a camera stands with its owner's consent: each of its days and hours must be covered."""
    if owner_kind not in PRIVATE_OWNERS:
        return Leave(needed=False)
    papers = sorted(consents, key=lambda one: (one["from_on"], str(one["id"])), reverse=True)
    if not papers:
        return Leave(needed=True, beyond=True, why="no_paper")
    days = _days(since, until)
    first: Leave | None = None
    for one in papers:
        words = {"number": one["number"], "hours": one["hours"], "part": one["part"]}
        if not all(one["from_on"] <= day and (one["until_on"] is None or day <= one["until_on"]) for day in days):
            continue
        hours = hours_of(one["hours"])
        if hours.hold(since, until):
            return Leave(needed=True, **words)
        why: Why = "hours_unreadable" if hours.spans is None else "hours"
        first = first or Leave(needed=True, beyond=True, why=why, **words)
    return first or Leave(needed=True, beyond=True, why="not_in_force")


def _days(since: datetime, until: datetime) -> list[date]:
    first, last = since.astimezone(BANGKOK).date(), until.astimezone(BANGKOK).date()
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


# -- names -------------------------------------------------------------------------------------------------------------


def file_name(number: int, key: str, sort: Sort, at: datetime) -> str:
    """Return the name of a piece's file: readable, the same on every system, unlike any other of its package."""
    plain = "".join(sign if sign.isascii() and (sign.isalnum() or sign in "-_") else "-" for sign in key)[:40]
    ending = "mp4" if sort == "clip" else "jpg"
    return f"{number:02d}-{plain}-{at:%Y%m%dT%H%M%SZ}.{ending}"


def number_of(year_be: int, count: int) -> str:
    """Return a package's number at its station: ``EV2569-0007``."""
    return f"EV{year_be}-{count:04d}"
