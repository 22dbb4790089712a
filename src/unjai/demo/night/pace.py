"""The play's time: so many times faster than life, measured from its beginning."""

from __future__ import annotations

import asyncio


class Pace:
    """Turns the play's seconds into the machine's; the centre's own clock is not touched."""

    def __init__(self, speed: float) -> None:
        """Begin now, `speed` times faster than life."""
        self.speed = speed
        self._began = asyncio.get_running_loop().time()
        self._night_s = 0.0

    async def sleep(self, played_s: float, *, least_s: float = 0.0) -> None:
        """Wait `played_s` seconds of the play, but at least `least_s` of the machine."""
        await asyncio.sleep(max(played_s / self.speed, least_s))

    def played_s(self) -> float:
        """Return how many seconds of the play have passed since its beginning, over all nights."""
        return (asyncio.get_running_loop().time() - self._began) * self.speed

    def begin_night(self) -> None:
        """Count minutes from here."""
        self._night_s = self.played_s()

    def minute(self) -> float:
        """Return the minute of this night."""
        return (self.played_s() - self._night_s) / 60

    async def until(self, minute: float) -> None:
        """Wait until a minute of this night."""
        await asyncio.sleep(max(0.0, (minute - self.minute()) * 60 / self.speed))


def heed_cancel() -> None:
    """Raise `CancelledError` if this task was cancelled, for where a client's own error on leaving took its place."""
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError
