"""Routes of respond: event codes, calls, incidents, dispatch, the officer's answers."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Header, Query, Response

from unjai.model.errors import UnjaiError
from unjai.model.geometry import Point
from unjai.model.ids import AssignmentId, IncidentId, ReportId, UnitId
from unjai.platform.http import Ask, allowed
from unjai.respond import flows, view
from unjai.respond.codes import event_codes
from unjai.respond.rules.kinds import compatible
from unjai.respond.schemas.incidents import (
    CallIn,
    CloseIn,
    CodeIn,
    Command,
    DeedIn,
    DistressIn,
    DoneIn,
    EventCodeOut,
    Incident,
    IncidentRow,
    MergeIn,
    NoteIn,
    OfferIn,
    Officer,
    PlaceIn,
    PriorityIn,
    ProposalOut,
    RefuseIn,
    ReopenIn,
    SplitIn,
    TextIn,
)

router = APIRouter(tags=["respond"])

Reads = Annotated[Ask, allowed("incident.read")]
Works = Annotated[Ask, allowed("incident.work")]
Sends = Annotated[Ask, allowed("dispatch")]
Goes = Annotated[Ask, allowed("unit.self")]
Answers = Annotated[Ask, allowed("unit.answer")]


@router.get("/event-codes")
async def read_event_codes(ask: Annotated[Ask, allowed("zone.read")]) -> list[EventCodeOut]:
    """Return the kinds of happening and which of them may be one event."""
    del ask
    known = event_codes().values()
    return [
        EventCodeOut(
            code=one.code,
            th=one.th,
            en=one.en,
            priority=one.priority,
            group=one.group,
            radio=one.radio,
            needs=sorted(one.needs),
            compatible=[other.code for other in known if compatible(one, other)],
        )
        for one in known
    ]


@router.post("/calls", status_code=201)
async def take_call(
    body: CallIn,
    response: Response,
    ask: Annotated[Ask, allowed("call.take")],
    idempotency_key: Annotated[str | None, Header()] = None,
) -> Incident:
    """Take a telephone call; it joins an open incident or opens one, and the answer is that incident."""
    key = (idempotency_key or "").strip()
    if not 1 <= len(key) <= 128:  # noqa: PLR2004
        raise UnjaiError("idempotency_key_needed", 400)
    place = None if body.lon is None or body.lat is None else Point(lon=body.lon, lat=body.lat)
    taken = await flows.take_call(
        ask.tx,
        ask.actor,
        ask.clock,
        key=key,
        code=body.code,
        point=place,
        place_text=body.place_text,
        caller_name=body.caller_name,
        caller_phone=body.caller_phone,
        text=body.text,
        priority=body.priority,
    )
    if taken.repeated:
        response.status_code = 200
    return await view.incident(ask.tx, ask.actor, incident_id=taken.incident_id)


@router.get("/incidents")
async def list_incidents(
    ask: Reads,
    state: Literal["open", "closed", "all"] = "open",
    q: Annotated[str, Query(max_length=200)] = "",
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    before: UUID | None = None,
) -> list[IncidentRow]:
    """Return incidents, newest first; `before` is the id of the last row of the page before."""
    return await view.listed(ask.tx, which=state, words=q, before=before, limit=limit)


async def _shown(ask: Ask, incident_id: UUID) -> Incident:
    return await view.incident(ask.tx, ask.actor, incident_id=incident_id)


@router.get("/incidents/{incident_id}")
async def read_incident(incident_id: UUID, ask: Reads) -> Incident:
    """Return an incident with its reports, assignments and timeline."""
    return await _shown(ask, incident_id)


@router.post("/incidents/{incident_id}/acknowledge")
async def acknowledge(incident_id: UUID, ask: Works, body: Command | None = None) -> Incident:
    """Take an incident up."""
    version = body.version if body else None
    await flows.acknowledge(ask.tx, ask.actor, ask.clock, incident_id=IncidentId(incident_id), version=version)
    return await _shown(ask, incident_id)


@router.post("/incidents/{incident_id}/note")
async def note(incident_id: UUID, body: NoteIn, ask: Works) -> Incident:
    """Write a note to the timeline."""
    await flows.note(
        ask.tx, ask.actor, ask.clock, incident_id=IncidentId(incident_id), text=body.text, version=body.version
    )
    return await _shown(ask, incident_id)


@router.post("/incidents/{incident_id}/priority")
async def set_priority(incident_id: UUID, body: PriorityIn, ask: Works) -> Incident:
    """Set the priority by hand."""
    await flows.set_priority(
        ask.tx, ask.actor, ask.clock, incident_id=IncidentId(incident_id), priority=body.priority, version=body.version
    )
    return await _shown(ask, incident_id)


@router.post("/incidents/{incident_id}/code")
async def set_code(incident_id: UUID, body: CodeIn, ask: Works) -> Incident:
    """Say what the incident really is."""
    await flows.set_code(
        ask.tx, ask.actor, ask.clock, incident_id=IncidentId(incident_id), code=body.code, version=body.version
    )
    return await _shown(ask, incident_id)


@router.post("/incidents/{incident_id}/place")
async def set_place(incident_id: UUID, body: PlaceIn, ask: Works) -> Incident:
    """Mark where the incident is."""
    await flows.set_place(
        ask.tx,
        ask.actor,
        ask.clock,
        incident_id=IncidentId(incident_id),
        point=Point(lon=body.lon, lat=body.lat),
        version=body.version,
    )
    return await _shown(ask, incident_id)


@router.post("/incidents/{incident_id}/close")
async def close(incident_id: UUID, body: CloseIn, ask: Works) -> Incident:
    """End an incident with its outcome."""
    await flows.close(
        ask.tx,
        ask.actor,
        ask.clock,
        incident_id=IncidentId(incident_id),
        outcome=body.outcome,
        text=body.text,
        version=body.version,
    )
    return await _shown(ask, incident_id)


@router.post("/incidents/{incident_id}/cancel")
async def cancel(incident_id: UUID, ask: Works, body: TextIn | None = None) -> Incident:
    """End an incident that needs nobody any more."""
    said = body or TextIn()
    await flows.cancel(
        ask.tx, ask.actor, ask.clock, incident_id=IncidentId(incident_id), text=said.text, version=said.version
    )
    return await _shown(ask, incident_id)


@router.post("/incidents/{incident_id}/false-alarm")
async def false_alarm(incident_id: UUID, ask: Works, body: TextIn | None = None) -> Incident:
    """End an incident that was none."""
    said = body or TextIn()
    await flows.false_alarm(
        ask.tx, ask.actor, ask.clock, incident_id=IncidentId(incident_id), text=said.text, version=said.version
    )
    return await _shown(ask, incident_id)


@router.post("/incidents/{incident_id}/reopen")
async def reopen(incident_id: UUID, body: ReopenIn, ask: Works) -> Incident:
    """Take a closed incident up again."""
    await flows.reopen(
        ask.tx, ask.actor, ask.clock, incident_id=IncidentId(incident_id), reason=body.reason, version=body.version
    )
    return await _shown(ask, incident_id)


@router.post("/incidents/{incident_id}/split")
async def split(incident_id: UUID, body: SplitIn, ask: Works) -> Incident:
    """Make a report an incident of its own; the answer is the new one."""
    own = await flows.split(
        ask.tx,
        ask.actor,
        ask.clock,
        incident_id=IncidentId(incident_id),
        report_id=ReportId(body.report_id),
        version=body.version,
    )
    return await _shown(ask, own)


@router.post("/incidents/{incident_id}/merge")
async def merge(incident_id: UUID, body: MergeIn, ask: Works) -> Incident:
    """Make one event of two; the answer is the one that goes on."""
    await flows.merge(
        ask.tx,
        ask.actor,
        ask.clock,
        incident_id=IncidentId(incident_id),
        into=IncidentId(body.into),
        version=body.version,
    )
    return await _shown(ask, body.into)


@router.get("/incidents/{incident_id}/proposals")
async def read_proposals(incident_id: UUID, ask: Reads) -> list[ProposalOut]:
    """Return the free units, best first, with their reasons."""
    found = await flows.proposals(ask.tx, ask.actor, ask.clock, incident_id=IncidentId(incident_id))
    return [ProposalOut.model_validate(one) for one in found]


@router.post("/incidents/{incident_id}/offer")
async def offer(incident_id: UUID, ask: Sends, body: OfferIn | None = None) -> Incident:
    """Ask a unit to go, the best one where none is named."""
    said = body or OfferIn()
    await flows.offer(
        ask.tx,
        ask.actor,
        ask.clock,
        incident_id=IncidentId(incident_id),
        unit_id=None if said.unit_id is None else UnitId(said.unit_id),
        version=said.version,
    )
    return await _shown(ask, incident_id)


@router.post("/assignments/{assignment_id}/withdraw")
async def withdraw(assignment_id: UUID, ask: Sends) -> Incident:
    """Take an offer or a task back from a unit."""
    found = await flows.withdraw(ask.tx, ask.actor, ask.clock, assignment_id=AssignmentId(assignment_id))
    return await _shown(ask, found)


async def _page(ask: Ask) -> Officer:
    return await view.officer(ask.tx, ask.actor, ask.clock, unit_id=flows.own_unit(ask.actor))


@router.get("/officer")
async def read_officer(ask: Goes) -> Officer:
    """Return what the officer's page shows."""
    return await _page(ask)


