"""What crosses the wire about searching, exporting and replaying incidents."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, Field, StringConstraints

from unjai.respond.rules.life import Outcome, State
from unjai.respond.rules.search import RADIUS_MOST_M, Sort
from unjai.respond.schemas.base import In, Lat, Lon, Moment, Out, Priority, storable
from unjai.respond.schemas.incidents import IncidentRow

Channel = Literal["pole", "call", "citizen", "unit", "device", "camera", "rule", "plate"]
Words = Annotated[str, StringConstraints(max_length=200), AfterValidator(storable)]
Day = Annotated[str, StringConstraints(max_length=40), AfterValidator(storable)]
Seconds = Annotated[float, Field(ge=0, le=86_400 * 31, allow_inf_nan=False)]
Code = Annotated[str, StringConstraints(max_length=20), AfterValidator(storable)]


class SearchIn(In):
    """A question as a link holds it. Dates are what people write (``22/11/2569``, ``22 พ.ย. 69``) or ISO moments.

    `area` is ``zone:``, ``subzone:`` or ``community:`` with its id; `place_id` stands for its point. A circle needs
    `radius_m` and either a place or `lon` and `lat`.
    """

    q: Words = ""
    code: list[Code] = Field(default_factory=list, max_length=60)
    priority: list[Priority] = Field(default_factory=list, max_length=3)
    state: list[State] = Field(default_factory=list, max_length=6)
    outcome: list[Outcome] = Field(default_factory=list, max_length=5)
    channel: list[Channel] = Field(default_factory=list, max_length=8)
    by: list[Words] = Field(default_factory=list, max_length=20)
    since: Day = ""
    until: Day = ""
    unit_id: UUID | None = None
    attached: bool = False
    area: list[Annotated[str, StringConstraints(max_length=60)]] = Field(default_factory=list, max_length=20)
    place_id: UUID | None = None
    lon: Lon | None = None
    lat: Lat | None = None
    radius_m: Annotated[float, Field(gt=0, le=RADIUS_MOST_M, allow_inf_nan=False)] | None = None
    ack_over_s: Seconds | None = None
    response_over_s: Seconds | None = None
    sort: Sort = "newest"


class PageIn(SearchIn):
    """A question and which page of the answer."""

    limit: Annotated[int, Field(ge=1, le=200)] = 50
    after: Annotated[str, StringConstraints(max_length=200)] | None = None


class ExportIn(SearchIn):
    """A question, and the file it is to be answered with."""

    form: Literal["csv", "geojson"] = "csv"
    callers: bool = False


class SearchHit(IncidentRow):
    """An incident found: how long it took, who took it up, which units went."""

    ack_s: float | None
    response_s: float | None
    acknowledged_by: str | None
    went: list[str]


class SearchPage(Out):
    """One page of hits; `next` is what `after` takes for the page behind it."""

    rows: list[SearchHit]
    next: str | None


class SearchCount(Out):
    """How many hits there are: exactly `count`, or more than that; None where counting took too long."""

    count: int | None
    more: bool


class SavedIn(In):
    """A question to keep under a name."""

    name: Annotated[str, StringConstraints(min_length=1, max_length=80), AfterValidator(storable)]
    asked: SearchIn
    shared: bool = False


class SavedOut(Out):
    """A kept question; `mine` tells whether it may be dropped by who asks."""

    id: UUID
    name: str
    asked: SearchIn
    shared: bool
    mine: bool


class ReplayUnit(Out):
    """A unit's way: each point is seconds since the beginning, longitude, latitude."""

    key: str
    call_sign: str
    kind: str
    points: list[tuple[int, float, float]]


class ReplayStep(Out):
    """What happened to an incident, and the state it was in from then on."""

    at: Moment
    kind: str
    state: State | None
    text_th: str
    text_en: str


class ReplayIncident(Out):
    """An incident that was open in the stretch, with its steps until the end of it."""

    id: UUID
    number: str
    title_th: str
    title_en: str
    place_th: str
    place_en: str
    priority: int
    lon: float | None
    lat: float | None
    opened_at: Moment
    closed_at: Moment | None
    steps: list[ReplayStep]


class Replay(Out):
    """A stretch of time to be played: positions thinned to one each `step_s` seconds."""

    from_at: Moment
    to_at: Moment
    step_s: int
    units: list[ReplayUnit]
    incidents: list[ReplayIncident]
    kept_since: Moment
    """Positions from before this moment are no longer kept."""
