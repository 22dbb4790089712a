"""A published plan beside what was driven: positions of units on duty, brought onto the streets."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import numpy as np

from unjai.model.actor import Actor
from unjai.model.clock import Clock
from unjai.model.errors import UnjaiError
from unjai.model.ids import StationId
from unjai.patrol.flows.plan_towns import device_ids
from unjai.patrol.flows.plans import plan_of
from unjai.patrol.rules.plan_driven import Planned, checked, positions, risk_minutes, stays_of
from unjai.patrol.rules.plan_town import prepared
from unjai.patrol.rules.tracks import Fix, TrackStreets, matched
from unjai.patrol.schemas.plan_file import Town
from unjai.patrol.store import plans as store
from unjai.people.store.units import units
from unjai.platform.audit import audit
from unjai.platform.database import Tx
from unjai.territory.view import TerritoryView, territory_of

REPLAY = "replay.read"
AROUND = timedelta(minutes=15)
_streets: dict[int, tuple[UUID | None, TrackStreets]] = {}


async def driven(tx: Tx, actor: Actor, clock: Clock, *, plan_id: UUID) -> dict[str, Any]:
    """Return for each unit of a plan what became of its stops, what it drove, and its minutes where the risk was.

    Raises `patrol_plan_unfinished` (409) for a plan without rounds. Every look is in the log.
    """
    actor.must(REPLAY)
    row = await plan_of(tx, plan_id)
    if not row["result"]:
        raise UnjaiError("patrol_plan_unfinished", 409)
    now = clock.now()
    here = StationId(row["station_id"])
    devices = device_ids(await units(tx, now, disabled=True), [one["unit"] for one in row["result"]["rounds"]])
    until = min(row["to_at"] + AROUND, now)
    since, named = row["from_at"] - AROUND, list(devices.values())
    found = await store.tracks(tx, named, row["from_at"], since, until) if until > since else []
    territory = await territory_of(tx, here)
    facts = {"units": len(devices), "positions": len(found)}
    await audit(
        tx, actor, clock, action="patrol.plan.driven", subject=f"patrol_plan:{plan_id}", facts=facts, station_id=here
    )
    told = await asyncio.to_thread(compared, row, devices, found, territory, now)
    return {**told, "step_s": store.step_of(named, since, row["to_at"] + AROUND)}


def compared(
    row: Mapping[str, Any],
    devices: Mapping[str, UUID],
    seen: Sequence[Mapping[str, Any]],
    territory: TerritoryView,
    now: datetime,
) -> dict[str, Any]:
    """Return the comparison: pure work, below a second for a unit's shift."""
    ready = prepared(Town.model_validate(row["town"]))
    streets = _streets_of(territory)
    now_s = (now - row["from_at"]).total_seconds()
    by_device: dict[UUID, list[Fix]] = {}
    for one in seen:
        fix = Fix(at_s=one["at_s"], lon=one["lon"], lat=one["lat"], accuracy_m=one["accuracy_m"])
        by_device.setdefault(one["device_id"], []).append(fix)
    told = []
    hours = np.zeros((len(ready.places), -(-ready.problem.horizon_s // 3600)), dtype=np.int64)
    for round_ in row["result"]["rounds"]:
        device = devices.get(round_["unit"])
        track = [] if device is None else by_device.get(device, [])
        at = positions(track)
        at_places = [
            (number, stay)
            for number, place in enumerate(ready.places)
            if place.lon is not None and place.lat is not None
            for stay in stays_of(at, place.lon, place.lat)
        ]
        for number, stay in at_places:
            hour = int(stay.from_s // 3600)
            if 0 <= hour < hours.shape[1]:
                hours[number, hour] += 1
        whole, risky = risk_minutes(at_places, ready.problem.risk)
        told.append(
            {
                "unit": round_["unit"],
                **_unit(round_, track, streets, now_s),
                "place_min": round(whole),
                "risk_min": round(risky),
            }
        )
    edges = {edge for one in told for edge in one.pop("edges")}
    return {
        "units": told,
        "driven": [list(edge.coordinates) for edge in territory.graph.edges if edge.id in edges],
        "driven_share": round(len(edges) / max(territory.graph.edge_count, 1), 4),
        "visits_by_hour": [
            {"place": place.id, "hours": hours[number].tolist()} for number, place in enumerate(ready.places)
        ],
    }


def _unit(round_: Mapping[str, Any], track: Sequence[Fix], streets: TrackStreets, now_s: float) -> dict[str, Any]:
    places = [stop for stop in round_["stops"] if stop["why"] != "break" and stop["lon"] is not None]
    plan = [Planned(at_s=s["at_s"], dwell_s=s["minutes"] * 60, lon=s["lon"], lat=s["lat"]) for s in places]
    states = checked(plan, track, now_s=now_s)
    way = matched(streets, track)
    return {
        "positions": len(track),
        "stops": [
            {
                "place": stop["place"],
                "at_s": stop["at_s"],
                "state": one.state,
                "from_s": None if one.stay is None else round(one.stay.from_s),
                "to_s": None if one.stay is None else round(one.stay.to_s),
            }
            for stop, one in zip(places, states, strict=True)
        ],
        "track": [[round(at), round(lon, 6), round(lat, 6)] for at, lon, lat in way.snapped],
        "gaps": [[round(a), round(b)] for a, b in way.gaps],
        "length_m": round(way.length_m),
        "off_street": way.off_street,
        "edges": list(way.edges),
    }


def _streets_of(territory: TerritoryView) -> TrackStreets:
    """Return the streets ready for matching; kept while the territory stays as it is."""
    known = _streets.get(territory.station_id)
    if known is None or known[0] != territory.stamp:
        known = (territory.stamp, TrackStreets(territory.graph.edges))
        _streets[territory.station_id] = known
    return known[1]
