"""Signing in and out, and who a cookie stands for."""

from __future__ import annotations

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
from unjai.people.flows.proofs import (
    Refused,
    count_failure,
    failure_keys,
    forget_failures,
    hashed_token,
    locked_now,
    password_refused,
)
from unjai.people.passwords import hash_password, needs_rehash, password_matches
from unjai.people.rules import policy as policies
from unjai.people.rules import second_factor as steps
from unjai.people.rules.break_glass import Taken, alive
from unjai.people.store import accounts as store
from unjai.people.store import factors, oversight
from unjai.people.store.crew import free_unit_of, unit_on_duty
from unjai.platform.audit import audit
from unjai.platform.database import Tx
from unjai.platform.outbox import emit

SEEN_EVERY = timedelta(minutes=1)
"""`last_seen` is no more exact than this, so that looking is not writing."""

AGENT_MAX = 200


@dataclass(frozen=True, kw_only=True, slots=True)
class SignedIn:
    """A living session.

    `actor` has no station and no right while the password must be changed or a second factor is overdue (`must_enrol`).
    `token` is what the cookie holds; it is known only to whoever just signed in, the table has its SHA-256.
    `phone_token` likewise, for a phone that is to be remembered until `phone_until`.
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
    factor_since: datetime | None = None
    factor_due_at: datetime | None = None
    must_enrol: bool = False
    break_glass: Taken | None = None
    token: str | None = None
    phone_token: str | None = None
    phone_until: datetime | None = None


async def sign_in(
    tx: Tx, actor: Actor, clock: Clock, *, username: str, password: str, ip: str, agent: str, phone: str = ""
) -> SignedIn | Refused:
    """Open a session for a right user name and password, or say why not.

    Who has a role at the station of this box (that of `actor`) works there, whatever other stations are theirs.
    Wrong name, wrong password and disabled account are one answer (`sign_in_failed`) after one duration.
    Too many of them give `sign_in_locked`, whether the name exists or not, even with the right password.
    Who has a second factor gets `second_factor_needed` and a half-done sign-in, unless `phone` is the token of a phone
    of theirs that is remembered; failures are then forgotten by the second step only.
    """
    now = clock.now()
    name = rules.normal_name(username)[: rules.NAME_MAX + 1]
    free = failure_keys(name, ip)
    counted = await store.lock_failures(tx, list(free), now)
    locked = locked_now(counted, free, now)
    if locked:
        return Refused(error=locked)
    row = await store.account_named(tx, name) if name.isprintable() else None
    usable = row is not None and not row["disabled"] and len(rules.normal_password(password)) <= rules.PASSWORD_MAX
    right = await password_matches(row["password_hash"] if row and usable else None, password[: rules.PASSWORD_MAX])
    if not (row and right):
        return await count_failure(tx, actor, clock, row=row, counted=counted, free=free, ip=ip)
    if row["until"] is not None and row["until"] <= now:
        return Refused(error=UnjaiError("account_ended", 403))
    account_id = AccountId(row["id"])
    if needs_rehash(row["password_hash"]):
        await store.set_account(tx, account_id, password_hash=await hash_password(password))
    box = actor.station if actor.stations else None
    factor = await factors.factor_of(tx, account_id)
    how = "none"
    if factor is not None and factor["confirmed_at"] is not None:
        days = await _remembers_days(tx, account_id, box, now)
        known = days > 0 and phone != "" and await factors.use_phone(tx, account_id, hashed_token(phone), now)
        if not known:
            return await _half_done(tx, actor, clock, account_id=account_id, days=days, ip=ip)
        how = "phone"
    await forget_failures(tx, counted, free)
    factor_since = None if factor is None else factor["confirmed_at"]
    return await begin_session(
        tx, clock, row={**row, "factor_since": factor_since}, station_id=box, ip=ip, agent=agent, how=how
    )


async def begin_session(
    tx: Tx,
    clock: Clock,
    *,
    row: Mapping[str, Any],
    station_id: StationId | None,
    ip: str,
    agent: str,
    how: str,
    facts: Mapping[str, object] | None = None,
) -> SignedIn:
    """Open a session for an account (its row, with `factor_since`) that has proved itself; `how` is the second step."""
    signed = await _open(tx, clock, row=row, station_id=station_id, ip=ip, agent=agent, how=how)
    await audit(
        tx,
        signed.actor,
        clock,
        action="session.open",
        subject=f"account:{signed.account_id}",
        facts={"ip": ip, "second_factor": how, **(facts or {})},
        station_id=signed.scope.station_id or StationId(0),
    )
    return signed


async def _half_done(tx: Tx, actor: Actor, clock: Clock, *, account_id: AccountId, days: int, ip: str) -> Refused:
    now = clock.now()
    token = secrets.token_urlsafe(32)
    row = {"token_hash": hashed_token(token), "account_id": account_id, "expires_at": now + steps.PENDING_LIFE}
    await factors.add_pending(tx, row)
    await audit(tx, actor, clock, action="session.half", subject=f"account:{account_id}", facts={"ip": ip})
    error = UnjaiError(
        "second_factor_needed", 401, remember_days=days, minutes=int(steps.PENDING_LIFE.total_seconds() // 60)
    )
    return Refused(error=error, pending=token)


async def _remembers_days(tx: Tx, account_id: AccountId, box: StationId | None, now: datetime) -> int:
    """Return for how many days a phone of this account may be remembered where it works."""
    scope = rules.scope(await store.grants_of(tx, account_id, at=now), box)
    await store.take_scope(tx, scope.stations)
    return policies.remembers_days(await oversight.policy_of(tx, scope.station_id), scope.roles)


async def _open(
    tx: Tx,
    clock: Clock,
    *,
    row: Mapping[str, Any],
    station_id: StationId | None,
    ip: str,
    agent: str,
    how: str,
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
            "token_hash": hashed_token(token),
            "station_id": station_id,
            "created_at": now,
            "expires_at": ends,
            "last_seen": now,
            "ip": ip,
            "agent": agent,
            "second_factor": how,
        },
    )
    facts = {**row, "session_id": session_id, "account_id": row["id"], "station_id": station_id, "expires_at": ends}
    return await _signed(tx, facts, now, token=token)


async def _signed(tx: Tx, row: Mapping[str, Any], now: datetime, *, token: str | None = None) -> SignedIn:
    account_id = AccountId(row["account_id"])
    grants = await store.grants_of(tx, account_id, at=now)
    scope = rules.scope(grants, row["station_id"])
    await store.take_scope(tx, scope.stations)
    crew: UnitId | None = None
    if "unit.self" in scope.rights:
        crew = await unit_on_duty(tx, account_id, now) or await free_unit_of(tx, account_id, now)
    policy = await oversight.policy_of(tx, scope.station_id)
    here = [grant for grant in grants if grant.station_id == scope.station_id]
    due_at = None if row["factor_since"] else policies.factor_due_at(policy, here)
    must_enrol = due_at is not None and now >= due_at
    held = rules.NOWHERE if row["must_change"] or must_enrol else scope
    taken = None
    if held.station_id is not None:
        found = await oversight.open_break_glass(tx, account_id, held.station_id)
        taken = found if found is not None and alive(found, now) else None
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
        actor=_actor(row, held, crew if held is scope else None, taken),
        factor_since=row["factor_since"],
        factor_due_at=due_at,
        must_enrol=must_enrol,
        break_glass=taken,
        token=token,
    )


def _actor(row: Mapping[str, Any], held: rules.Scope, crew: UnitId | None, taken: Taken | None) -> Actor:
    """Return who acts. Emergency rights hold at the one station where they were taken, and mark all that is done."""
    own_station = frozenset() if held.station_id is None else frozenset({held.station_id})
    return Actor(
        kind="account",
        key=row["username"],
        name=row["name_th"],
        stations=held.stations if taken is None else own_station,
        rights=held.rights if taken is None else held.rights | taken.gained,
        account_id=AccountId(row["account_id"]),
        unit_id=crew,
        works_at=held.station_id,
        marks=() if taken is None else (("break_glass", str(taken.id)),),
        until=None if taken is None else taken.ends_at,
    )


async def session_of(tx: Tx, clock: Clock, token: str) -> SignedIn | None:
    """Return who a cookie stands for, or None when its session is over, revoked, left alone too long, or was never.

    The rest of the transaction sees the rows of the session's stations.
    """
    now = clock.now()
    row = await store.live_session(tx, hashed_token(token), now)
    if row is None:
        return None
    signed = await _signed(tx, row, now)
    if policies.idle(await oversight.policy_of(tx, signed.scope.station_id), row["last_seen"], now):
        await store.end_sessions(tx, signed.account_id, now, row["session_id"])
        return None
    if now - row["last_seen"] > SEEN_EVERY:
        await store.touch_session(tx, row["session_id"], now)
    return signed


async def sign_out(tx: Tx, actor: Actor, clock: Clock, *, token: str) -> None:
    """End the session of `token`; nothing happens when it is over already."""
    now = clock.now()
    row = await store.live_session(tx, hashed_token(token), now)
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


async def tell_everybody(tx: Tx, actor: Actor, clock: Clock) -> None:
    """Tell every web process to ask anew for all sessions: what counts at the station changed."""
    station = actor.station if actor.stations else StationId(0)
    await emit(tx, clock, SessionRevoked(station_id=station, account_id=None))


async def change_password(tx: Tx, actor: Actor, clock: Clock, *, token: str, old: str, new: str) -> SignedIn | Refused:
    """Set a new password. All sessions and remembered phones of the account end; a new session replaces this one.

    A wrong old password counts as at sign-in and is returned, not raised. Raises `sign_in_needed` (401),
    `password_same` (422) and what `rules.check_password` raises.
    """
    now = clock.now()
    row = await store.live_session(tx, hashed_token(token), now)
    if row is None:
        raise UnjaiError("sign_in_needed", 401)
    refused = await password_refused(tx, actor, clock, row=row, password=old)
    if refused is not None:
        return refused
    rules.check_password(new, row["username"])
    if rules.normal_password(new) == rules.normal_password(old):
        raise UnjaiError("password_same", 422)
    account_id = AccountId(row["account_id"])
    hashed = await hash_password(new)
    await store.set_account(tx, account_id, password_hash=hashed, must_change=False, password_at=now)
    await revoke(tx, actor, clock, account_id=account_id)
    await factors.drop_phones(tx, account_id)
    await factors.drop_pending_of(tx, account_id)
    await audit(tx, actor, clock, action="account.password", subject=f"account:{account_id}")
    fresh = {**row, "id": account_id, "must_change": False, "password_hash": hashed}
    return await _open(
        tx, clock, row=fresh, station_id=row["station_id"], ip=row["ip"], agent=row["agent"], how=row["second_factor"]
    )


async def work_at(tx: Tx, actor: Actor, clock: Clock, *, token: str, station_id: StationId) -> SignedIn:
    """Work at another station of one's own: its rights hold from now on. The session gets a new token.

    Raises `sign_in_needed` (401) and `station_beyond_scope` (403).
    """
    now = clock.now()
    row = await store.live_session(tx, hashed_token(token), now)
    if row is None:
        raise UnjaiError("sign_in_needed", 401)
    account_id = AccountId(row["account_id"])
    grants = await store.grants_of(tx, account_id, at=now)
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
        how=row["second_factor"],
        expires_at=row["expires_at"],
    )
