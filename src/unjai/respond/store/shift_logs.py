"""The shift log's own rows: an occurrence of a shift, what was carried over and seen, what was added later."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    PrimaryKeyConstraint,
    SmallInteger,
    Text,
    UniqueConstraint,
    Uuid,
    func,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB, insert

from unjai.model.ids import StationId
from unjai.platform.database import Tx, station_table

Row = dict[str, Any]


def _moment(name: str, *, needed: bool = False) -> Column[object]:
    return Column(name, DateTime(timezone=True), nullable=not needed)


def _words(name: str) -> Column[str]:
    return Column(name, Text, nullable=False, server_default=text("''"))


shift_log = station_table(
    "shift_log",
    Column("id", Uuid, primary_key=True),
    Column("shift_id", Uuid, ForeignKey("shift.id", ondelete="SET NULL")),
    Column("name_th", Text, nullable=False),
    Column("name_en", Text, nullable=False),
    _moment("from_at", needed=True),
    _moment("to_at", needed=True),
    _moment("covers_from", needed=True),
    _moment("covers_to"),
    _words("note"),
    _words("unfinished"),
    _words("equipment"),
    _moment("noted_at"),
    _words("noted_by"),
    _moment("handed_at"),
    _words("handed_by"),
    Column("handed_account", Uuid),
    Column("frozen", JSONB),
    _words("digest"),
    _moment("taken_at"),
    _words("taken_by"),
    Column("taken_account", Uuid),
    Column("version", Integer, nullable=False, server_default=text("1")),
    UniqueConstraint("station_id", "from_at", "to_at", "name_th"),
    Index("ix_shift_log_from", "station_id", text("from_at DESC")),
)
"""`covers_…` are the moments between which the log tells: from hand-over to hand-over, so nothing falls between."""

shift_carry = station_table(
    "shift_carry",
    Column("log_id", Uuid, ForeignKey("shift_log.id", ondelete="CASCADE"), nullable=False),
    Column("incident_id", Uuid, nullable=False),
    Column("number", Text, nullable=False),
    Column("priority", SmallInteger, nullable=False),
    Column("facts", JSONB, nullable=False),
    _moment("seen_at"),
    _words("seen_by"),
    PrimaryKeyConstraint("log_id", "incident_id"),
)

shift_addition = station_table(
    "shift_addition",
    Column("id", Uuid, primary_key=True),
    Column("log_id", Uuid, ForeignKey("shift_log.id", ondelete="CASCADE"), nullable=False, index=True),
    _moment("at", needed=True),
    Column("by", Text, nullable=False),
    Column("text", Text, nullable=False),
)


async def begin(tx: Tx, values: Mapping[str, Any]) -> bool:
    """Write an occurrence's row; False where it stands already."""
    new = insert(shift_log).values(**values).on_conflict_do_nothing()
    return await tx.scalar(new.returning(shift_log.c.id)) is not None


async def of(tx: Tx, log_id: UUID) -> Row | None:
    """Return one log."""
    return await tx.one(select(shift_log).where(shift_log.c.id == log_id))


async def locked(tx: Tx, log_id: UUID) -> Row | None:
    """Return one log, held until the transaction ends."""
    return await tx.one(select(shift_log).where(shift_log.c.id == log_id).with_for_update())


async def change(tx: Tx, log_id: UUID, values: Mapping[str, Any]) -> Row:
    """Write `values` with the next version and return the row."""
    row = await tx.one(
        update(shift_log)
        .where(shift_log.c.id == log_id)
        .values(**values, version=shift_log.c.version + 1)
        .returning(shift_log)
    )
    assert row is not None
    return row


async def latest(tx: Tx, station_id: StationId, *, before: datetime | None = None, limit: int = 30) -> list[Row]:
    """Return the logs of a station that began, newest first, those that began before a moment."""
    columns = [column for column in shift_log.c if column.name != "frozen"]
    query = select(*columns).where(shift_log.c.station_id == station_id)
    if before is not None:
        query = query.where(shift_log.c.from_at < before)
    return await tx.all(query.order_by(shift_log.c.from_at.desc(), shift_log.c.id.desc()).limit(limit))


async def last_end(tx: Tx, shift_id: UUID) -> datetime | None:
    """Return when the latest occurrence of a shift ends."""
    end: datetime | None = await tx.scalar(select(func.max(shift_log.c.to_at)).where(shift_log.c.shift_id == shift_id))
    return end


async def running(tx: Tx, station_id: StationId, now: datetime) -> Row | None:
    """Return the log of the shift that goes on and has not been handed over, else of the one that just began."""
    query = select(shift_log).where(
        shift_log.c.station_id == station_id,
        shift_log.c.covers_from <= now,
        or_(shift_log.c.to_at > now, shift_log.c.from_at > now),
        shift_log.c.handed_at.is_(None),
    )
    return await tx.one(query.order_by(shift_log.c.from_at, shift_log.c.id).limit(1))


async def next_of(tx: Tx, row: Row) -> Row | None:
    """Return the log that follows one."""
    query = select(shift_log).where(
        shift_log.c.station_id == row["station_id"], shift_log.c.from_at > row["from_at"], shift_log.c.id != row["id"]
    )
    return await tx.one(query.order_by(shift_log.c.from_at, shift_log.c.id).limit(1))


async def before(tx: Tx, row: Row) -> Row | None:
    """Return the log before one, without its frozen content."""
    found = await latest(tx, row["station_id"], before=row["from_at"], limit=1)
    return found[0] if found else None


async def carry(tx: Tx, rows: list[Row]) -> None:
    """Write which open incidents are carried over."""
    if rows:
        await tx.execute(insert(shift_carry), rows)


async def carried(tx: Tx, log_id: UUID) -> list[Row]:
    """Return what was carried over, the most urgent first."""
    query = select(shift_carry).where(shift_carry.c.log_id == log_id)
    return await tx.all(query.order_by(shift_carry.c.priority, shift_carry.c.number))


async def see(tx: Tx, log_id: UUID, incident_id: UUID, *, at: datetime, by: str) -> bool:
    """Write who has seen a carried incident; False where someone had, or it is not among them."""
    result = await tx.execute(
        update(shift_carry)
        .where(
            shift_carry.c.log_id == log_id, shift_carry.c.incident_id == incident_id, shift_carry.c.seen_at.is_(None)
        )
        .values(seen_at=at, seen_by=by)
    )
    return bool(result.rowcount)


async def add(tx: Tx, values: Mapping[str, Any]) -> None:
    """Write an addition; there is no other way to change a log that was handed over."""
    await tx.execute(insert(shift_addition).values(**values).inline())


async def additions(tx: Tx, log_id: UUID) -> list[Row]:
    """Return what was added, in order."""
    query = select(shift_addition).where(shift_addition.c.log_id == log_id)
    return await tx.all(query.order_by(shift_addition.c.at, shift_addition.c.id))


async def waiting(tx: Tx, station_id: StationId, now: datetime) -> Row | None:
    """Return the latest log that is over or handed over; None where it was taken over, or there is none."""
    query = select(shift_log).where(
        shift_log.c.station_id == station_id,
        or_(shift_log.c.to_at <= now, shift_log.c.handed_at.is_not(None)),
    )
    row = await tx.one(query.order_by(shift_log.c.from_at.desc(), shift_log.c.id.desc()).limit(1))
    return row if row is not None and row["taken_at"] is None else None


async def first(tx: Tx, station_id: StationId) -> datetime | None:
    """Return when the station's first log begins."""
    begin: datetime | None = await tx.scalar(
        select(func.min(shift_log.c.from_at)).where(shift_log.c.station_id == station_id)
    )
    return begin
