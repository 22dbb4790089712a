"""A day's performance measures of the detailed log: a process of its own runs `atspm`, one at a time."""

from __future__ import annotations

import asyncio
import contextlib
import importlib.util
import logging
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Literal
from uuid import UUID

import msgspec

from unjai.model.actor import Actor, system
from unjai.model.clock import BANGKOK, Clock
from unjai.model.ids import EPOCH, StationId
from unjai.platform.database import Database, Tx
from unjai.signals.flows.junctions import the_junction
from unjai.signals.rules.definition import junction_of, lanes_green
from unjai.signals.rules.hires import Event
from unjai.signals.schemas.definition import JunctionFile
from unjai.signals.store.junctions import junctions
from unjai.signals.store.log import any_event, day_of, events_of, put_day

log = logging.getLogger(__name__)

COLUMNS = ("TimeStamp", "DeviceId", "EventId", "Parameter")
DEVICE = 1
"""`atspm` names junctions by numbers; a file of ours holds one."""
LASTS_S = 300.0
_makings: dict[UUID, asyncio.Task[None]] = {}
_failed: set[UUID] = set()
_gates: dict[asyncio.AbstractEventLoop, asyncio.Semaphore] = {}


def lines(events: Iterable[Event]) -> Iterator[tuple[str, int, int, int]]:
    """Yield the log as rows of `COLUMNS`; times are Bangkok's, as a controller on the street keeps them."""
    for one in events:
        at = one.at.astimezone(BANGKOK).strftime("%Y-%m-%d %H:%M:%S.%f")[:-3]
        yield at, DEVICE, one.code, one.param


def plain(events: Iterable[Event]) -> list[list[int]]:
    """Return the log as the process takes it: milliseconds of Bangkok's clock, code, parameter."""
    ahead = timedelta(hours=7)
    return [[(one.at + ahead - EPOCH) // timedelta(milliseconds=1), one.code, one.param] for one in events]


def begins(day: date) -> datetime:
    """Return the moment at which a Bangkok day begins."""
    return datetime(day.year, day.month, day.day, tzinfo=BANGKOK)


def detectors_of(file: JunctionFile) -> list[dict[str, Any]]:
    """Return which phase each detector belongs to: the first in which its lane may go."""
    junction = junction_of(file)
    found = []
    for place, lane in enumerate(file.lanes):
        phases = [number for number in range(len(file.phases)) if place in lanes_green(junction, number)]
        for one in lane.detectors if phases else ():
            number = file.phases[phases[0]].number or phases[0] + 1
            found.append({"phase": number, "number": one.number, "use": one.use})
    return found


def begin(db: Database, actor: Actor, clock: Clock, *, junction_id: UUID, day: date) -> None:
    """Reckon a day beside whatever else is done; a second wish while it runs is the same one."""
    if junction_id in _makings:
        return
    _failed.discard(junction_id)
    making = asyncio.create_task(_make(db, actor, clock, junction_id, day))
    _makings[junction_id] = making
    making.add_done_callback(lambda _: _makings.pop(junction_id, None))


def standing(junction_id: UUID) -> Literal["rest", "running", "failed"]:
    """Return how the newest wish stands in this process."""
    return "running" if junction_id in _makings else "failed" if junction_id in _failed else "rest"


async def settled() -> None:
    """Wait for what is being reckoned in this process."""
    while _makings:
        await asyncio.wait(_makings.values())


async def _make(db: Database, actor: Actor, clock: Clock, junction_id: UUID, day: date) -> None:
    try:
        await measure(db, actor, clock, junction_id=junction_id, day=day)
    except Exception:
        _failed.add(junction_id)
        log.exception("a day of junction %s could not be reckoned", junction_id)


async def measure(db: Database, actor: Actor, clock: Clock, *, junction_id: UUID, day: date) -> None:
    """Reckon a day and keep it; no transaction is held while the process works."""
    since = begins(day)
    async with db.tx(actor) as tx:
        row = await the_junction(tx, actor, junction_id)
        events = await events_of(tx, junction_id, since, since + timedelta(days=1))
    figures = await figures_of(JunctionFile.model_validate(row["definition"]), events)
    async with db.tx(actor) as tx:
        station_id = StationId(row["station_id"])
        await put_day(tx, station_id, junction_id, day, events=len(events), figures=figures, at=clock.now())


async def figures_of(file: JunctionFile, events: Sequence[Event]) -> dict[str, Any]:
    """Return `arrivals`, `on_green`, `cycles` and `split_failures`; what the log cannot tell is left out."""
    detectors = detectors_of(file)
    if not events or not detectors:
        return {}
    order = {"do": "figures", "events": plain(events), "detectors": detectors}
    found: dict[str, Any] = msgspec.json.decode(await worked(order))
    return found


class Days:
    """Core's errand: reckon yesterday of each junction that has a log of it. One junction's failure stops none."""

    def __init__(self, stations: Callable[[], Iterable[StationId]]) -> None:
        """Serve the stations that are told when it is asked."""
        self._stations = stations

    async def once(self, db: Database, clock: Clock) -> int:
        """Do what is due; return how many junctions were reckoned."""
        if importlib.util.find_spec("atspm") is None:
            return 0
        done, day = 0, clock.now().astimezone(BANGKOK).date() - timedelta(days=1)
        for station_id in list(self._stations()):
            actor = system(station_id, name="measures")
            async with db.tx(actor) as tx:
                due = [row["id"] for row in await junctions(tx) if await _due(tx, row["id"], day)]
            for junction_id in due:
                try:
                    await measure(db, actor, clock, junction_id=junction_id, day=day)
                except (RuntimeError, TimeoutError):
                    log.exception("a day of junction %s could not be reckoned; tried again in an hour", junction_id)
                else:
                    done += 1
        return done


async def _due(tx: Tx, junction_id: UUID, day: date) -> bool:
    """Tell whether a day has a log and was not reckoned since it was over."""
    kept, over = await day_of(tx, junction_id, day), begins(day) + timedelta(days=1)
    return (kept is None or kept["made_at"] < over) and await any_event(tx, junction_id, begins(day), over)


async def worked(order: dict[str, Any]) -> bytes:
    """Return what the process says; raise `TimeoutError` or `RuntimeError` where it says nothing."""
    async with _gates.setdefault(asyncio.get_running_loop(), asyncio.Semaphore(1)):
        worker = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "unjai.signals.measures_worker",
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
    return told
