"""Watching is itself watched: who saw which camera, from when to when, live, as stills, or of the past."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from unjai.cameras.flows.changes import the_camera
from unjai.model.actor import Actor
from unjai.model.clock import Clock
from unjai.model.ids import DeviceId, StationId
from unjai.platform.audit import audit
from unjai.platform.database import Tx

Way = Literal["live", "still", "replay", "task"]
RIGHT_OF: dict[Way, str] = {
    "live": "camera.watch",
    "still": "camera.watch",
    "replay": "camera.replay",
    "task": "camera.task",
}
"""`task` is a still of a camera near the incident that the watcher's own unit has taken."""


async def whose(tx: Tx, actor: Actor, camera_id: DeviceId) -> StationId:
    """Return a camera's station; raise `not_found` (404) for one that is not of the actor's stations."""
    return StationId((await the_camera(tx, actor, camera_id))["station_id"])


async def begin_watching(tx: Tx, actor: Actor, clock: Clock, *, camera_id: DeviceId, way: Way) -> StationId:
    """Write down that a camera is watched from now on, and return its station; nothing is shown before this stands."""
    actor.must(RIGHT_OF[way])
    station_id = await whose(tx, actor, camera_id)
    await audit(
        tx,
        actor,
        clock,
        action="camera.watch",
        subject=f"camera:{camera_id}",
        facts={"way": way},
        station_id=station_id,
    )
    return station_id


async def end_watching(
    tx: Tx,
    actor: Actor,
    clock: Clock,
    *,
    camera_id: DeviceId,
    station_id: StationId,
    way: Way,
    since: datetime,
    until: datetime,
) -> None:
    """Write down from when to when a camera was watched. Asks for no right: rights may have ended meanwhile."""
    await audit(
        tx,
        actor,
        clock,
        action="camera.watch_end",
        subject=f"camera:{camera_id}",
        facts={"way": way, "since": since.isoformat(), "until": until.isoformat()},
        station_id=station_id,
    )


async def note_clip(
    tx: Tx, actor: Actor, clock: Clock, *, camera_id: DeviceId, since: datetime, until: datetime
) -> StationId:
    """Write down that a piece of a recording leaves the centre, before its first byte does; return its station."""
    actor.must("camera.export")
    station_id = await whose(tx, actor, camera_id)
    await audit(
        tx,
        actor,
        clock,
        action="camera.clip",
        subject=f"camera:{camera_id}",
        facts={"since": since.isoformat(), "until": until.isoformat()},
        station_id=station_id,
    )
    return station_id
