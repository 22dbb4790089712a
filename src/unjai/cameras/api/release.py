"""Routes of release copies: asking, looking before and after, rectangles by hand, releasing, the copy itself."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import FileResponse

from unjai.cameras import copies as view
from unjai.cameras.evidence import drafts, folder
from unjai.cameras.evidence.stamping import beside
from unjai.cameras.flows import evidence as packages
from unjai.cameras.flows import release as flows
from unjai.cameras.flows import release_eyes as _release_eyes  # noqa: F401  what two people do is known by being there
from unjai.cameras.packages import whole
from unjai.cameras.rules.release import Mark, check_looked
from unjai.cameras.schemas.evidence import EvidenceOut, Reason, WhyIn
from unjai.cameras.schemas.release import CopyIn, CopyOut, LookedIn, MarksIn, ReleaseIn
from unjai.cameras.store import release as store
from unjai.model.errors import UnjaiError, not_found
from unjai.platform.http import Ask, allowed

router = APIRouter(tags=["evidence"])

Reads = Annotated[Ask, allowed("evidence.read")]
Exports = Annotated[Ask, allowed("evidence.export")]
_ZIP: dict[int | str, dict[str, Any]] = {200: {"content": {"application/zip": {}}}}
_STAMP: dict[int | str, dict[str, Any]] = {200: {"content": {"application/timestamp-reply": {}}}}
_MEDIA: dict[int | str, dict[str, Any]] = {200: {"content": {"image/jpeg": {}, "video/mp4": {}}}}
_KINDS = {"clip": "video/mp4", "still": "image/jpeg"}
_PRIVATE = {"Cache-Control": "private, no-store"}


def _data(request: Request) -> Path:
    data: Path = request.app.state.ground.data
    return data


def wish_of(body: CopyIn) -> flows.CopyWish:
    """Return what a body asks for."""
    said = body.model_dump(include={"recipient", "agency", "sort", "purpose", "style"})
    return flows.CopyWish(**said, files=tuple(body.files))


@router.post("/evidence/{evidence_id}/copies", status_code=201)
async def ask_for_copy(evidence_id: UUID, body: CopyIn, ask: Exports) -> CopyOut:
    """Ask for a copy with faces hidden; 409 `approval_needed` where the package needed a second person."""
    key = await flows.ask_for_copy(ask.tx, ask.actor, ask.clock, evidence_id=evidence_id, wish=wish_of(body))
    return await _again(ask, key)


@router.get("/evidence/{evidence_id}/copies")
async def list_copies(evidence_id: UUID, ask: Reads) -> list[CopyOut]:
    """Return a package's copies, the newest first."""
    await packages.the_package(ask.tx, ask.actor, evidence_id)
    rows = await store.copies_of(ask.tx, evidence_id)
    return [await view.told(_data(ask.request), row) for row in rows]


@router.get("/evidence-copies/{copy_id}")
async def read_copy(copy_id: UUID, ask: Reads) -> CopyOut:
    """Return a copy: how far it is, what was hidden, who looked."""
    return await _again(ask, copy_id)


@router.post("/evidence-copies/{copy_id}/look")
async def look(copy_id: UUID, body: LookedIn, ask: Exports) -> CopyOut:
    """Begin to look at pictures before and after: custody before the first of them is shown."""
    await flows.look(ask.tx, ask.actor, ask.clock, copy_id=copy_id, revision=body.revision)
    return await _again(ask, copy_id)


@router.put("/evidence-copies/{copy_id}/marks")
async def draw(copy_id: UUID, body: MarksIn, ask: Exports) -> CopyOut:
    """Hide rectangles as well; it is blurred anew and has to be looked at again."""
    marks = [Mark(**one.model_dump()) for one in body.marks]
    await flows.mark(ask.tx, ask.actor, ask.clock, copy_id=copy_id, revision=body.revision, marks=marks)
    return await _again(ask, copy_id)


@router.post("/evidence-copies/{copy_id}/release")
async def release(copy_id: UUID, body: ReleaseIn, ask: Exports) -> CopyOut:
    """Let the copy go, by who looked at it as it is now; 409 `copy_not_looked` else."""
    await flows.release(ask.tx, ask.actor, ask.clock, copy_id=copy_id, revision=body.revision)
    return await _again(ask, copy_id)


