"""The web process's side of live pictures and stills: one subscription a feed, however many watch it.

Nothing is asked of a camera that nobody watches; what comes is forwarded unopened. Whoever joins gets the init segment
and all fragments since one could last begin at once, so the first picture does not wait for the camera.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import secrets
import struct
import time
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

import msgspec
from nats.errors import Error as NatsError
from nats.errors import NoRespondersError

from unjai.cameras.recording.shelf import moment
from unjai.cameras.wire import INIT, KEEP_S, KEY, Asked, Piece, ask_subject, piece_of
from unjai.model.errors import UnjaiError
from unjai.model.ids import DeviceId, StationId
from unjai.platform.streams import Bus

log = logging.getLogger(__name__)

_ASK_S = 2.0
_STILL_FRESH_S = 0.4
_BEHIND_BYTES = 6_000_000
_GOP_BYTES = 8_000_000
_STATE_OLD_S = 12.0
Wish = Literal["main", "sub", "auto"]
Message = tuple[Literal["begin", "piece", "state", "skipped"], Any]


@dataclass(frozen=True, slots=True)
class Picture:
    """A still: when it was, the JPEG, and whether something in it is masked."""

    at: datetime
    jpeg: bytes
    masked: bool = False


@dataclass(eq=False)
class Viewer:
    """One screen that watches: what waits for it. One that does not keep up begins anew with the next beginning."""

    waiting: deque[Message] = field(default_factory=deque)
    wake: asyncio.Event = field(default_factory=asyncio.Event)
    held_bytes: int = 0
    needs_key: bool = True

    def give(self, message: Message, size: int = 0, *, key: bool = False) -> None:
        """Queue a message; fragments too many are dropped to the last."""
        if message[0] == "piece":
            if self.needs_key and not key:
                return
            self.needs_key = False
            if self.held_bytes + size > _BEHIND_BYTES:
                self.waiting = deque(one for one in self.waiting if one[0] != "piece")
                self.waiting.append(("skipped", None))
                self.held_bytes, self.needs_key = 0, not key
                if not key:
                    self.wake.set()
                    return
            self.held_bytes += size
        self.waiting.append(message)
        self.wake.set()

    async def next(self) -> Message:
        """Return the next message, waiting for it."""
        while not self.waiting:
            self.wake.clear()
            await self.wake.wait()
        message = self.waiting.popleft()
        if message[0] == "piece":
            self.held_bytes -= len(message[1])
        return message


@dataclass(eq=False)
class _Channel:
    """One feed of one camera, as it comes from the bus."""

    station_id: StationId
    camera_id: DeviceId
    feed: str
    viewers: set[Viewer] = field(default_factory=set)
    begin: tuple[dict[str, Any], bytes] | None = None
    gop: list[bytes] = field(default_factory=list)
    gop_bytes: int = 0
    number: int = -1
    parts: list[bytes] = field(default_factory=list)
    keeping: asyncio.Task[None] | None = None


class Desk:
    """All watching of this web process."""

    def __init__(self, bus: Bus) -> None:
        """Listen to nothing yet."""
        self._bus = bus
        self.reader = secrets.token_hex(6)
        self._channels: dict[tuple[DeviceId, str], _Channel] = {}
        self._states: dict[DeviceId, tuple[float, dict[str, Any]]] = {}
        self._stills: dict[DeviceId, tuple[float, Picture | None]] = {}
        self._asking: dict[DeviceId, asyncio.Task[Picture | None]] = {}

    async def start(self) -> None:
        """Hear states, and what is sent to this process."""
        await self._bus.hear("camera.state.*.*", self._state)
        await self._bus.hear(f"live.{self.reader}.>", self._piece)

    # -- states ----------------------------------------------------------------------------------------------------

    async def _state(self, _subject: str, data: bytes) -> None:
        state: dict[str, Any] = msgspec.json.decode(data)
        camera_id = DeviceId(UUID(state["camera_id"]))
        if state["signal"] == "off":
            self._states.pop(camera_id, None)
        else:
            self._states[camera_id] = (time.monotonic(), state)
        for (known, _feed), channel in self._channels.items():
            if known == camera_id:
                for viewer in channel.viewers:
                    viewer.give(("state", _said(state, channel.feed)))

    def states(self) -> dict[DeviceId, dict[str, Any]]:
        """Return what cameras' processes told in the last seconds; a camera that nobody serves is not in it."""
        oldest = time.monotonic() - _STATE_OLD_S
        return {key: state for key, (heard, state) in self._states.items() if heard >= oldest}

    # -- stills ----------------------------------------------------------------------------------------------------

    async def still(self, station_id: StationId, camera_id: DeviceId) -> Picture | None:
        """Return the camera's newest still, or None while it has none; raise `camera_unserved` (503)."""
        known = self._stills.get(camera_id)
        if known is not None and time.monotonic() - known[0] < _STILL_FRESH_S:
            return known[1]
        task = self._asking.get(camera_id)
        if task is None:
            task = self._asking[camera_id] = asyncio.create_task(self._ask_still(station_id, camera_id))
            task.add_done_callback(lambda _task: self._asking.pop(camera_id, None))
        return await asyncio.shield(task)

    async def _ask_still(self, station_id: StationId, camera_id: DeviceId) -> Picture | None:
        answer = await self._ask(station_id, camera_id, Asked(do="still"))
        found = None
        if answer:
            head, _, jpeg = answer.partition(b"\n")
            told = msgspec.json.decode(head)
            found = Picture(moment(told["at_s"] * 1000), jpeg, masked=told["masked"])
        self._stills[camera_id] = (time.monotonic(), found)
        return found

    async def _ask(self, station_id: StationId, camera_id: DeviceId, asked: Asked) -> bytes:
        subject = ask_subject(station_id, camera_id)
        try:
            answer = await self._bus.nc.request(subject, msgspec.json.encode(asked), timeout=_ASK_S)
        except NoRespondersError:
            raise UnjaiError("camera_unserved", 503) from None
        except (NatsError, OSError, TimeoutError) as error:
            raise UnjaiError("camera_process_silent", 503) from error
        return bytes(answer.data)

    # -- live ------------------------------------------------------------------------------------------------------

    @asynccontextmanager
    async def watch(self, station_id: StationId, camera_id: DeviceId, wish: Wish) -> AsyncIterator[Viewer]:
        """Watch a camera; the first word is its state. Raises `camera_unserved` and `camera_process_silent` (503)."""
        asked = Asked(do="keep", reader=self.reader, feed=wish)
        state: dict[str, Any] = msgspec.json.decode(await self._ask(station_id, camera_id, asked))
        channel = self._channel(station_id, camera_id, state["feed"])
        viewer = Viewer()
        viewer.give(("state", _said(state, channel.feed)))
        if channel.begin is not None:
            viewer.give(("begin", channel.begin))
            for number, piece in enumerate(channel.gop):
                viewer.give(("piece", piece), len(piece), key=number == 0)
        channel.viewers.add(viewer)
        if channel.keeping is None:
            channel.keeping = asyncio.create_task(self._keep(channel))
        try:
            yield viewer
        finally:
            channel.viewers.discard(viewer)
            if not channel.viewers:
                await self._let_go(channel)

    def _channel(self, station_id: StationId, camera_id: DeviceId, feed: str) -> _Channel:
        return self._channels.setdefault((camera_id, feed), _Channel(station_id, camera_id, feed))

    async def _let_go(self, channel: _Channel) -> None:
        if channel.keeping is not None:
            channel.keeping.cancel()
            channel.keeping = None
        self._channels.pop((channel.camera_id, channel.feed), None)
        await self._say(channel, "leave")

    async def _say(self, channel: _Channel, do: Literal["keep", "leave"]) -> None:
        feed: Wish = "sub" if channel.feed == "sub" else "main"
        with contextlib.suppress(UnjaiError):
            await self._ask(channel.station_id, channel.camera_id, Asked(do=do, reader=self.reader, feed=feed))

    async def _keep(self, channel: _Channel) -> None:
        while True:
            await asyncio.sleep(KEEP_S)
            await self._say(channel, "keep")

    async def _piece(self, subject: str, data: bytes) -> None:
        _live, _reader, station, camera, feed = subject.split(".")
        try:
            piece = piece_of(data)
        except struct.error:
            return
        channel = self._channel(StationId(int(station)), DeviceId(UUID(camera)), feed)
        if piece.number not in {channel.number, channel.number + 1} and channel.number >= 0 and piece.kind != INIT:
            self._missed(channel, piece)
        channel.number = piece.number
        channel.parts.append(piece.body)
        if piece.last:
            whole = b"".join(channel.parts) if len(channel.parts) > 1 else piece.body
            channel.parts = []
            self._take(channel, piece, whole)

    def _missed(self, channel: _Channel, piece: Piece) -> None:
        """Something was lost on the way: wait for the next beginning rather than show what is torn."""
        log.info("live pictures of %s were lost before %d", channel.camera_id, piece.number)
        channel.parts, channel.gop, channel.gop_bytes = [], [], 0
        for viewer in channel.viewers:
            viewer.needs_key = True
            viewer.give(("skipped", None))

    def _take(self, channel: _Channel, piece: Piece, whole: bytes) -> None:
        if piece.kind == INIT:
            head, _, init = whole.partition(b"\n")
            channel.begin, channel.gop, channel.gop_bytes = (msgspec.json.decode(head), init), [], 0
            for viewer in channel.viewers:
                viewer.needs_key = True
                viewer.give(("begin", channel.begin))
            return
        key = piece.kind == KEY
        if key:
            channel.gop, channel.gop_bytes = [], 0
        if key or channel.gop:
            channel.gop.append(whole)
            channel.gop_bytes += len(whole)
            if channel.gop_bytes > _GOP_BYTES:
                channel.gop, channel.gop_bytes = [], 0
        for viewer in channel.viewers:
            viewer.give(("piece", whole), len(whole), key=key)


def _said(state: dict[str, Any], feed: str) -> dict[str, Any]:
    """Return of a state what a screen that watches one feed must know."""
    own = state.get("feeds", {}).get(feed, {})
    kept = ("signal", "since", "why", "fps", "bits_per_s", "codec", "width", "height")
    return {"feed": feed, "recording": state.get("recording"), **{name: own.get(name) for name in kept}}
