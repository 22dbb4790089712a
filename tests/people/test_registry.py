"""Device secrets, the registry in memory, and counted refusals."""

from datetime import timedelta

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import DBAPIError

from tests.people.conftest import HERE, ROOT, THERE, account_actor, disable_device
from unjai.model.actor import system
from unjai.model.errors import UnjaiError
from unjai.model.ids import DeviceId, named_id
from unjai.people import flows
from unjai.people.registry import LATE_MOST, Refusals, Registry
from unjai.people.store import device_credential
from unjai.territory.store import device

ADMIN = account_actor("administrator")
CHIEF = account_actor("supervisor")


async def loaded(db, clock, actor=ROOT):
    """A registry as the door of some stations holds it."""
    registry = Registry()
    async with db.tx(actor) as tx:
        await registry.load(tx, clock.now())
    return registry


async def issue(db, clock, device_id):
    """A fresh secret."""
    async with db.tx(ADMIN) as tx:
        return await flows.issue_credential(tx, ADMIN, clock, device_id=device_id)


async def test_a_secret_opens_the_door_for_its_device_only(db, clock, world):
    secret, other = await issue(db, clock, world.phone_here), await issue(db, clock, world.pole_here)
    registry = await loaded(db, clock)
    entry = registry.authenticate("phone-here", secret)
    assert entry is not None
    assert (entry.device_id, entry.station_id, entry.kind) == (world.phone_here, HERE, "phone")
    for key, said in (
        ("phone-here", other),
        ("phone-here", ""),
        ("phone-here", secret + "x"),
        ("phone-here", "\ud800"),
        ("phone-here", secret + "x" * 100_000),
        ("pole-here", secret),
        ("phone-there", ""),
        ("no-such-device", secret),
    ):
        assert registry.authenticate(key, said) is None
    async with db.tx(ROOT) as tx:
        assert await flows.verify_credential(tx, key="phone-here", secret=secret)
        assert not await flows.verify_credential(tx, key="phone-here", secret=other)
        assert not await flows.verify_credential(tx, key="no-such-device", secret=secret)


async def test_only_the_hash_of_a_secret_is_kept(db, clock, world):
    secret = await issue(db, clock, world.phone_here)
    assert len(secret) == 32
    async with db.tx(ADMIN) as tx:
        row = await tx.one(select(device_credential).where(device_credential.c.device_id == world.phone_here))
    assert len(row["secret_hash"]) == 32
    assert secret not in str(row)
    assert secret not in repr((await loaded(db, clock)).by_key("phone-here"))


async def test_a_new_secret_replaces_the_old_and_revocation_ends_it(db, clock, world):
    old, new = await issue(db, clock, world.phone_here), await issue(db, clock, world.phone_here)
    registry = await loaded(db, clock)
    assert registry.authenticate("phone-here", old) is None
    assert registry.authenticate("phone-here", new) is not None
    async with db.tx(ADMIN) as tx:
        for _ in range(2):
            await flows.revoke_credential(tx, ADMIN, clock, device_id=world.phone_here)
        assert [event.subject for event in tx.emitted] == [f"evt.{HERE}.registry.changed"]
    assert (await loaded(db, clock)).authenticate("phone-here", new) is None


async def test_a_disabled_device_stays_outside(db, clock, world):
    secret = await issue(db, clock, world.pole_here)
    await disable_device(db, world.pole_here, disabled=True)
    assert (await loaded(db, clock)).authenticate("pole-here", secret) is None
    async with db.tx(ROOT) as tx:
        assert not await flows.verify_credential(tx, key="pole-here", secret=secret)
    await disable_device(db, world.pole_here, disabled=False)
    assert (await loaded(db, clock)).authenticate("pole-here", secret) is not None


async def test_who_may_not_issues_no_secret(db, clock, world):
    with pytest.raises(UnjaiError, match="right_missing"):
        async with db.tx(CHIEF) as tx:
            await flows.issue_credential(tx, CHIEF, clock, device_id=world.phone_here)
    for device_id in (world.phone_there, DeviceId(named_id("no", "device"))):
        for act in (flows.issue_credential, flows.revoke_credential):
            with pytest.raises(UnjaiError, match="not_found"):
                async with db.tx(ADMIN) as tx:
                    await act(tx, ADMIN, clock, device_id=device_id)


