"""What others may ask of territory. Every question about a station names it, besides row-level security."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import Table, Text, and_, cast, func, literal, select
from sqlalchemy.dialects.postgresql import aggregate_order_by

from unjai.model.ids import DeviceId, StationId
from unjai.platform.database import Tx
from unjai.territory.records import Community, Device, Land, OrgUnit, Place, SubZone, Zone
from unjai.territory.store.tables import (
    Ltree,
    community,
    device,
    land,
    org_unit,
    place,
    street_edge,
    subzone,
    territory_version,
    zone,
)


async def org_unit_of(tx: Tx, org_unit_id: int) -> OrgUnit | None:
    """Return a node of the police tree by its id."""
    row = await tx.one(select(org_unit).where(org_unit.c.id == org_unit_id))
    return None if row is None else OrgUnit(**row)


async def org_unit_by_code(tx: Tx, code: str) -> OrgUnit | None:
    """Return a node by its Thai abbreviation, such as ``สภ.ช้างเผือก``."""
    row = await tx.one(select(org_unit).where(org_unit.c.code == code))
    return None if row is None else OrgUnit(**row)


async def org_children(tx: Tx, parent_id: int | None) -> list[OrgUnit]:
    """Return the nodes right below `parent_id`; the root for None."""
    below = org_unit.c.parent_id.is_(None) if parent_id is None else org_unit.c.parent_id == parent_id
    return [OrgUnit(**row) for row in await tx.all(select(org_unit).where(below).order_by(org_unit.c.id))]


async def stations_under(tx: Tx, org_unit_id: int) -> list[StationId]:
    """Return the ids of all stations at or below a node, least first."""
    here = select(org_unit.c.path).where(org_unit.c.id == org_unit_id).scalar_subquery()
    below = and_(org_unit.c.level == "station", org_unit.c.path.op("<@")(here))
    rows = await tx.all(select(org_unit.c.id).where(below).order_by(org_unit.c.id))
    return [StationId(row["id"]) for row in rows]


async def stations_placed(tx: Tx) -> list[OrgUnit]:
    """Return the stations whose position is known."""
    placed = and_(org_unit.c.level == "station", org_unit.c.lon.is_not(None))
    return [OrgUnit(**row) for row in await tx.all(select(org_unit).where(placed).order_by(org_unit.c.id))]


async def org_units_under_path(tx: Tx, path: str) -> list[OrgUnit]:
    """Return all nodes at or below a path, from the top down."""
    below = org_unit.c.path.op("<@")(literal(path, Ltree))
    return [OrgUnit(**row) for row in await tx.all(select(org_unit).where(below).order_by(org_unit.c.path))]


async def stamp_of(tx: Tx, station_id: StationId) -> UUID | None:
    """Return the name of the territory's present state; None before anything was imported."""
    own = territory_version.c.station_id == station_id
    found: UUID | None = await tx.scalar(select(territory_version.c.stamp).where(own))
    return found


async def version_of(tx: Tx, station_id: StationId) -> int:
    """Return the number of changes so far."""
    own = territory_version.c.station_id == station_id
    return int(await tx.scalar(select(territory_version.c.version).where(own)) or 0)


async def zones_of(tx: Tx, station_id: StationId) -> list[Zone]:
    """Return the station's zones by code."""
    return [Zone(**row) for row in await _all_of(tx, zone, station_id, zone.c.code)]


async def subzones_of(tx: Tx, station_id: StationId) -> list[SubZone]:
    """Return the sub-zones of all zones of the station by code."""
    return [SubZone(**row) for row in await _all_of(tx, subzone, station_id, subzone.c.code)]


async def communities_of(tx: Tx, station_id: StationId) -> list[Community]:
    """Return the station's communities by code."""
    return [Community(**row) for row in await _all_of(tx, community, station_id, community.c.code)]


async def places_of(tx: Tx, station_id: StationId) -> list[Place]:
    """Return the station's places by code."""
    return [Place(**row) for row in await _all_of(tx, place, station_id, place.c.code)]


async def land_of(tx: Tx, station_id: StationId) -> list[Land]:
    """Return what is drawn under the station's streets."""
    return [Land(**row) for row in await _all_of(tx, land, station_id, land.c.code)]


async def devices_of(tx: Tx, station_id: StationId) -> list[Device]:
    """Return the station's devices by key, disabled ones too."""
    return [Device(**row) for row in await _all_of(tx, device, station_id, device.c.key)]


STREET_COLUMNS = ("id", "key", "node_a", "node_b", "name_th", "name_en", "class", "oneway", "length_m", "lit")


async def streets_text(tx: Tx, station_id: StationId) -> str:
    """Return the station's edges as one JSON list of lists: `STREET_COLUMNS`, then the line's coordinates.

    A city has tens of thousands: as rows they would hold up everything else in the process while they are read.
    """
    columns = [street_edge.c[name] for name in STREET_COLUMNS]
    row = func.json_build_array(*columns, street_edge.c.geometry["coordinates"])
    listed = cast(func.json_agg(aggregate_order_by(row, street_edge.c.id)), Text)
    found: str | None = await tx.scalar(select(listed).where(street_edge.c.station_id == station_id))
    return found or "[]"


async def device_by_key(tx: Tx, key: str) -> Device | None:
    """Return a device by its key, within the actor's stations."""
    row = await tx.one(select(device).where(device.c.key == key))
    return None if row is None else Device(**row)


async def device_of(tx: Tx, device_id: DeviceId) -> Device | None:
    """Return a device by its id, within the actor's stations."""
    row = await tx.one(select(device).where(device.c.id == device_id))
    return None if row is None else Device(**row)


async def _all_of(tx: Tx, table: Table, station_id: StationId, order: Any) -> list[dict[str, Any]]:
    return await tx.all(select(table).where(table.c.station_id == station_id).order_by(order))
