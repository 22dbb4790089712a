"""Which cameras are asked what they say by themselves."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import select

from unjai.cameras.store.reads import streams
from unjai.cameras.store.tables import camera
from unjai.model.ids import DeviceId, StationId
from unjai.people.vault import Vault
from unjai.platform.database import Tx
from unjai.territory.store import device

SETTING = "onvif_events"
"""Where a camera's device says that it is to be asked."""


@dataclass(frozen=True, kw_only=True, slots=True)
class EventSource:
    """A camera that is asked what it says by itself (ONVIF events)."""

    camera_id: DeviceId
    station_id: StationId
    key: str
    url: str
    profile: str
    username: str | None
    password: str | None = field(repr=False)


async def event_sources(tx: Tx, vault: Vault | None = None, on: date | None = None) -> list[EventSource]:
    """Return the cameras in scope that are served (`Stream.enabled`), have an ONVIF address and are to be asked."""
    wanted = (device.c.kind == "camera", device.c.settings[SETTING].as_string() == "true", camera.c.onvif_url != "")
    query = select(device.c.id, camera.c.onvif_url, camera.c.onvif_profile)
    rows = await tx.all(query.join(camera, camera.c.device_id == device.c.id).where(*wanted))
    asked = {row["id"]: row for row in rows}
    if not asked:
        return []
    return [
        EventSource(
            camera_id=one.camera_id,
            station_id=one.station_id,
            key=one.key,
            url=asked[one.camera_id]["onvif_url"],
            profile=asked[one.camera_id]["onvif_profile"],
            username=one.username,
            password=one.password,
        )
        for one in await streams(tx, vault, on)
        if one.enabled and one.camera_id in asked
    ]
