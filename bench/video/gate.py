"""The motion gate beside Debian's program `motion`, on the same streams in the same run, judged by the same truth.

A film with truth (`car-detection.mp4` of `../shared/data/video`, forwards and then backwards, since its last picture is
not its first: the camera has moved a little, and both programs would be judged by a leap that no camera makes; without
it vtest.avi in stretches, emptied between) is sent over and over as so many cameras of 640×360, 25 pictures a second,
0.8 Mbit/s, a picture that stands for itself every two seconds. Both programs look at the same time, so at the same
passes, and each pays its own processor time. Ours: received, recorded by copy, a still, health and the motion gate at
each such picture, which is what a camera costs until its gate opens (`streams_per_core_gated`). `motion`: as Debian's
package sets it up, recording by copy what moves (`motion_streams_per_core`); its gap between events is 2 s instead of
60, so that they can be judged. `ratio_to_motion` is the one by the other; `ratio_to_motion_analysed` says the same of
whole analysis, busy always, which tells persons and vehicles and follows them, and `motion` does not. `gate_events`,
`motion_events`: of the passes of the film seen in the window, how many were found (from half a second before to two
seconds after a pass), and stretches of motion that belong to none (`false`). Ours begins up to two seconds late:
recording does not wait for it.
"""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import subprocess
import sys
import tempfile
import time
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray

from bench.video.streams import cost, room
from unjai.platform.engines.alone import start_nats

