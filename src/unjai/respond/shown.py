"""A check list as the console shows it."""

from __future__ import annotations

from unjai.respond.checklist import Sheet
from unjai.respond.rules.procedures import current, missed, path
from unjai.respond.schemas.case import ChecklistOut, ShownAnswer, ShownStep


def checklist_of(sheet: Sheet) -> ChecklistOut:
    """Return the path as far as it is known, the next thing to do, and what would be left out if it ended now."""
    done = sheet.done
    steps = path(sheet.steps, done)
    after = current(sheet.steps, done)
    shown = []
    for step in steps:
        mark = sheet.marks.get(step.key)
        shown.append(
            ShownStep(
                key=step.key,
                th=step.th,
                en=step.en,
                who=step.who,
                required=step.required,
                answers=[ShownAnswer(key=one.key, th=one.th, en=one.en) for one in step.answers],
                mark=None if mark is None else mark.done.mark,
                answer=None if mark is None else mark.done.answer,
                reason="" if mark is None else mark.done.reason,
                at=None if mark is None else mark.at,
                by=None if mark is None else mark.by,
                by_itself=step.does is not None,
            )
        )
    last = steps[-1] if steps else None
    return ChecklistOut(
        code=sheet.code,
        version=sheet.version,
        current=None if after is None else after.key,
        more=last is not None and bool(last.answers) and last.key not in done,
        steps=shown,
        left_out=[one.step.key for one in missed(sheet.steps, done)],
    )
