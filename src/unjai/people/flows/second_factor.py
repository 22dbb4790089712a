"""Second factors: enrolled with a confirmed code, asked for at sign-in, removed with password and code."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import pyotp

from unjai.model.actor import Actor
from unjai.model.clock import Clock
from unjai.model.errors import UnjaiError
from unjai.model.ids import AccountId, new_id
from unjai.people import rules
from unjai.people.events import SecondFactorReset
from unjai.people.flows.accounts import manageable
from unjai.people.flows.proofs import (
    Refused,
    count_failure,
    failure_keys,
    forget_failures,
    hashed_token,
    locked_now,
    password_refused,
)
from unjai.people.flows.sessions import AGENT_MAX, SignedIn, begin_session, revoke, tell_changed
from unjai.people.passwords import one_time_password
from unjai.people.rules import policy as policies
from unjai.people.rules import second_factor as steps
from unjai.people.store import accounts as store
from unjai.people.store import factors, oversight
from unjai.people.vault import Vault
from unjai.platform.audit import audit
from unjai.platform.database import Tx
from unjai.platform.outbox import emit


@dataclass(frozen=True, kw_only=True, slots=True)
class Enrolment:
    """A secret to put into an authenticator, shown while it is being enrolled; `qr` is rows of 0 and 1."""

    secret: str
    uri: str
    qr: tuple[str, ...]
    expires_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class FactorNow:
    """How it stands with one's own second factor."""

    since: datetime | None
    recovery_left: int
    due_at: datetime | None


async def second_step(
    tx: Tx, actor: Actor, clock: Clock, *, vault: Vault, token: str, code: str, remember: bool, ip: str, agent: str
) -> SignedIn | Refused:
    """Finish a half-done sign-in with a code by time or a recovery code.

    Failures count with the wrong passwords and are returned, not raised: `second_factor_wrong` (with the centre's
    time, so that a wrong clock is seen), `second_factor_used`, `second_factor_late`, `sign_in_locked`.
    """
    now = clock.now()
    pending = hashed_token(token)
    row = await factors.pending_of(tx, pending, now)
    if row is None:
        return Refused(error=UnjaiError("second_factor_late", 401))
    account_id = AccountId(row["account_id"])
    free = failure_keys(row["username"], ip)
    counted = await store.lock_failures(tx, list(free), now)
    locked = locked_now(counted, free, now)
    if locked:
        return Refused(error=locked)
    proof = await _proof(tx, clock, vault, account_id, code)
    if isinstance(proof, UnjaiError):
        if row["tries"] + 1 >= steps.PENDING_TRIES:
            await factors.drop_pending(tx, pending)
        else:
            await factors.count_try(tx, pending)
        refused = await count_failure(tx, actor, clock, row={"id": account_id}, counted=counted, free=free, ip=ip)
        return refused if refused.error.code == "sign_in_locked" else Refused(error=proof)
    await factors.drop_pending(tx, pending)
    await forget_failures(tx, counted, free)
    facts = {"recovery_left": await factors.recovery_left(tx, account_id)} if proof == "recovery" else {}
    box = actor.station if actor.stations else None
    known = {**row, "id": account_id, "factor_since": now}
    signed = await begin_session(tx, clock, row=known, station_id=box, ip=ip, agent=agent, how=proof, facts=facts)
    return await _remembered(tx, clock, signed, ip=ip, agent=agent) if remember else signed


async def _remembered(tx: Tx, clock: Clock, signed: SignedIn, *, ip: str, agent: str) -> SignedIn:
    """Remember this phone where the station lets its people; say nothing where it does not."""
    now = clock.now()
    policy = await oversight.policy_of(tx, signed.scope.station_id)
    days = policies.remembers_days(policy, signed.scope.roles)
    if days == 0:
        return signed
    token, until = secrets.token_urlsafe(32), now + timedelta(days=days)
    phone = {
        "id": new_id(now),
        "account_id": signed.account_id,
        "token_hash": hashed_token(token),
        "created_at": now,
        "expires_at": until,
        "last_used": now,
        "ip": ip,
        "agent": "".join(letter for letter in agent[:AGENT_MAX] if letter.isprintable()),
    }
    await factors.add_phone(tx, phone)
    subject = f"account:{signed.account_id}"
    await audit(tx, signed.actor, clock, action="second_factor.remember", subject=subject, facts={"days": days})
    return replace(signed, phone_token=token, phone_until=until)


async def factor_now(tx: Tx, actor: Actor, clock: Clock, *, signed: SignedIn) -> FactorNow:
    """Return how it stands with one's own second factor."""
    del actor, clock
    left = await factors.recovery_left(tx, signed.account_id)
    return FactorNow(since=signed.factor_since, recovery_left=left, due_at=signed.factor_due_at)


