"""Units, shifts and duty; what another station may not see of them."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest
from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError, ProgrammingError

from tests.people.conftest import HERE, ROOT, THERE, account_actor, count_of, enter, make_account
from unjai.model.errors import UnjaiError
from unjai.model.ids import DeviceId, IncidentId, UnitId, named_id
from unjai.people import flows
from unjai.people.store import device_credential, device_refusal, duty, shift, unit
from unjai.territory.store import device

CHIEF = account_actor("supervisor")
CHIEF_THERE = account_actor("supervisor", THERE)
_names = iter(range(100, 1000))


async def make_unit(db, clock, actor=CHIEF, **facts):
    """A unit with a fresh call sign."""
    said = {"call_sign": f"สายตรวจ {next(_names)}", "kind": "motorcycle", "name_th": "สายตรวจ", **facts}
    async with db.tx(actor) as tx:
        return await flows.create_unit(tx, actor, clock, **said)


async def sign(db, clock, unit_id, *, on, actor=CHIEF):
    """Sign a unit on or off."""
    async with db.tx(actor) as tx:
        return await (flows.sign_on if on else flows.sign_off)(tx, actor, clock, unit_id=unit_id)


async def unit_row(db, clock, unit_id, actor=CHIEF):
    """The unit as its supervisor sees it."""
    async with db.tx(actor) as tx:
        return await flows.unit_of(tx, actor, clock, unit_id=unit_id)


async def test_a_unit_has_its_own_mark_and_starts_off_duty(db, clock, world):
    first = await unit_row(db, clock, await make_unit(db, clock, capabilities=["first_aid", " first_aid", "thai"]))
    second = await unit_row(db, clock, await make_unit(db, clock))
    assert first.mark != second.mark
    assert first.capabilities == ("first_aid", "thai")
    assert (first.on_duty, first.state, first.shift) == (False, "off", None)


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"kind": "tank"}, "unit_kind_unknown"),
        ({"call_sign": " "}, "name_missing"),
        ({"name_th": ""}, "name_missing"),
        ({"station_id": THERE}, "station_beyond_scope"),
        ({"account_id": named_id("no", "one")}, "not_found"),
        ({"device_id": DeviceId(named_id("test", "phone-there"))}, "not_found"),
        ({"device_id": DeviceId(named_id("test", "pole-here"))}, "device_not_carried"),
    ],
)
async def test_a_bad_unit_is_not_made(db, clock, world, facts, code):
    with pytest.raises(UnjaiError) as caught:
        await make_unit(db, clock, **facts)
    assert caught.value.code == code


async def test_call_sign_crew_and_device_belong_to_one_unit(db, clock, world):
    crew = await make_account(db, clock, "crew1", ("officer", HERE))
    taken = {"call_sign": "เพชร 1", "account_id": crew, "device_id": world.phone_here}
    await make_unit(db, clock, **taken)
    for name, value in taken.items():
        with pytest.raises(UnjaiError, match="unit_taken") as caught:
            await make_unit(db, clock, **{name: value})
        assert caught.value.facts["what"] == name
    there = await make_unit(db, clock, CHIEF_THERE, call_sign="เพชร 1")
    assert there
    mine = await make_unit(db, clock)
    with pytest.raises(UnjaiError, match="unit_taken"):
        async with db.tx(CHIEF) as tx:
            await flows.change_unit(tx, CHIEF, clock, unit_id=mine, call_sign="เพชร 1")


async def test_a_device_goes_from_hand_to_hand(db, clock, world):
    async def carrier():
        async with db.tx(ROOT) as tx:
            return await tx.scalar(select(device.c.unit_id).where(device.c.id == world.phone_there))

    first = await make_unit(db, clock, CHIEF_THERE, device_id=world.phone_there)
    second = await make_unit(db, clock, CHIEF_THERE)
    assert await carrier() == first
    for unit_id, held in ((first, None), (second, world.phone_there)):
        async with db.tx(CHIEF_THERE) as tx:
            await flows.change_unit(tx, CHIEF_THERE, clock, unit_id=unit_id, device_id=held)
        assert await carrier() == (second if held else None)


async def test_a_crew_from_another_station_is_refused(db, clock, world):
    crew = await make_account(db, clock, "crew2", ("officer", THERE), home=THERE)
    with pytest.raises(UnjaiError, match="account_beyond_scope"):
        await make_unit(db, clock, account_id=crew)


async def test_an_officer_crews_a_unit_and_signs_it_on(db, clock, world):
    crew = await make_account(db, clock, "crew3", ("officer", HERE))
    mine, other = await make_unit(db, clock, account_id=crew), await make_unit(db, clock)
    signed = await enter(db, clock, "crew3")
    assert signed.actor.unit_id == mine
    begun = await sign(db, clock, mine, on=True, actor=signed.actor)
    assert begun.to_at is None
    async with db.tx(signed.actor) as tx:
        assert (await flows.duty_of(tx, signed.actor, clock, unit_id=mine)).on
    with pytest.raises(UnjaiError, match="duty_not_planned"):
        await sign(db, clock, other, on=True, actor=signed.actor)
    with pytest.raises(UnjaiError, match="right_missing"):
        await unit_row(db, clock, other, signed.actor)


async def test_signing_on_twice_is_one_duty(db, clock, world):
    unit_id = await make_unit(db, clock)
    first = await sign(db, clock, unit_id, on=True)
    clock.move(timedelta(minutes=1))
    assert await sign(db, clock, unit_id, on=True) == first
    assert await count_of(db, duty, duty.c.unit_id == unit_id) == 1


async def test_the_table_itself_holds_one_open_duty_a_unit(db, clock, world):
    unit_id = await make_unit(db, clock)
    await sign(db, clock, unit_id, on=True)
    row = {"unit_id": unit_id, "station_id": HERE, "from_at": clock.now(), "signed_on_by": "test"}
    with pytest.raises(IntegrityError, match="ux_duty_open"):
        async with db.tx(CHIEF) as tx:
            await tx.execute(insert(duty).values(id=named_id("test", "second"), **row))


async def test_many_sign_ons_at_once_are_one_duty(db, clock, world):
    unit_id = await make_unit(db, clock)
    rows = await asyncio.gather(*(sign(db, clock, unit_id, on=True) for _ in range(5)))
    assert len({row.id for row in rows}) == 1


async def test_duty_is_told_and_ends(db, clock, world):
    unit_id = await make_unit(db, clock)
    async with db.tx(CHIEF) as tx:
        await flows.sign_on(tx, CHIEF, clock, unit_id=unit_id)
        assert [event.subject for event in tx.emitted] == [f"evt.{HERE}.duty.changed"]
    clock.move(timedelta(hours=8))
    ended = await sign(db, clock, unit_id, on=False)
    assert ended.to_at - ended.from_at == timedelta(hours=8)
    assert await sign(db, clock, unit_id, on=False) is None
    assert (await unit_row(db, clock, unit_id)).state == "off"


async def test_a_forgotten_duty_ends_after_a_day_by_itself(db, clock, world):
    forgotten, renewed = await make_unit(db, clock), await make_unit(db, clock)
    first = await sign(db, clock, forgotten, on=True)
    await sign(db, clock, renewed, on=True)
    clock.move(timedelta(hours=25))
    assert not (await unit_row(db, clock, forgotten)).on_duty
    again = await sign(db, clock, renewed, on=True)
    assert again.from_at == clock.now()
    async with db.tx(ROOT) as tx:
        await flows.tidy(tx, ROOT, clock)
        row = await tx.one(select(duty).where(duty.c.id == first.id))
    assert row["to_at"] == first.from_at + timedelta(hours=24)
    assert row["signed_off_by"] == "forgotten"
    assert (await unit_row(db, clock, renewed)).on_duty


async def test_what_a_unit_does_is_kept_and_told(db, clock, world):
    unit_id = await make_unit(db, clock)
    await sign(db, clock, unit_id, on=True)
    incident_id = IncidentId(named_id("test", "incident"))
    operator = account_actor("operator")
    async with db.tx(operator) as tx:
        for _ in range(2):
            await flows.note_unit_work(tx, operator, clock, unit_id=unit_id, work="en_route", incident_id=incident_id)
        assert [event.subject for event in tx.emitted] == [f"evt.{HERE}.unit.changed"]
    row = await unit_row(db, clock, unit_id)
    assert (row.state, row.incident_id) == ("en_route", incident_id)
    with pytest.raises(UnjaiError, match="unit_busy"):
        await sign(db, clock, unit_id, on=False)
    with pytest.raises(UnjaiError, match="unit_busy"):
        async with db.tx(CHIEF) as tx:
            await flows.change_unit(tx, CHIEF, clock, unit_id=unit_id, disabled=True)
    async with db.tx(operator) as tx:
        await flows.note_unit_work(tx, operator, clock, unit_id=unit_id, work="free", incident_id=incident_id)
    row = await unit_row(db, clock, unit_id)
    assert (row.state, row.incident_id) == ("free", None)


async def test_a_unit_out_of_use_goes_off_duty_and_stays_off(db, clock, world):
    unit_id = await make_unit(db, clock)
    await sign(db, clock, unit_id, on=True)
    async with db.tx(CHIEF) as tx:
        row = await flows.change_unit(tx, CHIEF, clock, unit_id=unit_id, disabled=True)
    assert not row.on_duty
    with pytest.raises(UnjaiError, match="unit_disabled"):
        await sign(db, clock, unit_id, on=True)
    async with db.tx(CHIEF) as tx:
        assert unit_id not in {row.id for row in await flows.list_units(tx, CHIEF, clock)}


async def test_a_shift_is_chosen_by_the_hour_half_an_hour_ahead(db, clock, world):
    chief = replace(CHIEF_THERE)
    hours = [("ผลัด 1", time(0), time(8)), ("ผลัด 2", time(8), time(16)), ("ผลัด 3", time(16), time(0))]
    async with db.tx(chief) as tx:
        for name, starts, ends in hours:
            await flows.create_shift(tx, chief, clock, name_th=name, name_en="", starts=starts, ends=ends)
    clock.move(datetime(2026, 11, 21, 16, 45, tzinfo=UTC) - clock.now())  # 23.45 in Bangkok
    unit_id = await make_unit(db, clock, chief)
    await sign(db, clock, unit_id, on=True, actor=chief)
    row = await unit_row(db, clock, unit_id, chief)
    assert row.shift is not None
    assert row.shift.name_th == "ผลัด 1"
    with pytest.raises(UnjaiError, match="shift_taken"):
        async with db.tx(chief) as tx:
            await flows.create_shift(tx, chief, clock, name_th="ผลัด 1", name_en="", starts=time(1), ends=time(2))
    async with db.tx(chief) as tx:
        assert [item.name_th for item in await flows.list_shifts(tx, chief, clock)] == ["ผลัด 1", "ผลัด 2", "ผลัด 3"]


async def test_who_may_not_is_refused(db, clock, world):
    unit_id = await make_unit(db, clock)
    for actor in (account_actor("operator"), account_actor("officer"), account_actor("evaluator")):
        with pytest.raises(UnjaiError, match="right_missing"):
            await make_unit(db, clock, actor)
        with pytest.raises(UnjaiError, match=r"right_missing|duty_not_planned"):
            await sign(db, clock, unit_id, on=True, actor=actor)


async def test_another_stations_unit_is_not_there(db, clock, world):
    unit_id = await make_unit(db, clock)
    for act in (
        lambda tx: flows.unit_of(tx, CHIEF_THERE, clock, unit_id=unit_id),
        lambda tx: flows.sign_on(tx, CHIEF_THERE, clock, unit_id=unit_id),
        lambda tx: flows.sign_off(tx, CHIEF_THERE, clock, unit_id=unit_id),
        lambda tx: flows.change_unit(tx, CHIEF_THERE, clock, unit_id=unit_id, name_th="x"),
        lambda tx: flows.note_unit_work(tx, CHIEF_THERE, clock, unit_id=unit_id, work="free"),
        lambda tx: flows.unit_of(tx, CHIEF, clock, unit_id=UnitId(named_id("no", "unit"))),
    ):
        with pytest.raises(UnjaiError, match="not_found"):
            async with db.tx(CHIEF_THERE) as tx:
                await act(tx)


@pytest.mark.parametrize("role", ["app", "worker"])
async def test_row_level_security_holds_where_code_forgets(db, worker_db, clock, world, role):
    database = db if role == "app" else worker_db
    unit_id = await make_unit(db, clock)
    await sign(db, clock, unit_id, on=True)
    async with db.tx(ROOT) as tx:
        await flows.issue_credential(tx, ROOT, clock, device_id=world.phone_here)
        await flows.note_refusal(tx, ROOT, clock, device_key="phone-here", code="other_subject")
        await flows.create_shift(tx, ROOT, clock, name_th=f"ผลัด {role}", name_en="", starts=time(0), ends=time(0))
    for table in (unit, duty, shift, device_credential, device_refusal):
        here = table.c.station_id == HERE
        admin = account_actor("administrator")
        assert await count_of(database, table, here, actor=admin) >= 1, table.name
        assert await count_of(database, table, here, actor=account_actor("administrator", THERE)) == 0, table.name
        assert await count_of(database, table, actor=replace(admin, stations=frozenset())) == 0, table.name
    assert await count_of(database, device_credential, actor=account_actor("supervisor")) == 0
    row = {"call_sign": "forged", "kind": "car", "name_th": "x", "name_en": "x", "capabilities": []}
    with pytest.raises(ProgrammingError, match="row-level security"):
        async with database.tx(CHIEF_THERE) as tx:
            await tx.execute(insert(unit).values(id=named_id("test", "forged"), station_id=HERE, **row))
