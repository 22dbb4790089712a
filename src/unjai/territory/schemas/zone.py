"""What of a zone's plan, of borders and of check lists crosses the wire."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from unjai.platform.moments import DayIn as Day
from unjai.territory.rules.plan import FigureKind
from unjai.territory.schemas.things import Wire

_NO_NUL = r"^[^\x00]*$"  # PostgreSQL keeps no NUL
Name = Annotated[str, Field(max_length=200, pattern=_NO_NUL)]
Prose = Annotated[str, Field(max_length=2000, pattern=_NO_NUL)]
Source = Annotated[str, Field(max_length=300, pattern=_NO_NUL)]
Lon = Annotated[float, Field(ge=-180, le=180)]
Lat = Annotated[float, Field(ge=-90, le=90)]
Count = Annotated[int, Field(ge=0, le=10_000_000)]


class In(BaseModel):
    """A body that comes in: a key we do not know is a mistake."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)


class PolygonIn(In):
    """A GeoJSON Polygon: rings of (lon, lat), the outer one first."""

    type: Literal["Polygon"]
    coordinates: list[list[list[float]]] = Field(min_length=1, max_length=50)


class SubZoneIn(In):
    """A sub-zone as drawn; without `id` it is new."""

    id: UUID | None = None
    kind: Literal["economic", "risk", "landmark"]
    name_th: Name
    name_en: Name = ""
    geometry: PolygonIn | None
    reason_th: Annotated[str, Field(max_length=500, pattern=_NO_NUL)] = ""


class CommunityIn(In):
    """A community by name; without a position until it is put on the map."""

    id: UUID | None = None
    name_th: Name
    name_en: Name = ""
    lon: Lon | None = None
    lat: Lat | None = None
    households: Count | None = None
    population: Count | None = None


class PhaseIn(In):
    """A phase with its first and last day; without a last day it goes on."""

    id: UUID | None = None
    name_th: Name
    name_en: Name = ""
    starts_on: Day
    ends_on: Day | None = None


class FigureIn(In):
    """A figure with its day and source."""

    id: UUID | None = None
    kind: FigureKind
    value: Count
    as_of: Day
    source: Source = ""


class PlanIn(In):
    """A zone as somebody wants it to be. `state` is that of the plan one began with, empty for a new zone."""

    state: Annotated[str, Field(max_length=64, pattern=_NO_NUL)] = ""
    name_th: Name
    name_en: Name = ""
    fictional: bool = False
    geometry: PolygonIn | None
    why_th: Prose = ""
    declared_area_m2: float | None = Field(None, gt=0, le=1e12)
    declared_communities: int | None = Field(None, ge=0, le=1000)
    declared_source: Source = ""
    declared_on: Day | None = None
    subzones: list[SubZoneIn] = Field(default_factory=list, max_length=100)
    communities: list[CommunityIn] = Field(default_factory=list, max_length=300)
    phases: list[PhaseIn] = Field(default_factory=list, max_length=30)
    figures: list[FigureIn] = Field(default_factory=list, max_length=200)


class PlanOut(BaseModel):
    """A zone's plan as it stands."""

    id: UUID
    code: str
    state: str
    edited_by: str
    edited_at: datetime | None
    name_th: str
    name_en: str
    fictional: bool
    geometry: dict[str, Any]
    why_th: str
    declared_area_m2: float | None
    declared_communities: int | None
    declared_source: str
    declared_on: date | None
    subzones: list[SubZoneIn]
    communities: list[CommunityIn]
    phases: list[PhaseIn]
    figures: list[FigureIn]


class FindingOut(BaseModel):
    """A remark on a plan; `where` names the part: ``border``, ``subzones.2``."""

    code: str
    where: str
    th: str
    en: str
    facts: dict[str, Any]


class MeasuredSubZoneOut(Wire):
    """How large a sub-zone is and how much of it lies outside the border."""

    area_m2: float
    outside_m2: float
    outside_share: float


class CoveredOut(Wire):
    """A tambon with how much of the zone lies in it; by a sketch of its border where `schematic`."""

    code: str
    name_th: str
    name_en: str
    district_th: str
    district_en: str
    province_th: str
    province_en: str
    area_m2: float
    share: float
    schematic: bool
    source: str


class MeasuredOut(BaseModel):
    """What was computed of a plan on the ellipsoid. `tambons_share` is how much of the zone known borders hold."""

    area_m2: float | None
    differs_share: float | None
    tolerance: float
    subzones: list[MeasuredSubZoneOut | None]
    communities_named: int
    population: FigureIn | None
    households: FigureIn | None
    density_per_km2: float | None
    tambons: list[CoveredOut]
    tambons_share: float
    borders_known: bool


class PlanReport(BaseModel):
    """What the checks said. `plan` is what was saved, null when nothing was."""

    saved: bool
    refused: list[FindingOut]
    warnings: list[FindingOut]
    measured: MeasuredOut
    plan: PlanOut | None
    version: int


class PlanRow(BaseModel):
    """A zone in the list."""

    id: UUID
    code: str
    name_th: str
    name_en: str
    area_m2: float
    declared_area_m2: float | None


class BorderOut(Wire):
    """The border of a tambon for the map."""

    code: str
    name_th: str
    name_en: str
    schematic: bool
    geometry: dict[str, Any]


class SpotOut(Wire):
    """A place to look at first."""

    kind: Literal["province", "district", "tambon", "station"]
    name_th: str
    name_en: str
    within_th: str
    within_en: str
    lon: float
    lat: float
    zoom: float


class CheckItemOut(Wire):
    """An item of a check list. `standard` ones came with the programs."""

    key: str
    checklist: Literal["readiness", "room"]
    ordinal: int
    text_th: str
    text_en: str
    reference: str
    standard: bool
    removed: bool
    done_on: date | None
    done_by: str
    note: str
    changed_by: str
    changed_at: datetime | None


class CheckItemIn(In):
    """What is to change of an item; a field left out stays as it is."""

    text_th: Annotated[str, Field(max_length=500, pattern=_NO_NUL)] | None = None
    text_en: Annotated[str, Field(max_length=500, pattern=_NO_NUL)] | None = None
    done_on: Day | None = None
    done_by: Name | None = None
    note: Prose | None = None
    ordinal: int | None = Field(None, ge=0, le=1_000_000)
    removed: bool | None = None


class NewCheckItemIn(In):
    """A new item at the end of a list."""

    checklist: Literal["readiness", "room"]
    text_th: Annotated[str, Field(max_length=500, pattern=_NO_NUL)]
    text_en: Annotated[str, Field(max_length=500, pattern=_NO_NUL)] = ""


class RoomOut(Wire):
    """Where the operations centre is."""

    name_th: str
    name_en: str
    elsewhere: bool
    address: str
    phone: str
    lon: float | None
    lat: float | None
    changed_by: str
    changed_at: datetime | None


class RoomIn(In):
    """Where the operations centre is."""

    name_th: Name
    name_en: Name = ""
    elsewhere: bool = False
    address: Prose = ""
    phone: Annotated[str, Field(max_length=60, pattern=_NO_NUL)] = ""
    lon: Lon | None = None
    lat: Lat | None = None


class ChecklistsOut(BaseModel):
    """Both lists, and the room."""

    items: list[CheckItemOut]
    room: RoomOut
