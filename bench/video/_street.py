"""A street of cameras in a process of its own: `python -m bench.video._street CAMERAS WIDTH HEIGHT FPS [stamped]`.

Prints its port. `/0` … `/N-1` send one film over and over, all at once as cameras do; `/stamped` burns the time into
each picture as it makes it.
"""

from __future__ import annotations

import sys
import threading
import time
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory

import av
import numpy as np

from tests.cameras.rtsp import Clip, Mount, RtspServer, clip_of, record
from unjai.cameras.mp4 import nal

BITS, BLOCK = 40, 16
"""The time in milliseconds, in blocks of so many pixels, white for 1, least first, in rows of 20 at the top left."""


def stamped(planes: np.ndarray, at_ms: int) -> None:
    """Burn a time into a picture's brightness."""
    for bit in range(BITS):
        row, column = divmod(bit, BITS // 2)
        value = 235 if at_ms >> bit & 1 else 16
        planes[row * BLOCK : (row + 1) * BLOCK, column * BLOCK : (column + 1) * BLOCK] = value


def read(grey: np.ndarray) -> int:
    """Return the time that was burnt in."""
    centre = BLOCK // 2
    cells = [
        grey[row * BLOCK + centre, column * BLOCK + centre] > 128 for row in range(2) for column in range(BITS // 2)
    ]
    return sum(1 << bit for bit, white in enumerate(cells) if white)


def _stamping(server: RtspServer, width: int, height: int, fps: int) -> None:
    context = av.CodecContext.create("libx264", "w")
    context.width, context.height, context.pix_fmt, context.bit_rate = width, height, "yuv420p", 800_000
    context.framerate, context.time_base, context.thread_count = Fraction(fps), Fraction(1, fps), 1
    context.options = {"preset": "ultrafast", "tune": "zerolatency", "g": str(fps * 2), "bf": "0", "threads": "1"}
    noise = np.random.default_rng(3).integers(40, 200, (height, width), np.uint8)
    begun, number = time.monotonic(), 0
    while True:
        time.sleep(max(0.0, begun + number / fps - time.monotonic()))
        planes = np.full((height * 3 // 2, width), 128, np.uint8)
        planes[:height] = noise
        planes[height // 2 : height // 2 + 40, (number * 4) % (width - 40) :][:, :40] = 16
        stamped(planes, int(time.time() * 1000))  # noqa: TID251  the same clock as the browser's
        frame = av.VideoFrame.from_ndarray(planes, format="yuv420p")
        frame.pts, frame.time_base = number, Fraction(1, fps)
        for packet in context.encode(frame):
            units = list(nal.annex_b_units(bytes(packet)))
            sets = [one for one in units if nal.is_header("h264", nal.kind_of("h264", one))]
            mount = server.mounts["/stamped"]
            if mount.clip is None and len(sets) == 2:
                mount.clip = Clip("h264", fps, (), (), tuple(sets))
            rest = tuple(one for one in units if one not in sets)
            server.feed("/stamped", rest, key=packet.is_keyframe, stamp=number * 90_000 // fps)
        number += 1


def main() -> None:
    """Serve until killed."""
    cameras, width, height, fps = (int(word) for word in sys.argv[1:5])
    with TemporaryDirectory() as folder, RtspServer() as server:
        film = record(
            Path(folder) / "film.mp4", width=width, height=height, fps=fps, gop=fps * 2, seconds=8, bit_rate=800_000
        )
        clip = clip_of(film)
        for number in range(cameras):
            server.mounts[f"/{number}"] = Mount(clip)
        if "stamped" in sys.argv:
            server.mounts["/stamped"] = Mount()
            threading.Thread(target=_stamping, args=(server, width, height, fps), daemon=True).start()
        print(server.port, flush=True)
        threading.Event().wait()


if __name__ == "__main__":
    main()
