"""Core writes at each street in which hours of the day patrols usually pass: places, never units."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from unjai.model.actor import Actor
from unjai.model.clock import BANGKOK, Clock
from unjai.model.ids import StationId
from unjai.patrol.store.street_hours import hours
from unjai.platform.database import Tx
from unjai.territory.flows import note_edges
from unjai.territory.view import territory_of

FACT, SOURCE = "patrolled_hours", "patrol"
DAYS, LEAST_DAYS = 28, 14
"""So many days are looked back over; with fewer than the least nothing is said of any street."""


async def note_patrolled_hours(tx: Tx, actor: Actor, clock: Clock, *, station_id: StationId) -> int:
    """Note at every street the share of past days on which a patrol passed, for each hour; return what changed.

    Where tracks and visits have been noted for less than `LEAST_DAYS` days nothing is known.
    """
    actor.must("patrol.manage")
    now = clock.now()
    rows = [(row["hour_at"], row["edges"]) for row in await hours(tx, station_id, now - timedelta(days=DAYS), now)]
    values: Mapping[int, Any] = {}
    if rows and now - rows[0][0] >= timedelta(days=LEAST_DAYS):
        here = await territory_of(tx, station_id)
        values = shares(rows, now, [edge.id for edge in here.graph.edges])
    return await note_edges(
        tx, actor, clock, station_id=station_id, fact=FACT, values=values, source=SOURCE, whole=True
    )


def shares(
    rows: Sequence[tuple[datetime, Sequence[int]]], now: datetime, edges: Iterable[int]
) -> dict[int, list[float]]:
    """Return for each edge and hour of the Bangkok day the share of days since the first row on which it was passed."""
    days = max(1, math.ceil((now - rows[0][0]) / timedelta(days=1)))
    passed: dict[int, dict[int, set[str]]] = {}
    for at, ids in rows:
        local = at.astimezone(BANGKOK)
        for edge in ids:
            passed.setdefault(edge, {}).setdefault(local.hour, set()).add(local.date().isoformat())
    nothing: dict[int, set[str]] = {}
    return {
        edge: [round(min(1.0, len(passed.get(edge, nothing).get(hour, ())) / days), 2) for hour in range(24)]
        for edge in edges
    }
