"""Cases under which plates are searched, searches that were opened, and the guarded functions that answer them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
import psycopg
from psycopg.rows import dict_row
from psycopg.types.string import ByteaBinaryLoader
from sqlalchemy import (
    Boolean,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    Text,
    UniqueConstraint,
    Uuid,
    insert,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.exc import DBAPIError

from unjai.model.errors import UnjaiError
from unjai.model.ids import StationId
from unjai.platform.database import Tx, station_table

Row = dict[str, Any]
WITHIN_MS = 10_000
_CANCELLED = "57014"
_FACTS = msgspec.json.Decoder(dict[str, Any])

plate_case = station_table(
    "plate_case",
    Column("id", Uuid, primary_key=True),
    Column("number", Text, nullable=False),
    Column("about", Text, nullable=False, server_default=""),
    Column("opened_at", DateTime(timezone=True), nullable=False),
    Column("opened_by", Text, nullable=False),
    Column("until", DateTime(timezone=True), nullable=False),
    Column("closed_at", DateTime(timezone=True)),
    UniqueConstraint("station_id", "number"),
)
"""A case — คดี — under which plates may be searched until a day."""

plate_search = station_table(
    "plate_search",
    Column("id", Uuid, primary_key=True),
    Column("case_id", Uuid, ForeignKey("plate_case.id"), nullable=False),
    Column("asked", JSONB, nullable=False),
    Column("reason", Text, nullable=False),
    Column("said", Text, nullable=False, server_default=""),
    Column("wide", Boolean, nullable=False),
    Column("asked_by", Text, nullable=False),
    Column("asked_name", Text, nullable=False),
    Column("account_id", Uuid),
    Column("opened_at", DateTime(timezone=True), nullable=False),
    Column("until", DateTime(timezone=True), nullable=False),
    Column("note", Uuid, nullable=False),
    Column("found", Integer),
    Index("ix_plate_search_case", "case_id"),
    Index("ix_plate_search_opened", "station_id", "opened_at"),
)
"""A search that was opened, with its row in the log (`note`): what the guarded functions answer, and nothing else."""


async def add_case(tx: Tx, values: Mapping[str, Any]) -> bool:
    """Write a case; False where its number is known at the station."""
    statement = pg_insert(plate_case).values(**values).on_conflict_do_nothing(index_elements=["station_id", "number"])
    return await tx.scalar(statement.returning(plate_case.c.id)) is not None


async def case_numbered(tx: Tx, station_id: StationId, number: str) -> Row | None:
    """Return a case by its number."""
    mine = (plate_case.c.station_id == station_id, plate_case.c.number == number)
    return await tx.one(select(plate_case).where(*mine))


async def case_of(tx: Tx, case_id: UUID) -> Row | None:
    """Return a case by its id, locked against a second change."""
    return await tx.one(select(plate_case).where(plate_case.c.id == case_id).with_for_update())


async def cases(tx: Tx, station_id: StationId) -> list[Row]:
    """Return the station's cases, the newest first."""
    mine = select(plate_case).where(plate_case.c.station_id == station_id)
    return await tx.all(mine.order_by(plate_case.c.opened_at.desc(), plate_case.c.id).limit(500))


async def set_case(tx: Tx, case_id: UUID, **values: Any) -> None:
    """Change a case."""
    await tx.execute(update(plate_case).where(plate_case.c.id == case_id).values(**values))


async def add_search(tx: Tx, values: Mapping[str, Any]) -> None:
    """Write a search that was opened."""
    await tx.execute(insert(plate_search).values(**values).inline())


async def add_page(tx: Tx, search: Row, page_id: UUID, before: UUID) -> None:
    """Write a further page of a search: the same question under the same row in the log, of reads before one."""
    asked = search["asked"]
    narrowed = {**asked, "high": min(str(before), asked["high"]), "page_of": str(search["id"])}
    values = {name: value for name, value in search.items() if name in plate_search.c}
    values |= {"id": page_id, "asked": narrowed, "found": None}
    await tx.execute(insert(plate_search).values(**values).inline())