ROOT = Path(__file__).resolve().parents[2]
CARS = ROOT.parent / "shared" / "data" / "video" / "car-detection.mp4"
WIDTH, HEIGHT, FPS, GOP = 640, 360, 25, 50
EARLY_S, LATE_S, APART_S = 0.5, 2.0, 4.0
GAP_S = 2
_SETTLE_S = 8.0
_MOTION = """\
daemon off
setup_mode off
log_level 3
webcontrol_port 0
stream_port 0
width {width}
height {height}
framerate {fps}
netcam_url {url}
netcam_params rtsp_transport=tcp
movie_passthrough on
movie_output on
picture_output off
event_gap {gap}
target_dir {target}
camera_id {number}
on_event_start echo {number} $(date +%s.%N) >> {log}
on_event_end echo -{number} $(date +%s.%N) >> {log}
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Film:
    """A film, how long it is, and when something passes in it."""

    file: Path
    seconds: float
    passes: tuple[tuple[float, float], ...]
    name: str

    def judged(self, seen: Sequence[float], begun_s: float, window: tuple[float, float]) -> dict[str, int]:
        """Judge moments of motion (Unix seconds) of one camera in a window."""
        spans = []
        turn = int((window[0] - begun_s) // self.seconds)
        while begun_s + turn * self.seconds < window[1]:
            at = begun_s + turn * self.seconds
            spans += [(at + first, at + last) for first, last in self.passes]
            turn += 1
        whole = [one for one in spans if one[0] >= window[0] and one[1] + LATE_S <= window[1]]
        found = sum(any(first - EARLY_S <= t <= last + LATE_S for t in seen) for first, last in whole)
        strays = [t for t in seen if not any(first - EARLY_S <= t <= last + LATE_S for first, last in spans)]
        strays = sorted(t for t in strays if window[0] <= t <= window[1])
        false = sum(before is None or t - before > APART_S for before, t in zip((None, *strays), strays, strict=False))
        return {"passes": len(whole), "found": found, "false": false}


def film_of(folder: Path) -> Film:
    """Return the film with truth, made for cameras; raise `FileNotFoundError` where there is no clip at all."""
    if CARS.exists():
        seconds = _encoded(folder / "cars.mp4", _cars())
        passes = ((4.6, 9.1), (14.7, 18.9), (25.4, 28.4))
        back = tuple((seconds - last, seconds - first) for first, last in reversed(passes))
        return Film(
            file=folder / "cars.mp4",
            seconds=seconds,
            passes=(*passes, *back),
            name="car-detection.mp4, forwards and backwards",
        )
    told = subprocess.run([ROOT / "tools" / "street-video"], capture_output=True, text=True, check=False)
    if told.returncode:
        raise FileNotFoundError("vtest.avi")
    passes = ((8.0, 12.0), (20.0, 25.0))
    seconds = _encoded(folder / "street.mp4", _street(Path(told.stdout.strip()), 32.0, passes))
    return Film(file=folder / "street.mp4", seconds=seconds, passes=passes, name="vtest.avi, emptied between")


def _cars() -> Iterator[NDArray[np.uint8]]:
    """Yield the clip forwards and then backwards: sent over and over it has no place where the view leaps."""
    with av.open(str(CARS)) as source:
        pictures: list[NDArray[np.uint8]] = [
            frame.reformat(width=WIDTH, height=HEIGHT, format="yuv420p").to_ndarray()
            for frame in source.decode(video=0)
        ]
    for planes in (*pictures, *reversed(pictures)):
        yield from (planes, planes)  # 12.5 pictures a second become 25, each with its own grain


def _street(clip: Path, seconds: float, passes: Sequence[tuple[float, float]]) -> Iterator[NDArray[np.uint8]]:
    with av.open(str(clip)) as source:
        frames: list[NDArray[np.uint8]] = [
            one.reformat(width=WIDTH, height=HEIGHT, format="yuv420p").to_ndarray()
            for number, one in enumerate(source.decode(video=0))
            if number < 300
        ]
    empty = np.median(np.stack(frames[::6]), axis=0).astype(np.uint8)
    for number in range(int(seconds * FPS)):
        t = number / FPS
        yield frames[int(t * 10) % len(frames)] if any(first <= t < last for first, last in passes) else empty


def _encoded(target: Path, pictures: Iterator[NDArray[np.uint8]]) -> float:
    """Write a film as cameras send it, grain and all; return its seconds."""
    options = {"g": str(GOP), "keyint_min": str(GOP), "sc_threshold": "0", "preset": "veryfast", "bf": "0"}
    grain, number = np.random.default_rng(1), 0
    noise = [grain.integers(-2, 3, (HEIGHT * 3 // 2, WIDTH), dtype=np.int16) for _ in range(16)]
    with av.open(str(target), "w") as out:
        made = out.add_stream("libx264", rate=FPS, options=options)
        made.width, made.height, made.pix_fmt, made.bit_rate = WIDTH, HEIGHT, "yuv420p", 800_000
        for number, planes in enumerate(pictures, 1):
            grained = np.clip(planes + noise[number % 16], 0, 255).astype(np.uint8)
            frame = av.VideoFrame.from_ndarray(grained, format="yuv420p")
            frame.pts, frame.time_base = number - 1, Fraction(1, FPS)
            out.mux(made.encode(frame))
        out.mux(made.encode(None))
    return number / FPS


@contextlib.contextmanager
def looped(film: Film, cameras: int) -> Iterator[tuple[int, float]]:
    """Send a film as cameras; yields the port and when it began."""
    command = [sys.executable, "-m", "bench.video._loop", str(film.file), str(cameras)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            port, begun_s = process.stdout.readline().split()
            yield int(port), float(begun_s)
        finally:
            process.kill()


def _seen(log: Path) -> dict[int, list[float]]:
    """Return the moments of motion of each camera: of lines `number seconds`; `-number` is where an event ended."""
    found: dict[int, list[float]] = {}
    for line in log.read_text().splitlines() if log.exists() else ():
        number, _, at = line.partition(" ")
        moments = found.setdefault(abs(int(number)), [])
        if not number.startswith("-"):
            moments.append(float(at))
        elif moments:  # what lies between, but for the gap that ended it
            moments += np.arange(moments[-1], float(at) - GAP_S, 0.5).tolist()
    return found


def _summed(
    film: Film, log: Path, begun_s: float, window: tuple[float, float], cameras: Sequence[int]
) -> dict[str, int]:
    """Judge all cameras together."""
    seen = _seen(log)
    rows = [film.judged(seen.get(number, []), begun_s, window) for number in cameras]
    return {name: sum(row[name] for row in rows) for name in ("passes", "found", "false")}


@contextlib.asynccontextmanager
async def _motion(port: int, cameras: int, folder: Path) -> AsyncIterator[Process | None]:
    """Run `motion` on so many cameras; yields its process, None where it is absent."""
    program = shutil.which("motion")
    if program is None:
        yield None
        return
    files = []
    for number in range(cameras):
        file = folder / f"camera-{number}.conf"
        told = {"url": f"rtsp://127.0.0.1:{port}/{number}", "target": folder / "motion", "log": folder / "motion.log"}
        file.write_text(_MOTION.format(width=WIDTH, height=HEIGHT, fps=FPS, gap=GAP_S, number=number + 1, **told))
        files.append(f"camera {file}")
    whole = folder / "motion.conf"
    whole.write_text("daemon off\nlog_level 3\nwebcontrol_port 0\n" + "\n".join(files) + "\n")
    process = await asyncio.create_subprocess_exec(
        program, "-c", str(whole), stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL
    )
    try:
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()


async def measure(quick: bool, _began: float) -> dict[str, Any]:
    """Measure both on the film's streams, at the same time."""
    cameras, motions, seconds = (8, 4, 18.0) if quick else (24, 6, 62.0)
    found: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        try:
            film = await asyncio.to_thread(film_of, folder)
        except FileNotFoundError as error:
            return {"ratio_to_motion": None, "gate_film": f"absent: {error}"}
        found["gate_film"] = film.name
        server = await asyncio.to_thread(start_nats, folder / "nats")
        try:
            with looped(film, cameras) as (port, begun_s):
                urls = [f"rtsp://127.0.0.1:{port}/{number}" for number in range(cameras)]
                words = [f"gate={folder / 'gate.log'}", *urls]
                async with (
                    _motion(port, motions, folder) as motion,
                    room(server.url("core"), folder / "gated", 1, words) as (pid, _before),
                ):
                    await asyncio.sleep(_SETTLE_S)
                    there = motion is not None and motion.returncode is None
                    pids = [pid, motion.pid] if motion is not None and there else [pid]
                    began_s = time.time()  # noqa: TID251  as the logs'
                    cores = await asyncio.gather(*(cost(one, seconds) for one in pids))
                    window = (began_s, time.time())  # noqa: TID251
        finally:
            await asyncio.to_thread(server.stop)
        found["streams_per_core_gated"] = round(cameras / cores[0], 1)
        found["gate_events"] = _summed(film, folder / "gate.log", begun_s, window, range(1, cameras + 1))
        if len(cores) == 1:
            return found | {"motion_streams_per_core": None, "ratio_to_motion": None, "motion": "absent"}
        found["motion_streams_per_core"] = round(motions / cores[1], 1)
        found["motion_events"] = _summed(film, folder / "motion.log", begun_s, window, range(1, motions + 1))
    found["ratio_to_motion"] = round(found["streams_per_core_gated"] / found["motion_streams_per_core"], 2)
    return found
