"""What of a territory crosses the wire."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, field_validator

from unjai.platform.free import Free
from unjai.platform.moments import DayIn
from unjai.territory.rules.secrets import shown


class Wire(BaseModel):
    """What is read from our own frozen things."""

    model_config = ConfigDict(from_attributes=True)


class OrgUnitOut(Wire):
    """A node of the police tree."""

    id: int
    parent_id: int | None
    code: str
    level: str
    name_th: str
    name_en: str
    head: str
    lon: float | None
    lat: float | None
    fictional: bool


class ZoneOut(Wire):
    """A zone with its border. `centre` is (lon, lat)."""

    id: UUID
    code: str
    name_th: str
    name_en: str
    phase: str
    fictional: bool
    area_m2: float
    declared_area_m2: float | None
    geometry: dict[str, Any]
    centre: tuple[float, float]
    started_on: date | None


class SubZoneOut(Wire):
    """A part of a zone."""

    id: UUID
    code: str
    kind: Literal["economic", "risk", "landmark"]
    name_th: str
    name_en: str
    geometry: dict[str, Any]
    area_m2: float
    reason_th: str


class CommunityOut(Wire):
    """A community; `geometry` is its border, if that is known."""

    id: UUID
    code: str
    name_th: str
    name_en: str
    lon: float
    lat: float
    geometry: dict[str, Any] | None
    households: int | None
    population: int | None


class PlaceOut(Wire):
    """A place."""

    id: UUID
    code: str
    kind: str
    name_th: str
    name_en: str
    lon: float
    lat: float
    phone: str
    house_no: str


class LandOut(Wire):
    """A piece of ground drawn under the streets."""

    id: UUID
    code: str
    kind: Literal["water", "park", "compound", "market", "field"]
    name_th: str
    name_en: str
    geometry: dict[str, Any]


class TerritoryOut(BaseModel):
    """Everything of a station that stands still, but its streets and devices."""

    version: int
    station: OrgUnitOut
    zone: ZoneOut | None
    other_zones: list[ZoneOut]
    subzones: list[SubZoneOut]
    communities: list[CommunityOut]
    places: list[PlaceOut]
    land: list[LandOut]


class DeviceOut(Wire):
    """A device, without its live state. `lon`, `lat` are its known place; null for what moves."""

    id: UUID
    key: str
    kind: str
    name_th: str
    name_en: str
    owner_kind: str
    owner_name: str
    lon: float | None
    lat: float | None
    mark: int
    unit_id: UUID | None
    silent_after_s: int
    disabled: bool
    settings: dict[str, Any]
    installed_on: date | None

    @field_validator("settings")
    @classmethod
    def _no_secrets(cls, settings: dict[str, Any]) -> dict[str, Any]:
        """Leave out keys and passwords: they are written here, and never read again."""
        found: dict[str, Any] = shown(settings)
        return found


class HitOut(Wire):
    """Something found by name."""

    type: Literal["place", "street", "community", "device"]
    id: str
    name_th: str
    name_en: str
    lon: float | None
    lat: float | None
    kind: str


class AddressOut(Wire):
    """Where a point is, in words; `distance_m` is that of the nearest place."""

    text_th: str
    text_en: str
    street_th: str
    street_en: str
    street_distance_m: float | None
    crossing_th: str
    crossing_en: str
    nearest_place_th: str
    nearest_place_en: str
    distance_m: float | None = Field(validation_alias="place_distance_m")
    community_th: str
    community_en: str
    inside_zone: bool
    known: bool


class RowNoteOut(BaseModel):
    """A remark on a row of an imported file; row 0 is the whole file."""

    row: int
    key: str
    code: str
    th: str
    en: str
    facts: dict[str, Any]


class ImportOut(BaseModel):
    """What became of an imported file. `notes_left_off` remarks are not listed, to keep the answer small."""

    total: int
    accepted: int
    added: int
    updated: int
    unchanged: int
    removed: int
    refused_count: int
    refused: list[RowNoteOut]
    warnings: list[RowNoteOut]
    notes_left_off: int
    version: int
    dry_run: bool


class DeviceDisable(BaseModel):
    """Shut out or let in."""

    disabled: bool


class DeviceChange(BaseModel):
    """What is to change of a device; a field left out stays as it is."""

    model_config = ConfigDict(extra="forbid")

    name_th: str | None = Field(None, min_length=1, max_length=200)
    name_en: str | None = Field(None, max_length=200)
    owner_kind: str | None = Field(None, max_length=40)
    owner_name: str | None = Field(None, max_length=200)
    lon: float | None = None
    lat: float | None = None
    silent_after_s: int | None = Field(None, ge=0, le=604_800)
    installed_on: DayIn | None = None
    settings: Free | None = None


class Removed(BaseModel):
    """Something is gone; `version` is the territory's new one."""

    version: int


class KindOut(Wire):
    """A kind of place or owner."""

    kind: str
    name_th: str
    name_en: str
    risk: bool
