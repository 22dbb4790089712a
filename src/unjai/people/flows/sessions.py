"""Signing in and out, and who a cookie stands for."""

from __future__ import annotations

import hashlib
import math
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from unjai.model.actor import Actor
from unjai.model.clock import Clock
from unjai.model.errors import UnjaiError
from unjai.model.ids import AccountId, StationId, UnitId, new_id
from unjai.people import rules
from unjai.people.events import SessionRevoked
from unjai.people.passwords import hash_password, needs_rehash, password_matches
from unjai.people.store import accounts as store
from unjai.platform.audit import audit
from unjai.platform.database import Tx
from unjai.platform.outbox import emit

SEEN_EVERY = timedelta(minutes=1)
"""`last_seen` is no more exact than this, so that looking is not writing."""

AGENT_MAX = 200


@dataclass(frozen=True, kw_only=True, slots=True)
class SignedIn:
    """A living session. `actor` has no station and no right while the password must be changed.

    `token` is what the cookie holds; it is known only to whoever just signed in, the table has its SHA-256.
    """

    session_id: UUID
    account_id: AccountId
    username: str
    name_th: str
    name_en: str
    locale: str
    scope: rules.Scope
    unit_id: UnitId | None
    must_change_password: bool
    expires_at: datetime
    actor: Actor
    token: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Refused:
    """A refusal that must be remembered: returned, not raised, so that the count of failures is committed."""

    error: UnjaiError


async def sign_in(
    tx: Tx, actor: Actor, clock: Clock, *, username: str, password: str, ip: str, agent: str
) -> SignedIn | Refused:
    """Open a session for a right user name and password, or say why not.

    Who has a role at the station of this box (that of `actor`) works there, whatever other stations are theirs.
    Wrong name, wrong password and disabled account are one answer (`sign_in_failed`) after one duration.
    Too many of them give `sign_in_locked`, whether the name exists or not, even with the right password.
    """
    now = clock.now()
    name = rules.normal_name(username)[: rules.NAME_MAX + 1]
    free = _keys(name, ip)
    counted = await store.lock_failures(tx, list(free), now)
    locked = _locked(counted, free, now)
    if locked:
        return Refused(error=locked)
    row = await store.account_named(tx, name) if name.isprintable() else None
    usable = row is not None and not row["disabled"] and len(rules.normal_password(password)) <= rules.PASSWORD_MAX
    right = await password_matches(row["password_hash"] if row and usable else None, password[: rules.PASSWORD_MAX])
    if not (row and right):
        return await _failed(tx, actor, clock, row=row, counted=counted, free=free, ip=ip)
    pair, everywhere, place = free
    await store.drop_failures(tx, [pair, everywhere, *([place] if not counted[place][0] else [])])
    account_id = AccountId(row["id"])
    if needs_rehash(row["password_hash"]):
        await store.set_account(tx, account_id, password_hash=await hash_password(password))
    box = actor.station if actor.stations else None
    signed = await _open(tx, clock, row=row, station_id=box, ip=ip, agent=agent)
    await audit(
        tx,
        signed.actor,
        clock,
        action="session.open",
        subject=f"account:{account_id}",
        facts={"ip": ip},
        station_id=signed.scope.station_id or StationId(0),
    )
    return signed


def _keys(name: str, ip: str) -> dict[str, int]:
    """Return under what a wrong password counts, with what is free: the pair, the name, the address."""
    return {
        store.failure_key("pair", name, ip): rules.FREE_PAIR,
        store.failure_key("name", name): rules.FREE_NAME,
        store.failure_key("place", ip): rules.FREE_PLACE,
    }


def _locked(counted: Mapping[str, tuple[int, datetime]], free: Mapping[str, int], now: datetime) -> UnjaiError | None:
    wait = max(rules.locked_for(*counted[key], now, free[key]) for key in free)
    return UnjaiError("sign_in_locked", 429, wait_s=math.ceil(wait.total_seconds())) if wait else None


async def _failed(
    tx: Tx,
    actor: Actor,
    clock: Clock,
    *,
    row: Mapping[str, Any] | None,
    counted: Mapping[str, tuple[int, datetime]],
    free: Mapping[str, int],
    ip: str,
) -> Refused:
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


async def _open(
    tx: Tx,
    clock: Clock,
    *,
    row: Mapping[str, Any],
    station_id: StationId | None,
    ip: str,
    agent: str,
    expires_at: datetime | None = None,
) -> SignedIn:
    now = clock.now()
    agent = "".join(letter for letter in agent[:AGENT_MAX] if letter.isprintable())
    token = secrets.token_urlsafe(32)
    session_id = new_id(now)
    ends = expires_at or now + rules.SESSION_LIFE
    await store.add_session(
        tx,
        {
            "id": session_id,
            "account_id": row["id"],
            "token_hash": _hashed(token),
            "station_id": station_id,
            "created_at": now,
            "expires_at": ends,
            "last_seen": now,
            "ip": ip,
            "agent": agent,
        },
    )
    facts = {**row, "session_id": session_id, "account_id": row["id"], "station_id": station_id, "expires_at": ends}
    return await _signed(tx, facts, token=token)


