"""The routes of alert rules: the list, the form's kinds, the sentence as one types, the trial, what was raised."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any
from uuid import UUID, uuid5

from fastapi import APIRouter, Header, Query

from unjai.model.actor import Actor
from unjai.model.errors import UnjaiError, not_found
from unjai.picture.alerts import flows, store, trial
from unjai.picture.alerts.above import above
from unjai.picture.alerts.flows import Ground, ground_of
from unjai.picture.alerts.kinds import alert_kinds
from unjai.picture.alerts.reading import check, read_rule
from unjai.picture.alerts.rules.kind import AlertKind
from unjai.picture.alerts.rules.rule import Alert
from unjai.picture.alerts.schemas import (
    AlertOut,
    FiredOut,
    FollowIn,
    KindsOut,
    PickOut,
    RuleBody,
    RuleChange,
    RuleIn,
    RuleKindOut,
    RuleOut,
    SentenceOut,
    SwitchIn,
    TrialOut,
    VersionOut,
)
from unjai.platform.http import Ask, allowed
from unjai.platform.i18n import told
from unjai.platform.moments import MomentIn
from unjai.territory.device_kinds import DEVICE_KINDS

router = APIRouter(tags=["alert rules"])

Reader = Annotated[Ask, allowed("rule.read")]
Admin = Annotated[Ask, allowed("rule.admin")]

_DRAFT = UUID(int=0)
_WEEK = timedelta(days=7)


def _kind_out(kind: type[AlertKind]) -> RuleKindOut:
    usual = kind.usual
    start = RuleBody(
        kind=kind.key,
        params=kind.Params().model_dump(mode="json"),
        follow=FollowIn(do=usual.do, code=usual.code, priority=usual.priority),
        lasts_s=usual.lasts_s,
        clear_s=usual.clear_s,
        holdoff_s=usual.holdoff_s,
    )
    return RuleKindOut(
        key=kind.key,
        th=kind.th,
        en=kind.en,
        subject=kind.subject,
        area=kind.area,
        state=kind.state,
        stored=kind.stored,
        judged=kind.judged,
        schema_=kind.Params.model_json_schema(),
        start=start,
    )


def _rule_out(row: store.Row, ground: Ground, fired: tuple[Any, int] | None) -> RuleOut:
    rule = ground.rule(row)
    return RuleOut(
        id=row["id"],
        kind=row["kind"],
        body=RuleBody.model_validate(row["body"]),
        enabled=row["enabled"],
        version=row["version"],
        changed_at=row["changed_at"],
        changed_by=row["changed_by"],
        sentence_th=rule.sentence.th,
        sentence_en=rule.sentence.en,
        lost=rule.where.lost,
        last_fired_at=None if fired is None else fired[0],
        fired_in_week=0 if fired is None else fired[1],
    )


async def _one(ask: Ask, row: store.Row) -> RuleOut:
    ground = await ground_of(ask.tx, ask.actor, ask.clock, station_id=row["station_id"])
    fired = await store.fired(ask.tx, ask.clock.now() - _WEEK)
    return _rule_out(row, ground, fired.get(row["id"]))


async def _there(ask: Ask, rule_id: UUID) -> store.Row:
    row = await store.rule_of(ask.tx, rule_id)
    if row is None:
        raise not_found("rule", rule_id)
    return row


@router.get("/rules")
async def rules(ask: Reader) -> list[RuleOut]:
    """Return the station's alert rules with their sentences and when each fired last."""
    ground = await ground_of(ask.tx, ask.actor, ask.clock)
    fired = await store.fired(ask.tx, ask.clock.now() - _WEEK)
    return [_rule_out(row, ground, fired.get(row["id"])) for row in await store.rules_of(ask.tx, ask.actor.station)]


@router.get("/rules/kinds")
async def kinds(ask: Reader) -> KindsOut:
    """Return every kind of rule with the schema of its form, and what its lists choose from."""
    del ask
    observations = above().observation_words()
    return KindsOut(
        kinds=[_kind_out(kind) for kind in alert_kinds().values()],
        observations=[PickOut(value=key, th=words.th, en=words.en) for key, words in observations.items()],
        device_kinds=[PickOut(value=one.kind, th=one.th, en=one.en) for one in DEVICE_KINDS.values()],
    )


@router.post("/rules", status_code=201)
async def make(
    body: RuleIn, ask: Admin, idempotency_key: Annotated[str | None, Header(max_length=100)] = None
) -> RuleOut:
    """Make a rule; the same Idempotency-Key again is the same rule."""
    own = None if idempotency_key is None else _own_id(ask.actor, idempotency_key)
    plain = RuleBody.model_validate(body.model_dump(exclude={"enabled"}))
    row = await flows.make_rule(ask.tx, ask.actor, ask.clock, body=plain, enabled=body.enabled, rule_id=own)
    return await _one(ask, row)


def _own_id(actor: Actor, key: str) -> UUID:
    return uuid5(_DRAFT, f"{actor.station}:{actor.key}:{key}")


