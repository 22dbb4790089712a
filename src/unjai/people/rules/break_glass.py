"""Emergency rights, pure: what they add, how long they last, who reviews them."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from unjai.model.errors import UnjaiError
from unjai.model.ids import AccountId
from unjai.people.rights import EMERGENCY
from unjai.people.rules.policy import Policy

REASON_LEAST = 10
REASON_MOST = 1000

State = Literal["open", "to_review", "overdue", "reviewed"]
Verdict = Literal["justified", "not_justified"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Taken:
    """Emergency rights as they stand — สิทธิ์ฉุกเฉินที่เปิดไว้."""

    id: UUID
    account_id: AccountId
    gained: frozenset[str]
    taken_at: datetime
    ends_at: datetime
    ended_at: datetime | None = None
    review_due_at: datetime
    reviewed_at: datetime | None = None


def reason(said: str) -> str:
    """Return a reason as it is kept; raise `reason_missing` (422) for one that says nothing."""
    kept = " ".join(said.split())
    said_letters = {letter for letter in kept.casefold() if unicodedata.category(letter)[0] in "LN"}
    if len(kept) < REASON_LEAST or len(said_letters) < REASON_LEAST // 2:
        raise UnjaiError("reason_missing", 422, least=REASON_LEAST)
    return kept[:REASON_MOST]


def gains(rights: Iterable[str]) -> frozenset[str]:
    """Return the rights that break-glass would add; raise `break_glass_needless` (409) when there are none."""
    added = EMERGENCY - frozenset(rights)
    if not added:
        raise UnjaiError("break_glass_needless", 409)
    return added


def ends_at(policy: Policy, now: datetime) -> datetime:
    """Return when rights taken now end by themselves."""
    return now + timedelta(minutes=policy.break_glass_minutes)


def review_due_at(policy: Policy, now: datetime) -> datetime:
    """Return until when the superintendent must have answered."""
    return now + timedelta(days=policy.review_days)


def alive(taken: Taken, now: datetime) -> bool:
    """Tell whether the rights hold at `now`. A clock set back before they were taken gives nothing."""
    return taken.ended_at is None and taken.taken_at <= now < taken.ends_at


def state(taken: Taken, now: datetime) -> State:
    """Return where a use of emergency rights stands on its way to an answer."""
    if taken.reviewed_at is not None:
        return "reviewed"
    if alive(taken, now):
        return "open"
    return "overdue" if now > taken.review_due_at else "to_review"


def check_review(taken: Taken, reviewer: AccountId | None, now: datetime) -> None:
    """Raise why this person may not review now: their own use, still open, answered before (409)."""
    if reviewer is None or reviewer == taken.account_id:
        raise UnjaiError("review_own", 409)
    if taken.reviewed_at is not None:
        raise UnjaiError("review_done", 409)
    if alive(taken, now):
        raise UnjaiError("break_glass_open", 409)
