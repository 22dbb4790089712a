"""Routes of festivals and seasons: list, add, change, take out of use, and what one would change."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter

from unjai.patrol.flows import layers as flows
from unjai.patrol.schemas.desk import (
    LayerChangeOut,
    PatrolLayerChangeIn,
    PatrolLayerIn,
    PatrolLayerOut,
    PatrolLayerPreviewIn,
)
from unjai.platform.http import Ask, allowed
from unjai.platform.moments import DayIn

router = APIRouter(tags=["patrol"])

Reads = Annotated[Ask, allowed("patrol.read")]
Plans = Annotated[Ask, allowed("patrol.plan")]


@router.get("/patrol/layers")
async def list_layers(ask: Reads, since: DayIn | None = None) -> list[PatrolLayerOut]:
    """Return the festivals in use that end on `since` or later, all without it."""
    rows = await flows.listed(ask.tx, ask.actor, station_id=ask.actor.station, since=since)
    return [PatrolLayerOut.model_validate(row) for row in rows]


@router.post("/patrol/layers", status_code=201)
async def add_layer(body: PatrolLayerIn, ask: Plans) -> PatrolLayerOut:
    """Add a festival; plans of its days hold it from now on."""
    row = await flows.set_layer(ask.tx, ask.actor, ask.clock, layer_id=None, version=0, values=body.model_dump())
    return PatrolLayerOut.model_validate(row)


@router.put("/patrol/layers/{patrol_layer_id}")
async def change_layer(patrol_layer_id: UUID, body: PatrolLayerChangeIn, ask: Plans) -> PatrolLayerOut:
    """Change a festival, take it out of use, or back."""
    values = body.model_dump(exclude={"version"})
    row = await flows.set_layer(
        ask.tx, ask.actor, ask.clock, layer_id=patrol_layer_id, version=body.version, values=values
    )
    return PatrolLayerOut.model_validate(row)


@router.post("/patrol/layer-preview")
async def preview_layer(body: PatrolLayerPreviewIn, ask: Plans) -> LayerChangeOut:
    """Return what a festival would change on a day; nothing is written."""
    values = body.model_dump(exclude={"day", "id"})
    found = await flows.preview(
        ask.tx, ask.actor, station_id=ask.actor.station, values=values, day=body.day, but=body.id
    )
    return LayerChangeOut.model_validate(found)
