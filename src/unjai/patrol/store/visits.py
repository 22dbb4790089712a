"""Visits, findings, photographs and words for owners: all SQL."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import cast, func, literal, or_, select, text, update
from sqlalchemy.dialects.postgresql import BIT, insert

from unjai.model.ids import StationId, id_floor
from unjai.patrol.store.tables import (
    patrol_checkpoint,
    patrol_finding,
    patrol_owner_message,
    patrol_phone,
    patrol_photo,
    patrol_visit,
)
from unjai.people.rules import DUTY_MOST, Interval
from unjai.people.store.roster_tables import duty_crew
from unjai.people.store.tables import account, duty, unit
from unjai.platform.database import Tx

Row = dict[str, Any]
NEAR = timedelta(hours=2)
_NAMES = (
    account.c.name_th.label("by_th"),
    account.c.name_en.label("by_en"),
    unit.c.call_sign,
    patrol_checkpoint.c.code.label("checkpoint_code"),
    patrol_checkpoint.c.name_th.label("checkpoint_th"),
    patrol_checkpoint.c.name_en.label("checkpoint_en"),
)


async def duties(tx: Tx, account_id: UUID, at: datetime, told_at: datetime) -> list[tuple[UUID, Interval]]:
    """Return when somebody was on duty and in which unit, around `at` or begun between then and when it was told.

    Their stays in crews; and the duty of the unit that is theirs, where no crew was written down for it.
    """
    reach = max(told_at, at + DUTY_MOST)
    stays = (
        select(duty.c.unit_id, duty_crew.c.from_at, func.coalesce(duty_crew.c.to_at, duty.c.to_at).label("to_at"))
        .join(duty, duty.c.id == duty_crew.c.duty_id)
        .where(duty_crew.c.account_id == account_id, duty_crew.c.from_at > at - 2 * DUTY_MOST)
        .where(duty_crew.c.from_at <= reach)
    )
    crewed = select(literal(1)).where(duty_crew.c.duty_id == duty.c.id).exists()
    own = (
        select(duty.c.unit_id, duty.c.from_at, duty.c.to_at)
        .join(unit, unit.c.id == duty.c.unit_id)
        .where(unit.c.account_id == account_id, duty.c.from_at > at - 2 * DUTY_MOST, duty.c.from_at <= reach, ~crewed)
    )
    return [
        (row["unit_id"], Interval(from_at=row["from_at"], to_at=row["to_at"]))
        for row in await tx.all(stays.union_all(own))
    ]


async def has_unit(tx: Tx, account_id: UUID) -> bool:
    """Tell whether a unit is somebody's own."""
    return await tx.scalar(select(unit.c.id).where(unit.c.account_id == account_id).limit(1)) is not None


async def add_visit(tx: Tx, row: Mapping[str, Any]) -> None:
    """Add a visit."""
    await tx.execute(insert(patrol_visit).values(**row))


async def set_visit(tx: Tx, visit_id: UUID, **values: Any) -> None:
    """Change columns of a visit."""
    await tx.execute(update(patrol_visit).where(patrol_visit.c.id == visit_id).values(**values))


async def visits_of_items(tx: Tx, phone_id: UUID, digests: Sequence[str]) -> list[Row]:
    """Return the visits that items of a phone told."""
    here = patrol_visit.c.phone_id == phone_id, patrol_visit.c.item_digest.in_(digests)
    return await tx.all(select(patrol_visit).where(*here))


async def set_chain(tx: Tx, phone_id: UUID, digests: Sequence[str], chain: str) -> None:
    """Say where the visits and findings of items belong in the phone's chain."""
    for table in (patrol_visit, patrol_finding):
        here = table.c.phone_id == phone_id, table.c.item_digest.in_(digests)
        await tx.execute(update(table).where(*here).values(chain=chain))


async def visits_with_photo(tx: Tx, photo_id: UUID, account_id: UUID) -> list[Row]:
    """Return the visits that name a photograph."""
    named = patrol_visit.c.said["photos"].contains([str(photo_id)])
    return await tx.all(select(patrol_visit).where(patrol_visit.c.account_id == account_id, named))


