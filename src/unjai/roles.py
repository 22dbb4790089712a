"""The processes `web` and `core`: each is made of the composition root's parts and runs until it is told to stop."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
import uvicorn
from fastapi import FastAPI
from nats.aio.msg import Msg
from nats.errors import Error as NatsError
from sqlalchemy import text
from starlette.requests import HTTPConnection

import unjai
from unjai import app
from unjai.app import Common, every, flush_refusals, relay
from unjai.model.actor import Actor, system
from unjai.model.errors import UnjaiError
from unjai.model.ids import StationId
from unjai.people.api import COOKIE
from unjai.people.api import router as people_router
from unjai.people.callout import Callout, Granted
from unjai.people.flows import SignedIn, session_of, tidy
from unjai.people.registry import REFRESH_ON
from unjai.picture.api import router as picture_router
from unjai.picture.watch import Picture
from unjai.platform import audit
from unjai.platform.anchors import write_anchor
from unjai.platform.config import Settings
from unjai.platform.database import Database, url_of
from unjai.platform.engines.device_streams import ensure_device_streams
from unjai.platform.engines.links import links
from unjai.platform.engines.nats_log import follow_refused
from unjai.platform.http import Ground
from unjai.platform.streams import Bus
from unjai.respond import flows as respond
from unjai.respond.api import router as respond_router
from unjai.sense import mqtt_door, record
from unjai.sense.base import sensors
from unjai.sense.http_door import Doors
from unjai.sense.store import keep_partitions
from unjai.territory.api import router as territory_router
from unjai.territory.view import territory_of
from unjai.web import edge, sockets
from unjai.web.live import Hub

log = logging.getLogger(__name__)

ROUTERS = (people_router, territory_router, picture_router, respond_router)
"""Every capability's routes, as they are mounted under /api."""

_SESSION_S = 5.0
_LOCK = 0x70696374  # "pict": whoever holds it holds the picture


class Sessions:
    """Who a cookie stands for, remembered for five seconds, forgotten at once when a session is revoked."""

    def __init__(self, made: Common) -> None:
        """Remember nothing yet."""
        self.made = made
        self._known: dict[str, tuple[datetime, SignedIn]] = {}

    async def who(self, connection: HTTPConnection) -> Actor | None:
        """Return the actor behind a request or a socket, or None."""
        token = connection.cookies.get(COOKIE)
        if not token or len(token) > 200:  # noqa: PLR2004
            return None
        now = self.made.clock.now()
        known = self._known.get(token)
        if known is not None and (now - known[0]).total_seconds() < _SESSION_S:
            return known[1].actor
        async with self.made.db.tx(system(name="door")) as tx:
            signed = await session_of(tx, self.made.clock, token)
        if signed is None:
            self._known.pop(token, None)
            return None
        if len(self._known) > 10_000:  # noqa: PLR2004
            self._known.clear()
        self._known[token] = (now, signed)
        return signed.actor

    async def forget(self, _subject: str, _data: bytes) -> None:
        """Forget all: one was revoked."""
        self._known.clear()


async def _refreshed(made: Common, then: Callable[[StationId], Awaitable[None]] | None = None) -> None:
    """Keep the registry (and what hangs on it) up to date by events."""

    async def changed(subject: str, _data: bytes) -> None:
        _evt, station, what = subject.split(".", 2)
        if what in REFRESH_ON:
            await made.load()
            if then is not None:
                await then(StationId(int(station)))

    await made.bus.hear("evt.*.>", changed)


async def web(settings: Settings) -> None:
    """Serve HTTP and WebSocket until told to stop."""
    made = await app.common(settings, role="unjai_app", user="web", connections=8)
    application, _hub = await web_application(made)
    config = uvicorn.Config(
        application,
        host=settings.host,
        port=settings.port,
        ws="websockets-sansio",
        ws_per_message_deflate=False,
        http="httptools",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=1,
        backlog=2048,
        ws_max_size=65536,
    )
    await uvicorn.Server(config).serve()
    await made.bus.close()
    await made.db.close()


