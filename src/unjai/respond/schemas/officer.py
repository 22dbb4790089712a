"""What crosses the wire between a phone and the centre besides the task's steps: waking it, words, cameras."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, Field, StringConstraints

from unjai.platform.moments import MomentIn
from unjai.respond.rules.push import ENDPOINT_MOST
from unjai.respond.schemas.base import In, Moment, Out, storable

TALK_MOST = 500
TalkText = Annotated[str, StringConstraints(max_length=TALK_MOST), AfterValidator(storable), Field(min_length=1)]
_Key = Annotated[str, StringConstraints(max_length=128, pattern=r"^[A-Za-z0-9_-]+={0,2}$")]


class PushKeysIn(In):
    """A browser's keys as its `PushSubscription` names them, in base64url."""

    p256dh: _Key
    auth: _Key


class PushIn(In):
    """A browser that wants to be woken. `details` lets what happened stand on a locked screen.

    `replaces` is its own endpoint of before, whose choices are kept.
    """

    endpoint: Annotated[str, StringConstraints(max_length=ENDPOINT_MOST)]
    keys: PushKeysIn
    details: bool = False
    locale: Literal["th", "en"] = "th"
    replaces: Annotated[str, StringConstraints(max_length=ENDPOINT_MOST)] = ""


class PushGoneIn(In):
    """A browser that is no longer to be woken: by the row shown in the list, or by its own endpoint."""

    id: UUID | None = None
    endpoint: Annotated[str, StringConstraints(max_length=ENDPOINT_MOST)] = ""


class PushPhoneOut(Out):
    """One of one's own browsers that is woken; `mine` was made by this session."""

    id: UUID
    browser: str
    system: str
    details: bool
    created_at: Moment
    sent_at: Moment | None
    mine: bool


class PushOut(Out):
    """What a page needs to ask its browser, and who is woken already. `on` is false where the station woke nobody."""

    on: bool
    key: str
    phones: list[PushPhoneOut]


class SayIn(In):
    """A message; `at` is when it was written, for one that waited for a line."""

    text: TalkText
    incident_id: UUID | None = None
    at: MomentIn | None = None


class TalkReadIn(In):
    """Up to which message it was read."""

    up_to: Annotated[int, Field(ge=0, le=2**62)]


class TalkOut(Out):
    """A message between a unit and the centre; `seq` is the order."""

    id: UUID
    seq: int
    unit_id: UUID
    incident_id: UUID | None
    from_unit: bool
    name: str
    text: str
    said_at: Moment
    at: Moment
    read_at: Moment | None


class TalkWaitingOut(Out):
    """How many messages of a unit wait to be read at the centre, and the last one."""

    unit_id: UUID
    unread: int
    last_seq: int
    text: str
    name: str


class TaskCameraOut(Out):
    """A camera near one's task."""

    device_id: UUID
    name_th: str
    name_en: str
    distance_m: float


class SafeIn(In):
    """The word that ends one's own call for help, typed in full; `at` is when."""

    word: Annotated[str, StringConstraints(max_length=40)]
    at: MomentIn | None = None


class CallerPlace(Out):
    """Where a caller is who shares her place, and when that was."""

    lon: float
    lat: float
    accuracy_m: float | None
    at: Moment


class OwnTalk(Out):
    """The centre's words that the unit has not read: how many, and the last one."""

    unread: int
    last_seq: int
    text: str
    name: str


class OwnDistress(Out):
    """One's own call for help that is open; `safe` once the officer said the word."""

    number: str
    opened_at: Moment
    acknowledged: bool
    safe: bool
