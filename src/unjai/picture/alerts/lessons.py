"""Operators say of alerts whether they were right; what that teaches of a rule; what a person makes of a proposal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from unjai.model.actor import Actor
from unjai.model.clock import Clock
from unjai.model.errors import UnjaiError, not_found
from unjai.model.ids import StationId, new_id
from unjai.picture.alerts import store
from unjai.picture.alerts.flows import change_rule
from unjai.picture.alerts.kinds import alert_kinds
from unjai.picture.alerts.reading import params_of
from unjai.picture.alerts.rules.kind import AlertKind
from unjai.picture.alerts.rules.teaching import Answer, Declined, Lesson, Threshold, learn
from unjai.picture.alerts.schemas import RuleBody
from unjai.platform.audit import audit
from unjai.platform.database import Tx

Verdict = Literal["right", "wrong"]
ANSWERS_FOR = timedelta(days=90)
"""Answers that are older say nothing of today's street."""
LASTS = "lasts_s"
_LASTS_MOST = 86_400.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Taught:
    """What answers teach of a rule: of so many alerts since a moment, with those that nobody answered."""

    lesson: Lesson
    alerts: int
    answers: int
    since: datetime
    decided: list[store.Row]


async def judge_alert(
    tx: Tx, actor: Actor, clock: Clock, *, alert_id: UUID, verdict: Verdict, reason: str = ""
) -> store.Row:
    """Say that an alert was right or wrong; said again it is the newer word. Return the alert.

    Raises `alert_not_judged` (409) for an alert of a rule that learns nothing.
    """
    actor.must("incident.work")
    row = await _the_alert(tx, actor, alert_id)
    rule = await store.rule_of(tx, row["rule_id"])
    kind = None if rule is None else alert_kinds().get(rule["kind"])
    if kind is None or not kind.judged:
        raise UnjaiError("alert_not_judged", 409)
    said = {"alert_id": alert_id, "station_id": row["station_id"], "rule_id": row["rule_id"]}
    told = {"verdict": verdict, "reason": reason, "at": clock.now(), "by": actor.name}
    await store.put_verdict(tx, {**said, **told})
    await _noted(tx, actor, clock, row, action="alert.judge", facts={"verdict": verdict, "reason": reason})
    return row


async def unjudge_alert(tx: Tx, actor: Actor, clock: Clock, *, alert_id: UUID) -> store.Row:
    """Take back what was said of an alert. Return the alert."""
    actor.must("incident.work")
    row = await _the_alert(tx, actor, alert_id)
    if await store.drop_verdict(tx, alert_id):
        await _noted(tx, actor, clock, row, action="alert.unjudge", facts={})
    return row


async def _the_alert(tx: Tx, actor: Actor, alert_id: UUID) -> store.Row:
    row = await store.alert_of(tx, alert_id)
    if row is None or row["station_id"] not in actor.stations:
        raise not_found("alert", alert_id)
    return row


async def _noted(
    tx: Tx, actor: Actor, clock: Clock, row: Mapping[str, Any], *, action: str, facts: Mapping[str, object]
) -> None:
    subject, station_id = f"rule:{row['rule_id']}", StationId(row["station_id"])
    facts = {"alert": str(row["id"]), **facts}
    await audit(tx, actor, clock, action=action, subject=subject, facts=facts, station_id=station_id)


# ── what is learnt ─────────────────────────────────────────────────────────────────────────────────


