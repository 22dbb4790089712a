"""Hits as they cross the wire."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, Field

from unjai.plates.rules.hits import HitState
from unjai.plates.rules.matching import Likeness, Verdict

Words = Annotated[str, Field(max_length=500)]


class HitVehicleOut(BaseModel):
    """What a vehicle looks like; empty where nobody said."""

    type: str
    colour: str
    marks: str


class HitEntryOut(BaseModel):
    """The entry of the watch list as it stood when the hit was made."""

    number: int
    id: UUID | None
    registration: str
    province: str | None
    partial: bool
    plate_th: str
    plate_en: str
    reason: str
    legal_basis: str
    case_number: str
    requested_by: str
    approver_name: str
    instruction: str
    notify: str
    vehicle: HitVehicleOut
    until: datetime | None


class DifferingOut(BaseModel):
    """Which glyphs differ, from 0: of what was read, and of what is listed."""

    read: list[int]
    listed: list[int]


class PlateHitOut(BaseModel):
    """A hit on the watch list. Plate, place and pictures are empty once it is forgotten."""

    id: UUID
    entry: HitEntryOut
    grade: Verdict
    how: Likeness
    state: HitState
    registration: str
    province: str | None
    plate_th: str
    plate_en: str
    differing: DifferingOut | None
    first_at: datetime
    last_at: datetime
    made_at: datetime
    seen: int
    camera: str
    camera_th: str
    camera_en: str
    device_id: UUID | None
    lon: float | None
    lat: float | None
    confidence: float | None
    crop: bool
    still: bool
    vehicle: HitVehicleOut
    incident_id: UUID | None
    judged_at: datetime | None
    judged_name: str | None
    words: str
    lapses_at: datetime
    version: int
    forgotten: bool
    may_undo: bool


class PlateHitsOut(BaseModel):
    """Hits, the newest first; `waiting` counts all that wait for a person."""

    hits: list[PlateHitOut]
    waiting: int


class SightingOut(BaseModel):
    """One read of a hit."""

    observation_id: UUID
    at: datetime
    received_at: datetime
    grade: Verdict
    how: Likeness
    camera: str
    camera_th: str
    camera_en: str
    device_id: UUID | None
    lon: float | None
    lat: float | None
    confidence: float | None
    crop: bool
    still: bool


class PlateNextOut(BaseModel):
    """A camera that may see the vehicle next; `when` its moment is: to come, now, or past."""

    device_id: UUID
    key: str
    name_th: str
    name_en: str
    lon: float
    lat: float
    eta_s: float
    road_m: float
    due_from: datetime
    due_to: datetime
    when: Literal["soon", "now", "past"]


class PlateHitWholeOut(PlateHitOut):
    """A hit with its sightings, the newest first, and the cameras that may see the vehicle next."""

    sightings: list[SightingOut]
    onward: list[PlateNextOut]


class PlateNoticeOut(BaseModel):
    """A hit that the reader was told of, because its entry names them."""

    id: UUID
    hit_id: UUID
    grade: Literal["probable", "alarm", "confirmed"]
    at: datetime
    seen_at: datetime | None
    plate_th: str
    plate_en: str
    camera_th: str
    camera_en: str
    last_at: datetime
    instruction: str
    incident_id: UUID | None


class PlateVerdictIn(BaseModel):
    """A verdict on the version of a hit that was seen."""

    version: int = Field(ge=1, le=2**31 - 1)
    words: Words = ""


class PlateUndoIn(BaseModel):
    """A verdict is taken back."""

    version: int = Field(ge=1, le=2**31 - 1)


class PlateShareOut(BaseModel):
    """A share with its 95 % interval (Wilson); all None of nothing."""

    count: int
    of: int
    share: float | None
    low: float | None
    high: float | None


class HitDayOut(BaseModel):
    """A Bangkok day: reads matched, and the hits made on it."""

    day: date
    reads: int
    unreadable: int
    alarm: int
    probable: int
    confirmed: int
    rejected: int
    lapsed: int
    waiting: int


class LikenessOut(BaseModel):
    """The verdicts on one likeness: `rejected` of those that were judged."""

    how: Likeness
    hits: int
    rejected: PlateShareOut


class PlateRuleOut(BaseModel):
    """The rule in force: its thresholds, and how long things last."""

    alarm_confidence: float
    alarm_frames: int
    probable_confidence: float
    probable_frames: int
    province_confidence: float
    late_s: float
    window_s: float
    lapse_s: float
    alarm_lapse_s: float
    forgotten_s: float
    lookalikes_source: str
    lookalikes_version: str
    lookalikes: list[str]


class PlateMeasuredOut(BaseModel):
    """Innocent reads that the rule makes a hit of, by the size of the list, as measured in the project's bench."""

    entries: int
    share: float


class PlateFiguresOut(BaseModel):
    """What the rule did at this station."""

    rule: PlateRuleOut
    measured: list[PlateMeasuredOut]
    days: list[HitDayOut]
    rejected: PlateShareOut
    lapsed: PlateShareOut
    by_likeness: list[LikenessOut]
    failing: int
