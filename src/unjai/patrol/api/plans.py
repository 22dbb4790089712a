"""Routes of patrol plans: make, look, change, publish, print, compare; and the round of one's own unit."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Response
from pydantic import ValidationError

from unjai.model.clock import BANGKOK
from unjai.model.errors import UnjaiError
from unjai.patrol import plan_making, plan_sheet
from unjai.patrol.flows import plan_tracks, plans
from unjai.patrol.schemas.plan import (
    DrivenOut,
    MineOut,
    PatrolPlanOut,
    PlanAskIn,
    PlanDueOut,
    PlanHead,
    PlanLayerOut,
    PublishIn,
    RoundsIn,
)
from unjai.platform.http import Ask, Ground, allowed
from unjai.platform.moments import DayIn
from unjai.territory.store import org_unit_of

router = APIRouter(tags=["patrol"])

Reads = Annotated[Ask, allowed("patrol.read")]
Plans = Annotated[Ask, allowed("patrol.plan")]
Replays = Annotated[Ask, allowed("replay.read")]
Own = Annotated[Ask, allowed("patrol.self")]
_DAYS = 31


def _head(row: Mapping[str, Any], ask: Ask) -> dict[str, Any]:
    lost = row["state"] == "making" and ask.clock.now() - row["made_at"] > plan_making.LOST
    return {**row, "state": "failed" if lost else row["state"]}


def _whole(row: Mapping[str, Any], ask: Ask) -> PatrolPlanOut:
    names = ("id", "name", "kind", "lon", "lat", "area")
    places = [{name: place.get(name) for name in names} for place in row["town"]["places"]]
    failure = row.get("failure") or {}
    figures = {name: (row.get("result") or {}).get(name) for name in ("covered_share", "visits", "explored_share")}
    told = {**_head(row, ask), **figures, "result": row.get("result"), "places": places}
    return PatrolPlanOut.model_validate(
        {"published_at": None, "published_by": "", "version": 1} | told | {"reasons": failure.get("reasons", [])}
    )


@router.get("/patrol/plans")
async def list_plans(
    ask: Reads, since: DayIn | None = None, days: Annotated[int, Query(ge=1, le=_DAYS)] = 14
) -> list[PlanHead]:
    """Return the plans of some days from `since` (today without it) on, the newest first."""
    first = since or ask.clock.now().astimezone(BANGKOK).date()
    rows = await plans.days(
        ask.tx, ask.actor, station_id=ask.actor.station, since=first, until=first + timedelta(days=days - 1)
    )
    return [PlanHead.model_validate(_head(row, ask)) for row in rows]


@router.post("/patrol/plans", status_code=201)
async def make_plan(body: PlanAskIn, ask: Plans) -> PatrolPlanOut:
    """Begin a plan (`state` is `making`); it is there some seconds after `seconds`."""
    try:
        asked = {"requests": body.asked(), "layers": body.seasons()}
    except ValidationError as error:
        where = "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors()[:5])
        raise UnjaiError("request_invalid", 422, where=where) from None
    row, order = await plans.ask_plan(
        ask.tx,
        ask.actor,
        ask.clock,
        station_id=ask.actor.station,
        day=body.day,
        shift_id=body.shift_id,
        unit_ids=body.unit_ids,
        seconds=body.seconds,
        break_min=body.break_min,
        explore=body.explore,
        **asked,
    )
    ground: Ground = ask.request.app.state.ground

    async def begin() -> None:
        plan_making.begin_making(ground.db, ask.actor, ground.clock, plan_id=row["id"], order=order)

    ask.tx.after_commit(begin)
    return _whole(row, ask)


@router.get("/patrol/plans/{plan_id}")
async def read_plan(plan_id: UUID, ask: Reads) -> PatrolPlanOut:
    """Return a plan."""
    return _whole(await plans.plan_of(ask.tx, plan_id), ask)


@router.get("/patrol/plan-due")
async def read_due(ask: Plans, day: DayIn, shift_id: UUID) -> PlanDueOut:
    """Return how many asked visits, and which festivals, a plan of a shift would hold."""
    asked, layers = await plans.due(ask.tx, ask.actor, station_id=ask.actor.station, day=day, shift_id=shift_id)
    watched = sum(row["kind"] == "house_watch" for row in asked)
    return PlanDueOut(
        house_watches=watched,
        requests=len(asked) - watched,
        layers=[PlanLayerOut.model_validate(row) for row in layers],
    )


@router.post("/patrol/plans/{plan_id}/cancel")
async def cancel_plan(plan_id: UUID, ask: Plans) -> PatrolPlanOut:
    """Break off a plan that is being made."""
    row = await plans.cancel_making(ask.tx, ask.actor, ask.clock, plan_id=plan_id)

    async def end() -> None:
        plan_making.break_off(plan_id)

    ask.tx.after_commit(end)
    return _whole(row, ask)


@router.put("/patrol/plans/{plan_id}/rounds")
async def change_plan(plan_id: UUID, body: RoundsIn, ask: Plans) -> PatrolPlanOut:
    """Set the stops of every unit in their order; times and figures follow."""
    rounds = {one.unit: [stop.model_dump() for stop in one.stops] for one in body.rounds}
    row = await plans.rearrange(ask.tx, ask.actor, ask.clock, plan_id=plan_id, version=body.version, rounds=rounds)
    return _whole(row, ask)


@router.post("/patrol/plans/{plan_id}/publish")
async def publish_plan(plan_id: UUID, body: PublishIn, ask: Plans) -> PatrolPlanOut:
    """Publish a plan to its units."""
    return _whole(await plans.publish(ask.tx, ask.actor, ask.clock, plan_id=plan_id, version=body.version), ask)


@router.get("/patrol/plans/{plan_id}/sheet.pdf", response_class=Response)
async def print_plan(plan_id: UUID, ask: Reads) -> Response:
    """Return a plan for printing: A4, Thai, a page for each unit."""
    row = await plans.plan_of(ask.tx, plan_id)
    if not row["result"]:
        raise UnjaiError("patrol_plan_unfinished", 409)
    station = await org_unit_of(ask.tx, ask.actor.station)
    body = await plan_sheet.sheet(
        row, station_th="" if station is None else station.name_th, now=ask.clock.now(), by=ask.actor.name
    )
    name = f"patrol-{row['day']:%Y%m%d}.pdf"
    return Response(body, media_type="application/pdf", headers={"Content-Disposition": f'inline; filename="{name}"'})


@router.get("/patrol/plans/{plan_id}/driven")
async def read_driven(plan_id: UUID, ask: Replays) -> DrivenOut:
    """Return a plan beside what its units drove."""
    return DrivenOut.model_validate(await plan_tracks.driven(ask.tx, ask.actor, ask.clock, plan_id=plan_id))


@router.get("/patrol/rounds/mine")
async def read_mine(ask: Own) -> MineOut:
    """Return the round of one's own unit in this shift, or the next one within two hours."""
    found = await plans.round_of_mine(ask.tx, ask.actor, ask.clock)
    if found is None:
        return MineOut()
    row, round_ = found
    return MineOut(plan_id=row["id"], from_at=row["from_at"], to_at=row["to_at"], version=row["version"], round=round_)
