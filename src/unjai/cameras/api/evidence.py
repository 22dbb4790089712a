"""Routes of evidence: what could be sealed, asking for it, the list, custody, the file itself."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import FileResponse

from unjai.cameras import packages as view
from unjai.cameras.api.outside import Outside, outside
from unjai.cameras.api.streams import desk_of
from unjai.cameras.evidence import folder, press
from unjai.cameras.flows import evidence as flows
from unjai.cameras.flows.watching import whose
from unjai.cameras.recording import playback
from unjai.cameras.rules.evidence import Leave, Piece, case_of, check_pieces
from unjai.cameras.schemas.evidence import (
    CheckOut,
    EvidenceIn,
    EvidenceOut,
    EvidenceRow,
    HandEvidenceIn,
    LeaveOut,
    LookIn,
    LookOut,
    PieceIn,
    Reason,
    ReceiveEvidenceIn,
    WhyIn,
    Wrong,
)
from unjai.cameras.schemas.streams import IntervalOut
from unjai.cameras.store import evidence as store
from unjai.model.errors import UnjaiError
from unjai.model.ids import DeviceId, StationId, id_time, new_id
from unjai.platform.database import Tx
from unjai.platform.http import Ask, allowed
from unjai.platform.i18n import render

router = APIRouter(tags=["evidence"])

Reads = Annotated[Ask, allowed("evidence.read")]
Exports = Annotated[Ask, allowed("evidence.export")]
Asks = Annotated[Outside, outside("evidence.export")]
Checks = Annotated[Outside, outside("evidence.read")]
Receives = Annotated[Ask, allowed("case.receive")]
_ZIP: dict[int | str, dict[str, Any]] = {200: {"content": {"application/zip": {}}}}


def _recordings(request: Request) -> Path:
    root: Path = request.app.state.recordings
    return root


async def pieces_in(ask: Outside, said: list[PieceIn]) -> tuple[Piece, ...]:
    """Return what is asked for; a still of now is taken here, before any transaction waits for a camera."""
    found = []
    for one in said:
        if one.sort == "clip":
            assert one.since is not None
            assert one.until is not None
            found.append(Piece(camera_id=one.camera_id, sort="clip", since=one.since, until=one.until))
        elif one.since is not None:
            found.append(Piece(camera_id=one.camera_id, sort="still", since=one.since, until=one.since))
        else:
            found.append(await _live(ask, one.camera_id))
    return tuple(found)


async def _live(ask: Outside, camera_id: UUID) -> Piece:
    async with ask.tx() as tx:
        station_id = await whose(tx, ask.actor, DeviceId(camera_id))
    still = await desk_of(ask.request).still(station_id, DeviceId(camera_id))
    if still is None:
        raise UnjaiError("camera_no_still", 503)
    key = new_id(min(still.at, ask.clock.now()))
    at = id_time(key)
    told = folder.KeptStill(camera_id=str(camera_id), at=at, masked=still.masked)
    await asyncio.to_thread(folder.keep_still, ask.ground.data, key, told, still.jpeg)
    return Piece(camera_id=camera_id, sort="still", since=at, until=at, still_id=key)


def wish_of(body: EvidenceIn, pieces: tuple[Piece, ...]) -> flows.Wish:
    """Return what a body asks for; raise `evidence_case_needed` (422)."""
    return flows.Wish(pieces=pieces, reason=body.reason, case_number=case_of(body.case_number, none_yet=body.no_case))


async def asked(ask: Outside, flow: Callable[[Tx], Awaitable[UUID]]) -> EvidenceOut:
    """Ask for a package by a flow: what it is cut from is held from this moment on."""
    root = _recordings(ask.request)
    async with ask.tx() as tx:
        key = await flow(tx)
        row = await flows.the_package(tx, ask.actor, key)
        if not await asyncio.to_thread(_anything, root, row):
            raise UnjaiError("recording_missing", 404)
        await asyncio.to_thread(folder.hold_pieces, root, row)
        return await view.whole(tx, row)


def _anything(root: Path, row: dict[str, Any]) -> bool:
    return any(
        one.still_id is not None or _found(root, row["station_id"], one).segments for one in folder.pieces_of(row)
    )


def _found(root: Path, station_id: int, piece: Piece) -> playback.Range:
    until = piece.until if piece.until > piece.since else piece.since + view.INSTANT
    return playback.found_between(root, StationId(station_id), DeviceId(piece.camera_id), piece.since, until)


@router.post("/evidence/look")
async def look(body: LookIn, ask: Asks) -> list[LookOut]:
    """Tell what a package would hold: recorded and missing spans, about how many bytes, the owner's consent."""
    pieces = tuple(
        Piece(camera_id=one.camera_id, sort=one.sort, since=one.since, until=one.until or one.since)
        for one in body.pieces
        if one.since is not None
    )
    if not pieces:
        return []
    check_pieces(pieces, ask.clock.now())
    async with ask.tx() as tx:
        stood = await flows.leaves(tx, ask.actor, pieces)
    root = _recordings(ask.request)
    return [
        await asyncio.to_thread(_looked, root, camera["station_id"], one, leave)
        for one, (camera, leave) in zip(pieces, stood, strict=True)
    ]


def _looked(root: Path, station_id: int, piece: Piece, leave: Leave) -> LookOut:
    found = _found(root, station_id, piece)
    size = 0
    for one in found.segments:
        inside = min(one.ends_ms, found.until.timestamp() * 1000) - max(one.begins_ms, found.since.timestamp() * 1000)
        try:
            size += round(one.file.stat().st_size * max(0.0, inside) / max(1, one.ends_ms - one.begins_ms))
        except OSError:
            continue
    return LookOut(
        camera_id=piece.camera_id,
        present=[IntervalOut(since=a, until=b) for a, b in found.present],
        missing=[IntervalOut(since=a, until=b) for a, b in found.missing],
        size_bytes=size,
        leave=LeaveOut.model_validate(leave.told()),
    )


