"""The door of a point that is a page or a program: its session, and one socket for voice, commands and status.

A press, a heartbeat and an answer to a command do not come in here: they go through the sensor's own door
(`POST /sos/press` …), so that they are durable before they are acknowledged.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import math
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import msgspec
from sqlalchemy.exc import DBAPIError
from starlette.requests import HTTPConnection, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from unjai.model.errors import UnjaiError
from unjai.model.ids import StationId
from unjai.people import device_cookie
from unjai.people.registry import DeviceEntry, Refusals, Registry
from unjai.platform.config import Settings
from unjai.platform.http import Ground, answer
from unjai.platform.i18n import told
from unjai.sense.http_door import basic
from unjai.sense.rules import Bucket
from unjai.sos import flows, store
from unjai.sos.ice import ice_servers
from unjai.sos.points import KINDS, settings_of, speaker
from unjai.sos.view import help_at
from unjai.territory.store import device_of
from unjai.web.live import Hub
from unjai.web.signals import line, said_by, signal, to_desk, to_point
from unjai.web.sockets import FORGED, REFUSED, Ears, refuse

log = logging.getLogger(__name__)

ELSEWHERE = 4409
"""The point's page was opened on another screen: this one stands still."""
_TICK_S = 2.0
_BEATS = 5
_LOOKS = 8
_BURST, _PER_S = 20.0, 1.0
_FREE = frozenset({"signal", "ready"})
"""What writes nothing is not counted."""
_VOICES = frozenset({"ready", "insecure", "denied", "missing"})
_AWAY = (DBAPIError, OSError, TimeoutError)


class PointDoor:
    """Who a point's page is, and its socket."""

    def __init__(self, hub: Hub, ground: Ground, registry: Registry, refusals: Refusals, settings: Settings) -> None:
        """Ask `registry` for credentials; wrong ones are counted on the device's row."""
        self.hub, self.ground, self.settings = hub, ground, settings
        self._registry, self._refusals = registry, refusals

    def routes(self) -> list[BaseRoute]:
        """Return both doors."""
        return [
            Route("/sos/session", self._session, methods=["GET", "POST"]),
            WebSocketRoute("/ws/sos/point", self._line),
        ]

    def who(self, asker: HTTPConnection) -> DeviceEntry | None:
        """Return the point that a request comes from: by its cookie, or by Basic."""
        pair = device_cookie.read(asker.cookies.get(device_cookie.COOKIE, ""))
        pair = pair or basic(asker.headers.get("authorization", ""))
        return None if pair is None else self._known(*pair)

    def _known(self, key: str, secret: str) -> DeviceEntry | None:
        found = self._registry.authenticate(key, secret)
        if found is None or found.kind not in KINDS:
            if self._registry.by_key(key) is not None:
                self._refusals.note(key, "device_unknown")
            return None
        return found

    def same(self, device: DeviceEntry) -> bool:
        """Tell whether a point's credential still stands."""
        now = self._registry.by_key(device.key)
        return now is not None and not now.disabled and now.secret_hash == device.secret_hash

    async def _session(self, request: Request) -> Response:
        if request.method == "GET":
            pair = device_cookie.read(request.cookies.get(device_cookie.COOKIE, ""))
        elif "x-unjai" in request.headers:
            pair = _pair(await request.body())
        else:
            return answer(UnjaiError("request_forged", 403))
        device = None if pair is None else self._known(*pair)
        if pair is None or device is None:
            return answer(UnjaiError("device_unknown", 401))
        names = {"key": device.key, "name_th": device.name_th, "name_en": device.name_en}
        made = JSONResponse(names, headers={"cache-control": "no-store"})
        made.set_cookie(
            device_cookie.COOKIE,
            device_cookie.written(*pair),
            max_age=device_cookie.DAYS * 86_400,
            httponly=True,
            samesite="strict",
            secure=request.url.scheme == "https",
        )
        return made

    async def _line(self, socket: WebSocket) -> None:
        await socket.accept()
        origin = socket.headers.get("origin")
        if origin is not None and urlsplit(origin).netloc != socket.headers.get("host"):
            await refuse(socket, UnjaiError("request_forged", 403), FORGED)
            return
        device = self.who(socket)
        if device is None:
            await refuse(socket, UnjaiError("device_unknown", 401), REFUSED)
            return
        await _Line(self, socket, device).serve()


