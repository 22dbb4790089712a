"""Phones, what they tell, and what came of it, on the wire."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, Field, JsonValue, StringConstraints

from unjai.patrol.photos import SIZE_MOST
from unjai.patrol.rules.items import BODY_MOST, What

Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80, pattern=r"^[^\x00]*$")]
Why = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200, pattern=r"^[^\x00]*$")]
Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
State = Literal["proven", "doubted", "refused"]
Candidate = Literal["works", "camera", "risk_spot", "none"]
ITEMS_MOST = 500


class PatrolPhoneIn(BaseModel):
    """A phone to be believed: its public key (SubjectPublicKeyInfo, base64) and what its holder calls it."""

    public_key: Annotated[str, StringConstraints(max_length=400, pattern=r"^[A-Za-z0-9+/=_-]+$")]
    name: Name


class PhoneRevokeIn(BaseModel):
    """Why a phone is no longer believed."""

    why: Why = ""


class OfficerPhoneOut(BaseModel):
    """A registered phone. `waiting` items wait for what is missing before them; `key` is the digest of its key."""

    id: UUID
    name: str
    key: Digest
    holder_th: str
    holder_en: str
    call_sign: str | None
    registered_at: datetime
    revoked_at: datetime | None
    revoked_why: str
    heard_at: datetime | None
    offset_s: float | None
    head_seq: int
    head_digest: str
    waiting: int


class ItemIn(BaseModel):
    """One thing as the phone signed it: the JSON text itself, and the signature over its UTF-8 bytes in base64url."""

    body: Annotated[str, StringConstraints(max_length=BODY_MOST)]
    sig: Annotated[str, StringConstraints(max_length=100)]


class VisitsIn(BaseModel):
    """What a phone tells at once. `sent_at` is its own clock at sending, in ms: the offset is reckoned from it."""

    phone: UUID
    sent_at: Annotated[int, Field(ge=0, le=4_102_444_800_000)]
    items: Annotated[list[ItemIn], Field(max_length=ITEMS_MOST)]


class CheckAnswerOut(BaseModel):
    """What became of one item, in the order they came. Whatever is not `refused` is stored and need not come again."""

    digest: str
    state: Literal["accepted", "waiting", "repeat", "fork", "refused"]
    code: str
    th: str
    en: str
    seq: int | None
    late: bool
    late_s: int | None
    score: int | None
    visit_state: State | None


class SyncedOut(BaseModel):
    """The answers, and how far the phone's chain is known without a gap."""

    answers: list[CheckAnswerOut]
    head_seq: int
    head_digest: str
    received_at: datetime
    offset_s: float


class PresencePartOut(BaseModel):
    """One line of why a visit scored what it did."""

    code: str
    points: int
    th: str
    en: str
    facts: dict[str, JsonValue]


class VisitOut(BaseModel):
    """A visit. `observed_at` is the phone's word, `happened_at` that mended by its offset, `received_at` ours."""

    id: UUID
    checkpoint_id: UUID
    checkpoint_code: str
    checkpoint_th: str
    checkpoint_en: str
    by_th: str
    by_en: str
    call_sign: str | None
    phone_name: str
    observed_at: datetime
    happened_at: datetime
    received_at: datetime
    late: bool
    late_s: int
    chain: Literal["next", "joined", "gap", "fork"]
    dwell_s: float
    offset_s: float
    lon: float | None
    lat: float | None
    accuracy_m: float | None
    photos: list[UUID]
    score: int
    state: State
    parts: list[PresencePartOut]


class VisitsOut(BaseModel):
    """A page of visits, the newest first; `next` is the moment to ask on from."""

    visits: list[VisitOut]
    next: datetime | None


class PatrolRefusedOut(BaseModel):
    """What was not believed, and why."""

    id: UUID
    code: str
    th: str
    en: str
    at: datetime
    times: int
    holder_th: str
    holder_en: str
    phone_name: str | None


class VisitFindingOut(BaseModel):
    """What a unit found."""

    id: UUID
    what: What
    text: str
    candidate: Candidate
    incident_id: UUID | None
    checkpoint_code: str | None
    checkpoint_th: str | None
    checkpoint_en: str | None
    by_th: str
    by_en: str
    call_sign: str | None
    happened_at: datetime
    received_at: datetime
    late: bool
    late_s: int
    chain: str
    lon: float | None
    lat: float | None
    photos: list[UUID]
    settled_at: datetime | None
    settled_by: str
    settled_note: str


class ReportFindingOut(BaseModel):
    """The finding that a citizen's plain report became."""

    finding_id: UUID


class FindingSettleIn(BaseModel):
    """Whether a finding was seen to, and what was done."""

    settled: bool
    note: Annotated[str, StringConstraints(strip_whitespace=True, max_length=500, pattern=r"^[^\x00]*$")] = ""


class PatrolPhotoIn(BaseModel):
    """A photograph that will come: the phone's own id for it, its SHA-256 and size."""

    id: UUID
    digest: Digest
    size_bytes: Annotated[int, Field(ge=1, le=2**40)]


class PatrolPhotoOut(BaseModel):
    """How far a photograph has come: go on from `have`. `code` says in words what went wrong, where something did."""

    state: Literal["coming", "kept", "refused"]
    have: int
    code: str
    th: str
    en: str
    size_most: int = SIZE_MOST


class OwnerMessageOut(BaseModel):
    """Words for the owner of a place that was visited, to be sent by the station's own channel."""

    id: UUID
    checkpoint_code: str
    checkpoint_th: str
    checkpoint_en: str
    owner_name: str
    owner_contact: str
    text_th: str
    text_en: str
    made_at: datetime
    sent_at: datetime | None
    sent_by: str
    channel: Literal["", "hand", "gateway"] = ""
    tries: int = 0
    next_at: datetime | None = None
    failed_at: datetime | None = None
    failure: str = ""
    failure_th: str = ""
    failure_en: str = ""


class OwnerToldIn(BaseModel):
    """Whether an owner was told."""

    sent: bool
