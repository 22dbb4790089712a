"""Routes of cameras' health: what is wrong now and was, with its picture; how a camera should look."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Response

from unjai.cameras.api.outside import Outside, outside
from unjai.cameras.api.registry import Reads
from unjai.cameras.api.streams import desk_of, looked
from unjai.cameras.flows.changes import the_camera
from unjai.cameras.flows.health import set_reference, the_evidence
from unjai.cameras.schemas.health import CameraHealthOut, ReferenceIn, ReferenceOut, TroubleOut
from unjai.cameras.store import health as store
from unjai.model.errors import UnjaiError, not_found
from unjai.model.ids import DeviceId
from unjai.platform.database import Tx
from unjai.platform.http import Ask, allowed

router = APIRouter(tags=["cameras"])
Watches = Annotated[Ask, allowed("camera.watch")]
_JPEG: dict[int | str, dict[str, Any]] = {200: {"content": {"image/jpeg": {}}}}
_PRIVATE = {"Cache-Control": "private, no-store", "Content-Encoding": "identity"}


def _trouble(row: dict[str, Any]) -> TroubleOut:
    return TroubleOut.model_validate({**row, "camera_id": row["device_id"]})


@router.get("/camera-troubles")
async def open_troubles(ask: Reads) -> list[TroubleOut]:
    """Return what is wrong with the station's cameras now."""
    return [_trouble(row) for row in await store.open_troubles(ask.tx, ask.actor.station)]


@router.get("/cameras/{camera_id}/health")
async def camera_health(camera_id: UUID, ask: Reads) -> CameraHealthOut:
    """Return a camera's references and its last hundred troubles."""
    await the_camera(ask.tx, ask.actor, camera_id)
    return await _health(ask.tx, camera_id)


async def _health(tx: Tx, camera_id: UUID) -> CameraHealthOut:
    references = await store.references_of(tx, camera_id)
    return CameraHealthOut(
        references=[ReferenceOut(id=row["id"], at=row["at"], by=row["by"]) for row in references],
        troubles=[_trouble(row) for row in await store.troubles_of(tx, camera_id)],
    )


@router.get("/cameras/{camera_id}/references/{camera_reference_id}", response_class=Response, responses=_JPEG)
async def reference(camera_id: UUID, camera_reference_id: UUID, ask: Watches) -> Response:
    """Return a reference picture."""
    await looked(ask, camera_id, "still")
    for row in await store.references_of(ask.tx, camera_id):
        if row["id"] == camera_reference_id:
            return Response(bytes(row["picture"]), media_type="image/jpeg", headers=_PRIVATE)
    raise not_found("camera_reference", camera_reference_id)


@router.post("/cameras/{camera_id}/references", status_code=201)
async def take_reference(
    camera_id: UUID, body: ReferenceIn, ask: Annotated[Outside, outside("camera.manage")]
) -> CameraHealthOut:
    """Say that the camera looks as it should just now; raise `camera_no_picture` (409) while it shows nothing."""
    async with ask.tx() as tx:
        station_id = (await the_camera(tx, ask.actor, camera_id))["station_id"]
    still = await desk_of(ask.request).still(station_id, DeviceId(camera_id))
    if still is None:
        raise UnjaiError("camera_no_picture", 409)
    async with ask.tx() as tx:
        await set_reference(tx, ask.actor, ask.clock, camera_id=camera_id, picture=still.jpeg, beside=body.beside)
        return await _health(tx, camera_id)


@router.get("/camera-troubles/{camera_trouble_id}/picture", response_class=Response, responses=_JPEG)
async def evidence(camera_trouble_id: UUID, ask: Watches) -> Response:
    """Return the picture that showed a trouble."""
    row = await store.trouble_of(ask.tx, camera_trouble_id)
    if row is not None and row["station_id"] in ask.actor.stations:
        await looked(ask, row["device_id"], "still")
    return Response(await the_evidence(ask.tx, ask.actor, camera_trouble_id), media_type="image/jpeg", headers=_PRIVATE)
