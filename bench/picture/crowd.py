"""Patrol phones that tell where they are, each on its own connection, as a process of its own."""

from __future__ import annotations

import asyncio
import multiprocessing
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Self

from bench.load import answer_status, authorization, encode, position, post
from unjai.model.clock import SystemClock

_SPAWN = multiprocessing.get_context("spawn")


@dataclass
class Walked:
    """What came of it: answers by status, and how long each took."""

    statuses: Counter[int] = field(default_factory=Counter)
    answer_s: list[float] = field(default_factory=list)
    began: float = 0.0
    ended: float = 0.0

    @property
    def per_s(self) -> float:
        """Return acknowledged positions a second."""
        return self.statuses[200] / (self.ended - self.began)


async def _phone(port: int, head: str, walked: Walked, *, late_s: float, every_s: float, until: float) -> None:
    """Tell a position each `every_s` seconds; a phone that is late tells the next one at once, never two at a time."""
    clock = SystemClock()
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    at = time.monotonic() + late_s
    try:
        while at < until:
            await asyncio.sleep(max(0.0, at - time.monotonic()))
            body = encode(position(int(clock.now().timestamp())))
            began = time.monotonic()
            writer.write(post("/gps/owntracks", head, body))
            walked.statuses[await answer_status(reader)] += 1
            walked.answer_s.append(time.monotonic() - began)
            at += every_s
    finally:
        writer.close()


async def _walk(port: int, fleet: dict[str, str], per_s: float, seconds: float) -> Walked:
    walked = Walked(began=time.monotonic())
    every_s = len(fleet) / per_s
    until = walked.began + seconds
    jobs = [
        _phone(
            port,
            authorization(key, secret),
            walked,
            late_s=every_s * number / len(fleet),
            every_s=every_s,
            until=until,
        )
        for number, (key, secret) in enumerate(fleet.items())
    ]
    await asyncio.gather(*jobs)
    walked.ended = time.monotonic()
    return walked


def _run(port: int, fleet: dict[str, str], per_s: float, seconds: float, pipe: Any) -> None:
    pipe.send("walking")
    pipe.send(asyncio.run(_walk(port, fleet, per_s, seconds)))


class Crowd:
    """The process; `result` waits for its end. A context manager that never leaves it behind."""

    def __init__(self, port: int, fleet: dict[str, str], *, per_s: float, seconds: float) -> None:
        """Say who walks (no phone more than once a second), how many positions a second in all, and how long."""
        self._seconds = seconds
        self._pipe, far = _SPAWN.Pipe()
        self._job = _SPAWN.Process(target=_run, args=(port, fleet, per_s, seconds, far), daemon=True)

    def __enter__(self) -> Self:
        """Start and return once the phones walk."""
        self._job.start()
        if not self._pipe.poll(30) or self._pipe.recv() != "walking":
            raise RuntimeError("the phones did not start")
        return self

    def result(self) -> Walked:
        """Return what came of it."""
        if not self._pipe.poll(self._seconds + 30):
            raise RuntimeError("the phones never came back")
        found = self._pipe.recv()
        assert isinstance(found, Walked)
        return found

    def __exit__(self, *_error: object) -> None:
        """End the process."""
        self._job.join(1)
        if self._job.is_alive():
            self._job.kill()
