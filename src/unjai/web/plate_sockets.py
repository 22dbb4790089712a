"""The WebSocket door of live reads: ``/ws/plates/reads``, for the strip of the console.

Said to the screen, at most twice a second: ``{"type":"reads","reads":[…],"more":n}``, the newest last, and
``{"type":"tick"}`` every five seconds. The screen may say ``{"type":"cameras","keys":[…]}``. Opening it is in the log
before the first read is sent, for it is watching.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter

import msgspec
from nats.errors import Error as NatsError
from starlette.routing import BaseRoute, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from unjai.model.actor import Actor
from unjai.model.errors import UnjaiError
from unjai.plates.live import RIGHT, subject
from unjai.plates.rules.strip import Strip
from unjai.platform.audit import audit
from unjai.platform.http import Ground
from unjai.web.live import Hub, Reader, heard
from unjai.web.sockets import FORGED, Ears, Who, doubts, refuse, still, welcome

_EVERY_S = 0.5
_TICK_BEATS = 10
_MOST_EACH = 4
_UNSERVED = 4404
_KEYS_MOST = 12


def routes(hub: Hub, ground: Ground, who: Who) -> list[BaseRoute]:
    """Return the door."""
    return [WebSocketRoute("/ws/plates/reads", _Door(hub, ground, who).watch)]


class _Door:
    def __init__(self, hub: Hub, ground: Ground, who: Who) -> None:
        self._hub, self._ground, self._who = hub, ground, who
        self._open: Counter[str] = Counter()

    async def watch(self, socket: WebSocket) -> None:
        """Send reads to one screen until either goes, or the session ends."""
        actor = await welcome(socket, self._who)
        if actor is None:
            return
        if self._open[actor.key] >= _MOST_EACH:
            await refuse(socket, UnjaiError("plates_live_full", 429, most=_MOST_EACH), _UNSERVED)
            return
        self._open[actor.key] += 1
        try:
            actor.must(RIGHT)
            async with self._ground.db.tx(actor) as tx:
                await audit(tx, actor, self._ground.clock, action="plates.live", subject="plates:live")
            await self._serve(socket, actor)
        except UnjaiError as error:
            await refuse(socket, error, FORGED if error.status == 403 else _UNSERVED)  # noqa: PLR2004
        finally:
            self._open[actor.key] -= 1

    async def _serve(self, socket: WebSocket, actor: Actor) -> None:
        strip, ears = Strip(), Ears(self._hub.bus)
        reader = Reader(station_id=actor.station, view="none", account_id=actor.account_id, until=actor.until)

        async def come(_subject: str, data: bytes) -> None:
            told = msgspec.json.decode(data)
            strip.take(told["reads"], int(told["n"]))

        tasks: list[asyncio.Future[None]] = []
        try:
            await ears.hear(subject(actor.station), come)
            await ears.hear("evt.*.session.revoked", doubts(reader))
            jobs = (
                _send(socket, strip),
                _listen(socket, strip),
                self._hub.guard(socket, reader, lambda: still(socket, self._who, actor)),
            )
            tasks += [asyncio.ensure_future(job) for job in jobs]
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        except (NatsError, OSError, TimeoutError):
            with contextlib.suppress(RuntimeError, WebSocketDisconnect):
                await socket.close(1013)  # the screen comes again
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await ears.close()


async def _send(socket: WebSocket, strip: Strip) -> None:
    with contextlib.suppress(WebSocketDisconnect, RuntimeError):
        await socket.send_text('{"type":"tick"}')
        beat = 0
        while True:
            await asyncio.sleep(_EVERY_S)
            beat += 1
            told = strip.give()
            if told is not None:
                await socket.send_text(msgspec.json.encode({"type": "reads", **told}).decode())
            elif beat % _TICK_BEATS == 0:
                await socket.send_text('{"type":"tick"}')


async def _listen(socket: WebSocket, strip: Strip) -> None:
    while True:
        said = await heard(socket)
        keys = said.get("keys")
        if said.get("type") == "cameras" and isinstance(keys, list):
            strip.cameras = frozenset(str(one)[:40] for one in keys[:_KEYS_MOST])