def _hashed(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


async def _signed(tx: Tx, row: Mapping[str, Any], *, token: str | None = None) -> SignedIn:
    account_id = AccountId(row["account_id"])
    grants = await store.grants_of(tx, account_id)
    scope = rules.scope(grants, row["station_id"])
    unit_id: UUID | None = None
    if "unit.self" in scope.rights:
        await store.take_scope(tx, scope.stations)
        unit_id = await store.unit_of_account(tx, account_id)
    crew = None if unit_id is None else UnitId(unit_id)
    held = rules.NOWHERE if row["must_change"] else scope
    actor = Actor(
        kind="account",
        key=row["username"],
        name=row["name_th"],
        stations=held.stations,
        rights=held.rights,
        account_id=account_id,
        unit_id=None if row["must_change"] else crew,
        works_at=held.station_id,
    )
    return SignedIn(
        session_id=row["session_id"],
        account_id=account_id,
        username=row["username"],
        name_th=row["name_th"],
        name_en=row["name_en"],
        locale=row["locale"],
        scope=scope,
        unit_id=crew,
        must_change_password=row["must_change"],
        expires_at=row["expires_at"],
        actor=actor,
        token=token,
    )


async def session_of(tx: Tx, clock: Clock, token: str) -> SignedIn | None:
    """Return who a cookie stands for, or None when its session is over, revoked, or was never.

    The rest of the transaction sees the rows of the session's stations.
    """
    now = clock.now()
    row = await store.live_session(tx, _hashed(token), now)
    if row is None:
        return None
    if now - row["last_seen"] > SEEN_EVERY:
        await store.touch_session(tx, row["session_id"], now)
    return await _signed(tx, row)


async def sign_out(tx: Tx, actor: Actor, clock: Clock, *, token: str) -> None:
    """End the session of `token`; nothing happens when it is over already."""
    now = clock.now()
    row = await store.live_session(tx, _hashed(token), now)
    if row is None:
        return
    account_id = AccountId(row["account_id"])
    await revoke(tx, actor, clock, account_id=account_id, session_id=row["session_id"])
    await audit(tx, actor, clock, action="session.close", subject=f"account:{account_id}")


async def revoke(tx: Tx, actor: Actor, clock: Clock, *, account_id: AccountId, session_id: UUID | None = None) -> None:
    """End one session of an account, or all; every web process is told."""
    ended = await store.end_sessions(tx, account_id, clock.now(), session_id)
    await tell_changed(tx, actor, clock, account_id=account_id, session_ids=ended)


async def tell_changed(
    tx: Tx, actor: Actor, clock: Clock, *, account_id: AccountId, session_ids: Sequence[UUID] = ()
) -> None:
    """Tell every web process to forget what it holds of an account's sessions."""
    station = actor.station if actor.stations else StationId(0)
    event = SessionRevoked(station_id=station, account_id=account_id, session_ids=tuple(session_ids))
    await emit(tx, clock, event)


async def change_password(tx: Tx, actor: Actor, clock: Clock, *, token: str, old: str, new: str) -> SignedIn | Refused:
    """Set a new password. All sessions of the account end, and a new one is opened in place of this one.

    A wrong old password counts as at sign-in and is returned, not raised. Raises `sign_in_needed` (401),
    `password_same` (422) and what `rules.check_password` raises.
    """
    now = clock.now()
    row = await store.live_session(tx, _hashed(token), now)
    if row is None:
        raise UnjaiError("sign_in_needed", 401)
    free = _keys(row["username"], row["ip"])
    counted = await store.lock_failures(tx, list(free), now)
    locked = _locked(counted, free, now)
    if locked:
        return Refused(error=locked)
    if not await password_matches(row["password_hash"], old[: rules.PASSWORD_MAX]):
        refused = await _failed(
            tx, actor, clock, row={"id": row["account_id"]}, counted=counted, free=free, ip=row["ip"]
        )
        if refused.error.code == "sign_in_failed":
            return Refused(error=UnjaiError("password_wrong", 403, **refused.error.facts))
        return refused
    await store.drop_failures(tx, [key for key in free if not counted[key][0]])
    rules.check_password(new, row["username"])
    if rules.normal_password(new) == rules.normal_password(old):
        raise UnjaiError("password_same", 422)
    account_id = AccountId(row["account_id"])
    hashed = await hash_password(new)
    await store.set_account(tx, account_id, password_hash=hashed, must_change=False, password_at=now)
    await revoke(tx, actor, clock, account_id=account_id)
    await audit(tx, actor, clock, action="account.password", subject=f"account:{account_id}")
    fresh = {**row, "id": account_id, "must_change": False, "password_hash": hashed}
    return await _open(tx, clock, row=fresh, station_id=row["station_id"], ip=row["ip"], agent=row["agent"])


async def work_at(tx: Tx, actor: Actor, clock: Clock, *, token: str, station_id: StationId) -> SignedIn:
    """Work at another station of one's own: its rights hold from now on. The session gets a new token.

    Raises `sign_in_needed` (401) and `station_beyond_scope` (403).
    """
    now = clock.now()
    row = await store.live_session(tx, _hashed(token), now)
    if row is None:
        raise UnjaiError("sign_in_needed", 401)
    account_id = AccountId(row["account_id"])
    grants = await store.grants_of(tx, account_id)
    if station_id not in {grant.station_id for grant in grants}:
        raise UnjaiError("station_beyond_scope", 403, station_id=station_id)
    await revoke(tx, actor, clock, account_id=account_id, session_id=row["session_id"])
    await audit(tx, actor, clock, action="session.station", subject=f"account:{account_id}", station_id=station_id)
    fresh = {**row, "id": account_id}
    return await _open(
        tx,
        clock,
        row=fresh,
        station_id=station_id,
        ip=row["ip"],
        agent=row["agent"],
        expires_at=row["expires_at"],
    )
