"""Writes recordings: a few threads for all cameras, so that a slow disc stops nobody's live picture.

A segment is written as it comes and is whole to its last fragment whatever is killed; at its end it is synced to the
disc and gets its name. A full disc ends the segment, is told, and is tried again every few seconds.
"""

from __future__ import annotations

import errno
import logging
import os
import queue
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from unjai.cameras.mp4.boxes import TIMESCALE, Sample, fragment_head, init_segment
from unjai.cameras.mp4.nal import Headers
from unjai.cameras.recording.keeper import Keeper
from unjai.cameras.recording.shelf import day_of, folder_of, named
from unjai.model.ids import DeviceId, StationId

log = logging.getLogger(__name__)

RecordingState = Literal["off", "waiting", "on", "disc_full", "disc_slow", "failed"]
_WAITING_BYTES = 96_000_000
_CAMERA_WAITING_BYTES = 16_000_000
_AGAIN_S = 5.0
_IOV = 1000


@dataclass(frozen=True, slots=True)
class Piece:
    """A fragment to be written: its samples, when it begins, and whether a new segment begins with it."""

    headers: Headers
    samples: Sequence[Sample]
    wall_s: float
    fresh: bool

    @property
    def size(self) -> int:
        """Return the bytes of its pictures."""
        return sum(len(one.body) for one in self.samples)


@dataclass(eq=False)
class Reel:
    """One camera's open segment. Only the writer's thread touches the file; `state` and `since` are for all to read."""

    station_id: StationId
    camera_id: DeviceId
    state: RecordingState = "waiting"
    wanted: bool = True
    waiting_bytes: int = 0
    lost: int = 0
    """Fragments that could not be kept: the disc was full or too slow."""
    handle: int = -1
    part: Path | None = None
    begins_ms: int = 0
    first: int = 0
    ends: int = 0
    size: int = 0
    number: int = 0
    not_before_s: float = 0.0
    broken: bool = False
    """A fragment is missing: the next one kept must begin a segment of its own."""


@dataclass(frozen=True, slots=True)
class _Ended:
    """A segment that waits to be synced and named; without a handle only for what waits behind it."""

    reel: Reel
    handle: int = -1
    part: Path | None = None
    begins_ms: int = 0
    ends_ms: int = 0
    size: int = 0
    done: threading.Event | None = None


@dataclass(frozen=True, slots=True)
class _Job:
    reel: Reel
    piece: Piece | None
    size: int = 0
    done: threading.Event | None = field(default=None)


