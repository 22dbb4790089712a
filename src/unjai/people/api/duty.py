"""Routes of duty and rosters: signing on and off, what the form proposes, the plan of days and shifts."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from unjai.model.errors import UnjaiError
from unjai.model.ids import AccountId, UnitId
from unjai.people import flows, roster_sheet
from unjai.people.flows import own_duty, roster
from unjai.people.flows.sign_on import Said
from unjai.people.rules.crew import Line
from unjai.people.schemas.duty import (
    CopiedOut,
    DutyIn,
    DutyOut,
    HandOut,
    MemberIn,
    RosterCopyIn,
    RosterUnitIn,
    RosterUnitOut,
    SignOnOut,
    TakeBackIn,
)
from unjai.platform.http import Ask, allowed
from unjai.platform.moments import DayIn
from unjai.territory.store import org_unit_of

router = APIRouter(tags=["people"])
Plans = Annotated[Ask, allowed("unit.admin")]
Days = Annotated[int, Query(ge=1, le=roster.DAYS_MOST)]


@router.post("/units/{unit_id}/duty")
async def set_duty(unit_id: UUID, body: DutyIn, ask: Annotated[Ask, allowed("unit.admin")]) -> DutyOut:
    """Put a unit on duty or take it off, for its crew."""
    return await _sign(ask, UnitId(unit_id), body, own=False)


@router.get("/officer/duty")
async def sign_on_form(ask: Annotated[Ask, allowed("unit.self")]) -> SignOnOut:
    """Return what the sign-on form proposes: shift, unit, vehicle, call sign, line of work, crew."""
    return SignOnOut.model_validate(await own_duty.sign_on_form(ask.tx, ask.actor, ask.clock))


@router.post("/officer/duty")
async def sign_oneself(body: DutyIn, ask: Annotated[Ask, allowed("unit.self")]) -> DutyOut:
    """Sign oneself on or off, in one's own unit or one that the roster says."""
    asked = None if body.unit_id is None else UnitId(body.unit_id)
    unit_id = await own_duty.unit_to_sign(ask.tx, ask.actor, ask.clock, asked=asked, on=body.on)
    if unit_id is None and body.on:
        raise UnjaiError("crew_missing", 409)
    if unit_id is None:
        return DutyOut(on=False, since=None, shift=None)
    return await _sign(ask, unit_id, body, own=True)


async def _sign(ask: Ask, unit_id: UnitId, body: DutyIn, *, own: bool) -> DutyOut:
    if body.on:
        said = Said(
            shift_id=body.shift_id,
            call_sign=body.call_sign,
            vehicle=body.vehicle,
            registration=body.registration,
            odometer_km=body.odometer_km,
            line=body.line,
            crew=None if body.crew is None else _crew(body.crew),
            at=body.at,
        )
        await flows.sign_on(ask.tx, ask.actor, ask.clock, unit_id=unit_id, said=said, own=own)
    else:
        await flows.sign_off(ask.tx, ask.actor, ask.clock, unit_id=unit_id, note=body.note, at=body.at, own=own)
    unit = await flows.unit_after(ask.tx, ask.clock, unit_id=unit_id)
    shown = await own_duty.duty_shown(ask.tx, ask.clock, unit=unit, account_id=ask.actor.account_id if own else None)
    return DutyOut.model_validate(shown)


def _crew(said: list[MemberIn]) -> list[tuple[AccountId, Line | None]]:
    return [(AccountId(one.account_id), one.line) for one in said]


@router.get("/roster")
async def read_roster(
    since: Annotated[DayIn, Query()], ask: Annotated[Ask, allowed("unit.read")], days: Days = 7
) -> list[RosterUnitOut]:
    """Return what is planned for some days, each unit with its crew and with what is wrong."""
    return [RosterUnitOut.model_validate(row) for row in await _rows(ask, since, days)]


async def _rows(ask: Ask, since: date, days: int) -> list[roster.Row]:
    return await roster.read_roster(ask.tx, ask.actor, ask.clock, since=since, days=days)


@router.get("/roster/people")
async def roster_people(ask: Plans) -> list[HandOut]:
    """Return who may be planned: officers of every line of work, and volunteers."""
    return [HandOut.model_validate(one) for one in await roster.hands(ask.tx, ask.clock, ask.actor.station)]


@router.get("/roster/sheet.pdf", response_class=Response)
async def roster_pdf(
    since: Annotated[DayIn, Query()], ask: Annotated[Ask, allowed("unit.read")], days: Days = 1
) -> Response:
    """Return the roster of some days on paper, a page a day."""
    rows = await _rows(ask, since, days)
    station = await org_unit_of(ask.tx, int(ask.actor.station))
    body = await roster_sheet.sheet(
        rows,
        since=since,
        days=days,
        station_th="" if station is None else station.name_th,
        now=ask.clock.now(),
        by=ask.actor.name,
    )
    name = f"roster-{since:%Y%m%d}.pdf"
    return Response(body, media_type="application/pdf", headers={"Content-Disposition": f'inline; filename="{name}"'})


@router.put("/roster/{day}/{shift_id}/{unit_id}")
async def plan_unit(day: DayIn, shift_id: UUID, unit_id: UUID, body: RosterUnitIn, ask: Plans) -> RosterUnitOut:
    """Plan a unit for a shift of a day, or change its plan."""
    roster_id = await roster.plan_unit(
        ask.tx,
        ask.actor,
        ask.clock,
        day=day,
        shift_id=shift_id,
        unit_id=UnitId(unit_id),
        crew=_crew(body.crew),
        version=body.version,
        call_sign=body.call_sign,
        vehicle=body.vehicle,
        registration=body.registration,
        beat=body.beat,
        note=body.note,
    )
    return next(RosterUnitOut.model_validate(row) for row in await _rows(ask, day, 1) if row["id"] == roster_id)


@router.delete("/roster/{day}/{shift_id}/{unit_id}", status_code=204)
async def unplan_unit(
    day: DayIn,
    shift_id: UUID,
    unit_id: UUID,
    ask: Plans,
    version: Annotated[int | None, Query(ge=0, le=2**31 - 1)] = None,
) -> None:
    """Take a unit out of a shift of a day."""
    await roster.unplan_unit(
        ask.tx, ask.actor, ask.clock, day=day, shift_id=shift_id, unit_id=UnitId(unit_id), version=version
    )


@router.post("/roster/copy")
async def copy_days(body: RosterCopyIn, ask: Plans) -> CopiedOut:
    """Copy days of the roster to later ones, where nothing is planned yet."""
    ids = await roster.copy_days(ask.tx, ask.actor, ask.clock, since=body.since, to=body.to, days=body.days)
    return CopiedOut(ids=ids)


@router.post("/roster/take-back", status_code=204)
async def take_back(body: TakeBackIn, ask: Plans) -> None:
    """Take back what was just copied."""
    await roster.take_back(ask.tx, ask.actor, ask.clock, roster_ids=body.ids)
