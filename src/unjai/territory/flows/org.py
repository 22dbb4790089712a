"""The police tree: brought with the programs, extended by stations that the facts do not know."""

from __future__ import annotations

from unjai.model.actor import Actor
from unjai.model.clock import Clock
from unjai.model.errors import UnjaiError
from unjai.model.geometry import point
from unjai.model.ids import StationId
from unjai.platform.audit import audit
from unjai.platform.database import Tx
from unjai.territory.facts import FIRST_ADDED_ID, org_units
from unjai.territory.records import OrgUnit
from unjai.territory.store import org_unit_by_code
from unjai.territory.store.writes import next_org_id, seed_org
from unjai.territory.words import tidy


async def seed_org_units(tx: Tx, actor: Actor, clock: Clock) -> int:
    """Bring the police tree up to date; return how many nodes were new or changed. Repeating it changes nothing."""
    actor.must("zone.admin")
    written = await seed_org(tx, org_units())
    changed = written.added + written.updated
    if changed:
        facts = {"added": written.added, "updated": written.updated}
        await audit(tx, actor, clock, action="org.seed", subject="org:1", facts=facts, station_id=StationId(0))
    return changed


async def add_station(
    tx: Tx,
    actor: Actor,
    clock: Clock,
    *,
    code: str,
    name_th: str,
    name_en: str,
    parent_code: str,
    lon: float | None = None,
    lat: float | None = None,
    head: str = "ผกก.",
    fictional: bool = False,
) -> OrgUnit:
    """Add a station below a node of the tree; one with the same code is changed and keeps its id.

    Raises `org_unit_unknown` (404) for an unknown parent and `org_code_taken` (409) where the code is not a station's.
    """
    actor.must("zone.admin")
    parent = await org_unit_by_code(tx, tidy(parent_code))
    if parent is None:
        raise UnjaiError("org_unit_unknown", 404, code=parent_code)
    if parent.level == "station":
        raise UnjaiError("org_parent_wrong", 422, code=parent_code)
    there = await org_unit_by_code(tx, tidy(code))
    if there is not None and (there.level != "station" or there.id < FIRST_ADDED_ID):
        raise UnjaiError("org_code_taken", 409, code=code, name=there.name_th)
    own = await next_org_id(tx, FIRST_ADDED_ID) if there is None else there.id
    place = None if lon is None or lat is None else point(lon, lat)
    station = OrgUnit(
        id=own,
        parent_id=parent.id,
        path=f"{parent.path}.{own}",
        code=tidy(code),
        level="station",
        name_th=tidy(name_th),
        name_en=tidy(name_en),
        head=tidy(head),
        lon=place.lon if place else None,
        lat=place.lat if place else None,
        fictional=fictional,
    )
    if station != there:
        await seed_org(tx, [station])
        facts = {"code": station.code, "name_th": station.name_th, "fictional": fictional}
        await audit(
            tx, actor, clock, action="org.station", subject=f"org:{own}", facts=facts, station_id=StationId(own)
        )
    return station
