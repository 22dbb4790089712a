"""A room of cameras on a real bus, for tests: whom it serves, what it told, what it wrote."""

import asyncio
import contextlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import msgspec

from tests.cameras.rtsp import RtspServer
from unjai.cameras.recording.keeper import Keeper
from unjai.cameras.recording.shelf import folder_of, segments_between
from unjai.cameras.specs import Stream
from unjai.cameras.worker.room import Room, Shard
from unjai.model.clock import SystemClock
from unjai.model.ids import DeviceId, StationId
from unjai.platform.streams import Bus

HERE = StationId(10)
FULL = 10**12


def stream(key: str, url: str, **changed: Any) -> Stream:
    facts: dict[str, Any] = {
        "camera_id": DeviceId(uuid4()),
        "station_id": HERE,
        "key": key,
        "kind": "rtsp",
        "main_url": url,
        "sub_url": None,
        "username": None,
        "password": None,
        "record": True,
        "keep_days": 1.0,
        "masks": (),
        "analyse": False,
        "enabled": True,
    }
    return Stream(**{**facts, **changed})


@dataclass
class World:
    """A room that runs, a desk that asks it, and what it told."""

    bus: Bus
    server: RtspServer
    root: Path
    listed: list[Stream] = field(default_factory=list)
    states: dict[UUID, dict[str, Any]] = field(default_factory=dict)
    changed: asyncio.Condition = field(default_factory=asyncio.Condition)
    greys: list[tuple[str, tuple[int, ...], float]] = field(default_factory=list)
    disc_room: int = FULL
    analysed: list[tuple[str, bool]] = field(default_factory=list)

    async def heard(self, _subject: str, data: bytes) -> None:
        state = msgspec.json.decode(data)
        async with self.changed:
            self.states[UUID(state["camera_id"])] = state
            self.changed.notify_all()

    async def until(self, camera: Stream, wanted) -> dict[str, Any]:
        """Wait until what is told of a camera is as wanted."""
        async with asyncio.timeout(60), self.changed:
            while not ((state := self.states.get(camera.camera_id)) and wanted(state)):
                await self.changed.wait()
        return state

    def recordings(self, camera: Stream):
        return segments_between(folder_of(self.root, HERE, camera.camera_id), 0, 10**14)


@contextlib.asynccontextmanager
async def world_of(bus: Bus, server: RtspServer, root: Path, *streams: Stream, shard: Shard | None = None):
    world = World(bus, server, root, list(streams))

    async def listed():
        return world.listed

    keeper = Keeper(root, asked_bytes=0, floor_bytes=0, room_bytes=lambda: world.disc_room)
    room = Room(
        bus=bus,
        clock=SystemClock(),
        streams=listed,
        keeper=keeper,
        shard=shard or Shard(),
        look=lambda camera, _at, grey: world.greys.append((camera.key, grey.shape, float(grey.mean()))),
        analysed=lambda camera, picture: world.analysed.append((camera.key, picture.sample.key)),
    )
    ear = await bus.hear("camera.state.*.*", world.heard)
    running = asyncio.create_task(room.run())
    try:
        yield world
    finally:
        running.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await running
        await ear.unsubscribe()
    for feed in (feed for camera in room.cameras.values() for feed in camera.feeds.values()):
        await asyncio.to_thread(feed.join, 20)
