"""Follow a stream: batches of whatever has come, at once when something comes, and by itself after every break.

Pull requests are made here rather than with the client's `fetch`, which waits for a full batch or its time-out;
an operator would see a pressed button up to that time-out later.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from nats.aio.msg import Msg
from nats.errors import Error as NatsError
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy
from nats.js.errors import Error as StreamError

from unjai.platform.streams import Bus

log = logging.getLogger(__name__)

_NANO = 1_000_000_000
_EXPIRES_S = 30
_HEARTBEAT_S = 2
_SILENT_S = 7
_AGAIN_S = 0.3
_BATCH_BYTES = 1_000_000
"""A batch ends here (some 1,700 positions), so that a flood neither fills memory nor holds the loop for long."""
ACK_WAIT_S = 5.0
"""A reader that was killed leaves what it held unsettled no longer than this; then its successor gets it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Item:
    """One stream message: its sequence in the stream, its subject, its body and the headers it came with."""

    seq: int
    subject: str
    data: bytes
    headers: dict[str, str] = field(default_factory=dict)
    raw: Msg

    @property
    def stored_at(self) -> datetime:
        """When the stream took it, in UTC."""
        return self.raw.metadata.timestamp.astimezone(UTC)


class Follower:
    """Reads one stream. With `durable` the server keeps the place and `done` moves it; else it starts after `since`."""

    def __init__(
        self,
        bus: Bus,
        stream: str,
        *,
        durable: str | None = None,
        since: int = 0,
        at_most: int = 512,
        ack_wait_s: float = ACK_WAIT_S,
        gather_s: float = 0.0,
    ) -> None:
        """Say what to read; nothing is asked of the server yet.

        With `gather_s` a batch waits so long for more, where its work costs much the same for one message or many.
        """
        self.bus, self.stream, self.durable, self.at_most = bus, stream, durable, at_most
        self.ack_wait_s, self.gather_s = ack_wait_s, gather_s
        self.last = since
        self._queue: asyncio.Queue[Item] = asyncio.Queue()
        self._alive = asyncio.Event()
        self._over: Item | None = None
        self._outstanding = 0

    async def batches(self) -> AsyncIterator[list[Item]]:
        """Yield lists of what has come, oldest first, for ever; server restarts only delay it."""
        while True:
            try:
                async for items in self._session():
                    yield items
            except (NatsError, StreamError, OSError, TimeoutError) as error:
                log.info("following %s again: %s", self.stream, error)
            await asyncio.sleep(_AGAIN_S)

    async def done(self, items: list[Item]) -> None:
        """Acknowledge these (durable readers only).

        Each by itself: an acknowledgement of all before would also settle what a killed predecessor still held.
        """
        for item in items:
            await self.bus.nc.publish(item.raw.reply, b"+ACK")

    async def _session(self) -> AsyncIterator[list[Item]]:
        name = await self._consumer()
        inbox = self.bus.nc.new_inbox()
        self._queue = asyncio.Queue()
        self._over = None
        self._outstanding = 0
        subscription = await self.bus.nc.subscribe(inbox, cb=self._came)
        self.bus.when_back.add(self._back)
        try:
            while True:
                if self._outstanding <= self.at_most // 2:
                    await self._request(name, inbox)
                items = await self._some()
                if items:
                    self.last = items[-1].seq
                    yield items
        finally:
            self.bus.when_back.discard(self._back)
            with contextlib.suppress(NatsError):
                await subscription.unsubscribe()

    def _back(self) -> None:
        """Begin anew: the server that is back knows nothing of what was asked of the one before."""
        self._queue.put_nowait(Item(seq=-1, subject="reconnected", data=b"", raw=Msg(self.bus.nc)))

    async def _consumer(self) -> str:
        config = ConsumerConfig(
            name=self.durable,
            durable_name=self.durable,
            ack_policy=AckPolicy.EXPLICIT if self.durable else AckPolicy.NONE,
            deliver_policy=DeliverPolicy.ALL if self.durable else DeliverPolicy.BY_START_SEQUENCE,
            opt_start_seq=None if self.durable else self.last + 1,
            inactive_threshold=None if self.durable else 60.0,
            mem_storage=None if self.durable else True,
            ack_wait=self.ack_wait_s if self.durable else None,
            max_ack_pending=20_000 if self.durable else None,
        )
        if self.durable:
            with contextlib.suppress(StreamError):
                return str((await self.bus.js.consumer_info(self.stream, self.durable)).name)
        return str((await self.bus.js.add_consumer(self.stream, config)).name)

    async def _request(self, name: str, inbox: str) -> None:
        ask = {"batch": self.at_most, "expires": _EXPIRES_S * _NANO, "idle_heartbeat": _HEARTBEAT_S * _NANO}
        self._outstanding += self.at_most
        await self.bus.nc.publish(
            f"$JS.API.CONSUMER.MSG.NEXT.{self.stream}.{name}", json.dumps(ask).encode(), reply=inbox
        )

    async def _came(self, message: Msg) -> None:
        self._alive.set()
        status = (message.headers or {}).get("Status")
        if status is None or message.reply:
            meta = message.metadata
            item = Item(
                seq=meta.sequence.stream,
                subject=message.subject,
                data=message.data,
                headers=message.headers or {},
                raw=message,
            )
            self._outstanding = max(0, self._outstanding - 1)
            self._queue.put_nowait(item)
        elif status != "100":  # a request ran out (408), or the consumer is gone (404, 409, 503)
            self._outstanding = 0
            self._queue.put_nowait(_over(message, status))

    async def _some(self) -> list[Item]:
        self._alive.clear()
        if self._over is not None:
            raise OSError(f"consumer of {self.stream} is gone ({self._over.subject})")
        try:
            first = await asyncio.wait_for(self._queue.get(), _SILENT_S)
        except TimeoutError:
            if self._alive.is_set():
                return []
            raise
        if self.gather_s and self._queue.qsize() < self.at_most // 4:
            await asyncio.sleep(self.gather_s)
        items: list[Item] = []
        size = 0
        item: Item | None = first
        while item is not None:
            if item.seq >= 0:
                items.append(item)
                size += len(item.data)
            elif item.subject != "408" and items:
                self._over = item  # what came before it is handed out first
                break
            elif item.subject != "408":
                raise OSError(f"consumer of {self.stream} is gone ({item.subject})")
            full = len(items) >= self.at_most or size >= _BATCH_BYTES
            item = None if full or self._queue.empty() else self._queue.get_nowait()
        return items


def _over(message: Msg, status: str) -> Item:
    return Item(seq=-1, subject=status, data=b"", raw=message)


def header(item: Item, name: str) -> str | None:
    """Return one header of a stream message, or None."""
    value: Any = item.headers.get(name)
    return None if value is None else str(value)
