"""Routes of files: attachments of an incident, its print sheet, sealed files and their receipt."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Query, Request, Response

from unjai.model.errors import UnjaiError
from unjai.model.ids import AssignmentId, IncidentId
from unjai.platform.http import Ask, actor_of, allowed
from unjai.platform.media import Media
from unjai.platform.moments import MomentIn
from unjai.respond import view
from unjai.respond.flows import attachments, sealing
from unjai.respond.flows.attachments import Prepared, printable
from unjai.respond.rules.attachments import SIZE_MOST
from unjai.respond.schemas.base import storable
from unjai.respond.schemas.case import Attached, CaseFileRow, ReasonIn, ReceiveIn, SealIn
from unjai.respond.schemas.incidents import Incident
from unjai.respond.store import attachments as store
from unjai.respond.words import title

router = APIRouter(tags=["case files"])

Reads = Annotated[Ask, allowed("incident.read")]
Works = Annotated[Ask, allowed("incident.work")]
Goes = Annotated[Ask, allowed("unit.self")]
Sees = Annotated[Ask, allowed("attachment.read")]
Seals = Annotated[Ask, allowed("case.seal")]
Receives = Annotated[Ask, allowed("case.receive")]
Key = Annotated[str | None, Header(alias="Idempotency-Key")]
Name = Annotated[str, Query(max_length=300)]
Caption = Annotated[str, Query(max_length=500)]
At = Annotated[MomentIn | None, Query()]

_BODY = {
    "requestBody": {
        "required": True,
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}


def _media(request: Request) -> Media:
    return Media(request.app.state.ground.data)


def _file(right: str) -> Any:
    """Return the dependency that takes a file in before any transaction begins, from whoever holds `right` alone.

    A slow line then holds no connection of the database.
    """

    async def received(request: Request) -> bytes:
        await actor_of(request, right)
        return await _media(request).receive(request.stream(), most_bytes=SIZE_MOST)

    return Depends(received)


async def _prepared(ask: Ask, body: bytes, name: str, key: str | None) -> tuple[Prepared, str]:
    said = (key or "").strip()
    if not 1 <= len(said) <= 128:  # noqa: PLR2004
        raise UnjaiError("idempotency_key_needed", 400)
    return await attachments.prepare(_media(ask.request), body, storable(name)), said


def _sent(body: bytes, media_type: str, name: str, *, download: bool) -> Response:
    how = "attachment" if download else "inline"
    headers = {
        "Content-Disposition": f"{how}; filename=\"{printable(name)}\"; filename*=UTF-8''{quote(name)}",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Cache-Control": "private, no-store",
    }
    return Response(body, media_type=media_type, headers=headers)


@router.post("/incidents/{incident_id}/attachments", status_code=201, openapi_extra=_BODY)
async def attach(
    incident_id: UUID,
    content: Annotated[bytes, _file("incident.work")],
    ask: Works,
    *,
    name: Name = "",
    caption: Caption = "",
    at: At = None,
    key: Key = None,
) -> Incident:
    """Attach a photograph, PDF or recording: the body is the file itself, at most 25 MB."""
    await view.incident(ask.tx, ask.actor, incident_id=incident_id)
    file, said = await _prepared(ask, content, name, key)
    await attachments.attach(
        ask.tx,
        ask.actor,
        ask.clock,
        incident_id=IncidentId(incident_id),
        file=file,
        key=said,
        caption=storable(caption),
        told_at=at,
    )
    return await view.incident(ask.tx, ask.actor, incident_id=incident_id)


@router.post("/officer/assignments/{assignment_id}/attachments", status_code=201, openapi_extra=_BODY)
async def attach_from_scene(
    assignment_id: UUID,
    content: Annotated[bytes, _file("unit.self")],
    ask: Goes,
    *,
    name: Name = "",
    caption: Caption = "",
    at: At = None,
    key: Key = None,
) -> Attached:
    """Attach a photograph from the scene to one's own task, also after it ended."""
    await attachments.assert_own_task(ask.tx, ask.actor, assignment_id=AssignmentId(assignment_id))
    file, said = await _prepared(ask, content, name, key)
    found = await attachments.attach_from_scene(
        ask.tx,
        ask.actor,
        ask.clock,
        assignment_id=AssignmentId(assignment_id),
        file=file,
        key=said,
        caption=storable(caption),
        told_at=at,
    )
    return Attached(id=found)


