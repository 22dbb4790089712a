"""Nights that are being reckoned: a process, one at a time; what came of it is kept in a transaction of its own."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import sys
from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any

import msgspec

from unjai.model.actor import Actor, system
from unjai.model.clock import Clock
from unjai.model.ids import StationId
from unjai.platform.database import Database
from unjai.respond.escort.flows.night import keep, order_of
from unjai.respond.escort.flows.reported import note_reports
from unjai.respond.escort.store.night import last_reckoned

log = logging.getLogger(__name__)

LASTS_S = 900.0
"""By the clock: a machine under load may let it wait, its own seconds are fewer (`night_worker.CPU_S`)."""
OLD = timedelta(hours=20)
"""Core reckons a station anew when what is kept is older: once a night, and after a night without power."""
_makings: dict[StationId, asyncio.Task[None]] = {}
_failed: set[StationId] = set()
_gates: dict[asyncio.AbstractEventLoop, asyncio.Semaphore] = {}


def begin_reckoning(db: Database, actor: Actor, clock: Clock) -> None:
    """Reckon the actor's station beside whatever else is done; a second wish while it runs is the same one."""
    station_id = actor.station
    if station_id in _makings:
        return
    _failed.discard(station_id)
    making = asyncio.create_task(_make(db, actor, clock, station_id))
    _makings[station_id] = making
    making.add_done_callback(lambda _: _makings.pop(station_id, None))


def standing(station_id: StationId) -> str:
    """Return how the newest wish stands in this process: running, failed, or at rest."""
    return "running" if station_id in _makings else "failed" if station_id in _failed else "rest"


async def settled() -> None:
    """Wait for what is being reckoned in this process."""
    while _makings:
        await asyncio.wait(_makings.values())


async def _make(db: Database, actor: Actor, clock: Clock, station_id: StationId) -> None:
    try:
        await reckon(db, actor, clock, station_id=station_id, by=actor.name)
    except Exception:
        _failed.add(station_id)
        log.exception("the nights of station %s could not be reckoned", station_id)


async def reckon(db: Database, actor: Actor, clock: Clock, *, station_id: StationId, by: str = "") -> None:
    """Reckon all hours of a station and keep them; no transaction is held while the process works."""
    async with db.tx(actor) as tx:
        order = await order_of(tx, actor, clock, station_id=station_id)
    async with _gates.setdefault(asyncio.get_running_loop(), asyncio.Semaphore(1)):
        found = await reckoned(order)
    async with db.tx(actor) as tx:
        await keep(tx, actor, clock, station_id=station_id, hours=found["hours"], by=by)


async def reckoned(order: dict[str, Any]) -> dict[str, Any]:
    """Return what the process says; raise `TimeoutError` or `RuntimeError` where it says nothing."""
    worker = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "unjai.respond.escort.night_worker",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        async with asyncio.timeout(LASTS_S):
            told, said = await worker.communicate(msgspec.json.encode(order))
    except BaseException:
        with contextlib.suppress(ProcessLookupError):
            worker.kill()
        await worker.wait()
        raise
    if worker.returncode != 0:
        raise RuntimeError(said.decode("utf-8", "replace")[-500:])
    found: dict[str, Any] = msgspec.json.decode(told)
    return found


class Nights:
    """Core's errand: note reports at streets, then reckon the nights that are old. One station's failure stops none."""

    def __init__(self, stations: Callable[[], Iterable[StationId]]) -> None:
        """Serve the stations that are told when it is asked."""
        self._stations = stations

    async def once(self, db: Database, clock: Clock) -> int:
        """Do what is due; return how many stations were reckoned."""
        done = 0
        for station_id in list(self._stations()):
            actor = system(station_id, name="night")
            async with db.tx(actor) as tx:
                last = await last_reckoned(tx, station_id)
                due = last is None or clock.now() - last >= OLD
                if due:
                    await note_reports(tx, actor, clock, station_id=station_id)
            if not due:
                continue
            try:
                await reckon(db, actor, clock, station_id=station_id)
            except (RuntimeError, TimeoutError):
                log.exception("the nights of station %s could not be reckoned; tried again in an hour", station_id)
            else:
                done += 1
        return done
