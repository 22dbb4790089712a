"""Walks, what their walkers answered, links of friends: as their own pages and core ask for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, insert, or_, select, update

from unjai.model.ids import StationId
from unjai.platform.database import Tx
from unjai.respond.escort.store.tables import escort_fix, escort_link, escort_said, escort_walk

Row = dict[str, Any]
OPEN = ("begun", "walking", "asked", "alerted")
_OPEN = escort_walk.c.state.in_(OPEN)
_SHOWN = escort_walk.c.shown != "ended"


async def add(tx: Tx, values: Mapping[str, Any]) -> None:
    """Write a walk."""
    await tx.execute(insert(escort_walk).values(**values).inline())


async def of_token(tx: Tx, walk_id: UUID, token: bytes) -> Row | None:
    """Return a walk to who holds its token."""
    return await tx.one(select(escort_walk).where(escort_walk.c.id == walk_id, escort_walk.c.token == token))


async def say(tx: Tx, values: Mapping[str, Any]) -> Any:
    """Write what a walker said; the same id again changes nothing. Return until when more time was asked for, if so."""
    from sqlalchemy.dialects.postgresql import insert as put  # noqa: PLC0415  beside the plain one above

    await tx.execute(put(escort_said).values(**values).on_conflict_do_nothing(index_elements=["id"]))
    if values.get("expected_at") is None:
        return None
    mine = escort_said.c.id == values["id"], escort_said.c.walk_id == values["walk_id"]
    return await tx.scalar(select(escort_said.c.expected_at).where(*mine))


async def show(tx: Tx, walk_id: UUID, shown: str) -> None:
    """Let a walk's page say something, unless it says already that the walk ended."""
    await tx.execute(update(escort_walk).where(escort_walk.c.id == walk_id, _SHOWN).values(shown=shown))


# ── links of friends ─────────────────────────────────────────────────────────────────────────────────


async def add_link(tx: Tx, values: Mapping[str, Any]) -> None:
    """Write a link."""
    await tx.execute(insert(escort_link).values(**values).inline())


async def living_links(tx: Tx, walk_id: UUID, now: datetime) -> list[Row]:
    """Return the links of a walk that work."""
    alive = escort_link.c.revoked_at.is_(None), escort_link.c.expires_at > now
    query = select(escort_link).where(escort_link.c.walk_id == walk_id, *alive)
    return await tx.all(query.order_by(escort_link.c.made_at, escort_link.c.id))


async def revoke_link(tx: Tx, walk_id: UUID, link_id: UUID, now: datetime) -> bool:
    """Let a link work no more; False where the walk has no such link."""
    mine = escort_link.c.id == link_id, escort_link.c.walk_id == walk_id
    at = func.coalesce(escort_link.c.revoked_at, now)
    found = await tx.scalar(update(escort_link).where(*mine).values(revoked_at=at).returning(escort_link.c.id))
    return found is not None


async def of_link(tx: Tx, token: bytes, now: datetime) -> Row | None:
    """Return the walk behind a link that works, while its page has not ended."""
    alive = escort_link.c.revoked_at.is_(None), escort_link.c.expires_at > now
    query = select(escort_walk).join(escort_link, escort_link.c.walk_id == escort_walk.c.id)
    return await tx.one(query.where(escort_link.c.token == token, *alive, _SHOWN, _OPEN))


# ── positions ────────────────────────────────────────────────────────────────────────────────────────


async def last_fix(tx: Tx, walk_id: UUID) -> Row | None:
    """Return the newest position of a walk."""
    query = select(escort_fix).where(escort_fix.c.walk_id == walk_id)
    return await tx.one(query.order_by(escort_fix.c.no.desc()).limit(1))


async def trail(tx: Tx, walk_id: UUID, most: int = 5_000) -> list[Row]:
    """Return the positions of a walk in their order, the newest ones where there are very many."""
    query = select(escort_fix).where(escort_fix.c.walk_id == walk_id)
    return (await tx.all(query.order_by(escort_fix.c.no.desc()).limit(most)))[::-1]


