"""A small real RTSP server for tests and benches: H.264 and H.265 over TCP, and every way in which cameras misbehave.

One mount is one live stream: whoever plays it gets the same packets at the same time, as from a camera. A mount's
behaviour may be changed while it is played.
"""

import asyncio
import base64
import contextlib
import hashlib
import random
import struct
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Self

import av
import numpy as np

_MTU = 1400
_TICKS = 90_000


@dataclass(frozen=True)
class Clip:
    """Pictures as units, to be sent over and over."""

    codec: str
    fps: int
    units: tuple[tuple[bytes, ...], ...]
    keys: tuple[bool, ...]
    sets: tuple[bytes, ...]


def record(
    path: Path,
    *,
    codec: str = "libx264",
    width: int = 320,
    height: int = 180,
    seconds: float = 2,
    fps: int = 10,
    gop: int = 10,
    bit_rate: int = 200_000,
    seed: int = 1,
) -> Path:
    """Make a video file with a moving picture in it."""
    options = {"g": str(gop), "preset": "ultrafast", "tune": "zerolatency", "bf": "0", "forced-idr": "1"}
    if codec == "libx265":
        options = {"preset": "ultrafast", "x265-params": f"keyint={gop}:min-keyint={gop}:bframes=0:log-level=none"}
    noise = np.random.default_rng(seed).integers(0, 255, (height // 4 + 1, width // 4 + 1), np.uint8)
    noise = noise.repeat(4, 0).repeat(4, 1)[:height, :width]
    with av.open(str(path), "w") as out:
        stream = out.add_stream(codec, rate=fps, options=options)
        stream.width, stream.height, stream.pix_fmt, stream.bit_rate = width, height, "yuv420p", bit_rate
        for number in range(int(seconds * fps)):
            planes = np.full((height * 3 // 2, width), 128, np.uint8)
            planes[:height] = np.roll(noise, number * 3, 1)
            frame = av.VideoFrame.from_ndarray(planes, format="yuv420p")
            frame.pts, frame.time_base = number, Fraction(1, fps)
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    return path


def clip_of(path: Path) -> Clip:
    """Read a video file as units."""
    from unjai.cameras.mp4 import nal
    from unjai.cameras.worker.track import _configured

    with av.open(str(path)) as source:
        stream = source.streams.video[0]
        codec = stream.codec_context.name
        extradata = bytes(stream.codec_context.extradata or b"")
        fps = round(float(stream.average_rate))
        units, keys = [], []
        for packet in source.demux(stream):
            if packet.size:
                units.append(tuple(nal.length_units(bytes(packet))))
                keys.append(packet.is_keyframe)
    sets = tuple(_configured(codec, extradata)) if extradata[:1] == b"\x01" else tuple(nal.annex_b_units(extradata))
    return Clip(codec, fps, tuple(units), tuple(keys), sets)


@dataclass
class Mount:
    """What is played under a path, and how it misbehaves.

    `manner`: fine, hang (never answers), mute (answers, then sends nothing), missing, redirect, broken (torn units),
    lying (its clock jumps back and forth).
    """

    clip: Clip | None = None
    user: str | None = None
    password: str = ""
    basic: bool = False
    manner: str = "fine"
    to: str = ""
    clock_off_s: float = 0.0
    drop_after: int | None = None
    """Close each connection after so many pictures."""
    sent: int = 0
    players: set["_Client"] = field(default_factory=set)
    number: int = 0
    sequence: int = field(default_factory=lambda: random.randrange(65536))
    begun: float = 0.0
    stamp: int = 0


class _Client(asyncio.Protocol):
    def __init__(self, server: "RtspServer") -> None:
        self.server = server
        self.buffer = b""
        self.mount: Mount | None = None
        self.transport: asyncio.Transport | None = None
        self.left: int | None = None
        self.needs_key = True

    def connection_made(self, transport) -> None:
        self.transport = transport
        self.server.connections += 1

    def connection_lost(self, _error) -> None:
        if self.mount is not None:
            self.mount.players.discard(self)

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        while self.buffer:
            if self.buffer[:1] == b"$":
                if len(self.buffer) < 4:
                    return
                size = int.from_bytes(self.buffer[2:4])
                if len(self.buffer) < 4 + size:
                    return
                self.buffer = self.buffer[4 + size :]
                continue
            head, found, rest = self.buffer.partition(b"\r\n\r\n")
            if not found:
                return
            self.buffer = rest
            self.asked(head.decode("utf-8", "replace"))

    def asked(self, head: str) -> None:
        lines = head.split("\r\n")
        method, url, _ = lines[0].split(" ", 2)
        given = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])}
        path = "/" + url.split("://", 1)[-1].partition("/")[2]
        path = path.removesuffix("/track").rstrip("/")
        self.server.asked.append((method, path))
        mount = self.server.mounts.get(path)
        cseq = given.get("cseq", "0")
        if mount is None or mount.manner == "missing":
            self.say(404, "Not Found", cseq)
        elif mount.manner == "hang":
            return
        elif mount.manner == "redirect" and method == "DESCRIBE":
            self.say(302, "Found", cseq, f"Location: {mount.to}")
        elif mount.user is not None and method != "OPTIONS" and not self.known(mount, method, given):
            offer = 'Basic realm="camera"' if mount.basic else 'Digest realm="camera", nonce="n0nce"'
            self.say(401, "Unauthorized", cseq, f"WWW-Authenticate: {offer}")
        elif method == "OPTIONS":
            self.say(200, "OK", cseq, "Public: OPTIONS, DESCRIBE, SETUP, PLAY, TEARDOWN, GET_PARAMETER")
        elif method == "DESCRIBE":
            assert mount.clip is not None
            body = _sdp(mount.clip)
            self.say(200, "OK", cseq, "Content-Type: application/sdp", f"Content-Base: {url}/", body=body)
        elif method == "SETUP":
            self.say(200, "OK", cseq, "Transport: RTP/AVP/TCP;unicast;interleaved=0-1", "Session: 7;timeout=60")
        elif method == "PLAY":
            self.say(200, "OK", cseq, "Session: 7", "Range: npt=0.000-")
            self.mount, self.left = mount, mount.drop_after
            mount.players.add(self)
        else:
            self.say(200, "OK", cseq, "Session: 7")

    def known(self, mount: Mount, method: str, given: dict[str, str]) -> bool:
        said = given.get("authorization", "")
        if said.startswith("Basic "):
            return base64.b64decode(said[6:]).decode() == f"{mount.user}:{mount.password}"
        parts = dict(one.strip().split("=", 1) for one in said.removeprefix("Digest ").split(",") if "=" in one)
        parts = {name: value.strip('"') for name, value in parts.items()}
        if parts.get("username") != mount.user:
            return False
        one = hashlib.md5(f"{mount.user}:camera:{mount.password}".encode()).hexdigest()
        two = hashlib.md5(f"{method}:{parts.get('uri')}".encode()).hexdigest()
        return parts.get("response") == hashlib.md5(f"{one}:n0nce:{two}".encode()).hexdigest()

    def say(self, code: int, word: str, cseq: str, *lines: str, body: str = "") -> None:
        head = [f"RTSP/1.0 {code} {word}", f"CSeq: {cseq}", *lines, f"Content-Length: {len(body)}"]
        assert self.transport is not None
        self.transport.write(("\r\n".join(head) + "\r\n\r\n" + body).encode())

    def send(self, data: bytes, *, key: bool) -> None:
        if self.transport is None or self.transport.is_closing():
            return
        if self.needs_key and not key:
            return
        self.needs_key = False
        if self.transport.get_write_buffer_size() < 20_000_000:
            self.transport.write(data)
        if self.left is not None:
            self.left -= 1
            if self.left <= 0:
                self.transport.close()


def _sdp(clip: Clip) -> str:
    named = "H264" if clip.codec == "h264" else "H265"
    coded = [base64.b64encode(one).decode() for one in clip.sets]
    if clip.codec == "h264":
        extra = (
            f"packetization-mode=1;profile-level-id={clip.sets[0][1:4].hex()};sprop-parameter-sets={','.join(coded)}"
        )
    else:
        extra = f"sprop-vps={coded[0]};sprop-sps={coded[1]};sprop-pps={coded[2]}"
    return (
        "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=camera\r\nc=IN IP4 0.0.0.0\r\nt=0 0\r\nm=video 0 RTP/AVP 96\r\n"
        f"a=rtpmap:96 {named}/90000\r\na=fmtp:96 {extra}\r\na=control:track\r\n"
    )


def _payloads(codec: str, unit: bytes) -> Iterator[bytes]:
    if len(unit) <= _MTU:
        yield unit
        return
    head = 1 if codec == "h264" else 2
    body = unit[head:]
    parts = [body[at : at + _MTU] for at in range(0, len(body), _MTU)]
    for number, part in enumerate(parts):
        mark = (0x80 if number == 0 else 0) | (0x40 if number == len(parts) - 1 else 0)
        if codec == "h264":
            yield bytes([(unit[0] & 0xE0) | 28, mark | (unit[0] & 0x1F)]) + part
        else:
            yield bytes([(unit[0] & 0x81) | (49 << 1), unit[1], mark | ((unit[0] >> 1) & 0x3F)]) + part


class RtspServer:
    """The server, in a thread of its own."""

    def __init__(self, port: int = 0) -> None:
        self.mounts: dict[str, Mount] = {}
        self.asked: list[tuple[str, str]] = []
        self.connections = 0
        self._ready = threading.Event()
        self.port = port
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._work, daemon=True)
        self._stop = asyncio.Event()

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._ready.wait(10)
        return self

    def __exit__(self, *_) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(10)

    def url(self, path: str) -> str:
        return f"rtsp://127.0.0.1:{self.port}{path}"

    def close_all(self, path: str) -> None:
        """Pull the cable of a camera: every connection of it ends."""

        def cut() -> None:
            for one in list(self.mounts[path].players):
                one.transport.abort()

        self._loop.call_soon_threadsafe(cut)

    def feed(self, path: str, units: tuple[bytes, ...], *, key: bool, stamp: int) -> None:
        """Send one picture that was made just now to all players of a mount (from any thread)."""
        mount = self.mounts[path]

        def send() -> None:
            data = self._packed(mount, mount.clip, (*mount.clip.sets, *units) if key else units, stamp)
            for one in list(mount.players):
                one.send(data, key=key)

        self._loop.call_soon_threadsafe(send)

    def _work(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._serve())
        self._loop.close()

    async def _serve(self) -> None:
        server = await self._loop.create_server(lambda: _Client(self), "127.0.0.1", self.port)
        self.port = server.sockets[0].getsockname()[1]
        beat = self._loop.create_task(self._beat())
        self._ready.set()
        await self._stop.wait()
        beat.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await beat
        for mount in self.mounts.values():
            for one in list(mount.players):
                one.transport.abort()
        server.close()
        await asyncio.sleep(0)

    async def _beat(self) -> None:
        while True:
            now = time.monotonic()
            for mount in list(self.mounts.values()):
                if mount.clip is None or not mount.clip.units:
                    continue
                mount.begun = mount.begun or now
                while mount.begun + mount.number / mount.clip.fps <= now:
                    self._picture(mount, mount.clip)
            await asyncio.sleep(0.004)

    def _picture(self, mount: Mount, clip: Clip) -> None:
        place = mount.number % len(clip.units)
        stamp = mount.number * _TICKS // clip.fps
        mount.number += 1
        if not mount.players or mount.manner == "mute":
            return
        units = clip.units[place]
        key = clip.keys[place]
        if key:
            units = (*clip.sets, *units)
        if mount.manner == "broken" and place % 3 == 1:
            units = tuple(b"\xff" + bytes(random.randbytes(len(one) // 2 + 1)) for one in units)
        if mount.manner == "lying":
            stamp = (stamp + random.choice((0, 900_000, 90_000_000))) & 0xFFFFFFFF
        mount.sent += 1
        data = self._packed(mount, clip, units, stamp)
        if place % clip.fps == 0:
            data = self._report(mount, stamp) + data
        for one in list(mount.players):
            one.send(data, key=key)

    @staticmethod
    def _packed(mount: Mount, clip: Clip, units: tuple[bytes, ...], stamp: int) -> bytes:
        out = bytearray()
        payloads = [part for unit in units for part in _payloads(clip.codec, unit)]
        for number, payload in enumerate(payloads):
            mark = 0x80 if number == len(payloads) - 1 else 0
            mount.sequence = (mount.sequence + 1) & 0xFFFF
            head = struct.pack(">BBHII", 0x80, mark | 96, mount.sequence, stamp & 0xFFFFFFFF, 0x1234)
            out += struct.pack(">cBH", b"$", 0, len(payload) + 12) + head + payload
        return bytes(out)

    @staticmethod
    def _report(mount: Mount, stamp: int) -> bytes:
        ntp = int((time.time() + mount.clock_off_s + 2_208_988_800) * (1 << 32))
        body = struct.pack(">BBHIQIII", 0x80, 200, 6, 0x1234, ntp, stamp & 0xFFFFFFFF, mount.sent, 0)
        return struct.pack(">cBH", b"$", 1, len(body)) + body
