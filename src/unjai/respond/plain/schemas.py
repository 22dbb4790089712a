"""What crosses the wire of plain reports: what phones tell and ask, what the desk sees and says."""

from __future__ import annotations

import base64
import binascii
import unicodedata
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints, model_validator

from unjai.respond.plain.rules.kinds import Kind, Line
from unjai.respond.plain.rules.life import Move, Say, State
from unjai.respond.plain.rules.photo import BYTES_MOST
from unjai.respond.schemas.base import In, Lat, Lon, Out

_TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c\ufeff")
"""Signs that turn the way a line is read: in somebody else's list they could make a text say what it does not."""


def _clean(said: Any) -> Any:
    """Return a text of any script without what cannot be kept or what turns lines around; it is never refused."""
    if not isinstance(said, str):
        return said
    flat = said.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    kept = (s for s in flat if s == "\n" or (unicodedata.category(s) not in ("Cc", "Cs") and s not in _TURNING))
    return "".join(kept).strip()


Words = Annotated[str, BeforeValidator(_clean), StringConstraints(max_length=2000)]
Line300 = Annotated[str, BeforeValidator(_clean), StringConstraints(max_length=300)]
Secret = Annotated[str, StringConstraints(min_length=32, max_length=100, pattern=r"^[A-Za-z0-9_-]+$")]
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def _moment(said: float | None) -> datetime | None:
    """Return a phone's time in seconds; a nonsense one is none."""
    try:
        return None if said is None else _EPOCH + timedelta(seconds=said)
    except OverflowError:
        return None


Tst = Annotated[float, Field(allow_inf_nan=False)]


class PlainReportIn(In):
    """A report; the phone makes id and secret. Without words a photograph may tell, so the text may be empty."""

    id: UUID
    secret: Secret
    kind: Kind
    text: Words = ""
    place_text: Line300 = ""
    lon: Lon | None = None
    lat: Lat | None = None
    acc: Annotated[float, Field(ge=0, le=1e6, allow_inf_nan=False)] | None = None
    phone: Annotated[str, BeforeValidator(_clean), StringConstraints(max_length=40)] | None = None
    tst: Tst | None = None

    @model_validator(mode="after")
    def _both(self) -> PlainReportIn:
        if (self.lon is None) != (self.lat is None):
            raise ValueError("lon and lat belong together")
        return self

    def at(self) -> datetime | None:
        """Return when it was told, by the phone's clock."""
        return _moment(self.tst)


class PlainSentOut(Out):
    """A report that the centre has."""

    id: UUID
    number: str
    state: State
    promised_at: datetime
    reopen_days: int


def _jpeg(said: str) -> str:
    try:
        base64.b64decode(said, validate=True)
    except (binascii.Error, ValueError) as error:
        raise ValueError("Input should be base64") from error
    return said


class PlainPhotoIn(In):
    """A photograph of one's own report: a JPEG in base64. `said_id` where it belongs to a later word."""

    secret: Secret
    id: UUID
    said_id: UUID | None = None
    photo: Annotated[str, StringConstraints(max_length=BYTES_MOST * 4 // 3 + 8), AfterValidator(_jpeg)]

    def body(self) -> bytes:
        """Return the file."""
        return base64.b64decode(self.photo)


class PlainWordIn(In):
    """A further word of the reporter: `no` numbers them on the phone, from 1."""

    secret: Secret
    id: UUID
    no: Annotated[int, Field(ge=1, le=100_000)]
    say: Say
    text: Words = ""
    tst: Tst | None = None

    def at(self) -> datetime | None:
        """Return when it was said, by the phone's clock."""
        return _moment(self.tst)


class PlainSecretIn(In):
    """One's own report."""

    id: UUID
    secret: Secret


class PlainMineIn(In):
    """The reports of one phone."""

    reports: Annotated[list[PlainSecretIn], Field(max_length=30)]


class PlainTurnOut(Out):
    """What was said or done, as its reporter sees it; never by whom at the station."""

    at: datetime
    by: Literal["reporter", "station"]
    what: str
    text_th: str
    text_en: str


class PlainMineOut(PlainSentOut):
    """One's own report."""

    kind: Kind
    received_at: datetime
    reopen_until: datetime | None
    closed_why: str
    turns: list[PlainTurnOut]


# ── the desk ───────────────────────────────────────────────────────────────────────────────────────


class PlainRowOut(Out):
    """A report in the queue."""

    id: UUID
    number: str
    kind: Kind
    text: str
    place_text: str
    lon: float | None
    lat: float | None
    received_at: datetime
    promised_at: datetime
    urgent: bool
    state: State
    line: Line
    reopened: int
    answered_at: datetime | None
    closed_at: datetime | None
    closed_why: str
    version: int


class PlainListedOut(PlainRowOut):
    """A report in the queue, with how many told the same and how many photographs it has."""

    copies: int
    photos: int


class PlainSaidOut(PlainTurnOut):
    """What was said or done, as the desk sees it."""

    id: UUID
    number: str
    who: str


class PlainShotOut(Out):
    """A photograph; its content has a route of its own."""

    id: UUID
    report_id: UUID
    said_id: UUID | None
    at: datetime


class PlainAlikeOut(PlainRowOut):
    """Another report that may be about the same."""

    why: Literal["photo", "near", "words"]
    distance_m: float | None


class PlainReportOut(PlainRowOut):
    """A report whole. `phone` only where one may see it."""

    accuracy_m: float | None
    observed_at: datetime
    phone: str | None
    joined_to: UUID | None
    main_number: str | None
    incident_id: UUID | None
    incident_number: str | None
    finding_id: UUID | None
    said: list[PlainSaidOut]
    photos: list[PlainShotOut]
    copies: list[PlainRowOut]
    alike: list[PlainAlikeOut]


class PlainWaitingOut(Out):
    """How many wait, and of the last 90 days: due, answered in time, answered, opened again."""

    new: int
    urgent: int
    late: int
    due: int
    in_time: int
    answered: int
    reopened: int


class PlainMoveIn(In):
    """Where a report is put."""

    to: Move
    line: Line = ""
    version: int


class PlainAnswerIn(In):
    """Words for the reporter; where there are none in English the Thai ones are shown."""

    text_th: Annotated[str, BeforeValidator(_clean), StringConstraints(min_length=1, max_length=1000)]
    text_en: Annotated[str, BeforeValidator(_clean), StringConstraints(max_length=1000)] = ""
    version: int


class PlainJoinIn(In):
    """The report that this one repeats."""

    into: UUID


class PlainIncidentOut(Out):
    """The incident that a report became."""

    incident_id: UUID
