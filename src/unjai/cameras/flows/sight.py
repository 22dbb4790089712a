"""What the cameras see of the zone's streets: asked by the page, noted at the edges for the escort."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from unjai.cameras.rules.sight import Coverage, View, coverage
from unjai.cameras.store import reads
from unjai.cameras.store.health import blind_since
from unjai.model.actor import Actor
from unjai.model.clock import Clock
from unjai.model.ids import StationId
from unjai.platform.database import Tx
from unjai.territory.flows import note_edges
from unjai.territory.rules.shapes import shape_of
from unjai.territory.view import TerritoryView, territory_of

SOURCE = "cameras"
BLIND_FOR = timedelta(minutes=5)
"""A camera without a signal for longer sees nothing of its streets."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Sight:
    """Coverage with what it was made of: cameras that count, and those whose view is not known."""

    coverage: Coverage
    counted: int
    unknown: tuple[str, ...]
    streets: int


def view_of(row: Mapping[str, Any]) -> View | None:
    """Return a camera's view; None for one that stands nowhere."""
    if row["lon"] is None or row["lat"] is None:
        return None
    return View(
        key=row["key"],
        lon=row["lon"],
        lat=row["lat"],
        bearing_deg=row["bearing_deg"],
        fov_deg=row["fov_deg"],
        reach_day_m=row["reach_day_m"],
        reach_night_m=row["reach_night_m"],
    )


def works(row: Mapping[str, Any]) -> bool:
    """Tell whether a camera counts as seeing: working by the register, and not shut out."""
    return bool(row["state"] == "working" and not row["disabled"] and not row["source_disabled"])


async def sight_of(
    tx: Tx, actor: Actor, *, station_id: StationId, planned: bool = False, now: datetime | None = None
) -> Sight:
    """Return what the working cameras see of the zone's streets; with `planned` as if those stood too.

    With `now`, a camera that has been without a signal for `BLIND_FOR` sees nothing.
    """
    actor.must("camera.read")
    return await _sight(tx, station_id, now, planned=planned)


async def note_sight(tx: Tx, actor: Actor, clock: Clock, *, station_id: StationId) -> int:
    """Note at each street edge how much of it a working camera sees by day and by night; return what changed."""
    actor.must("camera.manage")
    found = (await _sight(tx, station_id, clock.now())).coverage
    changed = 0
    for fact, values in (("seen_day", found.day), ("seen_night", found.night)):
        changed += await note_edges(
            tx, actor, clock, station_id=station_id, fact=fact, values=values, source=SOURCE, whole=True
        )
    return changed


async def _sight(tx: Tx, station_id: StationId, now: datetime | None, *, planned: bool = False) -> Sight:
    rows = await reads.cameras_of(tx, station_id)
    if now is not None:
        blind = (await blind_since(tx, now - BLIND_FOR)).get(station_id, frozenset())
        rows = [row for row in rows if row["id"] not in blind]
    rows = [row for row in rows if works(row) or (planned and row["state"] == "planned" and not row["disabled"])]
    views = [view for view in map(view_of, rows) if view is not None]
    here = await territory_of(tx, station_id)
    known = [view for view in views if view.drawn]
    made = await asyncio.to_thread(_made, here, known)
    drawn = {view.key for view in known}
    unknown = tuple(row["key"] for row in rows if row["key"] not in drawn)
    return Sight(coverage=made, counted=len(known), unknown=unknown, streets=here.graph.edge_count)


def _made(here: TerritoryView, views: Iterable[View]) -> Coverage:
    return coverage(here.graph.edges, views, [shape_of(zone.geometry) for zone in here.zones])
