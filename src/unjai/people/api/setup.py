"""The routes of the first run: whose station this is, and what is still missing."""

from __future__ import annotations

import asyncio
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Response

from unjai.model.ids import StationId
from unjai.people import flows
from unjai.people.api.accounts import session_out, token_of
from unjai.people.flows.setup import NewStation, choose_station, find_units, open_citizen_door, setup_of
from unjai.people.schemas.accounts import SessionOut
from unjai.people.schemas.setup import ChooseStationIn, CitizenDoorOut, FirstRunOut, QrRowsOut, TreeHitOut
from unjai.platform.http import Ask, allowed

router = APIRouter(prefix="/setup", tags=["setup"])

Admin = Annotated[Ask, allowed("zone.admin")]


@router.get("")
async def setup(ask: Admin) -> FirstRunOut:
    """Return each step of the guide with what is missing, counted now."""
    return FirstRunOut.model_validate(await setup_of(ask.tx, ask.actor, ask.clock))


@router.get("/units")
async def units(
    ask: Admin, q: Annotated[str, Query(max_length=100)] = "", what: Literal["station", "parent"] = "station"
) -> list[TreeHitOut]:
    """Find a station, or a unit that stations belong to, in the police tree."""
    found = await find_units(ask.tx, ask.actor, ask.clock, text=q, what=what)
    return [TreeHitOut.model_validate(item) for item in found]


@router.post("/station")
async def choose(
    body: ChooseStationIn, response: Response, ask: Annotated[Ask, allowed("account.admin")]
) -> SessionOut:
    """Say whose station this is. The account is administrator there from now on; the session gets a new cookie."""
    new = None if body.new is None else NewStation(**body.new.model_dump())
    listed = None if body.station_id is None else StationId(body.station_id)
    chosen = await choose_station(ask.tx, ask.actor, ask.clock, station_id=listed, new=new)
    signed = await flows.work_at(
        ask.tx, ask.actor, ask.clock, token=token_of(ask.request), station_id=StationId(chosen.id)
    )
    return await session_out(ask, signed, response)


@router.post("/citizen-door")
async def citizen_door(ask: Annotated[Ask, allowed("device.admin")]) -> CitizenDoorOut:
    """Let citizens call for help on their page."""
    return CitizenDoorOut(opened=await open_citizen_door(ask.tx, ask.actor, ask.clock))


@router.get("/qr")
async def qr(
    _ask: Admin, text: Annotated[str, Query(min_length=8, max_length=300, pattern=r"^https?://[!-~]+$")]
) -> QrRowsOut:
    """Return a web address as a QR code, to be opened by a telephone's camera."""
    return QrRowsOut(rows=await asyncio.to_thread(_drawn, text))


def _drawn(text: str) -> list[str]:
    import segno  # noqa: PLC0415  only who asks for a picture pays for it

    made = segno.make_qr(text, error="m")
    return ["".join(str(int(dark)) for dark in row) for row in made.matrix]
