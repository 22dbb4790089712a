"""What cameras saw of an incident: the clips of the rules' alerts that belong to it."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter

from unjai.model.errors import not_found
from unjai.picture.alerts.store import alerts_by_id
from unjai.platform.http import Ask, allowed
from unjai.respond.schemas.clips import ClipOut
from unjai.respond.store import incidents, reports

router = APIRouter(tags=["incidents"])


@router.get("/incidents/{incident_id}/clips")
async def clips(incident_id: UUID, ask: Annotated[Ask, allowed("incident.read")]) -> list[ClipOut]:
    """Return where recordings show what cameras found, oldest first; what was merged in belongs to it too."""
    if await incidents.of(ask.tx, incident_id) is None:
        raise not_found("incident", incident_id)
    told = await reports.of_incidents(ask.tx, [incident_id])
    found = await alerts_by_id(ask.tx, [row["observation_id"] for row in told])
    return [_clip(row) for row in found if isinstance(row["facts"].get("scene"), str) and row["device_id"] is not None]


def _clip(row: dict[str, Any]) -> ClipOut:
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
    )
