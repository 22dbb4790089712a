"""The ledger of watching as it lies in the database: closed days, their entries, whether the station shows them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Index,
    LargeBinary,
    PrimaryKeyConstraint,
    Text,
    UniqueConstraint,
    Uuid,
    func,
    insert,
    select,
)
from sqlalchemy.dialects.postgresql import JSONB

from unjai.model.ids import StationId, id_floor
from unjai.platform.audit import audit_log, audit_root, audit_seal, audit_waiting
from unjai.platform.database import Tx, station_table

Row = dict[str, Any]

ledger_day = station_table(
    "ledger_day",
    Column("day", Date, nullable=False),
    Column("told", JSONB, nullable=False),
    Column("closed_at", DateTime(timezone=True), nullable=False),
    Column("note", Uuid, nullable=False),
    Column("text", Text, nullable=False),
    PrimaryKeyConstraint("station_id", "day"),
)
"""A Bangkok day that is over: what is told of it, and the text of row `note` of the log, which says it too."""

ledger_entry = station_table(
    "ledger_entry",
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("day", Date, nullable=False),
    Column("kind", Text, nullable=False),
    Column("leaf", LargeBinary, nullable=False),
    Index("ix_ledger_entry_day", "station_id", "day"),
    UniqueConstraint("leaf"),
)
"""A row of the log that is watching, under the day that counts it; `leaf` is what stands for it in public."""

ledger_setting = station_table(
    "ledger_setting",
    Column("shown", Boolean, nullable=False),
    Column("reason", Text, nullable=False),
    Column("changed_at", DateTime(timezone=True), nullable=False),
    Column("changed_by", Text, nullable=False),
    PrimaryKeyConstraint("station_id", "changed_at"),
)
"""Whether a station shows its ledger: the newest row counts; without one it does."""


async def setting_of(tx: Tx, station_id: StationId) -> Row | None:
    """Return the station's word on showing its ledger, or None where it never said one."""
    mine = select(ledger_setting).where(ledger_setting.c.station_id == station_id)
    return await tx.one(mine.order_by(ledger_setting.c.changed_at.desc()).limit(1))


async def add_setting(tx: Tx, values: Mapping[str, Any]) -> None:
    """Write the station's new word beside the older ones."""
    await tx.execute(insert(ledger_setting).values(**values).inline())


async def last_day(tx: Tx, station_id: StationId) -> date | None:
    """Return the last day that is closed."""
    found: date | None = await tx.scalar(
        select(func.max(ledger_day.c.day)).where(ledger_day.c.station_id == station_id)
    )
    return found


async def first_row_at(tx: Tx, station_id: StationId) -> datetime | None:
    """Return when the station's log begins."""
    found: datetime | None = await tx.scalar(
        select(func.min(audit_log.c.at)).where(audit_log.c.station_id == station_id)
    )
    return found


async def unsealed_before(tx: Tx, at: datetime) -> bool:
    """Tell whether a row of before a moment still waits for its seal."""
    return await tx.scalar(select(audit_waiting.c.audit_id).where(audit_waiting.c.at < at).limit(1)) is not None


async def uncounted(
    tx: Tx, station_id: StationId, since: datetime, until: datetime, actions: Collection[str]
) -> list[Row]:
    """Return the sealed rows of a stretch of time with one of `actions` that no day counts yet, by their number."""
    known = select(ledger_entry.c.seq).where(ledger_entry.c.seq == audit_seal.c.seq).exists()
    query = (
        select(audit_seal.c.seq, audit_seal.c.leaf, audit_log.c.action, audit_log.c.facts)
        .join(audit_log, audit_log.c.id == audit_seal.c.audit_id)
        .where(audit_log.c.id >= id_floor(since), audit_log.c.id < id_floor(until))
        .where(audit_log.c.station_id == station_id, audit_log.c.action.in_(sorted(actions)), ~known)
    )
    return await tx.all(query.order_by(audit_seal.c.seq))


async def add_day(tx: Tx, day: Mapping[str, Any], entries: Sequence[Mapping[str, Any]]) -> None:
    """Write a closed day with its entries."""
    await tx.execute(insert(ledger_day).values(**day).inline())
    if entries:
        await tx.execute(insert(ledger_entry), list(entries))


async def days_between(tx: Tx, station_id: StationId, first: date, last: date) -> list[Row]:
    """Return closed days, newest first, each with its signed root where there is one."""
    query = (
        select(ledger_day.c.day, ledger_day.c.told, ledger_day.c.closed_at)
        .add_columns(audit_root.c.size, audit_root.c.root, audit_root.c.public)
        .outerjoin(audit_root, audit_root.c.day == ledger_day.c.day)
        .where(ledger_day.c.station_id == station_id, ledger_day.c.day.between(first, last))
    )
    return await tx.all(query.order_by(ledger_day.c.day.desc()))


async def day_of(tx: Tx, station_id: StationId, day: date) -> Row | None:
    """Return a closed day."""
    return await tx.one(select(ledger_day).where(ledger_day.c.station_id == station_id, ledger_day.c.day == day))


async def months(tx: Tx, station_id: StationId) -> list[date]:
    """Return the first day of each month that has a closed day, newest first."""
    month = func.date_trunc("month", ledger_day.c.day)
    rows = await tx.all(
        select(month.label("month")).where(ledger_day.c.station_id == station_id).distinct().order_by(month.desc())
    )
    return [row["month"].date() for row in rows]


async def counts_between(
    tx: Tx, station_id: StationId, first: date, last: date, kinds: Collection[str]
) -> dict[str, int]:
    """Return how many entries of each kind stand under some days."""
    rows = await tx.all(
        select(ledger_entry.c.kind, func.count().label("n"))
        .where(ledger_entry.c.station_id == station_id, ledger_entry.c.day.between(first, last))
        .where(ledger_entry.c.kind.in_(sorted(kinds)))
        .group_by(ledger_entry.c.kind)
    )
    return {str(row["kind"]): int(row["n"]) for row in rows}


async def leaves_of(tx: Tx, station_id: StationId, day: date, kinds: Collection[str]) -> list[bytes]:
    """Return what stands for a day's entries of some kinds, ordered by itself, so that it tells no order in time."""
    rows = await tx.all(
        select(ledger_entry.c.leaf)
        .where(ledger_entry.c.station_id == station_id, ledger_entry.c.day == day)
        .where(ledger_entry.c.kind.in_(sorted(kinds)))
        .order_by(ledger_entry.c.leaf)
    )
    return [bytes(row["leaf"]) for row in rows]


async def entry_seq(tx: Tx, station_id: StationId, leaf: bytes) -> int | None:
    """Return the number of the entry that a commitment stands for."""
    found = await tx.scalar(
        select(ledger_entry.c.seq).where(ledger_entry.c.station_id == station_id, ledger_entry.c.leaf == leaf)
    )
    return None if found is None else int(found)


async def sealed_row(tx: Tx, station_id: StationId, audit_id: UUID) -> Row | None:
    """Return the seal of a row of a station's log: its number and what stands for it."""
    return await tx.one(
        select(audit_seal.c.seq, audit_seal.c.leaf).where(
            audit_seal.c.audit_id == audit_id, audit_seal.c.station_id == station_id
        )
    )


async def row_of(tx: Tx, audit_id: UUID) -> Row | None:
    """Return a row of the log, for who may read it."""
    return await tx.one(select(audit_log).where(audit_log.c.id == audit_id))
