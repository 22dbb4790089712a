"""A load client that costs little: HTTP/1.1 over kept-alive loopback connections; what was answered is written down."""

from __future__ import annotations

import asyncio
import base64
import itertools
import json
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Told:
    """Positions of one request: `count` of them, one a second from `start_s`, of the phone `key`."""

    key: str
    start_s: int
    count: int
    wire: bytes


@dataclass(slots=True)
class Answers:
    """What came of a run: how many answers had which status, what was acknowledged (2xx), how long it took."""

    statuses: Counter[int] = field(default_factory=Counter)
    acknowledged: list[Told] = field(default_factory=list)
    took_s: float = 0.0

    @property
    def positions(self) -> int:
        """Return how many positions were acknowledged."""
        return sum(told.count for told in self.acknowledged)


class Phones:
    """Patrol phones with positions to tell; no position is ever told twice."""

    def __init__(self, fleet: dict[str, str], start_s: int) -> None:
        """Begin at `start_s`, in Unix seconds, which must lie within the phones' duty."""
        self._heads = {key: authorization(key, secret) for key, secret in fleet.items()}
        self._next = dict.fromkeys(fleet, start_s)
        self._turn = itertools.cycle(fleet)

    def tell(self, requests: int, batch: int) -> list[Told]:
        """Return requests of `batch` positions each, phone after phone."""
        made = []
        for key in itertools.islice(self._turn, requests):
            start_s = self._next[key]
            self._next[key] = start_s + batch
            told = [position(at_s) for at_s in range(start_s, start_s + batch)]
            body = encode(told if batch > 1 else told[0])
            made.append(Told(key, start_s, batch, post("/gps/owntracks", self._heads[key], body)))
        return made


def authorization(key: str, secret: str) -> str:
    """Return the header line of a phone."""
    return f"Authorization: Basic {base64.b64encode(f'{key}:{secret}'.encode()).decode()}\r\n"


def post(path: str, headers: str, body: bytes) -> bytes:
    """Return one POST of JSON as it stands on the wire; `headers` are whole lines."""
    head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{headers}Content-Type: application/json\r\n"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


def position(at_s: int) -> dict[str, object]:
    """Return an OwnTracks location of the second `at_s`; the same second is always the same message."""
    return {
        "_type": "location",
        "lat": round(16.8 + at_s % 997 / 1e5, 6),
        "lon": round(100.26 + at_s % 991 / 1e5, 6),
        "tst": at_s,
        "acc": 5,
        "vel": at_s % 60,
        "cog": at_s % 360,
        "batt": 80,
        "tid": "BX",
        "t": "u",
    }


def encode(message: object) -> bytes:
    """Return a message as compact JSON."""
    return json.dumps(message, separators=(",", ":")).encode()


async def answer_status(reader: asyncio.StreamReader) -> int:
    """Read one answer with a Content-Length and return its status."""
    head = await reader.readuntil(b"\r\n\r\n")
    low = head.lower()
    at = low.find(b"\r\ncontent-length:")
    if at >= 0:
        await reader.readexactly(int(low[at + 17 : low.index(b"\r\n", at + 2)]))
    return int(head[9:12])


async def send(port: int, requests: Sequence[Told], *, connections: int, seconds: float) -> Answers:
    """Send requests, each connection the next one when its last is answered, until they or the time run out."""
    waiting, answers = iter(requests), Answers()
    opened = [await asyncio.open_connection("127.0.0.1", port) for _ in range(connections)]
    began = time.perf_counter()
    until = began + seconds

    async def work(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for told in waiting:
            writer.write(told.wire)
            status = await answer_status(reader)
            answers.statuses[status] += 1
            if 200 <= status < 300:
                answers.acknowledged.append(told)
            if time.perf_counter() > until:
                return

    try:
        await asyncio.gather(*(work(*pair) for pair in opened))
        answers.took_s = time.perf_counter() - began
    finally:
        for _reader, writer in opened:
            writer.close()
    return answers


def all_acknowledged(runs: Iterable[Answers]) -> set[tuple[str, int]]:
    """Return (phone, Unix second) of every acknowledged position."""
    return {
        (told.key, at_s)
        for run in runs
        for told in run.acknowledged
        for at_s in range(told.start_s, told.start_s + told.count)
    }
