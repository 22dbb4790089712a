"""Routes of the register: cameras, points, sources, consents, what is seen of the streets."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response

from unjai.cameras import view
from unjai.cameras.flows import consents, parts, registry
from unjai.cameras.flows.changes import the_camera
from unjai.cameras.flows.sight import sight_of
from unjai.cameras.notice import notice_sheet
from unjai.cameras.rules.files import FILE_MOST, PAPERS, media_type_of
from unjai.cameras.schemas.registry import (
    CameraChange,
    CameraIn,
    CameraOut,
    ConsentChange,
    ConsentIn,
    ConsentOut,
    PointIn,
    PointOut,
    SeenOut,
    SourceIn,
    SourceOut,
)
from unjai.cameras.secrets import vault_of
from unjai.cameras.store import reads
from unjai.people.vault import Vault
from unjai.platform.http import Ask, actor_of, allowed
from unjai.platform.media import Media

router = APIRouter(tags=["cameras"])

Reads = Annotated[Ask, allowed("camera.read")]
Manages = Annotated[Ask, allowed("camera.manage")]

FILE: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}


def vault(ask: Ask) -> Vault:
    """Return where this centre's logins of cameras are sealed."""
    return vault_of(ask.request.app.state.ground.data)


def media(request: Request) -> Media:
    """Return where this centre's files lie."""
    return Media(request.app.state.ground.data)


def received(right: str) -> Any:
    """Return the dependency that takes a file in before any transaction begins, from whoever holds `right` alone."""

    async def take(request: Request) -> bytes:
        await actor_of(request, right)
        return await media(request).receive(request.stream(), most_bytes=FILE_MOST)

    return Depends(take)


def sent(body: bytes, media_type: str, name: str) -> Response:
    """Return a file so that no browser takes it for anything else."""
    headers = {
        "Content-Disposition": f"inline; filename*=UTF-8''{quote(name)}",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Cache-Control": "private, no-store",
    }
    return Response(body, media_type=media_type, headers=headers)


# ── cameras ────────────────────────────────────────────────────────────────────────────────────────


@router.get("/cameras")
async def list_cameras(ask: Reads) -> list[CameraOut]:
    """Return every camera of the station: planned, working and retired, registered or only imported."""
    return await view.cameras(ask.tx, ask.actor, ask.clock)


@router.post("/cameras", status_code=201)
async def add_camera(body: CameraIn, ask: Manages) -> CameraOut:
    """Make a camera."""
    said = {name: value for name, value in body.said().items() if name not in {"key", "lon", "lat"}}
    camera_id = await registry.add_camera(
        ask.tx, ask.actor, ask.clock, vault(ask), key=body.key, lon=body.lon, lat=body.lat, said=said
    )
    return await view.one_camera(ask.tx, ask.actor, ask.clock, camera_id)


@router.get("/cameras/{camera_id}")
async def one_camera(camera_id: UUID, ask: Reads) -> CameraOut:
    """Return one camera."""
    return await view.one_camera(ask.tx, ask.actor, ask.clock, camera_id)


@router.patch("/cameras/{camera_id}")
async def change_camera(camera_id: UUID, body: CameraChange, ask: Manages) -> CameraOut:
    """Change what is told of a camera; what is left out stays."""
    await registry.change_camera(ask.tx, ask.actor, ask.clock, vault(ask), camera_id=camera_id, said=body.said())
    return await view.one_camera(ask.tx, ask.actor, ask.clock, camera_id)


@router.get("/cameras/{camera_id}/notice.pdf", response_class=Response)
async def notice(camera_id: UUID, ask: Manages) -> Response:
    """Return the notice to hang beside a camera: A4, Thai and English."""
    row = await the_camera(ask.tx, ask.actor, camera_id)
    body = await notice_sheet(ask.tx, row, now=ask.clock.now())
    return sent(body, "application/pdf", f"notice-{row['key']}.pdf")


# ── consents ───────────────────────────────────────────────────────────────────────────────────────


@router.get("/cameras/{camera_id}/consents")
async def list_consents(camera_id: UUID, ask: Manages) -> list[ConsentOut]:
    """Return all consents of a camera's owner, the newest first."""
    await the_camera(ask.tx, ask.actor, camera_id)
    return [ConsentOut.model_validate(row) for row in await reads.consents_of(ask.tx, camera_id)]


@router.post("/cameras/{camera_id}/consents", status_code=201)
async def add_consent(camera_id: UUID, body: ConsentIn, ask: Manages) -> list[ConsentOut]:
    """Note a consent."""
    await consents.add_consent(ask.tx, ask.actor, ask.clock, camera_id=camera_id, said=body.model_dump())
    return await list_consents(camera_id, ask)


