"""Streams: how many a core records, what one takes of memory, how old a picture is on the screen.

`streams_per_core_record`: streams of 640×360, 25 pictures a second, 0.8 Mbit/s, received and recorded by copy, nothing
decoded; `streams_per_core_watched`: with a still and a small grey picture a second of each besides (what health is
judged by). A core is a second of CPU a second of the cameras' process and its threads. `mb_per_camera` is what its
resident memory grew by. `live_bus_p50_s` and `live_bus_p95_s`: from the time burnt into a picture as it is made to the
moment a reader of the web process's desk has decoded it; what a browser adds is in `browser`.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import av

from bench.machine import cpu_s
from bench.video._street import read
from unjai.cameras.desk import Desk
from unjai.model.ids import DeviceId, StationId
from unjai.platform.engines.alone import start_nats
from unjai.platform.streams import Bus

WIDTH, HEIGHT, FPS = 640, 360, 25
_PATIENCE_S = 240.0


def resident_mb(pid: int) -> float:
    """Return a process's memory that no other shares, in MB."""
    with Path(f"/proc/{pid}/smaps_rollup").open() as lines:
        kept = dict(line.split(":", 1) for line in lines if ":" in line)
    return sum(int(kept[name].split()[0]) for name in ("Private_Clean", "Private_Dirty")) / 1024


@contextlib.contextmanager
def street(cameras: int, *words: str) -> Iterator[int]:
    """A street of cameras; yields its port."""
    command = [sys.executable, "-m", "bench.video._street", str(cameras), str(WIDTH), str(HEIGHT), str(FPS), *words]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield int(process.stdout.readline())
        finally:
            process.kill()


@contextlib.asynccontextmanager
async def room(nats: str, root: Path, stills: int, urls: list[str]) -> AsyncIterator[tuple[int, float]]:
    """A room that records all of `urls`; yields its process and its memory before the first camera."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bench.video._room",
        nats,
        str(root),
        str(stills),
        *urls,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        env={**os.environ, "MALLOC_ARENA_MAX": "2"},
    )
    assert process.stdout is not None
    assert process.stdin is not None
    try:
        async with asyncio.timeout(_PATIENCE_S):
            await process.stdout.readline()
            before = resident_mb(process.pid)
            process.stdin.write(b"go\n")
            await process.stdout.readline()
        yield process.pid, before
    finally:
        process.kill()
        await process.wait()


async def cost(pid: int, seconds: float) -> float:
    """Return the cores that a process takes."""
    used, began = cpu_s(pid), time.monotonic()
    await asyncio.sleep(seconds)
    return (cpu_s(pid) - used) / (time.monotonic() - began)


async def decoded_ages(nats: str, camera_id: DeviceId, seconds: float) -> list[float]:
    """Return how old each picture was when a reader of the desk had decoded it."""
    bus = await Bus.connect(nats, name="bench-live")
    desk = Desk(bus)
    await desk.start()
    ages: list[float] = []
    until = time.monotonic() + seconds
    async with desk.watch(StationId(1), camera_id, "auto") as viewer:
        eye: Any = av.CodecContext.create("h264", "r")
        eye.thread_count = 1
        eye.flags |= av.codec.context.Flags.low_delay
        while time.monotonic() < until:
            what, body = await viewer.next()
            if what == "begin":
                eye.extradata = _extradata(body[1])
            elif what == "piece":
                data = body[body.index(b"mdat") + 4 :]
                for frame in eye.decode(av.Packet(data)) if len(body) < 400_000 else []:
                    seen_ms = time.time() * 1000  # noqa: TID251
                    ages.append((seen_ms - _whole(read(frame.to_ndarray(format="gray")), seen_ms)) / 1000)
    await bus.close()
    return ages[FPS:]


def _extradata(init: bytes) -> bytes:
    at = init.index(b"avcC")
    return init[at + 4 : at - 4 + int.from_bytes(init[at - 4 : at])]


def _whole(burnt: int, now_ms: float) -> int:
    """Return a burnt time with the high bits that were left out."""
    span = 1 << 40
    return burnt + (int(now_ms) - burnt + span // 2) // span * span


async def measure(quick: bool, _began: float) -> dict[str, Any]:
    """Measure recording, watching, memory and the age of live pictures."""
    cameras, window_s = (24, 4.0) if quick else (183, 20.0)
    found: dict[str, Any] = {"streams": cameras, "stream": f"{WIDTH}x{HEIGHT} {FPS} fps 0.8 Mbit/s"}
    with tempfile.TemporaryDirectory() as folder, street(cameras, "stamped") as port:
        server = await asyncio.to_thread(start_nats, Path(folder) / "nats")
        try:
            nats = server.url("core")
            urls = [f"rtsp://127.0.0.1:{port}/{number}" for number in range(cameras)]
            for name, stills in (("record", 0), ("watched", 1)):
                async with room(nats, Path(folder) / name, stills, urls) as (pid, before):
                    await asyncio.sleep(3.0)
                    cores = await cost(pid, window_s)
                    found[f"streams_per_core_{name}"] = round(cameras / cores, 1)
                    found[f"cores_{name}"] = round(cores, 3)
                    if name == "watched":
                        found["mb_per_camera"] = round((resident_mb(pid) - before) / cameras, 2)
                shutil.rmtree(Path(folder) / name, ignore_errors=True)
            stamped = [f"rtsp://127.0.0.1:{port}/stamped"]
            async with room(nats, Path(folder) / "live", 0, stamped):
                import uuid  # noqa: PLC0415

                ages = await decoded_ages(nats, DeviceId(uuid.UUID(int=1)), 5.0 if quick else 30.0)
            found["live_bus_p50_s"] = round(statistics.median(ages), 3)
            found["live_bus_p95_s"] = round(statistics.quantiles(ages, n=20)[-1], 3)
        finally:
            await asyncio.to_thread(server.stop)
    return found