@router.post("/officer/assignments/{assignment_id}/accept")
async def accept(assignment_id: UUID, ask: Answers, body: DeedIn | None = None) -> Officer:
    """Take the task."""
    at = body.at if body else None
    await flows.accept(ask.tx, ask.actor, ask.clock, assignment_id=AssignmentId(assignment_id), at=at)
    return await _page(ask)


@router.post("/officer/assignments/{assignment_id}/refuse")
async def refuse(assignment_id: UUID, ask: Answers, body: RefuseIn | None = None) -> Officer:
    """Say no; the next best unit is asked."""
    said = body or RefuseIn()
    await flows.refuse(
        ask.tx, ask.actor, ask.clock, assignment_id=AssignmentId(assignment_id), reason=said.reason, at=said.at
    )
    return await _page(ask)


@router.post("/officer/assignments/{assignment_id}/en-route")
async def en_route(assignment_id: UUID, ask: Answers, body: DeedIn | None = None) -> Officer:
    """Say that the unit has set out."""
    at = body.at if body else None
    await flows.en_route(ask.tx, ask.actor, ask.clock, assignment_id=AssignmentId(assignment_id), at=at)
    return await _page(ask)


@router.post("/officer/assignments/{assignment_id}/on-scene")
async def on_scene(assignment_id: UUID, ask: Answers, body: DeedIn | None = None) -> Officer:
    """Say that the unit has arrived."""
    at = body.at if body else None
    await flows.on_scene(ask.tx, ask.actor, ask.clock, assignment_id=AssignmentId(assignment_id), at=at)
    return await _page(ask)


@router.post("/officer/assignments/{assignment_id}/close")
async def close_assignment(assignment_id: UUID, body: DoneIn, ask: Answers) -> Officer:
    """Finish the task with its outcome."""
    await flows.close_assignment(
        ask.tx,
        ask.actor,
        ask.clock,
        assignment_id=AssignmentId(assignment_id),
        outcome=body.outcome,
        text=body.text,
        at=body.at,
    )
    return await _page(ask)


@router.post("/officer/distress", status_code=201)
async def distress(
    ask: Goes, body: DistressIn | None = None, idempotency_key: Annotated[str | None, Header()] = None
) -> Officer:
    """Call for help: the most urgent incident there is."""
    said = body or DistressIn()
    place = None if said.lon is None or said.lat is None else Point(lon=said.lon, lat=said.lat, accuracy_m=said.acc)
    await flows.distress(
        ask.tx,
        ask.actor,
        ask.clock,
        unit_id=flows.own_unit(ask.actor),
        point=place,
        text=said.text,
        key=(idempotency_key or "").strip()[:128] or None,
    )
    return await _page(ask)
