"""Core writes at each street how many reports there were near it around each hour: places, never persons."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from unjai.model.actor import Actor
from unjai.model.clock import BANGKOK, Clock
from unjai.model.ids import StationId
from unjai.platform.database import Tx
from unjai.respond.escort.flows.streets import graph_of
from unjai.respond.escort.rules.around import DAYS, NOT_PLACES, known_since, reports_around
from unjai.respond.escort.store.night import first_report
from unjai.respond.store.history import happened
from unjai.territory.flows import note_edges
from unjai.territory.view import territory_of

FACT, SOURCE = "reports_hours", "respond"


async def note_reports(tx: Tx, actor: Actor, clock: Clock, *, station_id: StationId) -> int:
    """Note reports around each hour at every street; return of how many streets it changed.

    Where the station has not taken reports for `DAYS` days nothing is known, and what was noted is taken back. False
    alarms and what patrols alone found are no reports: they go where they are sent.
    """
    actor.must("incident.work")
    now = clock.now()
    values: dict[int, list[int]] = {}
    if known_since(await first_report(tx, station_id), now):
        rows = await happened(tx, station_id, now - timedelta(days=DAYS), now)
        told = [(row["lon"], row["lat"], row["at"]) for row in rows if _counts(row["code"], found=row["found"])]
        here = await territory_of(tx, station_id)
        values = await asyncio.to_thread(lambda: reports_around(graph_of(here), told, BANGKOK))
    return await note_edges(
        tx, actor, clock, station_id=station_id, fact=FACT, values=values, source=SOURCE, whole=True
    )


def _counts(code: str, *, found: bool) -> bool:
    return not found and code not in NOT_PLACES
