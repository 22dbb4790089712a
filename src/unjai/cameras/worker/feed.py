"""One feed of one camera: a thread that waits for its packets, and hands each picture to live, recording and stills.

Nothing in here waits for anybody else: a full disc, a slow reader or another camera that hangs is not its business.
"""

from __future__ import annotations

import logging
import random
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from unjai.cameras.mp4.boxes import TIMESCALE, Sample, fragment, init_segment
from unjai.cameras.mp4.nal import Headers
from unjai.cameras.recording.rules import cut_here
from unjai.cameras.recording.writer import Piece, Reel, Writer
from unjai.cameras.specs import Stream
from unjai.cameras.worker.door import DoorError, StreamDoor, address
from unjai.cameras.worker.masking import Masking
from unjai.cameras.worker.pace import Pace, wait_s
from unjai.cameras.worker.stills import Stills
from unjai.cameras.worker.track import Packet, Picture, Track

log = logging.getLogger(__name__)

FeedName = Literal["main", "sub"]
_CODECS = {"h264": "h264", "hevc": "hevc"}
_GOP_BYTES = 6_000_000
_PIECE_S = 1.0
_PIECE_BYTES = 2_000_000
_LINGER_S = 15.0


class Out(Protocol):
    """Where live pictures go; called from any thread and never waits."""

    def begin(self, camera: Stream, feed: FeedName, reader: str, headers: Headers, init: bytes) -> None:
        """Say what follows to one reader."""

    def piece(self, camera: Stream, feed: FeedName, reader: str, body: bytes, *, key: bool) -> None:
        """Send a fragment to one reader."""


@dataclass(frozen=True, kw_only=True)
class Shared:
    """What all feeds of a process share."""

    wall_s: Callable[[], float]
    writer: Writer
    stills: Stills
    out: Out
    told: Callable[[], None]
    """Called when a feed's state changed."""
    analysed: Callable[[Stream, Picture], None] | None = None
    """Is handed each picture of cameras with `analyse`, not masked where `mask_copies` is off; must not wait."""