@router.post("/rules/sentence")
async def sentence(body: RuleBody, ask: Reader) -> SentenceOut:
    """Return what a draft means, and what keeps it from being saved."""
    ground = await ground_of(ask.tx, ask.actor, ask.clock)
    try:
        check(body, ground.territory, ground.units)
        rule = read_rule(_DRAFT, 0, body, ground.station_id, ground.territory, ground.units)
    except UnjaiError as error:
        return SentenceOut(th="", en="", problem=told(error))
    return SentenceOut(th=rule.sentence.th, en=rule.sentence.en)


@router.post("/rules/test")
async def test(body: RuleBody, ask: Admin) -> TrialOut:
    """Run a draft over the stored week: how often it would have fired, when and where."""
    ground = await ground_of(ask.tx, ask.actor, ask.clock)
    check(body, ground.territory, ground.units)
    rule = read_rule(_DRAFT, 0, body, ground.station_id, ground.territory, ground.units)
    found = await trial.try_rule(ask.tx, rule, ground.territory, ask.clock.now())
    return TrialOut(
        since=found.since,
        until=found.until,
        complete=found.complete,
        observations=found.observations,
        count=len(found.alerts),
        fired=[_fired(one) for one in found.alerts[-trial.SHOWN :]],
        unheard_s=found.unheard_s,
    )


def _fired(one: Alert) -> FiredOut:
    said = one.told
    return FiredOut(
        at=one.at,
        since=one.since,
        does=one.do,
        quiet=one.quiet,
        lon=None if one.point is None else one.point.lon,
        lat=None if one.point is None else one.point.lat,
        text_th=said.th,
        text_en=said.en,
    )


@router.get("/rules/{rule_id}")
async def rule(rule_id: UUID, ask: Reader) -> RuleOut:
    """Return one rule, a removed one too."""
    return await _one(ask, await _there(ask, rule_id))


@router.put("/rules/{rule_id}")
async def change(rule_id: UUID, body: RuleChange, ask: Admin) -> RuleOut:
    """Change a rule that is still at `version`."""
    plain = RuleBody.model_validate(body.model_dump(exclude={"version"}))
    row = await flows.change_rule(ask.tx, ask.actor, ask.clock, rule_id=rule_id, body=plain, version=body.version)
    return await _one(ask, row)


@router.post("/rules/{rule_id}/switch")
async def switch(rule_id: UUID, body: SwitchIn, ask: Admin) -> RuleOut:
    """Switch a rule on or off."""
    return await _one(ask, await flows.switch_rule(ask.tx, ask.actor, ask.clock, rule_id=rule_id, enabled=body.enabled))


@router.delete("/rules/{rule_id}")
async def remove(rule_id: UUID, ask: Admin) -> RuleOut:
    """Remove a rule; what it raised stays."""
    return await _one(ask, await flows.remove_rule(ask.tx, ask.actor, ask.clock, rule_id=rule_id))


@router.post("/rules/{rule_id}/restore")
async def restore(rule_id: UUID, ask: Admin) -> RuleOut:
    """Take the removal of a rule back."""
    return await _one(ask, await flows.restore_rule(ask.tx, ask.actor, ask.clock, rule_id=rule_id))


@router.get("/rules/{rule_id}/versions")
async def versions(rule_id: UUID, ask: Reader) -> list[VersionOut]:
    """Return what was done to a rule, newest first, with the sentence it meant each time."""
    row = await _there(ask, rule_id)
    ground = await ground_of(ask.tx, ask.actor, ask.clock, station_id=row["station_id"])
    found = []
    for version in await store.versions_of(ask.tx, rule_id):
        meant = ground.rule({**version, "id": rule_id}).sentence
        body = RuleBody.model_validate(version["body"])
        facts = {name: version[name] for name in ("version", "what", "at", "by", "enabled")}
        found.append(VersionOut(**facts, body=body, sentence_th=meant.th, sentence_en=meant.en))
    return found


@router.get("/rules/{rule_id}/alerts")
async def alerts_of_rule(
    rule_id: UUID, ask: Reader, limit: Annotated[int, Query(ge=1, le=500)] = 100
) -> list[AlertOut]:
    """Return what a rule raised, newest first."""
    await _there(ask, rule_id)
    rows = await store.alerts_of(ask.tx, rule_id=rule_id, limit=limit)
    said = await store.verdicts_on(ask.tx, [row["id"] for row in rows])
    return _alerts([{**row, "verdict": said.get(row["id"])} for row in rows])


@router.get("/alerts")
async def alerts(
    ask: Reader,
    *,
    hours: Annotated[int, Query(ge=1, le=168)] = 24,
    since: MomentIn | None = None,
    until: MomentIn | None = None,
    device_id: UUID | None = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 200,
) -> list[AlertOut]:
    """Return what the rules raised, newest first: in the last hours or between two moments, about all or one device."""
    begins = ask.clock.now() - timedelta(hours=hours) if since is None else since
    found = await store.alerts_of(ask.tx, since=begins, until=until, device_id=device_id, limit=limit)
    return _alerts(found)


def _alerts(rows: list[store.Row]) -> list[AlertOut]:
    return [AlertOut(**{name: row[name] for name in AlertOut.model_fields if name in row}) for row in rows]
