"""What the figures ask of patrol and hand down to it: places with visits and patrolled hours, risk that is theirs."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import shapely

from unjai.model.actor import Actor
from unjai.model.clock import Clock
from unjai.model.ids import StationId
from unjai.patrol.flows.plan_risk import MANAGE
from unjai.patrol.flows.plan_towns import places_of
from unjai.patrol.rules.risk_history import base_of
from unjai.patrol.store import checkpoints, desk, street_hours
from unjai.patrol.store import plans as store
from unjai.platform.audit import audit
from unjai.platform.database import Tx
from unjai.territory.view import TerritoryView, territory_of

READ = "patrol.read"
_PASSED_DEGREES = 0.0009
"""A street within some 100 m of a place is passed for the place too."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Patrolled:
    """A place of the plan: its kind's risk by hour, visits, and hours in which a patrol passed a street near it."""

    code: str
    name_th: str
    name_en: str
    lon: float
    lat: float
    by_hour: tuple[float, ...]
    visits: int
    hours_passed: int


async def patrolled_places(
    tx: Tx, actor: Actor, *, station_id: StationId, since: datetime, until: datetime
) -> list[Patrolled]:
    """Return the places of a plan as they were patrolled in [since, until). It tells of places, never of units."""
    actor.must(READ)
    here = await territory_of(tx, station_id)
    kinds = await desk.kinds(tx, station_id)
    places = await places_of(tx, station_id, here)
    ids = {row["id"]: row["code"] for row in await checkpoints.checkpoints(tx, station_id)}
    visits: dict[str, int] = {}
    for row in await desk.visits_between(tx, station_id, since, until):
        code = ids.get(row["checkpoint_id"], "")
        visits[code] = visits.get(code, 0) + 1
    passed = [row["edges"] for row in await street_hours.hours(tx, station_id, since, until)]
    hours = await asyncio.to_thread(_hours_passed, places, here, passed)
    return [
        Patrolled(
            code=place["id"],
            name_th=place["name"]["th"],
            name_en=place["name"]["en"] or place["name"]["th"],
            lon=place["lon"],
            lat=place["lat"],
            by_hour=tuple(float(one) for one in base_of(place["kind"], own=_own(kinds.get(place["kind"])))),
            visits=visits.get(place["id"], 0),
            hours_passed=hours[k],
        )
        for k, place in enumerate(places)
    ]


def _own(kind: Any) -> Sequence[float] | None:
    return None if kind is None else kind["by_hour"]


def _hours_passed(
    places: Sequence[dict[str, Any]], here: TerritoryView, passed: Sequence[Collection[int]]
) -> list[int]:
    edges = here.graph.edges
    if not places or not edges or not passed:
        return [0] * len(places)
    tree = shapely.STRtree([shapely.LineString(edge.coordinates) for edge in edges])
    spots = [shapely.Point(place["lon"], place["lat"]) for place in places]
    near: list[set[int]] = [set() for _ in places]
    for place, edge in zip(*tree.query(spots, "dwithin", _PASSED_DEGREES).tolist(), strict=True):
        near[place].add(edges[edge].id)
    hours = [frozenset(one) for one in passed]
    return [sum(not streets.isdisjoint(one) for one in hours) for streets in near]


async def forget_risk(
    tx: Tx, actor: Actor, clock: Clock, *, station_id: StationId, source: str, keep: Collection[str]
) -> tuple[int, frozenset[str]]:
    """Take back what `source` handed down for places other than `keep`.

    Returns how many places that were, and the places whose risk comes from somewhere else (form, file, history).
    """
    actor.must(MANAGE)
    rows = await store.risk(tx, station_id)
    gone = [row["place"] for row in rows if row["source"] == source and row["place"] not in keep]
    if gone:
        await store.drop_risk(tx, station_id, [row["place"] for row in rows if row["place"] not in gone])
        facts: dict[str, object] = {"places": len(gone)}
        subject = f"station:{station_id}"
        await audit(tx, actor, clock, action="patrol.risk.drop", subject=subject, facts=facts, station_id=station_id)
    return len(gone), frozenset(row["place"] for row in rows if row["source"] != source)
