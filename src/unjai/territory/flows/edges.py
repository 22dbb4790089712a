"""Facts of street edges, written by whoever knows: seen by a camera, patrolled at, worked on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from unjai.model.actor import Actor
from unjai.model.clock import Clock
from unjai.model.errors import not_found
from unjai.model.ids import StationId
from unjai.platform.database import Tx
from unjai.territory.rules.edge_facts import EDGE_FACTS
from unjai.territory.store.edge_facts import drop_edge_facts, put_edge_facts


async def note_edge(
    tx: Tx, actor: Actor, clock: Clock, *, station_id: StationId, edge_id: int, fact: str, value: Any, source: str
) -> None:
    """Note one fact (a key of `EDGE_FACTS`) of one edge; an edge that is gone is passed over."""
    await note_edges(tx, actor, clock, station_id=station_id, fact=fact, values={edge_id: value}, source=source)


async def note_edges(
    tx: Tx,
    actor: Actor,
    clock: Clock,
    *,
    station_id: StationId,
    fact: str,
    values: Mapping[int, Any],
    source: str,
    whole: bool = False,
) -> int:
    """Note a fact of many edges; return of how many it changed. `whole`: edges that are not named have it no more.

    No command of a person: derived facts are not in the audit log, what they derive from is.
    """
    actor.must(EDGE_FACTS[fact].right)
    if station_id not in actor.stations:
        raise not_found("station", station_id)
    gone = await drop_edge_facts(tx, station_id, fact, list(values)) if whole else 0
    return gone + await put_edge_facts(tx, station_id, fact, values, source=source, at=clock.now())
