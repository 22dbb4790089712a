"""A station's territory in memory: read once, asked many times, made anew when something changed."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal
from uuid import UUID

import msgspec
import shapely

from unjai.model.errors import not_found
from unjai.model.geometry import Point, distance_m
from unjai.model.ids import DeviceId, StationId
from unjai.platform.database import Tx
from unjai.territory import store
from unjai.territory.address import Address, AddressBook
from unjai.territory.records import Community, Device, Land, OrgUnit, Place, SubZone, Zone
from unjai.territory.rules.shapes import shape_of
from unjai.territory.search import Finder, Hit
from unjai.territory.streets import ACCESS_MPS, Edge, StreetGraph, UnitKind, Way, speed_mps
from unjai.territory.streets.plane import Plane

__all__ = ["Address", "Hit", "Reach", "TerritoryView", "forget", "known_territory", "territory_of"]

_ON_THE_SPOT_M = 40.0
_OFF_STREET_M = 300.0
_DETOUR = 1.4
"""Roads are about so much longer than the air line in towns; used only where no road is known, and then said."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Reach:
    """How far a unit is: `straight` is a guess from the air line, for want of a known road."""

    road_m: float
    eta_s: float
    how: Literal["road", "straight"]


@dataclass(frozen=True, kw_only=True)
class TerritoryView:
    """What is where at one station. Immutable; `stamp` names the state it was read at."""

    station_id: StationId
    version: int
    stamp: UUID | None
    station: OrgUnit
    zones: tuple[Zone, ...]
    subzones: tuple[SubZone, ...]
    communities: tuple[Community, ...]
    places: tuple[Place, ...]
    land: tuple[Land, ...]
    devices: tuple[Device, ...]
    graph: StreetGraph

    @property
    def zone(self) -> Zone | None:
        """Return the station's first zone by code; None before one was imported."""
        return self.zones[0] if self.zones else None

    @cached_property
    def centre(self) -> Point | None:
        """Return where a map of the station should look first."""
        if self.zone is not None:
            return Point(lon=self.zone.lon, lat=self.zone.lat)
        if self.station.point is not None or not self.graph.edge_count:
            return self.station.point
        west, south, east, north = self.graph.bounds
        return Point(lon=(west + east) / 2, lat=(south + north) / 2)

    # ── inside what ────────────────────────────────────────────────────────────────────────────────

    @cached_property
    def _zone_shapes(self) -> tuple[shapely.Geometry, ...]:
        return tuple(shape_of(zone.geometry) for zone in self.zones)

    @cached_property
    def _subzone_shapes(self) -> tuple[tuple[SubZone, shapely.Geometry], ...]:
        return tuple((subzone, shape_of(subzone.geometry)) for subzone in self.subzones)

    @cached_property
    def _community_shapes(self) -> tuple[tuple[Community, shapely.Geometry], ...]:
        return tuple((item, shape_of(item.geometry)) for item in self.communities if item.geometry is not None)

    def inside_zone(self, point: Point) -> bool:
        """Tell whether a point lies in (or on the border of) one of the station's zones."""
        return any(shape.covers(shapely.Point(point.lon, point.lat)) for shape in self._zone_shapes)

    def subzones_at(self, point: Point) -> tuple[SubZone, ...]:
        """Return the sub-zones that hold a point."""
        at = shapely.Point(point.lon, point.lat)
        return tuple(subzone for subzone, shape in self._subzone_shapes if shape.covers(at))

    def community_at(self, point: Point) -> Community | None:
        """Return the community whose border holds a point."""
        at = shapely.Point(point.lon, point.lat)
        return next((item for item, shape in self._community_shapes if shape.covers(at)), None)

    # ── words ──────────────────────────────────────────────────────────────────────────────────────

    @cached_property
    def _address_book(self) -> AddressBook:
        centre = self.centre or Point(lon=100.5, lat=13.75)
        return AddressBook(self.graph, self.places, Plane(lon=centre.lon, lat=centre.lat))

    def address_of(self, point: Point) -> Address:
        """Return where a point is, in Thai and English words."""
        community = self.community_at(point)
        return self._address_book.look_up(point, inside_zone=self.inside_zone(point), community=community)

    @cached_property
    def _finder(self) -> Finder:
        return Finder(self.graph, self.places, self.communities, self.devices)

    def search(self, text: str, limit: int = 20) -> list[Hit]:
        """Return places, streets, communities and devices by name."""
        return self._finder.find(text, limit)

    # ── devices ────────────────────────────────────────────────────────────────────────────────────

    @cached_property
    def _by_key(self) -> dict[str, Device]:
        return {device.key: device for device in self.devices}

    @cached_property
    def _by_id(self) -> dict[UUID, Device]:
        return {device.id: device for device in self.devices}

    def device(self, key: str) -> Device | None:
        """Return a device by its key."""
        return self._by_key.get(key)

    def device_by_id(self, device_id: DeviceId) -> Device | None:
        """Return a device by its id."""
        return self._by_id.get(device_id)

    def nearest_devices(
        self, point: Point, kind: str, limit: int = 4, within_m: float = 400.0
    ) -> list[tuple[Device, float]]:
        """Return the nearest devices of a kind that are not disabled, with their metres, nearest first."""
        found = [
            (device, distance_m(point, device.point))
            for device in self.devices
            if device.kind == kind and not device.disabled and device.point is not None
        ]
        found = [item for item in found if item[1] <= within_m]
        return sorted(found, key=lambda item: (item[1], item[0].key))[:limit]

    # ── dispatch ───────────────────────────────────────────────────────────────────────────────────

    def reach(self, origins: Sequence[tuple[Point, UnitKind]], to: Point) -> list[Reach]:
        """Return how far each unit is from a point, by the fastest way its kind may go; in the order of `origins`."""
        found: list[Reach | None] = [None] * len(origins)
        for kind in dict.fromkeys(kind for _, kind in origins):
            rows = [row for row, (_, own) in enumerate(origins) if own == kind]
            ways = self.graph.ways_to(to, [origins[row][0] for row in rows], kind)
            for row, way in zip(rows, ways, strict=True):
                found[row] = _reach(way, distance_m(origins[row][0], to), kind)
        return [item for item in found if item is not None]

    # ── for the screens ────────────────────────────────────────────────────────────────────────────

    @cached_property
    def streets_body(self) -> tuple[bytes, str]:
        """Return the streets as GeoJSON with six decimals, and the ETag of that text."""
        features = [
            {
                "type": "Feature",
                "properties": {
                    "id": edge.id,
                    "name_th": edge.name_th,
                    "name_en": edge.name_en,
                    "class": edge.street_class,
                    "oneway": edge.oneway,
                    "lit": edge.lit,
                },
                "geometry": {
                    "type": "LineString",
                    "coordinates": [(round(lon, 6), round(lat, 6)) for lon, lat in edge.coordinates],
                },
            }
            for edge in self.graph.edges
        ]
        body = msgspec.json.encode({"type": "FeatureCollection", "features": features})
        return body, f'"{hashlib.sha256(body).hexdigest()[:24]}"'


