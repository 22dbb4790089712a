"""What devices say over MQTT, kept so that an acknowledged message cannot be lost.

NATS sends the PUBACK of a QoS 1 or 2 message once its own stream `$MQTT_msgs` has it on disc, but that stream keeps
only what a consumer waits for, and it is made when the first MQTT client connects. An ordinary stream over the same
subject gets its copy without anyone waiting for it: kill -9 between PUBACK and that copy would lose a press.
So: one MQTT connection of our own makes the stream, a durable consumer then makes it keep all that devices say, and
only then is the callout served, without which no device gets in. QoS 0, which promises nothing, waits in the stream
`RAW`, written without waiting for the disc; there the copies of QoS 1 and 2 (header `Nmqtt-Pub`) are to be skipped.
"""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

from nats.js.api import (
    AckPolicy,
    ConsumerConfig,
    DiscardPolicy,
    PersistMode,
    RetentionPolicy,
    StorageType,
    StreamConfig,
)
from nats.js.errors import NotFoundError

from unjai.model.errors import UnjaiError
from unjai.platform.engines.links import Door

if TYPE_CHECKING:
    from nats.js import JetStreamContext

DEVICE_SUBJECTS = ("sos.>", "owntracks.>")
ACKNOWLEDGED, LIGHT = "$MQTT_msgs", "RAW"
_RETAINED, _SESSIONS = "$MQTT_rmsgs", "$MQTT_sess"
_PREFIX = "$MQTT.msgs."
_DURABLE = "core"
_LIGHT_BYTES = 64 * 1024 * 1024
_LIGHT_AGE_S = 86_400
_LIGHT_PER_TOPIC = 1000
_RETAINED_AGE_S = 86_400
_ACK_WAIT_S = 5  # a core that was killed leaves a press unsettled no longer than this
_PATIENCE_S = 5.0


async def ensure_device_streams(js: JetStreamContext, door: Door | None) -> None:
    """Make sure all that devices publish is kept for the durable consumer `core` of `ACKNOWLEDGED` and of `LIGHT`.

    Call it before the callout is served. Without a `door` the server's stream must already be there.
    Raises `mqtt_door_closed` or `mqtt_streams_missing` (503) while NATS does not let its own user in.
    """
    await _forget_sessions_of_other_domain(js)
    if door is not None:
        await _open_once(door)
    try:
        retained = (await js.stream_info(_RETAINED)).config
        if retained.max_age != _RETAINED_AGE_S:
            retained.max_age = _RETAINED_AGE_S  # a phone's "retain" must not keep its last place for ever
            await js.update_stream(retained)
        await js.stream_info(ACKNOWLEDGED)
    except NotFoundError as error:
        raise UnjaiError("mqtt_streams_missing", 503) from error
    light = StreamConfig(
        name=LIGHT,
        subjects=list(DEVICE_SUBJECTS),
        retention=RetentionPolicy.WORK_QUEUE,
        storage=StorageType.FILE,
        persist_mode=PersistMode.ASYNC,
        max_bytes=_LIGHT_BYTES,
        max_age=_LIGHT_AGE_S,
        max_msgs_per_subject=_LIGHT_PER_TOPIC,  # one device's flood must not push out another's press
        discard=DiscardPolicy.OLD,
    )
    try:
        await js.stream_info(LIGHT)
    except NotFoundError:
        await js.add_stream(light)
    else:
        await js.update_stream(light)
    for stream, prefix in ((ACKNOWLEDGED, _PREFIX), (LIGHT, "")):
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


async def _forget_sessions_of_other_domain(js: JetStreamContext) -> None:
    """Drop the MQTT sessions made under another station code: NATS would let no device in because of them."""
    try:
        subjects = (await js.stream_info(_SESSIONS)).config.subjects or []
    except NotFoundError:
        return
    domain = (await js.account_info()).domain
    if domain and subjects != [f"$MQTT.sess.{domain}.>"]:
        await js.delete_stream(_SESSIONS)


async def _open_once(door: Door) -> None:
    """Connect over MQTT 3.1.1 and leave again: NATS makes its streams for the first client."""

    def text(word: str) -> bytes:
        raw = word.encode()
        return len(raw).to_bytes(2) + raw

    body = text("MQTT") + b"\x04\xc2\x00\x1e" + text("unjai-door") + text(door.user) + text(door.password)
    assert len(body) < 128  # noqa: PLR2004  one length byte  # pragma: no cover
    try:
        async with asyncio.timeout(_PATIENCE_S):
            reader, writer = await asyncio.open_connection(
                door.host, door.port, ssl=door.tls, server_hostname=door.host if door.tls else None
            )
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
