"""The tables of night-ease: what was reckoned, an hour a row, and what people decided about a work."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    Column,
    DateTime,
    Double,
    PrimaryKeyConstraint,
    SmallInteger,
    Text,
    delete,
    func,
    select,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.dialects.postgresql import insert as put
from sqlalchemy.types import Integer

from unjai.model.ids import StationId
from unjai.platform.database import Tx, station_table
from unjai.respond.store.tables import incident, report

Row = dict[str, Any]
MARKS = ("asked", "planned", "not_possible")

night_ease = station_table(
    "night_ease",
    Column("hour", SmallInteger, nullable=False),
    Column("reckoned_at", DateTime(timezone=True), nullable=False),
    Column("document", JSONB, nullable=False),
    PrimaryKeyConstraint("station_id", "hour"),
    CheckConstraint("hour BETWEEN 0 AND 23", name="hour"),
)

night_work = station_table(
    "night_work",
    Column("key", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("hour", SmallInteger, nullable=False),
    Column("state", Text, nullable=False),
    Column("note", Text, nullable=False, server_default=""),
    Column("name_th", Text, nullable=False, server_default=""),
    Column("name_en", Text, nullable=False, server_default=""),
    Column("lon", Double, nullable=False),
    Column("lat", Double, nullable=False),
    Column("edges", ARRAY(Integer), nullable=False),
    Column("lifted_min", Double, nullable=False),
    Column("marked_by", Text, nullable=False),
    Column("marked_at", DateTime(timezone=True), nullable=False),
    PrimaryKeyConstraint("station_id", "key"),
    CheckConstraint("state IN ('asked', 'planned', 'not_possible')", name="state"),
)
"""A work that somebody marked, with its figure as it was then; it stays when a later reckoning lists it no more."""


async def keep_hours(tx: Tx, station_id: StationId, at: datetime, documents: Mapping[int, Any]) -> None:
    """Write what was reckoned, an hour a row."""
    for hour, document in documents.items():
        values = {"station_id": station_id, "hour": hour, "reckoned_at": at, "document": document}
        new = put(night_ease).values(**values)
        await tx.execute(
            new.on_conflict_do_update(
                index_elements=["station_id", "hour"],
                set_={"reckoned_at": new.excluded.reckoned_at, "document": new.excluded.document},
            )
        )


async def hour_kept(tx: Tx, station_id: StationId, hour: int) -> Row | None:
    """Return what was reckoned of an hour."""
    return await tx.one(
        select(night_ease.c.reckoned_at, night_ease.c.document).where(
            night_ease.c.station_id == station_id, night_ease.c.hour == hour
        )
    )


async def last_reckoned(tx: Tx, station_id: StationId) -> datetime | None:
    """Return when a station's nights were reckoned last."""
    found: datetime | None = await tx.scalar(
        select(func.max(night_ease.c.reckoned_at)).where(night_ease.c.station_id == station_id)
    )
    return found


async def marks(tx: Tx, station_id: StationId) -> list[Row]:
    """Return the works that were marked, the newest first."""
    query = select(night_work).where(night_work.c.station_id == station_id)
    return await tx.all(query.order_by(night_work.c.marked_at.desc(), night_work.c.key))


async def mark(tx: Tx, values: Mapping[str, Any]) -> None:
    """Write what was decided about a work."""
    new = put(night_work).values(**values)
    kept = {name: new.excluded[name] for name in values if name not in {"station_id", "key"}}
    await tx.execute(new.on_conflict_do_update(index_elements=["station_id", "key"], set_=kept))


async def unmark(tx: Tx, station_id: StationId, key: str) -> bool:
    """Forget what was decided; False where nothing was."""
    gone = await tx.execute(delete(night_work).where(night_work.c.station_id == station_id, night_work.c.key == key))
    return bool(gone.rowcount)


async def first_report(tx: Tx, station_id: StationId) -> datetime | None:
    """Return when the station took its first report that an incident came of."""
    found: datetime | None = await tx.scalar(
        select(func.min(report.c.received_at))
        .join(incident, incident.c.id == report.c.incident_id)
        .where(incident.c.station_id == station_id)
    )
    return found
