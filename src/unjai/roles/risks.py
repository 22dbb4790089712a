"""Core's errand each night: the surface of risk is fitted anew at every station, and handed to its patrols."""

from __future__ import annotations

import asyncio
import logging

from sqlalchemy.exc import DBAPIError

from unjai.app import Common, every
from unjai.evaluate.flows import risk
from unjai.evaluate.risk_worker import pictured
from unjai.model.actor import system
from unjai.model.errors import UnjaiError
from unjai.model.ids import StationId

log = logging.getLogger(__name__)

FIRST_AFTER_S, EACH_S = 60.0, 120.0
_HOUR = 3600.0


class Risks:
    """Fits what is due, one station at a time; nothing of the database is held while it is fitted."""

    def __init__(self, made: Common) -> None:
        """Serve the centre's stations."""
        self._made = made
        self._not_before: dict[StationId, float] = {}

    async def run(self) -> None:
        """Look every two minutes for what is due."""
        await asyncio.sleep(FIRST_AFTER_S)
        await every(EACH_S, self.once)

    async def once(self) -> None:
        """Fit where it is due; a station whose fit failed is tried again in an hour."""
        made = self._made
        for station_id in made.station_ids:
            now = made.clock.now().timestamp()
            if now < self._not_before.get(station_id, 0.0):
                continue
            try:
                await self._renew(station_id)
            except (DBAPIError, UnjaiError, OSError):
                self._not_before[station_id] = now + _HOUR
                log.exception("the surface of station %s was not fitted; it is tried again", station_id)

    async def _renew(self, station_id: StationId) -> None:
        made, actor = self._made, system(station_id, name="figures")
        async with made.db.tx(actor) as tx:
            if not await risk.due(tx, actor, made.clock, station_id=station_id):
                return
            gathered = await risk.gather(tx, actor, made.clock, station_id=station_id)
        picture = await pictured(gathered.facts)
        async with made.db.tx(actor) as tx:
            await risk.keep(tx, actor, made.clock, station_id=station_id, gathered=gathered, picture=picture)
