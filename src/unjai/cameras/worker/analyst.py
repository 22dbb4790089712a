"""Analysis of pictures as they come: decoded a camera at a time, looked at five times a second, told as messages.

A few threads serve all cameras, a model each; a camera always belongs to the same thread. What a thread cannot keep up
with is left out: first looks, then pictures up to the next that stands for itself. Nothing waits for the analysis.
While nothing moves before a camera, only the pictures that stand for themselves are decoded at all.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any
from uuid import UUID

import av
from av.codec.context import Flags

from unjai.cameras.mp4 import nal
from unjai.cameras.mp4.boxes import TIMESCALE
from unjai.cameras.specs import SceneSpec, Stream
from unjai.cameras.worker.lane import LANE_FPS, Lane
from unjai.cameras.worker.telling import Message, count_message, fractions, hit_message, jpeg_of, measured_message
from unjai.cameras.worker.track import Picture
from unjai.model.errors import UnjaiError
from unjai.model.geometry import Point
from unjai.model.ids import DeviceId
from unjai.vision.counting import AreaCount, LineCount
from unjai.vision.detector import Detector
from unjai.vision.ground import Ground
from unjai.vision.masks import Masks
from unjai.vision.picture import FramePicture
from unjai.vision.scene import SceneRule, scene_kinds
from unjai.vision.watch import Outcome, Watch

log = logging.getLogger(__name__)

FPS = 5.0
_LATE_S = 1.0
_LOST_S = 4.0
_MOST_BYTES = 8_000_000
_AWAKE_S = 10.0
_SLEEP_KEY_S = 2.1
"""A camera whose pictures that stand for themselves are further apart is never asleep."""
_PATH_S, _PATH_STEP_S = 12.0, 0.4
_COUNT_STEP_S = 2.0
_NICE = 8
_MILLI = 1000


@dataclass(slots=True)
class Worked:
    """What was done for one camera: pictures decoded, looked at and dropped, runs of the model, seconds of work."""

    decoded: int = 0
    looked: int = 0
    dropped: int = 0
    late: int = 0
    runs: int = 0
    hits: int = 0
    seconds: float = 0.0


class Analyst:
    """All analysis of a process. `say` is called from its threads with a camera and a message, and must not wait."""

    def __init__(
        self,
        *,
        detector: Callable[[], Detector],
        say: Callable[[Stream, Message], None],
        threads: int = 1,
        fps: float = FPS,
        nap: bool = True,
        lanes: Callable[[Stream], Lane | None] = lambda _camera: None,
    ) -> None:
        """Start nothing yet; `nap` lets cameras before which nothing moves cost next to nothing."""
        self.lanes = lanes
        self._specs: Mapping[DeviceId, Sequence[SceneSpec]] = {}
        self._benches = [_Bench(number, self, detector, say, fps, nap=nap) for number in range(max(1, threads))]

    def start(self) -> None:
        """Start the threads; each reads the model by itself."""
        for bench in self._benches:
            bench.start()

    def stop(self) -> None:
        """End the threads soon."""
        for bench in self._benches:
            bench.stop()

    def take_rules(self, specs: Mapping[DeviceId, Sequence[SceneSpec]]) -> None:
        """Look for these from each camera's next picture on."""
        self._specs = dict(specs)

    def specs_of(self, camera_id: DeviceId) -> Sequence[SceneSpec]:
        """Return what is looked for at a camera."""
        return self._specs.get(camera_id, ())

    def offer(self, camera: Stream, picture: Picture) -> None:
        """Take a picture of a camera, from its feed's thread."""
        self._benches[camera.camera_id.int % len(self._benches)].offer(camera, picture)

    def forget(self, camera_id: DeviceId) -> None:
        """Drop all that is known of a camera."""
        self._benches[camera_id.int % len(self._benches)].forget(camera_id)

    def worked(self) -> dict[DeviceId, Worked]:
        """Return what was done for each camera since it came."""
        return {key: seat.worked for bench in self._benches for key, seat in list(bench.seats.items())}


class _Bench(threading.Thread):
    """One thread with its model and its cameras."""

    def __init__(
        self,
        number: int,
        analyst: Analyst,
        detector: Callable[[], Detector],
        say: Callable[[Stream, Message], None],
        fps: float,
        *,
        nap: bool,
    ) -> None:
        super().__init__(name=f"analyst-{number}", daemon=True)
        self._analyst, self._detector, self._say, self._fps, self._nap = analyst, detector, say, fps, nap
        self.seats: dict[DeviceId, Seat] = {}
        self._ready: dict[DeviceId, None] = {}
        self._some = threading.Condition()
        self._ending = False

    def stop(self) -> None:
        with self._some:
            self._ending = True
            self._some.notify_all()

    def forget(self, camera_id: DeviceId) -> None:
        with self._some:
            if (seat := self.seats.pop(camera_id, None)) is not None:
                seat.end()
            self._ready.pop(camera_id, None)

    def offer(self, camera: Stream, picture: Picture) -> None:
        key = camera.camera_id
        with self._some:
            seat = self.seats.get(key)
            if seat is None or seat.camera != camera:
                worked = Worked() if seat is None else seat.worked
                if seat is not None:
                    seat.end()
                seat = self.seats[key] = Seat(camera, worked=worked, lane=self._analyst.lanes(camera))
            if seat.put(picture) and key not in self._ready:
                self._ready[key] = None
                self._some.notify()

    def run(self) -> None:
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICE)  # packets, recordings and stills come first
        try:
            detector = self._detector()
        except UnjaiError:
            log.exception("the model cannot be used: nothing is analysed")
            return
        while True:
            with self._some:
                while not self._ready and not self._ending:
                    self._some.wait()
                if self._ending:
                    return
                key = next(iter(self._ready))
                del self._ready[key]
                seat = self.seats.get(key)
                batch = [] if seat is None else seat.take()
            if seat is None:
                continue
            began = time.thread_time()
            try:
                seat.work(batch, detector, self._analyst.specs_of(key), self._fps, self._say, nap=self._nap)
            except Exception:
                log.exception("the analysis of %s stumbled; it begins anew", seat.camera.key)
                seat.begin_anew()
            seat.worked.seconds += time.thread_time() - began


