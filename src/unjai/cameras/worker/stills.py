"""Still pictures of all cameras: one a second at most, of pictures that stand for themselves, small, masked.

A few threads decode for all; when they do not keep up, each camera's still grows older by the same measure. What is
masked is blackened before anything else sees the picture.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import av
import numpy as np
from av.codec.context import Flags
from numpy.typing import NDArray

from unjai.cameras.mp4 import nal
from unjai.cameras.specs import Stream
from unjai.cameras.worker.masks import blacken
from unjai.model.ids import DeviceId

log = logging.getLogger(__name__)

EVERY_S = 1.0
WIDTH, GREY_WIDTH = 640, 320
_NICE = 5
_LARGEST = 8192 * 8192
Grey = NDArray[np.uint8]


@dataclass(slots=True)
class Still:
    """A still picture: when it was (Unix seconds), its size; `full` is the size of the camera's own.

    It is small and masked already, `masked` where there was something to mask; it becomes a JPEG when somebody asks for
    it (`Stills.jpeg`).
    """

    at_s: float
    width: int
    height: int
    full: tuple[int, int]
    frame: Any
    masked: bool = False
    jpeg: bytes = b""


Look = Callable[[Stream, float, Grey], None]
"""Is shown each small grey picture with its time: whoever judges a camera's health."""


@dataclass(frozen=True, slots=True)
class _Wait:
    camera: Stream
    codec: str
    sets: bytes
    body: bytes
    at_s: float


class Stills:
    """The newest still of each camera, and the threads that make them."""

    def __init__(self, *, threads: int = 1, look: Look | None = None) -> None:
        """Start nothing yet."""
        self._look = look
        self._newest: dict[DeviceId, Still] = {}
        self._waiting: dict[DeviceId, _Wait] = {}
        self._taken: dict[DeviceId, float] = {}
        self._some = threading.Condition()
        self._ending = False
        self._pen, self._print = threading.Lock(), _Print()
        self.made = self.failed = 0
        self._threads = [
            threading.Thread(target=self._work, name=f"stills-{number}", daemon=True) for number in range(threads)
        ]

    def start(self) -> None:
        """Start the threads."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """End the threads soon."""
        with self._some:
            self._ending = True
            self._some.notify_all()

    def offer(self, camera: Stream, codec: str, sets: bytes, body: bytes, at_s: float) -> None:
        """Take a picture that stands for itself, if the camera's last one is a second old; the newest waits."""
        now = time.monotonic()
        key = camera.camera_id
        with self._some:
            if now - self._taken.get(key, -EVERY_S) < EVERY_S * 0.95:
                return
            fresh = key not in self._waiting
            self._waiting[key] = _Wait(camera, codec, sets, body, at_s)
            if fresh:
                self._some.notify()

    def put(self, camera: Stream, picture: bytes, at_s: float) -> None:
        """Take a whole JPEG that came from a still-picture address."""
        self.offer(camera, "mjpeg", b"", picture, at_s)

    def newest(self, camera_id: DeviceId) -> Still | None:
        """Return the camera's newest still."""
        return self._newest.get(camera_id)

    def jpeg(self, camera_id: DeviceId) -> Still | None:
        """Return the camera's newest still with its JPEG made; for a thread."""
        still = self._newest.get(camera_id)
        if still is not None and not still.jpeg:
            with self._pen:
                still.jpeg = still.jpeg or self._print.jpeg(still.frame)
        return still

    def forget(self, camera_id: DeviceId) -> None:
        """Drop what is kept of a camera that is no longer there, or whose masks have changed."""
        with self._some:
            self._waiting.pop(camera_id, None)
            self._taken.pop(camera_id, None)
        self._newest.pop(camera_id, None)

    def _work(self) -> None:
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICE)  # packets come first
        eye = _Eye()
        while True:
            with self._some:
                while not self._waiting and not self._ending:
                    self._some.wait()
                if self._ending:
                    return
                key = next(iter(self._waiting))
                one = self._waiting.pop(key)
                self._taken[key] = time.monotonic()
            try:
                still, grey = eye.still(one)
            except (av.error.FFmpegError, ValueError, MemoryError) as error:
                self.failed += 1
                log.debug("no still of %s: %s", one.camera.key, error)
                eye = _Eye()
                continue
            except Exception:
                self.failed += 1
                log.exception("no still of %s", one.camera.key)
                eye = _Eye()
                continue
            self.made += 1
            self._newest[key] = still
            if self._look is not None:
                try:
                    self._look(one.camera, one.at_s, grey)
                except Exception:
                    log.exception("looking at %s failed", one.camera.key)


class _Eye:
    """One thread's decoders and encoders, used over and over."""

    def __init__(self) -> None:
        self._decoders: dict[str, Any] = {}

    def still(self, one: _Wait) -> tuple[Still, Grey]:
        frame = self._decoded(one)
        full = (int(frame.width), int(frame.height))
        if full[0] * full[1] > _LARGEST or min(full) < 16:  # noqa: PLR2004
            msg = f"a picture of {full[0]}×{full[1]}"
            raise ValueError(msg)
        width = min(WIDTH, full[0] // 2 * 2)
        height = max(2, round(full[1] * width / full[0] / 2) * 2)
        if one.camera.masks or (width, height) != full or frame.format.name not in {"yuv420p", "yuvj420p"}:
            frame = frame.reformat(width=width, height=height, format="yuvj420p", interpolation="FAST_BILINEAR")
        if one.camera.masks:
            planes = frame.to_ndarray()
            blacken(planes, one.camera.masks, width, height)
            frame = av.VideoFrame.from_ndarray(planes, format="yuvj420p")
        grey_height = max(2, round(GREY_WIDTH * height / width))
        grey = frame.reformat(
            width=GREY_WIDTH, height=grey_height, format="gray", interpolation="BILINEAR"
        ).to_ndarray()
        return Still(one.at_s, width, height, full, frame, masked=bool(one.camera.masks)), grey

    def _decoded(self, one: _Wait) -> Any:
        context: Any = self._decoders.get(one.codec)
        if context is None:
            context = self._decoders[one.codec] = av.CodecContext.create(one.codec, "r")
            context.thread_count = 1
            context.flags |= Flags.low_delay
        body = one.body
        if one.codec != "mjpeg":
            body = one.sets + b"".join(b"\x00\x00\x00\x01" + unit for unit in nal.length_units(body))
        try:
            frames = context.decode(av.Packet(body)) or context.decode(None)
        finally:
            context.flush_buffers()
        if not frames:
            msg = "no picture came of it"
            raise ValueError(msg)
        return frames[-1]


class _Print:
    """Makes JPEGs; one at a time."""

    def __init__(self) -> None:
        self._encoders: dict[tuple[int, int], Any] = {}
        self._number = 0

    def jpeg(self, frame: Any) -> bytes:
        if frame.format.name != "yuvj420p":
            frame = frame.reformat(format="yuvj420p")
        size = (int(frame.width), int(frame.height))
        context = self._encoders.get(size)
        if context is None:
            if len(self._encoders) > 8:  # noqa: PLR2004
                self._encoders.clear()
            context = av.CodecContext.create("mjpeg", "w")
            context.width, context.height = size
            context.pix_fmt = "yuvj420p"
            context.time_base = Fraction(1, 25)
            context.options = {"qmin": "4", "qmax": "5"}
            self._encoders[size] = context
        self._number += 1
        frame.pts = self._number
        frame.time_base = context.time_base
        return b"".join(bytes(packet) for packet in context.encode(frame))
