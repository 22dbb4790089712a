"""Core's errand once a night: streets by the hour, what each hour is like, and yesterday's measures of junctions."""

from __future__ import annotations

import asyncio

from unjai.app import Common, every
from unjai.model.actor import system
from unjai.patrol.flows.nights import note_patrolled_hours
from unjai.respond.escort.night_making import Nights
from unjai.signals.measures import Days

FIRST_AFTER_S, EACH_S = 300.0, 3600.0
"""A core that just began has better to do."""


class Reckoning:
    """Notes patrols at streets, then lets the nights that are old and yesterday's measures be reckoned."""

    def __init__(self, made: Common) -> None:
        """Serve the centre's stations."""
        self._made = made
        self._nights = Nights(lambda: made.station_ids)
        self._days = Days(lambda: made.station_ids)
        self._noted = ""

    async def run(self) -> None:
        """Look for what is due, each hour."""
        await asyncio.sleep(FIRST_AFTER_S)
        await every(EACH_S, self.once)

    async def once(self) -> None:
        """Do what is due: patrols and measures once a day, the nights when they are old."""
        made = self._made
        today = made.clock.now().date().isoformat()
        if self._noted != today:
            for station_id in made.station_ids:
                actor = system(station_id, name="patrol")
                async with made.db.tx(actor) as tx:
                    await note_patrolled_hours(tx, actor, made.clock, station_id=station_id)
            self._noted = today
        await self._days.once(made.db, made.clock)
        await self._nights.once(made.db, made.clock)
