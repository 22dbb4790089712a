"""What crosses the wire about the whole case: check lists, waits, parties, attachments, sealed files, messages."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, Field, StringConstraints

from unjai.respond.rules.overdue import LIMIT_MOST_S, Wait
from unjai.respond.rules.parties import PartyKind
from unjai.respond.rules.procedures import ANSWERS_MOST, STEPS_MOST, Does, Left, Mark, Who
from unjai.respond.schemas.base import In, Moment, Out, Said, SaidSomething, Short, storable

Key = Annotated[str, StringConstraints(min_length=1, max_length=32)]
Code = Annotated[str, StringConstraints(min_length=1, max_length=20)]
Line = Annotated[str, StringConstraints(max_length=300), AfterValidator(storable), Field(min_length=1)]
Seconds = Annotated[int, Field(ge=1, le=LIMIT_MOST_S)]


class AnswerIo(In):
    """An answer to a step's question; `next` is the key of the step it leads to, or `end`."""

    key: Key
    th: Line
    en: Line
    next: Key | None = None


class StepIo(In):
    """A step of a check list; `does` is what of the incident does it by itself."""

    key: Key
    th: Line
    en: Line
    who: Who = "operator"
    required: bool = True
    answers: Annotated[list[AnswerIo], Field(max_length=ANSWERS_MOST)] = Field(default_factory=list)
    next: Key | None = None
    does: Does | None = None


class ProcedureOut(Out):
    """A code's check list as a new incident would begin with it; `own` where the station wrote it."""

    code: str
    version: int
    own: bool
    steps: list[StepIo]
    made_at: Moment | None
    made_by: str | None


class ProcedureIn(In):
    """The steps as they should be from now on; `base` is the version that was edited."""

    steps: Annotated[list[StepIo], Field(max_length=STEPS_MOST)]
    base: Annotated[int, Field(ge=0, le=2_000_000_000)] | None = None


class ProceduresFile(In):
    """Check lists to take from one station to another."""

    format: Literal["unjai-procedures/1"] = "unjai-procedures/1"
    lists: Annotated[dict[Code, Annotated[list[StepIo], Field(max_length=STEPS_MOST)]], Field(max_length=200)]


class Changed(Out):
    """How many are other than before."""

    changed: int


class ShownAnswer(Out):
    """An answer that may be given."""

    key: str
    th: str
    en: str


class ShownStep(Out):
    """A step on the incident's path with its mark; `by` is empty for what the incident itself has done."""

    key: str
    th: str
    en: str
    who: Who
    required: bool
    answers: list[ShownAnswer]
    mark: Mark | None
    answer: str | None
    reason: str
    at: Moment | None
    by: str | None
    by_itself: bool


class ChecklistOut(Out):
    """The check list of an incident: the path as far as it is known, and the next thing to do."""

    code: str
    version: int
    current: str | None
    more: bool
    """An answer is still needed before the rest is known."""
    steps: list[ShownStep]
    left_out: list[str]


class MarkIn(In):
    """Done, answered, or skipped with a reason."""

    answer: Key | None = None
    skip: bool = False
    reason: Short = ""


class OverdueOut(Out):
    """A wait that lasts too long, and who took it over."""

    wait: Wait
    limit_s: int
    due_at: Moment
    raised_at: Moment
    mended_at: Moment | None
    taken_at: Moment | None
    taken_by: str | None
    word: str


class WordIn(In):
    """A word, which must be said."""

    word: Annotated[str, StringConstraints(max_length=500), AfterValidator(storable), Field(min_length=1)]


class MaybeWordIn(In):
    """A word, which may be missing."""

    word: Short = ""


class LeftStep(Out):
    """A required step that was left out, and how."""

    key: str
    th: str
    en: str
    how: Left
    reason: str


class GapOut(Out):
    """What an incident was closed without."""

    id: UUID
    incident_id: UUID
    number: str
    title_th: str
    title_en: str
    priority: int
    at: Moment
    closed_by: str
    steps: list[LeftStep]
    seen_at: Moment | None
    seen_by: str | None
    word: str


class LimitsOut(Out):
    """How long incidents of a scope (``p1``, ``code:NOI``) may wait, seconds; None never rings."""

    scope: str
    acknowledge_s: int | None
    assign_s: int | None
    arrive_s: int | None
    own: bool


class LimitsIn(In):
    """The limits of a scope."""

    acknowledge_s: Seconds | None = None
    assign_s: Seconds | None = None
    arrive_s: Seconds | None = None


class PartyOut(Out):
    """A person or vehicle, covered."""

    id: UUID
    kind: PartyKind
    role: str
    masked: str
    at: Moment
    by: str
    forgotten_at: Moment | None


class PartyShown(PartyOut):
    """A person or vehicle with what is known."""

    facts: dict[str, str]


class PartyIn(In):
    """A person or vehicle to note."""

    kind: PartyKind
    role: Key
    facts: Annotated[dict[Key, Short], Field(max_length=12)]


class PartyBefore(In):
    """What its editor saw."""

    role: Key
    facts: Annotated[dict[Key, Short], Field(max_length=12)]


class PartyChange(PartyBefore):
    """What is known now; `before` is what its editor saw, if that is to guard."""

    before: PartyBefore | None = None


class AttachmentOut(Out):
    """An attachment; `told_at` is when the phone says that it was taken."""

    id: UUID
    name: str
    media_type: str
    sort: str
    size_bytes: int
    digest: str
    caption: str
    at: Moment
    told_at: Moment | None
    by: str
    removed_at: Moment | None
    removed_by: str | None
    why_removed: str


class Attached(Out):
    """The attachment that is kept now."""

    id: UUID


class ReasonIn(In):
    """Why, which must be said."""

    reason: SaidSomething


class CaseFileOut(Out):
    """A sealed file: its digest, the print of the key, and who received it."""

    id: UUID
    incident_id: UUID
    digest: str
    size_bytes: int
    entries: int
    key_print: str
    at: Moment
    by: str
    note: str
    received_at: Moment | None
    received_by: str | None


class CaseFileRow(CaseFileOut):
    """A sealed file with the incident's name."""

    number: str
    priority: int
    title_th: str
    title_en: str


class SealIn(In):
    """A word to the inquiry officer."""

    note: Said = ""


class ReceiveIn(In):
    """The SHA-256 of the file that was checked."""

    digest: Annotated[str, StringConstraints(min_length=64, max_length=64)]


class TemplateOut(Out):
    """A public message; without `codes` it fits every kind of event."""

    key: str
    codes: list[str]
    title_th: str
    title_en: str
    text_th: str
    text_en: str
    built_in: bool
    removed: bool


class TemplateIn(In):
    """A public message as it should be."""

    codes: Annotated[list[Code], Field(max_length=60)] = Field(default_factory=list)
    title_th: Line
    title_en: Line
    text_th: SaidSomething
    text_en: SaidSomething
    removed: bool = False


class TemplateKey(Out):
    """The key of the template that was written."""

    key: str


class UseIn(In):
    """The words that were given out."""

    key: Annotated[str, StringConstraints(min_length=1, max_length=60)]
    text_th: SaidSomething
    text_en: SaidSomething
