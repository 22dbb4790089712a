"""Routes of searching: pages, counts, files, kept questions, the replay of a stretch."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response
from fastapi.responses import StreamingResponse

from unjai.model.actor import Actor
from unjai.model.clock import BANGKOK
from unjai.platform.http import Ask, Ground, allowed
from unjai.platform.moments import MomentIn
from unjai.respond import search_view as view
from unjai.respond.flows import search as flows
from unjai.respond.schemas.search import (
    ExportIn,
    PageIn,
    Replay,
    SavedIn,
    SavedOut,
    SearchCount,
    SearchIn,
    SearchPage,
)
from unjai.respond.store import search as store

router = APIRouter(tags=["search"])

Reads = Annotated[Ask, allowed("incident.read")]
_FILE_PAGE = 500


@router.get("/search/incidents")
async def find(said: Annotated[PageIn, Query()], ask: Reads) -> SearchPage:
    """Return a page of the incidents of all years that answer a question; words are sought in number, place, notes."""
    asked = await view.asked_of(ask.tx, ask.actor, ask.clock, said)
    found = await flows.find(ask.tx, ask.actor, ask.clock, asked=asked, limit=said.limit, after=said.after)
    return await view.page_of(ask.tx, found)


@router.get("/search/count")
async def count(said: Annotated[SearchIn, Query()], ask: Reads) -> SearchCount:
    """Return how many incidents answer a question, exactly up to ten thousand."""
    asked = await view.asked_of(ask.tx, ask.actor, ask.clock, said)
    found = await flows.count(ask.tx, ask.actor, ask.clock, asked=asked)
    if found is None:
        return SearchCount(count=None, more=True)
    return SearchCount(count=min(found, store.COUNT_MOST), more=found > store.COUNT_MOST)


@router.get("/search/operators")
async def operators(ask: Reads) -> list[str]:
    """Return who has taken incidents up, by name."""
    return await store.operators(ask.tx, ask.actor.station)


@router.get("/search/export", response_class=StreamingResponse)
async def export(said: Annotated[ExportIn, Query()], ask: Annotated[Ask, allowed("incident.export")]) -> Response:
    """Return all answers as a CSV or GeoJSON file; the export is in the audit log before the first row is sent."""
    asked = await view.asked_of(ask.tx, ask.actor, ask.clock, said)
    told = said.model_dump(mode="json", exclude_defaults=True)
    ids = await flows.export(ask.tx, ask.actor, ask.clock, asked=asked, form=said.form, callers=said.callers, told=told)
    ground: Ground = ask.request.app.state.ground
    parts = _parts(ground, ask.actor, ids, said)
    kind = "text/csv; charset=utf-8" if said.form == "csv" else "application/geo+json"
    name = f"incidents-{ask.clock.now().astimezone(BANGKOK):%Y%m%d-%H%M}.{said.form}"
    return StreamingResponse(parts, media_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})


async def _parts(ground: Ground, actor: Actor, ids: list[UUID], said: ExportIn) -> AsyncIterator[str]:
    """Give the file in pieces, each read in a short transaction of its own: a slow reader holds no connection."""
    csv = said.form == "csv"
    yield view.csv_head(callers=said.callers) if csv else '{"type":"FeatureCollection","features":['
    first = True
    for start in range(0, len(ids), _FILE_PAGE):
        async with ground.db.tx(actor) as tx:
            rows = await view.file_rows(tx, ids[start : start + _FILE_PAGE], callers=said.callers)
        if csv:
            yield view.csv_lines(rows)
        elif rows:
            yield ("" if first else ",") + ",\n".join(view.geojson_features(rows))
            first = False
    if not csv:
        yield "]}"


@router.get("/searches")
async def read_saved(ask: Reads) -> list[SavedOut]:
    """Return one's own kept questions and those shared at the station."""
    if ask.actor.account_id is None:
        return []
    rows = await store.saved(ask.tx, ask.actor.account_id)
    return [SavedOut.model_validate({**row, "mine": row["account_id"] == ask.actor.account_id}) for row in rows]


@router.post("/searches", status_code=201)
async def save(body: SavedIn, ask: Reads) -> list[SavedOut]:
    """Keep a question; the answer is the whole list."""
    asked = body.asked.model_dump(mode="json", exclude_defaults=True)
    await flows.save(ask.tx, ask.actor, ask.clock, name=body.name, asked=asked, shared=body.shared)
    return await read_saved(ask)


@router.delete("/searches/{search_id}")
async def forget(search_id: UUID, ask: Reads) -> list[SavedOut]:
    """Drop a kept question of one's own; the answer is the list without it."""
    await flows.forget(ask.tx, ask.actor, ask.clock, search_id=search_id)
    return await read_saved(ask)


@router.get("/replay")
async def replay(
    from_at: Annotated[MomentIn, Query(alias="from")],
    to_at: Annotated[MomentIn, Query(alias="to")],
    ask: Annotated[Ask, allowed("replay.read")],
) -> Replay:
    """Return a stretch of up to six hours to be played on the map."""
    begin: datetime = from_at
    stretch = await flows.watch_again(ask.tx, ask.actor, ask.clock, from_at=begin, to_at=to_at)
    return await view.replay_of(ask.tx, ask.clock, stretch)
