"""Which incidents changed: gathered while the last look is under way and taken together, so a burst costs one look."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy.exc import DBAPIError

from unjai.model.actor import system
from unjai.model.clock import Clock
from unjai.model.ids import DeviceId, StationId
from unjai.picture.live import STRIP_FOR, StationLive
from unjai.platform.database import Database, Tx

log = logging.getLogger(__name__)

_AGAIN_S = 0.3
_REST_S = 0.05
"""Between two looks: half a frame, so that nobody sees it and what comes meanwhile is taken together."""
_SLACK = timedelta(minutes=1)
"""A step becomes visible when its transaction ends, later than the moment it bears by no more than this."""


class Teller(Protocol):
    """What is asked of `respond`."""

    async def incidents(self, tx: Tx, incident_ids: set[UUID]) -> dict[UUID, dict[str, Any]]:
        """Return the rows of these incidents, without those that are not to be seen."""

    async def pressed_of_closed(self, tx: Tx, incident_ids: set[UUID]) -> dict[DeviceId, datetime]:
        """Return when points were last pressed, as those of these incidents tell that are closed."""

    async def strip(self, tx: Tx, since: datetime, known: set[int]) -> dict[int, dict[str, Any]]:
        """Return the strip's lines since a moment by their step's number, oldest first, without the known ones."""


@dataclass(kw_only=True)
class Changes:
    """The incidents of which a change was heard and not yet taken, and the lines the strips already hold."""

    db: Database
    clock: Clock
    teller: Teller
    live_of: Callable[[StationId], StationLive | None]
    waiting: dict[StationId, set[UUID]] = field(default_factory=dict)
    _known: dict[StationId, dict[int, datetime]] = field(default_factory=dict)
    _looked: dict[StationId, datetime] = field(default_factory=dict)
    _some: asyncio.Event = field(default_factory=asyncio.Event)

    def heard(self, station_id: StationId, incident_id: UUID) -> None:
        """Take an incident's row anew at the next look."""
        self.waiting.setdefault(station_id, set()).add(incident_id)
        self._some.set()

    def begin(self, station_id: StationId, lines: Mapping[int, Mapping[str, Any]]) -> None:
        """Know the lines with which a station's strip begins."""
        now = self.clock.now()
        self._known[station_id] = dict.fromkeys(lines, now)
        self._looked[station_id] = now

    async def run(self) -> None:
        """Look whenever something was heard, for ever; what the database could not tell is asked again."""
        while True:
            await self._some.wait()
            try:
                await self.take()
            except (DBAPIError, OSError, TimeoutError) as error:
                log.warning("changed incidents wait for the database: %s", error)
                await asyncio.sleep(_AGAIN_S)
            await asyncio.sleep(_REST_S)

    async def take(self) -> None:
        """Take all that was heard; whatever fails is still waiting."""
        self._some.clear()
        while self.waiting:
            station_id, wanted = self.waiting.popitem()
            try:
                await self._take(station_id, wanted)
            except BaseException:
                self.waiting.setdefault(station_id, set()).update(wanted)
                self._some.set()
                raise

    async def _take(self, station_id: StationId, wanted: set[UUID]) -> None:
        live = self.live_of(station_id)
        if live is None:
            return
        now = self.clock.now()
        known = self._known.setdefault(station_id, {})
        since = min(self._looked.get(station_id, now), now) - _SLACK
        async with self.db.tx(system(station_id, name="picture")) as tx:
            rows = await self.teller.incidents(tx, wanted)
            answered = await self.teller.pressed_of_closed(tx, wanted)
            lines = await self.teller.strip(tx, since, {number for number, seen in known.items() if seen >= since})
        for incident_id in wanted:
            live.set_incident(str(incident_id), rows.get(incident_id))
        for device_id, pressed_at in answered.items():
            live.answer(device_id, pressed_at, now)
        for number, line in lines.items():
            if number not in known:
                live.note(line, now)
                known[number] = now
        self._looked[station_id] = now
        for number in [number for number, seen in known.items() if seen < now - STRIP_FOR]:
            del known[number]
