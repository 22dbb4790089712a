"""Everything of a kind as features, as an export writes it: importing it again changes nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import msgspec

from unjai.model.actor import Actor
from unjai.model.ids import StationId
from unjai.platform.database import Tx
from unjai.territory import store
from unjai.territory.rules.geojson import Feature
from unjai.territory.rules.secrets import shown
from unjai.territory.store.reads import STREET_COLUMNS

_CAMERA = ("heading_deg", "fov_deg", "range_m")


def _point(lon: float | None, lat: float | None) -> dict[str, Any] | None:
    return None if lon is None or lat is None else {"type": "Point", "coordinates": [lon, lat]}


def _numbered(rows: list[tuple[Mapping[str, Any], Mapping[str, Any] | None]]) -> list[Feature]:
    return [
        Feature(row=row, properties=properties, geometry=geometry) for row, (properties, geometry) in enumerate(rows, 1)
    ]


async def devices(tx: Tx, actor: Actor, *, station_id: StationId) -> list[Feature]:
    """List devices without what is secret in their settings."""
    actor.must("device.read")
    rows: list[tuple[Mapping[str, Any], Mapping[str, Any] | None]] = []
    for one in await store.devices_of(tx, station_id):
        settings = dict(shown(one.settings))
        looks = {name: settings.pop(name, None) for name in _CAMERA} if one.kind == "camera" else {}
        properties = {
            "key": one.key,
            "kind": one.kind,
            "name_th": one.name_th,
            "name_en": one.name_en,
            "owner_kind": one.owner_kind,
            "owner_name": one.owner_name,
            "silent_after_s": one.silent_after_s,
            "installed_on": None if one.installed_on is None else one.installed_on.isoformat(),
            **looks,
            "settings": settings or None,
        }
        rows.append((properties, _point(one.lon, one.lat)))
    return _numbered(rows)


async def places(tx: Tx, actor: Actor, *, station_id: StationId) -> list[Feature]:
    """List places."""
    actor.must("zone.read")
    names = ("code", "name_th", "name_en", "kind", "phone", "house_no")
    found = await store.places_of(tx, station_id)
    return _numbered([({name: getattr(one, name) for name in names}, _point(one.lon, one.lat)) for one in found])


async def communities(tx: Tx, actor: Actor, *, station_id: StationId) -> list[Feature]:
    """List communities: with their border where it is known, else their point."""
    actor.must("zone.read")
    zones = {zone.id: zone.code for zone in await store.zones_of(tx, station_id)}
    rows: list[tuple[Mapping[str, Any], Mapping[str, Any] | None]] = []
    for one in await store.communities_of(tx, station_id):
        properties = {
            "code": one.code,
            "name_th": one.name_th,
            "name_en": one.name_en,
            "zone": zones.get(one.zone_id, "") if one.zone_id is not None else "",
            "households": one.households,
            "population": one.population,
        }
        rows.append((properties, one.geometry or _point(one.lon, one.lat)))
    return _numbered(rows)


async def streets(tx: Tx, actor: Actor, *, station_id: StationId) -> list[Feature]:
    """List the edges of the street graph with their nodes, so that an import joins them as they are joined now."""
    actor.must("zone.read")
    text = await store.streets_text(tx, station_id)

    def read() -> list[Feature]:
        rows: list[tuple[Mapping[str, Any], Mapping[str, Any] | None]] = []
        for *values, line in msgspec.json.decode(text):
            said = dict(zip(STREET_COLUMNS, values, strict=True))
            properties = {
                "id": said["key"],
                "name_th": said["name_th"],
                "name_en": said["name_en"],
                "class": said["class"],
                "oneway": said["oneway"],
                "lit": said["lit"],
                "length_m": said["length_m"],
                "u": said["node_a"],
                "v": said["node_b"],
            }
            rows.append((properties, {"type": "LineString", "coordinates": line}))
        return _numbered(rows)

    return await asyncio.to_thread(read)


async def zones(tx: Tx, actor: Actor, *, station_id: StationId) -> list[Feature]:
    """List zones, then their sub-zones."""
    actor.must("zone.read")
    rows: list[tuple[Mapping[str, Any], Mapping[str, Any] | None]] = []
    codes = {}
    for zone in await store.zones_of(tx, station_id):
        codes[zone.id] = zone.code
        properties = {
            "code": zone.code,
            "name_th": zone.name_th,
            "name_en": zone.name_en,
            "kind": "zone",
            "zone": "",
            "phase": zone.phase,
            "declared_area_m2": zone.declared_area_m2,
            "started_on": None if zone.started_on is None else zone.started_on.isoformat(),
            "reason_th": "",
            "fictional": zone.fictional,
        }
        rows.append((properties, zone.geometry))
    for one in await store.subzones_of(tx, station_id):
        properties = {
            "code": one.code,
            "name_th": one.name_th,
            "name_en": one.name_en,
            "kind": one.kind,
            "zone": codes[one.zone_id],
            "reason_th": one.reason_th,
        }
        rows.append((properties, one.geometry))
    return _numbered(rows)


async def land(tx: Tx, actor: Actor, *, station_id: StationId) -> list[Feature]:
    """List what is drawn under the streets."""
    actor.must("zone.read")
    names = ("code", "name_th", "name_en", "kind")
    found = await store.land_of(tx, station_id)
    return _numbered([({name: getattr(one, name) for name in names}, one.geometry) for one in found])
