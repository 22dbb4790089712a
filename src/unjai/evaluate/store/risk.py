"""Surfaces of risk as they were made each night, and what they were made of."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import Column, Date, DateTime, Index, Integer, LargeBinary, Text, Uuid, delete, func, select, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.dialects.postgresql import insert as upsert

from unjai.evaluate.store.cases import figure_case
from unjai.model.ids import StationId
from unjai.platform.database import Tx, station_table

Row = dict[str, Any]

figure_risk = station_table(
    "figure_risk",
    Column("id", Uuid, primary_key=True),
    Column("day", Date, nullable=False),
    Column("through", DateTime(timezone=True), nullable=False),
    Column("made_at", DateTime(timezone=True), nullable=False),
    Column("lack", Text, nullable=False, server_default=""),
    Column("known", Integer, nullable=False),
    Column("left_out", JSONB, nullable=False),
    Column("handed", JSONB, nullable=False),
    Column("simulated", Integer, nullable=False, server_default=text("0")),
    Column("picture", LargeBinary, nullable=False),
    Index("uq_figure_risk_day", "station_id", "day", unique=True),
)
"""A surface as it was made on a Bangkok day: `picture` is a `RiskPicture` as JSON by zlib; patrol took `handed`."""

POINTS = ("point", "address", "street")
"""Cases placed no better than in an area are not on the map."""


async def put_surface(tx: Tx, row: Mapping[str, Any]) -> None:
    """Write a day's surface over the one of the same day."""
    query = upsert(figure_risk).values(**row)
    changed = {name: query.excluded[name] for name in row if name not in {"station_id", "day", "id"}}
    await tx.execute(query.on_conflict_do_update(index_elements=["station_id", "day"], set_=changed))


async def newest_surface(tx: Tx, station_id: StationId, *, by: date | None = None) -> Row | None:
    """Return the newest surface, or the newest that was made by a day."""
    query = select(figure_risk).where(figure_risk.c.station_id == station_id)
    query = query if by is None else query.where(figure_risk.c.day <= by)
    return await tx.one(query.order_by(figure_risk.c.day.desc()).limit(1))


async def surface_through(tx: Tx, station_id: StationId, latest: datetime) -> Row | None:
    """Return the newest surface that ranks places and whose forecast began by a moment."""
    table = figure_risk.c
    query = select(figure_risk).where(table.station_id == station_id, table.lack == "", table.through <= latest)
    return await tx.one(query.order_by(table.through.desc(), table.day.desc()).limit(1))


async def surface_days(tx: Tx, station_id: StationId) -> list[date]:
    """Return the days of which surfaces are kept, newest first."""
    query = select(figure_risk.c.day).where(figure_risk.c.station_id == station_id)
    return [row["day"] for row in await tx.all(query.order_by(figure_risk.c.day.desc()))]


async def forget_surfaces(tx: Tx, station_id: StationId, before: date) -> int:
    """Remove surfaces that were made before a day; return how many."""
    old = delete(figure_risk).where(figure_risk.c.station_id == station_id, figure_risk.c.day < before)
    return int((await tx.execute(old)).rowcount)


async def placed_cases(tx: Tx, station_id: StationId, *, until: datetime) -> list[Row]:
    """Return reported cases of the groups that patrols can prevent (1 and 2) that began before a moment, with a point.

    What patrols and cameras found never enters: it follows the patrols.
    """
    table = figure_case.c
    shown = (table.begun, table.ended, table.lon, table.lat, table.place)
    query = select(*shown).where(
        table.station_id == station_id,
        table.found_by == "reported",
        table.group4.in_(("1", "2")),
        table.begun < until,
        table.quality.in_(POINTS),
        table.lon.is_not(None),
    )
    return await tx.all(query.order_by(table.begun, table.id))


async def left_out(tx: Tx, station_id: StationId, *, until: datetime) -> dict[str, int]:
    """Return how many cases `placed_cases` leaves out, by why: found, group, unplaced."""
    table = figure_case.c
    found = table.found_by != "reported"
    group = ~found & table.group4.not_in(("1", "2"))
    unplaced = ~found & ~group & (table.quality.not_in(POINTS) | table.lon.is_(None))
    counts = (func.count().filter(one).label(name) for name, one in (("found", found), ("group", group)))
    query = select(*counts, func.count().filter(unplaced).label("unplaced"))
    row = await tx.one(query.where(table.station_id == station_id, table.begun < until))
    return {name: int(value) for name, value in (row or {}).items()}


async def found_points(tx: Tx, station_id: StationId, *, since: datetime, until: datetime) -> list[Row]:
    """Return where patrols found something in [since, until), for the feedback guard alone."""
    table = figure_case.c
    query = select(table.lon, table.lat).where(
        table.station_id == station_id,
        table.found_by == "patrol",
        table.begun >= since,
        table.begun < until,
        table.lon.is_not(None),
    )
    return await tx.all(query.order_by(table.begun, table.id))
