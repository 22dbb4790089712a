"""What cases keep of reads past their days: how much, since when, until when; and letting it go.

Here stands no plate: the copies themselves lie in `held_plate_read`, which the role of the web cannot read.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Column,
    DateTime,
    Integer,
    PrimaryKeyConstraint,
    Text,
    delete,
    func,
    or_,
    select,
    text,
    update,
)

from unjai.model.ids import StationId
from unjai.plates.store.reads import held_plate_read
from unjai.platform.database import Tx, station_table

Row = dict[str, Any]

plate_hold = station_table(
    "plate_hold",
    Column("case_number", Text, nullable=False),
    Column("held_at", DateTime(timezone=True), nullable=False),
    Column("reads", Integer, nullable=False),
    Column("ends_at", DateTime(timezone=True)),
    Column("ended_by", Text, nullable=False, server_default=text("''")),
    Column("ended_why", Text, nullable=False, server_default=text("''")),
    Column("released_at", DateTime(timezone=True)),
    PrimaryKeyConstraint("station_id", "case_number"),
)
"""One row a case: kept by `copy_held_plate_reads`, given its end by a person or by the end of the case."""

plate_hold.info |= {"searched": "SELECT, INSERT, UPDATE"}

_ENDING = text("""
UPDATE plate_hold h SET ends_at = greatest(h.held_at, least(c.closed_at, c.until)) + :grace,
    ended_by = '', ended_why = :why
FROM plate_case c WHERE c.station_id = h.station_id AND c.number = h.case_number AND h.ends_at IS NULL
    AND h.released_at IS NULL AND least(c.closed_at, c.until) <= :now
RETURNING h.*
""")


async def holds(tx: Tx, station_id: StationId) -> list[Row]:
    """Return the station's holds, those that last first, then those let go, the newest first."""
    mine = select(plate_hold).where(plate_hold.c.station_id == station_id)
    order = plate_hold.c.released_at.desc().nulls_first(), plate_hold.c.held_at.desc(), plate_hold.c.case_number
    return await tx.all(mine.order_by(*order).limit(500))


async def hold_of(tx: Tx, station_id: StationId, case_number: str) -> Row | None:
    """Return a hold, locked."""
    mine = plate_hold.c.station_id == station_id, plate_hold.c.case_number == case_number
    return await tx.one(select(plate_hold).where(*mine).with_for_update())


async def set_hold(tx: Tx, station_id: StationId, case_number: str, values: Mapping[str, Any]) -> None:
    """Change a hold."""
    mine = plate_hold.c.station_id == station_id, plate_hold.c.case_number == case_number
    await tx.execute(update(plate_hold).where(*mine).values(**values))


async def end_with_cases(tx: Tx, now: datetime, grace: Any, why: str) -> list[Row]:
    """Give holds their end whose case was closed or is past its day; return them."""
    return await tx.all(_ENDING, {"now": now, "grace": grace, "why": why})


async def over(tx: Tx, now: datetime, most: int = 20) -> list[Row]:
    """Return the holds whose end has come, locked."""
    mine = plate_hold.c.ends_at <= now, plate_hold.c.released_at.is_(None)
    query = select(plate_hold).where(*mine).order_by(plate_hold.c.ends_at).limit(most)
    return await tx.all(query.with_for_update(skip_locked=True))


async def release(tx: Tx, station_id: StationId, case_number: str) -> list[Row]:
    """Delete the copies of a case; return their pictures."""
    held = held_plate_read.c
    mine = held.station_id == station_id, held.case_number == case_number
    return await tx.all(delete(held_plate_read).where(*mine).returning(held.crop, held.still))


async def still_held(tx: Tx, digest: bytes) -> bool:
    """Tell whether a picture belongs to a read that some case keeps."""
    held = held_plate_read.c
    found = select(func.count()).select_from(held_plate_read).where(or_(held.crop == digest, held.still == digest))
    return bool(await tx.scalar(found))
