"""The station's security policy: made stricter at once, weaker only with a second person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from unjai.model.actor import Actor
from unjai.model.clock import Clock
from unjai.model.errors import UnjaiError
from unjai.model.ids import StationId
from unjai.people.flows.four_eyes import ACTIONS, Action, Look
from unjai.people.flows.sessions import tell_everybody
from unjai.people.rules import policy as rules
from unjai.people.rules.policy import Policy
from unjai.people.store import oversight
from unjai.platform.audit import audit
from unjai.platform.database import Tx

_LISTS = ("second_factor_roles", "one_person")
_NUMBERS = ("grace_days", "remember_days", "idle_minutes", "break_glass_minutes", "review_days")


async def policy_here(tx: Tx, actor: Actor, clock: Clock) -> dict[str, Any]:
    """Return what counts at the actor's station, and who wrote it when (None while it is the default)."""
    del clock
    actor.must("policy.admin")
    row = await oversight.policy_row(tx, actor.station)
    policy = oversight.policy_of_row(row)
    return {
        **_told(policy),
        "changed_at": row["changed_at"] if row else None,
        "changed_by": row["changed_by"] if row else "",
    }


async def set_policy(tx: Tx, actor: Actor, clock: Clock, *, wanted: Mapping[str, Any]) -> dict[str, Any]:
    """Change the station's policy. What asks less of people than before raises `approval_needed` (409).

    Raises `policy_invalid` (422).
    """
    actor.must("policy.admin")
    station_id = actor.station
    before = await oversight.policy_of(tx, station_id)
    after = _wanted(before, wanted, clock)
    if rules.weaker(before, after):
        actor.must_be_approved(WEAKEN, policy=_told(after))
    told = rules.changed(before, after)
    if told:
        await oversight.put_policy(tx, station_id, after, now=clock.now(), by=f"{actor.kind}:{actor.key}")
        await audit(tx, actor, clock, action="policy.change", subject=f"station:{station_id}", facts=told)
        await tell_everybody(tx, actor, clock)
    return await policy_here(tx, actor, clock)


def _wanted(before: Policy, wanted: Mapping[str, Any], clock: Clock) -> Policy:
    try:
        lists = {name: frozenset(map(str, wanted[name])) for name in _LISTS}
        numbers = {name: int(wanted[name]) for name in _NUMBERS}
    except (KeyError, TypeError, ValueError) as error:
        raise UnjaiError("policy_invalid", 422, field=str(error), least="-", most="-") from error
    after = Policy(
        second_factor_roles=lists["second_factor_roles"],
        one_person=lists["one_person"],
        second_factor_since=before.second_factor_since,
        **numbers,
    )
    rules.check(after, ACTIONS.optional())
    begins = after.second_factor_roles - before.second_factor_roles
    return replace(after, second_factor_since=clock.now()) if begins else after


def _told(policy: Policy) -> dict[str, Any]:
    return {
        **{name: sorted(getattr(policy, name)) for name in _LISTS},
        **{name: getattr(policy, name) for name in _NUMBERS},
    }


WEAKEN = "policy.weaken"


async def _look(tx: Tx, actor: Actor, facts: Mapping[str, Any]) -> Look:
    station_id: StationId = actor.station
    before = await oversight.policy_of(tx, station_id)
    asked = facts.get("policy")
    if not isinstance(asked, dict):
        raise UnjaiError("policy_invalid", 422, field="policy", least="-", most="-")
    kept = {name: asked.get(name) for name in (*_LISTS, *_NUMBERS)}
    names = ", ".join(
        f"{name}: {_of(_told(before)[name])} → {_of(kept[name])}" for name in kept if kept[name] != _told(before)[name]
    )
    return Look(
        subject=f"station:{station_id}",
        th=f"ผ่อนนโยบายความปลอดภัยของสถานี ({names})",
        en=f"Weaken the station's security policy ({names})",
        facts={"policy": kept, "before": _told(before)},
    )


def _of(value: object) -> str:
    return ", ".join(map(str, value)) or "–" if isinstance(value, list) else str(value)


async def _execute(tx: Tx, actor: Actor, clock: Clock, facts: Mapping[str, Any]) -> object:
    return await set_policy(tx, actor, clock, wanted=facts["policy"])


ACTIONS.add(
    Action(
        name=WEAKEN,
        th="ผ่อนนโยบายความปลอดภัย",
        en="weaken the security policy",
        asks="policy.admin",
        look=_look,
        execute=_execute,
        always=True,
    )
)
