"""The WebSocket door of live pictures: ``/ws/camera/{id}?feed=auto|main|sub``.

Said to the screen: ``{"type":"begin", "mime", "width", "height", "feed", …}`` followed by one binary message, the init
segment; then binary messages, each a fragment; ``{"type":"state", "signal", "since", "why", "recording", …}``;
``{"type":"skipped"}`` where pictures were left out because the screen or the line was too slow. Each watching is in the
log, its beginning before the first picture.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from collections.abc import Awaitable
from datetime import datetime
from typing import Literal, cast
from uuid import UUID

import msgspec
from starlette.routing import BaseRoute, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from unjai.cameras.desk import Desk, Viewer, Wish
from unjai.cameras.flows.watching import begin_watching, end_watching
from unjai.model.actor import Actor
from unjai.model.errors import UnjaiError
from unjai.model.ids import DeviceId, StationId
from unjai.platform.http import Ground
from unjai.web.live import Hub, Reader, heard
from unjai.web.sockets import FORGED, Who, doubts, refuse, still, welcome

_UNSERVED = 4404
_MOST_EACH = 24
"""Live pictures that one account may have open at once: two screens of nine, and some."""


def routes(hub: Hub, desk: Desk, ground: Ground, who: Who) -> list[BaseRoute]:
    """Return the door."""
    door = _Door(hub, desk, ground, who)
    return [WebSocketRoute("/ws/camera/{camera_id:uuid}", door.watch)]


class _Door:
    def __init__(self, hub: Hub, desk: Desk, ground: Ground, who: Who) -> None:
        self._hub, self._desk, self._ground, self._who = hub, desk, ground, who
        self._open: Counter[str] = Counter()

    async def watch(self, socket: WebSocket) -> None:
        """Show one camera to one screen until either goes, or the session ends."""
        actor = await welcome(socket, self._who)
        if actor is None:
            return
        camera_id = DeviceId(cast("UUID", socket.path_params["camera_id"]))
        said = socket.query_params.get("feed", "auto")
        wish: Wish = cast("Literal['main', 'sub']", said) if said in {"main", "sub"} else "auto"
        if self._open[actor.key] >= _MOST_EACH:
            await refuse(socket, UnjaiError("camera_watching_full", 429, most=_MOST_EACH), _UNSERVED)
            return
        self._open[actor.key] += 1
        try:
            await self._begun(socket, actor, camera_id, wish)
        except UnjaiError as error:
            await refuse(socket, error, FORGED if error.status == 403 else _UNSERVED)  # noqa: PLR2004
        finally:
            self._open[actor.key] -= 1

    async def _begun(self, socket: WebSocket, actor: Actor, camera_id: DeviceId, wish: Wish) -> None:
        clock = self._ground.clock
        async with self._ground.db.tx(actor) as tx:
            station_id = await begin_watching(tx, actor, clock, camera_id=camera_id, way="live")
        since = clock.now()
        try:
            async with self._desk.watch(station_id, camera_id, wish) as viewer:
                await self._show(socket, actor, viewer)
        finally:
            await asyncio.shield(self._ended(actor, camera_id, station_id, since))

    async def _ended(self, actor: Actor, camera_id: DeviceId, station_id: StationId, since: datetime) -> None:
        clock = self._ground.clock
        async with self._ground.db.tx(actor) as tx:
            await end_watching(
                tx,
                actor,
                clock,
                camera_id=camera_id,
                station_id=station_id,
                way="live",
                since=since,
                until=clock.now(),
            )

    async def _show(self, socket: WebSocket, actor: Actor, viewer: Viewer) -> None:
        reader = Reader(station_id=actor.station, view="none", account_id=actor.account_id, until=actor.until)
        revoked = await self._hub.bus.hear("evt.*.session.revoked", doubts(reader))
        jobs: list[Awaitable[None]] = [
            _send(socket, viewer),
            _listen(socket),
            self._hub.guard(socket, reader, lambda: still(socket, self._who, actor)),
        ]
        tasks = [asyncio.ensure_future(job) for job in jobs]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await revoked.unsubscribe()


async def _listen(socket: WebSocket) -> None:
    while True:
        await heard(socket)


async def _send(socket: WebSocket, viewer: Viewer) -> None:
    with contextlib.suppress(WebSocketDisconnect, RuntimeError):
        while True:
            what, body = await viewer.next()
            if what == "piece":
                await socket.send_bytes(body)
            elif what == "begin":
                head, init = body
                await socket.send_text(msgspec.json.encode({"type": "begin", **head}).decode())
                await socket.send_bytes(init)
            elif what == "state":
                await socket.send_text(msgspec.json.encode({"type": "state", **body}).decode())
            else:
                await socket.send_text('{"type":"skipped"}')
