"""A station's security policy, pure: what it may say, what is weaker than what, and when a second factor is due."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta

from unjai.model.errors import UnjaiError
from unjai.people.rights import ROLES, VOLUNTEERS
from unjai.people.rules import Grant

NEVER_CHANGED = datetime(1970, 1, 1, tzinfo=UTC)
REMEMBER_ROLES = frozenset({"officer"}) | VOLUNTEERS
"""Who may ask that a phone of their own be remembered: it is in their pocket; a console is everybody's."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Policy:
    """What a station asks of its people — นโยบายความปลอดภัย. Without a row, these are the values.

    `second_factor_roles` must prove themselves twice, within `grace_days` of having the role (or of `since`, when
    the station began to ask). `idle_minutes` 0 never ends a session for being idle. `one_person` are the actions
    that need no second person here.
    """

    second_factor_roles: frozenset[str] = frozenset({"administrator", "superintendent"})
    second_factor_since: datetime = NEVER_CHANGED
    grace_days: int = 7
    remember_days: int = 30
    idle_minutes: int = 0
    break_glass_minutes: int = 30
    review_days: int = 3
    one_person: frozenset[str] = frozenset()


_BOUNDS = {
    "grace_days": (0, 30),
    "remember_days": (0, 30),
    "idle_minutes": (30, 960),
    "break_glass_minutes": (5, 120),
    "review_days": (1, 14),
}
_WEAKER_WHEN_MORE = ("grace_days", "remember_days", "break_glass_minutes", "review_days")


def check(policy: Policy, actions: Iterable[str]) -> None:
    """Raise `policy_invalid` (422) for a role, action or length that cannot be."""
    for name, (least, most) in _BOUNDS.items():
        value = getattr(policy, name)
        if not least <= value <= most and not (name == "idle_minutes" and value == 0):
            raise UnjaiError("policy_invalid", 422, field=name, least=least, most=most)
    if not policy.second_factor_roles <= set(ROLES) or not policy.one_person <= set(actions):
        raise UnjaiError("policy_invalid", 422, field="names", least="-", most="-")


def weaker(before: Policy, after: Policy) -> tuple[str, ...]:
    """Return the fields in which `after` asks less of people than `before`; those need a second person."""
    found = [name for name in _WEAKER_WHEN_MORE if getattr(after, name) > getattr(before, name)]
    if before.second_factor_roles - after.second_factor_roles:
        found.append("second_factor_roles")
    if after.one_person - before.one_person:
        found.append("one_person")
    idle = (before.idle_minutes or 1 << 30, after.idle_minutes or 1 << 30)
    if idle[1] > idle[0]:
        found.append("idle_minutes")
    return tuple(sorted(found))


def changed(before: Policy, after: Policy) -> dict[str, object]:
    """Return what differs as JSON, for the audit log."""
    told: dict[str, object] = {}
    for item in fields(Policy):
        old, new = getattr(before, item.name), getattr(after, item.name)
        if old != new and item.name != "second_factor_since":
            told[item.name] = [_plain(old), _plain(new)]
    return told


def _plain(value: object) -> object:
    return sorted(value) if isinstance(value, frozenset) else value


def factor_due_at(policy: Policy, grants: Iterable[Grant]) -> datetime | None:
    """Return from when these roles may do nothing without a second factor; None when none of them asks for one."""
    grace = timedelta(days=policy.grace_days)
    dues = [
        max(grant.granted_at or NEVER_CHANGED, policy.second_factor_since) + grace
        for grant in grants
        if grant.role in policy.second_factor_roles
    ]
    return min(dues) if dues else None


def remembers_days(policy: Policy, roles: Iterable[str]) -> int:
    """Return for how many days a phone of somebody with these roles may be remembered; 0 for not at all."""
    held = frozenset(roles)
    return policy.remember_days if held and held <= REMEMBER_ROLES else 0


def idle(policy: Policy, last_seen: datetime, now: datetime) -> bool:
    """Tell whether a session was left alone for too long. An open screen keeps asking, so it is never idle."""
    return policy.idle_minutes > 0 and now - last_seen > timedelta(minutes=policy.idle_minutes)
