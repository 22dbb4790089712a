"""Routes of the whole case: check lists, waits that last too long, persons and vehicles, messages."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from unjai.model.ids import IncidentId
from unjai.platform.http import Ask, allowed
from unjai.respond import view
from unjai.respond.flows import checklist, escalation, messages, parties
from unjai.respond.rules.overdue import Limits
from unjai.respond.schemas.case import (
    Changed,
    GapOut,
    LimitsIn,
    LimitsOut,
    MarkIn,
    MaybeWordIn,
    PartyChange,
    PartyIn,
    PartyShown,
    ProcedureIn,
    ProcedureOut,
    ProceduresFile,
    TemplateIn,
    TemplateKey,
    TemplateOut,
    UseIn,
    WordIn,
)
from unjai.respond.schemas.incidents import Incident
from unjai.respond.store import procedures as procedure_store
from unjai.respond.words import title

router = APIRouter(tags=["case"])

Reads = Annotated[Ask, allowed("incident.read")]
Works = Annotated[Ask, allowed("incident.work")]
Edits = Annotated[Ask, allowed("procedure.admin")]
Takes = Annotated[Ask, allowed("escalation.take")]
Knows = Annotated[Ask, allowed("party.read")]


async def _shown(ask: Ask, incident_id: UUID) -> Incident:
    return await view.incident(ask.tx, ask.actor, incident_id=incident_id)


@router.post("/incidents/{incident_id}/steps/{key}")
async def mark_step(incident_id: UUID, key: str, body: MarkIn, ask: Works) -> Incident:
    """Mark a step of the check list: done, answered, or skipped with a reason."""
    await checklist.mark_step(
        ask.tx,
        ask.actor,
        ask.clock,
        incident_id=IncidentId(incident_id),
        key=key,
        answer=body.answer,
        skip=body.skip,
        reason=body.reason,
    )
    return await _shown(ask, incident_id)


@router.delete("/incidents/{incident_id}/steps/{key}")
async def unmark_step(incident_id: UUID, key: str, ask: Works) -> Incident:
    """Take the mark of a step back."""
    await checklist.unmark_step(ask.tx, ask.actor, ask.clock, incident_id=IncidentId(incident_id), key=key)
    return await _shown(ask, incident_id)


@router.get("/procedures")
async def read_procedures(ask: Reads) -> list[ProcedureOut]:
    """Return every code's check list as a new incident would begin with it."""
    found = await checklist.current_lists(ask.tx, ask.actor)
    return [ProcedureOut.model_validate(one) for one in found.values()]


@router.get("/procedures/export")
async def export_procedures(ask: Edits) -> ProceduresFile:
    """Return all check lists as one file, for another station to take."""
    found = await checklist.current_lists(ask.tx, ask.actor)
    return ProceduresFile.model_validate({"lists": {code: one["steps"] for code, one in found.items()}})


@router.post("/procedures/import")
async def import_procedures(body: ProceduresFile, ask: Edits) -> Changed:
    """Take check lists from a file, all or none."""
    lists = {code: [step.model_dump() for step in steps] for code, steps in body.lists.items()}
    return Changed(changed=await checklist.import_procedures(ask.tx, ask.actor, ask.clock, lists=lists))


@router.get("/procedures/{code}/versions")
async def read_versions(code: str, ask: Edits) -> list[ProcedureOut]:
    """Return the versions of a code's check list, newest first."""
    rows = await procedure_store.versions(ask.tx, ask.actor.station, code)
    return [ProcedureOut.model_validate({**row, "own": not row["built_in"]}) for row in rows]


@router.put("/procedures/{code}")
async def change_procedure(code: str, body: ProcedureIn, ask: Edits) -> ProcedureOut:
    """Write the next version of a code's check list; open incidents keep theirs."""
    steps = [step.model_dump() for step in body.steps]
    await checklist.change_procedure(ask.tx, ask.actor, ask.clock, code=code, steps=steps, base=body.base)
    return ProcedureOut.model_validate((await checklist.current_lists(ask.tx, ask.actor))[code])


@router.post("/incidents/{incident_id}/overdue/take")
async def take_over(incident_id: UUID, body: WordIn, ask: Takes) -> Incident:
    """Take what waits too long over, with a word."""
    await escalation.take_over(ask.tx, ask.actor, ask.clock, incident_id=IncidentId(incident_id), word=body.word)
    return await _shown(ask, incident_id)


@router.get("/procedure-gaps")
async def read_gaps(ask: Takes, unseen: Annotated[bool, Query()] = True) -> list[GapOut]:
    """Return which incidents were closed without required steps, newest first."""
    found = []
    for row in await procedure_store.gaps(ask.tx, unseen=unseen):
        named = title(row["code"], row["about_th"], row["about_en"])
        found.append(GapOut.model_validate({**row, "title_th": named.th, "title_en": named.en}))
    return found


@router.post("/procedure-gaps/{gap_id}/seen", status_code=204)
async def see_gaps(gap_id: UUID, body: MaybeWordIn, ask: Takes) -> None:
    """Note that what was left out was seen."""
    await checklist.see_gaps(ask.tx, ask.actor, ask.clock, gap_id=gap_id, word=body.word)


