"""A night that plays itself: it drives a running centre from outside, through its public doors only."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import logging
import secrets
from pathlib import Path
from random import SystemRandom
from typing import Any

import aiomqtt
import httpx
from rich.console import Console

from unjai.demo import credentials
from unjai.demo.night.crew import Crew
from unjai.demo.night.crossing import Crossing
from unjai.demo.night.door import Door, RefusedError, Session
from unjai.demo.night.feed import Feed
from unjai.demo.night.ledger import Ledger
from unjai.demo.night.line import Broker
from unjai.demo.night.pace import Pace
from unjai.demo.night.play import Play
from unjai.demo.night.pole import Pole
from unjai.demo.night.room import Room
from unjai.demo.night.scenes import Scene
from unjai.demo.night.script import SCREENPLAY
from unjai.demo.night.stage import Stage
from unjai.demo.night.told import Told
from unjai.demo.night.ways import Ways
from unjai.demo.town import town
from unjai.demo.town.crossing import BOX
from unjai.model.clock import SystemClock
from unjai.model.errors import UnjaiError

log = logging.getLogger(__name__)

UP_WITHIN_S = 120.0
QUIET_WITHIN_S = 90.0


async def run_demo(
    base_url: str,
    data_dir: Path,
    *,
    mqtt_host: str,
    mqtt_port: int,
    speed: float = 6.0,
    operator: bool = True,
    minutes: float | None = None,
    loop: bool = False,
    console: Console | None = None,
) -> int:
    """Play the screenplay at `speed` times life; return 1 if something expected was not seen, else 0.

    `operator` lets an autopilot take up what no human touches. `minutes` plays only the scenes that begin before.
    With `loop` the hour begins anew for ever.
    Raises `demo_zone_missing`, `demo_operator_refused` (500) and `centre_away` (503).
    """
    asyncio.get_running_loop().set_exception_handler(_overhear)
    known = credentials.load(data_dir)
    door, paper = Door(base_url), console or _paper()
    await _wait_for(door)
    stage = await _stage(door, known, data_dir, Broker(host=mqtt_host, port=mqtt_port), Told(paper, Pace(speed)))
    crews = {unit.call_sign: Crew(stage, unit) for unit in stage.town.units}
    poles = {device.key: Pole(stage, device, secrets.token_hex(4)) for device in stage.town.poles}
    actors = [*(crew.run() for crew in crews.values()), *(pole.run() for pole in poles.values())]
    actors += [
        *([Crossing(stage).run()] if BOX in known.devices else []),
        stage.feed.run(),
        stage.read_book(),
        *([Room(stage).run()] if operator else []),
    ]
    behind: list[asyncio.Task[None]] = [asyncio.create_task(actor) for actor in actors]
    scenes = [scene for scene in SCREENPLAY if minutes is None or scene.minute < minutes]
    try:
        await _ready(crews, behind)
        while True:
            if operator:
                await _quiet(stage)
            outcome = await _night(Play(stage, crews, poles), scenes, behind, operated=operator)
            if not loop:
                return outcome
    except (httpx.TransportError, ExceptionGroup) as error:
        if isinstance(error, ExceptionGroup) and error.subgroup(httpx.TransportError) is None:
            raise
        raise UnjaiError("centre_away", 503, url=door.base_url, waited_s=round(door.patience_s)) from error
    finally:
        for task in behind:
            task.cancel()
        await asyncio.gather(*behind, return_exceptions=True)
        stage.ledger.close()
        await door.close()


def _overhear(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """Keep quiet about what the MQTT client leaves behind when its line is cut: a dead socket, an unread error."""
    error = context.get("exception")
    if isinstance(error, aiomqtt.MqttError) or (isinstance(error, OSError) and error.errno == errno.EBADF):
        log.debug("left behind by a cut line: %s", error)
    else:
        loop.default_exception_handler(context)


def _paper() -> Console:
    """Return the terminal, or for a log file something wide enough for the table."""
    console = Console()
    return console if console.is_terminal else Console(width=180)


async def _wait_for(door: Door) -> None:
    """Wait until the centre says it is usable; raise `centre_away` (503) when it does not in two minutes."""
    client = door.client()
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(UP_WITHIN_S):
            while True:
                with contextlib.suppress(httpx.TransportError):
                    answer = await client.get("/healthz")
                    if answer.is_success:
                        return
                await asyncio.sleep(0.3)
    raise UnjaiError("centre_away", 503, url=door.base_url, waited_s=round(UP_WITHIN_S))


async def _ready(crews: dict[str, Crew], behind: list[asyncio.Task[None]]) -> None:
    """Wait until every unit is on duty; signing in costs the centre a tenth of a second each, on purpose."""
    ready: asyncio.Future[Any] = asyncio.gather(*(crew.ready.wait() for crew in crews.values()))
    waiting: set[asyncio.Future[Any]] = {ready, *behind}
    done, _ = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED, timeout=UP_WITHIN_S)
    for task in done:
        task.result()
    ready.cancel()


async def _quiet(stage: Stage) -> None:
    """Give crews and autopilot time to finish what an earlier night left open, so that nothing new joins it."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(QUIET_WITHIN_S):
            await stage.feed.ready.wait()
            while any(row["code"] != "DSL" for row in stage.feed.incidents.values()):  # noqa: ASYNC110  a screen is watched
                await asyncio.sleep(0.5)


async def _stage(door: Door, known: credentials.Credentials, data_dir: Path, broker: Broker, told: Told) -> Stage:
    here, clock = town(), SystemClock()
    session = Session(door, "operator", known.accounts["operator"].password)
    try:
        await session.open()
    except RefusedError as error:
        raise UnjaiError("demo_operator_refused", 500, code=error.code) from error
    return Stage(
        town=here,
        ways=Ways(here),
        known=known,
        clock=clock,
        pace=told.pace,
        door=door,
        broker=broker,
        ledger=Ledger(data_dir, clock),
        told=told,
        feed=Feed(session),
        operator=session,
        anyone=door.client(),
        dice=SystemRandom(),
    )


async def _night(play: Play, scenes: list[Scene], behind: list[asyncio.Task[None]], *, operated: bool) -> int:
    """Play the scenes once; an actor that falls over ends the play with its error."""
    stage = play.stage
    stage.pace.begin_night()
    stage.acts.clear()
    night = [asyncio.create_task(play.scene(scene, operated=operated)) for scene in scenes]
    try:
        waiting = set(night)
        while waiting:
            done, _ = await asyncio.wait({*waiting, *behind}, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
            waiting -= done
    finally:
        for task in night:
            task.cancel()
        await asyncio.gather(*night, return_exceptions=True)
    facts: dict[str, object] = {
        "ตอบรับแล้ว · acknowledged": stage.ledger.count,
        "รอศูนย์ · waits for the centre": stage.door.outages,
        "ช่องว่างในจอสด · gaps in the live feed": stage.feed.gaps,
    }
    stage.told.table(play.findings, facts)
    return int(any(finding.ok is False for finding in play.findings))
