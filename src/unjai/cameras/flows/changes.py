"""What every change of the registry begins and ends with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from unjai.cameras.events import CamerasChanged
from unjai.cameras.store import reads
from unjai.model.actor import Actor
from unjai.model.clock import Clock
from unjai.model.errors import not_found
from unjai.model.ids import StationId
from unjai.platform.audit import audit
from unjai.platform.database import Tx
from unjai.platform.outbox import emit

MANAGE = "camera.manage"


async def the_camera(tx: Tx, actor: Actor, camera_id: UUID) -> dict[str, Any]:
    """Return a camera within the actor's stations; `not_found` (404) else, and for a device that is none."""
    found = await reads.camera_of(tx, camera_id)
    if found is None or found["station_id"] not in actor.stations:
        raise not_found("camera", camera_id)
    return found


async def noted(
    tx: Tx, actor: Actor, clock: Clock, *, station_id: StationId, action: str, subject: str, facts: Mapping[str, object]
) -> None:
    """Write the audit row, and tell who streams or draws cameras."""
    await audit(tx, actor, clock, action=action, subject=subject, facts=facts, station_id=station_id)
    await emit(tx, clock, CamerasChanged(station_id=station_id, what=action))
