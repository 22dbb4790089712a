"""The routes of the first run: whose station this is, and what is still missing."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Response

from unjai.model.ids import StationId
from unjai.people import flows
from unjai.people.api.accounts import session_out, token_of
from unjai.people.flows.setup import NewStation, choose_station, find_units, open_citizen_door, setup_of
from unjai.people.schemas.accounts import SessionOut
from unjai.people.schemas.setup import ChooseStationIn, DoorOut, SetupOut, TreeHitOut
from unjai.platform.http import Ask, allowed

router = APIRouter(prefix="/setup", tags=["setup"])

Admin = Annotated[Ask, allowed("zone.admin")]


@router.get("")
async def setup(ask: Admin) -> SetupOut:
    """Return each step of the guide with what is missing, counted now."""
    return SetupOut.model_validate(await setup_of(ask.tx, ask.actor, ask.clock))


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
async def citizen_door(ask: Annotated[Ask, allowed("device.admin")]) -> DoorOut:
    """Let citizens call for help on their page."""
    return DoorOut(opened=await open_citizen_door(ask.tx, ask.actor, ask.clock))


_SVG: dict[int | str, dict[str, Any]] = {200: {"content": {"image/svg+xml": {}}}}


@router.get("/qr", response_class=Response, responses=_SVG)
async def qr(
    _ask: Admin, text: Annotated[str, Query(min_length=8, max_length=300, pattern=r"^https?://[!-~]+$")]
) -> Response:
    """Return a web address as a QR code, to be opened by a telephone's camera."""
    picture = await asyncio.to_thread(_drawn, text)
    return Response(picture, media_type="image/svg+xml", headers={"Cache-Control": "private, max-age=3600"})


def _drawn(text: str) -> str:
    import segno  # noqa: PLC0415  only who asks for a picture pays for it

    code = segno.make(text, error="m", micro=False)
    drawn: str = code.svg_inline(scale=8, border=4, dark="#000", light="#fff", omitsize=True)
    return drawn.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1) if "xmlns" not in drawn else drawn
