"""What of searching plates crosses the wire."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from unjai.plates.rules.searching import Kind
from unjai.platform.moments import MomentIn

Line = Annotated[str, StringConstraints(strip_whitespace=True, max_length=120)]
Number = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80)]
Words = Annotated[str, StringConstraints(strip_whitespace=True, max_length=500)]
Key = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,40}$")]
Corner = Annotated[
    list[Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False)]], Field(min_length=2, max_length=2)
]
Span = Annotated[float, Field(gt=0, le=86_400, allow_inf_nan=False)]


class In(BaseModel):
    """What comes in: nothing but what is named."""

    model_config = ConfigDict(extra="forbid")


class AskedIn(In):
    """One question. `plate` as typed; `cameras` are keys; `area` is a ring of corners, longitude first."""

    kind: Kind
    from_at: MomentIn
    to_at: MomentIn
    plate: Line = ""
    province: Line | None = None
    cameras: list[Key] = Field(default_factory=list, max_length=200)
    zone_id: UUID | None = None
    area: list[Corner] | None = Field(None, min_length=3, max_length=200)
    then_cameras: list[Key] = Field(default_factory=list, max_length=200)
    vehicle_type: Line | None = None
    vehicle_colour: Line | None = None
    within_s: Span | None = None


class PlateSearchIn(In):
    """A search to open: the question, why, and under which case."""

    asked: AskedIn
    reason: Line
    said: Words
    case_number: Number


class CaseIn(In):
    """A case to open."""

    number: Number
    about: Words = ""
    until: MomentIn


class CaseChange(In):
    """Another last day, or null to close."""

    until: MomentIn | None


class HoldIn(In):
    """The reads to keep past their days."""

    reads: list[UUID] = Field(min_length=1, max_length=500)


class Out(BaseModel):
    """What goes out."""

    model_config = ConfigDict(extra="ignore")


class ReasonOut(Out):
    """A reason that may be given."""

    code: str
    th: str
    en: str


class CaseOut(Out):
    """A case under which plates may be searched."""

    id: UUID
    number: str
    about: str
    opened_at: datetime
    opened_by: str
    until: datetime
    closed_at: datetime | None


class SearchOut(Out):
    """A search of one's own: its answer may be looked at until `until`."""

    id: UUID
    kind: str
    reason: str
    said: str
    case_number: str
    wide: bool
    opened_at: datetime
    until: datetime
    found: int | None
    note: UUID
    """Its row in the log: what the proof is asked by."""
    asked: dict[str, Any]
    """The question as it was put."""


class ReadOut(Out):
    """One read. `pictures` names those that came with it: ``crop``, ``still``; they go before the read does."""

    id: UUID
    at: datetime
    camera: str
    registration: str | None
    province: str | None
    confidence: float | None
    province_confidence: float | None
    plate_width_px: int | None
    vehicle_type: str | None
    vehicle_colour: str | None
    plate_colour: str | None
    pictures: list[str]
    facts: dict[str, Any]


class ConvoyOut(Out):
    """A plate that passed the first place and then the other, with the newest such passing."""

    registration: str
    province: str
    passes: int
    first_at: datetime
    second_at: datetime


class CompanyOut(Out):
    """A plate that was seen with the one asked for: how often, and at how many cameras."""

    registration: str
    province: str
    meets: int
    cameras: int
    last_at: datetime


class AnswerOut(Out):
    """What a search found: one of the three lists is given, by its kind. `more`: there are more than these."""

    search: SearchOut
    reads: list[ReadOut] = Field(default_factory=list)
    convoys: list[ConvoyOut] = Field(default_factory=list)
    company: list[CompanyOut] = Field(default_factory=list)
    more: bool


class HeldOut(Out):
    """How many reads are held now that were not before."""

    held: int
