"""The routes of what cases keep of reads."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter

from unjai.plates.flows import holds
from unjai.plates.flows.cases import RIGHT
from unjai.plates.schemas.holds import HoldEndIn, PlateHoldOut
from unjai.platform.http import Ask, allowed

router = APIRouter(tags=["plates"])
Cases = Annotated[Ask, allowed(RIGHT)]


@router.get("/plates/holds")
async def read_holds(ask: Cases) -> list[PlateHoldOut]:
    """Return what the station's cases keep past its days; no plate is in it."""
    return [PlateHoldOut.model_validate(row) for row in await holds.holds(ask.tx, ask.actor)]


@router.put("/plates/holds")
async def set_hold_end(body: HoldEndIn, ask: Cases) -> list[PlateHoldOut]:
    """Say when a hold ends; the answer is the whole list."""
    await holds.set_end(ask.tx, ask.actor, ask.clock, **body.model_dump())
    return await read_holds(ask)
