"""When each street was patrolled last: noted at its edges by proven visits and by the tracks of units on duty."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from unjai.model.actor import system
from unjai.model.clock import Clock
from unjai.model.geometry import Point
from unjai.model.ids import StationId
from unjai.patrol.store import street_hours
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
    """Note at the nearest street of each position when it was patrolled, never an older time; return what changed.

    The hour in which a street was passed is noted too: what coverage by hour and week is made of.
    """
    sharp = [(point, at) for point, at in seen if (point.accuracy_m or 0.0) <= VAGUE_M]
    if not sharp:
        return 0
    here = await territory_of(tx, station_id)
    passed = await asyncio.to_thread(passed_of, here.graph, sharp)
    await street_hours.note_hours(tx, station_id, by_hour(passed))
    newest = newest_of(passed)
    stands = (await edge_facts_of(tx, station_id, FACT))[FACT]
    values = {edge: said(at) for edge, at in newest.items() if said(at) > str(stands.get(edge, ""))}
    actor = system(station_id, name="patrol")
    await note_edges(tx, actor, clock, station_id=station_id, fact=FACT, values=values, source=source)
    return len(values)


def passed_of(graph: StreetGraph, seen: Iterable[tuple[Point, datetime]]) -> list[tuple[int, datetime]]:
    """Return the nearest street of each position and when; positions off every street say nothing."""
    snaps = ((graph.snap(point, within_m=WITHIN_M), at) for point, at in seen)
    return [(snap.edge_id, at) for snap, at in snaps if snap is not None]


def newest_of(passed: Iterable[tuple[int, datetime]]) -> Mapping[int, datetime]:
    """Return the newest moment at each street."""
    newest: dict[int, datetime] = {}
    for edge, at in passed:
        if edge not in newest or newest[edge] < at:
            newest[edge] = at
    return newest


def by_hour(passed: Iterable[tuple[int, datetime]]) -> Mapping[datetime, set[int]]:
    """Return the streets that were passed in each hour."""
    found: dict[datetime, set[int]] = {}
    for edge, at in passed:
        hour = at.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
        found.setdefault(hour, set()).add(edge)
    return found


def said(at: datetime) -> str:
    """Return a moment as it stands in the fact: UTC to the second, so that later is greater as text too."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
