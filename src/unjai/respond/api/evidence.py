"""Routes of an incident's evidence: what was sealed of its cameras, and sealing it."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter

from unjai.cameras import packages
from unjai.cameras.api.evidence import asked, pieces_in, wish_of
from unjai.cameras.api.outside import Outside, outside
from unjai.cameras.schemas.evidence import EvidenceIn, EvidenceOut, EvidenceRow
from unjai.cameras.store import evidence as store
from unjai.model.errors import not_found
from unjai.platform.http import Ask, allowed
from unjai.respond.flows.evidence import ask_for_incident
from unjai.respond.store import incidents

router = APIRouter(tags=["evidence"])


@router.get("/incidents/{incident_id}/evidence")
async def evidence_of_incident(incident_id: UUID, ask: Annotated[Ask, allowed("evidence.read")]) -> list[EvidenceRow]:
    """Return what was sealed of an incident's cameras, the newest first."""
    if await incidents.of(ask.tx, incident_id) is None:
        raise not_found("incident", incident_id)
    return await packages.rows(ask.tx, await store.listed(ask.tx, incident_id=incident_id))


@router.post("/incidents/{incident_id}/evidence", status_code=201)
async def seal_for_incident(
    incident_id: UUID, body: EvidenceIn, ask: Annotated[Outside, outside("evidence.export")]
) -> EvidenceOut:
    """Ask for a package of an incident's pictures."""
    async with ask.tx() as tx:
        if await incidents.of(tx, incident_id) is None:
            raise not_found("incident", incident_id)
    wish = wish_of(body, await pieces_in(ask, body.pieces))
    return await asked(ask, lambda tx: ask_for_incident(tx, ask.actor, ask.clock, incident_id=incident_id, wish=wish))
