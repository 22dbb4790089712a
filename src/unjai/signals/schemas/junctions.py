"""What crosses the wire about junctions. No answer holds a community."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field

from unjai.respond.schemas.base import In, Out, Short
from unjai.signals.schemas.definition import JunctionFile

Mode = Literal["off", "shadow", "pattern", "control", "local"]


class JunctionPlantIn(In):
    """How the junction's controller is reached. Without `community` the one that is kept stays, for the same host."""

    plant: Literal["none", "ntcip"] = "none"
    host: Short = ""
    port: Annotated[int, Field(ge=1, le=65_535)] = 161
    community: Annotated[str, Field(max_length=200)] | None = None


class JunctionCheckIn(In):
    """A file to be judged; nothing is kept."""

    file: JunctionFile


class JunctionCheckOut(Out):
    """What stands in a file that may be registered."""

    code: str
    lanes: int
    phases: int


class JunctionIn(In):
    """A junction for the register."""

    file: JunctionFile
    plant: JunctionPlantIn = JunctionPlantIn()


class JunctionChangeIn(JunctionIn):
    """A junction as it shall be; `version` is the one that was seen."""

    version: int


class JunctionWatchIn(In):
    """On: shadow. Off: nothing watches it."""

    on: bool


class JunctionEnableIn(In):
    """Let the program drive it, this way; `version` is the one that was seen."""

    mode: Literal["pattern", "control"]
    version: int


class JunctionSeenIn(In):
    """The version that was seen."""

    version: int


class JunctionDayIn(In):
    """A Bangkok day."""

    day: date


class JunctionOut(Out):
    """A junction of the register, with its file."""

    id: UUID
    code: str
    name_th: str
    name_en: str
    lon: float
    lat: float
    mode: Mode
    mode_at: datetime
    mode_by: str
    plant: Literal["none", "ntcip"]
    host: str
    port: int
    version: int
    changed_at: datetime
    changed_by: str
    file: JunctionFile


class JunctionLaneOut(Out):
    """A lane now; `age_s` is null where nobody sees it."""

    key: str
    queue: int
    queue_m: float
    seen: int
    age_s: float | None


class JunctionLiveOut(Out):
    """A junction this second. `age_s`: how long ago that was told; phases are places in the file, from 0."""

    junction_id: UUID
    age_s: float
    mode: Mode
    missing: Literal["", "lanes", "phase"]
    phase: int | None
    colour: Literal["green", "yellow", "red"] | None
    for_s: float | None
    phase_age_s: float | None
    lanes: list[JunctionLaneOut]
    wish: int | None
    why: str
    facts: dict[str, float]
    health: Literal["none", "ok", "trouble"]
    trouble: str


class JunctionComparisonOut(Out):
    """What the wishes of today would have saved, in vehicle-minutes, with the 95 % interval."""

    changes: int
    saved_min: float
    low_min: float
    high_min: float


class JunctionNoteOut(Out):
    """Something that happened to a junction."""

    id: UUID
    at: datetime
    code: str
    facts: dict[str, Any]
    by: str


class JunctionFlowOut(Out):
    """Vehicles of an approach in the hour or quarter from `at` on; `counted_s` of `whole_s` lane-seconds counted."""

    approach: str
    at: datetime
    car: int
    motorcycle: int
    heavy: int
    counted_s: int
    whole_s: int


class JunctionFiguresOut(Out):
    """A day's performance measures of the log; null where the log cannot tell."""

    day: date
    events: int
    made_at: datetime
    arrivals: int | None = None
    on_green: float | None = None
    cycles: int | None = None
    split_failures: int | None = None


class JunctionDetailOut(Out):
    """What the page shows beside the live state."""

    junction: JunctionOut
    changes: int
    comparison: JunctionComparisonOut | None
    notes: list[JunctionNoteOut]
    flow: list[JunctionFlowOut]
    figures: JunctionFiguresOut | None
    measuring: Literal["rest", "running", "failed"]
