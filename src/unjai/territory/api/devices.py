"""The routes of one device's administration: its kinds, making it, whom to call."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter

from unjai.model.errors import not_found
from unjai.model.ids import DeviceId
from unjai.platform.http import Ask, allowed
from unjai.territory.device_kinds import DEVICE_KINDS
from unjai.territory.flows.new_device import add_device, set_contact
from unjai.territory.schemas.devices import ContactIn, ContactOut, DeviceIn, DeviceKindOut
from unjai.territory.schemas.things import DeviceOut
from unjai.territory.store import device_of
from unjai.territory.store.contacts import contact_of

router = APIRouter(tags=["territory"])

QUIET = frozenset({"phone", "tracker", "hook", "citizen_door"})
"""Kinds without a heartbeat (the picture's own list; a test holds them equal)."""


@router.get("/device-kinds")
async def device_kinds(ask: Annotated[Ask, allowed("device.read")]) -> list[DeviceKindOut]:
    """Return the kinds of devices with what a new one starts with."""
    del ask
    return [
        DeviceKindOut(
            kind=one.kind,
            th=one.th,
            en=one.en,
            fixed=one.fixed,
            silent_after_s=one.silent_after_s,
            quiet=one.kind in QUIET,
            schema_=None if one.settings is None else one.settings.model_json_schema(),
        )
        for one in DEVICE_KINDS.values()
    ]


@router.post("/devices", status_code=201)
async def make_device(body: DeviceIn, ask: Annotated[Ask, allowed("device.admin")]) -> DeviceOut:
    """Make a device; its secret is issued apart."""
    given = body.model_dump(exclude={"contact"})
    made = await add_device(ask.tx, ask.actor, ask.clock, **given)
    if body.contact is not None:
        await set_contact(ask.tx, ask.actor, ask.clock, device_id=made.id, **body.contact.model_dump())
    return DeviceOut.model_validate(made)


@router.get("/devices/{device_id}/contact")
async def contact(device_id: UUID, ask: Annotated[Ask, allowed("device.contact")]) -> ContactOut:
    """Return whom to call about a device; empty where nobody was named."""
    if await device_of(ask.tx, DeviceId(device_id)) is None:
        raise not_found("device", device_id)
    row = await contact_of(ask.tx, DeviceId(device_id)) or {"name": "", "phone": "", "note": ""}
    return ContactOut(name=row["name"], phone=row["phone"], note=row["note"])


@router.put("/devices/{device_id}/contact")
async def change_contact(device_id: UUID, body: ContactIn, ask: Annotated[Ask, allowed("device.admin")]) -> ContactOut:
    """Say whom to call about a device."""
    await set_contact(ask.tx, ask.actor, ask.clock, device_id=DeviceId(device_id), **body.model_dump())
    return ContactOut(**body.model_dump())
