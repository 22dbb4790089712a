"""What of the watch list crosses the wire."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from unjai.platform.moments import MomentIn

State = Literal["proposed", "approved", "active", "ended", "withdrawn"]
Asked = Literal["proposed", "approved", "active", "ended", "withdrawn", "waiting"]
PlateText = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120)]
PlaceText = Annotated[str, StringConstraints(strip_whitespace=True, max_length=60)]
Line = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)]
Needed = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Words = Annotated[str, StringConstraints(strip_whitespace=True, max_length=500)]
Named = Annotated[list[UUID], Field(max_length=20)]
Why = Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=500)]


class In(BaseModel):
    """What comes in: nothing but what is named."""

    model_config = ConfigDict(extra="forbid")


class CheckIn(In):
    """A plate as it is being typed."""

    plate: PlateText
    province: PlaceText | None = None
    special: bool = False
    case_number: Line = ""
    reason: Words = ""
    instruction: Words = ""


class EntryIn(CheckIn):
    """An entry to propose."""

    vehicle_type: Line = ""
    vehicle_colour: Line = ""
    vehicle_marks: Words = ""
    reason: Why
    legal_basis: Needed
    case_number: Needed
    requested_by: Needed
    instruction: Words = ""
    notify: Line = ""
    notify_accounts: Named = Field(default_factory=list)
    notify_probable: bool = False
    valid_from: MomentIn | None = None
    valid_until: MomentIn


class EntryChange(In):
    """What may be changed of an entry; what is left out stays. `plate`, `province` and `special` go together."""

    plate: PlateText | None = None
    province: PlaceText | None = None
    special: bool = False
    vehicle_type: Line | None = None
    vehicle_colour: Line | None = None
    vehicle_marks: Words | None = None
    reason: Why | None = None
    legal_basis: Needed | None = None
    case_number: Needed | None = None
    requested_by: Needed | None = None
    instruction: Words | None = None
    notify: Line | None = None
    notify_accounts: Named | None = None
    notify_probable: bool | None = None
    valid_from: MomentIn | None = None
    valid_until: MomentIn | None = None


class EndIn(In):
    """Why an entry ends."""

    why: Why


class TrafficIn(In):
    """How many plates the station reads a day; null: nobody knows."""

    reads_a_day: Annotated[int, Field(ge=0, le=100_000_000)] | None


class ExpectedOut(BaseModel):
    """Chance hits of innocent vehicles: shares of all reads, and a day where traffic is known.

    `measured_days`: on how many whole days the station's own reads were counted; 0: somebody typed `reads_a_day`.
    """

    share: float
    share_most: float
    reads_a_day: int | None
    measured_days: int
    a_day: float | None
    a_day_most: float | None


class TwinOut(BaseModel):
    """An open entry of the same plate."""

    id: UUID
    case_number: str
    state: str


class WatchCheckOut(BaseModel):
    """How a typed plate is understood, and what listing it would cost.

    `urgent_word`: the word of reason or instruction for which a hit is of priority 1.
    """

    registration: str
    province: str | None
    partial: bool
    plate_th: str
    plate_en: str
    expected: ExpectedOut
    urgent_word: str | None
    twins: list[TwinOut]


class EntryOut(BaseModel):
    """An entry as it stands."""

    id: UUID
    number: int
    registration: str
    province: str | None
    partial: bool
    special: bool
    plate_th: str
    plate_en: str
    vehicle_type: str
    vehicle_colour: str
    vehicle_marks: str
    reason: str
    legal_basis: str
    case_number: str
    requested_by: str
    instruction: str
    notify: str
    notify_accounts: list[UUID]
    notify_probable: bool
    valid_from: datetime
    valid_until: datetime
    state: State
    version: int | None
    pending: dict[str, Any] | None
    import_id: UUID | None
    proposer_name: str
    proposed_at: datetime
    approver_name: str
    approved_at: datetime | None
    ended_name: str
    ended_at: datetime | None
    ended_why: str


class WatchHistoryOut(BaseModel):
    """A line of an entry's history."""

    at: datetime
    by_name: str
    what: str
    facts: dict[str, Any]


class WatchApprovalOut(BaseModel):
    """How an entry's approval stands."""

    id: UUID
    state: str
    note: str | None
    settler_name: str | None
    expires_at: datetime


class EntryWholeOut(EntryOut):
    """An entry with its history and its approval."""

    history: list[WatchHistoryOut]
    approval: WatchApprovalOut | None


class ListedOut(EntryOut):
    """An entry of the list. `answer`: how what waits for a second person stands, null where nothing waits."""

    answer: Literal["pending", "refused", "expired", "approved", "withdrawn"] | None


class PageOut(BaseModel):
    """Entries, newest first; `next` is where to go on (`after`), null at the end."""

    entries: list[ListedOut]
    next: int | None


class SummaryOut(BaseModel):
    """The list as a whole; `waiting` counts entries and changes that a second person has not settled.

    `reads_a_day` is measured where `measured_days` is not 0, else it is `reads_said`, which somebody typed.
    """

    version: int
    reads_a_day: int | None
    measured_days: int
    reads_said: int | None
    counts: dict[str, int]


class DefaultsIn(In):
    """What the rows of a file leave open, and until when."""

    reason: Why
    legal_basis: Needed
    case_number: Needed
    requested_by: Needed
    instruction: Words = ""
    notify: Line = ""
    notify_accounts: Named = Field(default_factory=list)
    notify_probable: bool = False
    valid_until: MomentIn


class RefusedOut(BaseModel):
    """A row that is refused, with why in both languages."""

    row: int
    said: str
    code: str
    th: str
    en: str


class GoodRowOut(BaseModel):
    """A row that can be taken."""

    row: int
    plate_th: str
    plate_en: str


class BrokeOut(BaseModel):
    """What broke off the reading of a file."""

    code: str
    th: str
    en: str


class WatchFileOut(BaseModel):
    """A file of entries. `refused` counts refused rows by code; `read_bytes` of `size_bytes` says how far it is.

    `reading`: rows come in; `taking`: two people agreed, rows go on the list; `failed`: `broke` says why.
    """

    id: UUID
    name: str
    digest: str
    state: Literal["reading", "staged", "proposed", "taking", "done", "dropped", "failed"]
    by_name: str
    at: datetime
    total: int
    accepted: int
    refused_total: int
    refused: dict[str, int]
    added: int | None
    done_at: datetime | None
    size_bytes: int
    read_bytes: int
    broke: BrokeOut | None


class FileWholeOut(WatchFileOut):
    """A file with the first of its rows."""

    good_rows: list[GoodRowOut]
    refused_rows: list[RefusedOut]


class RecipientOut(BaseModel):
    """Somebody whom an entry may name to be told of its hits."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    name_th: str
    name_en: str
    roles: list[str]
