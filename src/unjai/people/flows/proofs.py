"""Proving who one is: passwords and codes, how failures count, and what is kept of a token."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from unjai.model.actor import Actor
from unjai.model.clock import Clock
from unjai.model.errors import UnjaiError
from unjai.people import rules
from unjai.people.passwords import password_matches
from unjai.people.store import accounts as store
from unjai.platform.audit import audit
from unjai.platform.database import Tx


@dataclass(frozen=True, kw_only=True, slots=True)
class Refused:
    """A refusal that must be remembered: returned, not raised, so that the count of failures is committed.

    `pending` is the token of a half-done sign-in, where only the second step is owed.
    """

    error: UnjaiError
    pending: str | None = None


def hashed_token(token: str) -> bytes:
    """Return what is kept of a random token."""
    return hashlib.sha256(token.encode()).digest()


def failure_keys(name: str, ip: str) -> dict[str, int]:
    """Return under what a wrong password counts, with what is free: the pair, the name, the address."""
    return {
        store.failure_key("pair", name, ip): rules.FREE_PAIR,
        store.failure_key("name", name): rules.FREE_NAME,
        store.failure_key("place", ip): rules.FREE_PLACE,
    }


def locked_now(
    counted: Mapping[str, tuple[int, datetime]], free: Mapping[str, int], now: datetime
) -> UnjaiError | None:
    """Return why nothing is checked now; None when it may be tried."""
    wait = max(rules.locked_for(*counted[key], now, free[key]) for key in free)
    return UnjaiError("sign_in_locked", 429, wait_s=math.ceil(wait.total_seconds())) if wait else None


async def count_failure(
    tx: Tx,
    actor: Actor,
    clock: Clock,
    *,
    row: Mapping[str, Any] | None,
    counted: Mapping[str, tuple[int, datetime]],
    free: Mapping[str, int],
    ip: str,
) -> Refused:
    """Count a wrong password or code, and return what is answered."""
    now = clock.now()
    counts = {key: rules.failures_now(*counted[key], now) + 1 for key in free}
    await store.set_failures(tx, counts, now)
    pair, everywhere, _ = free
    await audit(
        tx,
        actor,
        clock,
        action="session.refuse",
        subject=f"account:{row['id']}" if row else "account:unknown",
        facts={"ip": ip, "failures": counts[everywhere]},
    )
    wait = max(rules.wait_after(counts[key], free[key]) for key in free)
    if wait:
        return Refused(error=UnjaiError("sign_in_locked", 429, wait_s=math.ceil(wait.total_seconds())))
    return Refused(error=UnjaiError("sign_in_failed", 401, left=rules.FREE_PAIR - counts[pair]))


async def forget_failures(tx: Tx, counted: Mapping[str, tuple[int, datetime]], free: Mapping[str, int]) -> None:
    """Forget the failures of a name that has just proved itself; those of the address stay."""
    pair, everywhere, place = free
    await store.drop_failures(tx, [pair, everywhere, *([place] if not counted[place][0] else [])])


async def password_refused(
    tx: Tx, actor: Actor, clock: Clock, *, row: Mapping[str, Any], password: str
) -> Refused | None:
    """Check the password of a living session's account (`row`) again; return why not, counted as at sign-in."""
    now = clock.now()
    free = failure_keys(row["username"], row["ip"])
    counted = await store.lock_failures(tx, list(free), now)
    locked = locked_now(counted, free, now)
    if locked:
        return Refused(error=locked)
    if not await password_matches(row["password_hash"], password[: rules.PASSWORD_MAX]):
        refused = await count_failure(
            tx, actor, clock, row={"id": row["account_id"]}, counted=counted, free=free, ip=row["ip"]
        )
        if refused.error.code == "sign_in_failed":
            return Refused(error=UnjaiError("password_wrong", 403, **refused.error.facts))
        return refused
    await store.drop_failures(tx, [key for key in free if not counted[key][0]])
    return None
