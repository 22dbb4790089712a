"""Core's errand on the first of a month, ten past midnight: the month closes; one that was missed closes late."""

from __future__ import annotations

import asyncio
import logging

from sqlalchemy.exc import DBAPIError

from unjai.app import Common, every
from unjai.evaluate.flows.month import close_month, last_closing
from unjai.evaluate.month_worker import reckoned
from unjai.evaluate.store.month import never_closed
from unjai.model.actor import system
from unjai.model.errors import UnjaiError

log = logging.getLogger(__name__)

FIRST_AFTER_S, EACH_S = 120.0, 300.0


class Months:
    """Closes the month that is over, at every station, once."""

    def __init__(self, made: Common) -> None:
        """Serve the centre's stations."""
        self._made = made

    async def run(self) -> None:
        """Look each five minutes whether a month is over."""
        await asyncio.sleep(FIRST_AFTER_S)
        await every(EACH_S, self.once)

    async def once(self) -> None:
        """Close the newest month that is over where it was never closed; one station's failure stops no other."""
        made = self._made
        month = last_closing(made.clock.now())
        for station_id in made.station_ids:
            actor = system(station_id, name="figures")
            try:
                async with made.db.tx(actor) as tx:
                    if await never_closed(tx, station_id, month):
                        await close_month(tx, actor, made.clock, station_id=station_id, month=month, reckon=reckoned)
            except (DBAPIError, UnjaiError, OSError):
                log.exception("month %s of station %s was not closed; it is tried again", month, station_id)