async def begin_enrolment(
    tx: Tx, actor: Actor, clock: Clock, *, vault: Vault, token: str, password: str, code: str = ""
) -> Enrolment | Refused:
    """Make a fresh secret for one's own account; it counts once a code of it was given (`confirm_enrolment`).

    The password is asked again: an open screen is not its owner. Who has a second factor already gives a code of it
    too. Raises `sign_in_needed` (401).
    """
    now = clock.now()
    row = await _own(tx, clock, token)
    refused = await _refused(tx, actor, clock, vault=vault, row=row, password=password, code=code)
    if refused is not None:
        return refused
    account_id = AccountId(row["account_id"])
    secret = pyotp.random_base32(32)
    await factors.put_fresh(tx, account_id, vault.seal(account_id, secret.encode()), now)
    await audit(tx, actor, clock, action="second_factor.begin", subject=f"account:{account_id}")
    import segno  # noqa: PLC0415  only where a QR code is drawn

    said = steps.uri(secret, row["username"])
    squares = segno.make(said, error="m").matrix
    return Enrolment(
        secret=secret,
        uri=said,
        qr=tuple("".join(str(int(square)) for square in row) for row in squares),
        expires_at=now + steps.ENROL_LIFE,
    )


async def confirm_enrolment(
    tx: Tx, actor: Actor, clock: Clock, *, vault: Vault, token: str, code: str
) -> tuple[list[str], datetime] | Refused:
    """Let the fresh secret count from now on; return ten recovery codes, this once, and since when.

    Other sessions of the account end, for they proved less. A wrong code counts like a wrong password
    (`enrolment_wrong`: nobody has a recovery code yet). Raises `sign_in_needed` (401) and `enrolment_late` (409).
    """
    now = clock.now()
    row = await _own(tx, clock, token)
    account_id = AccountId(row["account_id"])
    factor = await factors.factor_of(tx, account_id, lock=True)
    if factor is None or factor["fresh"] is None or now - factor["fresh_at"] > steps.ENROL_LIFE:
        raise UnjaiError("enrolment_late", 409)
    free = failure_keys(row["username"], row["ip"])
    counted = await store.lock_failures(tx, list(free), now)
    locked = locked_now(counted, free, now)
    if locked:
        return Refused(error=locked)
    secret = vault.open(account_id, bytes(factor["fresh"])).decode()
    said = steps.plain(code)
    step = steps.step_of(secret, said, now) if steps.looks_like_code(said) else None
    if step is None:
        refused = await count_failure(
            tx, actor, clock, row={"id": account_id}, counted=counted, free=free, ip=row["ip"]
        )
        return refused if refused.error.code == "sign_in_locked" else Refused(error=_wrong(now, "enrolment_wrong"))
    await factors.set_factor(
        tx, account_id, secret=factor["fresh"], fresh=None, fresh_at=None, confirmed_at=now, last_step=step
    )
    await factors.drop_phones(tx, account_id)
    await factors.drop_pending_of(tx, account_id)
    codes = await _new_recovery(tx, account_id, now)
    for other in await factors.live_sessions(tx, account_id, now):
        if other["id"] != row["session_id"]:
            await revoke(tx, actor, clock, account_id=account_id, session_id=other["id"])
    await factors.set_session(tx, row["session_id"], second_factor="code")
    await audit(tx, actor, clock, action="second_factor.enrol", subject=f"account:{account_id}")
    await tell_changed(tx, actor, clock, account_id=account_id)
    return codes, now


async def renew_recovery(
    tx: Tx, actor: Actor, clock: Clock, *, vault: Vault, token: str, password: str, code: str
) -> list[str] | Refused:
    """Return ten new recovery codes, this once; the old ones stop counting. Password and code are asked."""
    row = await _own(tx, clock, token)
    if row["factor_since"] is None:
        raise UnjaiError("second_factor_missing", 409)
    refused = await _refused(tx, actor, clock, vault=vault, row=row, password=password, code=code)
    if refused is not None:
        return refused
    account_id = AccountId(row["account_id"])
    codes = await _new_recovery(tx, account_id, clock.now())
    await audit(tx, actor, clock, action="second_factor.recovery", subject=f"account:{account_id}")
    return codes


