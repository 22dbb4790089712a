"""What of cameras' health crosses the wire."""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel

TroubleName = Literal["no_signal", "frozen", "covered", "defocused", "turned", "dark", "clock"]


class TroubleOut(BaseModel):
    """A trouble of a camera; `until` is empty while it lasts. `measure`: 0 as it should be, 1 surely so."""

    id: UUID
    camera_id: UUID
    trouble: TroubleName
    since: datetime
    noticed_at: datetime
    until: datetime | None
    measure: float
    has_picture: bool


class ReferenceOut(BaseModel):
    """A picture that says how a camera should look. `by` is empty where the centre kept it by itself."""

    id: UUID
    at: datetime
    by: str


class CameraHealthOut(BaseModel):
    """A camera's references and its troubles, newest first."""

    references: list[ReferenceOut]
    troubles: list[TroubleOut]


class ReferenceIn(BaseModel):
    """Take the picture of now as reference: instead of those before, or `beside` them (night, infrared)."""

    beside: bool = False
