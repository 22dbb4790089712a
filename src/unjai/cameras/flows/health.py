"""How a camera should look: kept by itself once, changed by an operator; what was wrong with it, written down."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from unjai.cameras.flows.changes import MANAGE, noted, the_camera
from unjai.cameras.store import health as store
from unjai.model.actor import Actor
from unjai.model.clock import Clock
from unjai.model.errors import not_found
from unjai.model.ids import DeviceId, StationId, named_id, new_id
from unjai.platform.database import Tx

REFERENCES_MOST = 4
"""Day, night, infrared, and one more: the one that fits best counts."""
KEPT_FOR = timedelta(days=90)


async def set_reference(
    tx: Tx, actor: Actor, clock: Clock, *, camera_id: UUID, picture: bytes, beside: bool = False
) -> UUID:
    """Say that a camera should look like this picture: instead of what counted before, or `beside` it."""
    actor.must(MANAGE)
    camera = await the_camera(tx, actor, camera_id)
    now = clock.now()
    before = await store.references_of(tx, camera_id)
    keep = [row["id"] for row in before[-(REFERENCES_MOST - 1) :]] if beside else []
    await store.end_references(tx, camera_id, now, keep)
    own = new_id(now)
    station_id = StationId(camera["station_id"])
    values = {"id": own, "station_id": station_id, "device_id": camera_id, "picture": picture, "at": now}
    await store.add_reference(tx, {**values, "by": actor.name})
    facts = {"key": camera["key"], "beside": beside}
    subject = f"device:{camera_id}"
    await noted(tx, actor, clock, station_id=station_id, action="camera.reference", subject=subject, facts=facts)
    return own


async def renew_reference(tx: Tx, actor: Actor, clock: Clock, *, camera_id: UUID, picture: bytes | None) -> None:
    """Judge a camera that was turned on purpose by this picture, or the next good one; not by the view of before."""
    if picture is not None:
        await set_reference(tx, actor, clock, camera_id=camera_id, picture=picture)
        return
    actor.must(MANAGE)
    await store.end_references(tx, camera_id, clock.now())


async def first_reference(
    tx: Tx, actor: Actor, clock: Clock, *, station_id: StationId, camera_id: DeviceId, picture: bytes
) -> None:
    """Keep the first reference of a camera that looked well for a while; where one is, it stays."""
    actor.must(MANAGE)
    if await store.references_of(tx, camera_id):
        return
    now = clock.now()
    values = {"id": new_id(now), "station_id": station_id, "device_id": camera_id, "picture": picture}
    await store.add_reference(tx, {**values, "at": now, "by": ""})


async def note_trouble(
    tx: Tx,
    actor: Actor,
    clock: Clock,
    *,
    station_id: StationId,
    camera_id: DeviceId,
    trouble: str,
    holds: bool,
    since: datetime,
    measure: float,
    picture: bytes | None,
) -> None:
    """Write down that a trouble began, with the picture that shows it, or that it is over."""
    actor.must(MANAGE)
    if not holds:
        await store.end_troubles(tx, [camera_id], since, trouble)
        return
    own = named_id("camera_trouble", f"{camera_id}:{trouble}:{since.isoformat()}", since)
    values = {"id": own, "station_id": station_id, "device_id": camera_id, "trouble": trouble, "since": since}
    await store.begin_trouble(tx, {**values, "noticed_at": clock.now(), "measure": measure, "picture": picture})


async def the_evidence(tx: Tx, actor: Actor, trouble_id: UUID) -> bytes:
    """Return the picture of a trouble; `not_found` (404) where there is none within the actor's stations."""
    row = await store.trouble_of(tx, trouble_id)
    if row is None or row["station_id"] not in actor.stations or row["picture"] is None:
        raise not_found("camera_trouble", trouble_id)
    return bytes(row["picture"])
