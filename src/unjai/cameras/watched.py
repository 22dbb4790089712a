"""Who looks at stills and recordings just now: such looks come one by one, and are written down as one watching."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from unjai.cameras.flows.watching import Way
from unjai.model.actor import Actor
from unjai.model.ids import DeviceId, StationId

IDLE = timedelta(seconds=60)
AGAIN = timedelta(hours=1)
"""A watching that lasts is written down in parts, so that a killed process hides an hour at most of it."""


@dataclass(slots=True)
class Watching:
    """One actor's watching of one camera."""

    actor: Actor
    station_id: StationId
    camera_id: DeviceId
    way: Way
    since: datetime
    last: datetime


class Watched:
    """All watching of this process that consists of single looks."""

    def __init__(self) -> None:
        """Nobody looks yet."""
        self._open: dict[tuple[str, DeviceId, Way], Watching] = {}
        self._over: list[Watching] = []

    def known(self, actor: Actor, camera_id: DeviceId, way: Way, now: datetime) -> StationId | None:
        """Note a look that belongs to an open watching, and return the camera's station; None where one must begin."""
        found = self._open.get((actor.key, camera_id, way))
        if found is None or now - found.last > IDLE or found.station_id not in actor.stations:
            return None
        found.last = now
        return found.station_id

    def begun(self, actor: Actor, station_id: StationId, camera_id: DeviceId, way: Way, now: datetime) -> None:
        """Note that a watching has begun; call it once that is written down."""
        key = (actor.key, camera_id, way)
        if (before := self._open.get(key)) is not None:
            self._over.append(before)
        self._open[key] = Watching(actor, station_id, camera_id, way, now, now)

    async def settle(self, now: datetime, write: Callable[[Watching], Awaitable[None]]) -> None:
        """Write down what is over, or has lasted an hour; what cannot be written now is tried again."""
        done = [key for key, one in self._open.items() if now - one.last > IDLE or now - one.since > AGAIN]
        self._over += [self._open.pop(key) for key in done]
        while self._over:
            await write(self._over[0])
            self._over.pop(0)