@dataclass(eq=False)
class Seat:
    """One camera at its thread: what waits of it, and what is known of it."""

    camera: Stream
    worked: Worked
    lane: Lane | None = None
    waiting: deque[Picture] = field(default_factory=deque)
    waiting_bytes: int = 0
    needs_key: bool = True
    newest_s: float = 0.0
    decoder: Any = None
    epoch: int = -1
    due_s: float = 0.0
    key_s: float | None = None
    key_every_s: float | None = None
    awake_s: float = float("inf")
    whole: bool = False
    watch: Watch | None = None
    made: dict[tuple[UUID, int], SceneRule] = field(default_factory=dict)
    told: Sequence[SceneSpec] = ()
    path: deque[tuple[float, dict[int, list[float]]]] = field(default_factory=deque)
    minute: int | None = None
    counted_s: float = 0.0
    looks: int = 0
    area: AreaCount = field(default_factory=AreaCount)
    lines: list[tuple[UUID, LineCount]] = field(default_factory=list)
    areas: list[tuple[UUID, AreaCount]] = field(default_factory=list)

    # -- from feeds' threads, under the bench's lock ---------------------------------------------------------------

    def put(self, picture: Picture) -> bool:
        """Queue a picture; tell whether there is anything to do."""
        key = picture.sample.key
        self.newest_s = picture.wall_s
        if self.needs_key and not key:
            return False
        self.needs_key = False
        behind_s = picture.wall_s - self.waiting[0].wall_s if self.waiting else 0.0
        if behind_s > _LOST_S or self.waiting_bytes > _MOST_BYTES:
            self.worked.dropped += len(self.waiting)
            self.waiting.clear()
            self.waiting_bytes = 0
            if not key:
                self.needs_key = True
                return False
        self.waiting.append(picture)
        self.waiting_bytes += len(picture.sample.body)
        return True

    def take(self) -> list[Picture]:
        """Take all that waits."""
        batch = list(self.waiting)
        self.waiting.clear()
        self.waiting_bytes = 0
        return batch

    def end(self) -> None:
        """Let the vehicles that were followed be over."""
        if self.lane is not None:
            self.lane.end()

    # -- from the bench's thread -----------------------------------------------------------------------------------

    def begin_anew(self) -> None:
        """Forget the decoder and all tracks."""
        self.end()
        self.decoder, self.watch, self.whole = None, None, False
        self.made.clear()
        self.told = ()

    def work(
        self,
        batch: Sequence[Picture],
        detector: Detector,
        specs: Sequence[SceneSpec],
        fps: float,
        say: Callable[[Stream, Message], None],
        *,
        nap: bool,
    ) -> None:
        """Decode pictures and look at those that are due."""
        fps = fps if self.lane is None else max(fps, LANE_FPS)
        for picture in batch:
            key = picture.sample.key
            if key:
                self.key_every_s = None if self.key_s is None else picture.wall_s - self.key_s
                self.key_s = picture.wall_s
                self.whole = True
            elif not self.whole or (nap and self._asleep(picture.wall_s)):
                self.whole = False  # what follows cannot be decoded before the next that stands for itself
                continue
            for t, frame in self._decoded(picture):
                if t < self.due_s and self.due_s - t < 5 / fps:
                    continue
                if self.newest_s - t > _LATE_S:
                    self.worked.late += 1
                    continue
                self.due_s = max(self.due_s + 1 / fps, t + 0.5 / fps)
                self._look(t, frame, self._watching(detector, specs), specs, say)

    def _asleep(self, now_s: float) -> bool:
        rare = self.key_every_s is None or self.key_every_s > _SLEEP_KEY_S
        return not rare and now_s > self.awake_s

    def _decoded(self, picture: Picture) -> list[tuple[float, Any]]:
        headers = picture.headers
        if self.decoder is None or picture.epoch != self.epoch or self.decoder.name != headers.codec:
            self.decoder = av.CodecContext.create(headers.codec, "r")
            self.decoder.thread_count = 1
            self.decoder.flags |= Flags.low_delay
            self.epoch = picture.epoch
        body = b"".join(b"\x00\x00\x00\x01" + unit for unit in nal.length_units(picture.sample.body))
        if picture.sample.key:
            sets = (headers.vps, headers.sps, headers.pps)
            body = b"".join(b"\x00\x00\x00\x01" + one for one in sets if one) + body
        packet = av.Packet(body)
        packet.time_base = Fraction(1, _MILLI)
        packet.pts = round((picture.wall_s + picture.sample.shift / TIMESCALE) * _MILLI)
        try:
            frames = self.decoder.decode(packet)
        except av.error.FFmpegError:
            self.decoder, self.whole = None, False
            return []
        self.worked.decoded += len(frames)
        own = picture.wall_s
        return [(own if frame.pts is None else frame.pts / _MILLI, frame) for frame in frames if frame.width > 1]

    def _watching(self, detector: Detector, specs: Sequence[SceneSpec]) -> Watch:
        if self.watch is None:
            self.watch = Watch(detector, masks=Masks(self.camera.masks), ground=_ground(self.camera))
            drawn = self.camera.counters
            self.lines = [(one.id, LineCount((one.corners[0], one.corners[1]))) for one in drawn if one.kind == "line"]
            self.areas = [(one.id, AreaCount(one.corners)) for one in drawn if one.kind == "area"]
            self.told = ()
        if self.told is not specs:
            self.told = specs
            before, self.made = self.made, {}
            for spec in specs:
                own = spec.rule_id, spec.version
                kind = scene_kinds()[spec.scene]
                self.made[own] = before.get(own) or kind(spec.params, name=f"{spec.rule_id}")
            self.watch.take_rules(list(self.made.values()))
        return self.watch

    def _look(
        self, t: float, frame: Any, watch: Watch, specs: Sequence[SceneSpec], say: Callable[[Stream, Message], None]
    ) -> None:
        outcome = watch.look(t, FramePicture(frame))
        if self.lane is not None:
            self.lane.look(Masks(self.camera.masks).over(FramePicture(frame)), outcome.look)
        self.worked.looked += 1
        self.worked.runs += outcome.runs
        moves = outcome.motion.told or outcome.motion.light or outcome.doubt  # leaves alone keep no camera awake
        if moves or any(not one.parked for one in outcome.look.seen) or self.awake_s == float("inf"):
            self.awake_s = t + _AWAKE_S
        self._remember(t, outcome)
        for hit in outcome.hits:
            self.worked.hits += 1
            spec = next(one for one in specs if str(one.rule_id) == hit.name)
            say(self.camera, hit_message(t, hit, spec, outcome.look.size, self.path) | {"jpeg": self._jpeg(frame)})
        for (rule_id, _version), rule in self.made.items():
            for over in rule.take_over():
                say(self.camera, measured_message(t, rule_id, over))
        self._count(t, outcome, say)

    def _jpeg(self, frame: Any) -> bytes | None:
        """Return the very picture in which something was found, masked, at most 960 wide."""
        return jpeg_of(Masks(self.camera.masks).over(FramePicture(frame)).rgb())

    def _remember(self, t: float, outcome: Outcome) -> None:
        if self.path and t - self.path[-1][0] < _PATH_STEP_S:
            return
        size = outcome.look.size
        self.path.append((t, {one.track: fractions(one.box, size) for one in outcome.look.seen}))
        while t - self.path[0][0] > _PATH_S:
            self.path.popleft()

    def _count(self, t: float, outcome: Outcome, say: Callable[[Stream, Message], None]) -> None:
        """Count lines at every look, areas at equal steps: a camera that naps is looked at less often."""
        minute = int(t // 60)
        crossed = [(own, row) for own, line in self.lines for row in line.look(outcome.look)]
        if t - self.counted_s >= _COUNT_STEP_S or minute != self.minute:
            self.counted_s = t
            there = list(self.area.look(outcome.look))
            inside = [(own, row) for own, area in self.areas for row in area.look(outcome.look)]
            over = self.minute is not None and minute != self.minute
            if over and self.minute is not None:
                counters = [own for own, _count in (*self.lines, *self.areas)]
                say(self.camera, count_message(self.minute, self.looks, counters, there, inside, crossed))
            self.looks = 1 if over or self.minute is None else self.looks + 1
            self.minute = minute


def _ground(camera: Stream) -> Ground | None:
    """Return the ground before a calibrated camera; one whose points make no sense is not calibrated."""
    if not camera.calibration:
        return None
    try:
        return Ground(
            [seen for seen, _place in camera.calibration],
            [Point(lon=lon, lat=lat) for _seen, (lon, lat) in camera.calibration],
        )
    except UnjaiError as error:
        log.warning("the calibration of %s cannot be used: %s", camera.key, error)
        return None
