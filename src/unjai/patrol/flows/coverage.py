"""When each street was patrolled last: noted at its edges by proven visits and by the tracks of units on duty."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from unjai.model.actor import system
from unjai.model.clock import Clock
from unjai.model.geometry import Point
from unjai.model.ids import StationId
from unjai.platform.database import Tx
from unjai.territory.flows import note_edges
from unjai.territory.store.edge_facts import edge_facts_of
from unjai.territory.streets import StreetGraph
from unjai.territory.view import territory_of

FACT = "patrolled_at"
WITHIN_M = 30.0
VAGUE_M = 50.0
"""A position vaguer than this may be of the next street, and notes none."""


async def note_patrolled(
    tx: Tx, clock: Clock, *, station_id: StationId, seen: Iterable[tuple[Point, datetime]], source: str
) -> int:
    """Note at the nearest street of each position when it was patrolled, never an older time; return what changed."""
    sharp = [(point, at) for point, at in seen if (point.accuracy_m or 0.0) <= VAGUE_M]
    if not sharp:
        return 0
    here = await territory_of(tx, station_id)
    newest = await asyncio.to_thread(edges_of, here.graph, sharp)
    stands = (await edge_facts_of(tx, station_id, FACT))[FACT]
    values = {edge: said(at) for edge, at in newest.items() if said(at) > str(stands.get(edge, ""))}
    actor = system(station_id, name="patrol")
    await note_edges(tx, actor, clock, station_id=station_id, fact=FACT, values=values, source=source)
    return len(values)


def edges_of(graph: StreetGraph, seen: Iterable[tuple[Point, datetime]]) -> Mapping[int, datetime]:
    """Return the newest moment at each edge that a position lies at; positions off every street say nothing."""
    newest: dict[int, datetime] = {}
    for point, at in seen:
        snap = graph.snap(point, within_m=WITHIN_M)
        if snap is not None and (snap.edge_id not in newest or newest[snap.edge_id] < at):
            newest[snap.edge_id] = at
    return newest


def said(at: datetime) -> str:
    """Return a moment as it stands in the fact: UTC to the second, so that later is greater as text too."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
