"""After a shift: what became of each asked visit, from proven visits and from where the plan's units stood."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from unjai.model.actor import system
from unjai.model.clock import BANGKOK, Clock
from unjai.model.ids import StationId
from unjai.patrol.flows.plan_towns import device_ids
from unjai.patrol.flows.requests import due_requests, place_id, point_of
from unjai.patrol.rules.plan_driven import LATE_S, Stay, positions, seen, stays_of
from unjai.patrol.rules.requests import KEPT, outcome_of, scrubbed
from unjai.patrol.rules.tracks import Fix
from unjai.patrol.store import checkpoints, desk, street_hours
from unjai.patrol.store import plans as plan_store
from unjai.people.store.units import units
from unjai.platform.database import Database, Tx

AFTER = timedelta(minutes=20)
UNTIL = timedelta(hours=48)
"""So long after a shift phones may still send what they held back; then what is written stays."""
HOURS_KEPT = timedelta(days=400)
Row = dict[str, Any]


class Settling:
    """Core's errand: settle asked visits, forget what is over."""

    def __init__(self, stations: Iterable[StationId]) -> None:
        """Serve some stations."""
        self._stations = tuple(stations)

    async def once(self, db: Database, clock: Clock) -> int:
        """Settle and forget, each station in a transaction of its own; return how many outcomes were written."""
        written = 0
        for station_id in self._stations:
            async with db.tx(system(station_id, name="patrol")) as tx:
                written += await settle_requests(tx, clock, station_id=station_id)
                await forget_requests(tx, clock, station_id=station_id)
                await street_hours.forget_hours(tx, clock.now() - HOURS_KEPT)
        return written


async def settle_requests(tx: Tx, clock: Clock, *, station_id: StationId) -> int:
    """Write what became of the asked visits of shifts that ended; what is done or was said by hand stays."""
    now = clock.now()
    written = 0
    for plan in await desk.unsettled(tx, station_id, now - UNTIL, now - AFTER):
        asked = await due_requests(tx, station_id=station_id, begin=plan["from_at"], end=plan["to_at"])
        became = await desk.outcomes(tx, [row["id"] for row, _, _ in asked])
        known = {
            request: next((one for one in rows if one["plan_id"] == plan["id"]), None)
            for request, rows in became.items()
        }
        fresh = [one for one in asked if not _stands(known.get(one[0]["id"]))]
        if not fresh:
            continue
        tracks = await _tracks(tx, plan, now)
        proven = await _proven(tx, station_id, plan)
        points = {row["id"]: await _point(tx, station_id, row) for row, _, _ in fresh}
        for row, state, at in await asyncio.to_thread(_settled, plan, fresh, tracks, proven, points):
            told = {"request_id": row["id"], "plan_id": plan["id"], "station_id": station_id, "state": state, "at": at}
            await desk.put_outcome(
                tx, {**told, "from_at": plan["from_at"], "by_hand": "", "note": "", "settled_at": now}
            )
            written += 1
    return written


def _stands(one: Row | None) -> bool:
    return one is not None and (one["state"] == "done" or bool(one["by_hand"]))


async def _point(tx: Tx, station_id: StationId, row: Row) -> tuple[float, float] | None:
    if row["lon"] is not None:
        return row["lon"], row["lat"]
    return await point_of(tx, station_id, row["place"])


async def _tracks(tx: Tx, plan: Row, now: datetime) -> dict[str, list[Fix]]:
    named = [one["unit"] for one in (plan["result"] or {}).get("rounds", ())]
    devices = device_ids(await units(tx, now, disabled=True), named)
    around = timedelta(seconds=LATE_S)
    rows = await plan_store.tracks(
        tx, list(devices.values()), plan["from_at"], plan["from_at"] - around, plan["to_at"] + around
    )
    found: dict[str, list[Fix]] = {name: [] for name in devices}
    name_of = {device: name for name, device in devices.items()}
    for row in rows:
        fix = Fix(at_s=row["at_s"], lon=row["lon"], lat=row["lat"], accuracy_m=row["accuracy_m"])
        found[name_of[row["device_id"]]].append(fix)
    return found


async def _proven(tx: Tx, station_id: StationId, plan: Row) -> dict[str, list[datetime]]:
    codes = {row["id"]: row["code"] for row in await checkpoints.checkpoints(tx, station_id)}
    found: dict[str, list[datetime]] = {}
    for row in await desk.visits_between(tx, station_id, plan["from_at"], plan["to_at"] + timedelta(seconds=LATE_S)):
        if row["state"] == "proven" and row["checkpoint_id"] in codes:
            found.setdefault(codes[row["checkpoint_id"]], []).append(row["happened_at"])
    return found


def _settled(
    plan: Row,
    asked: Sequence[tuple[Row, datetime, datetime]],
    tracks: Mapping[str, Sequence[Fix]],
    proven: Mapping[str, Sequence[datetime]],
    points: Mapping[UUID, tuple[float, float] | None],
) -> list[tuple[Row, str, datetime | None]]:
    at = {unit: positions(track) for unit, track in tracks.items()}
    zero: datetime = plan["from_at"]
    found: list[tuple[Row, str, datetime | None]] = []
    for row, since, until in asked:
        first, last = ((one - zero).total_seconds() for one in (since, until))
        stops = [
            (round_["unit"], stop)
            for round_ in (plan["result"] or {}).get("rounds", ())
            for stop in round_["stops"]
            if stop.get("request") == str(row["id"])
        ]
        point = points[row["id"]]
        stays: list[Stay] = []
        if point is not None:
            there = (stay for track in at.values() for stay in stays_of(track, *point))
            stays = [stay for stay in there if stay.to_s > first - LATE_S and stay.from_s < last + LATE_S]
        late = timedelta(seconds=LATE_S)
        visits = [one for one in proven.get(place_id(row), ()) if since - late <= one <= until + late]
        state = outcome_of(
            planned=bool(stops),
            proven=bool(visits),
            stays_s=[stay.to_s - stay.from_s for stay in stays],
            wanted_s=row["minutes"] * 60.0,
            seen=any(
                seen(tracks.get(unit, ()), stop["at_s"] - LATE_S, stop["at_s"] + stop["minutes"] * 60 + LATE_S)
                for unit, stop in stops
            ),
        )
        when = min([*visits, *(zero + timedelta(seconds=stay.from_s) for stay in stays)], default=None)
        found.append((row, state, when))
    return found


async def forget_requests(tx: Tx, clock: Clock, *, station_id: StationId) -> int:
    """Forget asked visits thirty days after their last day, and where they were in the plans that held them."""
    over = await desk.outdated(tx, clock.now().astimezone(BANGKOK).date() - KEPT)
    day = timedelta(days=1)
    for row in over:
        request = str(row["id"])
        for plan in await desk.plans_between(tx, station_id, row["from_day"] - day, row["to_day"] + day):
            if not any(one.get("id") == request for one in plan["town"].get("requests", ())):
                continue
            town, result = scrubbed(plan["town"], plan["result"], request)
            await plan_store.change(tx, plan["id"], {"town": town, "result": result})
        await desk.forget_request(tx, row["id"])
    return len(over)
