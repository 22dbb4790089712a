"""Core's errand: keep what cameras see of each street noted, anew after each change of cameras or territory."""

from __future__ import annotations

from collections.abc import Iterable

from unjai.cameras.flows.sight import note_sight
from unjai.model.actor import system
from unjai.model.clock import Clock
from unjai.model.ids import StationId
from unjai.platform.database import Database

HEARS = ("evt.*.cameras.changed", "evt.*.territory.changed")


class Noter:
    """Which stations are to be looked at again."""

    def __init__(self, stations: Iterable[StationId]) -> None:
        """Look at all of them once: something may have changed while no core was there."""
        self.waiting = set(stations)

    async def heard(self, subject: str, _data: bytes) -> None:
        """Note that a station's cameras or streets changed."""
        self.waiting.add(StationId(int(subject.split(".")[1])))

    async def once(self, db: Database, clock: Clock) -> None:
        """Look at the stations that wait, each in a transaction of its own; one that fails waits on."""
        for station_id in sorted(self.waiting):
            actor = system(station_id, name="cameras")
            self.waiting.discard(station_id)
            try:
                async with db.tx(actor) as tx:
                    await note_sight(tx, actor, clock, station_id=station_id)
            except BaseException:
                self.waiting.add(station_id)
                raise
