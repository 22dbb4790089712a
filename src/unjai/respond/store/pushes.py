"""Phones that may be woken: whose, whether their session lives, whether their unit is on duty."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import and_, delete, exists, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from unjai.people.store.tables import session
from unjai.platform.database import Tx
from unjai.respond.store.talk_tables import push_subscription

Row = dict[str, Any]
_OWN = ("account_id", "session_id", "p256dh", "auth", "details", "locale", "agent")


async def put(tx: Tx, values: Mapping[str, Any]) -> None:
    """Write a subscription; the same endpoint again is the same phone, whoever holds it now."""
    fresh = {name: values[name] for name in _OWN} | {"failures": 0}
    await tx.execute(
        insert(push_subscription)
        .values(**values)
        .on_conflict_do_update(index_elements=[push_subscription.c.endpoint], set_=fresh)
    )


async def of_account(tx: Tx, account_id: UUID, now: datetime) -> list[Row]:
    """Return an account's subscriptions whose sessions live, oldest first."""
    return await tx.all(
        select(push_subscription)
        .join(session, session.c.id == push_subscription.c.session_id)
        .where(push_subscription.c.account_id == account_id, _lives(now))
        .order_by(push_subscription.c.created_at, push_subscription.c.id)
    )


async def of_accounts(tx: Tx, account_ids: Collection[UUID], now: datetime) -> list[Row]:
    """Return the subscriptions of accounts whose sessions live."""
    if not account_ids:
        return []
    return await tx.all(
        select(push_subscription)
        .join(session, session.c.id == push_subscription.c.session_id)
        .where(push_subscription.c.account_id.in_(account_ids), _lives(now))
    )


def _lives(now: datetime) -> Any:
    return and_(session.c.revoked_at.is_(None), session.c.expires_at > now)


async def by_endpoint(tx: Tx, account_id: UUID, endpoint: str) -> Row | None:
    """Return an account's own subscription by its endpoint."""
    mine = push_subscription.c.account_id == account_id
    return await tx.one(select(push_subscription).where(mine, push_subscription.c.endpoint == endpoint))


async def drop(tx: Tx, account_id: UUID, *, key: UUID | None = None, endpoint: str | None = None) -> int:
    """Forget subscriptions of an account: one, or all; return how many."""
    which = [push_subscription.c.account_id == account_id]
    if key is not None:
        which.append(push_subscription.c.id == key)
    if endpoint is not None:
        which.append(push_subscription.c.endpoint == endpoint)
    done = await tx.execute(delete(push_subscription).where(*which))
    return int(done.rowcount)


async def drop_gone(tx: Tx, key: UUID, p256dh: bytes) -> None:
    """Forget a subscription that its push service does not know, unless the phone renewed it meanwhile."""
    await tx.execute(
        delete(push_subscription).where(push_subscription.c.id == key, push_subscription.c.p256dh == p256dh)
    )


async def drop_over(tx: Tx, now: datetime) -> int:
    """Forget the subscriptions of sessions that are over."""
    over = exists().where(
        session.c.id == push_subscription.c.session_id,
        or_(session.c.revoked_at.is_not(None), session.c.expires_at <= now),
    )
    done = await tx.execute(delete(push_subscription).where(over))
    return int(done.rowcount)


async def sent(tx: Tx, key: UUID, at: datetime) -> None:
    """Note that a push service took a message."""
    await tx.execute(update(push_subscription).where(push_subscription.c.id == key).values(sent_at=at, failures=0))


async def refused(tx: Tx, key: UUID, most: int) -> None:
    """Note a refusal; at the `most`-th in a row the subscription is forgotten."""
    await tx.execute(
        update(push_subscription).where(push_subscription.c.id == key).values(failures=push_subscription.c.failures + 1)
    )
    await tx.execute(
        delete(push_subscription).where(push_subscription.c.id == key, push_subscription.c.failures >= most)
    )
