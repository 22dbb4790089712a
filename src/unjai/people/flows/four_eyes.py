"""Four eyes — การอนุมัติสองคน: one person proposes, a second one approves, and exactly that is carried out, once.

A capability adds an action of its own with one line where it is made: ``ACTIONS.add(Action(name="…", …))``.
`look` reads the thing as it stands and says in words what would be done; what it returns as facts is what both people
agree on. `execute` is the capability's own flow: it gets the proposer as its actor, with `approved` naming the action.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import msgspec

from unjai.model.actor import Actor
from unjai.model.clock import Clock
from unjai.model.errors import UnjaiError, forbidden, not_found
from unjai.model.ids import AccountId, StationId, new_id
from unjai.people.events import ApprovalChanged
from unjai.people.rights import ROLES, rights_of
from unjai.people.rules import four_eyes as rules
from unjai.people.rules.break_glass import reason as checked_reason
from unjai.people.store import accounts, oversight
from unjai.platform.audit import audit
from unjai.platform.database import Tx
from unjai.platform.outbox import emit

GIVE = "approval.give"


@dataclass(frozen=True, kw_only=True, slots=True)
class Look:
    """A thing as it stands: its subject for the log, in words for people, and the facts that two people agree on."""

    subject: str
    th: str
    en: str
    facts: Mapping[str, Any]


Looks = Callable[[Tx, Actor, Mapping[str, Any]], Awaitable[Look]]
Executes = Callable[[Tx, Actor, Clock, Mapping[str, Any]], Awaitable[object]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Action:
    """Something that two people do together. `asks` is the right to propose it; to approve it is `approval.give`.

    `always`: no station may choose to do it alone.
    """

    name: str
    th: str
    en: str
    asks: str
    look: Looks
    execute: Executes
    always: bool = False


class Actions:
    """All actions that need a second person, by name."""

    def __init__(self) -> None:
        """Know none yet."""
        self._known: dict[str, Action] = {}

    def add(self, action: Action) -> None:
        """Make an action known; a name is given once."""
        if action.name in self._known:
            msg = f"{action.name} is known already"
            raise ValueError(msg)
        self._known[action.name] = action

    def named(self, name: str) -> Action:
        """Return an action; raise `action_unknown` (422)."""
        found = self._known.get(name)
        if found is None:
            raise UnjaiError("action_unknown", 422, action=name)
        return found

    def __iter__(self) -> Iterator[Action]:
        return iter(self._known.values())

    def optional(self) -> frozenset[str]:
        """Return the names of those that a station may let one person do."""
        return frozenset(action.name for action in self if not action.always)


ACTIONS = Actions()


async def propose(
    tx: Tx, actor: Actor, clock: Clock, *, action: str, facts: Mapping[str, Any], reason: str
) -> dict[str, Any]:
    """Ask for a second person; return the proposal's row.

    Where the station lets one person do this (`policy.one_person`), it is done at once and the row says so.
    Raises `action_unknown`, `reason_missing` (422), `right_missing` (403), `approval_waiting` and `approver_missing`
    (409), and what the action's `look` raises.
    """
    asked = ACTIONS.named(action)
    actor.must(asked.asks)
    if actor.account_id is None or not actor.stations:
        raise forbidden(asked.asks)
    said, now, station_id = checked_reason(reason), clock.now(), actor.station
    look = await asked.look(tx, actor, facts)
    agreed = _plain(look.facts)
    await oversight.expire_approvals(tx, now)
    policy = await oversight.policy_of(tx, station_id)
    alone = not asked.always and action in policy.one_person
    if not alone and not await accounts.others_with(tx, actor.account_id, station_id, _roles_with(GIVE), now):
        raise UnjaiError("approver_missing", 409)
    row: dict[str, Any] = {
        "id": new_id(now),
        "station_id": station_id,
        "action": action,
        "subject": look.subject,
        "facts": agreed,
        "digest": rules.digest(station_id, action, look.subject, agreed),
        "about_th": look.th,
        "about_en": look.en,
        "reason": said,
        "proposed_by": actor.account_id,
        "proposer_name": actor.name,
        "proposed_at": now,
        "expires_at": now + rules.LASTS,
    }
    if alone:
        row |= {"state": "approved", "settled_at": now, "note": "one_person"}
    if not await oversight.add_approval(tx, row):
        raise UnjaiError("approval_waiting", 409)
    told = {"action": action, "of": look.subject, "reason": said, "digest": row["digest"].hex(), "alone": alone}
    await _tell(tx, actor, clock, row, what="propose", state="approved" if alone else "pending", facts=told)
    if alone:
        await _carry_out(tx, actor, clock, asked, row)
    return await _row(tx, actor, row["id"])


async def approve(tx: Tx, actor: Actor, clock: Clock, *, key: UUID, seen: str) -> dict[str, Any]:
    """Approve as the second person; what was proposed is carried out in this transaction, once. Returns the row.

    `seen` is the digest that stood on the approver's screen. Raises `right_missing` (403), `not_found` (404),
    `approval_settled`, `approval_own`, `approval_changed`, `proposer_lost_right` (409), and what the action raises;
    then nothing has happened and the proposal still waits.
    """
    actor.must(GIVE)
    row = await _row(tx, actor, key)
    proposal, now = oversight.proposal_of(row), clock.now()
    rules.check_open(proposal, now)
    rules.check_second(proposal, actor.account_id)
    asked = ACTIONS.named(proposal.action)
    proposer = await _proposer(tx, clock, proposal, asked)
    async with tx.acting_as(proposer):
        look = await asked.look(tx, proposer, proposal.facts)
    rules.check_same(proposal, seen=seen, found_facts=_plain(look.facts), found_subject=look.subject)
    await oversight.set_approval(
        tx, key, state="approved", settled_by=actor.account_id, settler_name=actor.name, settled_at=now
    )
    told = {"action": proposal.action, "of": proposal.subject, "digest": proposal.digest.hex()}
    await _tell(tx, actor, clock, row, what="approve", state="approved", facts=told)
    await _carry_out(tx, proposer, clock, asked, row)
    return await _row(tx, actor, key)


async def refuse(tx: Tx, actor: Actor, clock: Clock, *, key: UUID, note: str) -> dict[str, Any]:
    """Refuse as the second person, with why; or take one's own proposal back. Returns the row.

    Raises `right_missing` (403), `not_found` (404), `approval_settled` (409), `reason_missing` (422).
    """
    row = await _row(tx, actor, key)
    proposal, now = oversight.proposal_of(row), clock.now()
    own = actor.account_id is not None and actor.account_id == proposal.proposed_by
    if not own:
        actor.must(GIVE)
    rules.check_open(proposal, now)
    state = "withdrawn" if own else "refused"
    said = note.strip()[:1000] if own else checked_reason(note)
    await oversight.set_approval(
        tx, key, state=state, settled_by=actor.account_id, settler_name=actor.name, settled_at=now, note=said
    )
    told = {"action": proposal.action, "of": proposal.subject, "note": said}
    await _tell(tx, actor, clock, row, what="withdraw" if own else "refuse", state=state, facts=told)
    return await _row(tx, actor, key)


async def approvals(tx: Tx, actor: Actor, clock: Clock) -> list[dict[str, Any]]:
    """Return the proposals of the actor's stations: all for who may approve, else one's own; waiting ones first."""
    now = clock.now()
    only_by = None if actor.may(GIVE) else actor.account_id
    if only_by is None and not actor.may(GIVE):
        return []
    rows = await oversight.approval_rows(tx, only_by=only_by)
    return [_shown(row, actor, rules.state(oversight.proposal_of(row), now)) for row in rows]


async def waiting(tx: Tx, actor: Actor, clock: Clock) -> int:
    """Count what waits for this actor as the second person."""
    return await oversight.waiting_approvals(tx, clock.now(), actor.account_id) if actor.may(GIVE) else 0


async def _carry_out(tx: Tx, proposer: Actor, clock: Clock, asked: Action, row: Mapping[str, Any]) -> None:
    """Do exactly what was agreed on, as the proposer; every audit row of it names the approval."""
    marks = (*proposer.marks, ("approval", str(row["id"])))
    doer = replace(proposer, approved=asked.name, marks=marks)
    async with tx.acting_as(doer):
        await asked.execute(tx, doer, clock, row["facts"])


async def _proposer(tx: Tx, clock: Clock, proposal: rules.Proposal, asked: Action) -> Actor:
    """Return whoever proposed, with the rights they hold now at that station; raise when they may no longer do it."""
    account = await accounts.account_of(tx, proposal.proposed_by)
    grants = await accounts.grants_of(tx, proposal.proposed_by, at=clock.now())
    held = rights_of(grant.role for grant in grants if grant.station_id == proposal.station_id)
    if account is None or not await oversight.enabled(tx, proposal.proposed_by):
        held = frozenset()
    rules.check_proposer(held, asked.asks)
    return Actor(
        kind="account",
        key=account["username"] if account else "",
        name=account["name_th"] if account else "",
        stations=frozenset({proposal.station_id}),
        rights=held,
        account_id=AccountId(proposal.proposed_by),
        works_at=proposal.station_id,
    )


def _roles_with(right: str) -> list[str]:
    return [name for name, role in ROLES.items() if right in role.rights]


async def _row(tx: Tx, actor: Actor, key: UUID) -> dict[str, Any]:
    row = await oversight.approval_row(tx, key)
    if row is None or row["station_id"] not in actor.stations:
        raise not_found("approval", key)
    if row["proposed_by"] != actor.account_id and not actor.may(GIVE):
        raise not_found("approval", key)
    return _shown(row, actor, row["state"])


def _shown(row: Mapping[str, Any], actor: Actor, state: str) -> dict[str, Any]:
    return {**row, "state": state, "mine": row["proposed_by"] == actor.account_id, "digest": bytes(row["digest"])}


def _plain(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Return facts as JSON gives them back, so that their digest is the same before and after the table."""
    plain: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(facts))
    return plain


async def _tell(
    tx: Tx, actor: Actor, clock: Clock, row: Mapping[str, Any], *, what: str, state: str, facts: Mapping[str, object]
) -> None:
    station_id = StationId(row["station_id"])
    subject = f"approval:{row['id']}"
    await audit(tx, actor, clock, action=f"approval.{what}", subject=subject, facts=facts, station_id=station_id)
    await emit(tx, clock, ApprovalChanged(station_id=station_id, approval_id=row["id"], state=state))
