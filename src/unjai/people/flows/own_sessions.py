"""Sessions and remembered phones, as their owner and as an administrator see them; ended one by one or all."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from unjai.model.actor import Actor
from unjai.model.clock import Clock
from unjai.model.errors import not_found
from unjai.model.ids import AccountId
from unjai.people.flows.accounts import manageable
from unjai.people.flows.sessions import revoke
from unjai.people.rules.agents import Agent, agent
from unjai.people.store import factors
from unjai.platform.audit import audit
from unjai.platform.database import Tx


@dataclass(frozen=True, kw_only=True, slots=True)
class SessionRow:
    """A living session in plain words."""

    id: UUID
    agent: Agent
    ip: str
    created_at: datetime
    last_seen: datetime
    expires_at: datetime
    second_factor: str
    mine: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class PhoneRow:
    """A phone that need not give the second step."""

    id: UUID
    agent: Agent
    ip: str
    created_at: datetime
    last_used: datetime
    expires_at: datetime


async def sessions_of(
    tx: Tx, actor: Actor, clock: Clock, *, account_id: AccountId, mine: UUID | None = None
) -> list[SessionRow]:
    """Return the living sessions of one's own account, or of one that the actor manages. `mine` is the asking one."""
    if account_id != actor.account_id:
        await manageable(tx, actor, account_id)
    rows = await factors.live_sessions(tx, account_id, clock.now())
    return [_session(row, mine) for row in rows]


def _session(row: dict[str, Any], mine: UUID | None) -> SessionRow:
    return SessionRow(
        id=row["id"],
        agent=agent(row["agent"]),
        ip=row["ip"],
        created_at=row["created_at"],
        last_seen=row["last_seen"],
        expires_at=row["expires_at"],
        second_factor=row["second_factor"],
        mine=row["id"] == mine,
    )


async def end_session(tx: Tx, actor: Actor, clock: Clock, *, account_id: AccountId, session_id: UUID) -> None:
    """End one session of one's own account, or of one that the actor manages; its screens close at once.

    Raises `not_found` (404) for a session that is over or of another account.
    """
    if account_id != actor.account_id:
        await manageable(tx, actor, account_id)
    if session_id not in {row["id"] for row in await factors.live_sessions(tx, account_id, clock.now())}:
        raise not_found("session", session_id)
    await revoke(tx, actor, clock, account_id=account_id, session_id=session_id)
    await audit(
        tx, actor, clock, action="session.end", subject=f"account:{account_id}", facts={"session": str(session_id)}
    )


async def end_other_sessions(tx: Tx, actor: Actor, clock: Clock, *, account_id: AccountId, mine: UUID) -> int:
    """End all sessions of one's own account but this one; return how many there were."""
    others = [row["id"] for row in await factors.live_sessions(tx, account_id, clock.now()) if row["id"] != mine]
    for session_id in others:
        await revoke(tx, actor, clock, account_id=account_id, session_id=session_id)
    if others:
        facts = {"count": len(others)}
        await audit(tx, actor, clock, action="session.end_others", subject=f"account:{account_id}", facts=facts)
    return len(others)


async def phones_of(tx: Tx, actor: Actor, clock: Clock, *, account_id: AccountId) -> list[PhoneRow]:
    """Return the remembered phones of one's own account."""
    del actor
    rows = await factors.phones_of(tx, account_id, clock.now())
    return [
        PhoneRow(
            id=row["id"],
            agent=agent(row["agent"]),
            ip=row["ip"],
            created_at=row["created_at"],
            last_used=row["last_used"],
            expires_at=row["expires_at"],
        )
        for row in rows
    ]


async def forget_phone(tx: Tx, actor: Actor, clock: Clock, *, account_id: AccountId, phone_id: UUID) -> None:
    """Ask this phone for the second step again from now on. Raises `not_found` (404)."""
    if not await factors.drop_phones(tx, account_id, phone_id):
        raise not_found("phone", phone_id)
    facts = {"phone": str(phone_id)}
    await audit(tx, actor, clock, action="second_factor.forget", subject=f"account:{account_id}", facts=facts)
