"""From a message to the stream: decode → stamp → admit → publish. Outward, only the stream's ack is acknowledged.

The steps stand as the list INTAKE in `app.py`; each takes the parcel and the ground and raises what it refuses.
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from unjai.model.clock import Clock
from unjai.model.errors import DecodeError, UnjaiError
from unjai.model.ids import ObservationId, StationId
from unjai.model.reading import Observation, Reading, Received, RetentionClass
from unjai.people.registry import DeviceEntry, Refusals, Registry
from unjai.platform.dated import DatedMedia
from unjai.platform.streams import Bus
from unjai.sense import rules
from unjai.sense.base import Sensor, decoded, kinds, settings_for
from unjai.sense.repeats import Repeats
from unjai.sense.store import too_old

_BATCH = 100
_BATCH_S = 0.02
_IN_FLIGHT = 8
_REMEMBERED = 50_000
_BURST = 3_000
_PER_S = 20.0


@dataclass(kw_only=True, slots=True)
class Parcel:
    """One message on its way through the intake. `fallback_id` names it where it names itself by nothing."""

    sensor: Sensor
    received: Received
    device: DeviceEntry
    fallback_id: str = ""
    readings: list[Reading] = field(default_factory=list)
    seen: list[Observation] = field(default_factory=list)
    refused: list[UnjaiError] = field(default_factory=list)
    reused: set[ObservationId] = field(default_factory=set)
    dropped: int = 0

    @property
    def taken(self) -> int:
        """How many observations were taken as new or as an honest repeat."""
        return sum(one.id not in self.reused for one in self.seen)


Step = Callable[[Parcel, "Intake"], Awaitable[None]]


class Intake:
    """One process's intake: the registry it asks, the publisher it fills, the refusals it counts."""

    def __init__(
        self,
        *,
        steps: Sequence[Step],
        registry: Registry,
        bus: Bus,
        clock: Clock,
        refusals: Refusals,
        pictures: DatedMedia | None = None,
    ) -> None:
        """Choose the steps and what they work with; without `pictures` none are kept. `close` ends the publisher."""
        self.pictures = pictures
        self.steps, self.registry, self.clock, self.refusals = tuple(steps), registry, clock, refusals
        self.publisher = Publisher(bus)
        self._buckets: dict[str, rules.Bucket] = {}
        self._digests: OrderedDict[ObservationId, str] = OrderedDict()
        self.repeats = Repeats()

    async def take(self, sensor: Sensor, received: Received, device: DeviceEntry, *, fallback_id: str = "") -> Parcel:
        """Take one message of an authenticated device; return once all that may be kept is durable.

        A refusal is counted on the device's row. When nothing of the message could be taken, the first refusal is
        raised; what was taken stays taken.
        """
        parcel = Parcel(
            sensor=sensor, received=received, device=device, fallback_id=fallback_id or secrets.token_hex(16)
        )
        try:
            for step in self.steps:
                await step(parcel, self)
        except UnjaiError as error:
            if error.status < 500:  # noqa: PLR2004  a stream that is away is not the device's fault
                self.refusals.note(device.key, error.code)
            raise
        for refusal in parcel.refused:
            self.refusals.note(device.key, refusal.code)
        if parcel.refused and not parcel.taken and not parcel.dropped:
            raise parcel.refused[0]
        return parcel

    def floods(self, device: DeviceEntry, count: int) -> bool:
        """Tell whether the device sends more than it may (3,000 at once, 20 a second for ever)."""
        now_s = self.clock.now().timestamp()
        bucket = self._buckets.get(device.key)
        if bucket is None:
            bucket = self._buckets[device.key] = rules.Bucket(burst=_BURST, per_s=_PER_S, level=_BURST, at_s=now_s)
        return not bucket.take(now_s, count)

    def reused(self, seen: Observation) -> bool:
        """Tell whether this process saw the id with other content; RECORD finds the older ones."""
        known = self._digests.get(seen.id)
        if known is None:
            self._digests[seen.id] = seen.digest
            if len(self._digests) > _REMEMBERED:
                self._digests.popitem(last=False)
            return False
        return known != seen.digest

    async def close(self) -> None:
        """Publish what waits and stop."""
        await self.publisher.close()


async def decode(parcel: Parcel, _intake: Intake) -> None:
    """Let the sensor say what the message means."""
    sensor = parcel.sensor
    settings = settings_for(sensor, parcel.device.settings)
    parcel.readings, refusal = decoded(type(sensor), sensor.open(parcel.received, settings))
    if refusal is not None:
        parcel.refused.append(refusal)


async def stamp(parcel: Parcel, _intake: Intake) -> None:
    """Give every reading its id, its clock verdict and its place; one bad reading does not stop the others."""
    device = parcel.device
    for number, reading in enumerate(parcel.readings):
        kind = kinds()[reading.kind]
        try:
            parcel.seen.append(
                rules.stamp(
                    reading,
                    station_id=device.station_id,
                    source=device.key,
                    device_id=device.device_id,
                    received_at=parcel.received.received_at,
                    retention=kind.retention,
                    urgent=kind.urgent,
                    oldest=too_old(kind.retention, parcel.received.received_at),
                    fallback_id=f"{parcel.fallback_id}/{number}",
                )
            )
        except DecodeError as error:
            parcel.refused.append(error)


