"""Closed months with everything they were made of, and figures that were entered by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Double,
    Index,
    Integer,
    LargeBinary,
    Text,
    Uuid,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB, distinct_on
from sqlalchemy.dialects.postgresql import insert as upsert

from unjai.cameras.store.tables import camera_trouble
from unjai.model.ids import StationId
from unjai.platform.database import Tx, station_table
from unjai.respond.store.tables import incident
from unjai.territory.store.tables import community, device
from unjai.territory.store.zone_tables import zone_figure

Row = dict[str, Any]

figure_month = station_table(
    "figure_month",
    Column("id", Uuid, primary_key=True),
    Column("month", Date, nullable=False),
    Column("version", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("facts", LargeBinary, nullable=False),
    Column("digest", Text, nullable=False),
    Column("figures", JSONB, nullable=False),
    Column("closed_at", DateTime(timezone=True), nullable=False),
    Column("closed_by", Text, nullable=False),
    Column("opened_at", DateTime(timezone=True)),
    Column("opened_by", Text, nullable=False, server_default=""),
    Column("reason", Text, nullable=False, server_default=""),
    CheckConstraint("state IN ('closed', 'opened')", name="state"),
    CheckConstraint("state = 'closed' OR reason <> ''", name="reason"),
    CheckConstraint("extract(day FROM month) = 1", name="month"),
    Index("uq_figure_month_version", "station_id", "month", "version", unique=True),
)
"""A month as it was closed: `facts` are the bytes that `digest` is the SHA-256 of, `figures` what followed from them.
One that was opened again stays, with the reason; the next closing is the next version."""

figure_entry = station_table(
    "figure_entry",
    Column("id", Uuid, primary_key=True),
    Column("month", Date, nullable=False),
    Column("code", Text, nullable=False),
    Column("value", Double, nullable=False),
    Column("n", Integer, nullable=False),
    Column("source", Text, nullable=False),
    Column("entered_at", DateTime(timezone=True), nullable=False),
    Column("entered_by", Text, nullable=False),
    CheckConstraint("source <> ''", name="source"),
    Index("uq_figure_entry_code", "station_id", "month", "code", unique=True),
)
"""A figure entered by hand, with where it comes from; the log keeps what it was before."""


async def add_month(tx: Tx, row: Mapping[str, Any]) -> None:
    """Write a closed month."""
    await tx.execute(insert(figure_month).values(**row))


async def newest(tx: Tx, station_id: StationId, month: date, *, lock: bool = False) -> Row | None:
    """Return the newest version of a month."""
    query = select(figure_month).where(figure_month.c.station_id == station_id, figure_month.c.month == month)
    query = query.order_by(figure_month.c.version.desc()).limit(1)
    return await tx.one(query.with_for_update() if lock else query)


async def never_closed(tx: Tx, station_id: StationId, month: date) -> bool:
    """Tell whether a month was never closed; one that was opened again waits for a person."""
    return await newest(tx, station_id, month) is None


async def versions(tx: Tx, station_id: StationId, month: date) -> list[Row]:
    """Return who closed and opened a month, newest first, without its facts."""
    shown = [one for one in figure_month.c if one.name not in {"facts", "figures"}]
    query = select(*shown).where(figure_month.c.station_id == station_id, figure_month.c.month == month)
    return await tx.all(query.order_by(figure_month.c.version.desc()))


async def months(tx: Tx, station_id: StationId, *, since: date | None = None) -> list[Row]:
    """Return the newest version of each month, oldest first, with figures and without facts."""
    shown = [one for one in figure_month.c if one.name != "facts"]
    query = select(*shown).ext(distinct_on(figure_month.c.month)).where(figure_month.c.station_id == station_id)
    if since is not None:
        query = query.where(figure_month.c.month >= since)
    return await tx.all(query.order_by(figure_month.c.month, figure_month.c.version.desc()))


async def open_again(tx: Tx, month_id: Any, values: Mapping[str, Any]) -> None:
    """Mark a closed month as opened."""
    await tx.execute(update(figure_month).where(figure_month.c.id == month_id).values(**values))


async def put_entry(tx: Tx, row: Mapping[str, Any]) -> None:
    """Write a figure entered by hand, over the one before."""
    query = upsert(figure_entry).values(**row)
    changed = {name: query.excluded[name] for name in ("value", "n", "source", "entered_at", "entered_by")}
    keys = [figure_entry.c.station_id, figure_entry.c.month, figure_entry.c.code]
    await tx.execute(query.on_conflict_do_update(index_elements=keys, set_=changed))


async def entries(tx: Tx, station_id: StationId, month: date) -> list[Row]:
    """Return a month's figures that were entered by hand."""
    query = select(figure_entry).where(figure_entry.c.station_id == station_id, figure_entry.c.month == month)
    return await tx.all(query.order_by(figure_entry.c.code))


