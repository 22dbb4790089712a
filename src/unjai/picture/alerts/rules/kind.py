"""What a kind of rule is: its parameters, what it hears, how it decides, the words for it.

A new kind is a class in a file of `picture/alerts/kinds`, found by standing there. The engine does the rest for every
kind alike: where and when it counts, how long it must last, hold-off, quiet hours, the form, the test on stored data.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field

from unjai.picture.alerts.rules.facts import AREA, Fact, Finding, Seen, Words

Subject = Literal["device", "unit", "area"]
Does = Literal["incident", "notice", "log"]

EVERYTHING = frozenset({"*"})
"""Heard by a kind that hears every observation."""


class Params(BaseModel):
    """Parameters of a kind; each field is made by `param`."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def param(
    default: Any,
    *,
    th: str,
    en: str,
    help_th: str = "",
    help_en: str = "",
    unit_th: str = "",
    unit_en: str = "",
    choices: Mapping[str, Words] | None = None,
    picks: str = "",
    **limits: Any,
) -> Any:
    """Declare one parameter for the form: titles and help in both languages, unit, limits.

    `choices` are the words of a `Literal`'s values; `picks` names a list that the screen knows (`observation`).
    """
    extra: dict[str, Any] = {"title_th": th, "description_th": help_th}
    if unit_th or unit_en:
        extra |= {"unit": unit_en, "unit_th": unit_th}
    if choices is not None:
        extra["choices"] = [{"value": value, "th": words.th, "en": words.en} for value, words in choices.items()]
    if picks:
        extra["picks"] = picks
    return Field(default, title=en, description=help_en, json_schema_extra=extra, **limits)


@dataclass(frozen=True, kw_only=True, slots=True)
class Scope:
    """Who and where a rule is about, in words, for its sentence."""

    who: Words
    area: Words
    anyone: bool = False
    """True where nobody in particular was chosen."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Usual:
    """What a new rule of a kind starts with; the station changes it."""

    do: Does = "notice"
    code: str = "OTH"
    priority: int = 3
    lasts_s: int = 0
    clear_s: int = 0
    holdoff_s: int = 600


class AlertKind:
    """The contract of a kind. All is static and pure: the same facts always give the same findings."""

    key: ClassVar[str]
    th: ClassVar[str]
    en: ClassVar[str]
    Params: ClassVar[type[BaseModel]] = Params
    hears: ClassVar[frozenset[str]] = EVERYTHING
    """The kinds of observation that it wants to see."""
    subject: ClassVar[Subject] = "device"
    """What one finding is about; lasting, hold-off and memory are kept for each apart."""
    area: ClassVar[Literal["filter", "target"]] = "filter"
    """`filter`: what lies outside the rule's area does not count. `target`: the kind is about the area itself and is
    told of what lies outside too (`Seen.inside`)."""
    state: ClassVar[bool] = False
    """Whether it finds states, which may have to last, rather than happenings."""
    alone: ClassVar[bool] = False
    """Whether it must be looked at before anything was heard."""
    stored: ClassVar[bool] = True
    """Whether stored observations tell what it needs, so that it can be tested on the last week."""
    usual: ClassVar[Usual] = Usual()
    names: ClassVar[bool] = False
    """Whether what it tells says by itself whom it is about, so that the device's name does not stand in front."""
    judged: ClassVar[bool] = False
    """Whether operators say of its alerts that they were right or wrong (`rules.teaching`)."""
    measures: ClassVar[tuple[str, ...]] = ()
    """Parameters above which it tells, against which each alert carries what it measured in the end."""

    @classmethod
    def lacks(cls, params: BaseModel, cameras: int) -> str | None:  # noqa: ARG003
        """Return the code of what keeps these parameters from meaning anything for so many chosen devices."""
        return None

    @classmethod
    def hears_of(cls, params: BaseModel) -> frozenset[str]:  # noqa: ARG003
        """Return the kinds of observation that these parameters want to see."""
        return cls.hears

    @classmethod
    def subject_of(cls, seen: Seen) -> str | None:
        """Return what an observation is about; None where it is nothing to this kind."""
        if cls.subject == AREA:
            return AREA
        if cls.subject == "unit":
            return None if seen.thing.unit is None else str(seen.thing.unit.id)
        return str(seen.thing.id)

    @staticmethod
    def decide(params: Any, fact: Fact, memory: Mapping[str, Any]) -> Finding | None:
        """Say what a fact means, knowing what was remembered of the same subject; None where it means nothing."""
        raise NotImplementedError

    @staticmethod
    def clause(params: Any, scope: Scope) -> Words:
        """Return the condition as a clause of a sentence, without "if"."""
        raise NotImplementedError

    @staticmethod
    def told(params: Any, facts: Mapping[str, Any]) -> Words:
        """Return what happened in a few words, for the alert itself."""
        raise NotImplementedError


def clock_of(memory: Mapping[str, Any], name: str = "t") -> float:
    """Return a remembered moment in seconds; long ago where there is none."""
    value = memory.get(name)
    return float(value) if isinstance(value, int | float) else 0.0


def number(value: object) -> float | None:
    """Return a JSON number as it is, None for all else (True is no number)."""
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
