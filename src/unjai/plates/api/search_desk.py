"""The routes of the search screen besides searches: sealing what was found, and the ways between cameras."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import IO, Annotated, cast
from uuid import UUID

from fastapi import APIRouter, Response
from fastapi.responses import StreamingResponse

from unjai.model.errors import UnjaiError
from unjai.model.geometry import Point
from unjai.model.plate import PLACES, place_of
from unjai.plates.api.searches import asked_of
from unjai.plates.flows import searches
from unjai.plates.flows.search_exports import export
from unjai.plates.pictures import plate_pictures
from unjai.plates.rules import searching as rules
from unjai.plates.schemas.search_desk import (
    PlateCheckIn,
    PlateCheckOut,
    PlateExportIn,
    PlatePlaceOut,
    PlateWayOut,
    PlateWaysIn,
)
from unjai.platform.free import sayable
from unjai.platform.http import Ask, Ground, Told, allowed
from unjai.platform.i18n import told
from unjai.platform.sealed.archive import chunks
from unjai.territory.streets import UnitKind
from unjai.territory.view import TerritoryView, territory_of

router = APIRouter(tags=["plates"])


@router.post("/plates/searches/{plate_search_id}/export", response_class=Response)
async def seal(
    plate_search_id: UUID, body: PlateExportIn, ask: Annotated[Ask, allowed(searches.HOLD)]
) -> StreamingResponse:
    """Return found reads with their pictures as one sealed file, and keep them for the case of the search."""
    ground: Ground = ask.request.app.state.ground
    number, sealed = await export(
        ask.tx,
        ask.actor,
        ask.clock,
        search_id=plate_search_id,
        read_ids=body.reads,
        pictures=plate_pictures(ground.data),
        sign=getattr(ask.request.app.state, "sign", None),
    )
    headers = {
        "content-disposition": f'attachment; filename="{number}.zip"',
        "content-length": str(sealed.size),
        "cache-control": "no-store",
        "x-sha256": sealed.digest,
    }
    return StreamingResponse(_sent(sealed.file), media_type="application/zip", headers=headers)


def _sent(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        yield from chunks(file)


@router.get("/plates/places")
async def places(_ask: Annotated[Ask, allowed(searches.RIGHT)]) -> list[PlatePlaceOut]:
    """Return the places that a plate may name, in the order of their Thai names."""
    rows = sorted(PLACES, key=lambda one: one.th)
    return [PlatePlaceOut(code=one.code, th=one.th, en=one.en) for one in rows]


@router.post("/plates/searches/check")
async def check(body: PlateCheckIn, ask: Annotated[Ask, allowed(searches.RIGHT)]) -> PlateCheckOut:
    """Return how a question is understood and whether it needs a second person; nothing is searched or logged."""
    found = PlateCheckOut(registration="", province_th="", province_en="", wide=[], cameras=None, wrong=None)
    try:
        asked = asked_of(body.asked)
        found.wide = list(rules.why_wide(asked))
        rules.check(asked, ask.clock.now())
        found.registration, code = rules.understood(asked)
        if code is not None:
            place = place_of(code)
            found.province_th, found.province_en = place.th, place.en
        keys = await searches.cameras_of(ask.tx, ask.actor, asked)
        found.cameras = None if keys is None else len(keys)
    except UnjaiError as error:
        found.wrong = Told.model_validate(sayable(told(error)))
    return found


@router.post("/plates/ways")
async def ways(body: PlateWaysIn, ask: Annotated[Ask, allowed(searches.RIGHT)]) -> list[PlateWayOut]:
    """Return the ways along the streets between cameras, in the order of the pairs; of reads it says nothing."""
    view = await territory_of(ask.tx, ask.actor.station)
    return await asyncio.to_thread(_ways, view, body)


def _ways(view: TerritoryView, body: PlateWaysIn) -> list[PlateWayOut]:
    places = {
        one.key: Point(lon=one.lon, lat=one.lat) for one in view.devices if one.lon is not None and one.lat is not None
    }
    kind = cast("UnitKind", body.kind)
    found: list[PlateWayOut] = []
    for first, second in body.pairs:
        a, b = places.get(first), places.get(second)
        path = None if a is None or b is None or not view.graph.edge_count else view.graph.path(a, b, kind)
        found.append(
            PlateWayOut(
                first=first,
                second=second,
                line=[] if path is None else [(round(lon, 6), round(lat, 6)) for lon, lat in path.points],
                road_m=None if path is None else round(path.road_m, 1),
                eta_s=None if path is None else round(path.eta_s, 1),
            )
        )
    return found
