"""Take single things off the map."""

from __future__ import annotations

from typing import Literal
from uuid import UUID

from unjai.model.actor import Actor
from unjai.model.clock import Clock
from unjai.model.errors import not_found
from unjai.model.ids import StationId
from unjai.platform.audit import audit
from unjai.platform.database import Tx
from unjai.territory.flows.scope import changed, enter
from unjai.territory.store import community, land, place, subzone, zone
from unjai.territory.store.writes import remove, there

Thing = Literal["zone", "subzone", "community", "place", "land"]
_TABLES = {"zone": zone, "subzone": subzone, "community": community, "place": place, "land": land}


async def remove_thing(tx: Tx, actor: Actor, clock: Clock, *, station_id: StationId, thing: Thing, key: UUID) -> int:
    """Delete a zone (with its sub-zones), sub-zone, community, place or piece of land; return the new version.

    A whole zone is deleted by two people only (`approval_needed`, 409).
    """
    await enter(tx, actor, "zone.admin", station_id)
    if thing == "zone":
        if not await there(tx, _TABLES[thing], station_id, key):
            raise not_found(thing, key)
        actor.must_be_approved("zone.remove", key=str(key))
    if not await remove(tx, _TABLES[thing], station_id, key):
        raise not_found(thing, key)
    subject = f"{thing}:{key}"
    await audit(tx, actor, clock, action=f"{thing}.remove", subject=subject, station_id=station_id)
    return await changed(tx, clock, station_id, thing)
