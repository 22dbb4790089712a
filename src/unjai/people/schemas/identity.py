"""What crosses the wire about second factors, sessions, emergency rights, approvals, policy and the audit log."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, BaseModel, Field, JsonValue

from unjai.people.rules.break_glass import State as UseState
from unjai.people.rules.break_glass import Verdict
from unjai.people.rules.four_eyes import State as ApprovalState
from unjai.people.schemas.accounts import In, Out, Word
from unjai.platform.free import storable

_NO_NUL = r"^[^\x00]*$"  # PostgreSQL keeps no NUL
Code = Annotated[str, Field(max_length=40)]
Password = Annotated[str, Field(max_length=1000)]
Sentence = Annotated[str, Field(max_length=1000, pattern=_NO_NUL)]
Search = Annotated[str, Field(max_length=100, pattern=_NO_NUL)]


class SecondStepIn(In):
    """The code of the second step; `remember` asks that this phone be known from now on."""

    code: Code
    remember: bool = False


class ProofIn(In):
    """Password and, where there is a second factor, a code of it."""

    password: Password
    code: Code = ""


class CodeIn(In):
    """A code by time."""

    code: Code


class FactorOut(Out):
    """How it stands with one's own second factor. `due_at`: from then on one's role needs it."""

    since: AwareDatetime | None
    recovery_left: int
    due_at: AwareDatetime | None


class EnrolmentOut(Out):
    """A secret for an authenticator; `qr` is the rows of its QR code, 0 light and 1 dark."""

    secret: str
    uri: str
    qr: list[str]
    expires_at: AwareDatetime


class RecoveryOut(Out):
    """Recovery codes, shown this once."""

    codes: list[str]


class AgentOut(Out):
    """A browser and its system, as it says itself."""

    kind: Literal["phone", "tablet", "computer", "unknown"]
    browser: str
    system: str


class SessionRowOut(Out):
    """A living session; `mine` is the one that asks."""

    id: UUID
    agent: AgentOut
    ip: str
    created_at: AwareDatetime
    last_seen: AwareDatetime
    expires_at: AwareDatetime
    second_factor: Literal["none", "code", "recovery", "phone"]
    mine: bool


class PhoneOut(Out):
    """A phone that need not give the second step until `expires_at`."""

    id: UUID
    agent: AgentOut
    ip: str
    created_at: AwareDatetime
    last_used: AwareDatetime
    expires_at: AwareDatetime


class EndedOut(Out):
    """How many sessions were ended."""

    ended: int


class BreakGlassIn(In):
    """Why emergency rights are taken, and for which case if there is one."""

    reason: Sentence
    case_number: Annotated[str, Field(max_length=100, pattern=_NO_NUL)] = ""


class OpenBreakGlassOut(Out):
    """Emergency rights that hold now."""

    id: UUID
    account_id: UUID
    account_name: str
    reason: str
    case_number: str
    taken_at: AwareDatetime
    ends_at: AwareDatetime


class BreakGlassOut(OpenBreakGlassOut):
    """A use of emergency rights, and its answer."""

    gained: list[str]
    ended_at: AwareDatetime | None
    ended_by: str
    review_due_at: AwareDatetime
    reviewed_at: AwareDatetime | None
    reviewer_name: str
    verdict: Verdict | None
    review_note: str
    state: UseState


class ReviewIn(In):
    """The answer to a use of emergency rights."""

    verdict: Verdict
    note: Sentence


class ProposalIn(In):
    """What two people are to do together; `facts` are those of the error `approval_needed`."""

    action: Word
    facts: Annotated[dict[Word, JsonValue], Field(max_length=20), AfterValidator(storable)]
    reason: Sentence


class ApprovalOut(Out):
    """A proposal; `digest` goes back with the approval, so that exactly what was seen is done."""

    id: UUID
    action: str
    subject: str
    about_th: str
    about_en: str
    reason: str
    proposed_by: UUID
    proposer_name: str
    proposed_at: AwareDatetime
    expires_at: AwareDatetime
    state: ApprovalState
    settler_name: str
    settled_at: AwareDatetime | None
    note: str
    mine: bool
    digest: str


class ApproveIn(In):
    """The digest that stood on the approver's screen."""

    digest: Annotated[str, Field(max_length=64)]


class RefuseIn(In):
    """Why not; may be empty when one takes one's own proposal back."""

    note: Sentence = ""


class ActionOut(BaseModel):
    """Something that needs a second person; `always`: no station may do it alone."""

    name: str
    th: str
    en: str
    always: bool


class AttentionOut(BaseModel):
    """What waits for this person, for badges and banners."""

    approvals: int
    reviews: int
    reviews_overdue: int
    break_glass: list[OpenBreakGlassOut]
    break_glass_minutes: int
    """How long emergency rights last when they are taken at the station now."""


_Days = Annotated[int, Field(ge=0, le=365)]


class PolicyIn(In):
    """The station's security policy, whole."""

    second_factor_roles: Annotated[list[Word], Field(max_length=50)]
    grace_days: _Days
    remember_days: _Days
    idle_minutes: Annotated[int, Field(ge=0, le=10_000)]
    break_glass_minutes: Annotated[int, Field(ge=0, le=10_000)]
    review_days: _Days
    one_person: Annotated[list[Word], Field(max_length=50)]


class PolicyOut(Out):
    """What counts at the station, and who wrote it; null while nobody did."""

    second_factor_roles: list[str]
    grace_days: int
    remember_days: int
    idle_minutes: int
    break_glass_minutes: int
    review_days: int
    one_person: list[str]
    changed_at: AwareDatetime | None
    changed_by: str


class AuditRowOut(Out):
    """A row of the audit log; `about` is the name behind an account in its subject."""

    id: UUID
    at: AwareDatetime
    actor: str
    actor_name: str
    action: str
    subject: str
    about: str
    facts: dict[str, Any]


class AuditPageOut(BaseModel):
    """Rows, latest first; ask on with `before` = `next`."""

    rows: list[AuditRowOut]
    next: UUID | None