def _pair(body: bytes) -> tuple[str, str] | None:
    try:
        said = msgspec.json.decode(body[:2000])
    except msgspec.DecodeError:
        return None
    key, secret = (said.get("key"), said.get("secret")) if isinstance(said, dict) else (None, None)
    return (key[:80], secret[:400]) if isinstance(key, str) and isinstance(secret, str) and ":" not in key else None


class _Line:
    """One point's socket. What it says of itself is `hello`; `call`, `hang_up`, `ready`, `signal` are about voice."""

    def __init__(self, door: PointDoor, socket: WebSocket, device: DeviceEntry) -> None:
        self._door, self._socket, self._device = door, socket, device
        self._db, self._clock, self._bus = door.ground.db, door.ground.clock, door.hub.bus
        self._actor = speaker(device.key, device.name_th, StationId(device.station_id))
        self._out: asyncio.Queue[dict[str, Any]] = asyncio.Queue(maxsize=256)
        self._me = uuid4().hex
        self._call: dict[str, Any] | None = None
        self._by, self._voice = "page", "missing"
        self._help: dict[str, Any] | None = None
        self._watching = False
        self._elsewhere = False
        self._pace = Bucket(burst=_BURST, per_s=_PER_S, level=_BURST, at_s=self._clock.now().timestamp())

    async def serve(self) -> None:
        station, key = self._device.station_id, self._device.device_id
        ears = Ears(self._bus)
        tasks: list[asyncio.Future[None]] = []
        try:
            await ears.hear(f"evt.{station}.sos.changed", self._changed)
            await ears.hear(to_point(station, key), self._from_desk)
            await ears.hear(flows.command_subject(self._device.key), self._command)
            await ears.hear(f"point.taken.{key}", self._taken)
            await self._bus.tell(f"point.taken.{key}", self._me.encode())
            await self._greet()
            tasks = [asyncio.ensure_future(job) for job in (self._send(), self._listen(), self._tick())]
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        except (*_AWAY, WebSocketDisconnect) as error:
            log.warning("a point could not be greeted: %s", error)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await ears.close()
            with contextlib.suppress(WebSocketDisconnect, RuntimeError, OSError):
                await self._socket.close()
            if not self._elsewhere:
                await asyncio.shield(self._left())

    async def _left(self) -> None:
        with contextlib.suppress(*_AWAY, UnjaiError):
            async with self._db.tx(self._actor) as tx:
                await flows.leave(tx, self._actor, self._clock, device_id=self._device.device_id)

    def _put(self, body: dict[str, Any]) -> None:
        with contextlib.suppress(asyncio.QueueFull):  # a point that reads nothing is told all when it is back
            self._out.put_nowait(body)

    async def _greet(self) -> None:
        async with self._db.tx(self._actor) as tx:
            device = await device_of(tx, self._device.device_id)
        if device is None:
            return
        has = settings_of(device)
        self._put(
            {
                "type": "hello",
                "key": device.key,
                "name_th": device.name_th,
                "name_en": device.name_en,
                **has.model_dump(),
                "ice": ice_servers(self._door.settings, device.key, self._clock.now()),
            }
        )
        await self._look_at_call()
        await self._look_at_help()

    async def _look_at_call(self) -> None:
        async with self._db.tx(self._actor) as tx:
            row = await store.open_call_of(tx, self._device.device_id)
            if row is None and self._call is not None:
                row = await store.call(tx, self._call["id"])
        self._call = None if row is None or row["state"] == "ended" else row
        shown = None
        if row is not None:
            shown = {name: row[name] for name in ("state", "began_by", "who", "ended_why")} | {"id": str(row["id"])}
        self._put({"type": "call", "call": shown})

    async def _look_at_help(self) -> None:
        async with self._db.tx(self._actor) as tx:
            found = await help_at(tx, self._clock, device_id=self._device.device_id)
        shown = None if found is None else {**found.model_dump(mode="json", exclude={"unit"})}
        self._watching = shown is not None and shown["status"] != "closed"
        if shown != self._help:
            self._help = shown
            self._put({"type": "help", "help": shown})

    async def _changed(self, _subject: str, data: bytes) -> None:
        fact = msgspec.json.decode(data)
        if fact.get("device_id") == str(self._device.device_id) and fact.get("call_id"):
            await self._look_at_call()

    async def _from_desk(self, _subject: str, data: bytes) -> None:
        said = msgspec.json.decode(data)
        if self._call is None or str(self._call["id"]) != said["call_id"]:
            await self._look_at_call()
        if self._call is not None and str(self._call["id"]) == said["call_id"]:
            self._put(said)

    async def _command(self, _subject: str, data: bytes) -> None:
        self._put({"type": "command", **msgspec.json.decode(data)})

    async def _taken(self, _subject: str, data: bytes) -> None:
        if data.decode() != self._me:
            self._elsewhere = True  # the point is there, at its new line: this one's end says nothing of it
            await refuse(self._socket, UnjaiError("sos_point_elsewhere", 409), ELSEWHERE)

    async def _send(self) -> None:
        with contextlib.suppress(WebSocketDisconnect, RuntimeError):
            while True:
                await self._socket.send_text(line(await self._out.get()))

    async def _listen(self) -> None:
        with contextlib.suppress(WebSocketDisconnect):
            while True:
                said = await said_by(self._socket)
                try:
                    await self._heard(said)
                except UnjaiError as error:
                    self._put({"type": "error", "error": told(error)})
                except _AWAY as error:
                    log.warning("a point's word waits for the database: %s", error)
                    self._put({"type": "error", "error": told(UnjaiError("database_away", 503))})

    def _paced(self, said: dict[str, Any]) -> None:
        """Bound what a point can make the centre write; raise `too_many_requests` (429)."""
        if said.get("type") in _FREE or self._pace.take(self._clock.now().timestamp()):
            return
        raise UnjaiError("too_many_requests", 429, wait_s=max(1, math.ceil(self._pace.wait_s())))

    async def _heard(self, said: dict[str, Any]) -> None:
        self._paced(said)
        match said.get("type"):
            case "hello":
                self._by = "agent" if said.get("by") == "agent" else "page"
                voice = said.get("voice")
                self._voice = voice if isinstance(voice, str) and voice in _VOICES else "missing"
                await self._beat()
            case "pressed":
                self._watching = True
            case "call":
                who: flows.Who = "officer" if said.get("who") == "officer" else "public"
                name = said.get("said")
                async with self._db.tx(self._actor) as tx:
                    await flows.ring(
                        tx,
                        self._actor,
                        self._clock,
                        device_id=self._device.device_id,
                        who=who,
                        said=name[:200] if isinstance(name, str) else "",
                    )
            case "hang_up" if self._call is not None:
                async with self._db.tx(self._actor) as tx:
                    await flows.hang_up(tx, self._actor, self._clock, call_id=self._call["id"])
            case "ready" if self._call is not None:
                await self._ready(self._call["id"])
            case "signal" if self._call is not None:
                await self._pass_on(self._call["id"], said)

    async def _ready(self, call_id: UUID) -> None:
        """Hear that the microphone is open: a call of the centre begins, and the operator's page is asked to offer."""
        async with self._db.tx(self._actor) as tx:
            await flows.picked_up(tx, self._actor, self._clock, call_id=call_id)
        await self._pass_on(call_id, {"again": True})

    async def _pass_on(self, call_id: UUID, said: dict[str, Any]) -> None:
        passed = signal(call_id, said)
        if passed is not None:
            await self._bus.tell(to_desk(self._device.station_id, call_id), line(passed).encode())

    async def _beat(self) -> None:
        async with self._db.tx(self._actor) as tx:
            await flows.beat(
                tx,
                self._actor,
                self._clock,
                device_id=self._device.device_id,
                by=self._by,
                voice=self._voice,
                call_id=None if self._call is None else self._call["id"],
            )

    async def _tick(self) -> None:
        """Say every two seconds that the line stands; ends when the credential does."""
        count = 0
        while True:
            await asyncio.sleep(_TICK_S)
            count += 1
            if not self._door.same(self._device):
                await refuse(self._socket, UnjaiError("device_unknown", 401), REFUSED)
                return
            try:
                if count % _BEATS == 0:
                    await self._beat()
                    if self._call is not None:  # should the word that it ended have been missed
                        await self._look_at_call()
                if self._watching or count % _LOOKS == 0:
                    await self._look_at_help()
            except (*_AWAY, UnjaiError) as error:
                log.warning("a point's sign of life waits: %s", error)
            self._put({"type": "tick", "now": self._clock.now()})
