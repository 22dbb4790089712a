"""What crosses the wire of walks: ways asked for, a walk begun, answers, links, what a friend and the desk see."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from unjai.platform.moments import MomentIn

Lon = Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False)]
Lat = Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False)]


def _clean(said: str) -> str:
    if any(one == "\x00" or "\ud800" <= one <= "\udfff" for one in said):
        raise ValueError("Input should be text without NUL or broken letters")
    return said


class _In(BaseModel):
    model_config = ConfigDict(extra="forbid")


class WalkEndIn(_In):
    """A place."""

    lon: Lon
    lat: Lat


class WaysIn(_In):
    """From where to where, and when; without a moment now."""

    from_: WalkEndIn = Field(alias="from")
    to: WalkEndIn
    at: MomentIn | None = None


class StreetOut(BaseModel):
    """A stretch of one street: what speaks for it, what against it, what nobody knows.

    It ends at the way's point of the number `until`; the next one begins there.
    """

    name_th: str
    name_en: str
    metres: int
    until: int
    ease: float
    at_most: float
    good: list[dict[str, str]]
    bad: list[dict[str, str]]
    unknown: list[dict[str, str]]


class WayOut(BaseModel):
    """A way on foot; `ease` can be vouched for, `at_most` if everything unknown were good."""

    kinds: list[Literal["quickest", "easiest", "other"]]
    words: dict[str, str]
    metres: int
    seconds: int
    minutes: int
    ease: float
    at_most: float
    unlit_m: int
    unlit_share: float
    streets: list[StreetOut]
    points: list[tuple[float, float]]


class WaysOut(BaseModel):
    """One to three ways, the quickest first."""

    dark: bool
    ways: list[WayOut]


class BeginIn(_In):
    """A walk to begin: which of the ways, who she is if she says so, and a word that means duress if she wants one."""

    from_: WalkEndIn = Field(alias="from")
    to: WalkEndIn
    way: int = Field(default=0, ge=0, le=2)
    name: Annotated[str, Field(max_length=80), AfterValidator(_clean)] | None = None
    phone: Annotated[str, Field(max_length=40), AfterValidator(_clean)] | None = None
    duress_word: Annotated[str, Field(max_length=80), AfterValidator(_clean)] | None = None


class BegunOut(BaseModel):
    """A walk that was begun. The token is told once and is all that the walk belongs to."""

    id: UUID
    token: str
    expected_at: datetime
    way: WayOut


class WalkCheckOut(BaseModel):
    """A question: why it is asked, when, and how long there is for an answer."""

    why: Literal["strayed", "stopped", "late", "battery", "lost"]
    asked_at: datetime
    answer_s: int


class WalkOut(BaseModel):
    """A walk as its own page shows it."""

    state: Literal["begun", "walking", "asked", "ended"]
    expected_at: datetime
    way_no: int
    check: WalkCheckOut | None = None


class WalkWayOut(BaseModel):
    """The way that a walk follows now, and its number."""

    way_no: int
    way: WayOut


class MoreIn(_In):
    """How many minutes more she takes; the page makes the id, so that a repeat is the same."""

    id: UUID
    minutes: int = Field(ge=1, le=120)


class GoalsIn(_In):
    """What is looked for, in Thai or English. In a body, so that no log of addresses holds where somebody goes."""

    q: Annotated[str, Field(max_length=100), AfterValidator(_clean)]


class GoalOut(BaseModel):
    """A street, a community or a place that is open to everybody: somewhere to walk to."""

    type: Literal["street", "place", "community"]
    name_th: str
    name_en: str
    lon: float
    lat: float


class AnswerIn(_In):
    """What she answers; the page makes the id, so that a repeat is the same answer."""

    id: UUID
    word: Annotated[str, Field(max_length=80)] = ""


class LinkOut(BaseModel):
    """A link for a friend; the token is told once."""

    id: UUID
    token: str | None = None
    expires_at: datetime


class FriendPlaceOut(BaseModel):
    """Where she was last."""

    lon: float
    lat: float
    accuracy_m: float | None
    at: datetime


class FriendOut(BaseModel):
    """All that a friend sees."""

    expected_at: datetime
    points: list[tuple[float, float]]
    position: FriendPlaceOut | None


class AlertedOut(BaseModel):
    """A walk that is an alert, in the list."""

    id: UUID
    why: Literal["strayed", "stopped", "late", "battery", "lost", "duress"]
    alerted_at: datetime
    incident_id: UUID
    expected_at: datetime
    position: FriendPlaceOut | None
    battery: int | None


class EscortsOut(BaseModel):
    """How many walks are watched, and those that are alerts."""

    open: int
    alerted: list[AlertedOut]


class EscortOut(AlertedOut):
    """A walk of which an incident came, whole."""

    state: str
    began_at: datetime
    ended_at: datetime | None
    points: list[tuple[float, float]]
    trail: list[FriendPlaceOut]


def way_out(told: dict[str, Any]) -> WayOut:
    """Return a told way as it goes out."""
    return WayOut.model_validate(told)