async def search_of(tx: Tx, search_id: UUID) -> Row | None:
    """Return a search with the number and the end of its case."""
    query = (
        select(plate_search, plate_case.c.number.label("case_number"), plate_case.c.until.label("case_until"))
        .add_columns(plate_case.c.closed_at.label("case_closed_at"))
        .join(plate_case, plate_case.c.id == plate_search.c.case_id)
    )
    return await tx.one(query.where(plate_search.c.id == search_id))


async def searches_of(tx: Tx, station_id: StationId, asked_by: str, since: datetime) -> list[Row]:
    """Return one's own searches since a moment, the newest first."""
    query = (
        select(plate_search, plate_case.c.number.label("case_number"))
        .join(plate_case, plate_case.c.id == plate_search.c.case_id)
        .where(plate_search.c.station_id == station_id, plate_search.c.asked_by == asked_by)
        .where(plate_search.c.opened_at >= since, ~plate_search.c.asked.has_key("page_of"))
    )
    return await tx.all(query.order_by(plate_search.c.opened_at.desc(), plate_search.c.id).limit(200))


async def note_found(tx: Tx, search_id: UUID, found: int) -> None:
    """Write down how many a search found."""
    await tx.execute(update(plate_search).where(plate_search.c.id == search_id).values(found=found))


async def answer(tx: Tx, function: str, search_id: UUID, *, note: UUID, at: datetime) -> list[Row]:
    """Run a guarded function over a search; raise `plates_search_slow` (503) where it took too long.

    It writes its own row to the log before it looks, with the marks of who asks (an emergency, an approval). Asked of
    the driver itself, binary, because hundreds of rows take longer through more hands than they took to be found. The
    limit of time stays for the rest of the transaction, statement by statement.
    """
    tx.audited = True
    marks = msgspec.json.encode(dict(tx.actor.marks)).decode()
    query = f"SELECT * FROM {function}(%s, %s, %s, %s::jsonb)"  # noqa: S608  names of ours
    driver: Any = (await tx.conn.get_raw_connection()).driver_connection
    try:
        async with driver.cursor(binary=True, row_factory=dict_row) as cursor:
            cursor.adapters.register_loader("jsonb", ByteaBinaryLoader)
            await cursor.execute("SELECT set_config('statement_timeout', %s, true)", (str(WITHIN_MS),))
            await cursor.execute(query, (search_id, note, at, marks))
            found: list[Row] = await cursor.fetchall()
    except psycopg.Error as error:
        if error.sqlstate == _CANCELLED:
            raise UnjaiError("plates_search_slow", 503, seconds=WITHIN_MS // 1000) from error
        raise DBAPIError.instance(query, None, error, psycopg.Error, hide_parameters=True) from error
    for row in found:
        if row.get("facts") is not None:
            row["facts"] = _FACTS.decode(memoryview(row["facts"])[1:])  # its first byte is the version of the format
    return found


async def hold_found(tx: Tx, search_id: UUID, read_ids: Sequence[UUID], *, note: UUID, at: datetime) -> int:
    """Copy reads to the case of a search by the guarded function; return how many were new."""
    tx.audited = True
    marks = msgspec.json.encode(dict(tx.actor.marks)).decode()
    query = text("SELECT hold_plate_reads(:search, :reads, :note, :at, CAST(:marks AS jsonb))")
    facts = {"search": search_id, "reads": list(read_ids), "note": note, "at": at, "marks": marks}
    return int(await tx.scalar(query, facts))


async def pictures_of(tx: Tx, search_id: UUID, read_id: UUID, at: datetime) -> Row | None:
    """Return the digests of a read's pictures and when it came, while a search of one's own is open; else None."""
    query = text("SELECT * FROM plate_read_pictures(:search, :read, :at)")
    return await tx.one(query, {"search": search_id, "read": read_id, "at": at})
