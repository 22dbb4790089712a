"""What crosses the wire about persons and their posts."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from unjai.people.rules.persons import PersonKind
from unjai.people.rules.posts import PostKind
from unjai.people.schemas.accounts import CallSign, In, Name, NodeId, Out, Word
from unjai.platform.moments import DayIn

Note = Annotated[str, Field(max_length=2000, pattern=r"^[^\x00]*$")]
Grade = Annotated[int, Field(ge=1, le=10)]
Roles = Annotated[list[Word], Field(max_length=20)]


class PersonIn(In):
    """A new person. Rank or prefix, not both."""

    kind: PersonKind = "police"
    rank: Word = ""
    prefix: Word = ""
    female: bool = False
    acting_rank: bool = False
    doctor: bool = False
    first_th: Name
    last_th: Name = ""
    first_en: Name = ""
    last_en: Name = ""
    phone: CallSign = ""
    call_sign: CallSign = ""
    note: Note = ""
    home_id: NodeId | None = None
    left_on: DayIn | None = None


class PersonChangeIn(In):
    """What of a person is to change; what is absent stays, a null `left_on` takes it away."""

    kind: PersonKind = "police"
    rank: Word = ""
    prefix: Word = ""
    female: bool = False
    acting_rank: bool = False
    doctor: bool = False
    first_th: Name = ""
    last_th: Name = ""
    first_en: Name = ""
    last_en: Name = ""
    phone: CallSign = ""
    call_sign: CallSign = ""
    note: Note = ""
    home_id: NodeId | None = None
    left_on: DayIn | None = None


class PostIn(In):
    """A new post; `end_previous` ends the person's substantive post the day before."""

    position: Word
    org_unit_id: NodeId
    kind: PostKind = "substantive"
    grade: Grade | None = None
    from_on: DayIn
    until_on: DayIn | None = None
    order_ref: Name = ""
    reason: Name = ""
    roles: Roles = Field(default_factory=list)
    end_previous: bool = False


class PostChangeIn(In):
    """What of a post is to change; what is absent stays."""

    position: Word = ""
    org_unit_id: NodeId = 0
    kind: PostKind = "substantive"
    grade: Grade | None = None
    from_on: DayIn = date.min
    until_on: DayIn | None = None
    order_ref: Name = ""
    reason: Name = ""
    roles: Roles = Field(default_factory=list)


class RemarkOut(Out):
    """What looks odd in a post that was taken."""

    code: str
    facts: dict[str, Any]


class SavedPostOut(Out):
    """A post that was taken."""

    post_id: UUID
    remarks: list[RemarkOut]


class PostOut(Out):
    """A post with its words; `until_on` is its last day."""

    id: UUID
    person_id: UUID
    position: str
    org_unit_id: int
    unit_code: str
    unit_th: str
    unit_en: str
    kind: PostKind
    grade: int | None
    from_on: date
    until_on: date | None
    order_ref: str
    reason: str
    roles: list[str]
    state: str
    text_th: str
    text_thai_digits: str
    formal_th: str
    text_en: str


class PersonOut(Out):
    """A person with all posts, latest first."""

    id: UUID
    station_id: int
    kind: PersonKind
    rank: str
    prefix: str
    female: bool
    acting_rank: bool
    doctor: bool
    first_th: str
    last_th: str
    first_en: str
    last_en: str
    phone: str
    call_sign: str
    note: str
    left_on: date | None
    home_id: int
    home_code: str
    home_th: str
    home_en: str
    name_th: str
    name_en: str
    formal_th: str
    radio: str
    account_id: UUID | None
    username: str | None
    account_open: bool
    unit_call_sign: str | None
    posts: list[PostOut]
    now_th: str
    now_en: str
    gone: bool


class PersonAccountIn(In):
    """The account to tie to a person."""

    account_id: UUID


class ChairOut(Out):
    """Who is in a position at a unit on a day; `answers` are those who decide there."""

    position: str
    org_unit_id: int
    on: date
    substantive: list[UUID]
    acting: list[UUID]
    delegated: list[UUID]
    answers: list[UUID]


class RankOut(Out):
    """A rank, highest first."""

    key: str
    th: str
    abbr_th: str
    en: str
    abbr_en: str
    group: str
    conferred: bool


class PrefixOut(Out):
    """What stands before a civilian's name."""

    key: str
    th: str
    en: str
    female: bool


class PositionOut(Out):
    """A position, with what is usual in it."""

    key: str
    abbr_th: str
    th: str
    en: str
    level: str
    usual: tuple[str, str] | None
    holders: str
    grade: int | None
    says_grade: bool


class WordsOut(Out):
    """A word in both languages with examples."""

    th: str
    en: str
    examples_th: str = ""
    examples_en: str = ""


class OrgNodeOut(Out):
    """A node of the police tree."""

    id: int
    code: str
    level: str
    name_th: str
    name_en: str


class PeopleFactsOut(Out):
    """What forms about people choose from: ranks, positions, sectors; `units` are the station and those above it."""

    ranks: list[RankOut]
    prefixes: list[PrefixOut]
    positions: list[PositionOut]
    sectors: dict[str, WordsOut]
    kinds: dict[str, WordsOut]
    units: list[OrgNodeOut]