def _reach(way: Way | None, air_m: float, kind: UnitKind) -> Reach:
    if air_m <= _ON_THE_SPOT_M:
        return Reach(road_m=air_m, eta_s=air_m / ACCESS_MPS[kind], how="road")
    if way is None or way.access_m > _OFF_STREET_M:
        metres = air_m * _DETOUR
        return Reach(road_m=metres, eta_s=metres / speed_mps(kind, "unclassified"), how="straight")
    return Reach(road_m=way.road_m + way.access_m, eta_s=way.eta_s + way.access_m / ACCESS_MPS[kind], how="road")


_views: dict[StationId, TerritoryView] = {}
_locks: dict[StationId, asyncio.Lock] = {}


def known_territory(station_id: StationId) -> TerritoryView | None:
    """Return the view that was read last, without asking whether it still holds."""
    return _views.get(station_id)


def forget(station_id: StationId | None = None) -> None:
    """Drop what is kept in memory: of one station, or all."""
    for key in list(_views) if station_id is None else [station_id]:
        _views.pop(key, None)


async def territory_of(tx: Tx, station_id: StationId) -> TerritoryView:
    """Return the station's territory as it stands: one small question, and a new reading only after a change.

    Raises `not_found` for a station outside the actor's scope (its rows would look empty).
    """
    if station_id not in tx.actor.stations:
        raise not_found("station", station_id)
    stamp = await store.stamp_of(tx, station_id)
    view = _views.get(station_id)
    if view is not None and stamp is not None and view.stamp == stamp:
        return view
    async with _locks.setdefault(station_id, asyncio.Lock()):
        view = _views.get(station_id)
        if view is None or stamp is None or view.stamp != stamp:
            view = await _read(tx, station_id)
            _views[station_id] = view
        return view


async def _read(tx: Tx, station_id: StationId) -> TerritoryView:
    stamp, version = await store.stamp_of(tx, station_id), await store.version_of(tx, station_id)
    station = await store.org_unit_of(tx, station_id)
    if station is None:
        raise not_found("station", station_id)
    graph = await asyncio.to_thread(_graph, await store.streets_text(tx, station_id))
    return TerritoryView(
        station_id=station_id,
        version=version,
        stamp=stamp,
        station=station,
        zones=tuple(await store.zones_of(tx, station_id)),
        subzones=tuple(await store.subzones_of(tx, station_id)),
        communities=tuple(await store.communities_of(tx, station_id)),
        places=tuple(await store.places_of(tx, station_id)),
        land=tuple(await store.land_of(tx, station_id)),
        devices=tuple(await store.devices_of(tx, station_id)),
        graph=graph,
    )


def _graph(text: str) -> StreetGraph:
    return StreetGraph.of(
        Edge(
            id=number,
            node_a=a,
            node_b=b,
            coordinates=tuple((lon, lat) for lon, lat in line),
            length_m=length_m,
            street_class=street_class,
            oneway=oneway,
            name_th=name_th,
            name_en=name_en,
            lit=lit,
        )
        for number, _, a, b, name_th, name_en, street_class, oneway, length_m, lit, line in msgspec.json.decode(text)
    )
