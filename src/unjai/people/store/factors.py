"""SQL of second factors, half-done sign-ins, remembered phones and sessions as their owner sees them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import and_, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert

from unjai.model.ids import AccountId
from unjai.people.store.identity_tables import pending_sign_in, recovery_code, second_factor, trusted_phone
from unjai.people.store.tables import account, session
from unjai.platform.database import Tx


async def factor_of(tx: Tx, account_id: AccountId, *, lock: bool = False) -> dict[str, Any] | None:
    """Return an account's second factor; with `lock` nobody else may use a code until the transaction ends."""
    query = select(second_factor).where(second_factor.c.account_id == account_id)
    return await tx.one(query.with_for_update() if lock else query)


async def has_factor(tx: Tx, account_ids: Sequence[AccountId]) -> frozenset[AccountId]:
    """Return which of the accounts have a confirmed second factor."""
    query = select(second_factor.c.account_id).where(
        second_factor.c.account_id.in_(list(account_ids)), second_factor.c.confirmed_at.is_not(None)
    )
    return frozenset(AccountId(row["account_id"]) for row in await tx.all(query))


async def put_fresh(tx: Tx, account_id: AccountId, sealed: bytes, now: datetime) -> None:
    """Keep a secret that is just being enrolled; the confirmed one still counts."""
    new = insert(second_factor).values(account_id=account_id, fresh=sealed, fresh_at=now)
    same = {"fresh": new.excluded.fresh, "fresh_at": new.excluded.fresh_at}
    await tx.execute(new.on_conflict_do_update(index_elements=["account_id"], set_=same))


async def set_factor(tx: Tx, account_id: AccountId, **values: Any) -> None:
    """Change columns of an account's second factor."""
    await tx.execute(update(second_factor).where(second_factor.c.account_id == account_id).values(**values))


async def drop_factor(tx: Tx, account_id: AccountId) -> bool:
    """Forget an account's second factor, its recovery codes, its phones and half-done sign-ins."""
    done = await tx.execute(delete(second_factor).where(second_factor.c.account_id == account_id))
    for table in (recovery_code, trusted_phone, pending_sign_in):
        await tx.execute(delete(table).where(table.c.account_id == account_id))
    return bool(done.rowcount)


async def put_recovery(tx: Tx, account_id: AccountId, hashes: Sequence[bytes], now: datetime) -> None:
    """Replace all recovery codes of an account."""
    await tx.execute(delete(recovery_code).where(recovery_code.c.account_id == account_id))
    rows = [{"account_id": account_id, "code_hash": one, "made_at": now} for one in hashes]
    await tx.execute(insert(recovery_code), rows)


async def use_recovery(tx: Tx, account_id: AccountId, code_hash: bytes, now: datetime) -> bool:
    """Use a recovery code up; False when it is none of this account's, or was used before."""
    mine = and_(recovery_code.c.account_id == account_id, recovery_code.c.code_hash == code_hash)
    done = await tx.execute(update(recovery_code).where(mine, recovery_code.c.used_at.is_(None)).values(used_at=now))
    return bool(done.rowcount)


async def recovery_left(tx: Tx, account_id: AccountId) -> int:
    """Count the recovery codes not used yet."""
    query = select(func.count()).where(recovery_code.c.account_id == account_id, recovery_code.c.used_at.is_(None))
    return int(await tx.scalar(query))


async def add_pending(tx: Tx, row: Mapping[str, Any]) -> None:
    """Keep a half-done sign-in; the account's earlier ones end, so that tries cannot be multiplied."""
    await tx.execute(delete(pending_sign_in).where(pending_sign_in.c.account_id == row["account_id"]))
    await tx.execute(insert(pending_sign_in).values(**row).inline())


async def pending_of(tx: Tx, token_hash: bytes, now: datetime) -> dict[str, Any] | None:
    """Return a half-done sign-in with its account, locked; None when it is over or the account is disabled."""
    query = (
        select(pending_sign_in, account)
        .join(account, account.c.id == pending_sign_in.c.account_id)
        .where(
            pending_sign_in.c.token_hash == token_hash,
            pending_sign_in.c.expires_at > now,
            account.c.disabled.is_(False),
        )
        .with_for_update(of=pending_sign_in)
    )
    return await tx.one(query)


async def count_try(tx: Tx, token_hash: bytes) -> None:
    """Count a wrong code."""
    own = pending_sign_in.c.token_hash == token_hash
    await tx.execute(update(pending_sign_in).where(own).values(tries=pending_sign_in.c.tries + 1))


async def drop_pending(tx: Tx, token_hash: bytes) -> None:
    """Forget a half-done sign-in."""
    await tx.execute(delete(pending_sign_in).where(pending_sign_in.c.token_hash == token_hash))


async def drop_pending_of(tx: Tx, account_id: AccountId) -> None:
    """Forget every half-done sign-in of an account: its password changed."""
    await tx.execute(delete(pending_sign_in).where(pending_sign_in.c.account_id == account_id))


async def add_phone(tx: Tx, row: Mapping[str, Any]) -> None:
    """Remember a phone."""
    await tx.execute(insert(trusted_phone).values(**row).inline())


async def use_phone(tx: Tx, account_id: AccountId, token_hash: bytes, now: datetime) -> bool:
    """Tell whether this is a remembered phone of this account, and note that it was used."""
    mine = and_(trusted_phone.c.account_id == account_id, trusted_phone.c.token_hash == token_hash)
    done = await tx.execute(update(trusted_phone).where(mine, trusted_phone.c.expires_at > now).values(last_used=now))
    return bool(done.rowcount)


async def phones_of(tx: Tx, account_id: AccountId, now: datetime) -> list[dict[str, Any]]:
    """Return the remembered phones of an account, latest first."""
    query = select(trusted_phone).where(trusted_phone.c.account_id == account_id, trusted_phone.c.expires_at > now)
    return await tx.all(query.order_by(trusted_phone.c.last_used.desc()))


async def drop_phones(tx: Tx, account_id: AccountId, phone_id: UUID | None = None) -> int:
    """Forget one phone of an account, or all; return how many there were."""
    mine = trusted_phone.c.account_id == account_id
    if phone_id is not None:
        mine = and_(mine, trusted_phone.c.id == phone_id)
    return int((await tx.execute(delete(trusted_phone).where(mine))).rowcount)


async def live_sessions(tx: Tx, account_id: AccountId, now: datetime) -> list[dict[str, Any]]:
    """Return the living sessions of an account, the one last seen first."""
    columns = [column for column in session.c if column.name != "token_hash"]
    query = select(*columns).where(
        session.c.account_id == account_id, session.c.revoked_at.is_(None), session.c.expires_at > now
    )
    return await tx.all(query.order_by(session.c.last_seen.desc(), session.c.id))


async def set_session(tx: Tx, session_id: UUID, **values: Any) -> None:
    """Change columns of a session."""
    await tx.execute(update(session).where(session.c.id == session_id).values(**values))


async def drop_late(tx: Tx, now: datetime) -> None:
    """Delete half-done sign-ins and remembered phones whose time is over."""
    await tx.execute(delete(pending_sign_in).where(pending_sign_in.c.expires_at < now))
    await tx.execute(delete(trusted_phone).where(trusted_phone.c.expires_at < now))
