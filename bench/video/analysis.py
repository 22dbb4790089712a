"""Analysis of streams: how many a core carries, busy and quiet.

`streams_per_core_analysed`: vtest.avi (a square where somebody always moves) as H.264 of 640×360 with 25 pictures a
second and one in two seconds that stands for itself, decoded and looked at five times a second as the cameras' process
does it, with three rules. `streams_per_core_quiet`: the same square emptied, where nothing moves but the sensor's
grain. A core is a second of the thread's CPU for a second of stream; reception and recording come on top
(`streams_per_core_record`; `busy_cameras` has both).
"""

from __future__ import annotations

import asyncio
import subprocess
import tempfile
import time
import uuid
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray

from unjai.cameras.mp4.boxes import TIMESCALE
from unjai.cameras.specs import SceneSpec, Stream
from unjai.cameras.worker.analyst import FPS, Seat, Worked
from unjai.cameras.worker.track import Packet, Picture, Track
from unjai.model.ids import DeviceId, StationId
from unjai.vision.detector import Detector
from unjai.vision.models import street_model
from unjai.vision.scene import scene_kinds

WIDTH, HEIGHT, RATE, GOP = 640, 360, 25, 50
_ROOT = Path(__file__).resolve().parents[2]
_BATCH = 5
_BEGIN_S = 1_795_300_000.0
_WARM_S = 15.0


def _frames(clip: Path, seconds: float, *, quiet: bool) -> Iterator[av.VideoFrame]:
    """Yield pictures of the square in the stream's own rate; of a quiet one the empty square, with fresh grain."""
    if quiet:
        empty, grain = _emptied(clip), np.random.default_rng(1)
        for _ in range(int(seconds * RATE)):
            noise = grain.integers(-2, 3, empty.shape, dtype=np.int16)
            planes = np.clip(empty.astype(np.int16) + noise, 0, 255).astype(np.uint8)
            yield av.VideoFrame.from_ndarray(planes, format="yuv420p")
        return
    with av.open(str(clip)) as source:
        number = 0
        for frame in source.decode(video=0):
            planes = frame.reformat(width=WIDTH, height=HEIGHT, format="yuv420p").to_ndarray()
            while number / RATE < (frame.time or 0.0) and number < seconds * RATE:
                yield av.VideoFrame.from_ndarray(planes, format="yuv420p")
                number += 1


def _emptied(clip: Path) -> NDArray[np.uint8]:
    """Return the square without anybody: each pixel as it mostly is."""
    with av.open(str(clip)) as source:
        every: list[NDArray[np.uint8]] = [
            frame.reformat(width=WIDTH, height=HEIGHT, format="yuv420p").to_ndarray()
            for number, frame in enumerate(source.decode(video=0))
            if number % 16 == 0
        ]
    return np.median(np.stack(every), axis=0).astype(np.uint8)


def _film(clip: Path, target: Path, seconds: float, *, quiet: bool) -> Path:
    options = {"g": str(GOP), "keyint_min": str(GOP), "sc_threshold": "0", "preset": "veryfast", "bf": "0"}
    with av.open(str(target), "w") as out:
        made = out.add_stream("libx264", rate=RATE, options=options)
        made.width, made.height, made.pix_fmt, made.bit_rate = WIDTH, HEIGHT, "yuv420p", 800_000
        for number, frame in enumerate(_frames(clip, seconds, quiet=quiet)):
            frame.pts, frame.time_base = number, Fraction(1, RATE)
            out.mux(made.encode(frame))
        out.mux(made.encode(None))
    return target


def _pictures(file: Path) -> list[Picture]:
    found = []
    with av.open(str(file)) as source:
        stream = source.streams.video[0]
        track = Track("h264", "length")
        track.offer_headers(bytes(stream.codec_context.extradata or b""))
        for packet in source.demux(stream):
            if packet.pts is None or packet.dts is None or packet.time_base is None:
                continue
            pts, dts = (round(at * packet.time_base * TIMESCALE) for at in (packet.pts, packet.dts))
            picture = track.take(Packet(pts, dts, bytes(packet), _BEGIN_S + dts / TIMESCALE))
            if picture is not None:
                found.append(picture)
    return found


def _cost(pictures: list[Picture]) -> tuple[float, Worked, list[str]]:
    """Return the cores that one such stream takes, what was done, and which rules hit."""
    specs = [
        SceneSpec(rule_id=uuid.UUID(int=number), version=1, scene=key, params=scene_kinds()[key].Params(**told))
        for number, (key, told) in enumerate(
            (("loitering", {"seconds": 30.0}), ("crowd", {"people": 5, "seconds": 10.0}), ("running", {})), 1
        )
    ]
    camera = Stream(
        camera_id=DeviceId(uuid.UUID(int=1)),
        station_id=StationId(1),
        key="bench",
        kind="rtsp",
        main_url="rtsp://bench",
        sub_url=None,
        username=None,
        password=None,
        record=True,
        keep_days=1.0,
        masks=(),
        analyse=True,
        enabled=True,
    )
    seat, detector, hits = Seat(camera, Worked()), Detector(street_model()), list[str]()
    began_s = time.thread_time()
    from_s = pictures[0].wall_s
    for at in range(0, len(pictures), _BATCH):
        batch = pictures[at : at + _BATCH]
        seat.newest_s = batch[-1].wall_s
        if from_s == pictures[0].wall_s and batch[0].wall_s - from_s >= _WARM_S:  # backgrounds are learnt, naps begin
            began_s, from_s = time.thread_time(), batch[0].wall_s
        seat.work(
            batch,
            detector,
            specs,
            FPS,
            lambda _camera, message: hits.append(str(message["scene"])) if message["say"] == "hit" else None,
            nap=True,
        )
    return (time.thread_time() - began_s) / (pictures[-1].wall_s - from_s), seat.worked, hits


async def measure(quick: bool, _began: float) -> dict[str, Any]:
    """Measure a busy and a quiet stream."""
    clip = Path(
        subprocess.run([_ROOT / "tools" / "street-video"], capture_output=True, text=True, check=True).stdout.strip()  # noqa: ASYNC221  nothing else runs yet
    )
    seconds = 30.0 if quick else 75.0
    found: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as folder:
        for name, quiet in (("analysed", False), ("quiet", True)):
            file = await asyncio.to_thread(_film, clip, Path(folder) / f"{name}.mp4", seconds, quiet=quiet)
            cores, worked, hits = await asyncio.to_thread(lambda file=file: _cost(_pictures(file)))
            found[f"streams_per_core_{name}"] = round(1 / cores, 1)
            found[f"looks_per_s_{name}"] = round(worked.looked / seconds, 1)
            found[f"decoded_per_s_{name}"] = round(worked.decoded / seconds, 1)
            found[f"hits_{name}"] = {key: hits.count(key) for key in sorted(set(hits))}
    return found
