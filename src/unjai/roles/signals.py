"""The process `signals`: watches every registered junction, says what it would do, and drives those that it may."""

from __future__ import annotations

import asyncio
import contextlib
import signal

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from unjai import app
from unjai.app import Common
from unjai.platform.config import Settings
from unjai.signals.deciding import warm_up
from unjai.signals.plants.base import PLANTS
from unjai.signals.plants.ntcip import Ntcip
from unjai.signals.room import Room

PLANTS["ntcip"] = Ntcip
_KEY = 0x7369676E  # "sign"


async def signals(settings: Settings) -> None:
    """Serve the junctions until told to stop; then let each of them go."""
    made = await app.common(settings, role="unjai_worker", user="core", connections=3)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    running = asyncio.create_task(serve(made))
    waiting = asyncio.create_task(stop.wait())
    await asyncio.wait({running, waiting}, return_when=asyncio.FIRST_COMPLETED)
    if running.done():
        running.result()
    running.cancel()
    with contextlib.suppress(asyncio.CancelledError, ExceptionGroup):
        await running
    await made.bus.close()
    await made.db.close()


async def serve(made: Common) -> None:
    """Run the room under a lock of the database: no two processes ever drive one street.

    Where the lock's connection is lost all controllers are let go and the process ends, to be started anew.
    """
    async with made.db.engine.connect() as lock:
        await lock.execute(text("SELECT pg_advisory_lock(:key)"), {"key": _KEY})
        await lock.commit()
        await _serve(made, lock)


async def _held(lock: AsyncConnection) -> None:
    while True:
        await asyncio.sleep(1.0)
        await lock.execute(text("SELECT 1"))
        await lock.commit()


async def _serve(made: Common, lock: AsyncConnection) -> None:
    room = Room(
        db=made.db,
        bus=made.bus,
        clock=made.clock,
        data=made.settings.data,
        everywhere=lambda: made.everywhere,
    )
    await app.patiently(room.load, "the register of junctions")
    await room.start()
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(_held(lock))
            group.create_task(asyncio.to_thread(warm_up))
            group.create_task(app.every(1.0, room.tick))
            group.create_task(app.every(2.0, room.load))
            group.create_task(app.every(30.0, made.load))
    finally:
        await room.close()
