"""Going on duty as a crew: who may join, volunteers with an officer, one duty at a time, a press that comes late."""

from datetime import time, timedelta

import pytest
from sqlalchemy import insert, select

from tests.people.conftest import HERE, ROOT, account_actor, enter, make_account
from tests.people.test_duty import CHIEF, make_unit
from unjai.model.clock import BANGKOK
from unjai.model.errors import UnjaiError
from unjai.model.ids import new_id
from unjai.people import flows
from unjai.people.flows.sign_on import Said
from unjai.people.registry import Registry
from unjai.people.store import crew as store
from unjai.people.store import duty, duty_crew, roster_crew, roster_unit
from unjai.platform.audit import audit_log

_n = iter(range(1, 1000))
MIDNIGHT = time(0)


class Person:
    """Somebody with an account, and what they do."""

    def __init__(self, db, clock, name, account_id):
        self.db, self.clock, self.name, self.id = db, clock, name, account_id

    async def actor(self):
        return (await enter(self.db, self.clock, self.name)).actor

    async def on(self, unit_id, **said):
        actor = await self.actor()
        async with self.db.tx(actor) as tx:
            return await flows.sign_on(tx, actor, self.clock, unit_id=unit_id, said=Said(**said), own=True)

    async def off(self, **said):
        actor = await self.actor()
        async with self.db.tx(actor) as tx:
            return await flows.sign_off(tx, actor, self.clock, unit_id=actor.unit_id, own=True, **said)

    async def unit(self):
        return (await self.actor()).unit_id


@pytest.fixture
async def person(db, clock, world):
    async def made(role):
        name = f"duty{next(_n)}.{role.replace('_', '')}"
        return Person(db, clock, name, await make_account(db, clock, name, (role, HERE)))

    return made


@pytest.fixture
def planned(db, clock):
    async def made(unit_id, *people, **facts):
        """A roster row for a shift of the whole day that contains this hour."""
        day = clock.now().astimezone(BANGKOK).date()
        async with db.tx(CHIEF) as tx:
            known = {one.name_th: one.id for one in await flows.list_shifts(tx, CHIEF, clock)}
            shift_id = known.get("ทั้งวัน") or await flows.create_shift(
                tx, CHIEF, clock, name_th="ทั้งวัน", name_en="", starts=MIDNIGHT, ends=MIDNIGHT
            )
            row = {"id": new_id(clock.now()), "station_id": HERE, "day": day, "shift_id": shift_id, "unit_id": unit_id}
            rest = dict.fromkeys(("call_sign", "vehicle", "registration", "beat", "note"), "") | facts
            times = {"version": 1, "changed_at": clock.now(), "changed_by": "test"}
            await tx.execute(insert(roster_unit).values(**row, **rest, **times))
            for one in people:
                crew = {"roster_id": row["id"], "station_id": HERE, "account_id": one.id, "line": "traffic"}
                await tx.execute(insert(roster_crew).values(**crew))
        return shift_id

    return made


async def there(db, unit_id, clock):
    async with db.tx(CHIEF) as tx:
        return (await store.facts_of(tx, [unit_id], clock.now())).get(unit_id)


async def names(db, unit_id, clock):
    facts = await there(db, unit_id, clock)
    return None if facts is None else {one.account_id for one in facts.crew}


async def test_two_phones_of_one_unit_are_two_of_its_crew(db, clock, person, planned):
    first, second = await person("officer"), await person("detective")
    unit_id = await make_unit(db, clock, account_id=first.id, vehicle="กระบะ", registration="กข 1234")
    await planned(unit_id, first, second)
    begun = await first.on(unit_id, crew=(), vehicle="เก๋ง", odometer_km=81_200)
    clock.move(timedelta(minutes=3))
    joined = await second.on(unit_id, line="investigation", vehicle="จักรยานยนต์")
    assert joined.id == begun.id
    facts = await there(db, unit_id, clock)
    assert [(one.account_id, one.line) for one in facts.crew] == [(first.id, "traffic"), (second.id, "investigation")]
    assert (facts.vehicle, facts.registration, facts.odometer_km) == ("เก๋ง", "กข 1234", 81_200)
    assert await second.unit() == unit_id
    assert await second.off() == begun, "the first goes on"
    assert await names(db, unit_id, clock) == {first.id}
    assert (await first.off(note="ไฟซอย 4 ดับ\nสองดวง")).to_at == clock.now()
    async with db.tx(CHIEF) as tx:
        assert (await store.last_note(tx, unit_id, begun.from_at))["note"] == "ไฟซอย 4 ดับ สองดวง"


