"""Two stations with the police tree, and those who may act at them."""

import pytest

from unjai.model.actor import Actor, system
from unjai.model.ids import StationId
from unjai.territory.flows import seed_org_units

HERE, THERE = StationId(105001), StationId(109001)
ADMIN = frozenset({"zone.read", "zone.admin", "device.read", "device.admin", "unit.admin"})


def acting(*rights: str, station: StationId = HERE) -> Actor:
    return Actor(
        kind="account", key="a", name="ผู้ทดสอบ", stations=frozenset({station}), rights=frozenset(rights) or ADMIN
    )


@pytest.fixture(scope="module")
async def org(db):
    """The police tree in the module's database."""
    from unjai.model.clock import SystemClock

    actor = system(name="setup")
    async with db.tx(actor) as tx:
        await seed_org_units(tx, actor, SystemClock())
    return db
