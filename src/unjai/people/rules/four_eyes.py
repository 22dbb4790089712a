"""Four eyes, pure: what two people agree on, who may be the second one, and until when."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID

import msgspec

from unjai.model.errors import UnjaiError
from unjai.model.ids import AccountId, StationId

LASTS = timedelta(hours=24)
State = Literal["pending", "approved", "refused", "withdrawn", "expired"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Proposal:
    """What somebody asks a second person for — คำขออนุมัติ."""

    id: UUID
    station_id: StationId
    action: str
    subject: str
    facts: Mapping[str, Any]
    digest: bytes
    proposed_by: AccountId
    proposed_at: datetime
    expires_at: datetime
    state: State


def digest(station_id: StationId, action: str, subject: str, facts: Mapping[str, Any]) -> bytes:
    """Return SHA-256 over exactly what is asked for (canonical JSON), so that nothing else can be carried out."""
    said = {"station_id": station_id, "action": action, "subject": subject, "facts": facts}
    return hashlib.sha256(msgspec.json.encode(said, order="sorted")).digest()


def state(proposal: Proposal, now: datetime) -> State:
    """Return the state, in which a proposal nobody answered in time is expired."""
    late = proposal.state == "pending" and now >= proposal.expires_at
    return "expired" if late else proposal.state


def check_open(proposal: Proposal, now: datetime) -> None:
    """Raise `approval_settled` (409) unless the proposal still waits; the first answer counts."""
    stands = state(proposal, now)
    if stands != "pending":
        raise UnjaiError("approval_settled", 409, state=stands)


def check_second(proposal: Proposal, second: AccountId | None) -> None:
    """Raise `approval_own` (409) unless another person answers; a second session of the same one is no other."""
    if second is None or second == proposal.proposed_by:
        raise UnjaiError("approval_own", 409)


def check_same(proposal: Proposal, *, seen: str, found_facts: Mapping[str, Any], found_subject: str) -> None:
    """Raise `approval_changed` (409) unless what is to be done is what was proposed and what the second one saw.

    `seen` is the digest that was on the approver's screen; `found_facts` are the thing's facts as they stand now.
    """
    kept = digest(proposal.station_id, proposal.action, proposal.subject, proposal.facts)
    now = digest(proposal.station_id, proposal.action, found_subject, found_facts)
    if not (kept == proposal.digest == now and seen == proposal.digest.hex()):
        raise UnjaiError("approval_changed", 409)


def check_proposer(rights: Iterable[str], needed: str) -> None:
    """Raise `proposer_lost_right` (409) when whoever proposed may no longer do it."""
    if needed not in rights:
        raise UnjaiError("proposer_lost_right", 409, right=needed)