@router.post("/evidence-copies/{copy_id}/again")
async def again(copy_id: UUID, ask: Exports) -> CopyOut:
    """Try a failed copy once more."""
    await flows.make_again(ask.tx, ask.actor, ask.clock, copy_id=copy_id)
    return await _again(ask, copy_id)


@router.post("/evidence-copies/{copy_id}/remove")
async def remove(copy_id: UUID, body: WhyIn, ask: Exports) -> CopyOut:
    """Delete the copy's files; its entry and its custody stay."""
    await flows.remove(ask.tx, ask.actor, ask.clock, copy_id=copy_id, reason=body.reason)
    return await _again(ask, copy_id)


@router.get("/evidence-copies/{copy_id}/files/{number}", response_class=Response, responses=_MEDIA)
async def draft_file(copy_id: UUID, number: int, ask: Exports) -> Response:
    """Return a file of the draft, faces hidden, to whoever began to look."""
    row, sort = await _looking(ask, copy_id, number)
    draft = drafts.draft_of(_data(ask.request), row["station_id"], copy_id)
    return await _sent(drafts.draft_file(draft, number, sort), _KINDS[sort])


@router.get("/evidence-copies/{copy_id}/shots/{number}/{shot}", response_class=Response, responses=_MEDIA)
async def shot(copy_id: UUID, number: int, shot: int, ask: Exports, *, before: bool = False) -> Response:
    """Return a picture of a file before or after its faces were hidden, to whoever began to look."""
    row, _sort = await _looking(ask, copy_id, number)
    if not 0 <= shot < len(row["found"][number]["shots"]):
        raise not_found("shot", shot)
    draft = drafts.draft_of(_data(ask.request), row["station_id"], copy_id)
    return await _sent(drafts.shot_file(draft, number, shot, before=before), "image/jpeg")


@router.get("/evidence-copies/{copy_id}/package", response_class=Response, responses=_ZIP)
async def download(
    copy_id: UUID, ask: Reads, why: Annotated[Reason, Query(description="Why it leaves the centre.")]
) -> Response:
    """Return the sealed copy; who takes it and why is custody before its first byte."""
    row = await flows.note_download(ask.tx, ask.actor, ask.clock, copy_id=copy_id, why=why)
    file = drafts.sealed_copy(_data(ask.request), row["station_id"], copy_id)
    disposition = f"attachment; filename*=UTF-8''{quote(row['number'])}.zip"
    return await _sent(file, "application/zip", {"Content-Disposition": disposition, "Content-Encoding": "identity"})


@router.post("/evidence/{evidence_id}/stamp")
async def ask_for_stamp(evidence_id: UUID, ask: Exports) -> EvidenceOut:
    """Ask once more for the outside time stamp of a package that has none."""
    await packages.ask_for_stamp(ask.tx, ask.actor, ask.clock, evidence_id=evidence_id)
    return await whole(ask.tx, await packages.the_package(ask.tx, ask.actor, evidence_id))


@router.get("/evidence/{evidence_id}/stamp", response_class=Response, responses=_STAMP)
async def stamp(evidence_id: UUID, ask: Reads) -> Response:
    """Return a time stamp that came after its package was sealed; one that stands in the package is not here."""
    row = await packages.sealed_package(ask.tx, ask.actor, evidence_id)
    file = beside(folder.package_of(_data(ask.request), row["station_id"], evidence_id))
    if row["stamp"] != "stamped" or row["stamp_facts"].get("inside"):
        raise not_found("stamp", evidence_id)
    disposition = f"attachment; filename*=UTF-8''{quote(row['number'])}.tsr"
    return await _sent(file, "application/timestamp-reply", {"Content-Disposition": disposition})


async def _looking(ask: Ask, copy_id: UUID, number: int) -> tuple[dict[str, Any], str]:
    row = await flows.draft_copy(ask.tx, ask.actor, copy_id)
    check_looked(row, ask.actor.account_id, row["revision"])
    if not 0 <= number < len(row["found"]):
        raise not_found("file", number)
    return row, str(row["found"][number]["sort"])


async def _sent(file: Path, kind: str, headers: dict[str, str] | None = None) -> Response:
    if not await asyncio.to_thread(file.is_file):
        raise UnjaiError("evidence_file_gone", 500)
    return FileResponse(file, media_type=kind, headers={**_PRIVATE, **(headers or {})})


async def _again(ask: Ask, copy_id: UUID) -> CopyOut:
    return await view.told(_data(ask.request), await flows.the_copy(ask.tx, ask.actor, copy_id))
