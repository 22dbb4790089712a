"""The things of a territory as the programs hold them: frozen, positions in WGS 84 degrees, lengths in metres."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal
from uuid import UUID

from unjai.model.geometry import Point
from unjai.model.ids import DeviceId, StationId, UnitId

OrgLevel = Literal["national", "bureau", "division", "provincial", "station"]
SubZoneKind = Literal["economic", "risk", "landmark"]
DeviceKind = Literal["sos_pole", "phone", "tracker", "camera", "recorder", "hook", "citizen_door", "signal_box"]
Geometry = Mapping[str, Any]
"""A GeoJSON geometry object."""


@dataclass(frozen=True, kw_only=True, slots=True)
class OrgUnit:
    """A node of the police tree — หน่วยงานตำรวจ. `path` is the ids from the root down, joined by dots."""

    id: int
    parent_id: int | None
    path: str
    code: str
    level: OrgLevel
    name_th: str
    name_en: str
    head: str = ""
    lon: float | None = None
    lat: float | None = None
    fictional: bool = False

    @property
    def point(self) -> Point | None:
        """Return where it stands, if that is known."""
        return None if self.lon is None or self.lat is None else Point(lon=self.lon, lat=self.lat)


@dataclass(frozen=True, kw_only=True, slots=True)
class Zone:
    """A Smart Safety Zone — พื้นที่ปลอดภัยอัจฉริยะ; `area_m2` is measured, `declared_area_m2` is what was published."""

    id: UUID
    station_id: StationId
    code: str
    name_th: str
    name_en: str
    phase: str
    fictional: bool
    geometry: Geometry
    area_m2: float
    declared_area_m2: float | None
    lon: float
    lat: float
    started_on: date | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class SubZone:
    """A part of a zone: Economic, Risk or Landmark."""

    id: UUID
    station_id: StationId
    zone_id: UUID
    code: str
    kind: SubZoneKind
    name_th: str
    name_en: str
    geometry: Geometry
    area_m2: float
    reason_th: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Community:
    """A community — ชุมชน; `lon`, `lat` is its meeting point or a point inside its border."""

    id: UUID
    station_id: StationId
    zone_id: UUID | None
    code: str
    name_th: str
    name_en: str
    lon: float
    lat: float
    geometry: Geometry | None
    households: int | None
    population: int | None

    @property
    def point(self) -> Point:
        """Return its point."""
        return Point(lon=self.lon, lat=self.lat)


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """A place of a kind of `data/place_kinds.csv` — สถานที่."""

    id: UUID
    station_id: StationId
    code: str
    kind: str
    name_th: str
    name_en: str
    lon: float
    lat: float
    phone: str = ""
    house_no: str = ""

    @property
    def point(self) -> Point:
        """Return where it is."""
        return Point(lon=self.lon, lat=self.lat)


@dataclass(frozen=True, kw_only=True, slots=True)
class Land:
    """A piece of ground that is drawn under the streets: water, park, compound, market, field."""

    id: UUID
    station_id: StationId
    code: str
    kind: str
    name_th: str
    name_en: str
    geometry: Geometry


@dataclass(frozen=True, kw_only=True, slots=True)
class Device:
    """A thing that tells or shows something, with its owner — อุปกรณ์. `mark` is its small number on live frames."""

    id: DeviceId
    station_id: StationId
    key: str
    kind: DeviceKind
    name_th: str
    name_en: str
    owner_kind: str
    owner_name: str
    lon: float | None
    lat: float | None
    unit_id: UnitId | None
    silent_after_s: int
    disabled: bool
    mark: int
    settings: Mapping[str, Any] = field(default_factory=dict)
    installed_on: date | None = None

    @property
    def point(self) -> Point | None:
        """Return its known place; None for what moves."""
        return None if self.lon is None or self.lat is None else Point(lon=self.lon, lat=self.lat)
