"""The MQTT door: what devices published is taken from the streams that keep it, and forgotten there once durable here.

Acknowledged messages (QoS 1, 2) wait in the server's own stream, QoS 0 in a light one; see
`platform.engines.device_streams` for why.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping

from unjai.model.clock import Clock
from unjai.model.errors import UnjaiError
from unjai.model.reading import Received
from unjai.people.callout import Granted
from unjai.people.registry import DeviceEntry, Registry
from unjai.platform.follow import Follower, Item, header
from unjai.platform.streams import Bus
from unjai.sense.base import MqttTopic, Sensor, nats_subject
from unjai.sense.intake import Intake

log = logging.getLogger(__name__)

ACKNOWLEDGED, LIGHT = "$MQTT_msgs", "RAW"
_DURABLE = "core"
_PREFIX = "$MQTT.msgs."
_QOS = "Nmqtt-Pub"
_AGAIN_S = 0.5
_OURS = "/command"
"""The end of what the centre itself tells devices; it passes the same streams."""


class MqttDoor:
    """Reads both streams and hands each message to the sensor whose topic it is."""

    def __init__(self, bus: Bus, intake: Intake, sensors: Mapping[str, type[Sensor]]) -> None:
        """Choose what to read and whom to hand it to."""
        self.bus, self.intake = bus, intake
        self.topics: list[tuple[MqttTopic, Sensor]] = []
        for kind in sensors.values():
            sensor = kind()
            self.topics += [(topic, sensor) for topic in kind.topics]

    async def run(self) -> None:
        """Read for ever."""
        async with asyncio.TaskGroup() as group:
            for stream in (ACKNOWLEDGED, LIGHT):
                group.create_task(self._read(stream))

    async def _read(self, stream: str) -> None:
        follower = Follower(self.bus, stream, durable=_DURABLE)
        async for items in follower.batches():
            await asyncio.gather(*(self._take(stream, item) for item in items))
            await follower.done(items)

    async def _take(self, stream: str, item: Item) -> None:
        if stream == LIGHT and (header(item, _QOS) or "0") != "0":
            return  # the acknowledged stream has it
        topic = item.subject.removeprefix(_PREFIX).replace("//", "\0").replace(".", "/").replace("\0", ".")
        found = next(((filter_, sensor) for filter_, sensor in self.topics if filter_.matches(topic)), None)
        if found is None:
            if not topic.endswith(_OURS):
                log.info("nobody reads topic %s", topic[:100])
            return
        filter_, sensor = found
        device = self.intake.registry.by_key(filter_.device(topic) or "")
        if device is None or device.disabled:
            return
        if len(item.data) > filter_.max_body_bytes:
            self.intake.refusals.note(device.key, "body_too_large")
            return
        received = Received(body=item.data, received_at=item.stored_at, topic_or_path=topic, device=device.key)
        while True:
            try:
                await self.intake.take(sensor, received, device, fallback_id=f"{stream}:{item.seq}")
            except UnjaiError as error:
                if error.status < 500:  # noqa: PLR2004
                    return
                await asyncio.sleep(_AGAIN_S)
            else:
                return


def permit(registry: Registry, clock: Clock, sensors: Mapping[str, type[Sensor]], device: DeviceEntry) -> Granted:
    """Return what a device may publish now, and hear.

    Where all that a sensor's topics bring is for duty only, an off-duty device may not publish there at all: then not
    even the broker's disc sees where it is.
    """
    on_duty = registry.on_duty(device, clock.now())
    subjects = [
        topic.subject_for(device.key)
        for sensor in sensors.values()
        for topic in sensor.topics
        if on_duty or not any(kind.on_duty_only for kind in sensor.kinds)
    ]
    subjects += [
        nats_subject(topic.format(device=device.key))
        for sensor in sensors.values()
        if device.kind in sensor.devices
        for topic in sensor.unread
    ]
    heard = [
        nats_subject(topic.format(device=device.key))
        for sensor in sensors.values()
        if device.kind in sensor.devices
        for topic in sensor.hears
    ]
    return Granted(publish=tuple(subjects), subscribe=tuple(heard))
