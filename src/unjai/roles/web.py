"""The process `web`: HTTP, WebSocket, the sensors' HTTP doors, the screens."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Any

from fastapi import FastAPI
from starlette.requests import HTTPConnection

import unjai
from unjai import app
from unjai.app import FORGET_EVERY_S, Common, every, flush_refusals, forget_sent
from unjai.cameras.api import router as cameras_router
from unjai.cameras.desk import Desk
from unjai.cameras.flows.watching import end_watching
from unjai.cameras.imports import IMPORT_KINDS as CAMERA_KINDS
from unjai.cameras.recording.shelf import recordings_root
from unjai.cameras.watched import Watched, Watching
from unjai.evaluate.api import router as figures_router
from unjai.evaluate.imports import IMPORT_KINDS as FIGURE_KINDS
from unjai.model.actor import Actor, system
from unjai.patrol.api import router as patrol_router
from unjai.patrol.imports import IMPORT_KINDS as PATROL_KINDS
from unjai.patrol.plan_imports import IMPORT_KINDS as PLAN_KINDS
from unjai.people.api import router as people_router
from unjai.people.api.accounts import COOKIE
from unjai.people.flows import SignedIn, session_of
from unjai.people.imports import IMPORT_KINDS as PEOPLE_KINDS
from unjai.people.roster_imports import IMPORT_KINDS as ROSTER_KINDS
from unjai.people.vault import Vault
from unjai.picture.api import router as picture_router
from unjai.plates.api import router as plates_router
from unjai.plates.spool import swept
from unjai.platform.audit import UNSEALED_ALARM, unsealed_since
from unjai.platform.config import Settings
from unjai.platform.http import REFUSALS, Ground
from unjai.platform.ledger.receipts import SIGN
from unjai.platform.tls import mqtt_pair, warnings_of
from unjai.respond.api import router as respond_router
from unjai.respond.escort.door import PositionDoor
from unjai.respond.rules.push import own_hosts as push_hosts
from unjai.roles import metrics, trouble
from unjai.roles.refresh import Refresher
from unjai.roles.serving import serve
from unjai.roles.system import backup as system_backup
from unjai.roles.system import told as system_told
from unjai.roles.vitals import Vitals, vitals
from unjai.sense.api import router as sense_router
from unjai.sense.base import sensors
from unjai.sense.http_door import Doors
from unjai.signals.api import router as signals_router
from unjai.signals.live import Live
from unjai.sos.api import router as sos_router
from unjai.territory.api import router as territory_router
from unjai.territory.api.files import files_router
from unjai.territory.import_kinds import IMPORT_KINDS as TERRITORY_KINDS
from unjai.territory.view import territory_of
from unjai.web import camera_sockets, desk_sockets, edge, kept, plate_sockets, sockets, trust
from unjai.web.ledger import router as ledger_router
from unjai.web.live import Hub
from unjai.web.meter import Meters
from unjai.web.point_door import PointDoor
from unjai.web.system import router as system_router
from unjai.web.watching import router as watching_router

_SESSION_S = 5.0
IMPORT_KINDS = (
    *TERRITORY_KINDS,
    *PEOPLE_KINDS,
    *ROSTER_KINDS,
    *CAMERA_KINDS,
    *PATROL_KINDS,
    *PLAN_KINDS,
    *FIGURE_KINDS,
)
"""What comes from files and goes into files, of all capabilities."""

ROUTERS = (
    people_router,
    territory_router,
    cameras_router,
    sense_router,
    picture_router,
    respond_router,
    sos_router,
    plates_router,
    patrol_router,
    signals_router,
    figures_router,
    ledger_router,
    watching_router,
    system_router,
    kept.router,
    files_router(IMPORT_KINDS),
)
"""The routes of all capabilities, under ``/api``."""


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
        if known is not None and _fresh(*known, now):
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


def _fresh(asked_at: datetime, signed: SignedIn, now: datetime) -> bool:
    """Tell whether what is remembered still counts: emergency rights end to the second."""
    until = signed.actor.until
    return (now - asked_at).total_seconds() < _SESSION_S and (until is None or now < until)


async def web(settings: Settings) -> None:
    """Serve HTTP and WebSocket until told to stop."""
    made = await app.common(settings, role="unjai_app", user="web", connections=8)
    application, _hub = await web_application(made)
    await serve(application, settings)
    await made.bus.close()
    await made.db.close()


async def web_application(made: Common) -> tuple[FastAPI, Hub]:
    """Return the edge with everything wired, and its hub."""
    sessions, hub, taking = Sessions(made), Hub(made.bus, made.clock), app.intake_of(made)
    await hub.start()
    desk, watched, junctions = Desk(made.bus), Watched(), Live(made.bus)
    await desk.start()
    await junctions.start()
    await made.bus.hear("evt.*.session.revoked", sessions.forget)
    refresher = Refresher(made)
    await refresher.start()
    await asyncio.to_thread(swept, made.settings.data / "incoming")
    doors = Doors(
        intake=taking,
        clock=made.clock,
        who=sessions.who,
        citizen_door=lambda: next((one for one in made.registry.entries if one.kind == "citizen_door"), None),
    )

    meters, began = Meters(), made.clock.now()

    async def gather() -> Vitals:
        return await vitals(made, began)

    async def whole() -> Any:
        return await asyncio.to_thread(system_told, made, await gather())

    async def look() -> None:
        hub.why = await trouble.why(made, core_lost=hub.core_state()[0] == "lost")

    async def healthy() -> dict[str, Any]:
        try:
            async with asyncio.timeout(3):
                async with made.db.tx(system()) as tx:
                    waits = await unsealed_since(tx, made.clock.now())
                await made.bus.answers(2)
        except Exception as error:  # noqa: BLE001  whatever it is, we are not healthy
            return {"status": "waiting", "why": type(error).__name__}
        core = hub.core_state()[0]
        return {
            "status": "ok" if core == "ok" else "waiting",
            "core": core,
            "audit": "late" if waits is not None and waits > UNSEALED_ALARM else "ok",
            "version": unjai.__version__,
            "mqtt_port": made.settings.mqtt_port,
            "disc": "full" if hub.why == "disc" else "ok",
            "backup": system_backup(made.settings, made.clock.now()).state,
            "warnings": warnings_of(made.settings),
        }

    ground = Ground(
        db=made.db,
        clock=made.clock,
        who=sessions.who,
        citizen=lambda _request: _citizen(made),
        data=made.settings.data,
    )

    edge_of = edge.Edge(
        ground=ground,
        clock=made.clock,
        routers=ROUTERS,
        doors=[*doors.routes(sensors()), *PositionDoor(ground).routes()],
        sockets=[
            *sockets.routes(hub, sessions.who),
            *camera_sockets.routes(hub, desk, ground, sessions.who),
            *plate_sockets.routes(hub, ground, sessions.who),
            *desk_sockets.routes(hub, ground, sessions.who, made.settings),
            *PointDoor(hub, ground, made.registry, made.refusals, made.settings).routes(),
            *trust.routes(made.settings),
            metrics.route(gather, meters, hub, made.settings, made.clock, cameras=lambda: desk.states().values()),
        ],
        meters=meters,
        healthy=healthy,
        info=lambda: _info(made),
        background=(
            hub.every_second,
            lambda: every(1.0, look),
            refresher.run,
            lambda: every(FORGET_EVERY_S, lambda: forget_sent(made)),
            lambda: every(1.0, lambda: flush_refusals(made)),
            lambda: every(30.0, made.load),
            lambda: every(10.0, lambda: watched.settle(made.clock.now(), lambda one: _watched(made, one))),
        ),
    )
    application = edge.make(edge_of)
    application.state.mqtt_door = (made.settings.mqtt_port, mqtt_pair(made.settings) is not None)
    application.state.settings = made.settings
    application.state.vault = Vault(made.settings.data / "secrets")
    application.state.system = whole
    application.state.cameras, application.state.watched = desk, watched
    application.state.signals = junctions
    application.state.sign = lambda: made.bus.tell(SIGN, b"")
    application.state.tsa_ca = made.settings.tsa_ca
    application.state.push = made.settings.push
    application.state.push_hosts = push_hosts(made.settings.push_hosts)
    application.state.recordings = recordings_root(made.settings.data, made.settings.recordings_dir)
    return application, hub


async def _watched(made: Common, one: Watching) -> None:
    """Write down a watching that is over."""
    async with made.db.tx(one.actor) as tx:
        await end_watching(
            tx,
            one.actor,
            made.clock,
            camera_id=one.camera_id,
            station_id=one.station_id,
            way=one.way,
            since=one.since,
            until=one.last,
        )


def documented() -> FastAPI:
    """Return an application with every route and no engine behind it: what documents and types are made of."""
    bare = FastAPI(
        title="Unjai",
        version=unjai.__version__,
        summary="Open operations centre for Smart Safety Zones",
        responses=REFUSALS,
    )
    for router in ROUTERS:
        bare.include_router(router, prefix="/api")
    bare.include_router(kept.pages)
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
