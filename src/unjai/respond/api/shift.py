"""Routes of the shift log: the running one, the earlier ones, the note, handing over, taking over, adding."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from unjai.model.errors import not_found
from unjai.platform.http import Ask, allowed
from unjai.platform.moments import MomentIn
from unjai.respond import shift_sheet
from unjai.respond import shift_view as view
from unjai.respond.flows import shift_log as flows
from unjai.respond.schemas.shift import AdditionIn, HandOverIn, ShiftHead, ShiftLog, ShiftNoteIn, ShiftNowOut
from unjai.respond.store import shift_logs as store
from unjai.territory.store import org_unit_of

router = APIRouter(tags=["shift"])

Reads = Annotated[Ask, allowed("unit.read")]
Writes = Annotated[Ask, allowed("shift.log")]


async def _whole(ask: Ask, log_id: UUID) -> ShiftLog:
    row = await store.of(ask.tx, log_id)
    if row is None:
        raise not_found("shift_log", log_id)
    return await view.whole(ask.tx, ask.clock, row)


@router.get("/shift-logs")
async def list_logs(
    ask: Reads, before: MomentIn | None = None, limit: Annotated[int, Query(ge=1, le=100)] = 30
) -> list[ShiftHead]:
    """Return the station's shift logs, newest first; `before` is the beginning of the last one of the page before."""
    rows = await store.latest(ask.tx, ask.actor.station, before=before, limit=limit)
    return [view.head(row, ask.clock.now()) for row in rows]


@router.get("/shift-logs/now")
async def read_now(ask: Reads) -> ShiftNowOut:
    """Return the running log, and the one before while it waits to be handed over or taken over."""
    return await view.now_of(ask.tx, ask.actor, ask.clock)


@router.get("/shift-logs/{log_id}")
async def read_log(log_id: UUID, ask: Reads) -> ShiftLog:
    """Return a shift log: frozen once handed over, gathered anew before."""
    return await _whole(ask, log_id)


@router.get("/shift-logs/{log_id}/sheet.pdf", response_class=Response)
async def print_log(log_id: UUID, ask: Reads) -> Response:
    """Return a shift log for printing: A4, Thai."""
    shown = await _whole(ask, log_id)
    station = await org_unit_of(ask.tx, ask.actor.station)
    body = await shift_sheet.sheet(
        shown, station_th="" if station is None else station.name_th, now=ask.clock.now(), by=ask.actor.name
    )
    name = f"shift-{shown.from_at:%Y%m%d-%H%M}.pdf"
    return Response(body, media_type="application/pdf", headers={"Content-Disposition": f'inline; filename="{name}"'})


@router.put("/shift-logs/{log_id}/note")
async def write_note(log_id: UUID, body: ShiftNoteIn, ask: Writes) -> ShiftLog:
    """Write the hand-over note."""
    await flows.write_note(
        ask.tx,
        ask.actor,
        ask.clock,
        log_id=log_id,
        note=body.note,
        unfinished=body.unfinished,
        equipment=body.equipment,
        version=body.version,
    )
    return await _whole(ask, log_id)


@router.post("/shift-logs/{log_id}/hand-over")
async def hand_over(log_id: UUID, body: HandOverIn, ask: Writes) -> ShiftLog:
    """Sign the log and hand the shift over."""
    await flows.hand_over(ask.tx, ask.actor, ask.clock, log_id=log_id, version=body.version)
    return await _whole(ask, log_id)


@router.post("/shift-logs/{log_id}/carried/{incident_id}")
async def see_carried(log_id: UUID, incident_id: UUID, ask: Writes) -> ShiftLog:
    """Acknowledge an incident that was carried over."""
    await flows.see_carried(ask.tx, ask.actor, ask.clock, log_id=log_id, incident_id=incident_id)
    return await _whole(ask, log_id)


@router.post("/shift-logs/{log_id}/take-over")
async def take_over(log_id: UUID, ask: Writes) -> ShiftLog:
    """Sign that the shift is taken over."""
    await flows.take_over(ask.tx, ask.actor, ask.clock, log_id=log_id)
    return await _whole(ask, log_id)


@router.post("/shift-logs/{log_id}/additions", status_code=201)
async def add(log_id: UUID, body: AdditionIn, ask: Writes) -> ShiftLog:
    """Add to a log; nothing of it is ever edited."""
    await flows.add(ask.tx, ask.actor, ask.clock, log_id=log_id, text=body.text)
    return await _whole(ask, log_id)
