"""Core's errand: where units on duty drove and walked is noted at the streets, each minute.

Positions off duty never reach a disc, so whatever stands in `obs_fleet` was on duty.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from unjai.model.actor import system
from unjai.model.clock import Clock
from unjai.model.geometry import Point
from unjai.model.ids import StationId
from unjai.patrol.flows.coverage import note_patrolled
from unjai.patrol.store.trails import positions_between
from unjai.platform.database import Database

LOOK_BACK = timedelta(minutes=10)
"""How far a new core looks back, and how late a position may come and still be noted by it."""


class Trails:
    """How far the tracks of each station were noted."""

    def __init__(self, stations: Iterable[StationId]) -> None:
        """Begin some minutes ago: something may have moved while no core was there."""
        self._stations = tuple(stations)
        self._told: dict[StationId, datetime] = {}

    async def once(self, db: Database, clock: Clock) -> int:
        """Note what was driven since the last time, each station in a transaction of its own; return what changed.

        By when it came, not by when it was: what a phone sent late is noted too, with its own time.
        """
        now = clock.now()
        changed = 0
        for station_id in self._stations:
            since = self._told.get(station_id, now - LOOK_BACK)
            actor = system(station_id, name="patrol")
            async with db.tx(actor) as tx:
                rows = await positions_between(tx, station_id, since, now, earliest=since - LOOK_BACK)
                seen = [
                    (Point(lon=row["lon"], lat=row["lat"], accuracy_m=row["accuracy_m"]), row["observed_at"])
                    for row in rows
                ]
                changed += await note_patrolled(tx, clock, station_id=station_id, seen=seen, source="patrol.track")
            self._told[station_id] = now
        return changed
