"""Phones that sign, and what they signed: all SQL."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert

from unjai.model.ids import StationId
from unjai.patrol.store.tables import patrol_item, patrol_phone, patrol_refused
from unjai.people.store.roster_tables import duty_crew
from unjai.people.store.tables import account, duty, unit
from unjai.platform.database import Tx

Row = dict[str, Any]
_NAMES = (account.c.name_th.label("holder_th"), account.c.name_en.label("holder_en"))


async def add_phone(tx: Tx, row: Mapping[str, Any]) -> bool:
    """Add a phone; False where its key is known, here or at another station."""
    put = insert(patrol_phone).values(**row).on_conflict_do_nothing(index_elements=["digest"])
    return await tx.scalar(put.returning(patrol_phone.c.id)) is not None


async def phone_by_key(tx: Tx, digest: str) -> Row | None:
    """Return the phone with a public key, if it is within reach."""
    return await tx.one(select(patrol_phone).where(patrol_phone.c.digest == digest))


async def phone_of(tx: Tx, phone_id: UUID, *, lock: bool = False) -> Row | None:
    """Return a phone within reach."""
    query = select(patrol_phone).where(patrol_phone.c.id == phone_id)
    return await tx.one(query.with_for_update() if lock else query)


async def phones(tx: Tx, station_id: StationId, account_id: UUID | None = None) -> list[Row]:
    """Return a station's phones (one holder's) with their holder, those in use first, the newest first."""
    waiting = (
        select(func.count())
        .where(patrol_item.c.phone_id == patrol_phone.c.id, patrol_item.c.chain == "gap")
        .scalar_subquery()
    )
    query = (
        select(patrol_phone, *_NAMES, _sign().label("call_sign"), waiting.label("waiting"))
        .join(account, account.c.id == patrol_phone.c.account_id)
        .where(patrol_phone.c.station_id == station_id)
    )
    if account_id is not None:
        query = query.where(patrol_phone.c.account_id == account_id)
    return await tx.all(
        query.order_by(patrol_phone.c.revoked_at.isnot(None), patrol_phone.c.registered_at.desc(), patrol_phone.c.id)
    )


def _sign() -> Any:
    """Return the sign that the holder answers to: of the duty they are on, else of their own unit, else the last."""
    said = func.coalesce(func.nullif(duty.c.call_sign, ""), unit.c.call_sign)
    joined = duty_crew.join(duty, duty.c.id == duty_crew.c.duty_id).join(unit, unit.c.id == duty.c.unit_id)
    stays = select(said).select_from(joined).where(duty_crew.c.account_id == patrol_phone.c.account_id)
    now = stays.where(duty_crew.c.to_at.is_(None)).order_by(duty_crew.c.from_at.desc()).limit(1)
    own = select(unit.c.call_sign).where(unit.c.account_id == patrol_phone.c.account_id).limit(1)
    last = stays.order_by(duty_crew.c.from_at.desc()).limit(1)
    return func.coalesce(now.scalar_subquery(), own.scalar_subquery(), last.scalar_subquery())


async def set_phone(tx: Tx, phone_id: UUID, **values: Any) -> None:
    """Change columns of a phone."""
    await tx.execute(update(patrol_phone).where(patrol_phone.c.id == phone_id).values(**values))


async def items_by_digest(tx: Tx, phone_id: UUID, digests: Sequence[str]) -> dict[str, Row]:
    """Return what is known of these digests of a phone."""
    query = select(patrol_item).where(patrol_item.c.phone_id == phone_id, patrol_item.c.digest.in_(digests))
    return {row["digest"]: row for row in await tx.all(query)}


async def items_waiting(tx: Tx, phone_id: UUID) -> list[Row]:
    """Return the items of a phone that wait for what is missing before them."""
    query = select(patrol_item).where(patrol_item.c.phone_id == phone_id, patrol_item.c.chain == "gap")
    return await tx.all(query.order_by(patrol_item.c.seq))


async def item_linked(tx: Tx, phone_id: UUID, seq: int) -> Row | None:
    """Return the item of a phone that holds a number in its chain."""
    held = patrol_item.c.chain.in_(("next", "joined"))
    query = select(patrol_item).where(patrol_item.c.phone_id == phone_id, patrol_item.c.seq == seq, held)
    return await tx.one(query)


async def item_ids_known(tx: Tx, phone_id: UUID, ids: Sequence[UUID]) -> set[UUID]:
    """Return which ids were told already by this phone, or by another key of its holder.

    A phone whose key was stopped signs what is left anew: what had come before that, and was never answered, is told.
    """
    holder = select(patrol_phone.c.account_id).where(patrol_phone.c.id == phone_id).scalar_subquery()
    theirs = select(patrol_phone.c.id).where(patrol_phone.c.account_id == holder)
    query = select(patrol_item.c.item_id).where(patrol_item.c.phone_id.in_(theirs), patrol_item.c.item_id.in_(ids))
    return {row["item_id"] for row in await tx.all(query)}


async def add_items(tx: Tx, rows: Sequence[Mapping[str, Any]]) -> None:
    """Keep items."""
    if rows:
        await tx.execute(insert(patrol_item), list(rows))


async def set_chain(tx: Tx, phone_id: UUID, digests: Sequence[str], chain: str, at: datetime) -> None:
    """Say where items turned out to belong."""
    if digests:
        here = patrol_item.c.phone_id == phone_id, patrol_item.c.digest.in_(digests)
        await tx.execute(update(patrol_item).where(*here).values(chain=chain, linked_at=at))


async def refuse(tx: Tx, row: Mapping[str, Any]) -> None:
    """Keep what was not believed; the same again is counted."""
    put = insert(patrol_refused).values(**row)
    again = {"times": patrol_refused.c.times + 1, "at": put.excluded.at}
    keys = ["account_id", "digest", "code"]
    await tx.execute(put.on_conflict_do_update(index_elements=keys, set_=again))


async def refused(tx: Tx, station_id: StationId, from_at: datetime, to_at: datetime, limit: int) -> list[Row]:
    """Return what was refused in a stretch of time, the newest first, with who sent it."""
    table = patrol_refused
    query = (
        select(table.c.id, table.c.code, table.c.facts, table.c.at, table.c.times, patrol_phone.c.name, *_NAMES)
        .join(account, account.c.id == table.c.account_id)
        .outerjoin(patrol_phone, patrol_phone.c.id == table.c.phone_id)
        .where(table.c.station_id == station_id, table.c.at >= from_at, table.c.at < to_at)
    )
    return await tx.all(query.order_by(table.c.at.desc(), table.c.id).limit(limit))