class Writer:
    """The threads that write; reels are spread over them, and each reel's fragments stay in order."""

    def __init__(self, keeper: Keeper, *, threads: int = 2) -> None:
        """Start nothing yet."""
        self._keeper = keeper
        self._queues: list[queue.SimpleQueue[_Job | None]] = [queue.SimpleQueue() for _ in range(threads)]
        self._threads = [
            threading.Thread(target=self._work, args=(one,), name=f"recording-{number}", daemon=True)
            for number, one in enumerate(self._queues)
        ]
        self._ended: queue.SimpleQueue[_Ended | None] = queue.SimpleQueue()
        self._closer = threading.Thread(target=self._close_all, name="recording-close", daemon=True)
        self._waiting = 0
        self._lock = threading.Lock()
        self.full = threading.Event()
        """Set when the disc was found full: whoever tidies should do so now."""

    def start(self) -> None:
        """Start the threads."""
        for thread in (*self._threads, self._closer):
            thread.start()

    def stop(self, patience_s: float = 5.0) -> None:
        """Write what waits and end; reels must have been closed before."""
        for one in self._queues:
            one.put(None)
        for thread in self._threads:
            thread.join(patience_s)
        self._ended.put(None)
        self._closer.join(patience_s)

    def put(self, reel: Reel, piece: Piece) -> None:
        """Take a fragment to be written; never blocks. One too many is dropped, and the recording has a gap."""
        size = piece.size
        with self._lock:
            over = self._waiting + size > _WAITING_BYTES or reel.waiting_bytes + size > _CAMERA_WAITING_BYTES
            if not over:
                self._waiting += size
                reel.waiting_bytes += size
        if over:
            reel.lost += 1
            reel.broken = True
            if reel.state != "disc_full":
                reel.state = "disc_slow"
            return
        self._queue(reel).put(_Job(reel, piece, size))

    def close(self, reel: Reel) -> threading.Event:
        """End a reel's segment; the event is set once it is on the disc."""
        done = threading.Event()
        self._queue(reel).put(_Job(reel, None, 0, done))
        return done

    def _queue(self, reel: Reel) -> queue.SimpleQueue[_Job | None]:
        return self._queues[reel.camera_id.int % len(self._queues)]

    def _work(self, jobs: queue.SimpleQueue[_Job | None]) -> None:
        while (job := jobs.get()) is not None:
            reel = job.reel
            try:
                if job.piece is None:
                    self._end(reel)
                else:
                    self._write(reel, job.piece)
            except OSError as error:
                self._failed(reel, error)
            except Exception:
                log.exception("a recording broke off")
                reel.state, reel.broken = "failed", True
                self._end(reel)
            finally:
                with self._lock:
                    self._waiting -= job.size
                    reel.waiting_bytes -= job.size
                if job.done is not None:
                    self._ended.put(_Ended(reel, done=job.done))

    def _write(self, reel: Reel, piece: Piece) -> None:
        if piece.fresh or reel.broken:
            self._end(reel)
            if not piece.samples[0].key:
                reel.lost += 1
                return
            if not self._begin(reel, piece):
                return
        elif self._keeper.room() <= 0:
            raise _full(str(reel.part))
        elif reel.handle < 0:
            reel.lost += 1
            return
        reel.number += 1
        head = fragment_head(reel.number, piece.samples, wall_s=piece.wall_s)
        buffers = [head, *(one.body for one in piece.samples)]
        size = len(head) + piece.size
        try:
            _write_all(reel.handle, buffers)
        except OSError:
            os.ftruncate(reel.handle, reel.size)
            raise
        reel.size += size
        last = piece.samples[-1]
        reel.ends = last.at + last.duration
        reel.state = "on"

    def _begin(self, reel: Reel, piece: Piece) -> bool:
        now = time.monotonic()
        if now < reel.not_before_s:
            reel.lost += 1
            reel.broken = True
            return False
        begins_ms = round(piece.wall_s * 1000)
        folder = folder_of(self._keeper.root, reel.station_id, reel.camera_id) / day_of(begins_ms)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if self._keeper.room() <= 0:
            raise _full(str(folder))
        part = folder / f"{begins_ms}.part"
        handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        init = init_segment(piece.headers)
        reel.handle, reel.part, reel.begins_ms, reel.number = handle, part, begins_ms, 0
        reel.first = reel.ends = piece.samples[0].at
        reel.size = 0
        _write_all(handle, [init])
        reel.size = len(init)
        reel.broken = False
        return True

    def _end(self, reel: Reel) -> None:
        """Let a reel's segment go to the thread that waits for the disc."""
        if reel.handle < 0 or reel.part is None:
            return
        ends_ms = reel.begins_ms + round((reel.ends - reel.first) * 1000 / TIMESCALE)
        size = reel.size if reel.number else 0
        self._ended.put(_Ended(reel, reel.handle, reel.part, reel.begins_ms, ends_ms, size))
        reel.handle, reel.part = -1, None

    def _close_all(self) -> None:
        while (ended := self._ended.get()) is not None:
            try:
                self._close(ended)
            except OSError as error:
                log.warning(
                    "a recording of %s waits for the next start to be finished: %s", ended.reel.camera_id, error
                )
            if ended.done is not None:
                ended.done.set()

    def _close(self, ended: _Ended) -> None:
        if ended.part is None:
            return
        try:
            if ended.size:
                os.fsync(ended.handle)
        finally:
            os.close(ended.handle)
        if not ended.size:
            ended.part.unlink(missing_ok=True)
            return
        segment = named(ended.part, ended.begins_ms, ended.ends_ms)
        self._keeper.note(ended.reel.station_id, ended.reel.camera_id, segment, ended.size)

    def _failed(self, reel: Reel, error: OSError) -> None:
        full = error.errno in {errno.ENOSPC, errno.EDQUOT}
        state: RecordingState = "disc_full" if full else "failed"
        if reel.state != state:
            log.warning("camera %s is not recorded: %s", reel.camera_id, error)
        reel.state, reel.broken = state, True
        reel.lost += 1
        reel.not_before_s = time.monotonic() + _AGAIN_S
        if full:
            self.full.set()
        self._end(reel)


def _full(place: str) -> OSError:
    return OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), place)


def _write_all(handle: int, buffers: Sequence[bytes]) -> None:
    """Write all of `buffers`; raise `OSError`."""
    for begin in range(0, len(buffers), _IOV):
        left = buffers[begin : begin + _IOV]
        wanted = sum(len(one) for one in left)
        written = os.writev(handle, left)
        if written < wanted:
            rest = memoryview(b"".join(left))[written:]
            while rest:
                rest = rest[os.write(handle, rest) :]
