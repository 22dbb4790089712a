"""From packets to pictures on one time line: broken units are left out, jumps and new headers begin a new epoch."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Literal

from unjai.cameras.mp4 import nal
from unjai.cameras.mp4.boxes import TIMESCALE, Sample
from unjai.cameras.mp4.nal import CodecName, Headers, NalError

_DRIFT_S = 10.0
"""More between the camera's time and the wall's is a jump: a new epoch begins."""
_USUAL = TIMESCALE // 25
_LONGEST = TIMESCALE * 5
_ANCHORS = 128
_MOST_HEADER = 4096


@dataclass(frozen=True, slots=True)
class Packet:
    """What a door brings: times in `TIMESCALE` or None, the bytes, and when they came (Unix seconds)."""

    pts: int | None
    dts: int | None
    body: bytes
    came_s: float


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture on its feed's time line. `sample.duration` is a guess: what the one before it lasted.

    `epoch` counts time lines: another one has other headers, or other times.
    """

    sample: Sample
    wall_s: float
    headers: Headers
    epoch: int


class Track:
    """One feed of a camera. `broken` counts units left out, `jumps` new time lines for the sake of time."""

    def __init__(self, codec: CodecName, form: Literal["annexb", "length"] = "annexb") -> None:
        """Know nothing yet; `form` is how the units of a packet are parted."""
        self.codec: CodecName = codec
        self._form = form
        self._length_size = 4
        self._sets: dict[int, bytes] = {}
        self._changed = False
        self.headers: Headers | None = None
        self.epoch = 0
        self.broken = 0
        self.jumps = 0
        self._origin: int | None = None
        self._last = -1
        self._step = _USUAL
        self._begun_s = 0.0
        self._anchor = 0.0
        self._seen: deque[float] = deque(maxlen=_ANCHORS)
        self._need_key = True

    def offer_headers(self, extradata: bytes) -> None:
        """Take parameter sets that came beside the packets (of the session's description or the file's)."""
        if extradata[:1] == b"\x01" and self._form == "length":
            place = 4 if self.codec == "h264" else 21
            self._length_size = (extradata[place] & 3) + 1 if len(extradata) > place else 4
            for unit in _configured(self.codec, extradata):
                self._take_set(unit)
        else:
            for unit in nal.annex_b_units(extradata):
                self._take_set(unit)
        self._settle()

    def take(self, packet: Packet) -> Picture | None:
        """Return the picture of a packet, or None where there is none that could be shown."""
        body, key = self._body(packet.body)
        if body is None or self.headers is None or (self._need_key and not key):
            return None
        epoch = self.epoch
        at, shift = self._place(packet)
        self._need_key = not key and (self._need_key or self.epoch != epoch)
        if self._need_key:  # a new time line must begin with a picture that one can begin with
            self._origin = None
            return None
        sample = Sample(at, self._step, shift, key, body)
        seen = packet.came_s - at / TIMESCALE
        self._seen.append(seen)
        self._anchor = min(self._anchor, seen)
        return Picture(sample, self._anchor + at / TIMESCALE, self.headers, self.epoch)

    def settle_clock(self) -> None:
        """Let the wall-clock time of what follows be taken from what came lately: cameras' clocks run fast or slow."""
        if self._seen:
            self._anchor = min(self._seen)

    def restart(self) -> None:
        """Begin a new time line with the next picture that can be begun with."""
        self._origin = None
        self._need_key = True

    # -- units -----------------------------------------------------------------------------------------------------

    def _body(self, data: bytes) -> tuple[bytes | None, bool]:
        units = nal.annex_b_units(data) if self._form == "annexb" else nal.length_units(data, self._length_size)
        parts: list[bytes] = []
        key = seen = False
        for unit in units:
            kind = nal.kind_of(self.codec, unit)
            if kind < 0 or len(unit) < 2:  # noqa: PLR2004
                self.broken += 1
            elif nal.is_header(self.codec, kind):
                self._take_set(unit)
            elif nal.is_picture(self.codec, kind):
                seen = True
                key = key or nal.is_key(self.codec, kind)
                parts += (len(unit).to_bytes(4), unit)
            elif nal.is_message(self.codec, kind):
                parts += (len(unit).to_bytes(4), unit)
        if not seen:
            return None, False
        if self._changed and key:
            self._settle()
        return b"".join(parts), key

    def _take_set(self, unit: bytes) -> None:
        if not unit or len(unit) > _MOST_HEADER:
            self.broken += 1
            return
        kind = nal.kind_of(self.codec, unit)
        if nal.is_header(self.codec, kind) and self._sets.get(kind) != unit:
            self._sets[kind] = unit
            self._changed = True

    def _settle(self) -> None:
        """Take new parameter sets over; what makes no sense leaves the old ones standing."""
        self._changed = False
        try:
            found = nal.headers_of(self.codec, self._sets)
        except NalError:
            self.broken += 1
            if self.headers is not None:
                old = self.headers
                self._sets = (
                    {7: old.sps, 8: old.pps} if self.codec == "h264" else {32: old.vps, 33: old.sps, 34: old.pps}
                )
            return
        if found is not None and found != self.headers:
            if self.headers is not None:
                self.epoch += 1
                self._origin = None
            self.headers = found

    # -- time ------------------------------------------------------------------------------------------------------

    def _place(self, packet: Packet) -> tuple[int, int]:
        """Return decoding time and shift on the time line; a jump of the camera's clock begins a new one."""
        dts = packet.dts if packet.dts is not None else packet.pts
        if dts is None:
            passed = round((packet.came_s - self._begun_s) * TIMESCALE)
            dts = 0 if self._origin is None else self._origin + passed
        if self._origin is not None:
            media_s = (dts - self._origin) / TIMESCALE
            passed_s = packet.came_s - self._begun_s
            if abs(media_s - passed_s) > _DRIFT_S:
                self._origin = None
                self.jumps += 1
                self.epoch += 1
        if self._origin is None:
            self._origin, self._last = dts, -1
            self._begun_s = self._anchor = packet.came_s
            self._seen.clear()
        at = dts - self._origin
        if at <= self._last:
            at = self._last + 1
        elif self._last >= 0:
            self._step = min(at - self._last, _LONGEST)
        self._last = at
        shift = packet.pts - dts if packet.pts is not None else 0
        return at, shift if abs(shift) < _LONGEST else 0


def _configured(codec: CodecName, record: bytes) -> list[bytes]:
    """Return the parameter sets in an `avcC` or `hvcC` record; what is cut off is left out."""
    units: list[bytes] = []
    if codec == "h264":
        at = 5
        for masked in (True, False):
            if at >= len(record):
                return units
            count = record[at] & 0x1F if masked else record[at]
            at += 1
            for _ in range(count):
                size = int.from_bytes(record[at : at + 2])
                units.append(record[at + 2 : at + 2 + size])
                at += 2 + size
        return units
    at = 23
    for _ in range(record[22] if len(record) > 22 else 0):  # noqa: PLR2004
        count = int.from_bytes(record[at + 1 : at + 3])
        at += 3
        for _ in range(count):
            size = int.from_bytes(record[at : at + 2])
            units.append(record[at + 2 : at + 2 + size])
            at += 2 + size
    return units
