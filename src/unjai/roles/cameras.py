"""The process `cameras`: every camera of its share is received, recorded and shown; nothing else depends on it."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
from collections.abc import Sequence

from unjai import app
from unjai.app import Common
from unjai.cameras.recording.keeper import Keeper
from unjai.cameras.recording.shelf import recordings_root
from unjai.cameras.secrets import vault_of
from unjai.cameras.specs import Stream
from unjai.cameras.store import streams
from unjai.cameras.worker.room import Room, Shard
from unjai.model.errors import UnjaiError
from unjai.platform.config import Settings
from unjai.roles.sight import Sight

log = logging.getLogger(__name__)

_GB = 1_000_000_000


def shard_of(said: str) -> Shard:
    """Return a share written `2/3`; raise `shard_invalid`."""
    first, _, second = said.partition("/")
    if not (first.isdecimal() and second.isdecimal() and 1 <= int(first) <= int(second) <= 1000):  # noqa: PLR2004
        raise UnjaiError("shard_invalid", 400, said=said[:40])
    return Shard(int(first), int(second))


async def cameras(settings: Settings, *, shard: str) -> None:
    """Serve the cameras of a share until told to stop."""
    share = shard_of(shard)
    made = await app.common(settings, role="unjai_worker", user="core", connections=2)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    running = asyncio.create_task(serve(made, share))
    waiting = asyncio.create_task(stop.wait())
    await asyncio.wait({running, waiting}, return_when=asyncio.FIRST_COMPLETED)
    if running.done():
        running.result()
    running.cancel()
    with contextlib.suppress(asyncio.CancelledError, ExceptionGroup):
        await running
    await made.bus.close()
    await made.db.close()


async def serve(made: Common, share: Shard) -> None:
    """Run the room, and what looks at its pictures; analysis that fails takes no camera with it."""
    settings = made.settings
    sight = Sight(made, share, recordings_root(settings.data, settings.recordings_dir))
    room = room_of(made, share, sight)
    async with asyncio.TaskGroup() as group:
        group.create_task(room.run())
        group.create_task(app.every(5.0, lambda: sight.run(room)))


def room_of(made: Common, share: Shard, sight: Sight) -> Room:
    """Return the room, wired to the register and to what looks at its pictures."""
    settings = made.settings
    vault = vault_of(settings.data)

    async def listed() -> Sequence[Stream]:
        await made.load()
        async with made.db.tx(made.everywhere) as tx:
            return await streams(tx, vault)

    keeper = Keeper(
        recordings_root(settings.data, settings.recordings_dir),
        asked_bytes=settings.recordings_gb * _GB,
        floor_bytes=settings.recordings_floor_gb * _GB,
    )
    return Room(
        bus=made.bus,
        clock=made.clock,
        streams=listed,
        keeper=keeper,
        shard=share,
        look=sight.wellbeing.look,
        analysed=sight.analyst.offer,
        beside=lambda key: {"events": sight.ears.state(key), "plates": sight.plates.told(key)},
    )
