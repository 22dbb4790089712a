"""One device with everything that is known of it now."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter

from unjai.model.errors import not_found
from unjai.model.ids import DeviceId
from unjai.people.flows import refusals_of
from unjai.picture import store
from unjai.picture.alerts.api import router as alerts_router
from unjai.picture.alerts.lesson_api import router as lessons_router
from unjai.picture.health.api import router as health_router
from unjai.picture.schemas import DeviceNowOut, LastSeenOut, RefusalOut
from unjai.platform.http import Ask, allowed
from unjai.territory.schemas.things import DeviceOut
from unjai.territory.store import device_of

router = APIRouter()
for part in (alerts_router, lessons_router, health_router):
    router.include_router(part)


@router.get("/devices/{device_id}", tags=["picture"])
async def device(device_id: UUID, ask: Annotated[Ask, allowed("device.read")]) -> DeviceNowOut:
    """Return a device, what was last heard of it, and what was refused of it."""
    found = await device_of(ask.tx, DeviceId(device_id))
    if found is None:
        raise not_found("device", device_id)
    heard = await store.device_state(ask.tx, device_id)
    refused = await refusals_of(ask.tx, ask.actor, ask.clock, device_id=DeviceId(device_id))
    return DeviceNowOut(
        **DeviceOut.model_validate(found).model_dump(),
        last_seen=None if heard is None else LastSeenOut.model_validate(heard),
        last_seen_at=None if heard is None else heard["heard_at"],
        refusals=[RefusalOut(code=one.code, count=one.count, last_at=one.last_at) for one in refused],
    )
