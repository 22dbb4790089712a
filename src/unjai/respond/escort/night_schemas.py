"""What crosses the wire of night-ease."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from unjai.platform.free import sayable

WorkKindName = Literal["lamp", "camera_mend", "camera_turn", "patrol", "pole", "look"]
NightFactor = Literal["lit", "seen", "patrolled", "pole", "open", "quiet", "clear"]
NightClass = Literal["good", "unknown", "bad"]
NightMarkState = Literal["asked", "planned", "not_possible"]


def _clean(said: str) -> str:
    if "\x00" in said or sayable(said) != said:
        raise ValueError("Input should be text without NUL or broken letters")
    return said


Hour = Annotated[int, Field(ge=0, le=23)]


class NightTotalOut(BaseModel):
    """Walking minutes (of a thousand assumed walks) and metres of one class."""

    minutes: float
    metres: float


class NightTotalsOut(BaseModel):
    """By class."""

    good: NightTotalOut
    unknown: NightTotalOut
    bad: NightTotalOut


class NightWalksOut(BaseModel):
    """The assumed walks: how many, from where, how many beginnings."""

    count: int
    model: Literal["places", "streets", "none"]
    origins: int


class NightEdgeOut(BaseModel):
    """One edge: its class, ease, at most, walking minutes."""

    id: int
    of: NightClass
    ease: float
    at_most: float
    minutes: float


class NightStreetOut(BaseModel):
    """A street that is not vouched for, and why."""

    of: NightClass
    name_th: str
    name_en: str
    near_th: str
    near_en: str
    metres: int
    minutes: float
    ease: float
    at_most: float
    bad: list[NightFactor]
    unknown: list[NightFactor]
    edges: list[int]
    lon: float
    lat: float


class NightMarkOut(BaseModel):
    """What was decided about a work, by whom and when."""

    state: NightMarkState
    note: str
    by: str
    at: datetime


class NightWorkOut(BaseModel):
    """A work and what it alone would lift; `listed` is False where only a mark still knows it."""

    kind: WorkKindName
    key: str
    hour: int
    lifted_min: float
    gain: float
    waits_min: float
    metres: int
    lamps: int
    lon: float
    lat: float
    device_id: str | None
    bearing_deg: int | None
    name_th: str
    name_en: str
    near_th: str
    near_en: str
    edges: list[int]
    lifted: list[int]
    listed: bool
    mark: NightMarkOut | None


class NightOut(BaseModel):
    """A zone at an hour; without `reckoned_at` nothing was reckoned yet."""

    hour: int
    reckoning: Literal["running", "failed", "rest"]
    reckoned_at: datetime | None
    dark: bool
    fails_below: float
    walks: NightWalksOut
    totals: NightTotalsOut
    edges: list[NightEdgeOut]
    streets: list[NightStreetOut]
    works: list[NightWorkOut]


class _In(BaseModel):
    model_config = ConfigDict(extra="forbid")


class NightMarkIn(_In):
    """A decision about a work of an hour's list; without a state the mark is taken back."""

    hour: Hour
    key: Annotated[str, Field(min_length=1, max_length=120), AfterValidator(_clean)]
    state: NightMarkState | None = None
    note: Annotated[str, Field(max_length=500), AfterValidator(_clean)] = ""


class NightLitIn(_In):
    """What somebody went and saw of streets."""

    edges: Annotated[list[Annotated[int, Field(ge=-(2**31), lt=2**31)]], Field(min_length=1, max_length=2000)]
    lit: bool


class NightLitOut(BaseModel):
    """Of how many streets it was written; the map shows it after the next reckoning."""

    noted: int
