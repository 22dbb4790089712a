"""Whether there is anything to serve: asked often, so it reads no more than it must."""

from __future__ import annotations

from sqlalchemy import exists, or_, select

from unjai.cameras.store.tables import camera, camera_source
from unjai.platform.database import Tx
from unjai.territory.store import device


async def anything_to_serve(tx: Tx) -> bool:
    """Tell whether any camera in scope is in use and has an address, its own or by its source."""
    addressed = or_(
        camera.c.main_url != "",
        exists().where(camera_source.c.id == camera.c.source_id, camera_source.c.main_template != ""),
    )
    some = select(camera.c.device_id).join(device, device.c.id == camera.c.device_id)
    return bool(await tx.scalar(select(exists(some.where(camera.c.state == "working", ~device.c.disabled, addressed)))))
