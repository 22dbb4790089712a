"""Whether the station shows its ledger of watching: it does unless two people decide else and say why."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from unjai.model.actor import Actor
from unjai.model.clock import Clock
from unjai.people.flows.four_eyes import ACTIONS, Action, Look
from unjai.people.rules.break_glass import reason as checked_reason
from unjai.platform.audit import audit
from unjai.platform.database import Tx
from unjai.platform.ledger import store

HIDE = "ledger.hide"
RIGHT = "policy.admin"


async def ledger_setting(tx: Tx, actor: Actor) -> dict[str, Any]:
    """Return whether the station shows its ledger, since when, by whom and why."""
    actor.must(RIGHT)
    row = await store.setting_of(tx, actor.station)
    return row or {"shown": True, "reason": "", "changed_at": None, "changed_by": ""}


async def show_ledger(tx: Tx, actor: Actor, clock: Clock, *, shown: bool, reason: str) -> dict[str, Any]:
    """Show the ledger, or show it no longer; days are counted, sealed and signed all the same.

    To hide it raises `approval_needed` (409) unless a second person agreed, and `reason_missing` (422): the page itself
    says the reason.
    """
    actor.must(RIGHT)
    before = await ledger_setting(tx, actor)
    if before["shown"] == shown:
        return before
    said = "" if shown else checked_reason(reason)
    if not shown:
        actor.must_be_approved(HIDE, reason=said)
    now = clock.now()
    values = {"station_id": actor.station, "shown": shown, "reason": said, "changed_at": now, "changed_by": actor.name}
    await store.add_setting(tx, values)
    facts = {"reason": said} if said else {}
    subject = f"station:{actor.station}"
    await audit(tx, actor, clock, action="ledger.show" if shown else "ledger.hide", subject=subject, facts=facts)
    return await ledger_setting(tx, actor)


async def _look(tx: Tx, actor: Actor, facts: Mapping[str, Any]) -> Look:
    del tx
    said = checked_reason(str(facts.get("reason", "")))
    return Look(
        subject=f"station:{actor.station}",
        th=f"ไม่แสดงสมุดเปิดเผยการเฝ้าดูต่อประชาชน เหตุผลที่จะประกาศ: {said}",
        en=f"Show the ledger of watching to the public no longer; the reason that is published: {said}",
        facts={"reason": said},
    )


async def _execute(tx: Tx, actor: Actor, clock: Clock, facts: Mapping[str, Any]) -> object:
    return await show_ledger(tx, actor, clock, shown=False, reason=str(facts["reason"]))


ACTIONS.add(
    Action(
        name=HIDE,
        th="ไม่แสดงสมุดเปิดเผยการเฝ้าดูต่อประชาชน",
        en="hide the public ledger of watching",
        asks=RIGHT,
        look=_look,
        execute=_execute,
        always=True,
    )
)
