"""Check lists — แนวทางปฏิบัติ: which steps stand before the operator now, and which required ones were left out.

A list goes forward only: a step leads to the one after it, or, when it asks something, to where its answer says. So a
path always ends, and what lies behind an unanswered question is not yet asked of anybody.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

from unjai.model.errors import UnjaiError

Who = Literal["operator", "supervisor", "unit"]
Does = Literal["acknowledge", "assign", "arrive"]
Mark = Literal["done", "skipped"]
Left = Literal["skipped", "undone"]
WHO: tuple[Who, ...] = get_args(Who)
DOES: tuple[Does, ...] = get_args(Does)
END = "end"
"""Where an answer or a step leads that ends the list."""

STEPS_MOST, ANSWERS_MOST = 40, 6
_KEY = re.compile(r"[a-z][a-z0-9_]{0,31}")


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """One answer to a step's question; `next` None means the step after."""

    key: str
    th: str
    en: str
    next: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """One thing to do or to ask. `does` names the move of the incident that does it by itself."""

    key: str
    th: str
    en: str
    who: Who = "operator"
    required: bool = True
    answers: tuple[Answer, ...] = ()
    next: str | None = None
    does: Does | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Done:
    """What was marked at a step: done with an answer perhaps, or skipped with its reason."""

    mark: Mark
    answer: str | None = None
    reason: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Missed:
    """A required step on the path that was left out, and how."""

    step: Step
    how: Left
    reason: str = ""


def parsed(rows: Sequence[Mapping[str, Any]]) -> tuple[Step, ...]:
    """Return the steps of a list as kept or imported; raise `procedure_broken` (422) naming what does not hold."""
    steps = tuple(
        Step(
            key=str(row["key"]),
            th=str(row["th"]).strip(),
            en=str(row["en"]).strip(),
            who=row.get("who", "operator"),
            required=bool(row.get("required", True)),
            answers=tuple(
                Answer(key=str(one["key"]), th=str(one["th"]).strip(), en=str(one["en"]).strip(), next=one.get("next"))
                for one in row.get("answers") or ()
            ),
            next=row.get("next"),
            does=row.get("does"),
        )
        for row in rows
    )
    check(steps)
    return steps


def kept(steps: Sequence[Step]) -> list[dict[str, Any]]:
    """Return steps as they are stored and exported: what is not said is left out."""
    rows: list[dict[str, Any]] = []
    for step in steps:
        row: dict[str, Any] = {"key": step.key, "th": step.th, "en": step.en, "who": step.who}
        row["required"] = step.required
        if step.answers:
            row["answers"] = [
                {"key": one.key, "th": one.th, "en": one.en, **({"next": one.next} if one.next else {})}
                for one in step.answers
            ]
        if step.next:
            row["next"] = step.next
        if step.does:
            row["does"] = step.does
        rows.append(row)
    return rows


def check(steps: Sequence[Step]) -> None:
    """Raise `procedure_broken` (422) unless keys are single, words are there, and every way leads forward."""
    if not 1 <= len(steps) <= STEPS_MOST:
        raise _broken("", "count")
    at = {step.key: n for n, step in enumerate(steps)}
    for n, step in enumerate(steps):
        if not _KEY.fullmatch(step.key) or step.key == END:
            raise _broken(step.key, "key")
        if at[step.key] != n:
            raise _broken(step.key, "twice")
        if not (step.th and step.en):
            raise _broken(step.key, "words")
        if step.who not in WHO or (step.does is not None and step.does not in DOES):
            raise _broken(step.key, "word_unknown")
        _check_answers(step)
        for to in (step.next, *(one.next for one in step.answers)):
            if to is not None and to != END and at.get(to, -1) <= n:
                raise _broken(step.key, "way")


def _check_answers(step: Step) -> None:
    keys = [one.key for one in step.answers]
    good = len(keys) != 1 and len(keys) <= ANSWERS_MOST and len(set(keys)) == len(keys)
    if not good or not all(_KEY.fullmatch(one.key) and one.th and one.en for one in step.answers):
        raise _broken(step.key, "answers")
    if step.answers and step.does:
        raise _broken(step.key, "answers")


