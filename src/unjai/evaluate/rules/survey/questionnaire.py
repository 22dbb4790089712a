"""The questionnaire of a zone, one for the telephone and for paper, and the columns of its answers."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal

Language = Literal["th", "en"]
Kind = Literal["one", "many", "text"]
Sheets = dict[str, list[dict[str, str]]]
ELSEWHERE = "elsewhere"
SHEET = "sheet"
"""The column that holds a paper sheet's number."""
_LABEL = {"th": "label::ไทย (th)", "en": "label::English (en)"}
_REFUSED = {"th": "constraint_message::ไทย (th)", "en": "constraint_message::English (en)"}
_NONE = "none"


@dataclass(frozen=True, kw_only=True, slots=True)
class Choice:
    """An answer that may be chosen; `code` is what a file of answers holds."""

    code: str
    said: dict[Language, str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    """A question; `column` names it in form and file, `only_if` the column and answer without which it is not asked."""

    column: str
    kind: Kind
    said: dict[Language, str]
    answers: str
    choices: tuple[Choice, ...]
    required: bool
    only_if: tuple[str, str] | None

    @property
    def columns(self) -> tuple[str, ...]:
        """Return its columns in a file of answers: one, or one for each choice where several may be chosen."""
        return tuple(f"{self.column}/{one.code}" for one in self.choices) if self.kind == "many" else (self.column,)


@dataclass(frozen=True, kw_only=True, slots=True)
class Group:
    """Questions under one heading."""

    name: str
    said: dict[Language, str]
    questions: tuple[Question, ...]


@cache
def _data() -> dict[str, Any]:
    told: dict[str, Any] = json.loads((files("unjai.evaluate") / "data" / "survey_questions.json").read_text("utf-8"))
    return told


def say(lang: Language, key: str, **facts: object) -> str:
    """Return a word of the questionnaire."""
    words: str = _data()["words"][key][lang]
    return words.format(**facts)


def communities(told: Iterable[tuple[str, str, str]]) -> tuple[Choice, ...]:
    """Return the communities (code, Thai name, English name) as choices, and "elsewhere in the zone" as the last.

    A code becomes one that a form can hold: letters, digits, `_`; two that would be the same are numbered.
    """
    made: dict[str, Choice] = {}
    for code, name_th, name_en in told:
        stem = re.sub(r"[^A-Za-z0-9_]+", "_", code).strip("_") or "c"
        kept, number = stem, 2
        while kept in made or kept == ELSEWHERE:
            kept, number = f"{stem}_{number}", number + 1
        made[kept] = Choice(code=kept, said={"th": name_th, "en": name_en or name_th})
    last = Choice(code=ELSEWHERE, said={"th": "ที่อื่นในเขต", "en": "elsewhere in the zone"})
    return (*made.values(), last)


def questionnaire(places: Sequence[Choice]) -> tuple[Group, ...]:
    """Return the questions, with a zone's communities as choices."""
    lists = {
        name: tuple(Choice(code=code, said={"th": th, "en": en}) for code, th, en in rows)
        for name, rows in _data()["lists"].items()
    } | {"community": tuple(places)}
    return tuple(
        Group(
            name=group["name"],
            said={"th": group["th"], "en": group["en"]},
            questions=tuple(_question(group["name"], one, lists) for one in group["questions"]),
        )
        for group in _data()["groups"]
    )


def _question(group: str, told: dict[str, Any], lists: dict[str, tuple[Choice, ...]]) -> Question:
    only_if = told.get("if")
    return Question(
        column=f"{group}_{told['name']}",
        kind=told["kind"],
        said={"th": told["th"], "en": told["en"]},
        answers=told.get("list", ""),
        choices=lists[told["list"]] if "list" in told else (),
        required=told.get("required", False),
        only_if=None if only_if is None else (f"{group}_{only_if[0]}", only_if[1]),
    )


def columns(groups: Sequence[Group]) -> tuple[str, ...]:
    """Return the head of the file into which paper sheets are entered."""
    return (SHEET, *(column for group in groups for one in group.questions for column in one.columns))


def xlsform(groups: Sequence[Group], *, form_id: str, place: tuple[str, str]) -> Sheets:
    """Return the sheets of an XLSForm; `place` is the station's name in Thai and English.

    The version is a digest of what is asked: a form that changed is a new version for ODK and Kobo.
    """
    survey = [{"type": "note", "name": "consent", **_labels({"th": say("th", "consent"), "en": say("en", "consent")})}]
    lists: dict[str, tuple[Choice, ...]] = {}
    for group in groups:
        survey.append({"type": "begin_group", "name": group.name, **_labels(group.said)})
        for one in group.questions:
            survey.append(_asked(one))
            lists |= {one.answers: one.choices} if one.answers else {}
        survey.append({"type": "end_group"})
    choices = [
        {"list_name": name, "name": choice.code, **_labels(choice.said)}
        for name, every in lists.items()
        for choice in every
    ]
    digest = hashlib.sha256(json.dumps([survey, choices], ensure_ascii=False).encode()).hexdigest()[:10]
    settings = {
        "form_title": f"{say('th', 'title')} {place[0]} · {say('en', 'title')}, {place[1]}",
        "form_id": form_id,
        "version": digest,
        "default_language": "ไทย (th)",
    }
    return {"survey": survey, "choices": choices, "settings": [settings]}


def _asked(one: Question) -> dict[str, str]:
    kinds = {"one": f"select_one {one.answers}", "many": f"select_multiple {one.answers}", "text": "text"}
    row = {"type": kinds[one.kind], "name": one.column, **_labels(one.said)}
    if one.required:
        row["required"] = "yes"
    if one.only_if:
        row["relevant"] = f"${{{one.only_if[0]}}} = '{one.only_if[1]}'"
    if one.kind == "many" and any(choice.code == _NONE for choice in one.choices):
        row["constraint"] = f"not(selected(., '{_NONE}') and count-selected(.) > 1)"
        row |= {_REFUSED["th"]: say("th", "none_alone"), _REFUSED["en"]: say("en", "none_alone")}
    return row


def _labels(said: dict[Language, str]) -> dict[str, str]:
    return {_LABEL["th"]: said["th"], _LABEL["en"]: said["en"]}


def paper(groups: Sequence[Group], *, place: str, lang: Language) -> dict[str, Any]:
    """Return the facts of the paper sheet: every question with the column that its answer is entered in."""
    names = {one.column: number for number, one in enumerate((q for g in groups for q in g.questions), 1)}
    return {
        "lang": lang,
        "place": place,
        "words": {key: say(lang, key) for key in ("title", "consent", "sheet_no", "sheet_note", "column", "page")},
        "groups": [
            {"name": group.said[lang], "questions": [_printed(one, names, groups, lang) for one in group.questions]}
            for group in groups
        ],
    }


def _printed(one: Question, names: dict[str, int], groups: Sequence[Group], lang: Language) -> dict[str, Any]:
    only_if = ""
    if one.only_if:
        column, code = one.only_if
        asked = next(q for g in groups for q in g.questions if q.column == column)
        answer = next(choice.said[lang] for choice in asked.choices if choice.code == code)
        only_if = say(lang, "only_if", question=names[column], answer=answer)
    return {
        "number": names[one.column],
        "text": one.said[lang],
        "how": say(lang, one.kind),
        "column": one.column,
        "only_if": only_if,
        "choices": [{"code": choice.code, "text": choice.said[lang]} for choice in one.choices],
    }
