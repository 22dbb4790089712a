"""The live feed: core's frames forwarded unopened to each reader of a view class; web keeps no truth.

A reader gets a snapshot, then frames in order. Whoever is slow (64 frames behind) gets a fresh snapshot instead.
Its session is asked for again when an event says that something of the account changed, and each minute in case an
event was missed; a database that cannot answer ends nobody's picture.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
import struct
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

import msgspec
from nats.errors import Error as NatsError
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from starlette.websockets import WebSocket, WebSocketDisconnect

from unjai.model.clock import Clock
from unjai.model.ids import AccountId, StationId
from unjai.platform.streams import Bus

log = logging.getLogger(__name__)

_SEQ = struct.Struct("<I")
_HEAD = _SEQ.size + 1
_BEHIND = 64
_ASK_S = 2.0
_AGAIN_S = 0.5
_CORE_LOST_S = 3.0
_KEEP_S = 20
_MAX_SAID = 1024
_GUARD_S = 60.0
_DOUBT_S = 0.25
"""What else listens for a revoked session must have heard of it before the session is asked for."""

NOTICES = ("breakglass.changed", "approval.changed", "sos.changed", "talk.said")
"""What screens are told of besides the picture: only that it changed."""

Why = Literal["disc", "stream", "database"]
"""What stands in the way: a full disc, or an engine that does not answer."""

_decode_said = msgspec.json.Decoder(dict[str, Any]).decode


@dataclass(kw_only=True, eq=False)
class Reader:
    """One screen: its frames that wait, and whether it needs the whole picture anew.

    `until` is when its rights end by themselves; `notices` are names of things it should ask for anew.
    """

    station_id: StationId
    view: str
    account_id: AccountId | None = None
    until: datetime | None = None
    notices: set[str] = field(default_factory=set)
    waiting: deque[tuple[int, str | bytes]] = field(default_factory=deque)
    wake: asyncio.Event = field(default_factory=asyncio.Event)
    doubt: asyncio.Event = field(default_factory=asyncio.Event)
    seq: int | None = None
    resync: bool = True
    tick: bool = False

    def give(self, seq: int, frame: str | bytes) -> None:
        """Queue a frame; a reader too far behind starts anew."""
        if self.resync and self.seq is None and len(self.waiting) >= _BEHIND:
            self.waiting.popleft()
        elif len(self.waiting) >= _BEHIND:
            self.waiting.clear()
            self.resync = True
        self.waiting.append((seq, frame))
        self.wake.set()


class Hub:
    """All readers of this process."""

    def __init__(self, bus: Bus, clock: Clock) -> None:
        """Forward what the bus brings; `clock` tells how old the core's last sign of life is."""
        self.bus, self.clock = bus, clock
        self.readers: dict[tuple[StationId, str], set[Reader]] = {}
        self.heard_core: datetime | None = None
        self.lost_since: datetime | None = None
        self.why: Why | None = None
        """What stands in the way, as far as it is known; goes out with each tick."""
        self._subscriptions: dict[tuple[StationId, str], Any] = {}

    async def start(self) -> None:
        """Listen for core's sign of life, and for accounts whose sessions or roles changed."""
        await self.bus.hear("core.alive", self._alive)
        await self.bus.hear("evt.*.session.revoked", self._revoked)
        for subject in NOTICES:
            await self.bus.hear(f"evt.*.{subject}", self._noticed)

    async def _revoked(self, _subject: str, data: bytes) -> None:
        account = _decode_said(data).get("account_id")
        for readers in self.readers.values():
            for reader in readers:
                if account is None or str(reader.account_id) == account:
                    reader.doubt.set()

    async def _noticed(self, subject: str, _data: bytes) -> None:
        """Tell every screen of the station that something outside the picture changed; it asks for it by itself."""
        _evt, station, what = subject.split(".", 2)
        for (station_id, _view), readers in self.readers.items():
            if station_id == int(station):
                for reader in readers:
                    reader.notices.add(what)
                    reader.wake.set()

    async def _alive(self, _subject: str, _data: bytes) -> None:
        self.heard_core, self.lost_since = self.clock.now(), None

    def core_state(self) -> tuple[str, datetime | None]:
        """Return `ok`, or `lost` and since when."""
        now = self.clock.now()
        if self.heard_core is not None and (now - self.heard_core).total_seconds() < _CORE_LOST_S:
            return "ok", None
        if self.lost_since is None:
            self.lost_since = self.heard_core or now
        return "lost", self.lost_since

    async def join(self, reader: Reader) -> None:
        """Begin to forward a view class's frames to a reader."""
        key = (reader.station_id, reader.view)
        self.readers.setdefault(key, set()).add(reader)
        if key not in self._subscriptions:
            self._subscriptions[key] = await self.bus.hear(f"view.{key[0]}.{key[1]}", self._frame)

    async def leave(self, reader: Reader) -> None:
        """Stop forwarding; the last reader of a class lets its subscription go."""
        key = (reader.station_id, reader.view)
        readers = self.readers.get(key, set())
        readers.discard(reader)
        if not readers:
            self.readers.pop(key, None)
            subscription = self._subscriptions.pop(key, None)
            if subscription is not None:
                with contextlib.suppress(NatsError):
                    await subscription.unsubscribe()

    async def _frame(self, subject: str, data: bytes) -> None:
        _word, station, view = subject.split(".", 2)
        seq = _SEQ.unpack_from(data)[0]
        frame: str | bytes = data[_HEAD:].decode() if data[4:5] == b"T" else data[_HEAD:]
        for reader in self.readers.get((StationId(int(station)), view), ()):
            reader.give(seq, frame)

    async def snapshot(self, reader: Reader) -> tuple[int, str]:
        """Ask core for the whole picture of a reader's class; raises `nats.errors.Error` while core is away."""
        answer = await self.bus.nc.request(f"snapshot.{reader.station_id}.{reader.view}", b"", timeout=_ASK_S)
        return _SEQ.unpack_from(answer.data)[0], answer.data[_HEAD:].decode()

    async def serve(self, socket: WebSocket, reader: Reader, still: Callable[[], Awaitable[bool]]) -> None:
        """Serve one accepted socket until it goes, or until `still` (asked when in doubt) says no."""
        tasks: list[asyncio.Task[None]] = []
        try:
            await self.join(reader)
            jobs = (self._listen(socket, reader), self._send(socket, reader), self.guard(socket, reader, still))
            tasks += [asyncio.create_task(job) for job in jobs]
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            for task in tasks:
                with contextlib.suppress(asyncio.CancelledError, WebSocketDisconnect, RuntimeError, OSError):
                    await task
            await self.leave(reader)

    async def guard(self, socket: WebSocket, reader: Reader, still: Callable[[], Awaitable[bool]]) -> None:
        """Close a socket once its session is over or has other rights; runs until then."""
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._patience_s(reader)):
                    await reader.doubt.wait()
                await asyncio.sleep(_DOUBT_S)
            reader.doubt.clear()
            try:
                if not await still():
                    break
            except (DBAPIError, PoolTimeoutError, OSError, TimeoutError) as error:
                log.warning("a session could not be asked for: %s", error)
        await socket.close(4401)

    def _patience_s(self, reader: Reader) -> float:
        """Return how long a session is believed before it is asked for again."""
        patience_s = _GUARD_S * random.uniform(0.7, 1.3)  # noqa: S311  spreads the questions
        if reader.until is None:
            return patience_s
        left_s = (reader.until - self.clock.now()).total_seconds()
        return min(patience_s, max(left_s, 0.0) + _DOUBT_S)

    async def _listen(self, socket: WebSocket, reader: Reader) -> None:
        while True:
            said = await heard(socket)
            if said.get("type") == "resync":
                reader.resync = True
                reader.wake.set()

    async def _send(self, socket: WebSocket, reader: Reader) -> None:
        while True:
            if reader.resync:
                await self._anew(socket, reader)
            while reader.waiting and not reader.resync:
                seq, frame = reader.waiting.popleft()
                if reader.seq is not None and 0 <= reader.seq - seq < 1 << 31:
                    continue
                reader.seq = seq
                await (socket.send_text(frame) if isinstance(frame, str) else socket.send_bytes(frame))
            while reader.notices:
                await socket.send_text(msgspec.json.encode({"type": "notice", "what": reader.notices.pop()}).decode())
            if reader.tick:
                reader.tick = False
                await socket.send_text(self._tick(reader))
            if not reader.waiting and not reader.resync and not reader.notices:
                reader.wake.clear()
                await reader.wake.wait()

    async def every_second(self) -> None:
        """Send each idle reader a tick, and tell core now and then which classes are still read; runs for ever."""
        beat = 0
        while True:
            await asyncio.sleep(1.0)
            beat += 1
            for (station_id, view), readers in list(self.readers.items()):
                if beat % _KEEP_S == 0:
                    with contextlib.suppress(NatsError):
                        await self.bus.tell(f"keep.{station_id}.{view}", b"")
                for reader in readers:
                    if not reader.waiting:
                        reader.tick = True
                        reader.wake.set()

    async def _anew(self, socket: WebSocket, reader: Reader) -> None:
        try:
            reader.seq, whole = await self.snapshot(reader)
        except (NatsError, OSError):
            await socket.send_text(self._tick(reader))
            await asyncio.sleep(_AGAIN_S)
            return
        reader.resync = False
        await socket.send_text(whole)

    def _tick(self, reader: Reader) -> str:
        state, since = self.core_state()
        tick = {"type": "tick", "seq": reader.seq or 0, "now": self.clock.now(), "core": state, "since": since}
        return msgspec.json.encode({**tick, "why": self.why}).decode()


async def heard(socket: WebSocket) -> dict[str, Any]:
    """Return what a screen says; junk is the empty dictionary, a long message ends the connection."""
    message = await socket.receive()
    if message["type"] == "websocket.disconnect":
        raise WebSocketDisconnect(message.get("code", 1000))
    body = message.get("text") or message.get("bytes") or ""
    if len(body) > _MAX_SAID:
        raise WebSocketDisconnect(1009)
    try:
        return _decode_said(body)
    except msgspec.DecodeError:
        return {}
