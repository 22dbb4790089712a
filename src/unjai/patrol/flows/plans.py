"""Plans of a shift — แผนสายตรวจ: make, change by hand, publish, and set beside what was driven."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from unjai.model.actor import Actor
from unjai.model.clock import BANGKOK, Clock
from unjai.model.errors import UnjaiError, not_found
from unjai.model.ids import StationId, new_id
from unjai.patrol import plan_view as view
from unjai.patrol.flows import layers as festivals
from unjai.patrol.flows.plan_towns import asked_of, places_of, span, town_of
from unjai.patrol.flows.requests import due_requests, place_id, point_of
from unjai.patrol.rules.plan_hand import Wish, timed, undone
from unjai.patrol.rules.plan_town import prepared
from unjai.patrol.schemas.plan_file import Town
from unjai.patrol.store import desk
from unjai.patrol.store import plans as store
from unjai.people.store.units import shifts, units
from unjai.platform.audit import audit
from unjai.platform.database import Tx
from unjai.territory.view import territory_of

READ, PLAN, SELF = "patrol.read", "patrol.plan", "patrol.self"
Row = dict[str, Any]
SOON = timedelta(hours=2)
"""An officer sees the round of a shift so long before it begins."""


async def plan_of(tx: Tx, plan_id: UUID, *, lock: bool = False) -> Row:
    """Return a plan; raise `not_found`."""
    row = await store.one(tx, plan_id, lock=lock)
    if row is None:
        raise not_found("patrol_plan", plan_id)
    return row


async def ask_plan(
    tx: Tx,
    actor: Actor,
    clock: Clock,
    *,
    station_id: StationId,
    day: date,
    shift_id: UUID,
    unit_ids: Sequence[UUID],
    seconds: int,
    break_min: int = 30,
    requests: Sequence[Mapping[str, Any]] = (),
    layers: Sequence[Mapping[str, Any]] = (),
    explore: float | None = None,
) -> tuple[Row, dict[str, Any]]:
    """Begin a plan; return its row and the order for the process that makes it.

    The station's asked visits and festivals of that shift are in it; `requests` and `layers` come beside them.
    Raises `patrol_plan_units` (422) where a unit is unknown or none was chosen, `patrol_plan_places` (422) where the
    station has no place to plan for, `not_found` for the shift.
    """
    actor.must(PLAN)
    now = clock.now()
    shift = next((one for one in await shifts(tx, station_id) if one.id == shift_id), None)
    if shift is None:
        raise not_found("shift", shift_id)
    known = {UUID(str(unit.id)): unit for unit in await units(tx, now) if unit.station_id == station_id}
    chosen = [known[one] for one in dict.fromkeys(unit_ids) if one in known]
    if not chosen or len(chosen) < len(set(unit_ids)):
        raise UnjaiError("patrol_plan_units", 422)
    from_at, to_at = span(shift, day)
    also, asked = await _asked(tx, station_id, from_at, to_at)
    held = await festivals.layers_of(tx, station_id=station_id, since=day, until=_last_day(to_at))
    town = await town_of(
        tx,
        station_id,
        shift=shift,
        day=day,
        units=chosen,
        break_min=break_min,
        requests=[*asked, *requests],
        layers=[*held, *layers],
        also=also,
        explore=explore,
    )
    if not town["places"]:
        raise UnjaiError("patrol_plan_places", 422)
    row: Row = {
        "id": new_id(now),
        "station_id": station_id,
        "day": day,
        "shift_id": shift_id,
        "from_at": from_at,
        "to_at": to_at,
        "state": "making",
        "town": {name: value for name, value in town.items() if name != "streets"},
        "seed": secrets.token_hex(16),
        "seconds": seconds,
        "made_at": now,
        "made_by": actor.name,
        "changed_at": now,
    }
    await store.add(tx, row)
    facts = {"day": day.isoformat(), "units": len(chosen), "places": len(town["places"])}
    await _told(tx, actor, clock, row, "patrol.plan.make", facts)
    return row, {"town": town, "seed": row["seed"], "seconds": seconds}


async def _asked(tx: Tx, station_id: StationId, begin: datetime, end: datetime) -> tuple[list[Row], list[Row]]:
    """Return places and asked visits of a shift, without those at a place that is no more."""
    due = await due_requests(tx, station_id=station_id, begin=begin, end=end)
    known = {place["id"] for place in await places_of(tx, station_id, await territory_of(tx, station_id))}
    there = []
    for row, since, until in due:
        at = None if row["place"] is None or row["place"] in known else await point_of(tx, station_id, row["place"])
        if row["place"] is None or row["place"] in known:
            there.append((row, since, until))
        elif at is not None:  # a place that no plan would hold by itself
            there.append(({**row, "lon": at[0], "lat": at[1]}, since, until))
    return asked_of(there, {row["id"]: place_id(row) for row, _, _ in there})


def _last_day(end: datetime) -> date:
    return (end - timedelta(seconds=1)).astimezone(BANGKOK).date()


async def due(tx: Tx, actor: Actor, *, station_id: StationId, day: date, shift_id: UUID) -> tuple[list[Row], list[Row]]:
    """Return the asked visits and the festivals that a plan of a shift would hold; raise `not_found` for the shift."""
    actor.must(PLAN)
    shift = next((one for one in await shifts(tx, station_id) if one.id == shift_id), None)
    if shift is None:
        raise not_found("shift", shift_id)
    begin, end = span(shift, day)
    asked = await due_requests(tx, station_id=station_id, begin=begin, end=end)
    return [row for row, _, _ in asked], await desk.layers(tx, station_id, since=day, until=_last_day(end))


async def _told(  # noqa: PLR0917
    tx: Tx, actor: Actor, clock: Clock, row: Row, action: str, facts: Mapping[str, object]
) -> None:
    subject, here = f"patrol_plan:{row['id']}", StationId(row["station_id"])
    await audit(tx, actor, clock, action=action, subject=subject, facts=dict(facts), station_id=here)


async def rearrange(
    tx: Tx,
    actor: Actor,
    clock: Clock,
    *,
    plan_id: UUID,
    version: int,
    rounds: Mapping[str, Sequence[Mapping[str, Any]]],
) -> Row:
    """Set the order of stops by hand; times, figures and what cannot be driven follow.

    Raises `patrol_plan_changed` (409) when somebody else changed it, `patrol_plan_published` (409),
    `patrol_plan_stop_unknown` (422).
    """
    actor.must(PLAN)
    row = await plan_of(tx, plan_id, lock=True)
    _open(row, version)
    result = await asyncio.to_thread(rearranged, row, rounds)
    now = clock.now()
    values = {"result": result, "version": row["version"] + 1, "changed_at": now}
    await store.change(tx, plan_id, values)
    await _told(tx, actor, clock, row, "patrol.plan.change", {"version": values["version"]})
    return {**row, **values}


def _open(row: Row, version: int) -> None:
    if row["state"] == "published" or row["state"] == "replaced":
        raise UnjaiError("patrol_plan_published", 409)
    if row["state"] != "draft":
        raise UnjaiError("patrol_plan_unfinished", 409)
    if row["version"] != version:
        raise UnjaiError("patrol_plan_changed", 409)


def rearranged(row: Mapping[str, Any], rounds: Mapping[str, Sequence[Mapping[str, Any]]]) -> dict[str, Any]:
    """Return the result of a plan with other rounds: pure work, some 10 ms."""
    ready = prepared(Town.model_validate(row["town"]))
    problem = ready.problem
    places = {place.id: number for number, place in enumerate(ready.places)}
    if set(rounds) - {unit.id for unit in ready.units}:
        raise UnjaiError("patrol_plan_stop_unknown", 422, stop=", ".join(sorted(set(rounds))[:3]))

    def wish(said: Mapping[str, Any]) -> Wish:
        task, place = said.get("task"), said.get("place")
        if task is not None and not 0 <= task < len(problem.tasks):
            raise UnjaiError("patrol_plan_stop_unknown", 422, stop=str(task))
        if task is None and place not in places:
            raise UnjaiError("patrol_plan_stop_unknown", 422, stop=str(place))
        return Wish(
            task=task,
            place=None if task is not None else places[str(place)],
            at_s=said.get("at_s"),
            dwell_s=round(float(said["minutes"]) * 60),
            why=said["why"],
        )

    made = [
        timed(problem, number, [wish(one) for one in rounds.get(unit.id, ())])
        for number, unit in enumerate(ready.units)
    ]
    kept = {name: row["result"][name] for name in ("format", "date", "engine", "effort", "seconds", "ways", "notes")}
    return {**kept, "seed": "", "by_hand": True, **view.told_rounds(ready, problem, made, undone(problem, made))}


async def cancel_making(tx: Tx, actor: Actor, clock: Clock, *, plan_id: UUID) -> Row:
    """Break off a plan that is being made; one that is finished already stays as it is."""
    actor.must(PLAN)
    row = await plan_of(tx, plan_id, lock=True)
    if row["state"] != "making":
        return row
    reason = {"code": "cancelled", **view.words("note.cancelled"), "facts": {}, "grave": True}
    values = {"state": "failed", "failure": {"reasons": [reason]}, "changed_at": clock.now()}
    await store.change(tx, plan_id, values)
    await _told(tx, actor, clock, row, "patrol.plan.cancel", {"day": row["day"].isoformat()})
    return {**row, **values}


async def publish(tx: Tx, actor: Actor, clock: Clock, *, plan_id: UUID, version: int) -> Row:
    """Publish a plan: its units see it, and it takes the place of the one published before for this shift."""
    actor.must(PLAN)
    row = await plan_of(tx, plan_id, lock=True)
    _open(row, version)
    now = clock.now()
    await store.replace_published(tx, row, now)
    values = {"state": "published", "published_at": now, "published_by": actor.name, "changed_at": now}
    await store.change(tx, plan_id, values)
    await _told(tx, actor, clock, row, "patrol.plan.publish", {"version": row["version"]})
    return {**row, **values}


async def round_of_mine(tx: Tx, actor: Actor, clock: Clock) -> tuple[Row, dict[str, Any]] | None:
    """Return the published plan and the round of the actor's own unit, now or within two hours; None without one."""
    actor.must(SELF)
    now = clock.now()
    known = await units(tx, now)
    # The unit they are on duty in may be another than their own.
    fixed = next((unit.id for unit in known if unit.account_id == actor.account_id), None)
    own = next((unit for unit in known if unit.id == (actor.unit_id or fixed)), None)
    if own is None or actor.account_id is None:
        return None
    for row in await store.published_at(tx, own.station_id, now, now + SOON):
        for round_ in row["result"]["rounds"]:
            if round_["unit"] == str(own.id):
                return row, round_
    return None


async def days(tx: Tx, actor: Actor, *, station_id: StationId, since: date, until: date) -> list[Row]:
    """Return the plans of some days."""
    actor.must(READ)
    return await store.heads(tx, station_id, since, until)


def moment(row: Mapping[str, Any], at_s: float) -> datetime:
    """Return the moment of a plan's second."""
    begin: datetime = row["from_at"]
    return begin + timedelta(seconds=at_s)