def _broken(step: str, why: str) -> UnjaiError:
    words = _WHY[why]
    return UnjaiError("procedure_broken", 422, step=step[:40], why=why, why_th=words[0], why_en=words[1])


_WHY: Mapping[str, tuple[str, str]] = {
    "count": (f"ต้องมี 1–{STEPS_MOST} ขั้นตอน", f"there must be 1–{STEPS_MOST} steps"),
    "key": ("รหัสขั้นตอนใช้ได้เฉพาะ a–z 0–9 และ _", "a step's key holds a–z, 0–9 and _ only"),
    "twice": ("รหัสขั้นตอนซ้ำ", "two steps have the same key"),
    "words": ("ต้องมีข้อความทั้งไทยและอังกฤษ", "the words must stand in Thai and English"),
    "word_unknown": ("ผู้ทำหรือการทำเองไม่ถูกต้อง", "who does it, or what does it by itself, is unknown"),
    "answers": (
        f"คำถามต้องมี 2–{ANSWERS_MOST} คำตอบ รหัสไม่ซ้ำ มีทั้งไทยและอังกฤษ",
        f"a question needs 2–{ANSWERS_MOST} answers with keys of their own and both languages",
    ),
    "way": ("ทางไปต้องเป็นขั้นตอนที่อยู่ถัดลงไป", "a way must lead to a step further down"),
}


def after(steps: Sequence[Step], n: int, done: Done | None) -> int | None:
    """Return the place of the step after `n`, or None at the end; of a skipped question, the step below it."""
    step = steps[n]
    to = step.next
    if step.answers and done is not None and done.mark == "done":
        to = next((one.next for one in step.answers if one.key == done.answer), None) or to
    if to == END:
        return None
    if to is None:
        return n + 1 if n + 1 < len(steps) else None
    return next((at for at, one in enumerate(steps) if one.key == to), None)


def path(steps: Sequence[Step], marks: Mapping[str, Done]) -> list[Step]:
    """Return the steps that stand before the operator: up to the first question that nobody answered or skipped."""
    found: list[Step] = []
    n: int | None = 0 if steps else None
    while n is not None:
        step = steps[n]
        found.append(step)
        if step.answers and step.key not in marks:
            break
        n = after(steps, n, marks.get(step.key))
    return found


def current(steps: Sequence[Step], marks: Mapping[str, Done]) -> Step | None:
    """Return the next thing to do: the first step of the path without a mark; None when all is done."""
    return next((step for step in path(steps, marks) if step.key not in marks), None)


def missed(steps: Sequence[Step], marks: Mapping[str, Done]) -> list[Missed]:
    """Return the required steps of the path that were skipped or not done."""
    found = []
    for step in path(steps, marks):
        done = marks.get(step.key)
        if step.required and (done is None or done.mark == "skipped"):
            found.append(
                Missed(step=step, how="undone" if done is None else "skipped", reason=done.reason if done else "")
            )
    return found


def marked(steps: Sequence[Step], key: str, *, answer: str | None, skip: bool, reason: str) -> Done:
    """Return what marking a step means.

    Raises (422) `procedure_step_unknown`, `procedure_answer_needed` for a question without one of its answers, and
    `procedure_reason_needed` for a required step that is skipped without a word.
    """
    step = next((one for one in steps if one.key == key), None)
    if step is None:
        raise UnjaiError("procedure_step_unknown", 422, step=key[:40])
    if skip:
        if step.required and not reason.strip():
            raise UnjaiError("procedure_reason_needed", 422, step=step.key, step_th=step.th, step_en=step.en)
        return Done(mark="skipped", reason=reason.strip())
    if step.answers and answer not in {one.key for one in step.answers}:
        raise UnjaiError("procedure_answer_needed", 422, step=step.key, step_th=step.th, step_en=step.en)
    return Done(mark="done", answer=answer if step.answers else None, reason=reason.strip())
