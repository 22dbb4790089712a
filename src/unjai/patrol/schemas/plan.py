"""What crosses the wire of patrol plans."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from unjai.patrol.schemas.plan_file import LayerIn, Request
from unjai.platform.free import Free
from unjai.platform.moments import DayIn

State = Literal["making", "draft", "failed", "published", "replaced"]


class PlanAskIn(BaseModel):
    """What a plan is asked for; `requests` and `layers` as in docs/patrol-plan.md."""

    model_config = ConfigDict(extra="forbid")

    day: DayIn
    shift_id: UUID
    unit_ids: Annotated[list[UUID], Field(min_length=1, max_length=40)]
    seconds: Annotated[int, Field(ge=1, le=60)] = 12
    break_min: Annotated[int, Field(ge=0, le=120)] = 30
    explore: Annotated[float | None, Field(ge=0, le=0.3, allow_inf_nan=False)] = None
    requests: Annotated[list[Free], Field(max_length=200)] = []
    layers: Annotated[list[Free], Field(max_length=30)] = []

    def asked(self) -> list[dict[str, Any]]:
        """Return the requests as the planner reads them; a wrong one raises pydantic's error."""
        for one in self.requests:
            Request.model_validate(one)
        return list(self.requests)

    def seasons(self) -> list[dict[str, Any]]:
        """Return the layers as the planner reads them."""
        for one in self.layers:
            LayerIn.model_validate(one)
        return list(self.layers)


class WishIn(BaseModel):
    """A stop as the hand put it."""

    model_config = ConfigDict(extra="forbid")

    place: Annotated[str | None, Field(max_length=80)] = None
    task: Annotated[int | None, Field(ge=0, le=2000)] = None
    at_s: Annotated[int | None, Field(ge=0, le=172_800)] = None
    minutes: Annotated[float, Field(ge=1, le=240)] = 12
    why: Literal["risk", "request", "house_watch", "explore", "area", "break", "hand"] = "hand"


class RoundIn(BaseModel):
    """The stops of a unit in their order."""

    model_config = ConfigDict(extra="forbid")

    unit: Annotated[str, Field(max_length=80)]
    stops: Annotated[list[WishIn], Field(max_length=200)]


class RoundsIn(BaseModel):
    """All rounds of a plan, and the version they were changed from."""

    model_config = ConfigDict(extra="forbid")

    version: Annotated[int, Field(ge=1)]
    rounds: Annotated[list[RoundIn], Field(max_length=40)]


class PublishIn(BaseModel):
    """The version that was looked at."""

    model_config = ConfigDict(extra="forbid")

    version: Annotated[int, Field(ge=1)]


class PlanHead(BaseModel):
    """A plan in a list."""

    id: UUID
    day: date
    shift_id: UUID
    from_at: datetime
    to_at: datetime
    state: State
    version: int
    seconds: int = 12
    made_at: datetime
    made_by: str
    published_at: datetime | None
    published_by: str
    covered_share: float | None = None
    visits: int | None = None
    explored_share: float | None = None


class PatrolPlanOut(PlanHead):
    """A plan: `result` as docs/patrol-plan.md says it, with `broken` (stops that cannot be driven as put)."""

    result: dict[str, Any] | None
    reasons: list[dict[str, Any]]
    places: list[dict[str, Any]]


class PlanLayerOut(BaseModel):
    """A festival that a plan would hold."""

    id: UUID
    name_th: str
    name_en: str
    factor: float


class PlanDueOut(BaseModel):
    """What a plan of a shift would hold beside its places."""

    requests: int
    house_watches: int
    layers: list[PlanLayerOut]


class MineOut(BaseModel):
    """The round of one's own unit; `round` is None while none is published for it."""

    plan_id: UUID | None = None
    from_at: datetime | None = None
    to_at: datetime | None = None
    version: int | None = None
    round: dict[str, Any] | None = None


class UnitDriven(BaseModel):
    """What became of one unit's round."""

    unit: str
    positions: int
    stops: list[dict[str, Any]]
    track: list[tuple[float, float, float]]
    gaps: list[tuple[float, float]]
    length_m: int
    off_street: int
    place_min: int
    risk_min: int


class DrivenOut(BaseModel):
    """A plan beside what was driven; `driven` are the streets (lon, lat); one position a `step_s` seconds counts."""

    units: list[UnitDriven]
    step_s: int
    driven: list[list[tuple[float, float]]]
    driven_share: float
    visits_by_hour: list[dict[str, Any]]
