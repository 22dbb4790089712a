"""Working by the check list: what is next, what was done, answered or skipped, and what was left out at the end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from unjai.model.actor import Actor
from unjai.model.clock import Clock
from unjai.model.errors import UnjaiError, not_found
from unjai.model.ids import IncidentId, new_id
from unjai.platform.audit import audit
from unjai.platform.database import Tx
from unjai.respond.checklist import Sheet, sheet_of
from unjai.respond.codes import code_of, event_codes
from unjai.respond.flows.case import Case
from unjai.respond.procedures import built_in_for
from unjai.respond.rules import life
from unjai.respond.rules import procedures as rules
from unjai.respond.rules.procedures import Step
from unjai.respond.store import procedures


async def mark_step(
    tx: Tx,
    actor: Actor,
    clock: Clock,
    *,
    incident_id: IncidentId,
    key: str,
    answer: str | None = None,
    skip: bool = False,
    reason: str = "",
) -> None:
    """Mark a step as done, answered, or skipped with a reason; marked again it is as said last.

    Raises `not_found` (404) where the incident has no list, `procedure_step_off_path` (409) for one that is not asked,
    `incident_move_illegal` (409) for a closed incident, and as `rules.procedures.marked`.
    """
    actor.must("incident.work")
    case = await Case.hold(tx, actor, clock, incident_id)
    case.move("change")
    sheet = await _sheet(tx, case)
    done = rules.marked(sheet.steps, key, answer=answer, skip=skip, reason=reason)
    step = _on_path(sheet, key)
    await procedures.mark(
        tx,
        {
            "incident_id": incident_id,
            "procedure_id": sheet.procedure_id,
            "station_id": case.station_id,
            "key": key,
            "mark": done.mark,
            "answer": done.answer,
            "reason": done.reason,
            "at": clock.now(),
            "by": actor.name,
        },
    )
    chosen = next((one for one in step.answers if one.key == done.answer), None)
    told = {
        "step": key,
        "step_th": step.th,
        "step_en": step.en,
        "answer": done.answer,
        "answer_th": chosen.th if chosen else None,
        "answer_en": chosen.en if chosen else None,
        "reason": done.reason or None,
    }
    if skip:
        await case.say("step_skipped", told)
    elif chosen is not None:
        await case.say("step_answered", told)
    else:
        await case.say("step_done", told)
    await case.acknowledge_by_the_way()
    await case.save("step_skipped" if skip else "step_done", step=key, answer=done.answer)


async def unmark_step(tx: Tx, actor: Actor, clock: Clock, *, incident_id: IncidentId, key: str) -> None:
    """Take a mark back; what the incident itself has done stays done."""
    actor.must("incident.work")
    case = await Case.hold(tx, actor, clock, incident_id)
    case.move("change")
    sheet = await _sheet(tx, case)
    step = next((one for one in sheet.steps if one.key == key), None)
    if step is None:
        raise UnjaiError("procedure_step_unknown", 422, step=key[:40])
    if await procedures.unmark(tx, incident_id, sheet.procedure_id, key):
        await case.say("step_undone", step=key, step_th=step.th, step_en=step.en)
        await case.save("step_undone", step=key)


async def _sheet(tx: Tx, case: Case) -> Sheet:
    sheet = await sheet_of(tx, case.row)
    if sheet is None:
        raise not_found("procedure", case.id)
    return sheet


def _on_path(sheet: Sheet, key: str) -> Step:
    for step in rules.path(sheet.steps, sheet.done):
        if step.key == key:
            return step
    raise UnjaiError("procedure_step_off_path", 409, step=key[:40])


async def report_gaps(case: Case, outcome: life.Outcome) -> None:
    """Tell the supervisor, on the timeline and in a row, which required steps an incident ends without.

    What ends as a false alarm or cancelled owes no steps.
    """
    if outcome in life.DROPPING:
        return
    sheet = await sheet_of(case.tx, {**case.row, **case.changes})
    left = [] if sheet is None else rules.missed(sheet.steps, sheet.done)
    if sheet is None or not left:
        return
    told = [
        {"key": one.step.key, "th": one.step.th, "en": one.step.en, "how": one.how, "reason": one.reason}
        for one in left
    ]
    await procedures.add_gap(
        case.tx,
        {
            "id": new_id(case.clock.now()),
            "station_id": case.station_id,
            "incident_id": case.id,
            "procedure_id": sheet.procedure_id,
            "at": case.clock.now(),
            "closed_by": case.actor.name,
            "steps": told,
        },
    )
    await case.say(
        "steps_left_out",
        count=len(told),
        steps_th=" · ".join(one["th"] for one in told),
        steps_en=" · ".join(one["en"] for one in told),
    )


async def see_gaps(tx: Tx, actor: Actor, clock: Clock, *, gap_id: UUID, word: str = "") -> None:
    """Note that the supervisor has seen what was left out, with a word perhaps; seen twice it stays as first."""
    actor.must("escalation.take")
    row = await procedures.gap(tx, gap_id)
    if row is None:
        raise not_found("procedure_gap", gap_id)
    if row["seen_at"] is not None:
        return
    case = await Case.hold(tx, actor, clock, row["incident_id"])
    await procedures.gap_seen(tx, gap_id, {"seen_at": clock.now(), "seen_by": actor.name, "word": word})
    await case.say("steps_seen", count=len(row["steps"]), text=word or None)
    await case.save("steps_seen")


async def change_procedure(
    tx: Tx, actor: Actor, clock: Clock, *, code: str, steps: Sequence[Mapping[str, Any]], base: int | None = None
) -> int:
    """Write the next version of a code's list and return its number; open incidents keep theirs.

    The same steps again make no version. `base` is the version that was edited: where another one was written
    meanwhile it is `procedure_changed` (409). Raises `event_code_unknown`, `procedure_broken` (422).
    """
    actor.must("procedure.admin")
    event = code_of(code)
    parsed = rules.kept(rules.parsed(steps))
    row = await procedures.newest(tx, actor.station, event.code)
    version = 0 if row is None else int(row["version"])
    if base is not None and base != version:
        raise UnjaiError("procedure_changed", 409, event_code=event.code, version=version, sent=base)
    before = rules.kept(built_in_for(event.code)) if row is None else row["steps"]
    if before == parsed:
        return version
    values = {
        "id": new_id(clock.now()),
        "station_id": actor.station,
        "code": event.code,
        "version": version + 1,
        "steps": parsed,
        "built_in": False,
        "made_at": clock.now(),
        "made_by": actor.name,
    }
    if not await procedures.add(tx, values):
        raise UnjaiError("procedure_changed", 409, event_code=event.code, version=version + 1, sent=version)
    await audit(
        tx,
        actor,
        clock,
        action="procedure.change",
        subject=f"procedure:{event.code}",
        facts={"version": version + 1, "steps": len(parsed)},
    )
    return version + 1


async def import_procedures(
    tx: Tx, actor: Actor, clock: Clock, *, lists: Mapping[str, Sequence[Mapping[str, Any]]]
) -> int:
    """Write many lists at once, all or none; return how many are other than before."""
    actor.must("procedure.admin")
    changed = 0
    for code, steps in lists.items():
        row = await procedures.newest(tx, actor.station, code_of(code).code)
        before = 0 if row is None else int(row["version"])
        changed += await change_procedure(tx, actor, clock, code=code, steps=steps) != before
    return changed


async def current_lists(tx: Tx, actor: Actor) -> dict[str, dict[str, Any]]:
    """Return every code's list as a new incident would begin with it."""
    known = {row["code"]: row for row in await procedures.newest_of_all(tx, actor.station)}
    found: dict[str, dict[str, Any]] = {}
    for code in event_codes():
        row = known.get(code)
        own = row is not None and not row["built_in"]
        found[code] = {
            "code": code,
            "version": 0 if row is None else row["version"],
            "own": own,
            "steps": row["steps"] if row is not None and own else rules.kept(built_in_for(code)),
            "made_at": row["made_at"] if row is not None and own else None,
            "made_by": row["made_by"] if row is not None and own else None,
        }
    return found