async def taught(tx: Tx, actor: Actor, clock: Clock, *, rule: store.Row) -> Taught:
    """Return what the answers to a rule's alerts teach, those since it last became another rule."""
    actor.must("rule.read")
    kind, body = alert_kinds()[rule["kind"]], RuleBody.model_validate(rule["body"])
    now = clock.now()
    version = same_since(kind, body, await store.versions_of(tx, rule["id"]))
    since = now - ANSWERS_FOR
    rows = await store.judged_alerts(tx, rule["id"], since=since, version=version)
    decided = await store.proposals_of(tx, rule["id"])
    switches = switches_of(kind, body)
    lesson = learn(
        [answer_of(kind, row, now) for row in rows],
        thresholds_of(kind, body),
        switches=switches,
        priority=body.follow.priority,
        declined=[
            Declined(param=one["param"], answers=one["answers"])
            for one in decided
            if one["decided"] == "declined" and one["rule_version"] >= version
        ],
    )
    count = await store.alerts_told(tx, rule["id"], since=since, version=version)
    answers = lesson.precision.right + lesson.precision.wrong
    return Taught(lesson=lesson, alerts=count, answers=answers, since=since, decided=decided)


def thresholds_of(kind: type[AlertKind], body: RuleBody) -> list[Threshold]:
    """Return what of a rule is a threshold: parameters that are measured, and how long a state must last."""
    params = params_of(kind, body.params)
    found = []
    for name in kind.measures:
        most = next(
            (getattr(one, "le", None) for one in kind.Params.model_fields[name].metadata if hasattr(one, "le")), None
        )
        found.append(Threshold(param=name, now=float(getattr(params, name)), most=float(most or _LASTS_MOST)))
    if kind.state:
        found.append(Threshold(param=LASTS, now=float(body.lasts_s), most=_LASTS_MOST))
    return found


def switches_of(kind: type[AlertKind], body: RuleBody) -> dict[str, bool]:
    """Return the yes-or-no parameters of a kind whose alerts tell which of them it was (the troubles of a camera)."""
    params = params_of(kind, body.params)
    if kind.key != "camera_health":
        return {}
    return {name: bool(getattr(params, name)) for name in kind.Params.model_fields}


def answer_of(kind: type[AlertKind], row: Mapping[str, Any], now: datetime) -> Answer:
    """Return an answered alert with what it measured: in the end where that is known, else as far as it was told."""
    facts = row["facts"]
    over, told = facts.get("measured"), facts.get("facts")
    final = isinstance(over, Mapping)
    said = over if isinstance(over, Mapping) else told if isinstance(told, Mapping) else {}
    measured = {name: float(said[name]) for name in kind.measures if isinstance(said.get(name), int | float)}
    if kind.state:
        final = row["cleared_at"] is not None
        measured[LASTS] = ((row["cleared_at"] or now) - row["since"]).total_seconds()
    parts = facts.get("troubles")
    return Answer(
        right=row["verdict"] == "right",
        measured=measured,
        final=final,
        parts=frozenset(map(str, parts)) if isinstance(parts, list) else frozenset(),
    )


def same_since(kind: type[AlertKind], body: RuleBody, versions: Sequence[Mapping[str, Any]]) -> int:
    """Return the version since which a rule looks for the same at the same places and times, whatever its thresholds.

    `versions` come newest first. Names, what follows, thresholds and switches may change; a drawing, a camera or the
    hours make it another rule, of which former answers say nothing.
    """
    own = _meaning(kind, body)
    found = 1
    for one in versions:
        if _meaning(kind, RuleBody.model_validate(one["body"])) != own:
            break
        found = int(one["version"])
    return found


def _meaning(kind: type[AlertKind], body: RuleBody) -> dict[str, Any]:
    fixed = {name: value for name, value in body.params.items() if name not in kind.measures}
    if kind.key == "camera_health":
        fixed = {}
    return {"kind": body.kind, "params": fixed, "where": body.where.model_dump(), "when": body.when.model_dump()}


# ── what a person makes of it ──────────────────────────────────────────────────────────────────────


