"""SQL of the station's policy, break-glass, approvals, and of reading the audit log."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import and_, case, exists, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from unjai.model.ids import AccountId, StationId, new_id
from unjai.people.rules.break_glass import Taken
from unjai.people.rules.four_eyes import Proposal
from unjai.people.rules.policy import Policy
from unjai.people.store.identity_tables import approval, break_glass, identity_policy
from unjai.people.store.tables import account
from unjai.platform.audit import audit_log
from unjai.platform.database import Tx

_POLICY = ("grace_days", "remember_days", "idle_minutes", "break_glass_minutes", "review_days", "second_factor_since")


async def policy_row(tx: Tx, station_id: StationId) -> dict[str, Any] | None:
    """Return a station's policy as it was written; None while nobody wrote one."""
    return await tx.one(select(identity_policy).where(identity_policy.c.station_id == station_id))


def policy_of_row(row: Mapping[str, Any] | None) -> Policy:
    """Return the policy that a row says; the default without one."""
    if row is None:
        return Policy()
    return Policy(
        second_factor_roles=frozenset(row["second_factor_roles"]),
        one_person=frozenset(row["one_person"]),
        **{name: row[name] for name in _POLICY},
    )


async def policy_of(tx: Tx, station_id: StationId | None) -> Policy:
    """Return what counts at a station."""
    return Policy() if station_id is None else policy_of_row(await policy_row(tx, station_id))


async def put_policy(tx: Tx, station_id: StationId, policy: Policy, *, now: datetime, by: str) -> None:
    """Write a station's policy down."""
    values = {name: getattr(policy, name) for name in _POLICY}
    values |= {
        "second_factor_roles": sorted(policy.second_factor_roles),
        "one_person": sorted(policy.one_person),
        "changed_at": now,
        "changed_by": by,
    }
    new = insert(identity_policy).values(id=new_id(now), station_id=station_id, **values)
    await tx.execute(new.on_conflict_do_update(index_elements=["station_id"], set_=values))


def taken_of(row: Mapping[str, Any]) -> Taken:
    """Return a row of break-glass as the rules see it."""
    return Taken(
        id=row["id"],
        account_id=AccountId(row["account_id"]),
        gained=frozenset(row["gained"]),
        taken_at=row["taken_at"],
        ends_at=row["ends_at"],
        ended_at=row["ended_at"],
        review_due_at=row["review_due_at"],
        reviewed_at=row["reviewed_at"],
    )


async def open_break_glass(tx: Tx, account_id: AccountId, station_id: StationId) -> Taken | None:
    """Return the emergency rights of an account at a station that nobody ended; their time may be over."""
    mine = and_(break_glass.c.account_id == account_id, break_glass.c.station_id == station_id)
    row = await tx.one(select(break_glass).where(mine, break_glass.c.ended_at.is_(None)))
    return None if row is None else taken_of(row)


async def add_break_glass(tx: Tx, row: Mapping[str, Any]) -> bool:
    """Write emergency rights down; False when this account has some open already, anywhere."""
    new = insert(break_glass).values(**row).on_conflict_do_nothing()
    return await tx.scalar(new.returning(break_glass.c.id)) is not None


async def break_glass_row(tx: Tx, key: UUID, *, lock: bool = False) -> dict[str, Any] | None:
    """Return one use of emergency rights among the stations in scope."""
    query = select(break_glass).where(break_glass.c.id == key)
    return await tx.one(query.with_for_update() if lock else query)


async def set_break_glass(tx: Tx, key: UUID, **values: Any) -> None:
    """Change columns of a use of emergency rights."""
    await tx.execute(update(break_glass).where(break_glass.c.id == key).values(**values))


async def break_glass_rows(tx: Tx, *, only_open: bool, limit: int = 200) -> list[dict[str, Any]]:
    """Return uses of emergency rights, latest first; with `only_open` those that nobody ended."""
    query = select(break_glass)
    if only_open:
        query = query.where(break_glass.c.ended_at.is_(None))
    return await tx.all(query.order_by(break_glass.c.taken_at.desc()).limit(limit))


async def late_break_glass(tx: Tx, now: datetime) -> list[dict[str, Any]]:
    """Return emergency rights whose time is over and that are still written as open."""
    late = and_(break_glass.c.ended_at.is_(None), break_glass.c.ends_at <= now)
    return await tx.all(select(break_glass).where(late).with_for_update(skip_locked=True))


async def unreviewed(tx: Tx, now: datetime, but_not: AccountId | None) -> dict[str, int]:
    """Count the uses that wait for an answer, and those of them that are late."""
    waits = and_(
        break_glass.c.reviewed_at.is_(None), or_(break_glass.c.ended_at.is_not(None), break_glass.c.ends_at <= now)
    )
    if but_not is not None:
        waits = and_(waits, break_glass.c.account_id != but_not)
    late = func.count().filter(break_glass.c.review_due_at < now)
    row = await tx.one(select(func.count().label("waiting"), late.label("overdue")).where(waits))
    return {"waiting": int(row["waiting"]), "overdue": int(row["overdue"])} if row else {"waiting": 0, "overdue": 0}


