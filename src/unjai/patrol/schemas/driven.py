"""What crosses the wire of plan against track. Seconds count from `from_at` of a shift, `zero_at` of one's own."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel

Done = Literal["done", "short", "early", "late", "missed", "unknown", "ahead"]


class DrivenNameOut(BaseModel):
    """A name in both languages."""

    th: str = ""
    en: str = ""


class StopOut(BaseModel):
    """A planned stop and what became of it; `proof` is the best visit that was proven there, with its score."""

    place: str | None
    name: DrivenNameOut
    lon: float
    lat: float
    at_s: int
    minutes: float
    state: Done
    from_s: int | None
    to_s: int | None
    proof: Literal["proven", "doubted", "refused"] | None
    score: int | None


class ExtraOut(BaseModel):
    """A stay at a place of the station that was not in the round."""

    place: str
    from_s: int
    to_s: int


class TrackOut(BaseModel):
    """A track beside a round. `risk_min` is None where no plan says how risky it was."""

    positions: int
    seen_from_s: int | None
    seen_to_s: int | None
    planned: bool
    carries: bool
    stops: list[StopOut]
    extra: list[ExtraOut]
    gaps: list[tuple[int, int]]
    length_m: int
    off_street: int
    place_min: int
    risk_min: int | None
    proven: int
    track: list[tuple[int, float, float]] = []
    lines: list[list[tuple[float, float]]] = []
    pieces: list[list[tuple[float, float]]] = []


class UnitDrivenOut(TrackOut):
    """A unit of a shift; `on_duty`: it was signed on at some moment of it."""

    unit: UUID
    call_sign: str
    kind: str
    on_duty: bool


class DrivenPlaceOut(BaseModel):
    """A place of a plan, or a checkpoint."""

    id: str
    name: DrivenNameOut
    lon: float
    lat: float


class ShiftDrivenOut(BaseModel):
    """A whole shift beside its plan; `track`, `lines` and `pieces` of a unit only where it alone was asked for."""

    day: date
    shift_id: UUID
    shift_th: str
    shift_en: str
    from_at: datetime
    to_at: datetime
    now: datetime
    plan_id: UUID | None
    units: list[UnitDrivenOut]
    places: list[DrivenPlaceOut]
    driven_share: float


class OwnShiftOut(BaseModel):
    """One's own stay on duty."""

    id: UUID
    from_at: datetime
    to_at: datetime | None
    call_sign: str
    shift_th: str
    shift_en: str


class OwnTrackOut(TrackOut, OwnShiftOut):
    """One's own stay on duty with its track."""

    now: datetime
    zero_at: datetime


class MyTrackOut(BaseModel):
    """One's own newest stay, or the one asked for; None before the first."""

    shift: OwnTrackOut | None = None