async def fold_repeats(parcel: Parcel, intake: Intake) -> None:
    """Leave out reads of a plate that say what the same camera said just now; they are counted on its row."""
    kept: list[Observation] = []
    here = Repeats()  # one message is durable as a whole
    for seen in parcel.seen:
        if not (intake.repeats.repeats(seen) or here.repeats(seen)):
            here.keep(seen)
            kept.append(seen)
    if folded := len(parcel.seen) - len(kept):
        parcel.dropped += folded
        parcel.seen = kept
        intake.refusals.note(parcel.device.key, "plate_repeated", folded)


async def admit(parcel: Parcel, intake: Intake) -> None:
    """Drop what may not be kept: off-duty positions, floods, ids reused with other content."""
    device = parcel.device
    calm = [seen for seen in parcel.seen if not kinds()[seen.kind].urgent]
    if calm and intake.floods(device, len(calm)):
        parcel.refused.append(UnjaiError("device_floods", 429, wait_s=60))
        parcel.seen = [seen for seen in parcel.seen if kinds()[seen.kind].urgent]
    kept: list[Observation] = []
    for seen in parcel.seen:
        if kinds()[seen.kind].on_duty_only and not intake.registry.on_duty(device, rules.happened_at(seen)):
            parcel.dropped += 1
            intake.refusals.note(device.key, "off_duty_dropped")
        elif intake.reused(seen):
            parcel.refused.append(UnjaiError("id_reused", 409))
            parcel.reused.add(seen.id)
            kept.append(seen)  # RECORD keeps it beside the first
        else:
            kept.append(seen)
    parcel.seen = kept


async def keep_pictures(parcel: Parcel, intake: Intake) -> None:
    """Put the pictures that admitted readings name on the disc before anything says that they are there."""
    named = {seen.payload.get(part) for seen in parcel.seen for part in ("crop", "still")} - {None}
    if not named or intake.pictures is None:
        return
    for digest, body in parcel.sensor.pictures(parcel.received).items():
        if digest in named:
            await intake.pictures.put(body, parcel.received.received_at)


async def publish(parcel: Parcel, intake: Intake) -> None:
    """Hand all that is left to the stream and wait for its ack."""
    if parcel.seen:
        await intake.publisher.put(parcel.seen, urgent=any(kinds()[seen.kind].urgent for seen in parcel.seen))


async def remember_reads(parcel: Parcel, intake: Intake) -> None:
    """Know what is durable now, so that its repeats can be told; before that, a repeat may be all there is."""
    for seen in parcel.seen:
        intake.repeats.keep(seen)


_Key = tuple[StationId, RetentionClass]


class Publisher:
    """Gathers observations for 20 ms or to 100, publishes each list once; an urgent one goes alone, at once."""

    def __init__(self, bus: Bus) -> None:
        """Start with nothing waiting."""
        self._bus = bus
        self._waiting: dict[_Key, list[tuple[list[Observation], asyncio.Future[None]]]] = {}
        self._count = 0
        self._timer: asyncio.TimerHandle | None = None
        self._slots = asyncio.Semaphore(_IN_FLIGHT)
        self._tasks: set[asyncio.Task[None]] = set()

    async def put(self, seen: Sequence[Observation], *, urgent: bool = False) -> None:
        """Store observations durably; raise `stream_away` or `stream_full` (503) when that fails."""
        by_class: dict[_Key, list[Observation]] = {}
        for one in seen:
            by_class.setdefault((one.station_id, one.retention), []).append(one)
        if urgent or len(seen) >= _BATCH // 2:
            for group in by_class.values():
                await self._bus.put(_subject(group), group)
            return
        loop = asyncio.get_running_loop()
        futures: list[asyncio.Future[None]] = []
        for key, group in by_class.items():
            futures.append(loop.create_future())
            self._waiting.setdefault(key, []).append((group, futures[-1]))
        self._count += len(seen)
        if self._count >= _BATCH:
            self._flush()
        elif self._timer is None:
            self._timer = loop.call_later(_BATCH_S, self._flush)
        results = await asyncio.gather(*futures, return_exceptions=True)
        for result in results:
            if isinstance(result, BaseException):
                raise result

    def _flush(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        waiting, self._waiting, self._count = self._waiting, {}, 0
        for group in waiting.values():
            task = asyncio.create_task(self._send(group))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _send(self, group: list[tuple[list[Observation], asyncio.Future[None]]]) -> None:
        seen = [one for part, _future in group for one in part]
        try:
            async with self._slots:
                await self._bus.put(_subject(seen), seen)
        except Exception as error:  # noqa: BLE001  each waiter gets it
            for _part, future in group:
                if not future.done():
                    future.set_exception(error)
            return
        for _part, future in group:
            if not future.done():
                future.set_result(None)

    async def close(self) -> None:
        """Send what waits and wait for what is under way."""
        self._flush()
        while self._tasks:
            with contextlib.suppress(UnjaiError):
                await asyncio.gather(*self._tasks)


def _subject(seen: Sequence[Observation]) -> str:
    first = seen[0]
    kind = first.kind if all(one.kind == first.kind for one in seen) else "many"
    source = first.source if all(one.source == first.source for one in seen) else "many"
    return f"obs.{first.station_id}.{first.retention}.{kind}.{source}"
