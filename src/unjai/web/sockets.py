"""The two WebSocket doors: `/api/live` for the room, `/api/officer/live` for one unit's own small channel."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlsplit

import msgspec
from nats.errors import Error as NatsError
from starlette.routing import BaseRoute, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from unjai.model.actor import Actor
from unjai.model.errors import UnjaiError
from unjai.people.rules import view_class
from unjai.platform.i18n import told
from unjai.platform.streams import Bus
from unjai.web.live import Hub, Reader, heard

Who = Callable[[WebSocket], Awaitable[Actor | None]]

REFUSED = 4401
FORGED = 4403


def routes(hub: Hub, who: Who) -> list[BaseRoute]:
    """Return both doors."""

    async def live(socket: WebSocket) -> None:
        actor = await welcome(socket, who)
        if actor is None:
            return
        reader = Reader(
            station_id=actor.station, view=view_class(actor.rights), account_id=actor.account_id, until=actor.until
        )
        with contextlib.suppress(WebSocketDisconnect):
            await hub.serve(socket, reader, lambda: still(socket, who, actor))

    async def officer(socket: WebSocket) -> None:
        actor = await welcome(socket, who)
        if actor is None:
            return
        if not {"unit.self", "patrol.self"} & actor.rights:
            await refuse(socket, UnjaiError("right_missing", 403, right="unit.self"), FORGED)
            return
        await _personal(socket, hub, actor, lambda: still_crew(socket, who, actor))

    return [WebSocketRoute("/api/live", live), WebSocketRoute("/api/officer/live", officer)]


async def still(socket: WebSocket, who: Who, actor: Actor) -> bool:
    """Tell whether the session behind a socket still stands with the same rights."""
    now = await who(socket)
    return now is not None and now.rights == actor.rights and now.stations == actor.stations


async def still_crew(socket: WebSocket, who: Who, actor: Actor) -> bool:
    """Tell whether the session behind an officer's socket still stands, for the same unit."""
    now = await who(socket)
    return now is not None and now.unit_id == actor.unit_id and await still(socket, who, actor)


async def welcome(socket: WebSocket, who: Who) -> Actor | None:
    """Accept a signed-on screen of our own origin; say why not to any other."""
    await socket.accept()
    origin = socket.headers.get("origin")
    if origin is not None and urlsplit(origin).netloc != socket.headers.get("host"):
        await refuse(socket, UnjaiError("request_forged", 403), FORGED)
        return None
    actor = await who(socket)
    if actor is None or not actor.stations:
        await refuse(socket, UnjaiError("sign_in_needed", 401), REFUSED)
        return None
    return actor


async def refuse(socket: WebSocket, error: UnjaiError, code: int) -> None:
    """Say an error and close."""
    with contextlib.suppress(RuntimeError, WebSocketDisconnect):
        await socket.send_text(msgspec.json.encode({"type": "error", "error": told(error)}).decode())
        await socket.close(code)


def doubts(reader: Reader) -> Callable[[str, bytes], Awaitable[None]]:
    """Return what hears that a session is over or changed, and lets the reader's be asked for again."""

    async def revoked(_subject: str, data: bytes) -> None:
        account = msgspec.json.decode(data).get("account_id")
        if account is None or account == str(reader.account_id):
            reader.doubt.set()

    return revoked


class Ears:
    """What one socket hears on the bus: all of it is let go of with the socket, also where only a part was begun."""

    def __init__(self, bus: Bus) -> None:
        """Hear nothing yet."""
        self._bus = bus
        self._subscriptions: list[Any] = []

    async def hear(self, subject: str, then: Callable[[str, bytes], Awaitable[None]]) -> None:
        """Hear one more subject; raises as `Bus.hear` does."""
        self._subscriptions.append(await self._bus.hear(subject, then))

    async def close(self) -> None:
        """Hear nothing any more, whatever state the line to the bus is in."""
        while self._subscriptions:
            with contextlib.suppress(NatsError, OSError):
                await self._subscriptions.pop().unsubscribe()


async def _personal(socket: WebSocket, hub: Hub, actor: Actor, still: Callable[[], Awaitable[bool]]) -> None:
    changed = asyncio.Event()
    reader = Reader(station_id=actor.station, view="none", account_id=actor.account_id, until=actor.until)

    async def mine(_subject: str, data: bytes) -> None:
        fact: dict[str, Any] = msgspec.json.decode(data)
        if actor.unit_id is not None and str(fact.get("unit_id")) == str(actor.unit_id):
            changed.set()

    async def send() -> None:
        while True:
            try:
                await asyncio.wait_for(changed.wait(), 5.0)
            except TimeoutError:
                body: dict[str, Any] = {"type": "tick", "now": hub.clock.now(), "core": hub.core_state()[0]}
            else:
                changed.clear()
                body = {"type": "officer", "now": hub.clock.now()}
            await socket.send_text(msgspec.json.encode(body).decode())

    async def listen() -> None:
        while True:
            await heard(socket)

    station = actor.station
    subjects = [f"evt.{station}.{name}" for name in ("offer.changed", "duty.changed", "unit.changed", "talk.said")]
    changed.set()
    tasks: list[asyncio.Future[None]] = []
    ears = Ears(hub.bus)
    try:
        for subject in subjects:
            await ears.hear(subject, mine)
        await ears.hear("evt.*.session.revoked", doubts(reader))
        tasks += [asyncio.ensure_future(job) for job in (send(), listen(), hub.guard(socket, reader, still))]
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await ears.close()
