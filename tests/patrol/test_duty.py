"""A visit and its unit's duty: by its own time, also where signing on could only be told later."""

from datetime import timedelta
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import insert, select, update

from tests.conftest import NIGHT
from tests.patrol.conftest import HERE, Phone, checkpoint, minutes, registered, signed_on
from unjai.model.actor import system
from unjai.patrol.rules.duty import SLACK, stand_at
from unjai.patrol.store.tables import patrol_phone, patrol_visit
from unjai.people.rules import Interval
from unjai.people.store import duty
from unjai.people.store.roster_tables import duty_crew

SHIFT = Interval(from_at=NIGHT, to_at=NIGHT + timedelta(hours=8))
TOLD = NIGHT + timedelta(hours=9)


@pytest.mark.parametrize(
    ("at", "stands"),
    [
        (NIGHT - SLACK - minutes(1), "off"),
        (NIGHT - SLACK, "on"),
        (NIGHT + minutes(200), "on"),
        (NIGHT + timedelta(hours=8) + SLACK, "on"),
        (NIGHT + timedelta(hours=8) + SLACK + minutes(1), "off"),
    ],
)
def test_a_visit_belongs_to_the_duty_around_it(at, stands):
    assert stand_at(at, None, [SHIFT], TOLD) == stands


def test_signing_on_that_was_told_late_counts_from_when_it_was_pressed():
    came = [Interval(from_at=TOLD - minutes(1))]
    assert stand_at(NIGHT, NIGHT - minutes(5), came, TOLD) == "told_late"
    assert stand_at(NIGHT, NIGHT - minutes(5), [Interval(from_at=TOLD - minutes(1), to_at=TOLD)], TOLD) == "told_late"


def test_a_word_alone_is_no_duty():
    assert stand_at(NIGHT, NIGHT - minutes(5), [], TOLD) == "off"
    assert stand_at(NIGHT, None, [Interval(from_at=TOLD)], TOLD) == "off"
    assert stand_at(NIGHT, NIGHT + minutes(30), [Interval(from_at=TOLD)], TOLD) == "off"
    assert stand_at(NIGHT, NIGHT - timedelta(hours=20), [Interval(from_at=TOLD)], TOLD) == "off"
    assert stand_at(NIGHT, NIGHT - minutes(5), [Interval(from_at=TOLD + minutes(1))], TOLD) == "off"


@given(st.integers(-2000, 2000), st.none() | st.integers(-2000, 2000), st.integers(0, 2000))
def test_more_duty_never_makes_a_visit_fall_outside(at, since, length):
    moment = NIGHT + minutes(at)
    said = None if since is None else NIGHT + minutes(since)
    told_at = NIGHT + minutes(4000)
    more = [SHIFT, Interval(from_at=moment, to_at=moment + minutes(length))]
    assert stand_at(moment, said, more, told_at) == "on"
    if stand_at(moment, said, [], told_at) == "on":
        pytest.fail("nobody was on duty")


async def lines_of(chief):
    (seen,) = (await chief.get("/api/patrol/visits")).json()["visits"]
    return seen, {one["code"]: one for one in seen["parts"]}


async def test_a_visit_outside_duty_is_taken_and_says_so(chief, client_of, clock):
    place = await checkpoint(chief)
    officer = await client_of("officer", unit=True, duty=False)
    phone = await registered(officer)
    told = await phone.tell(officer, [phone.visit(clock.now(), place["id"])], clock.now())
    assert told["answers"][0]["state"] == "accepted"
    seen, lines = await lines_of(chief)
    assert lines["outside_duty"]["points"] < 0
    assert "เข้าเวร" in lines["outside_duty"]["th"]
    assert seen["state"] == "doubted"


async def test_a_shift_that_was_signed_on_to_without_a_line_counts_by_its_own_time(station, chief, client_of, clock):
    place = await checkpoint(chief)
    officer = await client_of("officer", unit=True, duty=False)
    phone = await registered(officer)
    begun = clock.now()
    clock.move(minutes(240))
    async with station.tx(system(HERE)) as tx:
        await signed_on(tx, officer.unit_id, clock.now())
    item = phone.visit(begun + minutes(30), place["id"], duty=int(begun.timestamp() * 1000))
    await phone.tell(officer, [item], clock.now())
    _, lines = await lines_of(chief)
    assert "outside_duty" not in lines
    assert lines["duty_told_late"]["points"] == 0


