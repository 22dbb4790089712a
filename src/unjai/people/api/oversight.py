"""Routes of oversight: emergency rights, approvals by a second person, the station's policy, the audit log."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query

from unjai.people.flows import auditing, break_glass, four_eyes
from unjai.people.flows import policy as policies
from unjai.people.schemas.identity import (
    ActionOut,
    ApprovalOut,
    ApproveIn,
    AttentionOut,
    AuditPageOut,
    AuditRowOut,
    BreakGlassIn,
    BreakGlassOut,
    OpenBreakGlassOut,
    PolicyIn,
    PolicyOut,
    ProposalIn,
    RefuseIn,
    ReviewIn,
    Search,
)
from unjai.platform.http import ANYONE, Ask, allowed

router = APIRouter(tags=["oversight"])

Anyone = Annotated[Ask, allowed(ANYONE)]
Taker = Annotated[Ask, allowed("breakglass.take")]
Reviewer = Annotated[Ask, allowed("breakglass.review")]
Approver = Annotated[Ask, allowed("approval.give")]
PolicyAdmin = Annotated[Ask, allowed("policy.admin")]
Auditor = Annotated[Ask, allowed("audit.read")]


@router.get("/attention")
async def attention(ask: Anyone) -> AttentionOut:
    """Tell what waits for this person, and whose emergency rights hold now (for who may see incidents)."""
    reviews = await auditing.reviews_waiting(ask.tx, ask.actor, ask.clock)
    rows = await break_glass.open_now(ask.tx, ask.actor, ask.clock) if ask.actor.may("incident.read") else []
    return AttentionOut(
        approvals=await four_eyes.waiting(ask.tx, ask.actor, ask.clock),
        reviews=reviews["waiting"],
        reviews_overdue=reviews["overdue"],
        break_glass=[OpenBreakGlassOut.model_validate(row) for row in rows],
        break_glass_minutes=await break_glass.minutes(ask.tx, ask.actor, ask.clock),
    )


# ── break-glass ────────────────────────────────────────────────────────────────────────────────────


@router.post("/break-glass", status_code=201)
async def take_break_glass(body: BreakGlassIn, ask: Taker) -> OpenBreakGlassOut:
    """Take emergency rights at one's own station, with a reason; every console is told."""
    row = await break_glass.take(ask.tx, ask.actor, ask.clock, reason=body.reason, case_number=body.case_number)
    return OpenBreakGlassOut.model_validate(row)


@router.get("/break-glass")
async def uses_of_break_glass(ask: Anyone) -> list[BreakGlassOut]:
    """Return the uses of emergency rights, latest first: all for who reviews them, else one's own."""
    return [BreakGlassOut.model_validate(row) for row in await break_glass.uses(ask.tx, ask.actor, ask.clock)]


@router.post("/break-glass/{break_glass_id}/end", status_code=204)
async def end_break_glass(break_glass_id: UUID, ask: Anyone) -> None:
    """End emergency rights before their time: one's own, or as their reviewer."""
    await break_glass.end(ask.tx, ask.actor, ask.clock, key=break_glass_id)


@router.post("/break-glass/{break_glass_id}/review", status_code=204)
async def review_break_glass(break_glass_id: UUID, body: ReviewIn, ask: Reviewer) -> None:
    """Answer a use of emergency rights: whether it was justified, and why."""
    await break_glass.review(ask.tx, ask.actor, ask.clock, key=break_glass_id, verdict=body.verdict, note=body.note)


@router.get("/break-glass/{break_glass_id}/deeds")
async def deeds_of_break_glass(break_glass_id: UUID, ask: Auditor) -> list[AuditRowOut]:
    """Return everything that was done under a use of emergency rights."""
    rows = await break_glass.deeds(ask.tx, ask.actor, ask.clock, key=break_glass_id)
    return [AuditRowOut.model_validate(row) for row in await auditing.named(ask.tx, rows)]


# ── four eyes ──────────────────────────────────────────────────────────────────────────────────────


@router.get("/approvals")
async def approvals(ask: Anyone) -> list[ApprovalOut]:
    """Return the proposals of one's station, waiting ones first: all for who may approve, else one's own."""
    return [_approval(row) for row in await four_eyes.approvals(ask.tx, ask.actor, ask.clock)]


@router.get("/approvals/actions")
async def actions(_ask: Anyone) -> list[ActionOut]:
    """Return what needs a second person."""
    return [ActionOut(name=one.name, th=one.th, en=one.en, always=one.always) for one in four_eyes.ACTIONS]


@router.post("/approvals", status_code=201)
async def propose(body: ProposalIn, ask: Anyone) -> ApprovalOut:
    """Ask for a second person; the right needed is that of the action itself."""
    row = await four_eyes.propose(
        ask.tx, ask.actor, ask.clock, action=body.action, facts=body.facts, reason=body.reason
    )
    return _approval(row)


@router.post("/approvals/{approval_id}/approve")
async def approve(approval_id: UUID, body: ApproveIn, ask: Approver) -> ApprovalOut:
    """Approve as the second person: exactly what was seen is carried out, once."""
    return _approval(await four_eyes.approve(ask.tx, ask.actor, ask.clock, key=approval_id, seen=body.digest))


@router.post("/approvals/{approval_id}/refuse")
async def refuse(approval_id: UUID, body: RefuseIn, ask: Anyone) -> ApprovalOut:
    """Refuse as the second person with why, or take one's own proposal back."""
    return _approval(await four_eyes.refuse(ask.tx, ask.actor, ask.clock, key=approval_id, note=body.note))


def _approval(row: dict[str, Any]) -> ApprovalOut:
    return ApprovalOut.model_validate({**row, "digest": row["digest"].hex()})


# ── policy and log ─────────────────────────────────────────────────────────────────────────────────


@router.get("/policy")
async def policy(ask: PolicyAdmin) -> PolicyOut:
    """Return the station's security policy."""
    return PolicyOut.model_validate(await policies.policy_here(ask.tx, ask.actor, ask.clock))


@router.put("/policy")
async def set_policy(body: PolicyIn, ask: PolicyAdmin) -> PolicyOut:
    """Change the station's security policy; what asks less of people than before needs a second person."""
    changed = await policies.set_policy(ask.tx, ask.actor, ask.clock, wanted=body.model_dump())
    return PolicyOut.model_validate(changed)


@router.get("/audit")
async def audit_log(
    ask: Auditor,
    *,
    action: Search = "",
    actor: Search = "",
    subject: Search = "",
    since: datetime | None = None,
    until: datetime | None = None,
    before: UUID | None = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 100,
) -> AuditPageOut:
    """Return rows of the audit log of one's stations, latest first; a search in it is itself logged."""
    rows, further = await auditing.read_log(
        ask.tx,
        ask.actor,
        ask.clock,
        where={"action": action, "actor": actor, "subject": subject},
        since=since,
        until=until,
        before=before,
        limit=limit,
    )
    return AuditPageOut(rows=[AuditRowOut.model_validate(row) for row in rows], next=further)
