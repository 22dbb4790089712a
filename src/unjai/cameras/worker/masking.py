"""Live pictures and recordings without what a mask covers — การบังภาพ: decoded, blackened, encoded anew.

The one place where a camera's stream is not copied. It costs about a quarter of a core for a picture of 1080 lines,
a twentieth for one of 360, so it is done for cameras with masks alone, and where it cannot keep up it leaves out
pictures, never the mask.
"""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Iterable, Iterator
from fractions import Fraction
from typing import Any, Final

import av
import numpy as np
from av.video.frame import PictureType, VideoFrame

from unjai.cameras.mp4.boxes import TIMESCALE
from unjai.cameras.specs import Polygon
from unjai.cameras.worker.masks import blacken
from unjai.cameras.worker.track import Packet

log = logging.getLogger(__name__)

_BASE: Final = Fraction(1, TIMESCALE)
_KEY_EVERY: Final = 2 * TIMESCALE
_OPTIONS: Final = {
    "preset": "ultrafast",
    "tune": "zerolatency",
    "crf": "26",
    "bf": "0",
    "forced-idr": "1",
    "x264-params": "repeat-headers=1",
}
_SHARE: Final = 0.8
"""So much of a picture's time may its masking take before pictures are left out."""
_HELD: Final = 64
_SMOOTH: Final = 0.05


class Masking:
    """One connection of one feed; `packets` takes the door's and yields H.264 (Annex B, no pictures reordered)."""

    def __init__(self, codec: str, extradata: bytes, masks: tuple[Polygon, ...]) -> None:
        """Take the camera's codec (`h264`, `hevc`), what was told beside its packets, and the masks."""
        self._masks = masks
        self._decoder: Any = av.CodecContext.create(codec, "r")
        self._decoder.thread_count = 1
        if extradata:
            self._decoder.extradata = extradata
        self._encoder: Any = None
        self._came: dict[int, float] = {}
        self._keyed_at = -_KEY_EVERY
        self._last = -1
        self._takes_s = 0.0
        self._step = TIMESCALE / 25
        self._count = 0

    def packets(self, packets: Iterable[Packet]) -> Iterator[Packet]:
        """Yield masked packets; what cannot be decoded is left out."""
        for packet in packets:
            began = time.thread_time()
            out = list(self._taken(packet))
            if out:
                self._takes_s += _SMOOTH * (time.thread_time() - began - self._takes_s)
            yield from out

    @property
    def every(self) -> int:
        """Return which of the pictures are encoded: 1 each, 2 each second, and so on."""
        return max(1, math.ceil(self._takes_s * TIMESCALE / (self._step * _SHARE)))

    def _taken(self, packet: Packet) -> Iterator[Packet]:
        one = av.Packet(packet.body)
        at = packet.pts if packet.pts is not None else packet.dts
        one.pts, one.dts, one.time_base = at, packet.dts, _BASE
        if at is not None:
            self._came[at] = packet.came_s
            while len(self._came) > _HELD:
                self._came.pop(next(iter(self._came)))
        try:
            frames = self._decoder.decode(one)
        except av.error.FFmpegError:
            return
        for frame in frames:
            yield from self._masked(frame, packet.came_s)

    def _masked(self, frame: VideoFrame, came_s: float) -> Iterator[Packet]:
        at = frame.pts
        if at is None or self._last - TIMESCALE < at <= self._last:
            return
        if at < self._last:  # the camera's time jumped back
            self._encoder, self._last = None, -1
        if self._last >= 0:
            self._step += _SMOOTH * (min(at - self._last, TIMESCALE) - self._step)
        self._last = at
        self._count += 1
        if self._count % self.every:
            return
        width, height = frame.width - frame.width % 2, frame.height - frame.height % 2
        planes = frame.reformat(width=width, height=height, format="yuv420p").to_ndarray().astype(np.uint8, copy=False)
        blacken(planes, self._masks, width, height)
        black = VideoFrame.from_ndarray(planes, format="yuv420p")
        black.pts, black.time_base = at, _BASE
        if at - self._keyed_at >= _KEY_EVERY:
            black.pict_type, self._keyed_at = PictureType.I, at
        for packet in self._encoder_for(width, height).encode(black):
            yield Packet(packet.pts, packet.dts, bytes(packet), self._came.pop(at, came_s))

    def _encoder_for(self, width: int, height: int) -> Any:
        if self._encoder is None or (self._encoder.width, self._encoder.height) != (width, height):
            made: Any = av.CodecContext.create("libx264", "w")
            made.width, made.height, made.pix_fmt = width, height, "yuv420p"
            made.time_base, made.thread_count, made.options = _BASE, 1, dict(_OPTIONS)
            made.gop_size = 10_000  # key pictures are asked for by time
            self._encoder, self._keyed_at = made, self._last
            log.info("a camera's pictures are masked: %d x %d", width, height)
        return self._encoder
