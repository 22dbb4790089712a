"""What crosses the wire of the patrol desk: asked visits, festivals, risk, coverage."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from unjai.patrol.rules.requests import DAY_MIN, Outcome, Partner
from unjai.patrol.schemas.checkpoints import Lat, Line, Lines, Lon, Name
from unjai.platform.moments import DayIn

Version = Annotated[int, Field(ge=1, le=2**31 - 1)]
Minute = Annotated[int, Field(ge=0, le=DAY_MIN)]
Key = Annotated[str, Field(min_length=1, max_length=80, pattern=r"^[^\x00]*$")]
Reference = Annotated[str, Field(max_length=60, pattern=r"^[^\x00]*$")]
Risk = Annotated[float, Field(ge=0, le=1e6, allow_inf_nan=False)]
Hours = Annotated[list[Risk], Field(min_length=24, max_length=168)]
Day24 = Annotated[list[Risk], Field(min_length=24, max_length=24)]
Source = Literal["form", "file", "history", "figures", "test"]


class _In(BaseModel):
    model_config = ConfigDict(extra="forbid")


class PatrolRequestIn(_In):
    """A visit that is asked for: at a known `place`, or at `lon`, `lat`. No person's name or number belongs into it."""

    kind: Literal["request", "house_watch"] = "request"
    partner: Partner = "citizen"
    reference: Reference = ""
    label: Name
    place: Key | None = None
    lon: Lon | None = None
    lat: Lat | None = None
    from_day: DayIn
    to_day: DayIn
    window_from: Minute | None = None
    window_to: Minute | None = None
    minutes: Annotated[int, Field(ge=1, le=120)] = 10
    must: bool = True
    note: Lines = ""


class PatrolRequestChangeIn(PatrolRequestIn):
    """The whole request as it is to be, and the version that was looked at."""

    version: Version
    withdrawn: bool = False


class RequestOutcomeIn(_In):
    """What became of an asked visit, said by a person."""

    state: Literal["done", "missed"]
    note: Line = ""


class RequestOutcomeOut(BaseModel):
    """What became of an asked visit on a shift."""

    model_config = ConfigDict(from_attributes=True)

    plan_id: UUID
    from_at: datetime
    state: Outcome
    at: datetime | None
    by_hand: str
    note: str


class PatrolRequestOut(BaseModel):
    """A visit that is asked for, with what became of it."""

    id: UUID
    kind: Literal["request", "house_watch"]
    partner: Partner
    reference: str
    label: str
    place: str | None
    lon: float | None
    lat: float | None
    from_day: date
    to_day: date
    window_from: int | None
    window_to: int | None
    minutes: int
    must: bool
    note: str
    withdrawn: bool
    version: int
    made_at: datetime
    made_by: str
    outcomes: list[RequestOutcomeOut] = []


class PatrolLayerIn(_In):
    """A festival or season; empty lists mean everything, `hours` None all day. `areas` are ids of beats."""

    name_th: Name
    name_en: Line = ""
    from_day: DayIn
    to_day: DayIn
    factor: Annotated[float, Field(ge=1, le=20, allow_inf_nan=False)] = 2.0
    kinds: Annotated[list[Key], Field(max_length=60)] = []
    places: Annotated[list[Key], Field(max_length=200)] = []
    areas: Annotated[list[Key], Field(max_length=100)] = []
    hours: Annotated[list[Annotated[int, Field(ge=0, le=23)]] | None, Field(max_length=24)] = None


class PatrolLayerChangeIn(PatrolLayerIn):
    """The whole festival as it is to be, and the version that was looked at."""

    version: Version
    removed: bool = False


class PatrolLayerPreviewIn(PatrolLayerIn):
    """A festival that is being written, and the day to look at; `id` of the one it would take the place of."""

    day: DayIn
    id: UUID | None = None