class Feed(threading.Thread):
    """A feed that is kept alive until `stop`. `pace` is what it measured; `state` is for all to read."""

    def __init__(
        self, camera: Stream, name: FeedName, shared: Shared, *, on_demand: bool, after: threading.Thread | None = None
    ) -> None:
        """Do nothing yet; with `after` it begins once that thread has ended (cameras bear few connections)."""
        super().__init__(name=f"{name}-{str(camera.camera_id)[:8]}", daemon=True)
        self.camera, self.feed = camera, name
        self._url = camera.main_url if name == "main" else camera.sub_url or ""
        self._shared = shared
        self._after = after
        self._on_demand = on_demand
        self._stopping = threading.Event()
        self._wanted = threading.Event()
        self._lock = threading.Lock()
        self._readers: dict[str, bool] = {}
        self._unwanted_s = 0.0
        self._gop: list[Sample] = []
        self._gop_bytes = 0
        self._gop_wall_s = 0.0
        self._number = 0
        self._headers: Headers | None = None
        self._epoch = -1
        self._init = b""
        self._pending: list[Sample] = []
        self._pending_bytes = 0
        self._pending_wall_s = 0.0
        self._pending_fresh = False
        self._cut_at = 0
        self._cut_bytes = 0
        self._gives_stills = name == "sub" or not camera.sub_url
        self._analysed = camera.analyse and (name == "main" if camera.read_plates else self._gives_stills)
        self.pace = Pace()
        records = camera.record and name == "main"
        self.reel = Reel(camera.station_id, camera.camera_id) if records else None

    # -- from other threads ----------------------------------------------------------------------------------------

    def stop(self) -> None:
        """End as soon as the library lets go; at once where it waits for nothing."""
        self._stopping.set()
        self._wanted.set()

    def join_reader(self, reader: str) -> None:
        """Let a reader have all that was sent since one could last begin, and what follows."""
        with self._lock:
            self._readers[reader] = False
            self._wanted.set()
            self._greet(reader)

    def leave_reader(self, reader: str) -> None:
        """Let a reader go."""
        with self._lock:
            self._readers.pop(reader, None)
            if not self._readers:
                self._unwanted_s = time.monotonic()
                if self._on_demand:
                    self._wanted.clear()

    @property
    def readers(self) -> int:
        """Return how many read."""
        return len(self._readers)

    def state(self) -> dict[str, Any]:
        """Return what is known of this feed, for JSON."""
        headers = self._headers
        return {
            **self.pace.told(self._shared.wall_s()),
            "profile": None if headers is None else headers.codecs,
            "readers": len(self._readers),
        }

    # -- the thread ------------------------------------------------------------------------------------------------

    def run(self) -> None:
        """Connect, read, and connect again, for ever."""
        if self._after is not None:
            self._after.join(30.0)
        tries = 0
        while not self._stopping.is_set():
            if self._on_demand and not self._wanted.is_set():
                self.pace.idle(self._shared.wall_s())
                self._wanted.wait()
                continue
            began = time.monotonic()
            why = self._once()
            if self._stopping.is_set():
                break
            if why is None:  # nobody wants it any more
                continue
            tries = 0 if time.monotonic() - began > 60.0 else tries + 1  # noqa: PLR2004
            if self.pace.failed(why.why, why.said, self._shared.wall_s()):
                log.info("camera %s (%s): %s", self.camera.key, self.feed, why)
                self._shared.told()
            self._stopping.wait(wait_s(why.why, tries, random.random()))  # noqa: S311  spreads connections

    def _once(self) -> DoorError | None:
        """Read one connection to its end and return why it ended; None where nobody wants more of it."""
        camera = self.camera
        url = address(self._url, camera.username, camera.password) if camera.kind == "rtsp" else self._url
        door = StreamDoor(url, file=camera.kind == "file", wall_s=self._shared.wall_s, stopping=self._stopping)
        try:
            opened = door.open()
            codec = _CODECS.get(opened.codec)
            if codec is None:
                self.pace.opened(opened.codec, opened.width, opened.height)
                return self._stills_only(door, opened.codec)
            self.pace.opened(opened.codec, opened.width, opened.height)
            if camera.masks and camera.mask_copies:
                masking = Masking(codec, opened.extradata, camera.masks)
                return self._read(masking.packets(self._counted(door)), Track("h264"))
            track = Track(codec, opened.form)  # type: ignore[arg-type]
            track.offer_headers(opened.extradata)
            return self._read(self._counted(door), track)
        except DoorError as error:
            return error
        except Exception as error:
            log.exception("camera %s (%s) broke off", camera.key, self.feed)
            return DoorError("unreadable", type(error).__name__)
        finally:
            door.close()
            self._end_recording()
            with self._lock:
                self._forget()

    def _counted(self, door: StreamDoor) -> Iterator[Packet]:
        for packet in door.packets():
            self._count(packet, door)
            yield packet

    def _read(self, packets: Iterator[Packet], track: Track) -> DoorError | None:
        epoch = self._epoch + 1
        for packet in packets:
            if self._stopping.is_set():
                return DoorError("ended")
            if self._on_demand and self._given_up():
                return None
            picture = track.take(packet)
            if picture is None:
                continue
            if picture.epoch + epoch != self._epoch:
                self._begin(picture, picture.epoch + epoch)
            self._take(picture, track)
            self.pace.broken = track.broken
        return DoorError("ended")

    def _stills_only(self, door: StreamDoor, codec: str) -> DoorError | None:
        """Read a stream that no browser plays and no file of ours holds: its pictures are shown as stills."""
        for packet in door.packets():
            if self._stopping.is_set():
                return DoorError("ended")
            if self._on_demand and self._given_up():
                return None
            self._count(packet, door)
            if self._gives_stills and codec == "mjpeg":
                self._shared.stills.offer(self.camera, codec, b"", packet.body, packet.came_s)
        return DoorError("ended")

    def _given_up(self) -> bool:
        return not self._readers and time.monotonic() - self._unwanted_s > _LINGER_S

    def _count(self, packet: Packet, door: StreamDoor) -> None:
        self.pace.sent_at(door.sent_at_s, packet.came_s)
        if self.pace.packet(len(packet.body), packet.came_s):
            self._shared.told()

    # -- pictures --------------------------------------------------------------------------------------------------

    def _begin(self, picture: Picture, epoch: int) -> None:
        """Begin a new time line: other headers or other times."""
        self._flush()
        with self._lock:
            self._epoch, self._headers = epoch, picture.headers
            self._init = init_segment(picture.headers)
            self._gop, self._gop_bytes = [], 0
            self._pending_fresh = True
            self.pace.size(picture.headers.width, picture.headers.height)
            for reader in self._readers:
                self._readers[reader] = False

    def _take(self, picture: Picture, track: Track) -> None:
        sample = picture.sample
        with self._lock:
            if sample.key:
                self._gop, self._gop_bytes, self._gop_wall_s = [], 0, picture.wall_s
            if self._gop:
                self._gop[-1].duration = max(1, min(sample.at - self._gop[-1].at, 5 * TIMESCALE))
            if sample.key or self._gop:
                self._gop.append(sample)
                self._gop_bytes += len(sample.body)
                if self._gop_bytes > _GOP_BYTES:
                    self._gop, self._gop_bytes = [], 0  # too long to be kept: readers wait for the next beginning
            if self._readers:
                self._send(picture)
        if self.reel is not None:
            self._record(picture, track)
        if self._analysed and self._shared.analysed is not None:
            self._shared.analysed(self.camera, picture)
        if sample.key:
            self.pace.key(picture.wall_s)
            if self._gives_stills:
                self._shared.stills.offer(
                    self.camera, picture.headers.codec, _sets(picture.headers), sample.body, picture.wall_s
                )

    def _send(self, picture: Picture) -> None:
        body = b""
        for reader, greeted in list(self._readers.items()):
            if not greeted:
                self._greet(reader)
                continue
            if not body:
                self._number += 1
                body = fragment(self._number, [picture.sample], wall_s=picture.wall_s)
            self._shared.out.piece(self.camera, self.feed, reader, body, key=picture.sample.key)

    def _greet(self, reader: str) -> None:
        """Send the beginning and all since, if there is any; the lock is held."""
        if self._headers is None or not self._gop:
            return
        self._readers[reader] = True
        self._number += 1
        self._shared.out.begin(self.camera, self.feed, reader, self._headers, self._init)
        whole = fragment(self._number, self._gop, wall_s=self._gop_wall_s)
        self._shared.out.piece(self.camera, self.feed, reader, whole, key=True)

    def _forget(self) -> None:
        self._gop, self._gop_bytes, self._headers = [], 0, None
        for reader in self._readers:
            self._readers[reader] = False

    # -- recording -------------------------------------------------------------------------------------------------

    def _record(self, picture: Picture, track: Track) -> None:
        sample = picture.sample
        if self._pending:
            last = self._pending[-1]
            last.duration = max(1, min(sample.at - last.at, 5 * TIMESCALE))
            length = sample.at - self._pending[0].at
            if sample.key or length >= _PIECE_S * TIMESCALE or self._pending_bytes >= _PIECE_BYTES:
                self._flush()
        length_s = (sample.at - self._cut_at) / TIMESCALE
        if self._pending_fresh or cut_here(length_s=length_s, size_bytes=self._cut_bytes, key=sample.key):
            spread = self.camera.camera_id.int % 15 if self._pending_fresh else 0  # not all cameras cut at once
            self._pending_fresh = True
            self._cut_at, self._cut_bytes = sample.at - spread * TIMESCALE, 0
            track.settle_clock()
        if not self._pending:
            self._pending_wall_s = picture.wall_s
        self._pending.append(sample)
        self._pending_bytes += len(sample.body)
        self._cut_bytes += len(sample.body)

    def _flush(self) -> None:
        if self.reel is not None and self._pending and self._headers is not None:
            piece = Piece(self._headers, self._pending, self._pending_wall_s, self._pending_fresh)
            self._shared.writer.put(self.reel, piece)
            self._pending_fresh = False
        self._pending, self._pending_bytes = [], 0

    def _end_recording(self) -> None:
        if self.reel is not None:
            self._flush()
            self._pending_fresh = True
            self._shared.writer.close(self.reel)


def _sets(headers: Headers) -> bytes:
    """Return the parameter sets with start codes, for a decoder."""
    return b"".join(b"\x00\x00\x00\x01" + one for one in (headers.vps, headers.sps, headers.pps) if one)