async def web_application(made: Common) -> tuple[FastAPI, Hub]:
    """Return the edge with everything wired, and its hub."""
    sessions, hub, taking = Sessions(made), Hub(made.bus, made.clock), app.intake_of(made)
    await hub.start()
    await made.bus.hear("evt.*.session.revoked", sessions.forget)
    await _refreshed(made)
    doors = Doors(
        intake=taking,
        clock=made.clock,
        who=sessions.who,
        citizen_door=lambda: next((one for one in made.registry.entries if one.kind == "citizen_door"), None),
    )

    async def healthy() -> dict[str, Any]:
        try:
            async with asyncio.timeout(3):
                async with made.db.tx(system()) as tx:
                    await tx.scalar(text("SELECT 1"))
                await made.bus.nc.flush(timeout=2)
        except Exception as error:  # noqa: BLE001  whatever it is, we are not healthy
            return {"status": "waiting", "why": type(error).__name__}
        core = hub.core_state()[0]
        return {
            "status": "ok" if core == "ok" else "waiting",
            "core": core,
            "version": unjai.__version__,
            "mqtt_port": made.settings.mqtt_port,
        }

    edge_of = edge.Edge(
        ground=Ground(db=made.db, clock=made.clock, who=sessions.who, citizen=lambda _request: _citizen(made)),
        clock=made.clock,
        routers=ROUTERS,
        doors=doors.routes(sensors()),
        sockets=sockets.routes(hub, sessions.who),
        healthy=healthy,
        info=lambda: _info(made),
        background=(
            hub.every_second,
            lambda: every(1.0, lambda: flush_refusals(made)),
            lambda: every(30.0, made.load),
        ),
    )
    return edge.make(edge_of), hub


def documented() -> FastAPI:
    """Return an application with every route and no engine behind it: what documents and types are made of."""
    bare = FastAPI(title="Unjai", version=unjai.__version__, summary="Open operations centre for Smart Safety Zones")
    for router in ROUTERS:
        bare.include_router(router, prefix="/api")
    return bare


def _citizen(made: Common) -> Actor:
    home = made.home()
    return Actor(
        kind="citizen", key="citizen", name="ประชาชน", stations=frozenset() if home is None else frozenset({home})
    )


async def _info(made: Common) -> dict[str, Any]:
    base: dict[str, Any] = {
        "name": "Unjai",
        "version": unjai.__version__,
        "phone": "191",
        "station": None,
        "zone": None,
    }
    home = made.home()
    if home is None:
        return base
    async with made.db.tx(system(home)) as tx:
        here = await territory_of(tx, home)
    station, zone = here.station, here.zone
    base["station"] = {"id": station.id, "name_th": station.name_th, "name_en": station.name_en}
    if zone is not None:
        base["zone"] = {"name_th": zone.name_th, "name_en": zone.name_en, "fictional": zone.fictional}
    return base


async def core(settings: Settings) -> None:
    """Hold the picture, record, serve the devices' door, until told to stop."""
    made = await app.common(settings, role="unjai_worker", user="core", connections=8)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    running = asyncio.create_task(_core(made))
    waiting = asyncio.create_task(stop.wait())
    await asyncio.wait({running, waiting}, return_when=asyncio.FIRST_COMPLETED)
    if running.done():
        running.result()
    running.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await running
    await made.bus.close()
    await made.db.close()


async def _core(made: Common) -> None:
    owner = Database(url_of(made.settings.database_url, "unjai_owner"), connections=1)
    async with made.db.engine.connect() as lock:
        await lock.execute(text("SELECT pg_advisory_lock(:key)"), {"key": _LOCK})
        await lock.commit()
        await made.bus.make_streams()
        picture = app.picture_of(made)
        await picture.load(made.station_ids)
        await _hear(made, picture)
        taking = app.intake_of(made)
        async with asyncio.TaskGroup() as group:
            group.create_task(picture.run())
            group.create_task(record.run(made.db, made.bus, made.refusals, app.RECORD))
            group.create_task(_devices(made, taking, group))
            group.create_task(every(1.0, lambda: made.bus.tell("core.alive", b"")))
            group.create_task(every(1.0, lambda: flush_refusals(made)))
            group.create_task(every(1.0, lambda: relay(made)))
            group.create_task(every(2.0, picture.count_refusals))
            group.create_task(every(1.0, lambda: _offers(made)))
            group.create_task(every(0.1, lambda: _seal(made)))
            group.create_task(every(30.0, made.load))
            group.create_task(every(3600.0, lambda: _partitions(made, owner)))
            group.create_task(every(3600.0, lambda: _tidy(made)))
            group.create_task(every(600.0, lambda: _anchor(made)))
            group.create_task(_hold(lock))


