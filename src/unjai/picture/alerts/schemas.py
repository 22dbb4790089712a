"""What crosses the wire about alert rules: the form, its sentence, the trial on stored data."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from unjai.picture.alerts.lesson_schemas import VerdictOut
from unjai.platform.free import Free

Clock = Annotated[str, StringConstraints(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]
Ids = Annotated[list[UUID], Field(max_length=500)]
Lon = Annotated[float, Field(ge=-180, le=180)]
Lat = Annotated[float, Field(ge=-90, le=90)]
_DAY_S = 86_400


class _Form(BaseModel):
    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)


class HoursIn(_Form):
    """A part of the day in Bangkok time; it goes over midnight where `until` is not after `since`."""

    since: Clock
    until: Clock


class WhereIn(_Form):
    """Who and where: devices, kinds of devices, units; zones, sub-zones and a drawn ring together are the area."""

    device_ids: Ids = []
    device_kinds: Annotated[list[Annotated[str, StringConstraints(max_length=40)]], Field(max_length=20)] = []
    unit_ids: Ids = []
    zone_ids: Ids = []
    subzone_ids: Ids = []
    ring: Annotated[list[tuple[Lon, Lat]], Field(max_length=200)] = []


class WhenIn(_Form):
    """Hours and weekdays (0 is Monday) in which the rule counts, and hours in which it keeps quiet."""

    hours: Annotated[list[HoursIn], Field(max_length=6)] = []
    weekdays: Annotated[list[Annotated[int, Field(ge=0, le=6)]], Field(max_length=7)] = [0, 1, 2, 3, 4, 5, 6]
    quiet: Annotated[list[HoursIn], Field(max_length=6)] = []


class FollowIn(_Form):
    """What follows: an incident, a notice on the console, or a line in the log."""

    do: Literal["incident", "notice", "log"] = "notice"
    code: Annotated[str, StringConstraints(max_length=10)] = "OTH"
    priority: Annotated[int, Field(ge=1, le=3)] = 3


class RuleBody(_Form):
    """A rule as its form has it. Spans are seconds."""

    kind: Annotated[str, StringConstraints(min_length=1, max_length=40)]
    name: Annotated[str, StringConstraints(max_length=120, strip_whitespace=True)] = ""
    params: Free = {}
    where: WhereIn = WhereIn()
    when: WhenIn = WhenIn()
    follow: FollowIn = FollowIn()
    lasts_s: Annotated[int, Field(ge=0, le=_DAY_S)] = 0
    clear_s: Annotated[int, Field(ge=0, le=_DAY_S)] = 0
    holdoff_s: Annotated[int, Field(ge=0, le=7 * _DAY_S)] = 0

    @model_validator(mode="after")
    def _small(self) -> RuleBody:
        if len(self.params) > 30:  # noqa: PLR2004
            msg = "too many parameters"
            raise ValueError(msg)
        return self


class RuleIn(RuleBody):
    """A new rule."""

    enabled: bool = True


class RuleChange(RuleBody):
    """A rule as it shall be; `version` is the one that was edited."""

    version: Annotated[int, Field(ge=1)]


class SwitchIn(_Form):
    """On or off."""

    enabled: bool


class SentenceOut(BaseModel):
    """What a rule means, and what is wrong with it: `problem` is an error's code with its words."""

    th: str
    en: str
    problem: dict[str, Any] | None = None


class RuleOut(BaseModel):
    """A rule with its sentence; `lost` where what it was about is no more."""

    id: UUID
    kind: str
    body: RuleBody
    enabled: bool
    version: int
    changed_at: datetime
    changed_by: str
    sentence_th: str
    sentence_en: str
    lost: bool
    last_fired_at: datetime | None
    fired_in_week: int


class VersionOut(BaseModel):
    """One version of a rule: what was done, by whom, and what it meant."""

    version: int
    what: str
    at: datetime
    by: str
    enabled: bool
    body: RuleBody
    sentence_th: str
    sentence_en: str


class AlertOut(BaseModel):
    """A rule that fired. `does` is what followed: in quiet hours, or told too late, only the log."""

    id: UUID
    rule_id: UUID
    does: Literal["incident", "notice", "log"]
    quiet: bool
    at: datetime
    since: datetime
    cleared_at: datetime | None
    device_id: UUID | None
    unit_id: UUID | None
    lon: float | None
    lat: float | None
    priority: int
    text_th: str
    text_en: str
    verdict: VerdictOut | None = None


class RuleKindOut(BaseModel):
    """A kind of rule: the schema its form is made of, and what a new one starts with."""

    key: str
    th: str
    en: str
    subject: Literal["device", "unit", "area"]
    area: Literal["filter", "target"]
    state: bool
    stored: bool
    judged: bool
    schema_: dict[str, Any] = Field(serialization_alias="schema")
    start: RuleBody


class PickOut(BaseModel):
    """Something to choose in a form."""

    value: str
    th: str
    en: str


class KindsOut(BaseModel):
    """All kinds of rules, and the lists that their forms choose from."""

    kinds: list[RuleKindOut]
    observations: list[PickOut]
    device_kinds: list[PickOut]


class FiredOut(BaseModel):
    """One time at which a rule on trial would have fired."""

    at: datetime
    since: datetime
    does: str
    quiet: bool
    lon: float | None
    lat: float | None
    text_th: str
    text_en: str


class TrialOut(BaseModel):
    """What a rule would have done. `since` is how far back the record was read; `complete` where that was all of it."""

    since: datetime
    until: datetime
    complete: bool
    observations: int
    count: int
    fired: list[FiredOut]
    unheard_s: float
