"""Festivals and seasons — เทศกาลและฤดูท่องเที่ยว: when what is riskier; held by every plan of their days."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from unjai.model.actor import Actor
from unjai.model.clock import Clock
from unjai.model.errors import UnjaiError, not_found
from unjai.model.ids import StationId, new_id
from unjai.patrol.flows.plan_towns import places_of
from unjai.patrol.rules.layers import Change, change
from unjai.patrol.rules.plan_town import layer_of
from unjai.patrol.schemas.plan_file import LayerIn, PlaceIn
from unjai.patrol.store import checkpoints, desk
from unjai.platform.audit import audit
from unjai.platform.database import Tx
from unjai.territory.view import territory_of

PLAN, READ = "patrol.plan", "patrol.read"
LONGEST_DAYS = 366
Row = dict[str, Any]


async def set_layer(
    tx: Tx, actor: Actor, clock: Clock, *, layer_id: UUID | None, version: int, values: Mapping[str, Any]
) -> Row:
    """Add a layer (without `layer_id`) or change one; `removed` takes it out of use, and back. Return it.

    Raises `patrol_layer_days` (422), `patrol_layer_changed` (409), `not_found`.
    """
    actor.must(PLAN)
    now = clock.now()
    row: Row = {"id": new_id(now), "station_id": actor.station, "removed": False, "version": 0}
    if layer_id is not None:
        found = await desk.layer_of(tx, layer_id, lock=True)
        if found is None or found["station_id"] not in actor.stations:
            raise not_found("patrol_layer", layer_id)
        if found["version"] != version:
            raise UnjaiError("patrol_layer_changed", 409)
        row = found
    was = row["removed"]
    row = {**row, **values, "version": row["version"] + 1, "changed_at": now, "changed_by": actor.name}
    if not 0 <= (row["to_day"] - row["from_day"]).days < LONGEST_DAYS:
        raise UnjaiError("patrol_layer_days", 422, days=LONGEST_DAYS)
    await desk.put_layer(tx, row)
    action = "patrol.layer.add" if layer_id is None else "patrol.layer.change"
    if row["removed"] != was:
        action = "patrol.layer.remove" if row["removed"] else "patrol.layer.restore"
    facts = {"name_th": row["name_th"], "from_day": str(row["from_day"]), "to_day": str(row["to_day"])}
    facts |= {"factor": row["factor"]}
    subject, here = f"patrol_layer:{row['id']}", StationId(row["station_id"])
    await audit(tx, actor, clock, action=action, subject=subject, facts=facts, station_id=here)
    return row


async def listed(tx: Tx, actor: Actor, *, station_id: StationId, since: date | None = None) -> list[Row]:
    """Return the layers in use that end on a day or later."""
    actor.must(READ)
    return await desk.layers(tx, station_id, since=since)


async def preview(
    tx: Tx, actor: Actor, *, station_id: StationId, values: Mapping[str, Any], day: date, but: UUID | None
) -> Change:
    """Return what a layer would change on a day, beside the other layers of that day (`but` is left out)."""
    actor.must(PLAN)
    here = await territory_of(tx, station_id)
    places = [PlaceIn.model_validate(one) for one in await places_of(tx, station_id, here)]
    rows = [row for row in await desk.layers(tx, station_id, since=day, until=day) if row["id"] != but]
    names = await beat_names(tx, station_id)
    others = [layer_of(LayerIn.model_validate(told(row, names))) for row in rows]
    return change(places, layer_of(LayerIn.model_validate(told(values, names))), others, day)


async def beat_names(tx: Tx, station_id: StationId) -> dict[str, str]:
    """Return the names of beats by their ids as text: an area of a plan is called as its beat is."""
    return {str(row["id"]): row["name_th"] for row in await checkpoints.beats(tx, station_id)}


def told(row: Mapping[str, Any], beats: Mapping[str, str]) -> dict[str, Any]:
    """Return a layer as the planner's format has it; a beat that is gone names nothing any more."""
    return {
        "name": {"th": row["name_th"], "en": row.get("name_en", "")},
        "from": row["from_day"].isoformat(),
        "to": row["to_day"].isoformat(),
        "factor": row["factor"],
        "kinds": list(row["kinds"]),
        "places": list(row["places"]),
        "areas": [beats.get(area, f"?{area}") for area in row["areas"]],
        "hours": None if row["hours"] is None else list(row["hours"]),
    }


async def layers_of(tx: Tx, *, station_id: StationId, since: date, until: date) -> list[dict[str, Any]]:
    """Return the layers of some days as the planner's format has them."""
    names = await beat_names(tx, station_id)
    return [told(row, names) for row in await desk.layers(tx, station_id, since=since, until=until)]
