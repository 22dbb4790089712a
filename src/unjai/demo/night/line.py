"""A device's MQTT line: publishes at QoS 1 in order and waits for each PUBACK; comes back by itself when it breaks."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import aiomqtt

from unjai.demo.night.pace import heed_cancel

log = logging.getLogger(__name__)

_AGAIN_S = 0.3
_AGAIN_MOST_S = 4.0
_KEEPALIVE_S = 30


@dataclass(frozen=True, kw_only=True)
class Broker:
    """Where the MQTT door is."""

    host: str
    port: int


@dataclass(frozen=True, kw_only=True)
class _Letter:
    topic: str
    payload: bytes
    acknowledged: asyncio.Future[None] = field(compare=False)


class Line:
    """One device's connection. `send` returns after the PUBACK, however often the line broke before."""

    def __init__(self, broker: Broker, key: str, secret: str, hears: str | None = None) -> None:
        """Connect when `run` runs; what comes under the topic `hears` waits in `heard`."""
        self.broker, self.key = broker, key
        self._secret = secret
        self._letters: asyncio.Queue[_Letter] = asyncio.Queue()
        self.open = asyncio.Event()
        """Cleared: hang up and stay away (a phone without coverage, a pole without power)."""
        self.open.set()
        self.breaks = 0
        self._hears = hears
        self.heard: asyncio.Queue[bytes] = asyncio.Queue()

    async def send(self, topic: str, payload: bytes) -> None:
        """Publish and return once the broker acknowledged it."""
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        await self._letters.put(_Letter(topic=topic, payload=payload, acknowledged=done))
        await done

    async def run(self) -> None:
        """Keep the line up for ever."""
        wait_s = _AGAIN_S
        pending: _Letter | None = None
        while True:
            await self.open.wait()
            try:
                async with self._client() as client, self._listening(client):
                    wait_s = _AGAIN_S
                    while self.open.is_set():
                        heed_cancel()  # the client's own wait_for may have swallowed it (before Python 3.12)
                        pending = pending or await self._next()
                        if pending is None:
                            continue
                        await client.publish(pending.topic, pending.payload, qos=1, timeout=10)
                        if not pending.acknowledged.done():
                            pending.acknowledged.set_result(None)
                        pending = None
            except aiomqtt.MqttError as error:
                heed_cancel()
                self.breaks += 1
                log.debug("%s: the line broke: %s", self.key, error)
                await asyncio.sleep(wait_s)
                wait_s = min(wait_s * 2, _AGAIN_MOST_S)

    @contextlib.asynccontextmanager
    async def _listening(self, client: aiomqtt.Client) -> AsyncIterator[None]:
        """Subscribe, and put what comes aside while the connection lasts."""
        if self._hears is None:
            yield
            return
        await client.subscribe(self._hears, qos=1, timeout=10)

        async def listen() -> None:
            with contextlib.suppress(aiomqtt.MqttError):
                async for message in client.messages:
                    if isinstance(message.payload, bytes):
                        self.heard.put_nowait(message.payload)

        listening = asyncio.create_task(listen())
        try:
            yield
        finally:
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)

    def _client(self) -> aiomqtt.Client:
        return aiomqtt.Client(
            self.broker.host,
            self.broker.port,
            username=self.key,
            password=self._secret,
            identifier=f"{self.key}-play",
            protocol=aiomqtt.ProtocolVersion.V311,
            keepalive=_KEEPALIVE_S,
            timeout=10,
        )

    async def _next(self) -> _Letter | None:
        """Return the next letter; None now and then, so that a line that was cut is noticed."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(1.0):  # not wait_for: before Python 3.12 it may swallow a cancellation
                return await self._letters.get()
        return None


async def knock(broker: Broker, key: str, secret: str) -> bool:
    """Try to connect once; return whether the broker let us in."""
    try:
        async with aiomqtt.Client(
            broker.host,
            broker.port,
            username=key,
            password=secret,
            identifier="stranger",
            protocol=aiomqtt.ProtocolVersion.V311,
            timeout=8,
        ):
            return True
    except aiomqtt.MqttError:
        return False