async def accept_proposal(
    tx: Tx, actor: Actor, clock: Clock, *, rule_id: UUID, param: str, to: float, version: int
) -> store.Row:
    """Change a rule as proposed: an ordinary change, with its version, by a person with the right.

    Raises `proposal_gone` (409) where this is not what is proposed now, `rule_changed` (409) as `change_rule` does.
    """
    actor.must("rule.admin")
    rule, found = await _proposed(tx, actor, clock, rule_id=rule_id, param=param, to=to)
    body = RuleBody.model_validate(rule["body"])
    kind = alert_kinds()[body.kind]
    if param == LASTS:
        changed = body.model_copy(update={"lasts_s": int(to)})
    else:
        now = getattr(params_of(kind, body.params), param)
        value = bool(to) if isinstance(now, bool) else int(to) if isinstance(now, int) else to
        changed = body.model_copy(update={"params": {**body.params, param: value}})
    row = await change_rule(tx, actor, clock, rule_id=rule_id, body=changed, version=version)
    await _decide(tx, actor, clock, rule, found, decided="accepted")
    return row


async def decline_proposal(
    tx: Tx, actor: Actor, clock: Clock, *, rule_id: UUID, param: str, to: float, note: str = ""
) -> UUID:
    """Remember that a proposal is not wanted; return the memory's id, by which it can be taken back."""
    actor.must("rule.admin")
    rule, found = await _proposed(tx, actor, clock, rule_id=rule_id, param=param, to=to)
    return await _decide(tx, actor, clock, rule, found, decided="declined", note=note)


async def reopen_proposal(tx: Tx, actor: Actor, clock: Clock, *, rule_id: UUID, proposal_id: UUID) -> None:
    """Take a declining back: it may be proposed again."""
    actor.must("rule.admin")
    rule = await _the_rule(tx, actor, rule_id)
    for one in await store.proposals_of(tx, rule_id):
        if one["id"] == proposal_id and one["decided"] == "declined":
            await store.drop_proposal(tx, proposal_id)
            facts = {"param": one["param"], "to": one["value_to"]}
            await _told(tx, actor, clock, rule, action="rule.proposal.reopen", facts=facts)
            return
    raise not_found("rule_proposal", proposal_id)


async def _the_rule(tx: Tx, actor: Actor, rule_id: UUID) -> store.Row:
    rule = await store.rule_of(tx, rule_id, hold=True)
    if rule is None or rule["removed_at"] is not None or rule["station_id"] not in actor.stations:
        raise not_found("rule", rule_id)
    return rule


async def _proposed(
    tx: Tx, actor: Actor, clock: Clock, *, rule_id: UUID, param: str, to: float
) -> tuple[store.Row, Taught]:
    rule = await _the_rule(tx, actor, rule_id)
    found = await taught(tx, actor, clock, rule=rule)
    proposal = found.lesson.proposal
    if proposal is None or (proposal.param, proposal.to) != (param, to):
        raise UnjaiError("proposal_gone", 409)
    return rule, found


async def _decide(
    tx: Tx, actor: Actor, clock: Clock, rule: store.Row, found: Taught, *, decided: str, note: str = ""
) -> UUID:
    proposal = found.lesson.proposal
    assert proposal is not None
    own = new_id(clock.now())
    facts: dict[str, object] = {"param": proposal.param, "from": proposal.now, "to": proposal.to}
    facts |= {"right": proposal.right, "wrong": proposal.wrong, "spared": proposal.spared, "lost": proposal.lost}
    await store.put_proposal(
        tx,
        {
            "id": own,
            "station_id": rule["station_id"],
            "rule_id": rule["id"],
            "rule_version": rule["version"],
            "param": proposal.param,
            "value_from": proposal.now,
            "value_to": proposal.to,
            "answers": found.answers,
            "decided": decided,
            "note": note,
            "at": clock.now(),
            "by": actor.name,
        },
    )
    action = "rule.proposal.accept" if decided == "accepted" else "rule.proposal.decline"
    await _told(tx, actor, clock, rule, action=action, facts=facts if not note else {**facts, "note": note})
    return own


async def _told(
    tx: Tx, actor: Actor, clock: Clock, rule: store.Row, *, action: str, facts: Mapping[str, object]
) -> None:
    subject, station_id = f"rule:{rule['id']}", StationId(rule["station_id"])
    await audit(tx, actor, clock, action=action, subject=subject, facts=facts, station_id=station_id)