@router.post("/evidence", status_code=201)
async def ask_for(body: EvidenceIn, ask: Asks) -> EvidenceOut:
    """Ask for a package; it is made in a process of its own."""
    wish = wish_of(body, await pieces_in(ask, body.pieces))
    return await asked(ask, lambda tx: flows.ask_for_package(tx, ask.actor, ask.clock, wish=wish))


@router.get("/evidence")
async def list_packages(
    ask: Reads,
    q: Annotated[str, Query(max_length=80)] = "",
    limit: Annotated[int, Query(ge=1, le=500)] = 200,
) -> list[EvidenceRow]:
    """Return the station's packages, the newest first; `q` stands in number, case, incident, reason or who asked."""
    words = "".join(sign for sign in q if sign.isprintable()).encode("utf-8", "ignore").decode()
    return await view.rows(ask.tx, await store.listed(ask.tx, words=words.strip(), limit=limit))


@router.get("/evidence/{evidence_id}")
async def read_package(evidence_id: UUID, ask: Reads) -> EvidenceOut:
    """Return a package with its files and its chain of custody."""
    return await view.whole(ask.tx, await flows.the_package(ask.tx, ask.actor, evidence_id))


@router.get("/evidence/{evidence_id}/package", response_class=Response, responses=_ZIP)
async def download(
    evidence_id: UUID, ask: Reads, why: Annotated[Reason, Query(description="Why it leaves the centre.")]
) -> Response:
    """Return the sealed file; who takes it and why is custody before its first byte."""
    row = await flows.note_download(ask.tx, ask.actor, ask.clock, evidence_id=evidence_id, why=why)
    file = folder.package_of(ask.request.app.state.ground.data, row["station_id"], evidence_id)
    if not await asyncio.to_thread(file.is_file):
        raise UnjaiError("evidence_file_gone", 500)
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(row['number'])}.zip",
        "Cache-Control": "private, no-store",
        "Content-Encoding": "identity",
    }
    return FileResponse(file, media_type="application/zip", headers=headers)


@router.post("/evidence/{evidence_id}/check")
async def check(evidence_id: UUID, ask: Checks) -> CheckOut:
    """Check the package that lies on the centre's disc, every byte; what was found is custody.

    It is read in a process of its own, one package at a time, for as long as whoever asked waits.
    """
    async with ask.tx() as tx:
        row = await flows.sealed_package(tx, ask.actor, evidence_id)
    file = folder.package_of(ask.ground.data, row["station_id"], evidence_id)
    if not await asyncio.to_thread(file.is_file):
        raise UnjaiError("evidence_file_gone", 500)
    found = await ask.while_there(press.check(file, row["key_print"], ca=ask.request.app.state.tsa_ca))
    problems = [Wrong(code=code, **render(code, {"entry": entry}, kind="problems")) for code, entry in found.problems]
    if found.digest != row["digest"] and not problems:
        problems = [Wrong(code="repacked", **render("repacked", kind="problems"))]
    async with ask.tx() as tx:
        said = [one.code for one in problems]
        await flows.note_check(tx, ask.actor, ask.clock, evidence_id=evidence_id, problems=said)
    return CheckOut(
        problems=problems,
        digest=found.digest,
        key_print=found.key_print,
        log_root=found.log_root,
        stamped_at=found.stamped_at,
        stamp_checked=found.stamp_checked,
    )


@router.post("/evidence/{evidence_id}/hand-over")
async def hand_over(evidence_id: UUID, body: HandEvidenceIn, ask: Exports) -> EvidenceOut:
    """Write down to whom the package was handed."""
    await flows.hand_over(ask.tx, ask.actor, ask.clock, evidence_id=evidence_id, said=body.model_dump())
    return await _again(ask, evidence_id)


@router.post("/evidence/{evidence_id}/receive", status_code=204)
async def receive(evidence_id: UUID, body: ReceiveEvidenceIn, ask: Receives) -> None:
    """Take the package over, after checking its digest."""
    await flows.receive(ask.tx, ask.actor, ask.clock, evidence_id=evidence_id, digest=body.digest)


@router.post("/evidence/{evidence_id}/release")
async def release(evidence_id: UUID, body: WhyIn, ask: Exports) -> EvidenceOut:
    """Let the recordings go that the package was cut from; the package stays."""
    await flows.release_hold(ask.tx, ask.actor, ask.clock, evidence_id=evidence_id, reason=body.reason)
    return await _again(ask, evidence_id)


@router.post("/evidence/{evidence_id}/again")
async def again(evidence_id: UUID, ask: Exports) -> EvidenceOut:
    """Try a failed package once more."""
    await flows.make_again(ask.tx, ask.actor, ask.clock, evidence_id=evidence_id)
    return await _again(ask, evidence_id)


@router.post("/evidence/{evidence_id}/remove")
async def remove(evidence_id: UUID, body: WhyIn, ask: Exports) -> EvidenceOut:
    """Delete the package: always by two people, so that this answers `approval_needed`."""
    await flows.remove_package(ask.tx, ask.actor, ask.clock, evidence_id=evidence_id, reason=body.reason)
    return await _again(ask, evidence_id)


async def _again(ask: Ask, evidence_id: UUID) -> EvidenceOut:
    return await view.whole(ask.tx, await flows.the_package(ask.tx, ask.actor, evidence_id))
