"""A room of cameras in a process of its own: `python -m bench.video._room NATS ROOT STILLS [gate=LOG] URL…`.

Prints `empty` before the first camera, then `live`.
"""

from __future__ import annotations

import asyncio
import sys
import uuid
from pathlib import Path

from unjai.cameras.recording.keeper import Keeper
from unjai.cameras.specs import Stream
from unjai.cameras.worker.room import Room, Shard
from unjai.cameras.worker.stills import Grey
from unjai.cameras.worker.wellbeing import Wellbeing
from unjai.model.clock import SystemClock
from unjai.model.ids import DeviceId, StationId
from unjai.platform.streams import Bus
from unjai.vision.motion import MotionGate


class Looking:
    """Health and the motion gate at each small grey picture; a line `number seconds` wherever something moves."""

    def __init__(self, log: Path) -> None:
        """Know no camera yet."""
        self._health = Wellbeing(lambda _change: None)
        self._gates: dict[DeviceId, MotionGate] = {}
        self._log = log.open("w", buffering=1)

    def look(self, camera: Stream, at_s: float, grey: Grey) -> None:
        """Look at one picture."""
        self._health.look(camera, at_s, grey)
        motion = self._gates.setdefault(camera.camera_id, MotionGate()).look(at_s, grey)
        if motion.told:
            self._log.write(f"{camera.camera_id.int} {at_s}\n")


async def main() -> None:
    """Serve until killed."""
    nats, root, stills, *urls = sys.argv[1:]
    gate = next((Path(word.removeprefix("gate=")) for word in urls if word.startswith("gate=")), None)
    urls = [word for word in urls if not word.startswith("gate=")]
    bus = await Bus.connect(nats, name="bench")
    streams = [
        Stream(
            camera_id=DeviceId(uuid.UUID(int=number + 1)),
            station_id=StationId(1),
            key=f"C{number}",
            kind="rtsp",
            main_url=url,
            sub_url=None,
            username=None,
            password=None,
            record=True,
            keep_days=1.0,
            masks=(),
            analyse=False,
            enabled=True,
        )
        for number, url in enumerate(urls)
    ]
    listed: list[Stream] = []

    async def known() -> list[Stream]:
        return listed

    keeper = Keeper(Path(root), asked_bytes=0, floor_bytes=0)
    room = Room(
        bus=bus,
        clock=SystemClock(),
        streams=known,
        keeper=keeper,
        shard=Shard(),
        still_threads=int(stills),
        look=None if gate is None else Looking(gate).look,
    )
    running = asyncio.create_task(room.run())
    await asyncio.sleep(1.5)
    print("empty", flush=True)
    await asyncio.to_thread(sys.stdin.readline)
    listed.extend(streams)
    await bus.tell("evt.1.cameras.changed", b"{}")
    while not streams or sum(camera.state()["recording"] == "on" for camera in room.cameras.values()) < len(streams):  # noqa: ASYNC110  states are made by threads
        await asyncio.sleep(0.2)
    print("live", flush=True)
    await running


if __name__ == "__main__":
    asyncio.run(main())
