"""What crosses the wire of right and wrong alerts, and of what they teach."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Word = Annotated[str, StringConstraints(min_length=1, max_length=40)]
Reason = Annotated[str, StringConstraints(strip_whitespace=True, max_length=500)]


class _In(BaseModel):
    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)


class VerdictIn(_In):
    """An alert was right or wrong, and why, if somebody wants to say."""

    verdict: Literal["right", "wrong"]
    reason: Reason = ""


class VerdictOut(BaseModel):
    """What was said of an alert."""

    model_config = ConfigDict(from_attributes=True)

    verdict: Literal["right", "wrong"]
    reason: str
    at: datetime
    by: str


class RuleProposalIn(_In):
    """A proposal as it was read; `to` 0 of a switch is off."""

    param: Word
    to: Annotated[float, Field(ge=0, le=1e6)]


class AcceptIn(RuleProposalIn):
    """`version` is the rule's that was looked at."""

    version: Annotated[int, Field(ge=1)]


class DeclineIn(RuleProposalIn):
    """Why not, if somebody wants to say."""

    note: Reason = ""


class RuleProposalOut(BaseModel):
    """A change that would have spared wrong alerts, in words; nobody makes it but a person."""

    param: str
    switch: bool
    now: float
    to: float
    right: int
    wrong: int
    spared: int
    lost: int
    th: str
    en: str


class DecidedOut(BaseModel):
    """What a person made of a proposal."""

    id: UUID
    param: str
    title_th: str
    title_en: str
    value_from: float
    value_to: float
    decided: Literal["accepted", "declined"]
    note: str
    at: datetime
    by: str


class LessonOut(BaseModel):
    """What answers teach of a rule. `low` and `high` bound the share of right ones (95 %); `why`: why no proposal."""

    alerts: int
    right: int
    wrong: int
    share: float | None
    low: float | None
    high: float | None
    since: datetime
    th: str
    en: str
    proposal: RuleProposalOut | None
    why: str | None
    why_th: str
    why_en: str
    decided: list[DecidedOut]
