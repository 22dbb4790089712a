"""What crosses the wire of a call for help after the press, for her page and for the desk."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, Field, StringConstraints

from unjai.platform.moments import MomentIn
from unjai.respond.rules.help import Hurt, Many, What
from unjai.respond.schemas.base import In, Moment, Out, storable
from unjai.respond.schemas.incidents import HelpStatus

Sort = Literal["word", "photo", "audio"]
Number = Literal["none", "given", "proved"]
Line = Annotated[str, StringConstraints(max_length=300), AfterValidator(storable)]
Phone = Annotated[str, StringConstraints(max_length=40), AfterValidator(storable)]
Word = Annotated[str, StringConstraints(max_length=1000), AfterValidator(storable), Field(min_length=1)]
Seq = Annotated[int, Field(ge=0, le=2**62)]


class HelpToldIn(In):
    """What she touched; what is left out stays as it was."""

    what: What | None = None
    many: Many | None = None
    hurt: Hurt | None = None
    place_text: Line = ""
    phone: Phone = ""
    silent: bool = False


class HelpWordIn(In):
    """A word of hers, with the id that her page made."""

    id: UUID
    text: Word
    at: MomentIn | None = None


class HelpWordOut(Out):
    """A word, a picture or a voice, either way."""

    seq: int
    from_caller: bool
    sort: Sort
    text: str
    at: Moment
    seen: bool


class HelpOwn(HelpStatus):
    """Her own call as her page shows it. It tells nothing of where she is."""

    words: list[HelpWordOut]
    number: Number
    cancelled: bool
    mistaken: bool
    """It is over, and nobody was found in need: her page speaks kindly of presses by mistake."""


class HelpDeskWord(HelpWordOut):
    """A word as the desk sees it."""

    name: str
    attachment_id: UUID | None


class HelpCallOut(Out):
    """A citizen's call of an incident, as the desk sees it. The number itself stands with the report."""

    report_id: UUID
    observed_at: Moment
    received_at: Moment
    heard_at: Moment
    """When her phone was last heard, in any way."""
    quiet: bool
    """It was not heard for a minute, though the call is open."""
    placed_at: Moment | None
    accuracy_m: float | None
    silent: bool
    crowd: str
    told_th: str
    told_en: str
    place_text: str
    number: Number
    number_proved_at: Moment | None
    number_proved_by: str
    cancelled_at: Moment | None
    cancel_reason: str
    words: list[HelpDeskWord]


class HelpAnswerIn(In):
    """A word to the caller."""

    text: Word


class HelpNumberIn(In):
    """Whether somebody rang the number and she answered."""

    proved: bool


class HelpSeenIn(In):
    """Up to which number her words were on the desk's screen."""

    up_to: Seq


class HelpFigures(Out):
    """Citizens' calls of the last days, as figures only: nobody is remembered for a press by mistake."""

    days: int
    calls: int
    false_alarms: int
    taken_back: int
    in_floods: int
