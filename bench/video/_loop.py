"""One film as many cameras, over and over: `python -m bench.video._loop FILE CAMERAS`.

Prints its port and when the film began (Unix seconds): whoever sees something at a moment knows which of the film.
"""

from __future__ import annotations

import sys
import threading
import time
from pathlib import Path

from tests.cameras.rtsp import Mount, RtspServer, clip_of


def main() -> None:
    """Serve until killed."""
    clip = clip_of(Path(sys.argv[1]))
    with RtspServer() as server:
        for number in range(int(sys.argv[2])):
            server.mounts[f"/{number}"] = Mount(clip)
        while not server.mounts["/0"].begun:
            time.sleep(0.01)
        begun_s = time.time() - (time.monotonic() - server.mounts["/0"].begun)  # noqa: TID251  as others' clocks show it
        print(server.port, begun_s, flush=True)
        threading.Event().wait()


if __name__ == "__main__":
    main()
