"""Routes of plan against track: a shift for its chief, on the screen and on paper; one's own shifts."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Response

from unjai.patrol import driven_sheet
from unjai.patrol.flows import driven
from unjai.patrol.schemas.driven import MyTrackOut, OwnShiftOut, OwnTrackOut, ShiftDrivenOut
from unjai.platform.http import Ask, allowed
from unjai.platform.moments import DayIn
from unjai.territory.store import org_unit_of

router = APIRouter(tags=["patrol"])

Replays = Annotated[Ask, allowed("replay.read")]
Own = Annotated[Ask, allowed("patrol.self")]
Day = Annotated[DayIn, Query()]


@router.get("/patrol/driven")
async def read_shift(ask: Replays, day: Day, shift_id: UUID, unit_id: UUID | None = None) -> ShiftDrivenOut:
    """Return what every unit of a shift drove beside its plan; `unit_id` asks for one, with its track."""
    found = await driven.shift_driven(
        ask.tx, ask.actor, ask.clock, station_id=ask.actor.station, day=day, shift_id=shift_id, unit_id=unit_id
    )
    return ShiftDrivenOut.model_validate(found)


@router.get("/patrol/driven.pdf", response_class=Response)
async def print_shift(ask: Replays, day: Day, shift_id: UUID, lang: Literal["th", "en"] = "th") -> Response:
    """Return a shift for printing: A4, a row and a map for each unit, remarks, signatures."""
    found = await driven.shift_driven(
        ask.tx, ask.actor, ask.clock, station_id=ask.actor.station, day=day, shift_id=shift_id, why="print"
    )
    streets = await driven.streets_of(ask.tx, ask.actor.station)
    station = await org_unit_of(ask.tx, ask.actor.station)
    names = ("", "") if station is None else (station.name_th, station.name_en or station.name_th)
    body = await driven_sheet.sheet(found, streets, station=names, now=ask.clock.now(), by=ask.actor.name, lang=lang)
    return Response(body, media_type="application/pdf", headers={"Content-Disposition": _file(day)})


def _file(day: date) -> str:
    return f'inline; filename="patrol-driven-{day:%Y%m%d}.pdf"'


@router.get("/patrol/my/shifts")
async def list_own(ask: Own) -> list[OwnShiftOut]:
    """Return one's own stays on duty of the last fourteen days, the newest first."""
    rows = await driven.own_shifts(ask.tx, ask.actor, ask.clock)
    return [OwnShiftOut.model_validate(driven.head_of(row)) for row in rows]


@router.get("/patrol/my/track")
async def read_own(ask: Own, duty_id: UUID | None = None) -> MyTrackOut:
    """Return one's own track beside the plan: of one's newest stay on duty, or of `duty_id`."""
    found = await driven.own_driven(ask.tx, ask.actor, ask.clock, duty_id=duty_id)
    return MyTrackOut(shift=None if found is None else OwnTrackOut.model_validate(found))
