"""Routes of right and wrong alerts: said, taken back; what they teach of a rule; a proposal taken or declined."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter

from unjai.model.errors import not_found
from unjai.picture.alerts import lessons, store
from unjai.picture.alerts.kinds import alert_kinds
from unjai.picture.alerts.lesson_schemas import (
    AcceptIn,
    DecidedOut,
    DeclineIn,
    LessonOut,
    RuleProposalOut,
    VerdictIn,
    VerdictOut,
)
from unjai.picture.alerts.rules.facts import Words
from unjai.picture.alerts.rules.kind import AlertKind
from unjai.picture.alerts.rules.lesson_words import precision_words, proposal_words, why_words
from unjai.platform.http import Ask, allowed

router = APIRouter(tags=["alert rules"])

Works = Annotated[Ask, allowed("incident.work")]
Reader = Annotated[Ask, allowed("rule.read")]
Admin = Annotated[Ask, allowed("rule.admin")]


@router.put("/alerts/{alert_id}/verdict")
async def judge(alert_id: UUID, body: VerdictIn, ask: Works) -> VerdictOut:
    """Say that an alert was right or wrong; said again it is the newer word."""
    await lessons.judge_alert(ask.tx, ask.actor, ask.clock, alert_id=alert_id, verdict=body.verdict, reason=body.reason)
    return VerdictOut.model_validate((await store.verdicts_on(ask.tx, [alert_id]))[alert_id])


@router.delete("/alerts/{alert_id}/verdict", status_code=204)
async def unjudge(alert_id: UUID, ask: Works) -> None:
    """Take back what was said of an alert."""
    await lessons.unjudge_alert(ask.tx, ask.actor, ask.clock, alert_id=alert_id)


@router.get("/rules/{rule_id}/lesson")
async def lesson(rule_id: UUID, ask: Reader) -> LessonOut:
    """Return how often a rule's alerts were right, and what that proposes."""
    rule = await store.rule_of(ask.tx, rule_id)
    if rule is None or rule["station_id"] not in ask.actor.stations:
        raise not_found("rule", rule_id)
    kind = alert_kinds()[rule["kind"]]
    found = await lessons.taught(ask.tx, ask.actor, ask.clock, rule=rule)
    known, proposal = found.lesson.precision, found.lesson.proposal
    said = precision_words(known, found.alerts)
    why = None if found.lesson.why is None else why_words(found.lesson.why)
    told = None
    if proposal is not None:
        title, unit, switch = _title(kind, proposal.param)
        words = proposal_words(proposal, title, unit, switch=switch)
        facts = {name: getattr(proposal, name) for name in ("param", "now", "to", "right", "wrong", "spared", "lost")}
        told = RuleProposalOut(**facts, switch=switch, th=words.th, en=words.en)
    return LessonOut(
        alerts=found.alerts,
        **{name: getattr(known, name) for name in ("right", "wrong", "share", "low", "high")},
        since=found.since,
        th=said.th,
        en=said.en,
        proposal=told,
        why=found.lesson.why,
        why_th="" if why is None else why.th,
        why_en="" if why is None else why.en,
        decided=[_decided(kind, row) for row in found.decided],
    )


@router.post("/rules/{rule_id}/proposal/accept")
async def accept(rule_id: UUID, body: AcceptIn, ask: Admin) -> LessonOut:
    """Change the rule as proposed: an ordinary change with its version."""
    await lessons.accept_proposal(ask.tx, ask.actor, ask.clock, rule_id=rule_id, **body.model_dump())
    return await lesson(rule_id, ask)


@router.post("/rules/{rule_id}/proposal/decline")
async def decline(rule_id: UUID, body: DeclineIn, ask: Admin) -> LessonOut:
    """Remember that the proposal is not wanted."""
    await lessons.decline_proposal(ask.tx, ask.actor, ask.clock, rule_id=rule_id, **body.model_dump())
    return await lesson(rule_id, ask)


@router.delete("/rules/{rule_id}/proposals/{rule_proposal_id}")
async def reopen(rule_id: UUID, rule_proposal_id: UUID, ask: Admin) -> LessonOut:
    """Take a declining back: it may be proposed again."""
    await lessons.reopen_proposal(ask.tx, ask.actor, ask.clock, rule_id=rule_id, proposal_id=rule_proposal_id)
    return await lesson(rule_id, ask)


def _title(kind: type[AlertKind], param: str) -> tuple[Words, Words, bool]:
    """Return what the form calls a parameter, its unit, and whether it is a switch."""
    if param == lessons.LASTS:
        return Words(th="ต้องเป็นอยู่นาน", en="Must last"), Words(th="", en=""), False
    told = kind.Params.model_json_schema()["properties"].get(param, {})
    title = Words(th=str(told.get("title_th", param)), en=str(told.get("title", param)))
    unit = Words(th=str(told.get("unit_th", "")), en=str(told.get("unit", "")))
    return title, unit, told.get("type") == "boolean"


def _decided(kind: type[AlertKind], row: store.Row) -> DecidedOut:
    title, _unit, _switch = _title(kind, row["param"])
    own = ("id", "param", "value_from", "value_to", "decided", "note", "at", "by")
    return DecidedOut(**{name: row[name] for name in own}, title_th=title.th, title_en=title.en)
