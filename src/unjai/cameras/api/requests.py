"""Routes of camera-angle requests: asked, taken on, pictures of before and after."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Response

from unjai.cameras import view
from unjai.cameras.api.registry import FILE, Manages, Reads, media, received, sent
from unjai.cameras.flows import requests
from unjai.cameras.rules.files import ENDINGS, PICTURES, media_type_of
from unjai.cameras.schemas.requests import MoveIn, RequestIn, RequestOut

router = APIRouter(tags=["cameras"])


@router.get("/camera-requests")
async def list_requests(ask: Reads, camera_id: UUID | None = None) -> list[RequestOut]:
    """Return angle requests, those that wait for somebody first."""
    return await view.requests(ask.tx, ask.actor, camera_id)


@router.post("/cameras/{camera_id}/requests", status_code=201)
async def ask_owner(camera_id: UUID, body: RequestIn, ask: Manages) -> list[RequestOut]:
    """Ask an owner to turn a camera."""
    await requests.ask_owner(ask.tx, ask.actor, ask.clock, camera_id=camera_id, **body.model_dump())
    return await view.requests(ask.tx, ask.actor)


@router.post("/camera-requests/{camera_request_id}/move")
async def move(camera_request_id: UUID, body: MoveIn, ask: Manages) -> list[RequestOut]:
    """Take a request on: agreed, refused, turned, checked, withdrawn, asked again."""
    await requests.move_request(ask.tx, ask.actor, ask.clock, request_id=camera_request_id, **body.model_dump())
    return await view.requests(ask.tx, ask.actor)


@router.post("/camera-requests/{camera_request_id}/attachments", openapi_extra=FILE)
async def add_picture(
    camera_request_id: UUID,
    body: Annotated[bytes, received("camera.manage")],
    ask: Manages,
    what: Annotated[Literal["before", "after"], Query()] = "before",
) -> list[RequestOut]:
    """Keep what the camera saw before or after it was turned: the body is a JPEG or PNG."""
    await requests.the_request(ask.tx, ask.actor, camera_request_id)
    media_type_of(body[:64], PICTURES)
    stored = await media(ask.request).put(body)
    await requests.add_picture(
        ask.tx, ask.actor, ask.clock, request_id=camera_request_id, what=what, head=body[:64], stored=stored
    )
    return await view.requests(ask.tx, ask.actor)


@router.get("/camera-pictures/{camera_picture_id}", response_class=Response)
async def picture(camera_picture_id: UUID, ask: Manages) -> Response:
    """Return a picture of before or after."""
    row = await requests.the_picture(ask.tx, ask.actor, camera_picture_id)
    name = f"{row['what']}.{ENDINGS[row['media_type']]}"
    return sent(await media(ask.request).read(row["digest"]), row["media_type"], name)
