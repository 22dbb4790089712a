"""What crosses the wire of live pictures and recordings."""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, Field


class FeedOut(BaseModel):
    """One feed of a camera — สัญญาณภาพ: what was measured of it in the last ten seconds."""

    signal: Literal["connecting", "live", "lost", "idle"]
    since: datetime | None
    why: str | None = None
    codec: str | None = None
    profile: str | None = None
    width: int = 0
    height: int = 0
    fps: float = 0
    bits_per_s: int = 0
    key_every_s: float | None = None
    clock_off_s: float | None = None
    broken_units: int = 0
    readers: int = 0


class EventsOut(BaseModel):
    """What a camera said by itself since its process began: how many were told on, and what was not and why.

    `left_out`: more than sixty a minute. `personal`: about faces, looks or plates, never kept. `elsewhere`: another
    channel of the recorder. `unknown`: topics that nobody here knows, with how often.
    """

    signal: Literal["connecting", "live", "lost"]
    since: datetime | None
    why: str | None = None
    last_at: datetime | None = None
    taken: int = 0
    left_out: int = 0
    personal: int = 0
    broken: int = 0
    elsewhere: int = 0
    unknown: dict[str, int] = Field(default_factory=dict)


class PlatesOut(BaseModel):
    """How a lane camera's plates are read, counted since its process began.

    `state`: `waiting` (the model is being read), `ready`, or why nothing is read; with `plate_finder_missing` plates
    are found by edges alone. Of all `passages` each is `read`, `unreadable`, showed `no_plate`, or was too `far` (or
    never whole in the picture); `dropped` are looks at vehicles that came faster than they could be read.
    """

    state: str
    passages: int = 0
    read: int = 0
    unreadable: int = 0
    no_plate: int = 0
    far: int = 0
    dropped: int = 0
    last_s: float | None = None
    ms_a_passage: float | None = None


class CameraStateOut(BaseModel):
    """A camera as its process sees it now. `live`: `plays` in browsers, `h265` (the owner should add an H.264 feed)."""

    camera_id: UUID
    key: str
    signal: Literal["connecting", "live", "lost", "idle"]
    since: datetime | None
    why: str | None = None
    still_at: datetime | None
    recording: Literal["off", "waiting", "on", "disc_full", "disc_slow", "failed"]
    live: Literal["plays", "h265", "none", "unknown"]
    feeds: dict[str, FeedOut]
    events: EventsOut | None = None
    plates: PlatesOut | None = None


class CameraStatesOut(BaseModel):
    """All cameras that somebody serves. One of the register that is missing here is served by nobody."""

    now: datetime
    cameras: list[CameraStateOut]


class IntervalOut(BaseModel):
    """From when to when."""

    since: datetime
    until: datetime


class SegmentOut(BaseModel):
    """One recording, and where it lies under the camera's address: `init` first, then `media`."""

    since: datetime
    until: datetime
    init: str
    media: str


class RecordingsOut(BaseModel):
    """What was recorded in a range: with and without pictures, and what is held. Segments only for a day or less."""

    since: datetime
    until: datetime
    present: list[IntervalOut]
    missing: list[IntervalOut]
    held: list[IntervalOut]
    segments: list[SegmentOut] = Field(default_factory=list)
