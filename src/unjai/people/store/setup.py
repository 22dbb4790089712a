"""What the first-run guide counts."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, exists, func, literal, or_, select

from unjai.model.ids import AccountId, StationId
from unjai.people.store.tables import account, account_role, device_credential, unit
from unjai.platform.database import Tx
from unjai.territory.store import (
    community,
    device,
    org_unit,
    place,
    street_edge,
    subzone,
    territory_version,
    zone,
)
from unjai.territory.store.zone_tables import boundary, zone_figure, zone_phase, zone_plan

_CONTENTS = (zone, community, place, street_edge, device, boundary)


async def counts_of(tx: Tx, station_id: StationId) -> dict[str, int]:
    """Return the numbers of a station's things by the names of `rules.setup.Counted`."""

    def of(table: Any, *where: ColumnElement[bool]) -> Any:
        return select(func.count()).select_from(table).where(table.c.station_id == station_id, *where).scalar_subquery()

    own = and_(device.c.disabled.is_(False), device.c.kind == "sos_pole")
    bare = ~exists(select(literal(1)).where(device_credential.c.device_id == device.c.id))
    carried = ~exists(select(literal(1)).where(device_credential.c.device_id == unit.c.device_id))
    used = unit.c.disabled.is_(False)
    unplaced = select(func.coalesce(func.sum(func.jsonb_array_length(zone_plan.c.unplaced)), 0))
    counted = {
        "zones": of(zone),
        "subzones": of(subzone),
        "subzones_without_reason": of(subzone, func.btrim(subzone.c.reason_th) == ""),
        "communities": of(community) + unplaced.where(zone_plan.c.station_id == station_id).scalar_subquery(),
        "phases": of(zone_phase),
        "population_figures": of(zone_figure, zone_figure.c.kind == "population"),
        "streets": of(street_edge),
        "places": of(place),
        "boundaries": of(boundary),
        "units": of(unit, used),
        "units_without_account": of(unit, used, unit.c.account_id.is_(None)),
        "units_without_phone": of(unit, used, unit.c.device_id.is_(None)),
        "phones_without_secret": of(unit, used, unit.c.device_id.is_not(None), carried),
        "poles": of(device, own),
        "poles_without_secret": of(device, own, bare),
        "cameras": of(device, device.c.disabled.is_(False), device.c.kind == "camera"),
        "citizen_doors": of(device, device.c.disabled.is_(False), device.c.kind == "citizen_door"),
    }
    row = await tx.one(select(*(value.label(name) for name, value in counted.items())))
    return {name: int(value) for name, value in (row or {}).items()}


async def roles_at(tx: Tx, station_id: StationId, now: datetime) -> dict[str, int]:
    """Return how many accounts that are open hold each role at a station itself."""
    query = (
        select(account_role.c.role, func.count(account_role.c.account_id.distinct()).label("accounts"))
        .join(account, account.c.id == account_role.c.account_id)
        .where(
            account_role.c.org_unit_id == station_id,
            account.c.disabled.is_(False),
            or_(account.c.until.is_(None), account.c.until > now),
            or_(account_role.c.since.is_(None), account_role.c.since <= now),
            or_(account_role.c.until.is_(None), account_role.c.until > now),
        )
        .group_by(account_role.c.role)
    )
    return {row["role"]: int(row["accounts"]) for row in await tx.all(query)}


async def is_served(tx: Tx, station_id: StationId) -> bool:
    """Tell whether this centre serves a station: something was set up or brought for it."""
    own = territory_version.c.station_id == station_id
    return await tx.scalar(select(territory_version.c.stamp).where(own)) is not None


async def is_empty(tx: Tx) -> bool:
    """Tell whether no station in the transaction's scope has anything on its map."""
    for table in _CONTENTS:
        if await tx.scalar(select(table.c.station_id).limit(1)) is not None:
            return False
    return True


async def is_alone(tx: Tx, account_id: AccountId) -> bool:
    """Tell whether an account is the only one of this centre."""
    return await tx.scalar(select(account.c.id).where(account.c.id != account_id).limit(1)) is None


async def stop_serving(tx: Tx, station_id: StationId) -> None:
    """Forget that a station was served; nothing of it may be on the map."""
    await tx.execute(delete(territory_version).where(territory_version.c.station_id == station_id))


async def police_tree(tx: Tx) -> list[dict[str, Any]]:
    """Return the whole police tree, each node with its parent's names."""
    above = org_unit.alias("above")
    query = select(
        org_unit.c.id,
        org_unit.c.parent_id,
        org_unit.c.path,
        org_unit.c.code,
        org_unit.c.level,
        org_unit.c.name_th,
        org_unit.c.name_en,
        org_unit.c.lon,
        org_unit.c.lat,
        org_unit.c.fictional,
        above.c.name_th.label("parent_th"),
        above.c.name_en.label("parent_en"),
    ).outerjoin(above, above.c.id == org_unit.c.parent_id)
    return await tx.all(query.order_by(org_unit.c.id))
