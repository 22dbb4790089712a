"""Core's errand: keep what cameras see of each street noted, anew after each change of cameras or territory."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from unjai.cameras.flows.sight import BLIND_FOR, note_sight
from unjai.cameras.store.health import blind_since
from unjai.model.actor import system
from unjai.model.clock import Clock
from unjai.model.ids import StationId
from unjai.platform.database import Database

HEARS = ("evt.*.cameras.changed", "evt.*.territory.changed")


class Noter:
    """Which stations are to be looked at again."""

    def __init__(self, stations: Iterable[StationId]) -> None:
        """Look at all of them once: something may have changed while no core was there."""
        self._stations = tuple(stations)
        self.waiting = set(self._stations)
        self._blind: dict[StationId, frozenset[UUID]] = {}

    async def heard(self, subject: str, _data: bytes) -> None:
        """Note that a station's cameras or streets changed."""
        self.waiting.add(StationId(int(subject.split(".")[1])))

    async def once(self, db: Database, clock: Clock) -> None:
        """Look at the stations that wait, each in a transaction of its own; one that fails waits on.

        A station waits, too, when other cameras than before have been without a signal for `BLIND_FOR`.
        """
        if self._stations:
            async with db.tx(system(*self._stations, name="cameras")) as tx:
                blind = await blind_since(tx, clock.now() - BLIND_FOR)
            self.waiting |= {key for key in blind.keys() | self._blind.keys() if blind.get(key) != self._blind.get(key)}
            self._blind = blind
        for station_id in sorted(self.waiting):
            actor = system(station_id, name="cameras")
            self.waiting.discard(station_id)
            try:
                async with db.tx(actor) as tx:
                    await note_sight(tx, actor, clock, station_id=station_id)
            except BaseException:
                self.waiting.add(station_id)
                raise
