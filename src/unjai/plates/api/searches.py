"""The routes of searching plates: cases, searches opened, their answers, what is held."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Response

from unjai.model.errors import not_found
from unjai.plates.flows import cases, searches
from unjai.plates.pictures import plate_pictures
from unjai.plates.rules.searching import REASONS, Asked
from unjai.plates.schemas.searches import (
    AnswerOut,
    AskedIn,
    CaseChange,
    CaseIn,
    CaseOut,
    CompanyOut,
    ConvoyOut,
    HeldOut,
    HoldIn,
    PlateSearchIn,
    ReadOut,
    ReasonOut,
    SearchOut,
)
from unjai.platform.http import Ask, Ground, allowed

router = APIRouter(tags=["plates"])
Searches = Annotated[Ask, allowed(searches.RIGHT)]
Cases = Annotated[Ask, allowed(cases.RIGHT)]


@router.get("/plates/reasons")
async def read_reasons(_ask: Searches) -> list[ReasonOut]:
    """Return the reasons that a search may give."""
    return [ReasonOut(code=code, th=words.th, en=words.en) for code, words in REASONS.items()]


@router.get("/plates/cases")
async def read_cases(ask: Cases) -> list[CaseOut]:
    """Return the station's cases, the newest first."""
    return [CaseOut.model_validate(row) for row in await cases.cases(ask.tx, ask.actor)]


@router.get("/plates/cases/open")
async def read_open_cases(ask: Searches) -> list[CaseOut]:
    """Return the cases under which plates may be searched now."""
    now = ask.clock.now()
    rows = await cases.cases(ask.tx, ask.actor)
    return [CaseOut.model_validate(row) for row in rows if row["closed_at"] is None and now < row["until"]]


@router.post("/plates/cases", status_code=201)
async def open_case(body: CaseIn, ask: Cases) -> list[CaseOut]:
    """Open a case until a day; the answer is the whole list."""
    await cases.open_case(ask.tx, ask.actor, ask.clock, number=body.number, about=body.about, until=body.until)
    return await read_cases(ask)


@router.put("/plates/cases/{plate_case_id}")
async def set_case(plate_case_id: UUID, body: CaseChange, ask: Cases) -> list[CaseOut]:
    """Let a case last until another day, or close it; the answer is the whole list."""
    await cases.set_case(ask.tx, ask.actor, ask.clock, case_id=plate_case_id, until=body.until)
    return await read_cases(ask)


@router.post("/plates/searches", status_code=201)
async def open_search(body: PlateSearchIn, ask: Searches) -> SearchOut:
    """Open a search and write it to the log; its answer is asked for afterwards. A wide one needs a second person."""
    search_id = await searches.open_search(
        ask.tx,
        ask.actor,
        ask.clock,
        asked=asked_of(body.asked),
        reason=body.reason,
        said=body.said,
        case_number=body.case_number,
    )
    found = [row for row in await searches.own_searches(ask.tx, ask.actor, ask.clock) if row["id"] == search_id]
    return _search(found[0])


@router.get("/plates/searches")
async def read_searches(ask: Searches) -> list[SearchOut]:
    """Return one's own searches of the last day, with those that a second person approved."""
    return [_search(row) for row in await searches.own_searches(ask.tx, ask.actor, ask.clock)]


@router.get("/plates/searches/{plate_search_id}/answer")
async def look(plate_search_id: UUID, ask: Searches, before: UUID | None = None) -> AnswerOut:
    """Return what a search of one's own finds; `before` is the last read of the page before. Each look is logged."""
    answer = await searches.look(ask.tx, ask.actor, ask.clock, search_id=plate_search_id, before=before)
    said = AnswerOut(search=_search(answer.search | {"found": len(answer.found)}), more=answer.more)
    match answer.search["asked"]["kind"]:
        case "convoy":
            said.convoys = [ConvoyOut.model_validate(row) for row in answer.found]
        case "together":
            said.company = [CompanyOut.model_validate(row) for row in answer.found]
        case _:
            said.reads = [_read(row) for row in answer.found]
    return said


@router.post("/plates/searches/{plate_search_id}/hold")
async def hold(plate_search_id: UUID, body: HoldIn, ask: Annotated[Ask, allowed(searches.HOLD)]) -> HeldOut:
    """Keep found reads and their pictures past their days, for the case of the search."""
    ground: Ground = ask.request.app.state.ground
    held = await searches.hold(
        ask.tx,
        ask.actor,
        ask.clock,
        search_id=plate_search_id,
        read_ids=body.reads,
        pictures=plate_pictures(ground.data),
    )
    return HeldOut(held=held)


@router.get("/plates/searches/{plate_search_id}/reads/{plate_read_id}/{part}", response_class=Response)
async def picture(
    plate_search_id: UUID, plate_read_id: UUID, part: Literal["crop", "still"], ask: Searches
) -> Response:
    """Return a picture of a found read as JPEG, as long as its day is kept."""
    row = await searches.pictures_of(ask.tx, ask.actor, ask.clock, search_id=plate_search_id, read_id=plate_read_id)
    digest = row[part]
    if digest is None:
        raise not_found("picture", plate_read_id)
    ground: Ground = ask.request.app.state.ground
    body = await plate_pictures(ground.data).read(bytes(digest).hex(), row["received_at"])
    return Response(body, media_type="image/jpeg", headers={"Cache-Control": "no-store"})


def asked_of(said: AskedIn) -> Asked:
    """Return a question as the flows take it."""
    ring = None if said.area is None else [*said.area, said.area[0]]
    return Asked(
        **said.model_dump(exclude={"area", "cameras", "then_cameras"}),
        cameras=tuple(said.cameras),
        then_cameras=tuple(said.then_cameras),
        area=None if ring is None else {"type": "Polygon", "coordinates": [ring]},
    )


def _search(row: Mapping[str, Any]) -> SearchOut:
    told = {"kind": row["asked"]["kind"], "asked": row["asked"].get("told", {})}
    return SearchOut.model_validate({**row, **told})


def _read(row: Mapping[str, Any]) -> ReadOut:
    shares = {name: None if row[name] is None else row[name] / 1000 for name in ("confidence", "province_confidence")}
    pictures = [part for part in ("crop", "still") if row[part] is not None]
    facts = {"plate_width_px": row["width_px"], "pictures": pictures, "facts": row["facts"] or {}}
    return ReadOut.model_validate({**row, **shares, **facts, "province": row["province"] or None})
