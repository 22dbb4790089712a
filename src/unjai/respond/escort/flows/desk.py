"""What the centre sees of walks: a count, and those that became an incident. Every look at one is logged."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from unjai.model.actor import Actor
from unjai.model.clock import Clock
from unjai.model.errors import not_found
from unjai.platform.audit import audit
from unjai.platform.database import Tx
from unjai.respond.escort.store import walks as store


async def list_escorts(tx: Tx, actor: Actor) -> dict[str, Any]:
    """Return how many walks are watched now, and the alerted ones with where they were last."""
    actor.must("escort.read")
    rows = await store.alerted(tx, actor.station)
    return {
        "open": await store.counts(tx, actor.station),
        "alerted": [_row(row, await store.last_fix(tx, row["id"])) for row in rows],
    }


async def look_at_escort(tx: Tx, actor: Actor, clock: Clock, *, walk_id: UUID) -> dict[str, Any]:
    """Return a walk of which an incident came, with its way and trail; `not_found` (404) for every other walk."""
    actor.must("escort.read")
    row = await store.with_incident(tx, walk_id)
    if row is None:
        raise not_found("escort", walk_id)
    trail = await store.trail(tx, walk_id)
    await audit(
        tx,
        actor,
        clock,
        action="escort.look",
        subject=f"escort:{walk_id}",
        facts={"incident": str(row["incident_id"])},
        station_id=row["station_id"],
    )
    found = _row(row, trail[-1] if trail else None)
    return found | {
        "state": row["state"],
        "began_at": row["began_at"],
        "ended_at": row["ended_at"],
        "points": row["way"]["points"],
        "trail": [place_of(one) for one in trail],
    }


def _row(row: dict[str, Any], last: dict[str, Any] | None) -> dict[str, Any]:
    return {
        "id": row["id"],
        "why": row["alert_why"],
        "alerted_at": row["alerted_at"],
        "incident_id": row["incident_id"],
        "expected_at": row["expected_at"],
        "position": None if last is None else place_of(last),
        "battery": None if last is None else last["battery"],
    }


def place_of(fix: dict[str, Any]) -> dict[str, Any]:
    """Return a position as it is shown."""
    return {"lon": fix["lon"], "lat": fix["lat"], "accuracy_m": fix["accuracy_m"], "at": fix["taken_at"]}
