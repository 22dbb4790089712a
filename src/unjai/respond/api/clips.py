"""What cameras saw of an incident: the rules' alerts that belong to it, with their clips and what was said of them."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter

from unjai.model.errors import UnjaiError, not_found
from unjai.picture.alerts import store as alerts
from unjai.picture.alerts.flows import ground_of
from unjai.picture.alerts.kinds import alert_kinds
from unjai.picture.alerts.lesson_schemas import VerdictOut
from unjai.picture.alerts.rules.facts import Words
from unjai.platform.http import Ask, allowed
from unjai.respond.schemas.clips import ClipOut
from unjai.respond.store import incidents, reports

router = APIRouter(tags=["incidents"])


@router.get("/incidents/{incident_id}/clips")
async def clips(incident_id: UUID, ask: Annotated[Ask, allowed("incident.read")]) -> list[ClipOut]:
    """Return what cameras found, oldest first, of what was merged in too: the clip, the box, the rule, the verdict."""
    if await incidents.of(ask.tx, incident_id) is None:
        raise not_found("incident", incident_id)
    told = await reports.of_incidents(ask.tx, [incident_id])
    found = await alerts.alerts_by_id(ask.tx, [row["observation_id"] for row in told])
    rules = await _rules(ask, {row["rule_id"] for row in found})
    found = [row for row in found if row["rule_id"] in rules and row["device_id"] is not None]
    said = await alerts.verdicts_on(ask.tx, [row["id"] for row in found])
    return [_clip(row, rules[row["rule_id"]], said.get(row["id"])) for row in found]


async def _rules(ask: Ask, rule_ids: set[UUID]) -> dict[UUID, Words]:
    """Return the sentences of those rules whose alerts are judged, removed ones too."""
    rows = [row for key in rule_ids if (row := await alerts.rule_of(ask.tx, key)) is not None]
    rows = [row for row in rows if row["kind"] in alert_kinds() and alert_kinds()[row["kind"]].judged]
    if not rows:
        return {}
    ground = await ground_of(ask.tx, ask.actor, ask.clock, station_id=rows[0]["station_id"])
    found = {}
    for row in rows:
        try:
            found[row["id"]] = ground.rule(row).sentence
        except (UnjaiError, ValueError):  # what it was about is gone
            found[row["id"]] = Words(th=row["body"].get("name", ""), en=row["body"].get("name", ""))
    return found


def _clip(row: dict[str, Any], rule: Words, verdict: dict[str, Any] | None) -> ClipOut:
    facts = row["facts"]
    clip = facts.get("clip") or {}
    return ClipOut(
        alert_id=row["id"],
        rule_id=row["rule_id"],
        device_id=row["device_id"],
        at=row["at"],
        since=clip.get("from"),
        until=clip.get("until"),
        box=facts.get("box") or [],
        path=facts.get("path") or [],
        text_th=row["text_th"],
        text_en=row["text_en"],
        still=facts.get("still"),
        rule_th=rule.th,
        rule_en=rule.en,
        verdict=None if verdict is None else VerdictOut.model_validate(verdict),
    )