async def responses(tx: Tx, station_id: StationId, since: datetime, until: datetime) -> list[Row]:
    """Return when incidents of priority 1 and 2 that opened in [since, until) were told, answered, sent to, reached.

    Those merged into another are left out.
    """
    shown = (incident.c.id, incident.c.number, incident.c.first_observed_at, incident.c.acknowledged_at)
    query = select(*shown, incident.c.assigned_at, incident.c.arrived_at).where(
        incident.c.station_id == station_id,
        incident.c.opened_at >= since,
        incident.c.opened_at < until,
        incident.c.priority <= 2,  # noqa: PLR2004
        incident.c.merged_into.is_(None),
    )
    return await tx.all(query.order_by(incident.c.opened_at, incident.c.id))


async def cameras_until(tx: Tx, station_id: StationId) -> int:
    """Return how many cameras are on the register."""
    query = select(func.count()).where(device.c.station_id == station_id, device.c.kind == "camera")
    return int(await tx.scalar(query) or 0)


async def dark_between(tx: Tx, station_id: StationId, since: datetime, until: datetime) -> float:
    """Return the seconds that cameras had no signal in [since, until), all together."""
    ended = func.least(func.coalesce(camera_trouble.c.until, until), until)
    began = func.greatest(camera_trouble.c.since, since)
    lost = func.sum(func.extract("epoch", ended - began))
    query = select(lost).where(
        camera_trouble.c.station_id == station_id,
        camera_trouble.c.trouble == "no_signal",
        camera_trouble.c.since < until,
        func.coalesce(camera_trouble.c.until, until) > since,
    )
    return float(await tx.scalar(query) or 0.0)


async def dark_rows(tx: Tx, station_id: StationId, since: datetime, until: datetime) -> list[Row]:
    """Return when cameras had no signal, as far as it reaches into [since, until)."""
    shown = (camera_trouble.c.device_id, camera_trouble.c.since, camera_trouble.c.until)
    query = select(*shown).where(
        camera_trouble.c.station_id == station_id,
        camera_trouble.c.trouble == "no_signal",
        camera_trouble.c.since < until,
        func.coalesce(camera_trouble.c.until, until) > since,
    )
    return await tx.all(query.order_by(camera_trouble.c.since))


async def residents(tx: Tx, station_id: StationId, by: date) -> int | None:
    """Return the residents of a station's zones by their newest figures, else of its communities; None: unknown."""
    newest_of = (
        select(zone_figure.c.value)
        .ext(distinct_on(zone_figure.c.zone_id))
        .where(zone_figure.c.station_id == station_id, zone_figure.c.kind == "population", zone_figure.c.as_of <= by)
        .order_by(zone_figure.c.zone_id, zone_figure.c.as_of.desc())
    )
    found: Sequence[Row] = await tx.all(newest_of)
    if found:
        return sum(row["value"] for row in found) or None
    people = await tx.scalar(select(func.sum(community.c.population)).where(community.c.station_id == station_id))
    return None if people is None else int(people) or None