async def _hold(lock: Any) -> None:
    """Keep the lock's connection; when it is lost another core may hold the picture, so this one ends."""
    while True:
        await asyncio.sleep(1.0)
        await lock.execute(text("SELECT 1"))
        await lock.commit()


async def _hear(made: Common, picture: Picture) -> None:
    async def incident(subject: str, data: bytes) -> None:
        fact = msgspec.json.decode(data)
        await picture.incident_changed(StationId(int(subject.split(".")[1])), UUID(fact["incident_id"]))

    async def snapshot(message: Msg) -> None:
        _word, station, name = message.subject.split(".", 2)
        try:
            await message.respond(picture.snapshot(StationId(int(station)), name))
        except UnjaiError as error:
            log.info("no snapshot: %s", error)

    async def keep(subject: str, _data: bytes) -> None:
        _word, station, name = subject.split(".", 2)
        with contextlib.suppress(UnjaiError):
            picture.keep(StationId(int(station)), name)

    async def station(station_id: StationId) -> None:
        await picture.refresh(station_id)

    await made.bus.hear("evt.*.incident.changed", incident)
    await made.bus.nc.subscribe("snapshot.*.*", cb=snapshot)
    await made.bus.hear("keep.*.*", keep)
    await _refreshed(made, station)


async def _devices(made: Common, taking: Any, group: asyncio.TaskGroup) -> None:
    """Open the MQTT door: streams first, then the callout, so that nothing is acknowledged that is not kept."""
    to = links(made.settings)
    while True:
        try:
            await ensure_device_streams(made.bus.js, to.door)
            break
        except (UnjaiError, NatsError, OSError, TimeoutError) as error:
            log.warning("the MQTT door is not ready: %s", error)
            await asyncio.sleep(0.5)
    found = sensors()
    ears = await Bus.connect(to.sys, name="callout")
    callout = Callout(ears.nc, made.clock)

    async def check(user: str, password: str) -> Granted | None:
        permitted = mqtt_door.permit(made.registry, made.clock, found, user, password)
        if permitted is None:
            made.refusals.note(user, "device_unknown")
        return None if permitted is None else permitted[1]

    async def duty(_subject: str, data: bytes) -> None:
        fact = msgspec.json.decode(data)
        await made.load()
        entry = made.registry.by_unit(UUID(fact["unit_id"]))  # type: ignore[arg-type]
        if entry is not None:
            await callout.kick(entry.key)

    async def registry(_subject: str, data: bytes) -> None:
        fact = msgspec.json.decode(data)
        await made.load()
        entry = made.registry.by_id(UUID(str(fact["device_id"]))) if fact.get("device_id") else None  # type: ignore[arg-type]
        if entry is not None:
            await callout.kick(entry.key)

    await made.bus.hear("evt.*.duty.changed", duty)
    await made.bus.hear("evt.*.registry.changed", registry)
    await callout.serve(made.bus.nc, to.callout_seed, check)
    group.create_task(mqtt_door.MqttDoor(made.bus, taking, found).run())
    group.create_task(_refused(made, callout))


async def _refused(made: Common, callout: Callout) -> None:
    """Count publishes that the broker refused on the row of the device that tried."""
    data = made.settings.data
    async for batch in follow_refused(data / "log" / "nats.log", data / "run" / "nats-log.place"):
        for one in batch:
            key = await callout.device_of(one.server_id, one.cid)
            if key:
                made.refusals.note(key, "subject_refused", one.count)


async def _offers(made: Common) -> None:
    for station_id in made.station_ids:
        actor = system(station_id, name="dispatch")
        async with made.db.tx(actor) as tx:
            await respond.expire_offers(tx, actor, made.clock)


async def _seal(made: Common) -> None:
    async with made.db.tx(made.everywhere) as tx:
        await audit.seal(tx, made.clock)


async def _anchor(made: Common) -> None:
    async with made.db.tx(made.everywhere) as tx:
        last = await audit.head(tx)
    if last is not None:
        await asyncio.to_thread(write_anchor, made.settings.data, *last, made.clock.now())


async def _partitions(made: Common, owner: Database) -> None:
    async with owner.tx(made.everywhere) as tx:
        dropped = await keep_partitions(tx, made.clock.now())
    for name in dropped:
        log.info("dropped %s: past its retention", name)


async def _tidy(made: Common) -> None:
    async with made.db.tx(made.everywhere) as tx:
        await tidy(tx, made.everywhere, made.clock)