async def _limits(ask: Ask) -> list[LimitsOut]:
    found = await escalation.limits_now(ask.tx, ask.actor)
    return [
        LimitsOut(
            scope=scope,
            acknowledge_s=one.acknowledge_s,
            assign_s=one.assign_s,
            arrive_s=one.arrive_s,
            own=own,
        )
        for scope, (one, own) in found.items()
    ]


@router.get("/wait-limits")
async def read_limits(ask: Reads) -> list[LimitsOut]:
    """Return how long incidents may wait, by priority and by code."""
    return await _limits(ask)


@router.put("/wait-limits/{scope}")
async def set_limits(scope: str, body: LimitsIn, ask: Edits) -> list[LimitsOut]:
    """Set how long incidents of a priority (``p1``) or a code (``code:NOI``) may wait."""
    limits = Limits(acknowledge_s=body.acknowledge_s, assign_s=body.assign_s, arrive_s=body.arrive_s)
    await escalation.set_limits(ask.tx, ask.actor, ask.clock, scope=scope, limits=limits)
    return await _limits(ask)


@router.delete("/wait-limits/{scope}")
async def drop_limits(scope: str, ask: Edits) -> list[LimitsOut]:
    """Go back to the limits that come with the centre."""
    await escalation.set_limits(ask.tx, ask.actor, ask.clock, scope=scope, limits=None)
    return await _limits(ask)


@router.get("/incidents/{incident_id}/parties")
async def read_parties(incident_id: UUID, ask: Knows) -> list[PartyShown]:
    """Return an incident's persons and vehicles unmasked; the look is on the log."""
    found = await parties.read_parties(ask.tx, ask.actor, ask.clock, incident_id=IncidentId(incident_id))
    return [PartyShown.model_validate(one) for one in found]


@router.post("/incidents/{incident_id}/parties", status_code=201)
async def add_party(incident_id: UUID, body: PartyIn, ask: Works) -> Incident:
    """Note a person or vehicle."""
    await parties.add_party(
        ask.tx,
        ask.actor,
        ask.clock,
        incident_id=IncidentId(incident_id),
        kind=body.kind,
        role=body.role,
        facts=body.facts,
    )
    return await _shown(ask, incident_id)


@router.put("/incidents/{incident_id}/parties/{party_id}")
async def change_party(incident_id: UUID, party_id: UUID, body: PartyChange, ask: Works) -> Incident:
    """Write what is known of a person or vehicle anew."""
    await parties.change_party(
        ask.tx,
        ask.actor,
        ask.clock,
        incident_id=IncidentId(incident_id),
        party_id=party_id,
        role=body.role,
        facts=body.facts,
        before=None if body.before is None else (body.before.role, body.before.facts),
    )
    return await _shown(ask, incident_id)


@router.delete("/incidents/{incident_id}/parties/{party_id}")
async def remove_party(incident_id: UUID, party_id: UUID, ask: Works) -> Incident:
    """Take a person or vehicle off."""
    await parties.remove_party(ask.tx, ask.actor, ask.clock, incident_id=IncidentId(incident_id), party_id=party_id)
    return await _shown(ask, incident_id)


@router.post("/incidents/{incident_id}/parties/{party_id}/restore")
async def restore_party(incident_id: UUID, party_id: UUID, ask: Works) -> Incident:
    """Put a removed person or vehicle back."""
    await parties.restore_party(ask.tx, ask.actor, ask.clock, incident_id=IncidentId(incident_id), party_id=party_id)
    return await _shown(ask, incident_id)


@router.get("/message-templates")
async def read_templates(ask: Reads) -> list[TemplateOut]:
    """Return the station's public messages."""
    return [TemplateOut.model_validate(one) for one in await messages.templates(ask.tx, ask.actor)]


@router.post("/message-templates", status_code=201)
async def add_template(body: TemplateIn, ask: Edits) -> TemplateKey:
    """Write a new public message."""
    return TemplateKey(key=await messages.set_template(ask.tx, ask.actor, ask.clock, key=None, **body.model_dump()))


@router.put("/message-templates/{key}")
async def set_template(key: str, body: TemplateIn, ask: Edits) -> TemplateKey:
    """Write a public message anew; `removed` takes it off the list."""
    return TemplateKey(key=await messages.set_template(ask.tx, ask.actor, ask.clock, key=key, **body.model_dump()))


@router.get("/incidents/{incident_id}/messages")
async def read_messages(incident_id: UUID, ask: Reads) -> list[TemplateOut]:
    """Return the public messages that fit an incident, with its facts filled in."""
    found = await messages.offered_messages(ask.tx, ask.actor, ask.clock, incident_id=IncidentId(incident_id))
    return [TemplateOut.model_validate(one) for one in found]


@router.post("/incidents/{incident_id}/messages")
async def use_message(incident_id: UUID, body: UseIn, ask: Works) -> Incident:
    """Note which words were given out. Nothing is sent: there is no channel yet."""
    await messages.use_message(
        ask.tx,
        ask.actor,
        ask.clock,
        incident_id=IncidentId(incident_id),
        key=body.key,
        text_th=body.text_th,
        text_en=body.text_en,
    )
    return await _shown(ask, incident_id)
