"""Accounts from the centre's own machine: the first administrator, and help for who cannot come in any more."""

from __future__ import annotations

from unjai.commands import in_database
from unjai.model.actor import system
from unjai.model.clock import SystemClock
from unjai.people import flows
from unjai.people.flows.second_factor import reset_factor
from unjai.platform.config import Settings
from unjai.platform.database import Tx
from unjai.platform.engines.secrets import keep
from unjai.territory.flows import seed_org_units
from unjai.territory.store import org_unit_by_code


def first_steps(settings: Settings) -> None:
    """Bring the police tree and the first administrator, whose password is kept for the supervisor to show once."""
    actor, clock = system(name="setup"), SystemClock()

    async def begin(tx: Tx) -> str | None:
        await seed_org_units(tx, actor, clock)
        here = await org_unit_by_code(tx, settings.station) if settings.station else None
        return await flows.first_administrator(tx, actor, clock, org_unit_id=1 if here is None else here.id)

    password = in_database(settings, begin, name="setup")
    if password is not None:
        keep(settings.data / "run" / "first-password", f"{flows.FIRST_NAME}\n{password}\n")


def reset_password(settings: Settings, username: str) -> str:
    """Return a new one-time password of an account; its sessions end at once."""
    actor, clock = system(name="console"), SystemClock()

    async def reset(tx: Tx) -> str:
        key = await flows.account_id_of(tx, actor, clock, username=username)
        return await flows.reset_password(tx, actor, clock, account_id=key)

    return in_database(settings, reset, name="console")


def reset_second_factor(settings: Settings, username: str) -> bool:
    """Take an account's second factor away and tell whether there was one; its sessions end at once."""
    actor, clock = system(name="console"), SystemClock()

    async def reset(tx: Tx) -> bool:
        key = await flows.account_id_of(tx, actor, clock, username=username)
        return await reset_factor(tx, actor, clock, account_id=key)

    return in_database(settings, reset, name="console")
