"""Visits, corrective actions and the register of technology on the wire."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from unjai.evaluate.schemas.month import Said

Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=200, pattern=r"^[^\x00\n]*$")]
Words = Annotated[str, StringConstraints(strip_whitespace=True, max_length=2000, pattern=r"^[^\x00]*$")]
Code = Annotated[str, StringConstraints(max_length=40, pattern=r"^[A-Za-z0-9._-]*$")]
Mark = Annotated[int, Field(ge=0, le=4)] | None


class CommitteeItemOut(BaseModel):
    """An item of the form."""

    code: str
    part: str
    weight: int
    text: Said
    evidence: Said


class CommitteeFormOut(BaseModel):
    """The form's edition and its items."""

    form: str
    items: list[CommitteeItemOut]


class CommitteeVisitIn(BaseModel):
    """A visit that begins."""

    model_config = ConfigDict(extra="forbid")

    visited_on: date
    committee: Line


class CommitteeFilledIn(CommitteeVisitIn):
    """A form as far as it is filled in: marks by item, None where an item does not apply."""

    version: Annotated[int, Field(ge=1)]
    summary: Words = ""
    marks: Annotated[dict[Code, Mark], Field(max_length=100)]
    notes: Annotated[dict[Code, Words], Field(max_length=100)]


class CommitteeSignIn(BaseModel):
    """Which version of the form is signed: the one that was read."""

    version: int


class CommitteeVisitOut(BaseModel):
    """A visit; `score` is of 100, None while items are left."""

    id: UUID
    visited_on: date
    committee: str
    form: str
    state: Literal["draft", "signed"]
    marks: dict[str, int | None]
    notes: dict[str, str]
    summary: str
    score: float | None
    parts: dict[str, float]
    left: int
    applicable: int
    version: int
    changed_at: datetime
    changed_by: str
    signed_at: datetime | None
    signed_by: str


class CorrectiveActionIn(BaseModel):
    """Something to be corrected."""

    model_config = ConfigDict(extra="forbid")

    what: Annotated[str, StringConstraints(strip_whitespace=True, min_length=5, max_length=500, pattern=r"^[^\x00]*$")]
    owner: Line
    due: date
    about: Code = ""
    visit_id: UUID | None = None


class CorrectiveActionChangeIn(BaseModel):
    """What becomes of it."""

    model_config = ConfigDict(extra="forbid")

    state: Literal["open", "done", "dropped"]
    owner: Line
    due: date
    note: Words = ""


class CorrectiveStepOut(BaseModel):
    """What happened to something to be corrected."""

    at: datetime
    by: str
    state: str
    due: date
    owner: str
    note: str


class CorrectiveActionOut(BaseModel):
    """Something to be corrected, with what happened to it so far."""

    id: UUID
    what: str
    about: str
    visit_id: UUID | None
    owner: str
    due: date
    state: Literal["open", "done", "dropped"]
    late: bool
    steps: list[CorrectiveStepOut]
    made_at: datetime
    made_by: str


class TechnologyIn(BaseModel):
    """An entry of the register; `counted_as` names what of the system's own records counts its use."""

    model_config = ConfigDict(extra="forbid")

    name: Line
    kind: Literal["camera", "alert", "patrol", "citizen", "analysis", "traffic", "other"]
    novel: Literal["existing", "new"]
    since: date
    funded_by: Annotated[str, StringConstraints(strip_whitespace=True, max_length=200, pattern=r"^[^\x00]*$")] = ""
    counted_as: Code = ""
    retired_on: date | None = None
    note: Words = ""


class TechnologyOut(TechnologyIn):
    """An entry of the register with how often it was used in the month; None where nothing here counts it."""

    model_config = ConfigDict(extra="ignore")

    id: UUID
    used: int | None
    changed_at: datetime
    changed_by: str
