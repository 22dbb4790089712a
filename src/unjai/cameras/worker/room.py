"""The process's one room for all its cameras: who is served, who asks, what is told; the recordings are tidied."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from nats.aio.msg import Msg
from nats.errors import Error as NatsError
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from unjai.cameras.recording.keeper import Keeper
from unjai.cameras.recording.shelf import cameras_in, millis, parts_in, recovered
from unjai.cameras.recording.writer import Writer
from unjai.cameras.specs import Stream
from unjai.cameras.wire import FORGET_S, Asked, ask_subject, state_subject
from unjai.cameras.worker.camera import Camera
from unjai.cameras.worker.feed import Shared
from unjai.cameras.worker.post import Post
from unjai.cameras.worker.stills import Look, Stills
from unjai.cameras.worker.track import Picture
from unjai.model.clock import Clock
from unjai.model.ids import EPOCH, DeviceId
from unjai.platform.streams import Bus

log = logging.getLogger(__name__)

_READ_S = 15.0
_TELL_S = 3.0
_TIDY_S = 30.0
_APART_S = 0.03
_decode_asked = msgspec.json.Decoder(Asked).decode


@dataclass(frozen=True, slots=True)
class Shard:
    """Which cameras are ours: the `number`th of `count` shares, from 1."""

    number: int = 1
    count: int = 1

    def has(self, camera_id: DeviceId) -> bool:
        """Tell whether a camera is ours."""
        return camera_id.int % self.count == self.number - 1


class Room:
    """Serves cameras until it is cancelled.

    `look` is shown each camera's small grey picture about once a second (masked); `analysed` is handed every picture
    of cameras with `analyse` from their feed's own thread, still encoded (`sample.body`, `headers`, `wall_s`).
    """

    def __init__(
        self,
        *,
        bus: Bus,
        clock: Clock,
        streams: Callable[[], Awaitable[Sequence[Stream]]],
        keeper: Keeper,
        shard: Shard,
        look: Look | None = None,
        analysed: Callable[[Stream, Picture], None] | None = None,
        still_threads: int = 1,
        beside: Callable[[DeviceId], Mapping[str, Any]] | None = None,
    ) -> None:
        """Start nothing yet; `beside` is what else is known of a camera, told with its state."""
        self._beside = beside
        self._bus, self._clock, self._streams, self._shard = bus, clock, streams, shard
        self.keeper = keeper
        self._analysed = analysed
        self.writer = Writer(keeper)
        self.stills = Stills(threads=still_threads, look=look)
        self.cameras: dict[DeviceId, Camera] = {}
        self._ears: dict[DeviceId, Any] = {}
        self._again = asyncio.Event()
        self._tell_now = asyncio.Event()
        self._days: dict[DeviceId, float] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self.settled = asyncio.Event()
        """Set once the register was read and its cameras are served."""

    def _wall_s(self) -> float:
        return (self._clock.now() - EPOCH).total_seconds()

    async def run(self) -> None:
        """Serve for ever; at the end every recording is finished and on the disc."""
        loop = self._loop = asyncio.get_running_loop()
        self.post = Post(self._bus, loop)
        self._shared = Shared(
            wall_s=self._wall_s,
            writer=self.writer,
            stills=self.stills,
            out=self.post,
            told=lambda: _suppressed(loop, self._tell_now.set),
            analysed=self._analysed,
        )
        await asyncio.to_thread(self._recover)
        self.writer.start()
        self.stills.start()
        scanning = asyncio.create_task(asyncio.to_thread(self.keeper.scan))
        ears = await self._bus.hear("evt.*.cameras.changed", self._changed)
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._follow())
                group.create_task(self._tell())
                group.create_task(self._tidy())
                group.create_task(self.post.run())
        finally:
            with contextlib.suppress(NatsError):
                await ears.unsubscribe()
            await self._close()
            scanning.cancel()

    def _recover(self) -> None:
        """Finish what was being written when the process was killed."""
        self.keeper.root.mkdir(mode=0o700, parents=True, exist_ok=True)
        for _station, camera_id, folder in cameras_in(self.keeper.root):
            if self._shard.has(camera_id):
                for part in parts_in(folder):
                    try:
                        found = recovered(part)
                    except OSError as error:
                        log.warning("%s cannot be finished: %s", part, error)
                    else:
                        log.info(
                            "finished %s after a break", "nothing of " + str(part) if found is None else found.file
                        )

    # -- which cameras ---------------------------------------------------------------------------------------------

    async def _changed(self, _subject: str, _data: bytes) -> None:
        self._again.set()

    async def _follow(self) -> None:
        while True:
            self._again.clear()
            try:
                await self.settle(await self._streams())
            except (DBAPIError, PoolTimeoutError, OSError, TimeoutError, NatsError) as error:
                log.warning("the register of cameras does not answer: %s", type(error).__name__)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._again.wait(), _READ_S)

    async def settle(self, streams: Sequence[Stream]) -> None:
        """Serve these cameras and no others; one whose entry is the same goes on undisturbed."""
        self._days = {one.camera_id: one.keep_days for one in streams}
        wanted = {one.camera_id: one for one in streams if one.enabled and self._shard.has(one.camera_id)}
        for key in [key for key in self.cameras if key not in wanted]:
            await self._drop(key)
        for key, stream in wanted.items():
            old = self.cameras.get(key)
            if old is not None and old.stream == stream:
                continue
            if old is not None and old.stream.masks != stream.masks:
                self.stills.forget(key)
            camera = self.cameras[key] = Camera(stream, self._shared, old=old)
            camera.start()
            for reader, name, at in old.kept() if old is not None else []:
                camera.keep(reader, "sub" if name == "sub" else "main", at)
            if old is None or old.stream.station_id != stream.station_id:
                await self._listen(stream)
                await asyncio.sleep(_APART_S)
        self.settled.set()
        self._tell_now.set()

    async def _listen(self, stream: Stream) -> None:
        if (before := self._ears.pop(stream.camera_id, None)) is not None:
            await before.unsubscribe()

        async def asked(message: Msg) -> None:
            await self._asked(stream.camera_id, message)

        subject = ask_subject(stream.station_id, stream.camera_id)
        self._ears[stream.camera_id] = await self._bus.nc.subscribe(subject, cb=asked)

    async def _drop(self, key: DeviceId) -> None:
        camera = self.cameras.pop(key)
        camera.stop()
        self.stills.forget(key)
        with contextlib.suppress(NatsError):
            await self._ears.pop(key).unsubscribe()
        await self._bus.tell(
            state_subject(camera.stream.station_id, key), msgspec.json.encode({"camera_id": key, "signal": "off"})
        )

    # -- who asks --------------------------------------------------------------------------------------------------

    async def _asked(self, key: DeviceId, message: Msg) -> None:
        camera = self.cameras.get(key)
        if camera is None:
            return
        try:
            asked = _decode_asked(message.data)
        except msgspec.DecodeError as error:
            log.warning("a question nobody understands: %s", error)
            return
        if asked.do == "still":
            await self._give_still(key, message)
            return
        told: dict[str, Any] = {}
        if asked.do == "keep":
            told["feed"] = camera.keep(asked.reader, asked.feed, time.monotonic())
        elif asked.do == "leave":
            camera.leave(asked.reader, asked.feed)
        await message.respond(msgspec.json.encode({**self._state(key, camera), **told}))

    def _state(self, key: DeviceId, camera: Camera) -> dict[str, Any]:
        return {**camera.state(), **({} if self._beside is None else self._beside(key))}

    async def _give_still(self, key: DeviceId, message: Msg) -> None:
        still = await asyncio.to_thread(self.stills.jpeg, key)
        if still is None:
            await message.respond(b"")
            return
        size = {"width": still.width, "height": still.height}
        head = msgspec.json.encode({"at_s": still.at_s, **size, "masked": still.masked})
        await message.respond(head + b"\n" + still.jpeg)

    # -- what is told ----------------------------------------------------------------------------------------------

    async def _tell(self) -> None:
        while True:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._tell_now.wait(), _TELL_S)
            self._tell_now.clear()
            before = time.monotonic() - FORGET_S
            for key, camera in list(self.cameras.items()):
                camera.expire(before)
                subject = state_subject(camera.stream.station_id, key)
                with contextlib.suppress(NatsError, OSError):
                    await self._bus.tell(subject, msgspec.json.encode(self._state(key, camera)))
            await asyncio.sleep(0.2)  # many changes at once are told once

    async def _tidy(self) -> None:
        while True:
            now: datetime = self._clock.now()
            try:
                done = await asyncio.to_thread(self.keeper.tidy, dict(self._days), millis(now))
            except OSError as error:
                log.warning("the recordings could not be tidied: %s", error)
            else:
                if done.for_room or done.too_old:
                    log.info("dropped %d recordings by age, %d for room", done.too_old, done.for_room)
            self.writer.full.clear()
            for _ in range(int(_TIDY_S)):
                if self.writer.full.is_set():
                    break
                await asyncio.sleep(1.0)

    async def _close(self) -> None:
        """Stop all feeds and finish their recordings; one that hangs in its library is not waited for."""
        for camera in self.cameras.values():
            camera.stop()
        reels = [feed.reel for camera in self.cameras.values() for feed in camera.feeds.values() if feed.reel]
        events = [self.writer.close(reel) for reel in reels]
        await asyncio.to_thread(_wait_all, events, 0.7)
        self.stills.stop()
        await asyncio.to_thread(self.writer.stop, 0.2)


def _wait_all(events: Sequence[Any], patience_s: float) -> None:
    until = time.monotonic() + patience_s
    for event in events:
        event.wait(max(0.0, until - time.monotonic()))


def _suppressed(loop: asyncio.AbstractEventLoop, job: Callable[[], None]) -> None:
    with contextlib.suppress(RuntimeError):  # the loop is closed: the process ends
        loop.call_soon_threadsafe(job)