@router.patch("/camera-consents/{camera_consent_id}")
async def change_consent(camera_consent_id: UUID, body: ConsentChange, ask: Manages) -> list[ConsentOut]:
    """Mend a consent, or end it by its last day."""
    told = body.model_dump(exclude_unset=True)
    said = {name: value for name, value in told.items() if value is not None or name == "until_on"}
    camera_id = await consents.change_consent(ask.tx, ask.actor, ask.clock, consent_id=camera_consent_id, said=said)
    return await list_consents(camera_id, ask)


@router.post("/camera-consents/{camera_consent_id}/attachments", openapi_extra=FILE)
async def attach_consent(
    camera_consent_id: UUID,
    body: Annotated[bytes, received("camera.manage")],
    ask: Manages,
    name: Annotated[str, Query(max_length=300)] = "",
) -> list[ConsentOut]:
    """Keep the paper itself: the body is the file, a PDF or photograph of at most 25 MB."""
    await consents.the_consent(ask.tx, ask.actor, camera_consent_id)
    media_type_of(body[:64], PAPERS)
    stored = await media(ask.request).put(body)
    camera_id = await consents.attach_consent(
        ask.tx, ask.actor, ask.clock, consent_id=camera_consent_id, name=name, head=body[:64], stored=stored
    )
    return await list_consents(camera_id, ask)


@router.get("/camera-consents/{camera_consent_id}/file", response_class=Response)
async def consent_file(camera_consent_id: UUID, ask: Manages) -> Response:
    """Return the paper; the look is on the log."""
    row = await consents.read_consent(ask.tx, ask.actor, ask.clock, consent_id=camera_consent_id)
    return sent(await media(ask.request).read(row["digest"]), row["media_type"], row["file_name"])


# ── points and sources ─────────────────────────────────────────────────────────────────────────────


@router.get("/camera-points")
async def list_points(ask: Reads) -> list[PointOut]:
    """Return the station's points."""
    return [PointOut.model_validate(row) for row in await reads.points_of(ask.tx, ask.actor.station)]


@router.post("/camera-points", status_code=201)
async def add_point(body: PointIn, ask: Manages) -> list[PointOut]:
    """Make a point."""
    await parts.add_point(ask.tx, ask.actor, ask.clock, said=body.model_dump())
    return await list_points(ask)


@router.put("/camera-points/{camera_point_id}")
async def change_point(camera_point_id: UUID, body: PointIn, ask: Manages) -> list[PointOut]:
    """Change a point."""
    await parts.change_point(ask.tx, ask.actor, ask.clock, point_id=camera_point_id, said=body.model_dump())
    return await list_points(ask)


@router.delete("/camera-points/{camera_point_id}")
async def remove_point(camera_point_id: UUID, ask: Manages) -> list[PointOut]:
    """Remove a point; its cameras stay."""
    await parts.remove_point(ask.tx, ask.actor, ask.clock, point_id=camera_point_id)
    return await list_points(ask)


@router.get("/camera-sources")
async def list_sources(ask: Reads) -> list[SourceOut]:
    """Return the station's sources."""
    return await view.sources(ask.tx, ask.actor)


@router.post("/camera-sources", status_code=201)
async def add_source(body: SourceIn, ask: Manages) -> list[SourceOut]:
    """Make a source."""
    await parts.add_source(ask.tx, ask.actor, ask.clock, vault(ask), said=body.model_dump())
    return await view.sources(ask.tx, ask.actor)


@router.put("/camera-sources/{camera_source_id}")
async def change_source(camera_source_id: UUID, body: SourceIn, ask: Manages) -> list[SourceOut]:
    """Change a source; a login that is left out stays."""
    await parts.change_source(
        ask.tx, ask.actor, ask.clock, vault(ask), source_id=camera_source_id, said=body.model_dump()
    )
    return await view.sources(ask.tx, ask.actor)


@router.delete("/camera-sources/{camera_source_id}")
async def remove_source(camera_source_id: UUID, ask: Manages) -> list[SourceOut]:
    """Remove a source that no camera hangs on."""
    await parts.remove_source(ask.tx, ask.actor, ask.clock, source_id=camera_source_id)
    return await view.sources(ask.tx, ask.actor)


# ── what is seen ───────────────────────────────────────────────────────────────────────────────────


@router.get("/cameras-seen")
async def seen(ask: Reads, *, planned: bool = False) -> SeenOut:
    """Return what working cameras see of the zone's streets by day and by night; `planned`: as if those stood too."""
    now = ask.clock.now()
    return view.seen(await sight_of(ask.tx, ask.actor, station_id=ask.actor.station, planned=planned, now=now))