async def remove_factor(
    tx: Tx, actor: Actor, clock: Clock, *, vault: Vault, token: str, password: str, code: str
) -> Refused | None:
    """Remove one's own second factor with password and code; all other sessions and remembered phones end.

    Raises `second_factor_missing` and `second_factor_required` (409): whose role asks for one replaces it instead.
    """
    now = clock.now()
    row = await _own(tx, clock, token)
    if row["factor_since"] is None:
        raise UnjaiError("second_factor_missing", 409)
    account_id = AccountId(row["account_id"])
    grants = await store.grants_of(tx, account_id, at=now)
    scope = rules.scope(grants, row["station_id"])
    await store.take_scope(tx, scope.stations)
    policy = await oversight.policy_of(tx, scope.station_id)
    here = [grant for grant in grants if grant.station_id == scope.station_id]
    if policies.factor_due_at(policy, here) is not None:
        raise UnjaiError("second_factor_required", 409)
    refused = await _refused(tx, actor, clock, vault=vault, row=row, password=password, code=code)
    if refused is not None:
        return refused
    await factors.drop_factor(tx, account_id)
    for other in await factors.live_sessions(tx, account_id, now):
        if other["id"] != row["session_id"]:
            await revoke(tx, actor, clock, account_id=account_id, session_id=other["id"])
    await factors.set_session(tx, row["session_id"], second_factor="none")
    await audit(tx, actor, clock, action="second_factor.remove", subject=f"account:{account_id}")
    await tell_changed(tx, actor, clock, account_id=account_id)
    return None


async def reset_factor(tx: Tx, actor: Actor, clock: Clock, *, account_id: AccountId) -> bool:
    """Take an account's second factor away for somebody who lost phone and codes; their sessions end at once.

    Not one's own: that takes password and code. Returns False when there was none.
    Raises `own_factor` (409), `not_found` (404), `account_beyond_scope` (403).
    """
    await manageable(tx, actor, account_id)
    if account_id == actor.account_id:
        raise UnjaiError("own_factor", 409)
    had = await factors.drop_factor(tx, account_id)
    await revoke(tx, actor, clock, account_id=account_id)
    await audit(tx, actor, clock, action="second_factor.reset", subject=f"account:{account_id}", facts={"had": had})
    station = actor.station if actor.stations else None
    if station is not None:
        await emit(tx, clock, SecondFactorReset(station_id=station, account_id=account_id))
    return had


async def _own(tx: Tx, clock: Clock, token: str) -> dict[str, Any]:
    row = await store.live_session(tx, hashed_token(token), clock.now())
    if row is None:
        raise UnjaiError("sign_in_needed", 401)
    return row


async def _refused(
    tx: Tx, actor: Actor, clock: Clock, *, vault: Vault, row: Mapping[str, Any], password: str, code: str
) -> Refused | None:
    """Ask for the password, and for a code where there is a second factor; return why not, counted."""
    refused = await password_refused(tx, actor, clock, row=row, password=password)
    if refused is not None:
        facts = refused.error.facts
        again = refused.error.code == "password_wrong"
        return Refused(error=UnjaiError("proof_wrong", 403, **facts)) if again else refused
    if row["factor_since"] is None:
        return None
    account_id = AccountId(row["account_id"])
    proof = await _proof(tx, clock, vault, account_id, code)
    if not isinstance(proof, UnjaiError):
        return None
    now = clock.now()
    free = failure_keys(row["username"], row["ip"])
    counted = await store.lock_failures(tx, list(free), now)
    counting = await count_failure(tx, actor, clock, row={"id": account_id}, counted=counted, free=free, ip=row["ip"])
    # Signed in they are: 403, so that no screen takes it for the end of the session.
    return (
        counting
        if counting.error.code == "sign_in_locked"
        else Refused(error=UnjaiError(proof.code, 403, **proof.facts))
    )


async def _proof(tx: Tx, clock: Clock, vault: Vault, account_id: AccountId, code: str) -> steps.Proof | UnjaiError:
    """Take a code of an account's second factor, once; return by what it was proved, or why not."""
    now = clock.now()
    factor = await factors.factor_of(tx, account_id, lock=True)
    if factor is None or factor["confirmed_at"] is None:
        return UnjaiError("second_factor_late", 401)
    said = steps.plain(code)
    if not steps.looks_like_code(said):
        used = len(said) == steps.RECOVERY_LETTERS and await factors.use_recovery(
            tx, account_id, steps.recovery_hash(account_id, said), now
        )
        return "recovery" if used else _wrong(now)
    step = steps.step_of(vault.open(account_id, bytes(factor["secret"])).decode(), said, now)
    if step is None:
        return _wrong(now)
    if steps.is_replay(step, factor["last_step"]):
        return UnjaiError("second_factor_used", 401, seconds=steps.STEP_S)
    await factors.set_factor(tx, account_id, last_step=step)
    return "code"


def _wrong(now: datetime, code: str = "second_factor_wrong") -> UnjaiError:
    return UnjaiError(code, 401, server_time=steps.clock_text(now), server_at=now.isoformat())


async def _new_recovery(tx: Tx, account_id: AccountId, now: datetime) -> list[str]:
    codes = [one_time_password() for _ in range(steps.RECOVERY_CODES)]
    await factors.put_recovery(tx, account_id, [steps.recovery_hash(account_id, code) for code in codes], now)
    return codes