def proposal_of(row: Mapping[str, Any]) -> Proposal:
    """Return a row of approvals as the rules see it."""
    return Proposal(
        id=row["id"],
        station_id=StationId(row["station_id"]),
        action=row["action"],
        subject=row["subject"],
        facts=row["facts"],
        digest=bytes(row["digest"]),
        proposed_by=AccountId(row["proposed_by"]),
        proposed_at=row["proposed_at"],
        expires_at=row["expires_at"],
        state=row["state"],
    )


async def add_approval(tx: Tx, row: Mapping[str, Any]) -> bool:
    """Write a proposal down; False when the same thing waits for a second person already."""
    new = insert(approval).values(**row).on_conflict_do_nothing()
    return await tx.scalar(new.returning(approval.c.id)) is not None


async def approval_row(tx: Tx, key: UUID) -> dict[str, Any] | None:
    """Return a proposal among the stations in scope, locked: two answers at once come one after the other."""
    return await tx.one(select(approval).where(approval.c.id == key).with_for_update())


async def approval_answers(tx: Tx, keys: Collection[UUID], now: datetime) -> dict[UUID, str]:
    """Return how approvals stand; one that nobody answered in time is `expired`, whether it was swept yet or not."""
    late = and_(approval.c.state == "pending", approval.c.expires_at <= now)
    stands = case((late, "expired"), else_=approval.c.state).label("stands")
    rows = await tx.all(select(approval.c.id, stands).where(approval.c.id.in_(sorted(keys))))
    return {row["id"]: row["stands"] for row in rows}


async def set_approval(tx: Tx, key: UUID, **values: Any) -> None:
    """Change columns of a proposal."""
    await tx.execute(update(approval).where(approval.c.id == key).values(**values))


async def expire_approvals(tx: Tx, now: datetime) -> int:
    """Close the proposals in scope that nobody answered in time; return how many."""
    late = and_(approval.c.state == "pending", approval.c.expires_at <= now)
    done = await tx.execute(update(approval).where(late).values(state="expired", settled_at=now))
    return int(done.rowcount)


async def approval_rows(tx: Tx, *, only_by: AccountId | None, limit: int = 200) -> list[dict[str, Any]]:
    """Return proposals, those that wait first, then the latest; with `only_by` one person's own."""
    query = select(approval)
    if only_by is not None:
        query = query.where(approval.c.proposed_by == only_by)
    return await tx.all(query.order_by(approval.c.state != "pending", approval.c.proposed_at.desc()).limit(limit))


async def waiting_approvals(tx: Tx, now: datetime, but_not: AccountId | None) -> int:
    """Count the proposals of others that wait."""
    waits = and_(approval.c.state == "pending", approval.c.expires_at > now)
    if but_not is not None:
        waits = and_(waits, approval.c.proposed_by != but_not)
    return int(await tx.scalar(select(func.count()).select_from(approval).where(waits)))


async def enabled(tx: Tx, account_id: AccountId) -> bool:
    """Tell whether an account exists and is not disabled."""
    query = select(exists().where(account.c.id == account_id, account.c.disabled.is_(False)))
    return bool(await tx.scalar(query))


async def audit_rows(
    tx: Tx, *, before: UUID | None, limit: int, where: Mapping[str, str], since: datetime | None, until: datetime | None
) -> list[dict[str, Any]]:
    """Return audit rows in scope, latest first; `where` has action and subject by their beginning, actor by a part."""
    query = select(audit_log)
    if before is not None:
        query = query.where(audit_log.c.id < before)
    if action := where.get("action"):
        query = query.where(audit_log.c.action.startswith(action, autoescape=True))
    if subject := where.get("subject"):
        query = query.where(audit_log.c.subject.startswith(subject, autoescape=True))
    if actor := where.get("actor"):
        named = audit_log.c.actor_name.icontains(actor, autoescape=True)
        query = query.where(or_(audit_log.c.actor.icontains(actor, autoescape=True), named))
    if mark := where.get("break_glass"):
        query = query.where(audit_log.c.facts["break_glass"].astext == mark)
    if since is not None:
        query = query.where(audit_log.c.at >= since)
    if until is not None:
        query = query.where(audit_log.c.at < until)
    return await tx.all(query.order_by(audit_log.c.id.desc()).limit(limit))


async def account_names(tx: Tx, ids: set[UUID]) -> dict[str, str]:
    """Return the names behind account ids, for whoever reads the log."""
    if not ids:
        return {}
    query = select(account.c.id, account.c.name_th).where(account.c.id.in_(sorted(ids)))
    return {str(row["id"]): row["name_th"] for row in await tx.all(query)}
