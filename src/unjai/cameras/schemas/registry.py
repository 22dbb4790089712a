"""What of the register crosses the wire. No answer ever holds a user name or password."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Line = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)]
Word = Annotated[str, StringConstraints(strip_whitespace=True, max_length=80)]
Text = Annotated[str, StringConstraints(strip_whitespace=True, max_length=1000)]
Lane = Annotated[str, StringConstraints(strip_whitespace=True, max_length=20)]
Url = Annotated[str, StringConstraints(strip_whitespace=True, max_length=500)]
Secret = Annotated[str, StringConstraints(max_length=200)]
Code = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80)]
Degrees = Annotated[float, Field(ge=0, le=360, allow_inf_nan=False)]
Metres = Annotated[float, Field(ge=0, le=5_000, allow_inf_nan=False)]
Share = Annotated[float, Field(ge=-10, le=10, allow_inf_nan=False)]
Lon = Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False)]
Lat = Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False)]
Mask = Annotated[list[Annotated[list[Share], Field(min_length=2, max_length=2)]], Field(max_length=60)]
State = Literal["planned", "working", "retired"]
Kind = Literal["rtsp", "still", "file"]


class Tie(BaseModel):
    """A point of the picture (fractions of it, from its top left) and where on the ground that is."""

    model_config = ConfigDict(extra="forbid")

    x: Annotated[float, Field(ge=0, le=1)]
    y: Annotated[float, Field(ge=0, le=1)]
    lon: Lon
    lat: Lat


class CameraChange(BaseModel):
    """What may be told of a camera; what is left out stays. `username` and `password` go together, empty forgets."""

    model_config = ConfigDict(extra="forbid")

    name_th: Name | None = None
    name_en: Line | None = None
    owner_kind: Word | None = None
    owner_name: Line | None = None
    lon: Lon | None = None
    lat: Lat | None = None
    installed_on: date | None = None
    bearing_deg: Degrees | None = None
    fov_deg: Degrees | None = None
    reach_day_m: Metres | None = None
    reach_night_m: Metres | None = None
    height_m: Annotated[float, Field(ge=0, le=200)] | None = None
    point_id: UUID | None = None
    source_id: UUID | None = None
    channel: Annotated[str, StringConstraints(strip_whitespace=True, max_length=40)] | None = None
    state: State | None = None
    funder: Line | None = None
    kind: Kind | None = None
    main_url: Url | None = None
    sub_url: Url | None = None
    onvif_url: Url | None = None
    onvif_profile: Line | None = None
    username: Secret | None = None
    password: Secret | None = None
    record: bool | None = None
    keep_days: Annotated[float, Field(ge=0, le=365)] | None = None
    analyse: bool | None = None
    read_plates: bool | None = None
    plate_lane: Lane | None = None
    plate_direction: Lane | None = None
    ptz: bool | None = None
    events: bool | None = None
    masks: Annotated[list[Mask], Field(max_length=40)] | None = None
    mask_copies: bool | None = None
    calibration: Annotated[list[Tie], Field(max_length=8)] | None = None

    def said(self) -> dict[str, Any]:
        """Return what was told; null empties what may be empty, and says nothing of what may not."""
        empties = {"installed_on", "bearing_deg", "fov_deg", "reach_day_m", "reach_night_m", "height_m"}
        empties |= {"point_id", "source_id"}
        told = self.model_dump(exclude_unset=True)
        return {name: value for name, value in told.items() if value is not None or name in empties}


class CameraIn(CameraChange):
    """A new camera. Its key is for ever; a camera stands somewhere."""

    key: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,40}$")]
    name_th: Name
    lon: Lon
    lat: Lat


class Named(BaseModel):
    """A point or source that a camera belongs to."""

    id: UUID
    code: str
    name_th: str
    name_en: str


class ConsentOut(BaseModel):
    """A consent of a private owner: `hours` and `part` say its scope in words."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    number: str
    from_on: date
    until_on: date | None
    hours: str
    part: str
    note: str
    file_name: str
    at: datetime
    by: str


class CameraOut(BaseModel):
    """A camera of the register. Addresses are told to managers alone; `paper` is how its owner's consent stands."""

    id: UUID
    key: str
    name_th: str
    name_en: str
    owner_kind: str
    owner_name: str
    lon: float | None
    lat: float | None
    disabled: bool
    installed_on: date | None
    bearing_deg: float | None
    fov_deg: float | None
    reach_day_m: float | None
    reach_night_m: float | None
    height_m: float | None
    registered: bool
    state: State
    funder: str
    point: Named | None
    source: Named | None
    channel: str
    kind: Kind
    main_url: str
    sub_url: str
    onvif_url: str
    onvif_profile: str
    has_stream: bool
    has_sub: bool
    has_login: bool
    record: bool
    keep_days: float
    analyse: bool
    read_plates: bool
    plate_lane: str
    plate_direction: str
    ptz: bool
    events: bool
    masks: list[list[tuple[float, float]]]
    mask_copies: bool
    calibration: list[Tie]
    paper: Literal["not_needed", "missing", "holds", "ends_soon", "ended", "to_come"]
    consent: ConsentOut | None
    request_state: str | None
    sector_day: list[tuple[float, float]]
    sector_night: list[tuple[float, float]]


class PointIn(BaseModel):
    """A point that carries cameras."""

    model_config = ConfigDict(extra="forbid")

    code: Code
    name_th: Name
    name_en: Line = ""
    lon: Lon | None = None
    lat: Lat | None = None
    note: Text = ""


class PointOut(BaseModel):
    """A point — จุด."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    code: str
    name_th: str
    name_en: str
    lon: float | None
    lat: float | None
    note: str


class SourceIn(BaseModel):
    """A provincial centre or a recorder: one login, many cameras. ``{channel}`` in an address is the camera's own."""

    model_config = ConfigDict(extra="forbid")

    code: Code
    name_th: Name
    name_en: Line = ""
    kind: Literal["centre", "nvr", "other"] = "nvr"
    main_template: Url = ""
    sub_template: Url = ""
    contact: Line = ""
    note: Text = ""
    disabled: bool = False
    username: Secret | None = None
    password: Secret | None = None


class SourceOut(BaseModel):
    """A source; its templates are told to managers alone."""

    id: UUID
    code: str
    name_th: str
    name_en: str
    kind: str
    main_template: str
    sub_template: str
    contact: str
    note: str
    disabled: bool
    has_login: bool
    cameras: int


class ConsentIn(BaseModel):
    """A consent as the paper says it; no last day: until it is ended."""

    model_config = ConfigDict(extra="forbid")

    number: Name
    from_on: date
    until_on: date | None = None
    hours: Line = ""
    part: Text = ""
    note: Text = ""


class ConsentChange(BaseModel):
    """What is mended of a consent."""

    model_config = ConfigDict(extra="forbid")

    number: Name | None = None
    from_on: date | None = None
    until_on: date | None = None
    hours: Line | None = None
    part: Text | None = None
    note: Text | None = None


class SeenOut(BaseModel):
    """What is seen of the streets. `pieces` is GeoJSON lines with `seen`: seen, day (by day only), blind."""

    total_m: float
    seen_m: float
    day_only_m: float
    blind_m: float
    lit_unknown_m: float
    cameras: int
    unknown: list[str]
    streets: int
    pieces: dict[str, Any]
