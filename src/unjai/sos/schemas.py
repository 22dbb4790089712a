"""What crosses the wire about SOS points."""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from unjai.respond.schemas.base import In, Out


class AskIn(In):
    """A siren or a light to be worked for a while; without a time for as long as is usual."""

    part: Literal["siren", "light"]
    lasts_s: int | None = Field(default=None, ge=1, le=900)
    incident_id: UUID | None = None


class TalkIn(In):
    """A call to a point, about an incident or not."""

    incident_id: UUID | None = None


class SosActionOut(Out):
    """What was asked of a siren or a light, and what is known of it."""

    id: UUID
    device_id: UUID
    incident_id: UUID | None
    part: str
    lasts_s: int
    state: str
    asked_at: datetime
    asked_by: str
    sent_at: datetime | None
    answered_at: datetime | None
    stop_asked_at: datetime | None
    ended_at: datetime | None
    why: str


class SosCallOut(Out):
    """A call of a point: who began it, who took it, how it stands. `mine` is the asker's own."""

    id: UUID
    device_id: UUID
    incident_id: UUID | None
    state: str
    began_by: str
    who: str
    said: str
    rang_at: datetime
    answered_at: datetime | None
    ended_at: datetime | None
    ended_why: str | None
    operator: str
    mine: bool = False


class SosPointOut(Out):
    """A point: what stands there, and whether it can be talked to now (`voice` says what is in the way)."""

    device_id: UUID
    key: str
    name_th: str
    name_en: str
    point: str
    siren: bool
    light: bool
    has_voice: bool
    voice: Literal["ready", "away", "insecure", "denied", "missing", "none"]


class SosDeskOut(Out):
    """All that the room must know of the points: calls and commands that are open, and those of the last minutes."""

    now: datetime
    points: list[SosPointOut]
    calls: list[SosCallOut]
    actions: list[SosActionOut]
