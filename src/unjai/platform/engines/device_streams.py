"""What devices say over MQTT, kept so that an acknowledged message cannot be lost.

NATS sends the PUBACK of a QoS 1 or 2 message once its own stream `$MQTT_msgs` has it on disc, but that stream keeps
only what a consumer waits for, and it is made when the first MQTT client connects. An ordinary stream over the same
subject gets its copy without anyone waiting for it: kill -9 between PUBACK and that copy would lose a press.
So: one MQTT connection of our own makes the stream, a durable consumer then makes it keep all that devices say, and
only then is the callout served, without which no device gets in. QoS 0, which promises nothing, waits in the memory
stream `RAW`, so that a restart of core costs nothing and its copies never reach a disc.
"""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from nats.errors import TimeoutError as NatsTimeoutError
from nats.js.api import AckPolicy, ConsumerConfig, DiscardPolicy, RetentionPolicy, StorageType, StreamConfig
from nats.js.errors import NotFoundError

from unjai.model.errors import UnjaiError
from unjai.platform.engines.links import Door

if TYPE_CHECKING:
    from nats.aio.msg import Msg
    from nats.js import JetStreamContext

DEVICE_SUBJECTS = ("sos.>", "owntracks.>")
_ACKNOWLEDGED, _RETAINED, _LIGHT = "$MQTT_msgs", "$MQTT_rmsgs", "RAW"
_PREFIX = "$MQTT.msgs."
_DURABLE = "core"
_LIGHT_BYTES = 32 * 1024 * 1024
_LIGHT_AGE_S = 600
_RETAINED_AGE_S = 86_400
_ACK_WAIT_S = 30
_PATIENCE_S = 5.0


@dataclass(frozen=True, kw_only=True)
class Sent:
    """One message of a device. `stored` names it in its stream: the last resort of an id made from the message."""

    subject: str
    body: bytes
    qos: int
    stored: str
    received_at: datetime
    message: Msg

    @property
    def topic(self) -> str:
        """Return the MQTT topic."""
        return self.subject.replace(".", "/")

    async def done(self) -> None:
        """Say that the message is durably taken over; it is then forgotten here."""
        await self.message.ack()

    async def again(self, delay_s: float) -> None:
        """Ask for the message once more after `delay_s`."""
        await self.message.nak(delay_s)


class Inbox:
    """One of the two streams that devices' messages wait in: acknowledged ones, or QoS 0."""

    def __init__(self, js: JetStreamContext, stream: str) -> None:
        """Read `stream` by its durable consumer; see `ensure_device_streams`."""
        self._js = js
        self._stream = stream
        self._pull: JetStreamContext.PullSubscription | None = None

    async def fetch(self, batch: int = 100, timeout_s: float = 5.0) -> list[Sent]:
        """Wait up to `timeout_s` and return what is there, oldest first; each is redelivered until it is `done`."""
        if self._pull is None:
            self._pull = await self._js.pull_subscribe_bind(_DURABLE, self._stream)
        try:
            messages = await self._pull.fetch(batch, timeout=timeout_s)
        except (NatsTimeoutError, TimeoutError):
            return []
        seen = []
        for message in messages:
            if (sent := self._sent(message)) is None:
                await message.ack()
            else:
                seen.append(sent)
        return seen

    def _sent(self, message: Msg) -> Sent | None:
        qos = int((message.headers or {}).get("Nmqtt-Pub", "0"))
        if self._stream == _LIGHT and qos > 0:
            return None  # the acknowledged stream has it
        about = message.metadata
        return Sent(
            subject=message.subject.removeprefix(_PREFIX),
            body=message.data,
            qos=qos,
            stored=f"{self._stream}:{about.sequence.stream}",
            received_at=about.timestamp.astimezone(UTC),
            message=message,
        )


async def ensure_device_streams(js: JetStreamContext, door: Door | None) -> tuple[Inbox, Inbox]:
    """Make sure all that devices publish is kept; return the inbox of acknowledged messages and that of QoS 0.

    Call it before the callout is served. Without a `door` the server's stream must already be there.
    Raises `mqtt_door_closed` (503) if the door does not let its own user in.
    """
    if door is not None:
        await _open_once(door)
    try:
        retained = (await js.stream_info(_RETAINED)).config
        if retained.max_age != _RETAINED_AGE_S:
            retained.max_age = _RETAINED_AGE_S  # a phone's "retain" must not keep its last place for ever
            await js.update_stream(retained)
        await js.stream_info(_ACKNOWLEDGED)
    except NotFoundError as error:
        raise UnjaiError("mqtt_streams_missing", 503) from error
    light = StreamConfig(
        name=_LIGHT,
        subjects=list(DEVICE_SUBJECTS),
        retention=RetentionPolicy.WORK_QUEUE,
        storage=StorageType.MEMORY,
        max_bytes=_LIGHT_BYTES,
        max_age=_LIGHT_AGE_S,
        discard=DiscardPolicy.OLD,
    )
    try:
        await js.stream_info(_LIGHT)
    except NotFoundError:
        await js.add_stream(light)
    else:
        await js.update_stream(light)
    for stream, prefix in ((_ACKNOWLEDGED, _PREFIX), (_LIGHT, "")):
        subjects = [f"{prefix}{subject}" for subject in DEVICE_SUBJECTS]
        await js.add_consumer(
            stream,
            ConsumerConfig(
                durable_name=_DURABLE,
                filter_subjects=subjects,
                ack_policy=AckPolicy.EXPLICIT,
                ack_wait=_ACK_WAIT_S,
                max_ack_pending=2000,
            ),
        )
    return Inbox(js, _ACKNOWLEDGED), Inbox(js, _LIGHT)


async def _open_once(door: Door) -> None:
    """Connect over MQTT 3.1.1 and leave again: NATS makes its streams for the first client."""

    def text(word: str) -> bytes:
        raw = word.encode()
        return len(raw).to_bytes(2) + raw

    body = text("MQTT") + b"\x04\xc2\x00\x1e" + text("unjai-door") + text(door.user) + text(door.password)
    assert len(body) < 128  # noqa: PLR2004  one length byte  # pragma: no cover
    try:
        async with asyncio.timeout(_PATIENCE_S):
            reader, writer = await asyncio.open_connection(door.host, door.port)
            try:
                writer.write(b"\x10" + bytes([len(body)]) + body)
                answer = await reader.readexactly(4)
                writer.write(b"\xe0\x00")
                with contextlib.suppress(ConnectionError):
                    await writer.drain()
            finally:
                writer.close()
                with contextlib.suppress(ConnectionError):
                    await writer.wait_closed()
    except (OSError, TimeoutError, asyncio.IncompleteReadError) as error:
        raise UnjaiError("mqtt_door_closed", 503, host=door.host, port=door.port) from error
    if answer != b"\x20\x02\x00\x00":
        raise UnjaiError("mqtt_door_closed", 503, host=door.host, port=door.port)
