"""The doors by which pictures come: RTSP over TCP, a file, a still picture's address. All of them can be waited for.

Everything has a time limit; what a camera says of itself is never believed further than it must be. No message of
ours holds a password.
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, Literal
from urllib.parse import quote, urlsplit, urlunsplit

import av
from av.container import InputContainer
from av.stream import Discard

from unjai.cameras.mp4.boxes import TIMESCALE
from unjai.cameras.worker.track import Packet

OPEN_S, READ_S = 10.0, 8.0
"""How long a stream may take to open, and to send its next bytes."""
Why = Literal["refused", "not_found", "away", "silent", "ended", "no_video", "unreadable"]
_MOST_PACKET = 16_000_000
_SECRET = re.compile(r"//[^/@\s]*@")


class DoorError(Exception):
    """A camera that gives no pictures: `why` is one of a few words, `said` what the library said, without secrets."""

    def __init__(self, why: Why, said: str = "") -> None:
        """Keep why."""
        super().__init__(f"{why} {said}".strip())
        self.why: Why = why
        self.said = said


@dataclass(frozen=True, slots=True)
class Opened:
    """What a door found: codec name of the library, how units are parted, headers beside the packets, its size."""

    codec: str
    form: Literal["annexb", "length"]
    extradata: bytes
    width: int
    height: int


def address(url: str, username: str | None, password: str | None) -> str:
    """Return an address with the login in it, as RTSP libraries want it."""
    if not username:
        return url
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    login = quote(username, safe="") + (f":{quote(password, safe='')}" if password else "")
    return urlunsplit(parts._replace(netloc=f"{login}@{host}"))


def without_secrets(text: str) -> str:
    """Return a message without logins in addresses."""
    return _SECRET.sub("//", text)[:200]


class StreamDoor:
    """A camera's stream by RTSP (over TCP), or a file that is played over and over in its own time."""

    def __init__(
        self, url: str, *, file: bool, wall_s: Callable[[], float], stopping: threading.Event, loop_file: bool = True
    ) -> None:
        """Open nothing yet; `stopping` ends a file's waiting."""
        self._url, self._file, self._wall_s, self._stopping = url, file, wall_s, stopping
        self._loop_file = loop_file
        self._container: InputContainer | None = None
        self._stream: Any = None
        self.sent_at_s: float | None = None
        """The camera's own wall-clock time of the newest picture that was told with one (by RTCP)."""

    def open(self) -> Opened:
        """Connect and find the video; raise `DoorError`. Waits for `OPEN_S` at most, names not counted."""
        options = {} if self._file else {**_RTSP, "timeout": str(int(READ_S * 1e6))}
        began = time.monotonic()
        try:
            if self._file and not Path(self._url).is_file():
                raise DoorError("not_found", Path(self._url).name)
            if not self._file and urlsplit(self._url).scheme not in {"rtsp", "rtsps"}:
                raise DoorError("unreadable", "an address of RTSP begins with rtsp:// or rtsps://")
            container = av.open(
                self._url,
                format=None if self._file else "rtsp",
                container_options=options,
                timeout=(OPEN_S, READ_S if self._file else None),  # RTSP has its own: PyAV's costs each read the GIL
                metadata_errors="replace",
            )
        except (av.error.FFmpegError, OSError, ValueError, RuntimeError) as error:
            if time.monotonic() - began >= min(
                OPEN_S, READ_S
            ):  # the library calls what it waited for in vain by many names
                raise DoorError("silent", "it does not answer") from None
            raise _told(error) from None
        self._container = container
        if not container.streams.video:
            self.close()
            raise DoorError("no_video")
        stream = self._stream = container.streams.video[0]
        for other in container.streams:
            if other.index != stream.index:
                other.discard = Discard.all
        context = stream.codec_context
        extradata = bytes(context.extradata or b"")
        form: Literal["annexb", "length"] = "length" if extradata[:1] == b"\x01" else "annexb"
        return Opened(str(context.name), form, extradata, int(context.width or 0), int(context.height or 0))

    def packets(self) -> Iterator[Packet]:
        """Yield packets until the stream ends; raise `DoorError` where it falls silent or breaks."""
        if self._container is None:
            raise DoorError("ended")
        factor = Fraction(self._stream.time_base or Fraction(1, TIMESCALE)) * TIMESCALE
        try:
            if self._file:
                yield from self._played(factor)
            else:
                for packet in self._container.demux(self._stream):
                    if packet.size and packet.size < _MOST_PACKET:
                        yield self._told_packet(packet, factor, 0)
        except (av.error.FFmpegError, OSError, ValueError, RuntimeError) as error:
            raise _told(error, reading=True) from None
        raise DoorError("ended")

    def _told_packet(self, packet: Any, factor: Fraction, shift: int) -> Packet:
        if packet.has_sidedata("prft"):
            told = bytes(packet.get_sidedata("prft"))
            self.sent_at_s = int.from_bytes(told[:8], "little", signed=True) / 1e6
        return Packet(
            None if packet.pts is None else round(packet.pts * factor) + shift,
            None if packet.dts is None else round(packet.dts * factor) + shift,
            bytes(packet),
            self._wall_s(),
        )

    def _played(self, factor: Fraction) -> Iterator[Packet]:
        assert self._container is not None
        shift = last = 0
        begun = time.monotonic()
        while True:
            first: int | None = None
            for packet in self._container.demux(self._stream):
                if not packet.size:
                    continue
                one = self._told_packet(packet, factor, 0)
                at = one.dts if one.dts is not None else one.pts
                if at is None:
                    continue
                if first is None:
                    first = at
                moved = at - first + shift
                ahead_s = moved / TIMESCALE - (time.monotonic() - begun)
                if ahead_s > 0 and self._stopping.wait(ahead_s):
                    return
                presented = None if one.pts is None else one.pts - first + shift
                yield Packet(presented, moved, one.body, self._wall_s())
                last = max(last, moved)
            if not self._loop_file or first is None:
                return
            shift = last + TIMESCALE // 25
            self._container.seek(0)

    def close(self) -> None:
        """Let go of the connection."""
        container, self._container, self._stream = self._container, None, None
        if container is not None:
            container.close()


_RTSP = {
    "rtsp_transport": "tcp",
    "allowed_media_types": "video",
    "fflags": "nobuffer",
    "analyzeduration": "100000",
    "probesize": "400000",
    "fpsprobesize": "0",
    "max_delay": "0",
    "user_agent": "Unjai",
}


def _told(error: BaseException, *, reading: bool = False) -> DoorError:
    """Return what a library's error means."""
    said = without_secrets(str(error).partition(": '")[0])
    if isinstance(error, DoorError):
        return error
    for kinds, why in _MEANINGS:
        if isinstance(error, kinds):
            return DoorError(why, said)
    return DoorError("silent" if reading else "away", said)


_MEANINGS: tuple[tuple[tuple[type[BaseException], ...], Why], ...] = (
    ((av.error.HTTPUnauthorizedError, av.error.HTTPForbiddenError), "refused"),
    ((av.error.HTTPNotFoundError, FileNotFoundError), "not_found"),
    ((av.error.ExitError, TimeoutError), "silent"),
    ((av.error.EOFError,), "ended"),
    ((av.error.DecoderNotFoundError,), "no_video"),
    ((av.error.InvalidDataError, ValueError), "unreadable"),
)
