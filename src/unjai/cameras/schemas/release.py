"""What of release copies crosses the wire."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from unjai.cameras.rules.release import MARKS_MOST, CopyState, Sort
from unjai.cameras.schemas.evidence import Name, Reason, Wrong

FileName = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Seconds = Annotated[float, Field(ge=0, le=100_000, allow_inf_nan=False)]
Revision = Annotated[int, Field(ge=0, le=1_000_000)]
Style = Literal["mosaic", "solid"]


class _In(BaseModel):
    model_config = ConfigDict(extra="forbid")


class CopyIn(_In):
    """For whom a copy is made, what for, which files of the package (none named: all), how faces are hidden."""

    recipient: Name
    agency: Name
    sort: Sort
    purpose: Reason
    style: Style = "mosaic"
    files: Annotated[list[FileName], Field(max_length=16)] = []


class AgreedCopyIn(CopyIn):
    """What two people agree on: the same, of which package."""

    key: UUID


class ReleaseMarkIn(_In):
    """A rectangle to hide as well, in fractions of the picture; without times through all of the clip."""

    file: FileName
    x0: Share
    y0: Share
    x1: Share
    y1: Share
    since_s: Seconds | None = None
    until_s: Seconds | None = None


class MarksIn(_In):
    """All rectangles of a copy; `revision` is the one they were drawn on."""

    revision: Revision
    marks: Annotated[list[ReleaseMarkIn], Field(max_length=MARKS_MOST)]


class LookedIn(_In):
    """Which revision somebody begins to look at."""

    revision: Revision


class ReleaseIn(LookedIn):
    """Who releases says that every face was looked for, by themselves."""

    looked: Literal[True]


class ShotOut(BaseModel):
    """A picture to compare before and after; `left`: faces that the machine finds in it even after hiding."""

    at_s: float
    hidden: int
    left: int


class CopyFileOut(BaseModel):
    """What was hidden in a file: faces and heads over all pictures that were looked at."""

    name: str
    sort: Literal["clip", "still"]
    width: int
    height: int
    seconds: float
    pictures: int
    looked: int
    faces: int
    heads: int
    hidden_pictures: int
    shots: list[ShotOut]


class CopyOut(BaseModel):
    """A release copy — สำเนาสำหรับเผยแพร่. `progress` is 0 to 1 while faces are being hidden."""

    id: UUID
    evidence_id: UUID
    number: str
    state: CopyState
    asked_at: datetime
    asked_by: str
    recipient: str
    agency: str
    sort: Sort
    purpose: str
    style: Style
    files: list[str]
    second: str | None
    revision: int
    marks: list[ReleaseMarkIn]
    found: list[CopyFileOut]
    looked_by: str
    looked_at: datetime | None
    looked_revision: int
    released_by: str
    released_at: datetime | None
    error: Wrong | None
    digest: str
    size_bytes: int
    key_print: str
    progress: float