# ── core ─────────────────────────────────────────────────────────────────────────────────────────────


async def open_ids(tx: Tx, station_ids: Sequence[StationId]) -> list[UUID]:
    """Return the walks that are watched."""
    query = select(escort_walk.c.id).where(escort_walk.c.station_id.in_(station_ids), _OPEN)
    return [row["id"] for row in await tx.all(query)]


async def walks(tx: Tx, walk_ids: Sequence[UUID]) -> list[Row]:
    """Return walks by their ids."""
    return await tx.all(select(escort_walk).where(escort_walk.c.id.in_(walk_ids))) if walk_ids else []


async def fixes_since(tx: Tx, station_ids: Sequence[StationId], since: datetime) -> list[Row]:
    """Return the positions of open walks that came since a moment, in their order."""
    query = (
        select(escort_fix)
        .join(escort_walk, escort_walk.c.id == escort_fix.c.walk_id)
        .where(escort_fix.c.station_id.in_(station_ids), escort_fix.c.came_at >= since, _OPEN)
    )
    return await tx.all(query.order_by(escort_fix.c.walk_id, escort_fix.c.no))


async def fixes_of(tx: Tx, walk_ids: Sequence[UUID], since: datetime) -> list[Row]:
    """Return the positions of walks that came since a moment, in their order."""
    if not walk_ids:
        return []
    query = select(escort_fix).where(escort_fix.c.walk_id.in_(walk_ids), escort_fix.c.came_at >= since)
    return await tx.all(query.order_by(escort_fix.c.walk_id, escort_fix.c.no))


async def take_said(tx: Tx, station_ids: Sequence[StationId]) -> list[Row]:
    """Take what was answered and not yet heard, in the order in which it came."""
    waiting = escort_said.c.station_id.in_(station_ids), escort_said.c.taken.is_(False)
    query = update(escort_said).where(*waiting).values(taken=True).returning(escort_said)
    return sorted(await tx.all(query), key=lambda row: (row["at"], row["id"]))


async def change(tx: Tx, walk_id: UUID, values: Mapping[str, Any]) -> None:
    """Change a walk."""
    await tx.execute(update(escort_walk).where(escort_walk.c.id == walk_id).values(**values))


# ── the desk ─────────────────────────────────────────────────────────────────────────────────────────


async def counts(tx: Tx, station_id: StationId) -> int:
    """Return how many walks are watched at a station."""
    query = select(func.count()).select_from(escort_walk).where(escort_walk.c.station_id == station_id, _OPEN)
    return int(await tx.scalar(query) or 0)


async def alerted(tx: Tx, station_id: StationId) -> list[Row]:
    """Return the walks of a station that are alerts now, the newest first."""
    query = select(escort_walk).where(escort_walk.c.station_id == station_id, escort_walk.c.state == "alerted")
    return await tx.all(query.order_by(escort_walk.c.alerted_at.desc(), escort_walk.c.id))


async def with_incident(tx: Tx, walk_id: UUID) -> Row | None:
    """Return a walk of which an incident came; every other one is nobody's to look at."""
    return await tx.one(select(escort_walk).where(escort_walk.c.id == walk_id, escort_walk.c.incident_id.is_not(None)))


# ── forgetting ───────────────────────────────────────────────────────────────────────────────────────


async def forget_before(tx: Tx, before: datetime) -> tuple[int, int]:
    """Delete walks that ended before a moment, and older positions of all, unless an incident came of the walk.

    Return how many walks and how many further positions went.
    """
    calm = escort_walk.c.incident_id.is_(None)
    over = or_(escort_walk.c.ended_at < before, escort_walk.c.began_at < before)
    gone = await tx.execute(delete(escort_walk).where(calm, over))
    old = escort_fix.c.walk_id.in_(select(escort_walk.c.id).where(calm)), escort_fix.c.came_at < before
    fixes = await tx.execute(delete(escort_fix).where(*old))
    return int(gone.rowcount), int(fixes.rowcount)
