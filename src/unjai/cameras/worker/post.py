"""The way of live pictures from the feeds' threads onto the bus: in order, in parts it can carry, never waiting."""

from __future__ import annotations

import asyncio
import logging
from collections import deque

import msgspec

from unjai.cameras.mp4.nal import Headers
from unjai.cameras.specs import Stream
from unjai.cameras.wire import KEY, pieces_of, subject_of
from unjai.cameras.worker.feed import FeedName
from unjai.platform.streams import Bus

log = logging.getLogger(__name__)

_WAITING_BYTES = 48_000_000


class Post:
    """Takes messages from any thread; the process's loop sends them."""

    def __init__(self, bus: Bus, loop: asyncio.AbstractEventLoop) -> None:
        """Send by `bus` on `loop`."""
        self._bus, self._loop = bus, loop
        self._waiting: deque[tuple[str, bytes]] = deque()
        self._bytes = 0
        self._wake = asyncio.Event()
        self._numbers: dict[str, int] = {}
        self.dropped = 0

    def begin(self, camera: Stream, feed: FeedName, reader: str, headers: Headers, init: bytes) -> None:
        """Say what follows to one reader."""
        said = {
            "feed": feed,
            "codec": headers.codec,
            "mime": f'video/mp4; codecs="{headers.codecs}"',
            "width": headers.width,
            "height": headers.height,
        }
        subject = subject_of(reader, camera.station_id, camera.camera_id, feed)
        self._put(subject, b"I", msgspec.json.encode(said) + b"\n" + init)

    def piece(self, camera: Stream, feed: FeedName, reader: str, body: bytes, *, key: bool) -> None:
        """Send a fragment to one reader."""
        subject = subject_of(reader, camera.station_id, camera.camera_id, feed)
        self._put(subject, KEY if key else b"F", body)

    def forget(self, reader: str) -> None:
        """Forget a reader that is gone."""
        for subject in [one for one in self._numbers if one.startswith(f"live.{reader}.")]:
            self._numbers.pop(subject, None)

    def _put(self, subject: str, kind: bytes, body: bytes) -> None:
        number = self._numbers[subject] = self._numbers.get(subject, 0) + 1
        if self._bytes > _WAITING_BYTES:  # the reader sees the number missing and begins anew
            self.dropped += 1
            return
        for piece in pieces_of(kind, number, body):
            self._waiting.append((subject, piece))
            self._bytes += len(piece)
        self._loop.call_soon_threadsafe(self._wake.set)

    async def run(self) -> None:
        """Send for ever; while the bus is away nothing waits for it."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            while self._waiting:
                subject, piece = self._waiting.popleft()
                self._bytes -= len(piece)
                if self._bus.nc.is_connected:
                    await self._bus.tell(subject, piece)
                else:
                    self.dropped += 1