async def test_a_planned_unit_is_crewed_instead_of_ones_own(db, clock, person, planned):
    officer, owner = await person("officer"), await person("officer")
    own = await make_unit(db, clock, account_id=officer.id)
    other = await make_unit(db, clock, account_id=owner.id)
    with pytest.raises(UnjaiError, match="duty_not_planned"):
        await officer.on(other)
    shift_id = await planned(other, officer, call_sign="เวียง 99", beat="B1")
    begun = await officer.on(other)
    assert begun.shift_id == shift_id
    facts = await there(db, other, clock)
    assert (facts.call_sign, facts.beat, facts.crew[0].line) == ("เวียง 99", "B1", "traffic")
    assert await officer.unit() == other
    assert await owner.unit() is None, "their unit is out with somebody else"
    with pytest.raises(UnjaiError, match="duty_elsewhere") as caught:
        await officer.on(own)
    assert caught.value.facts["call_sign"] == (await unit_sign(db, other, clock))
    await officer.off()
    assert await officer.unit() == own
    await officer.on(own)


async def unit_sign(db, unit_id, clock):
    async with db.tx(CHIEF) as tx:
        return (await flows.unit_of(tx, CHIEF, clock, unit_id=unit_id)).call_sign


@pytest.mark.parametrize("role", ["police_volunteer", "citizen_volunteer", "volunteer"])
async def test_volunteers_are_on_duty_only_while_an_officer_is(db, clock, person, planned, role):
    volunteer, officer = await person(role), await person("officer")
    unit_id = await make_unit(db, clock, kind="volunteer", account_id=volunteer.id)
    await planned(unit_id, volunteer, officer)
    with pytest.raises(UnjaiError, match="duty_volunteers_alone"):
        await volunteer.on(unit_id, crew=[(officer.id, None)])
    assert await there(db, unit_id, clock) is None
    await officer.on(unit_id, crew=())
    clock.move(timedelta(minutes=1))
    await volunteer.on(unit_id)
    assert await names(db, unit_id, clock) == {officer.id, volunteer.id}
    clock.move(timedelta(hours=2))
    ended = await officer.off()
    assert ended.to_at == clock.now()
    assert await there(db, unit_id, clock) is None
    async with db.tx(CHIEF) as tx:
        assert (await store.last_stay(tx, volunteer.id))["why"] == "officer_left"
        assert (await store.last_stay(tx, officer.id))["why"] == ""
        on = [one for one in await flows.list_units(tx, CHIEF, clock) if one.id == unit_id and one.on_duty]
    assert on == [], "nothing can be offered to it"


async def test_the_shift_chief_cannot_send_volunteers_alone(db, clock, person):
    volunteer = await person("police_volunteer")
    unit_id = await make_unit(db, clock, kind="volunteer", account_id=volunteer.id)
    for said in (Said(), Said(crew=[(volunteer.id, None)])):
        with pytest.raises(UnjaiError, match="duty_volunteers_alone"):
            async with db.tx(CHIEF) as tx:
                await flows.sign_on(tx, CHIEF, clock, unit_id=unit_id, said=said)


async def test_a_spirit_volunteer_comes_along_and_signs_nothing(db, clock, person):
    spirit, officer = await person("public_spirit"), await person("officer")
    unit_id = await make_unit(db, clock, account_id=officer.id)
    await officer.on(unit_id, crew=[(spirit.id, None)])
    assert await names(db, unit_id, clock) == {officer.id, spirit.id}
    with pytest.raises(UnjaiError, match="right_missing"):
        await spirit.on(unit_id)
    assert await spirit.unit() is None


async def test_who_comes_along_and_cannot_is_left_out(db, clock, person):
    officer, busy, partner = await person("officer"), await person("officer"), await person("partner")
    unit_id = await make_unit(db, clock, account_id=officer.id)
    elsewhere = await make_unit(db, clock, account_id=busy.id)
    await busy.on(elsewhere)
    await officer.on(unit_id, crew=[(busy.id, None), (partner.id, None)])
    assert await names(db, unit_id, clock) == {officer.id}
    assert await names(db, elsewhere, clock) == {busy.id}


