"""What every change of a territory begins and ends with."""

from __future__ import annotations

from unjai.model.actor import Actor
from unjai.model.clock import Clock
from unjai.model.errors import not_found
from unjai.model.ids import StationId, new_id
from unjai.platform.database import Tx
from unjai.platform.outbox import emit
from unjai.territory.events import TerritoryChanged
from unjai.territory.records import OrgUnit
from unjai.territory.store import org_unit_of
from unjai.territory.store.writes import hold, raise_version


async def enter(tx: Tx, actor: Actor, right: str, station_id: StationId) -> OrgUnit:
    """Check right and scope, let no other change of this territory run beside, and return the station."""
    actor.must(right)
    if station_id not in actor.stations:
        raise not_found("station", station_id)
    station = await org_unit_of(tx, station_id)
    if station is None or station.level != "station":
        raise not_found("station", station_id)
    await hold(tx, station_id)
    return station


async def changed(tx: Tx, clock: Clock, station_id: StationId, what: str) -> int:
    """Name the territory's new state and tell others; return its version."""
    now = clock.now()
    version = await raise_version(tx, station_id, new_id(now), now)
    await emit(tx, clock, TerritoryChanged(station_id=station_id, version=version, what=what))
    return version
