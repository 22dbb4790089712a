"""What of evidence crosses the wire."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, model_validator

from unjai.cameras.schemas.streams import IntervalOut
from unjai.platform.free import sayable
from unjai.platform.moments import MomentIn


def _storable(said: str) -> str:
    if sayable(said) != said or "\x00" in said:
        raise ValueError("Input should be text without NUL or broken signs")
    return said


def _text(least: int, most: int) -> Any:
    return StringConstraints(strip_whitespace=True, min_length=least, max_length=most)


Reason = Annotated[str, _text(3, 500), AfterValidator(_storable)]
Number = Annotated[str, _text(0, 80), AfterValidator(_storable)]
Name = Annotated[str, _text(1, 200), AfterValidator(_storable)]
Line = Annotated[str, _text(0, 300), AfterValidator(_storable)]


class _In(BaseModel):
    model_config = ConfigDict(extra="forbid")


class PieceIn(_In):
    """A clip from `since` to `until`; a still of the recording at `since`; or, without a time, of the live picture."""

    camera_id: UUID
    sort: Literal["clip", "still"] = "clip"
    since: MomentIn | None = None
    until: MomentIn | None = None

    @model_validator(mode="after")
    def _whole(self) -> Self:
        clip = self.sort == "clip"
        if clip and (self.since is None or self.until is None):
            raise ValueError("a clip has a beginning and an end")
        if not clip and self.until is not None:
            raise ValueError("a still has one moment: since")
        return self


class LookIn(_In):
    """What might be asked for: told before it is."""

    pieces: Annotated[list[PieceIn], Field(min_length=1, max_length=16)]


class EvidenceIn(LookIn):
    """What is asked for: which pictures, why, and for which case; `no_case`: there is no number yet."""

    reason: Reason
    case_number: Number = ""
    no_case: bool = False


class AgreedPieceIn(_In):
    """A piece as two people agree on it: with both its ends, and the live still that was kept."""

    camera_id: UUID
    sort: Literal["clip", "still"]
    since: MomentIn
    until: MomentIn
    still_id: UUID | None = None


class AgreedIn(_In):
    """What two people agree on to seal: as strict as `EvidenceIn`. The incident's number is looked up, not believed."""

    pieces: Annotated[list[AgreedPieceIn], Field(min_length=1, max_length=16)]
    reason: Reason
    case_number: Number
    no_case: bool = False
    incident_id: UUID | None = None
    incident_number: str = ""


class LeaveOut(BaseModel):
    """How a piece stands with its owner's consent; `beyond`: a second person must approve, `why` says what lacks."""

    needed: bool
    beyond: bool
    why: Literal["", "no_paper", "not_in_force", "hours", "hours_unreadable"]
    number: str
    hours: str
    part: str


class LookOut(BaseModel):
    """What a piece would hold: what is recorded of it, what is missing, about how much."""

    camera_id: UUID
    present: list[IntervalOut]
    missing: list[IntervalOut]
    size_bytes: int
    leave: LeaveOut


class EvidencePiece(BaseModel):
    """A piece as it was asked for."""

    camera_id: UUID
    camera_key: str
    camera_th: str
    camera_en: str
    sort: Literal["clip", "still"]
    since: datetime
    until: datetime
    live: bool
    leave: LeaveOut


class Wrong(BaseModel):
    """Why a package could not be made, in words."""

    code: str
    th: str
    en: str


class EvidenceRow(BaseModel):
    """A package in the list."""

    id: UUID
    number: str
    state: Literal["asked", "making", "sealed", "failed", "removed"]
    asked_at: datetime
    asked_by: str
    reason: str
    case_number: str
    incident_id: UUID | None
    incident_number: str
    since: datetime
    until: datetime
    beyond: bool
    pieces: list[EvidencePiece]
    begun_at: datetime | None
    settled_at: datetime | None
    error: Wrong | None
    digest: str
    size_bytes: int
    key_print: str
    held: bool


class CustodyStep(BaseModel):
    """A step of the chain of custody — สายการครอบครอง; `seq` is its row in the audit log's tree, once it is sealed."""

    what: str
    at: datetime
    by: str
    facts: dict[str, Any]
    seq: int | None


class FileOut(BaseModel):
    """A picture or clip in a package, with its real ends and what is missing in it."""

    name: str
    camera_id: UUID
    sort: str
    since: datetime
    until: datetime
    gaps: list[IntervalOut]
    size: int
    sha256: str


class EvidenceOut(EvidenceRow):
    """A package whole: its files, what was never recorded, who approved, its custody, its outside time stamp."""

    files: list[FileOut]
    missing: list[UUID]
    second: str | None
    steps: list[CustodyStep]
    stamp: Literal["", "wanted", "missing", "stamped"]
    stamp_at: datetime | None
    stamp_by: str
    stamp_inside: bool
    stamp_error: Wrong | None


class HandEvidenceIn(_In):
    """To whom a package is handed, and how."""

    name: Name
    rank: Line = ""
    agency: Name
    by_way_of: Line = ""
    note: Line = ""


class ReceiveEvidenceIn(_In):
    """The digest that the receiver has checked."""

    digest: Annotated[str, StringConstraints(min_length=64, max_length=64, pattern="^[0-9a-fA-F]{64}$")]


class WhyIn(_In):
    """A reason."""

    reason: Reason


class CheckOut(BaseModel):
    """What checking a package on the centre's disc found; no problem: it is whole."""

    problems: list[Wrong]
    digest: str
    key_print: str
    log_root: str | None
    stamped_at: datetime | None
    stamp_checked: bool
