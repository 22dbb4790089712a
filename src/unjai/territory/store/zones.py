"""A zone's plan in the database: read whole, written whole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Table, delete, insert, or_, select
from sqlalchemy.dialects.postgresql import insert as upsert_into

from unjai.model.ids import StationId
from unjai.platform.database import Tx
from unjai.territory.records import Community, SubZone, Zone
from unjai.territory.rules.boundaries import Border
from unjai.territory.store.tables import community, subzone, zone
from unjai.territory.store.zone_tables import boundary, zone_figure, zone_phase, zone_plan


async def zone_of(tx: Tx, station_id: StationId, zone_id: UUID) -> Zone | None:
    """Return one zone of a station."""
    own = select(zone).where(zone.c.station_id == station_id, zone.c.id == zone_id)
    row = await tx.one(own)
    return None if row is None else Zone(**row)


async def parts_of(tx: Tx, station_id: StationId, zone_id: UUID) -> tuple[list[SubZone], list[Community]]:
    """Return a zone's sub-zones by code, and its communities with those of no zone, by name."""
    subs = select(subzone).where(subzone.c.station_id == station_id, subzone.c.zone_id == zone_id)
    own = or_(community.c.zone_id == zone_id, community.c.zone_id.is_(None))
    people = select(community).where(community.c.station_id == station_id, own)
    return (
        [SubZone(**row) for row in await tx.all(subs.order_by(subzone.c.code))],
        [Community(**row) for row in await tx.all(people.order_by(community.c.code))],
    )


async def note_of(tx: Tx, station_id: StationId, zone_id: UUID) -> dict[str, Any] | None:
    """Return what a zone has besides its border; None for one that came from a file only."""
    own = select(zone_plan).where(zone_plan.c.station_id == station_id, zone_plan.c.zone_id == zone_id)
    return await tx.one(own)


async def phases_of(tx: Tx, station_id: StationId, zone_id: UUID) -> list[dict[str, Any]]:
    """Return a zone's phases in their order."""
    own = select(zone_phase).where(zone_phase.c.station_id == station_id, zone_phase.c.zone_id == zone_id)
    return await tx.all(own.order_by(zone_phase.c.ordinal, zone_phase.c.id))


async def figures_of(tx: Tx, station_id: StationId, zone_id: UUID) -> list[dict[str, Any]]:
    """Return a zone's figures, the oldest day first."""
    own = select(zone_figure).where(zone_figure.c.station_id == station_id, zone_figure.c.zone_id == zone_id)
    return await tx.all(own.order_by(zone_figure.c.kind, zone_figure.c.as_of, zone_figure.c.id))


async def codes_of(tx: Tx, station_id: StationId, table: Table) -> set[str]:
    """Return the codes that a station's zones, sub-zones or communities have."""
    rows = await tx.all(select(table.c.code).where(table.c.station_id == station_id))
    return {row["code"] for row in rows}


async def keep_note(tx: Tx, station_id: StationId, zone_id: UUID, values: Mapping[str, Any]) -> None:
    """Write what a zone has besides its border."""
    put = upsert_into(zone_plan).values(station_id=station_id, zone_id=zone_id, **values)
    await tx.execute(put.on_conflict_do_update(index_elements=[zone_plan.c.zone_id], set_=dict(values)))


async def replace_rows(
    tx: Tx, table: Table, station_id: StationId, zone_id: UUID, rows: Sequence[Mapping[str, Any]]
) -> None:
    """Put a zone's phases or figures in place of those it had."""
    await tx.execute(delete(table).where(table.c.station_id == station_id, table.c.zone_id == zone_id))
    if rows:
        await tx.execute(insert(table), [{"station_id": station_id, "zone_id": zone_id, **row} for row in rows])


async def remove_all(tx: Tx, table: Table, station_id: StationId, keys: Sequence[UUID]) -> None:
    """Delete rows by id."""
    if keys:
        await tx.execute(delete(table).where(table.c.station_id == station_id, table.c.id.in_(list(keys))))


# ── borders of tambons ─────────────────────────────────────────────────────────────────────────────


async def borders_near(
    tx: Tx, station_id: StationId, level: str, bounds: tuple[float, float, float, float], at_most: int = 400
) -> list[Border]:
    """Return the borders of a level whose box meets `bounds` (west, south, east, north)."""
    west, south, east, north = bounds
    columns = [boundary.c[name] for name in ("code", "name_th", "name_en", "schematic", "source", "geometry")]
    query = select(*columns).where(
        boundary.c.station_id == station_id,
        boundary.c.level == level,
        boundary.c.south <= north,
        boundary.c.north >= south,
        boundary.c.west <= east,
        boundary.c.east >= west,
    )
    return [Border(**row) for row in await tx.all(query.order_by(boundary.c.code).limit(at_most))]


async def borders_known(tx: Tx, station_id: StationId) -> bool:
    """Tell whether the station has brought any border."""
    one = await tx.scalar(select(boundary.c.id).where(boundary.c.station_id == station_id).limit(1))
    return one is not None


async def tambon_names(tx: Tx, station_id: StationId) -> list[dict[str, Any]]:
    """Return code, names and box of every tambon the station has a border of."""
    names = ("code", "name_th", "name_en", "west", "south", "east", "north")
    own = select(*(boundary.c[name] for name in names))
    own = own.where(boundary.c.station_id == station_id, boundary.c.level == "tambon")
    return await tx.all(own.order_by(boundary.c.code))


def stamped(noted_by: str, noted_at: datetime) -> dict[str, Any]:
    """Return who wrote a row down and when."""
    return {"noted_by": noted_by, "noted_at": noted_at}
