"""Accounts, their roles, sessions and wrong passwords."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import and_, delete, exists, func, literal, literal_column, or_, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.sql.elements import ColumnElement

from unjai.model.ids import AccountId, StationId
from unjai.people.rules import Grant
from unjai.people.store.identity_tables import second_factor
from unjai.people.store.tables import account, account_role, session, sign_in_failure
from unjai.platform.database import Tx
from unjai.territory.store import org_unit

_ADMINISTRATORS = 0x75_6E_6A_61_69_31
_station = org_unit.alias("station")
station_node = _station
"""The station that a role at a unit above it reaches."""
_home = org_unit.alias("home")


async def lock_administrators(tx: Tx) -> None:
    """Let only one transaction at a time decide who the first, or the last, administrator is."""
    await tx.execute(select(func.pg_advisory_xact_lock(_ADMINISTRATORS)))


async def any_account(tx: Tx) -> bool:
    """Tell whether any account exists."""
    return bool(await tx.scalar(select(exists().select_from(account))))


async def account_named(tx: Tx, username: str) -> dict[str, Any] | None:
    """Return the account with this user name (in its normal form)."""
    return await tx.one(select(account).where(account.c.username == username))


async def account_of(tx: Tx, account_id: AccountId) -> dict[str, Any] | None:
    """Return an account by its id."""
    return await tx.one(select(account).where(account.c.id == account_id))


async def add_account(tx: Tx, row: Mapping[str, Any]) -> bool:
    """Add an account; False when the user name is taken."""
    new = insert(account).values(**row).on_conflict_do_nothing(index_elements=["username"])
    return await tx.scalar(new.returning(account.c.id)) is not None


async def set_account(tx: Tx, account_id: AccountId, **values: Any) -> None:
    """Change columns of an account."""
    await tx.execute(update(account).where(account.c.id == account_id).values(**values))


async def add_role(tx: Tx, row: Mapping[str, Any]) -> bool:
    """Give a role, or other dates to one that is there; False when the account has it so already."""
    new = insert(account_role).values(**row)
    dates = {"since": new.excluded["since"], "until": new.excluded["until"]}
    other = or_(
        account_role.c.since.is_distinct_from(new.excluded["since"]),
        account_role.c.until.is_distinct_from(new.excluded["until"]),
    )
    keys = ["account_id", "role", "org_unit_id", "source"]
    once = new.on_conflict_do_update(index_elements=keys, set_=dates, where=other)
    return await tx.scalar(once.returning(account_role.c.role)) is not None


async def drop_role(tx: Tx, account_id: AccountId, role: str, org_unit_id: int) -> bool:
    """Take a role away; False when the account did not have it there. What comes with a post goes with the post."""
    same = and_(
        account_role.c.account_id == account_id,
        account_role.c.role == role,
        account_role.c.org_unit_id == org_unit_id,
        account_role.c.source == "",
    )
    done = await tx.execute(delete(account_role).where(same))
    return bool(done.rowcount)


async def roles_of(tx: Tx, account_ids: Iterable[AccountId]) -> dict[AccountId, list[dict[str, Any]]]:
    """Return role and organisation unit of each account, in the order they were given."""
    own, node = account_role.c, org_unit.c
    columns = (own.account_id, own.role, own.source, own.since, own.until, node.id, node.name_th, node.name_en)
    query = (
        select(*columns)
        .join(org_unit, org_unit.c.id == account_role.c.org_unit_id)
        .where(account_role.c.account_id.in_(list(account_ids)))
        .order_by(account_role.c.granted_at, account_role.c.role)
    )
    found: dict[AccountId, list[dict[str, Any]]] = {}
    for row in await tx.all(query):
        found.setdefault(AccountId(row.pop("account_id")), []).append(row)
    return found


async def grants_of(tx: Tx, account_id: AccountId, *, at: datetime | None) -> list[Grant]:
    """Return each role that counts at a moment, at each station that it reaches; all of them for None."""
    counts = counts_at(at) if at is not None else literal(value=True)
    query = (
        select(account_role.c.role, account_role.c.granted_at, _station.c.id)
        .join(org_unit, org_unit.c.id == account_role.c.org_unit_id)
        .join(_station, and_(_station.c.level == "station", _station.c.path.op("<@")(org_unit.c.path)))
        .where(account_role.c.account_id == account_id, counts)
    )
    return [
        Grant(role=row["role"], station_id=StationId(row["id"]), granted_at=row["granted_at"])
        for row in await tx.all(query)
    ]


def counts_at(at: datetime) -> ColumnElement[bool]:
    """Return whether a role counts at a moment."""
    return and_(
        or_(account_role.c.since.is_(None), account_role.c.since <= at),
        or_(account_role.c.until.is_(None), account_role.c.until > at),
    )


async def other_administrator(tx: Tx, account_id: AccountId) -> bool:
    """Tell whether an enabled account other than this one is an administrator anywhere, without an end."""
    query = (
        select(literal(1))
        .select_from(account_role.join(account, account.c.id == account_role.c.account_id))
        .where(account_role.c.role == "administrator", account.c.id != account_id, account.c.disabled.is_(False))
        .where(account_role.c.since.is_(None), account_role.c.until.is_(None), account.c.until.is_(None))
    )
    return bool(await tx.scalar(select(exists(query))))


async def others_with(
    tx: Tx, account_id: AccountId, station_id: StationId, roles: Sequence[str], now: datetime
) -> bool:
    """Tell whether an enabled account other than this one holds one of `roles` at a station."""
    query = (
        select(literal(1))
        .select_from(account_role)
        .join(account, account.c.id == account_role.c.account_id)
        .join(org_unit, org_unit.c.id == account_role.c.org_unit_id)
        .join(_station, and_(_station.c.id == station_id, _station.c.path.op("<@")(org_unit.c.path)))
        .where(
            account.c.id != account_id, account.c.disabled.is_(False), account_role.c.role.in_(roles), counts_at(now)
        )
    )
    return bool(await tx.scalar(select(exists(query))))


async def accounts_within(tx: Tx, stations: Sequence[StationId] | None) -> list[dict[str, Any]]:
    """Return the accounts whose home lies wholly within `stations`, by user name; all of them for None."""
    query = select(account, _home.c.name_th.label("home_th"), _home.c.name_en.label("home_en")).join(
        _home, _home.c.id == account.c.home_id
    )
    if stations is not None:
        below = and_(_station.c.level == "station", _station.c.path.op("<@")(_home.c.path))
        inside = _station.c.id.in_(list(stations))
        query = query.where(
            exists(select(literal(1)).where(below, inside)), ~exists(select(literal(1)).where(below, ~inside))
        )
    return await tx.all(query.order_by(account.c.username))


async def add_session(tx: Tx, row: Mapping[str, Any]) -> None:
    """Write a new session down."""
    await tx.execute(insert(session).values(**row).inline())


async def live_session(tx: Tx, token_hash: bytes, now: datetime) -> dict[str, Any] | None:
    """Return the session of a token with its account, unless it is over, revoked, or the account is disabled."""
    query = (
        select(
            session.c.id.label("session_id"),
            session.c.station_id,
            session.c.created_at,
            session.c.expires_at,
            session.c.last_seen,
            session.c.ip,
            session.c.agent,
            session.c.second_factor,
            second_factor.c.confirmed_at.label("factor_since"),
            account.c.id.label("account_id"),
            account.c.username,
            account.c.name_th,
            account.c.name_en,
            account.c.password_hash,
            account.c.must_change,
            account.c.locale,
        )
        .join(account, account.c.id == session.c.account_id)
        .outerjoin(second_factor, second_factor.c.account_id == account.c.id)
        .where(
            session.c.token_hash == token_hash,
            session.c.revoked_at.is_(None),
            session.c.expires_at > now,
            account.c.disabled.is_(False),
            or_(account.c.until.is_(None), account.c.until > now),
        )
    )
    return await tx.one(query)


async def touch_session(tx: Tx, session_id: UUID, now: datetime) -> None:
    """Write down that a session is in use."""
    await tx.execute(update(session).where(session.c.id == session_id).values(last_seen=now))


async def end_sessions(
    tx: Tx, account_id: AccountId, now: datetime, session_id: UUID | None = None
) -> tuple[UUID, ...]:
    """Revoke one session of an account, or all of them; return the ids of those that were alive."""
    alive = and_(session.c.account_id == account_id, session.c.revoked_at.is_(None), session.c.expires_at > now)
    if session_id is not None:
        alive = and_(alive, session.c.id == session_id)
    rows = await tx.execute(update(session).where(alive).values(revoked_at=now).returning(session.c.id))
    return tuple(rows.scalars())


async def take_scope(tx: Tx, stations: Iterable[StationId]) -> None:
    """Let the rest of this transaction see the rows of `stations`."""
    said = ",".join(str(station) for station in sorted(stations))
    await tx.execute(text("SELECT set_config('unjai.stations', :said, true)"), {"said": said})


def failure_key(kind: str, *parts: str) -> str:
    """Return the key under which wrong passwords are counted; a hash, as the name may be a mistyped password."""
    said = "\x1f".join((kind, *parts)).encode(errors="surrogatepass")
    return f"{kind}:{hashlib.sha256(said).hexdigest()[:32]}"


async def lock_failures(tx: Tx, keys: Sequence[str], now: datetime) -> dict[str, tuple[int, datetime]]:
    """Lock the counts of `keys` until the transaction ends and return them: two guesses at once count as two."""
    rows = [{"key": key, "failures": 0, "last_at": now} for key in sorted(keys)]
    new = insert(sign_in_failure).values(rows)
    query = new.on_conflict_do_update(
        index_elements=["key"], set_={"failures": literal_column("sign_in_failure.failures")}
    ).returning(sign_in_failure.c.key, sign_in_failure.c.failures, sign_in_failure.c.last_at)
    return {row["key"]: (row["failures"], row["last_at"]) for row in await tx.all(query)}


async def set_failures(tx: Tx, counts: Mapping[str, int], now: datetime) -> None:
    """Write new counts; the rows are there since `lock_failures`."""
    for key in sorted(counts):
        own = sign_in_failure.c.key == key
        await tx.execute(update(sign_in_failure).where(own).values(failures=counts[key], last_at=now))


async def drop_failures(tx: Tx, keys: Sequence[str]) -> None:
    """Forget the counts of `keys`."""
    await tx.execute(delete(sign_in_failure).where(sign_in_failure.c.key.in_(list(keys))))


async def drop_old(tx: Tx, *, failures_before: datetime, sessions_before: datetime) -> None:
    """Delete counts without a failure since, and sessions that were over before."""
    await tx.execute(delete(sign_in_failure).where(sign_in_failure.c.last_at < failures_before))
    over = or_(session.c.expires_at < sessions_before, session.c.revoked_at < sessions_before)
    await tx.execute(delete(session).where(over))
