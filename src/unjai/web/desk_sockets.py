"""The operator's end of a call: `/ws/sos/call/{call_id}`, for whoever took it and nobody else."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any, cast
from uuid import UUID

import msgspec
from sqlalchemy.exc import DBAPIError
from starlette.routing import BaseRoute, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from unjai.model.actor import Actor
from unjai.model.errors import UnjaiError, forbidden
from unjai.model.ids import DeviceId, StationId
from unjai.platform.config import Settings
from unjai.platform.http import Ground
from unjai.sos import flows, store
from unjai.sos.ice import ice_servers
from unjai.sos.view import call_out
from unjai.web.live import Hub, Reader
from unjai.web.signals import line, said_by, signal, to_desk, to_point
from unjai.web.sockets import FORGED, Ears, Who, doubts, refuse, still, welcome

log = logging.getLogger(__name__)

OVER = 4410
"""The call has ended, or is somebody else's: the page need not come again."""
_BEAT_S = 5.0


@dataclass(frozen=True, kw_only=True)
class Room:
    """What every operator's end stands on."""

    hub: Hub
    ground: Ground
    who: Who
    settings: Settings


def routes(hub: Hub, ground: Ground, who: Who, settings: Settings) -> list[BaseRoute]:
    """Return the door."""
    room = Room(hub=hub, ground=ground, who=who, settings=settings)

    async def talk(socket: WebSocket) -> None:
        actor = await welcome(socket, who)
        if actor is None:
            return
        call_id = cast("UUID", socket.path_params["call_id"])
        try:
            if not actor.may("sos.talk"):
                raise forbidden("sos.talk")
            await _Desk(room, socket, actor, call_id).serve()
        except UnjaiError as error:
            await refuse(socket, error, FORGED if error.status == 403 else OVER)  # noqa: PLR2004

    return [WebSocketRoute("/ws/sos/call/{call_id:uuid}", talk)]


class _Desk:
    """One operator at one call."""

    def __init__(self, room: Room, socket: WebSocket, actor: Actor, call_id: UUID) -> None:
        self._hub, self._ground, self._who, self._settings = room.hub, room.ground, room.who, room.settings
        self._socket, self._actor, self._call_id = socket, actor, call_id
        self._out: asyncio.Queue[dict[str, Any]] = asyncio.Queue(maxsize=256)

    async def serve(self) -> None:
        row = await self._seen()
        station_id, device_id = StationId(row["station_id"]), DeviceId(row["device_id"])
        reader = Reader(
            station_id=self._actor.station,
            view="none",
            account_id=self._actor.account_id,
            until=self._actor.until,
        )
        ice = ice_servers(self._settings, self._actor.key, self._ground.clock.now())
        self._put({"type": "hello", "ice": ice, "call": self._shown(row)})

        def jobs() -> tuple[Coroutine[Any, Any, None], ...]:
            return (
                self._send(),
                self._listen(station_id, device_id),
                self._beat(),
                self._hub.guard(self._socket, reader, lambda: still(self._socket, self._who, self._actor)),
            )

        tasks: list[asyncio.Future[None]] = []
        ears = Ears(self._hub.bus)
        try:
            await ears.hear(to_desk(station_id, self._call_id), self._from_point)
            await ears.hear(f"evt.{station_id}.sos.changed", self._changed)
            await ears.hear("evt.*.session.revoked", doubts(reader))
            tasks += [asyncio.ensure_future(job) for job in jobs()]
            done, _rest = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await ears.close()
        for task in done:
            error = task.exception()
            if isinstance(error, UnjaiError):
                raise error

    def _put(self, body: dict[str, Any]) -> None:
        with contextlib.suppress(asyncio.QueueFull):  # an end that reads nothing asks again when it is back
            self._out.put_nowait(body)

    def _shown(self, row: dict[str, Any]) -> dict[str, Any]:
        return call_out(row, self._actor).model_dump(mode="json")

    async def _seen(self) -> dict[str, Any]:
        async with self._ground.db.tx(self._actor) as tx:
            return await flows.desk_seen(tx, self._actor, self._ground.clock, call_id=self._call_id)

    async def _from_point(self, _subject: str, data: bytes) -> None:
        self._put(msgspec.json.decode(data))

    async def _changed(self, _subject: str, data: bytes) -> None:
        if msgspec.json.decode(data).get("call_id") != str(self._call_id):
            return
        async with self._ground.db.tx(self._actor) as tx:
            row = await store.call(tx, self._call_id)
        if row is not None:
            self._put({"type": "call", "call": self._shown(row)})

    async def _send(self) -> None:
        with contextlib.suppress(WebSocketDisconnect, RuntimeError):
            while True:
                await self._socket.send_text(line(await self._out.get()))

    async def _listen(self, station_id: StationId, device_id: DeviceId) -> None:
        with contextlib.suppress(WebSocketDisconnect):
            while True:
                passed = signal(self._call_id, await said_by(self._socket))
                if passed is not None:
                    await self._hub.bus.tell(to_point(station_id, device_id), line(passed).encode())

    async def _beat(self) -> None:
        """Keep the call alive; ends with the error that says why it is this operator's no more."""
        while True:
            await asyncio.sleep(_BEAT_S)
            try:
                await self._seen()
            except (DBAPIError, OSError, TimeoutError) as error:
                log.warning("a call's sign of life waits for the database: %s", error)
            self._put({"type": "tick"})
