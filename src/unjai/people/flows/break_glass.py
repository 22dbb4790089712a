"""Break-glass — เปิดสิทธิ์ฉุกเฉิน: wider rights for half an hour, loudly, with a reason, reviewed afterwards."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from unjai.model.actor import Actor
from unjai.model.clock import Clock
from unjai.model.errors import UnjaiError, forbidden, not_found
from unjai.model.ids import AccountId, StationId, new_id
from unjai.people.events import BreakGlassChanged
from unjai.people.flows.sessions import tell_changed
from unjai.people.rules import break_glass as rules
from unjai.people.store import oversight
from unjai.platform.audit import audit
from unjai.platform.database import Tx
from unjai.platform.outbox import emit

CASE_MOST = 100


async def take(tx: Tx, actor: Actor, clock: Clock, *, reason: str, case_number: str = "") -> dict[str, Any]:
    """Take emergency rights at the station one works at; they end by themselves. Returns the row.

    Every console is told at once, the superintendent must answer within days, and all that is done is marked.
    Raises `right_missing` (403), `reason_missing` (422), `break_glass_needless` and `break_glass_open` (409).
    """
    actor.must("breakglass.take")
    if actor.account_id is None or not actor.stations:
        raise forbidden("breakglass.take")
    if actor.marks:
        raise UnjaiError("break_glass_open", 409)
    said, gained = rules.reason(reason), rules.gains(actor.rights)
    now, station_id = clock.now(), actor.station
    before = await oversight.open_break_glass(tx, actor.account_id, station_id)
    if before is not None and not rules.alive(before, now):
        await oversight.set_break_glass(tx, before.id, ended_at=before.ends_at, ended_by="time")
    policy = await oversight.policy_of(tx, station_id)
    row: dict[str, Any] = {
        "id": new_id(now),
        "station_id": station_id,
        "account_id": actor.account_id,
        "account_name": actor.name,
        "reason": said,
        "case_number": case_number.strip()[:CASE_MOST],
        "gained": sorted(gained),
        "taken_at": now,
        "ends_at": rules.ends_at(policy, now),
        "review_due_at": rules.review_due_at(policy, now),
    }
    if not await oversight.add_break_glass(tx, row):
        raise UnjaiError("break_glass_open", 409)
    facts = {"reason": said, "case_number": row["case_number"], "gained": row["gained"], "break_glass": str(row["id"])}
    await _told(tx, actor, clock, row, what="taken", facts=facts)
    await tell_changed(tx, actor, clock, account_id=actor.account_id)
    return await _row(tx, row["id"])


async def minutes(tx: Tx, actor: Actor, clock: Clock) -> int:
    """Return how long emergency rights last where this actor works, so that it is said before they are taken."""
    del clock
    return (await oversight.policy_of(tx, actor.station if actor.stations else None)).break_glass_minutes


async def end(tx: Tx, actor: Actor, clock: Clock, *, key: UUID) -> None:
    """End emergency rights before their time: one's own, or as their reviewer. Nothing happens when they are over.

    Raises `not_found` (404) and `right_missing` (403).
    """
    row = await _row(tx, key, lock=True)
    if row["account_id"] != actor.account_id:
        actor.must("breakglass.review")
    now = clock.now()
    if not rules.alive(oversight.taken_of(row), now):
        return
    await oversight.set_break_glass(tx, key, ended_at=now, ended_by=f"{actor.kind}:{actor.key}")
    await _told(tx, actor, clock, row, what="ended", facts={})
    await tell_changed(tx, actor, clock, account_id=AccountId(row["account_id"]))


async def end_late(tx: Tx, actor: Actor, clock: Clock) -> int:
    """Write the end of rights whose time is over, and tell the screens and sessions; core calls this each second."""
    actor.must("breakglass.review")
    rows = await oversight.late_break_glass(tx, clock.now())
    for row in rows:
        await oversight.set_break_glass(tx, row["id"], ended_at=row["ends_at"], ended_by="time")
        await _told(tx, actor, clock, row, what="ended", facts={"by": "time"})
        event_actor = _at(actor, StationId(row["station_id"]))
        await tell_changed(tx, event_actor, clock, account_id=AccountId(row["account_id"]))
    return len(rows)


async def review(tx: Tx, actor: Actor, clock: Clock, *, key: UUID, verdict: rules.Verdict, note: str) -> dict[str, Any]:
    """Answer a use of emergency rights: whether it was justified, and why. Never one's own. Returns the row.

    Raises `not_found` (404), `reason_missing` (422), `review_own`, `review_done`, `break_glass_open` (409).
    """
    actor.must("breakglass.review")
    row = await _row(tx, key, lock=True)
    now = clock.now()
    rules.check_review(oversight.taken_of(row), actor.account_id, now)
    said = rules.reason(note)
    if row["ended_at"] is None:
        await oversight.set_break_glass(tx, key, ended_at=row["ends_at"], ended_by="time")
    await oversight.set_break_glass(
        tx,
        key,
        reviewed_at=now,
        reviewed_by=actor.account_id,
        reviewer_name=actor.name,
        verdict=verdict,
        review_note=said,
    )
    await _told(tx, actor, clock, row, what="reviewed", facts={"verdict": verdict, "note": said})
    return await _row(tx, key)


async def open_now(tx: Tx, actor: Actor, clock: Clock) -> list[dict[str, Any]]:
    """Return the emergency rights that hold now at the actor's stations: what the banner of every console says."""
    now = clock.now()
    rows = await oversight.break_glass_rows(tx, only_open=True)
    return [row for row in rows if row["station_id"] in actor.stations and rules.alive(oversight.taken_of(row), now)]


async def uses(tx: Tx, actor: Actor, clock: Clock) -> list[dict[str, Any]]:
    """Return all uses of emergency rights with their state, latest first; without the right to review, one's own."""
    now = clock.now()
    all_of_them = actor.may("breakglass.review")
    return [
        {**row, "state": rules.state(oversight.taken_of(row), now)}
        for row in await oversight.break_glass_rows(tx, only_open=False)
        if all_of_them or row["account_id"] == actor.account_id
    ]


async def deeds(tx: Tx, actor: Actor, clock: Clock, *, key: UUID) -> list[dict[str, Any]]:
    """Return every audit row that was written under a use of emergency rights, latest first."""
    del clock
    actor.must("audit.read")
    await _row(tx, key)
    where = {"break_glass": str(key)}
    return await oversight.audit_rows(tx, before=None, limit=500, where=where, since=None, until=None)


async def _row(tx: Tx, key: UUID, *, lock: bool = False) -> dict[str, Any]:
    row = await oversight.break_glass_row(tx, key, lock=lock)
    if row is None:
        raise not_found("break_glass", key)
    return row


async def _told(
    tx: Tx, actor: Actor, clock: Clock, row: Mapping[str, Any], *, what: str, facts: Mapping[str, object]
) -> None:
    station_id = StationId(row["station_id"])
    subject = f"account:{row['account_id']}"
    action = {"taken": "breakglass.take", "ended": "breakglass.end", "reviewed": "breakglass.review"}[what]
    await audit(
        tx, actor, clock, action=action, subject=subject, facts={"use": str(row["id"]), **facts}, station_id=station_id
    )
    await emit(tx, clock, BreakGlassChanged(station_id=station_id, break_glass_id=row["id"], what=what))


def _at(actor: Actor, station_id: StationId) -> Actor:

    return replace(actor, works_at=station_id)