class PatrolLayerOut(BaseModel):
    """A festival or season."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    name_th: str
    name_en: str
    from_day: date
    to_day: date
    factor: float
    kinds: list[str]
    places: list[str]
    areas: list[str]
    hours: list[int] | None
    removed: bool
    version: int
    changed_at: datetime
    changed_by: str


class RisenOut(BaseModel):
    """A place that a festival touches, with its rank among all places without it and with it."""

    model_config = ConfigDict(from_attributes=True)

    place: str
    before: float
    after: float
    rank_before: int
    rank_after: int


class LayerChangeOut(BaseModel):
    """What a festival changes on a day: sums of risk by hour, and the places that rise most."""

    model_config = ConfigDict(from_attributes=True)

    touched: int
    before: list[float]
    after: list[float]
    places: list[RisenOut]


class PlaceRiskOut(BaseModel):
    """Risk by hour of a place: 24 figures of a day or 168 of a week from Monday; and whence they are."""

    id: str
    name: dict[str, str]
    kind: str
    area: str
    lon: float
    lat: float
    by_hour: list[float]
    source: str
    taken_at: datetime | None
    taken_by: str


class KindRiskOut(BaseModel):
    """Risk by hour of a kind of place: the station's own or the project's."""

    kind: str
    by_hour: list[float]
    own: bool


class PatrolRiskOut(BaseModel):
    """All risk that plans go by."""

    places: list[PlaceRiskOut]
    kinds: list[KindRiskOut]


class PlaceRiskIn(_In):
    """The risk of a place; None lets it have its kind's."""

    place: Key
    by_hour: Hours | None
    source: Source = "form"


class PatrolRiskIn(_In):
    """The risk of some places."""

    places: Annotated[list[PlaceRiskIn], Field(min_length=1, max_length=400)]


class PatrolRiskBeforeOut(BaseModel):
    """What stood there before: told again, it takes the change back."""

    places: list[PlaceRiskIn]


class KindRiskIn(_In):
    """The hours of a kind; None lets it have the project's."""

    by_hour: Day24 | None


class KindRiskBeforeOut(BaseModel):
    """What stood there before."""

    by_hour: list[float] | None


class PatrolHistoryIn(_In):
    """What of the past counts."""

    months: Annotated[int, Field(ge=1, le=24)] = 6
    codes: Annotated[list[Annotated[str, Field(max_length=20)]] | None, Field(max_length=200)] = None


class CodeCountOut(BaseModel):
    """How many incidents of a code there were, and whether it counts by itself."""

    code: str
    th: str
    en: str
    count: int
    counts: bool


class PlaceHistoryOut(BaseModel):
    """What the past says of a place: called in, found by patrols, visits, and the risk by hour made of them."""

    model_config = ConfigDict(from_attributes=True)

    place: str
    called: int
    found: int
    visits: int
    by_hour: list[float]


class PatrolHistoryOut(BaseModel):
    """What the past says of every place at which anything happened; `away` lay near none."""

    places: list[PlaceHistoryOut]
    away: int
    codes: list[CodeCountOut]


class ConcentrationOut(BaseModel):
    """Where visits go: the part at the most visited tenth of places, and how many places nobody saw."""

    model_config = ConfigDict(from_attributes=True)

    visits: int
    places: int
    top_share: float | None
    unseen: int
    verdict: Literal["few", "even", "gathered", "feeding"]


class ConcentrationsOut(BaseModel):
    """Of published plans, and of what phones proved."""

    days: int
    planned: ConcentrationOut
    seen: ConcentrationOut


class StreetWeeksOut(BaseModel):
    """A street, and in how many weeks it was patrolled at each of the 168 hours from Monday 00:00: a digit an hour."""

    id: int
    hours: str


class AreaWeeksOut(BaseModel):
    """A beat or sub-zone: its streets' length, how much of it was patrolled, metres by hour, weeks nobody came."""

    id: str
    kind: Literal["beat", "subzone"]
    name_th: str
    name_en: str
    length_m: float
    seen_m: float
    hours: list[int]
    weeks_unseen: list[date]


class PlaceWeeksOut(BaseModel):
    """A checkpoint with its visits by hour of the week."""

    code: str
    name_th: str
    name_en: str
    beat: str
    lon: float
    lat: float
    hours: dict[int, int]
    weeks_unseen: list[date]


class PatrolCoverageOut(BaseModel):
    """Which streets and places were patrolled at which hours of the week; `quiet` are hours at which nobody was."""

    since: date
    until: datetime
    weeks: list[date]
    street_count: int
    streets: list[StreetWeeksOut]
    areas: list[AreaWeeksOut]
    places: list[PlaceWeeksOut]
    quiet: list[int]