async def test_a_press_that_waited_counts_from_when_it_was_made_and_says_so(db, clock, person):
    officer = await person("officer")
    unit_id = await make_unit(db, clock, account_id=officer.id)
    at = clock.now()
    clock.move(timedelta(hours=9))
    begun = await officer.on(unit_id, at=at)
    assert begun.from_at == at
    facts = await there(db, unit_id, clock)
    assert (facts.late_s, facts.crew[0].late_s) == (9 * 3600, 9 * 3600)
    async with db.tx(CHIEF) as tx:
        row = await tx.one(
            select(audit_log.c.facts).where(audit_log.c.subject == f"unit:{unit_id}", audit_log.c.action == "duty.on")
        )
    assert row["facts"]["late_s"] == 9 * 3600
    off_at = at + timedelta(hours=8)
    assert (await officer.off(at=off_at)).to_at == off_at
    with pytest.raises(UnjaiError, match="duty_too_late"):
        await officer.on(unit_id, at=clock.now() - timedelta(hours=16, seconds=1))
    assert (await officer.on(unit_id, at=at)).from_at == off_at, "never into the duty before"
    assert await officer.off(at=at) is None, "a sign-off of the duty before ends nothing"
    assert await names(db, unit_id, clock) == {officer.id}


async def test_a_clock_ahead_begins_now(db, clock, person):
    officer = await person("officer")
    unit_id = await make_unit(db, clock, account_id=officer.id)
    assert (await officer.on(unit_id, at=clock.now() + timedelta(days=1))).from_at == clock.now()


async def test_one_phone_of_the_crew_tells_the_place(db, clock, world, person, planned):
    first, second = await person("officer"), await person("officer")
    unit_id = await make_unit(db, clock, account_id=first.id)
    await planned(unit_id, first, second)
    async with db.tx(CHIEF) as tx:
        await flows.change_unit(tx, CHIEF, clock, unit_id=unit_id, device_id=world.phone_here)
    await first.on(unit_id, crew=())
    clock.move(timedelta(seconds=30))
    await second.on(unit_id)
    registry = Registry()

    async def counts():
        async with db.tx(ROOT) as tx:
            await registry.load(tx, clock.now())
        now = clock.now()
        return [registry.on_duty(registry.by_crew(unit_id, one.id), now) for one in (first, second)]

    assert await counts() == [True, False]
    clock.move(timedelta(minutes=5))
    left = clock.now()
    await first.off()
    assert await counts() == [False, True]
    late = registry.by_crew(None, first.id)
    assert registry.on_duty(late, left - timedelta(minutes=1)), "what was seen before the end still counts"
    await second.off()
    assert await counts() == [False, False]
    async with db.tx(CHIEF) as tx:
        await flows.change_unit(tx, CHIEF, clock, unit_id=unit_id, device_id=None)


async def test_a_forgotten_duty_lets_its_crew_go(db, clock, person):
    officer = await person("officer")
    unit_id = await make_unit(db, clock, account_id=officer.id)
    begun = await officer.on(unit_id)
    clock.move(timedelta(hours=25))
    again = await officer.on(unit_id)
    assert again.id != begun.id
    async with db.tx(CHIEF) as tx:
        rows = await tx.all(select(duty.c.to_at).where(duty.c.unit_id == unit_id).order_by(duty.c.from_at))
        stays = await tx.all(
            select(duty_crew.c.why).where(duty_crew.c.account_id == officer.id).order_by(duty_crew.c.from_at)
        )
    assert [row["to_at"] for row in rows] == [begun.from_at + timedelta(hours=24), None]
    assert [row["why"] for row in stays] == ["forgotten", ""]


async def test_an_account_without_a_part_on_patrol_is_refused(db, clock, person):
    nobody = account_actor("evaluator")
    unit_id = await make_unit(db, clock)
    with pytest.raises(UnjaiError, match="right_missing"):
        async with db.tx(nobody) as tx:
            await flows.sign_on(tx, nobody, clock, unit_id=unit_id, own=True)