async def others_near(tx: Tx, row: Mapping[str, Any]) -> list[Row]:
    """Return the same person's other visits within two hours, where each was: its own position or the checkpoint's."""
    there = (
        select(
            patrol_visit.c.happened_at,
            patrol_visit.c.phone_id,
            func.coalesce(patrol_visit.c.lon, patrol_checkpoint.c.lon).label("lon"),
            func.coalesce(patrol_visit.c.lat, patrol_checkpoint.c.lat).label("lat"),
            patrol_visit.c.accuracy_m,
        )
        .join(patrol_checkpoint, patrol_checkpoint.c.id == patrol_visit.c.checkpoint_id)
        .where(
            patrol_visit.c.account_id == row["account_id"],
            patrol_visit.c.id != row["id"],
            patrol_visit.c.happened_at.between(row["happened_at"] - NEAR, row["happened_at"] + NEAR),
        )
    )
    return await tx.all(there.order_by(patrol_visit.c.happened_at, patrol_visit.c.id))


_TRACK = text(
    "SELECT lon, lat, accuracy_m, payload->>'page' IS NOT NULL AS page FROM obs_fleet"
    " WHERE id >= :low AND id < :high AND device_id = :device AND kind = 'position'"
    " AND lon IS NOT NULL ORDER BY id LIMIT 50"
)


async def track_near(tx: Tx, device_id: UUID, at: datetime, within: timedelta) -> list[Row]:
    """Return the positions of a unit's own device around a moment; `page` where the officer's page sent it."""
    bounds = {"low": id_floor(at - within), "high": id_floor(at + within)}
    return await tx.all(_TRACK, {**bounds, "device": device_id})


async def device_of_unit(tx: Tx, unit_id: UUID) -> UUID | None:
    """Return the device that a unit carries."""
    found: UUID | None = await tx.scalar(select(unit.c.device_id).where(unit.c.id == unit_id))
    return found


def _day(query: Any, table: Any, asked: Mapping[str, Any]) -> Any:
    query = query.where(table.c.station_id == asked["station_id"])
    if asked.get("from_at") is not None:
        query = query.where(table.c.happened_at >= asked["from_at"], table.c.happened_at < asked["to_at"])
    for name in ("checkpoint_id", "account_id", "state"):
        if asked.get(name) is not None:
            query = query.where(table.c[name] == asked[name])
    return query


async def visits(tx: Tx, asked: Mapping[str, Any], limit: int, before: datetime | None = None) -> list[Row]:
    """Return visits, the newest first, with who, by which unit and where; `late` asks for late ones alone."""
    query = (
        select(patrol_visit, *_NAMES, patrol_phone.c.name.label("phone_name"))
        .join(account, account.c.id == patrol_visit.c.account_id)
        .join(patrol_checkpoint, patrol_checkpoint.c.id == patrol_visit.c.checkpoint_id)
        .join(patrol_phone, patrol_phone.c.id == patrol_visit.c.phone_id)
        .outerjoin(unit, unit.c.id == patrol_visit.c.unit_id)
    )
    query = _day(query, patrol_visit, asked)
    if asked.get("late_s") is not None:
        query = query.where(patrol_visit.c.late_s > asked["late_s"])
    if before is not None:
        query = query.where(patrol_visit.c.happened_at < before)
    return await tx.all(query.order_by(patrol_visit.c.happened_at.desc(), patrol_visit.c.id).limit(limit))


async def last_own(tx: Tx, account_id: UUID) -> dict[UUID, datetime]:
    """Return when an account visited each checkpoint last."""
    query = (
        select(patrol_visit.c.checkpoint_id, func.max(patrol_visit.c.happened_at).label("at"))
        .where(patrol_visit.c.account_id == account_id, patrol_visit.c.state != "refused")
        .group_by(patrol_visit.c.checkpoint_id)
    )
    return {row["checkpoint_id"]: row["at"] for row in await tx.all(query)}


# ── findings ───────────────────────────────────────────────────────────────────────────────────────


async def add_finding(tx: Tx, row: Mapping[str, Any]) -> None:
    """Add a finding."""
    await tx.execute(insert(patrol_finding).values(**row))


async def finding_of(tx: Tx, finding_id: UUID) -> Row | None:
    """Return a finding within reach, held."""
    return await tx.one(select(patrol_finding).where(patrol_finding.c.id == finding_id).with_for_update())


async def set_finding(tx: Tx, finding_id: UUID, **values: Any) -> None:
    """Change columns of a finding."""
    await tx.execute(update(patrol_finding).where(patrol_finding.c.id == finding_id).values(**values))


