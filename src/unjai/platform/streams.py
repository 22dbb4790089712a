"""NATS and JetStream: the connection, the streams of each retention class, lists published at once.

An acknowledgement is given outward only after the stream's own (`sync_interval: always`).
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import ssl
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import msgspec
import nats
from nats.aio.client import Client
from nats.errors import Error as NatsError
from nats.js import JetStreamContext
from nats.js.api import DiscardPolicy, RetentionPolicy, StorageType, StreamConfig
from nats.js.errors import APIError, NotFoundError

from unjai.model.errors import UnjaiError
from unjai.model.reading import Observation, RetentionClass

log = logging.getLogger(__name__)

STREAM_AGE = timedelta(days=8)
PUBLISH_TIMEOUT_S = 5.0
_ANSWER_S = 10.0
_STALE_S = 10
"""A server that leaves two questions in a row, so far apart, without an answer is taken for dead: connect anew."""
_MESSAGE_BYTES = 900_000
"""A list beyond this goes in halves: NATS takes no message over 1 MB, and a phone that was away sends that much."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Kept:
    """How long a retention class is kept: in the stream (never over 8 days) and in its table."""

    stream_bytes: int
    table_age: timedelta
    partition: timedelta
    own_table: bool = False
    """The capability that it belongs to records it in a table of its own; there is no `obs_` table."""
    stream_age: timedelta = STREAM_AGE


CLASSES: dict[RetentionClass, Kept] = {
    "fleet": Kept(stream_bytes=2_000_000_000, table_age=timedelta(days=365), partition=timedelta(days=7)),
    "device": Kept(stream_bytes=500_000_000, table_age=timedelta(days=90), partition=timedelta(days=7)),
    "citizen": Kept(stream_bytes=500_000_000, table_age=timedelta(days=30), partition=timedelta(days=1)),
    "plates": Kept(stream_bytes=400_000_000, table_age=timedelta(days=30), partition=timedelta(days=1), own_table=True),
    "moment": Kept(
        stream_bytes=200_000_000,
        table_age=timedelta(0),
        partition=timedelta(0),
        own_table=True,
        stream_age=timedelta(hours=1),
    ),
}
RECORDED: tuple[RetentionClass, ...] = tuple(name for name, kept in CLASSES.items() if kept.table_age)
"""The classes that come into tables and into the picture; the others are gone with their stream's age."""

_decode = msgspec.json.Decoder(list[Observation]).decode
_encode = msgspec.json.Encoder().encode


def stream_of(retention: RetentionClass) -> str:
    """Return the name of a class's stream."""
    return f"OBS_{retention.upper()}"


def observations(data: bytes) -> list[Observation]:
    """Read the list that a stream message holds."""
    return _decode(data)


class Bus:
    """One process's connection to NATS."""

    def __init__(self, nc: Client) -> None:
        """Use an open connection."""
        self.nc = nc
        self.js: JetStreamContext = nc.jetstream(timeout=PUBLISH_TIMEOUT_S)
        self.when_back: set[Callable[[], None]] = set()
        """Called each time the connection was lost and is there again: what was asked of the server is forgotten."""

    @classmethod
    async def connect(cls, url: str, *, name: str, tls: ssl.SSLContext | None = None) -> Bus:
        """Connect and keep reconnecting for ever; `url` holds the user and password."""

        async def said(error: Exception) -> None:
            log.warning("nats: %s", error)

        made: list[Bus] = []

        async def back() -> None:
            for bus in made:
                for told in tuple(bus.when_back):
                    told()

        nc = await nats.connect(
            url,
            name=name,
            max_reconnect_attempts=-1,
            reconnect_time_wait=0.25,
            connect_timeout=3,
            error_cb=said,
            reconnected_cb=back,
            pending_size=8 * 1024 * 1024,
            ping_interval=_STALE_S,
            tls=tls,
        )
        made.append(cls(nc))
        return made[0]

    async def make_streams(self) -> None:
        """Make (or update) the stream of every class. Full means refused, never discarded."""
        for retention, kept in CLASSES.items():
            await self.ensure(
                StreamConfig(
                    name=stream_of(retention),
                    subjects=[f"obs.*.{retention}.>"],
                    retention=RetentionPolicy.LIMITS,
                    storage=StorageType.FILE,
                    max_age=kept.stream_age.total_seconds(),
                    max_bytes=kept.stream_bytes,
                    discard=DiscardPolicy.NEW,
                    duplicate_window=120,
                )
            )

    async def ensure(self, config: StreamConfig) -> None:
        """Make a stream, or bring it to `config` where it stands already."""
        try:
            await self.js.stream_info(str(config.name))
        except NotFoundError:
            await self.js.add_stream(config)
        else:
            await self.js.update_stream(config)

    async def put(self, subject: str, seen: list[Observation]) -> None:
        """Store a list durably; raise `stream_away` or `stream_full` (503) when it is not."""
        body = _encode(seen)
        if len(body) > _MESSAGE_BYTES and len(seen) > 1:
            for half in (seen[: len(seen) // 2], seen[len(seen) // 2 :]):
                await self.put(subject, half)
            return
        key = seen[0].id.hex if len(seen) == 1 else f"{seen[0].id.hex}+{len(seen)}+{seen[-1].id.hex}"
        try:
            await self.js.publish(subject, body, timeout=PUBLISH_TIMEOUT_S, headers={"Nats-Msg-Id": key})
        except APIError as error:
            if error.err_code == 10077 or "maximum bytes" in str(error.description):  # noqa: PLR2004  server's own code
                raise UnjaiError("stream_full", 503, stream=subject.split(".")[2]) from error
            raise UnjaiError("stream_away", 503) from error
        except (TimeoutError, NatsError, OSError) as error:
            raise UnjaiError("stream_away", 503) from error

    async def tell(self, subject: str, payload: bytes) -> None:
        """Publish without storing: events after commit, frames, answers."""
        await self.nc.publish(subject, payload)

    async def hear(self, subject: str, then: Callable[[str, bytes], Awaitable[None]]) -> Any:
        """Call `then(subject, payload)` for each message; a failing call is logged and stops nobody else.

        Raises OSError or TimeoutError where the server does not answer: nothing is heard then.
        """

        async def one(message: Any) -> None:
            try:
                await then(message.subject, message.data)
            except Exception:
                log.exception("hearing %s failed", message.subject)

        subscription = await self.nc.subscribe(subject, cb=one)
        try:
            await self.answers(_ANSWER_S)
        except BaseException:
            with contextlib.suppress(NatsError, OSError):
                await subscription.unsubscribe()
            raise
        return subscription

    async def answers(self, patience_s: float) -> None:
        """Return when the server has everything that was sent so far; raise OSError or TimeoutError if it is not heard.

        Not the client's own `flush`: an answer after its timeout meets a cancelled future and ends the reading.
        """
        if not self.nc.is_connected:
            raise ConnectionError
        answer = asyncio.get_running_loop().create_future()
        await self.nc._send_ping(answer)  # noqa: SLF001
        done, _waiting = await asyncio.wait({answer}, timeout=patience_s)  # which cancels nothing
        if not done:
            raise TimeoutError

    async def close(self) -> None:
        """Send what is pending and disconnect."""
        if self.nc.is_connected:
            await self.nc.drain()
        else:
            await self.nc.close()