async def test_a_registry_knows_its_own_stations(db, clock, world):
    assert {entry.key for entry in (await loaded(db, clock)).entries} == {"phone-here", "phone-there", "pole-here"}
    there = await loaded(db, clock, system(THERE))
    assert [entry.key for entry in there.entries] == ["phone-there"]
    assert there.by_key("phone-here") is None
    assert Registry().authenticate("phone-here", "x") is None


async def test_a_fixed_device_has_its_place(db, clock, world):
    entry = (await loaded(db, clock)).by_id(world.pole_here)
    assert (entry.point.lon, entry.point.lat) == (98.98, 18.79)
    assert not (await loaded(db, clock)).on_duty(entry, clock.now())


async def test_a_position_counts_only_while_its_unit_is_on_duty(db, clock, world):
    async with db.tx(CHIEF) as tx:
        unit_id = await flows.create_unit(
            tx, CHIEF, clock, call_sign="นคร 1", kind="car", name_th="รถยนต์", device_id=world.phone_here
        )
    before = clock.now()
    clock.move(timedelta(hours=1))
    async with db.tx(CHIEF) as tx:
        await flows.sign_on(tx, CHIEF, clock, unit_id=unit_id)
    start = clock.now()
    clock.move(timedelta(hours=8))
    async with db.tx(CHIEF) as tx:
        await flows.sign_off(tx, CHIEF, clock, unit_id=unit_id)
    end = clock.now()
    clock.move(timedelta(hours=1))
    registry = await loaded(db, clock)
    entry = registry.by_unit(unit_id)
    assert entry.key == "phone-here"
    assert entry.call_sign == "นคร 1"
    assert entry.unit_mark is not None
    assert [registry.on_duty(entry, at) for at in (before, start, end - timedelta(seconds=1), end, clock.now())] == [
        False,
        True,
        True,
        False,
        False,
    ]
    clock.move(LATE_MOST)
    assert (await loaded(db, clock)).by_unit(unit_id).duty == ()


async def test_a_unit_may_carry_several_devices(db, clock, world):
    async with db.tx(CHIEF) as tx:
        unit_id = await flows.create_unit(tx, CHIEF, clock, call_sign="นคร 2", kind="car", name_th="รถยนต์")
    async with db.tx(ROOT) as tx:
        await tx.execute(update(device).where(device.c.id == world.phone_there).values(unit_id=unit_id))
    registry = await loaded(db, clock)
    assert registry.by_key("phone-there").unit_id == unit_id
    assert registry.by_unit(unit_id).key == "phone-there"


async def test_refusals_are_counted_on_the_devices_row(db, clock, world):
    refusals = Refusals()
    for _ in range(3):
        refusals.note("phone-here", "subject_of_another")
    refusals.note("phone-here", "message_unreadable", 2)
    refusals.note("no-such-device", "subject_of_another")
    refusals.note("\x00", "subject_of_another")
    async with db.tx(ROOT) as tx:
        assert await refusals.flush(tx, ROOT, clock) == 2
        assert await refusals.flush(tx, ROOT, clock) == 0
    clock.move(timedelta(minutes=1))
    async with db.tx(ROOT) as tx:
        assert await flows.note_refusal(tx, ROOT, clock, device_key="phone-here", code="subject_of_another") == 1
    async with db.tx(CHIEF) as tx:
        rows = await flows.refusals_of(tx, CHIEF, clock, device_id=world.phone_here)
    assert [(row.code, row.count) for row in rows] == [("subject_of_another", 4), ("message_unreadable", 2)]
    assert rows[0].last_at == clock.now()


async def _flush_into_broken_transaction(db, clock, refusals):
    async with db.tx(ROOT) as tx:
        with pytest.raises(DBAPIError, match="zero"):
            await tx.execute(text("SELECT 1 / 0"))
        await refusals.flush(tx, ROOT, clock)


async def test_refusals_outlive_a_failed_write(db, clock, world):
    refusals = Refusals()
    refusals.note("pole-here", "message_unreadable")
    with pytest.raises(DBAPIError, match="aborted"):
        await _flush_into_broken_transaction(db, clock, refusals)
    refusals.note("pole-here", "message_unreadable")
    async with db.tx(ROOT) as tx:
        await refusals.flush(tx, ROOT, clock)
        rows = await flows.refusals_of(tx, ROOT, clock, device_id=world.pole_here)
    assert [row.count for row in rows] == [2]


def test_a_flood_of_made_up_keys_does_not_fill_the_memory():
    refusals = Refusals()
    for number in range(20_000):
        refusals.note(f"junk{number}", "unknown")
    assert len(refusals._counts) == 5_000