async def findings(tx: Tx, asked: Mapping[str, Any], limit: int) -> list[Row]:
    """Return findings, the newest first; `open_only` leaves out what is settled."""
    query = (
        select(patrol_finding, *_NAMES)
        .join(account, account.c.id == patrol_finding.c.account_id)
        .outerjoin(patrol_checkpoint, patrol_checkpoint.c.id == patrol_finding.c.checkpoint_id)
        .outerjoin(unit, unit.c.id == patrol_finding.c.unit_id)
    )
    query = _day(query, patrol_finding, {**asked, "state": None})
    if asked.get("open_only"):
        query = query.where(patrol_finding.c.settled_at.is_(None))
    return await tx.all(query.order_by(patrol_finding.c.happened_at.desc(), patrol_finding.c.id).limit(limit))


# ── photographs ────────────────────────────────────────────────────────────────────────────────────


async def put_photo(tx: Tx, row: Mapping[str, Any]) -> None:
    """Announce a photograph; one that is known stays as it is."""
    await tx.execute(insert(patrol_photo).values(**row).on_conflict_do_nothing(index_elements=["id"]))


async def photo_of(tx: Tx, photo_id: UUID, *, lock: bool = False) -> Row | None:
    """Return a photograph within reach."""
    query = select(patrol_photo).where(patrol_photo.c.id == photo_id)
    return await tx.one(query.with_for_update() if lock else query)


async def set_photo(tx: Tx, photo_id: UUID, **values: Any) -> None:
    """Change columns of a photograph."""
    await tx.execute(update(patrol_photo).where(patrol_photo.c.id == photo_id).values(**values))


async def kept_photos(tx: Tx, ids: Sequence[UUID], account_id: UUID) -> list[Row]:
    """Return those of the photographs that have come, of one account."""
    here = patrol_photo.c.id.in_(ids), patrol_photo.c.account_id == account_id, patrol_photo.c.state == "kept"
    return await tx.all(select(patrol_photo).where(*here))


async def other_bits(tx: Tx, station_id: StationId, but: Sequence[UUID], photo: Row, since: datetime) -> list[Row]:
    """Return the hashes of the station's other photographs that came before one, the nearest four."""
    table = patrol_photo
    apart = func.bit_count(cast(table.c.bits.bitwise_xor(photo["bits"]), BIT(64)))
    earlier = or_(table.c.kept_at < photo["kept_at"], table.c.digest == photo["digest"])
    query = select(table.c.bits, table.c.digest).where(
        table.c.station_id == station_id,
        table.c.state == "kept",
        table.c.bits.isnot(None),
        table.c.id.notin_(but),
        table.c.kept_at >= since,
        earlier,
    )
    return await tx.all(query.order_by(apart).limit(4))


# ── words for owners ───────────────────────────────────────────────────────────────────────────────


async def add_owner_message(tx: Tx, row: Mapping[str, Any]) -> None:
    """Write a message; one a visit."""
    await tx.execute(insert(patrol_owner_message).values(**row).on_conflict_do_nothing(index_elements=["visit_id"]))


async def owner_messages(tx: Tx, station_id: StationId, limit: int) -> list[Row]:
    """Return messages with the owner's contact, those that wait first."""
    table = patrol_owner_message
    query = (
        select(
            table,
            patrol_checkpoint.c.code.label("checkpoint_code"),
            patrol_checkpoint.c.name_th.label("checkpoint_th"),
            patrol_checkpoint.c.name_en.label("checkpoint_en"),
            patrol_checkpoint.c.owner_name,
            patrol_checkpoint.c.owner_contact,
        )
        .join(patrol_checkpoint, patrol_checkpoint.c.id == table.c.checkpoint_id)
        .where(table.c.station_id == station_id)
    )
    return await tx.all(query.order_by(table.c.sent_at.isnot(None), table.c.made_at.desc(), table.c.id).limit(limit))


async def owner_message_of(tx: Tx, message_id: UUID) -> Row | None:
    """Return a message within reach, held."""
    table = patrol_owner_message
    return await tx.one(select(table).where(table.c.id == message_id).with_for_update())


async def set_owner_message(tx: Tx, message_id: UUID, **values: Any) -> None:
    """Change columns of a message."""
    table = patrol_owner_message
    await tx.execute(update(table).where(table.c.id == message_id).values(**values))