async def test_a_visit_belongs_to_the_crew_of_its_hour_however_late_it_is_told(station, chief, client_of, clock):
    """A volunteer has no unit of their own: they went with a crew, and tell of it when that duty is over."""
    place = await checkpoint(chief)
    crewed, volunteer = await client_of("officer", unit=True), await client_of("volunteer")
    phone = await registered(volunteer)
    begun = clock.now()
    at = [begun + minutes(30), begun + minutes(200)]
    clock.move(minutes(300))
    async with station.tx(system(HERE)) as tx:
        who = await tx.scalar(select(patrol_phone.c.account_id).where(patrol_phone.c.id == phone.id))
        ran = await tx.one(select(duty.c.id).where(duty.c.unit_id == crewed.unit_id))
        stay = {"id": uuid4(), "station_id": HERE, "duty_id": ran["id"], "account_id": who, "kind": "citizen_volunteer"}
        stay |= {"from_at": begun, "to_at": begun + minutes(120), "came_at": begun, "signed_on_by": "test"}
        await tx.execute(insert(duty_crew).values(**stay, line="prevention", own_phone=True))
    await phone.tell(volunteer, [phone.visit(one, place["id"]) for one in at], clock.now())
    late, early = (await chief.get("/api/patrol/visits")).json()["visits"]
    assert "outside_duty" in {one["code"] for one in late["parts"]}
    assert "outside_duty" not in {one["code"] for one in early["parts"]}
    async with station.tx(system(HERE)) as tx:
        units = await tx.all(select(patrol_visit.c.unit_id).order_by(patrol_visit.c.happened_at))
    assert [row["unit_id"] for row in units] == [crewed.unit_id, None]


async def test_what_a_stopped_phone_had_told_is_not_counted_again_from_the_next(chief, officer, clock):
    """The answer was lost, the key stopped; the next key signs the same thing anew, and what had not come."""
    place = await checkpoint(chief)
    old = await registered(officer)
    own = "5a7c0f0e-1c52-4a3e-9b55-0d5a4a8f6a11"
    await old.tell(officer, [old.visit(clock.now(), place["id"], id=own)], clock.now())
    assert (await officer.post(f"/api/patrol/my/phones/{old.id}/revoke", json={"why": "หาย"})).status_code == 200
    new = await registered(officer, Phone())
    again = new.visit(clock.now(), place["id"], id=own)
    clock.move(minutes(20))
    told = await new.tell(officer, [again, new.visit(clock.now(), place["id"])], clock.now())
    assert [(one["state"], one["code"]) for one in told["answers"]] == [("accepted", "item_doubled"), ("accepted", "")]
    assert len((await chief.get("/api/patrol/visits")).json()["visits"]) == 2


async def test_a_phone_bears_the_sign_of_the_duty_its_holder_is_on(station, client_of, chief, clock):
    async def sign(holder):
        rows = (await chief.get("/api/patrol/phones")).json()
        return next(row["call_sign"] for row in rows if row["holder_th"] == f"คน {holder.actor.name}")

    owner = await client_of("officer", unit=True)
    rider = await client_of("officer")
    for one in (owner, rider):
        await registered(one)
    assert await sign(owner) == owner.actor.name
    assert await sign(rider) is None
    async with station.tx(system(HERE)) as tx:
        [open_duty] = await tx.all(select(duty.c.id).where(duty.c.unit_id == owner.unit_id))
        stay = {"id": uuid4(), "station_id": HERE, "duty_id": open_duty["id"], "kind": "officer", "line": "prevention"}
        stay |= {
            "account_id": rider.actor.account_id,
            "own_phone": True,
            "from_at": clock.now(),
            "came_at": clock.now(),
        }
        await tx.execute(insert(duty_crew).values(**stay, signed_on_by="test"))
    assert await sign(rider) == owner.actor.name
    async with station.tx(system(HERE)) as tx:
        await tx.execute(update(duty).where(duty.c.id == open_duty["id"]).values(call_sign="เวียง 9"))
    assert await sign(rider) == "เวียง 9"
    async with station.tx(system(HERE)) as tx:
        await tx.execute(update(duty_crew).where(duty_crew.c.id == stay["id"]).values(to_at=clock.now()))
    assert await sign(rider) == "เวียง 9"
