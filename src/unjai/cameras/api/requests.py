"""Routes of camera-angle requests: asked, taken on, pictures of before and after."""

from __future__ import annotations

import contextlib
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Response

from unjai.cameras import view
from unjai.cameras.api.outside import Outside, outside
from unjai.cameras.api.registry import FILE, Manages, Reads, media, received, sent
from unjai.cameras.api.streams import desk_of
from unjai.cameras.comparing import compared
from unjai.cameras.flows import requests
from unjai.cameras.rules.files import ENDINGS, PICTURES, media_type_of
from unjai.cameras.schemas.requests import MoveIn, RequestIn, RequestOut
from unjai.model.errors import UnjaiError
from unjai.model.ids import DeviceId

router = APIRouter(tags=["cameras"])
Asks = Annotated[Outside, outside("camera.manage")]


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
async def move(camera_request_id: UUID, body: MoveIn, ask: Asks) -> list[RequestOut]:
    """Take a request on: agreed, refused, turned, checked, withdrawn, asked again.

    Checked: how the camera looks after is from now on what its health is judged by.
    """
    reference = await _reference(ask, camera_request_id) if body.to == "checked" else None
    async with ask.tx() as tx:
        told = {**body.model_dump(), "reference": reference}
        await requests.move_request(tx, ask.actor, ask.clock, request_id=camera_request_id, **told)
        return await view.requests(tx, ask.actor)


async def _reference(ask: Outside, request_id: UUID) -> bytes | None:
    """Return the picture of after that came from the camera, else what it shows now, masked both; else nothing."""
    async with ask.tx() as tx:
        row = await requests.the_request(tx, ask.actor, request_id)
        taken = (await requests.newest_pictures(tx, request_id, taken=True)).get("after")
    if taken is not None:
        return await media(ask.request).read(taken)
    with contextlib.suppress(UnjaiError):  # nobody serves it: the next good picture will do
        still = await desk_of(ask.request).still(row["station_id"], DeviceId(row["device_id"]))
        return None if still is None else still.jpeg
    return None


@router.post("/camera-requests/{camera_request_id}/attachments", openapi_extra=FILE)
async def add_picture(
    camera_request_id: UUID,
    body: Annotated[bytes, received("camera.manage")],
    ask: Asks,
    what: Annotated[Literal["before", "after"], Query()] = "before",
) -> list[RequestOut]:
    """Keep what the camera saw before or after it was turned: the body is a JPEG or PNG."""
    async with ask.tx() as tx:
        await requests.the_request(tx, ask.actor, camera_request_id)
    media_type_of(body[:64], PICTURES)
    return await _kept(ask, camera_request_id, what, body, taken=False)


@router.post("/camera-requests/{camera_request_id}/still")
async def take_picture(
    camera_request_id: UUID, ask: Asks, what: Annotated[Literal["before", "after"], Query()] = "before"
) -> list[RequestOut]:
    """Keep what the camera shows just now, masked; raise `camera_request_no_still` (409) while it shows nothing."""
    async with ask.tx() as tx:
        row = await requests.the_request(tx, ask.actor, camera_request_id)
    still = await desk_of(ask.request).still(row["station_id"], DeviceId(row["device_id"]))
    if still is None:
        raise UnjaiError("camera_request_no_still", 409)
    return await _kept(ask, camera_request_id, what, still.jpeg, taken=True)


async def _kept(ask: Outside, request_id: UUID, what: str, body: bytes, *, taken: bool) -> list[RequestOut]:
    """Keep a picture; where there are two now, say how they compare."""
    stored = await media(ask.request).put(body)
    async with ask.tx() as tx:
        digests = await requests.add_picture(
            tx, ask.actor, ask.clock, request_id=request_id, what=what, head=body[:64], stored=stored, taken=taken
        )
    if {"before", "after"} <= digests.keys():
        pictures = [await media(ask.request).read(digests[one]) for one in ("before", "after")]
        judged = await compared(*pictures)
        async with ask.tx() as tx:
            await requests.judge_pictures(tx, ask.actor, request_id=request_id, digests=digests, judged=judged)
    async with ask.tx() as tx:
        return await view.requests(tx, ask.actor)


@router.get("/camera-pictures/{camera_picture_id}", response_class=Response)
async def picture(camera_picture_id: UUID, ask: Manages) -> Response:
    """Return a picture of before or after."""
    row = await requests.the_picture(ask.tx, ask.actor, camera_picture_id)
    name = f"{row['what']}.{ENDINGS[row['media_type']]}"
    return sent(await media(ask.request).read(row["digest"]), row["media_type"], name)
