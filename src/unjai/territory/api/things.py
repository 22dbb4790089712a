"""The routes of territory: what is where, found by name or by point, imported from map files."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response

from unjai.model.geometry import point
from unjai.model.ids import DeviceId
from unjai.platform.http import PUBLIC, Ask, actor_of, allowed
from unjai.platform.i18n import render
from unjai.territory import facts, flows, store
from unjai.territory.flows import ImportReport
from unjai.territory.records import Zone
from unjai.territory.rules.sheet import RowNote
from unjai.territory.schemas.things import (
    AddressOut,
    CommunityOut,
    DeviceChange,
    DeviceDisable,
    DeviceOut,
    HitOut,
    ImportOut,
    KindOut,
    LandOut,
    OrgUnitOut,
    PlaceOut,
    Removed,
    RowNoteOut,
    SubZoneOut,
    TerritoryOut,
    ZoneOut,
)
from unjai.territory.view import territory_of

router = APIRouter(tags=["territory"])

_NOTES = 1000
_GEOJSON: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "application/geo+json": {"schema": {"type": "object"}},
            "application/json": {"schema": {"type": "object"}},
        },
    }
}

Reader = Annotated[Ask, allowed("zone.read")]
Admin = Annotated[Ask, allowed("zone.admin")]
DeviceReader = Annotated[Ask, allowed("device.read")]
DeviceAdmin = Annotated[Ask, allowed("device.admin")]


def _body(right: str) -> Any:
    """Return the dependency that reads a file whole before a transaction opens: a slow upload holds no connection."""

    async def body(request: Request) -> bytes:
        await actor_of(request, right)
        return await request.body()

    return Depends(body)


ZoneFile = Annotated[bytes, _body("zone.admin")]
DeviceFile = Annotated[bytes, _body("device.admin")]


@router.get("/zone")
async def zone(ask: Reader) -> TerritoryOut:
    """Return the station, its zone with sub-zones, communities, places and land."""
    view = await territory_of(ask.tx, ask.actor.station)
    zones = [_zone(item) for item in view.zones]
    return TerritoryOut(
        version=view.version,
        station=OrgUnitOut.model_validate(view.station),
        zone=zones[0] if zones else None,
        other_zones=zones[1:],
        subzones=[SubZoneOut.model_validate(item) for item in view.subzones],
        communities=[CommunityOut.model_validate(item) for item in view.communities],
        places=[PlaceOut.model_validate(item) for item in view.places],
        land=[LandOut.model_validate(item) for item in view.land],
    )


def _zone(item: Zone) -> ZoneOut:
    names = [name for name in ZoneOut.model_fields if name != "centre"]
    return ZoneOut(**{name: getattr(item, name) for name in names}, centre=(item.lon, item.lat))


@router.get("/streets", response_class=Response, responses={200: {"content": {"application/geo+json": {}}}})
async def streets(ask: Annotated[Ask, allowed(PUBLIC)]) -> Response:
    """Return the streets as GeoJSON lines; 304 where the screen has them already (ETag)."""
    view = await territory_of(ask.tx, ask.actor.station)
    body, etag = await asyncio.to_thread(lambda: view.streets_body)
    headers = {"ETag": etag, "Cache-Control": "private, no-cache", "Vary": "Cookie"}
    known = [item.strip().removeprefix("W/") for item in ask.request.headers.get("if-none-match", "").split(",")]
    if etag in known:
        return Response(status_code=304, headers=headers)
    return Response(body, media_type="application/geo+json", headers=headers)


@router.get("/devices")
async def devices(ask: DeviceReader) -> list[DeviceOut]:
    """Return all devices without their live state, disabled ones too."""
    view = await territory_of(ask.tx, ask.actor.station)
    return [DeviceOut.model_validate(item) for item in view.devices]


@router.get("/search")
async def search(
    ask: Reader, q: Annotated[str, Query(max_length=200)] = "", limit: Annotated[int, Query(ge=1, le=100)] = 20
) -> list[HitOut]:
    """Find places, streets, communities and (for who may read them) devices by name."""
    view = await territory_of(ask.tx, ask.actor.station)
    hits = await asyncio.to_thread(view.search, q, limit if ask.actor.may("device.read") else limit * 4)
    seen = [hit for hit in hits if hit.type != "device" or ask.actor.may("device.read")]
    return [HitOut.model_validate(hit) for hit in seen[:limit]]


@router.get("/address")
async def address(ask: Reader, lon: float, lat: float) -> AddressOut:
    """Return where a point is, in words."""
    view = await territory_of(ask.tx, ask.actor.station)
    return AddressOut.model_validate(view.address_of(point(lon, lat)))


@router.get("/org")
async def org(ask: Reader, parent: int | None = None) -> list[OrgUnitOut]:
    """Return the police units right below `parent`; without it the headquarters."""
    return [OrgUnitOut.model_validate(item) for item in await store.org_children(ask.tx, parent)]


@router.get("/kinds")
async def kinds(ask: Reader) -> dict[Literal["places", "owners"], list[KindOut]]:
    """Return the kinds of places and of owners, for forms."""
    del ask
    return {
        "places": [KindOut.model_validate(item) for item in facts.place_kinds().values()],
        "owners": [KindOut.model_validate(item) for item in facts.owner_kinds().values()],
    }


# ── imports ────────────────────────────────────────────────────────────────────────────────────────


@router.post("/import/zones", openapi_extra=_GEOJSON)
async def import_zones(body: ZoneFile, ask: Admin, *, dry_run: bool = False) -> ImportOut:
    """Import zones and sub-zones from GeoJSON."""
    report = await flows.import_zones(
        ask.tx, ask.actor, ask.clock, station_id=ask.actor.station, body=body, dry_run=dry_run
    )
    return report_out(report)


@router.post("/import/communities", openapi_extra=_GEOJSON)
async def import_communities(body: ZoneFile, ask: Admin, *, dry_run: bool = False) -> ImportOut:
    """Import communities from GeoJSON."""
    report = await flows.import_communities(
        ask.tx, ask.actor, ask.clock, station_id=ask.actor.station, body=body, dry_run=dry_run
    )
    return report_out(report)


@router.post("/import/places", openapi_extra=_GEOJSON)
async def import_places(body: ZoneFile, ask: Admin, *, dry_run: bool = False) -> ImportOut:
    """Import places from GeoJSON."""
    report = await flows.import_places(
        ask.tx, ask.actor, ask.clock, station_id=ask.actor.station, body=body, dry_run=dry_run
    )
    return report_out(report)


@router.post("/import/land", openapi_extra=_GEOJSON)
async def import_land(body: ZoneFile, ask: Admin, *, dry_run: bool = False) -> ImportOut:
    """Import water, parks, compounds, markets and fields from GeoJSON."""
    report = await flows.import_land(
        ask.tx, ask.actor, ask.clock, station_id=ask.actor.station, body=body, dry_run=dry_run
    )
    return report_out(report)


@router.post("/import/streets", openapi_extra=_GEOJSON)
async def import_streets(body: ZoneFile, ask: Admin, *, dry_run: bool = False, replace: bool = False) -> ImportOut:
    """Import streets from GeoJSON lines or a road graph; `replace` removes those that the file does not name."""
    report = await flows.import_streets(
        ask.tx,
        ask.actor,
        ask.clock,
        station_id=ask.actor.station,
        body=body,
        dry_run=dry_run,
        replace=replace,
    )
    return report_out(report)


@router.post("/import/devices", openapi_extra=_GEOJSON)
async def import_devices(body: DeviceFile, ask: DeviceAdmin, *, dry_run: bool = False) -> ImportOut:
    """Import devices from GeoJSON."""
    report = await flows.import_devices(
        ask.tx, ask.actor, ask.clock, station_id=ask.actor.station, body=body, dry_run=dry_run
    )
    return report_out(report)


def report_out(report: ImportReport) -> ImportOut:
    """Return a report with its texts, a thousand remarks of each sort at most."""
    left_off = max(len(report.refused) - _NOTES, 0) + max(len(report.warnings) - _NOTES, 0)
    return ImportOut(
        total=report.total,
        accepted=report.accepted,
        added=report.added,
        updated=report.updated,
        unchanged=report.unchanged,
        removed=report.removed,
        refused_count=len(report.refused),
        refused=_notes(report.refused),
        warnings=_notes(report.warnings),
        notes_left_off=left_off,
        version=report.version,
        dry_run=report.dry_run,
    )


def _notes(notes: Sequence[RowNote]) -> list[RowNoteOut]:
    return [
        RowNoteOut(row=note.row, key=note.key, code=note.code, facts=dict(note.facts), **render(note.code, note.facts))
        for note in notes[:_NOTES]
    ]


# ── single things ──────────────────────────────────────────────────────────────────────────────────


@router.post("/devices/{device_id}/disable")
async def disable_device(ask: DeviceAdmin, device_id: UUID, body: DeviceDisable) -> DeviceOut:
    """Shut a device out, or let it in again."""
    found = await flows.disable_device(
        ask.tx, ask.actor, ask.clock, device_id=DeviceId(device_id), disabled=body.disabled
    )
    return DeviceOut.model_validate(found)


@router.patch("/devices/{device_id}")
async def change_device(ask: DeviceAdmin, device_id: UUID, body: DeviceChange) -> DeviceOut:
    """Change what is known of a device."""
    changes = body.model_dump(exclude_unset=True)
    found = await flows.change_device(ask.tx, ask.actor, ask.clock, device_id=DeviceId(device_id), changes=changes)
    return DeviceOut.model_validate(found)


@router.delete("/devices/{device_id}")
async def remove_device(ask: DeviceAdmin, device_id: UUID) -> Removed:
    """Delete a device."""
    version = await flows.remove_device(ask.tx, ask.actor, ask.clock, device_id=DeviceId(device_id))
    return Removed(version=version)


@router.delete("/territory/{thing}/{key}")
async def remove_thing(
    ask: Admin, thing: Literal["zone", "subzone", "community", "place", "land"], key: UUID
) -> Removed:
    """Delete a zone (with its sub-zones), sub-zone, community, place or piece of land."""
    version = await flows.remove_thing(ask.tx, ask.actor, ask.clock, station_id=ask.actor.station, thing=thing, key=key)
    return Removed(version=version)