@router.get("/attachments/{attachment_id}", response_class=Response)
async def read_attachment(
    attachment_id: UUID,
    ask: Sees,
    original: Annotated[bool, Query()] = False,
    download: Annotated[bool, Query()] = False,
) -> Response:
    """Return an attachment as it may be shown, or the original as it came; each look is on the log."""
    row = await attachments.read_attachment(
        ask.tx, ask.actor, ask.clock, attachment_id=attachment_id, original=original
    )
    body = await _media(ask.request).read(row["digest"] if original else row["shown_digest"])
    return _sent(body, row["media_type"], row["name"], download=download or original)


@router.post("/attachments/{attachment_id}/remove")
async def remove_attachment(attachment_id: UUID, body: ReasonIn, ask: Works) -> Incident:
    """Take an attachment off its incident, with a reason; the content stays for the record."""
    found = await attachments.remove_attachment(
        ask.tx, ask.actor, ask.clock, attachment_id=attachment_id, reason=body.reason
    )
    return await view.incident(ask.tx, ask.actor, incident_id=found)


@router.post("/attachments/{attachment_id}/restore")
async def restore_attachment(attachment_id: UUID, ask: Works) -> Incident:
    """Put a removed attachment back."""
    found = await attachments.restore_attachment(ask.tx, ask.actor, ask.clock, attachment_id=attachment_id)
    return await view.incident(ask.tx, ask.actor, incident_id=found)


@router.get("/incidents/{incident_id}/sheet.pdf", response_class=Response)
async def print_sheet(incident_id: UUID, ask: Reads) -> Response:
    """Return the incident's sheet for printing, people covered."""
    body = await sealing.print_sheet(ask.tx, ask.actor, ask.clock, incident_id=IncidentId(incident_id))
    return _sent(body, "application/pdf", f"incident-{incident_id}.pdf", download=False)


@router.post("/incidents/{incident_id}/case-files", status_code=201)
async def seal_case(incident_id: UUID, ask: Seals, body: SealIn | None = None) -> Incident:
    """Seal all that is known of an incident for the inquiry officer."""
    await sealing.seal_case(
        ask.tx,
        ask.actor,
        ask.clock,
        incident_id=IncidentId(incident_id),
        data=ask.request.app.state.ground.data,
        note=body.note if body else "",
    )
    return await view.incident(ask.tx, ask.actor, incident_id=incident_id)


async def _case_file(ask: Ask, case_file_id: UUID, right: str) -> Response:
    row = await sealing.read_case_file(ask.tx, ask.actor, ask.clock, case_file_id=case_file_id, right=right)
    body = await _media(ask.request).read(row["digest"])
    return _sent(body, "application/zip", f"case-{row['digest'][:12]}.zip", download=True)


@router.get("/case-files/{case_file_id}/sealed", response_class=Response)
async def read_sealed(case_file_id: UUID, ask: Seals) -> Response:
    """Return a sealed file to whoever seals, to be carried over."""
    return await _case_file(ask, case_file_id, "case.seal")


@router.get("/case-files/{case_file_id}", response_class=Response)
async def read_case_file(case_file_id: UUID, ask: Receives) -> Response:
    """Return a sealed file to the inquiry officer."""
    return await _case_file(ask, case_file_id, "case.receive")


@router.get("/case-files")
async def list_case_files(ask: Receives) -> list[CaseFileRow]:
    """Return the sealed files of the station, newest first."""
    found = []
    for row in await store.case_files(ask.tx):
        named = title(row["code"], row["about_th"], row["about_en"])
        found.append(CaseFileRow.model_validate({**row, "title_th": named.th, "title_en": named.en}))
    return found


@router.post("/case-files/{case_file_id}/receive", status_code=204)
async def receive_case(case_file_id: UUID, body: ReceiveIn, ask: Receives) -> None:
    """Take a sealed file over, after checking its digest."""
    await sealing.receive_case(ask.tx, ask.actor, ask.clock, case_file_id=case_file_id, digest=body.digest)
