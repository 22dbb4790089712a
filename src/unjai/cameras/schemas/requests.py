"""What of camera-angle requests crosses the wire."""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from unjai.cameras.schemas.registry import Degrees, Line, Name, Text

RequestState = Literal["asked", "agreed", "refused", "turned", "checked", "withdrawn"]


class RequestIn(BaseModel):
    """An owner is asked: what should be seen, to which bearing, whom we spoke to."""

    model_config = ConfigDict(extra="forbid")

    want: Name
    want_bearing_deg: Degrees | None = None
    who: Line = ""
    note: Text = ""


class MoveIn(BaseModel):
    """A request goes on."""

    model_config = ConfigDict(extra="forbid")

    to: RequestState
    who: Line = ""
    note: Text = ""


class StepOut(BaseModel):
    """What was done: `by` of us, `who` of them."""

    model_config = ConfigDict(from_attributes=True)

    state: RequestState
    at: datetime
    by: str
    who: str
    note: str


class PictureOut(BaseModel):
    """A picture of before or after; `taken` from the camera itself, else a file."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    what: Literal["before", "after"]
    at: datetime
    by: str
    taken: bool


class JudgedOut(BaseModel):
    """How the pictures of before and after compare by machine: a help, no decision.

    `changed`: how much of what is seen lies elsewhere, 0 to 1.
    """

    verdict: Literal["same", "partly", "changed", "unclear", "unreadable"]
    changed: float | None = None
    why: str = ""


class RequestOut(BaseModel):
    """A camera-angle request with its steps and pictures; `moves` are what may follow."""

    id: UUID
    camera_id: UUID
    camera_key: str
    camera_th: str
    camera_en: str
    owner_name: str
    state: RequestState
    open: bool
    want: str
    want_bearing_deg: float | None
    was_bearing_deg: float | None
    asked_at: datetime
    changed_at: datetime
    steps: list[StepOut]
    pictures: list[PictureOut]
    judged: JudgedOut | None
    moves: list[RequestState]
