"""Operators' screens as a process of its own: many WebSocket readers of `/api/live` that cost little and keep count.

A reader behaves as the console does: it checks every number, asks for a resync after a gap, and answers pings. Bodies
are parsed once, however many readers get the same bytes.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
import multiprocessing
import os
import struct
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

_SPAWN = multiprocessing.get_context("spawn")
_LIFE_S = 300.0
_TEXT, _BINARY, _CLOSE, _PING, _PONG = 1, 2, 8, 9, 10
_PARTS = ("incidents", "units", "devices", "strip")


@dataclass
class Seen:
    """What the readers of one label got since the last look."""

    readers: int = 0
    frames: Counter[str] = field(default_factory=Counter)
    parts: Counter[str] = field(default_factory=Counter)
    stations: set[int] = field(default_factory=set)
    payload_bytes: int = 0
    gaps: int = 0
    closed: int = 0


@dataclass
class Look:
    """Answer of `Screens.look`: counts by label, and every delta with the moment each reader had it (monotonic)."""

    seen: dict[str, Seen]
    deltas: list[dict[str, Any]]
    receipts: list[tuple[float, int, int]]
    """Moment, reader, index in `deltas`."""


class _Screen(asyncio.Protocol):
    def __init__(self, book: _Book, number: int, label: str, token: str, port: int) -> None:
        self.book, self.number, self.label = book, number, label
        self.hello = (
            f"GET /api/live HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: {base64.b64encode(os.urandom(16)).decode()}\r\nSec-WebSocket-Version: 13\r\n"
            f"Cookie: unjai_session={token}\r\n\r\n"
        ).encode()
        self.held = bytearray()
        self.open = False
        self.seq: int | None = None
        self.snapshot = False
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        transport.write(self.hello)

    def connection_lost(self, _error: Exception | None) -> None:
        self.book.seen[self.label].closed += 1

    def data_received(self, data: bytes) -> None:
        at = time.monotonic()
        self.held += data
        if not self.open:
            end = self.held.find(b"\r\n\r\n")
            if end < 0:
                return
            if not self.held.startswith(b"HTTP/1.1 101"):
                raise RuntimeError(f"no WebSocket: {bytes(self.held[:80])!r}")
            del self.held[: end + 4]
            self.open = True
        for kind, body in self._frames():
            self._take(at, kind, body)

    def _frames(self) -> Iterator[tuple[int, bytes]]:
        held, at = self.held, 0
        while len(held) >= at + 2:
            size, start = held[at + 1], at + 2
            if size == 126:
                if len(held) < at + 4:
                    break
                size, start = int.from_bytes(held[at + 2 : at + 4]), at + 4
            elif size == 127:
                if len(held) < at + 10:
                    break
                size, start = int.from_bytes(held[at + 2 : at + 10]), at + 10
            if len(held) < start + size:
                break
            yield held[at] & 0x0F, bytes(held[start : start + size])
            at = start + size
        del held[:at]

    def _take(self, at: float, kind: int, body: bytes) -> None:
        seen = self.book.seen[self.label]
        seen.payload_bytes += len(body)
        if kind == _PING:
            self._say(_PONG, body)
        elif kind == _BINARY:
            seen.frames["marks"] += 1
            self._number(int.from_bytes(body[:4], "little"))
        elif kind == _TEXT:
            index, said = self.book.parsed(body)
            what = said["type"]
            seen.frames[what] += 1
            if what == "snapshot":
                self.seq, self.snapshot = said["seq"], True
                seen.stations.add(said["station"])
            elif what == "delta":
                self._number(said["seq"])
                self.book.receipts.append((at, self.number, index))
            for part in _PARTS:
                if said.get(part):
                    seen.parts[part] += 1

    def _number(self, seq: int) -> None:
        if self.seq is not None and seq != self.seq + 1:
            self.book.seen[self.label].gaps += 1
            self._say(_TEXT, b'{"type":"resync"}')
        self.seq = seq

    def _say(self, kind: int, body: bytes) -> None:
        assert self.transport is not None
        mask = os.urandom(4)
        masked = bytes(byte ^ mask[index % 4] for index, byte in enumerate(body))
        self.transport.write(struct.pack("BB", 0x80 | kind, 0x80 | len(body)) + mask + masked)


class _Book:
    def __init__(self, labels: Sequence[str]) -> None:
        self.readers = Counter(labels)
        self.clear()

    def clear(self) -> None:
        self.seen = {label: Seen(readers=count) for label, count in self.readers.items()}
        self.deltas: list[dict[str, Any]] = []
        self.receipts: list[tuple[float, int, int]] = []
        self._known: dict[bytes, tuple[int, dict[str, Any]]] = {}

    def parsed(self, body: bytes) -> tuple[int, dict[str, Any]]:
        """Parse a body once; a delta gets an index."""
        known = self._known.get(body)
        if known is not None:
            return known
        said = json.loads(body)
        if said["type"] != "delta":
            return -1, said
        self.deltas.append(said)
        self._known[body] = (len(self.deltas) - 1, said)
        return self._known[body]


async def _watch(port: int, screens: list[tuple[str, str]], pipe: Any) -> None:
    loop = asyncio.get_running_loop()
    book = _Book([label for label, _token in screens])
    opened: list[_Screen] = []
    for number, (label, token) in enumerate(screens):
        made = _Screen(book, number, label, token, port)
        await loop.create_connection(lambda made=made: made, "127.0.0.1", port)  # type: ignore[misc]
        opened.append(made)
    until = loop.time() + _LIFE_S
    while not all(one.snapshot for one in opened) and loop.time() < until:  # noqa: ASYNC110  a bench may poll
        await asyncio.sleep(0.05)
    pipe.send("ready")
    while loop.time() < until:
        while not pipe.poll():  # noqa: ASYNC110
            await asyncio.sleep(0.02)
        if pipe.recv() == "end":
            break
        pipe.send(Look(seen=book.seen, deltas=book.deltas, receipts=book.receipts))
        book.clear()


def _run(port: int, screens: list[tuple[str, str]], pipe: Any) -> None:
    with contextlib.suppress(EOFError, KeyboardInterrupt):  # who asked is gone
        asyncio.run(_watch(port, screens, pipe))


class Screens:
    """The process of readers; a context manager that ends it."""

    def __init__(self, port: int, screens: list[tuple[str, str]]) -> None:
        """Say who reads: a label and a session's cookie value for each screen."""
        self._pipe, far = _SPAWN.Pipe()
        self._job = _SPAWN.Process(target=_run, args=(port, screens, far), daemon=True)

    def __enter__(self) -> Self:
        """Start, and wait until every screen has its snapshot."""
        self._job.start()
        if not self._pipe.poll(60) or self._pipe.recv() != "ready":
            raise RuntimeError("the screens did not get their snapshots")
        return self

    def look(self) -> Look:
        """Return what came since the last look."""
        self._pipe.send("look")
        found = self._pipe.recv()
        assert isinstance(found, Look)
        return found

    def __exit__(self, *_error: object) -> None:
        """End the process."""
        with contextlib.suppress(OSError):  # it is gone
            self._pipe.send("end")
        self._job.join(5)
        if self._job.is_alive():
            self._job.kill()
