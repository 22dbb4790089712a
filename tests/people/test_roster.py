"""Rosters: planning, changing, copying, what is wrong; on paper; and what the sign-on form makes of them."""

from datetime import date, timedelta

import pytest

from tests.people.conftest import HERE, ROOT, THERE, account_actor, enter, make_account
from tests.people.test_duty import CHIEF, make_unit
from tests.people.test_sign_on import MIDNIGHT
from unjai.model.clock import BANGKOK
from unjai.model.errors import UnjaiError
from unjai.model.ids import UnitId, named_id
from unjai.people import flows, roster_sheet
from unjai.people.flows import own_duty, roster
from unjai.people.roster_sheet import facts_of

MONDAY = date(2027, 2, 1)
_n = iter(range(1, 1000))


@pytest.fixture
async def shift_id(db, clock, world):
    async with db.tx(CHIEF) as tx:
        name = f"ผลัดเต็มวัน {next(_n)}"
        return await flows.create_shift(tx, CHIEF, clock, name_th=name, name_en="", starts=MIDNIGHT, ends=MIDNIGHT)


async def plan(db, clock, unit_id, shift, day=MONDAY, actor=CHIEF, **said):
    async with db.tx(actor) as tx:
        return await roster.plan_unit(tx, actor, clock, day=day, shift_id=shift, unit_id=unit_id, **said)


async def rows(db, clock, since=MONDAY, days=7, shift=None):
    async with db.tx(CHIEF) as tx:
        found = await roster.read_roster(tx, CHIEF, clock, since=since, days=days)
    return [row for row in found if shift is None or row["shift_id"] == shift]


async def hand(db, clock, role="officer"):
    name = f"roster{next(_n)}"
    return await make_account(db, clock, name, (role, HERE)), name


async def test_a_unit_is_planned_changed_and_taken_out(db, clock, shift_id):
    unit_id = await make_unit(db, clock)
    officer, _ = await hand(db, clock, "inquiry")
    made = await plan(db, clock, unit_id, shift_id, crew=[(officer, None)], vehicle=" กระบะ ", version=0)
    (row,) = await rows(db, clock, shift=shift_id)
    assert (row["id"], row["version"], row["vehicle"], row["gaps"]) == (made, 1, "กระบะ", [])
    assert [(one["account_id"], one["line"], one["kind"]) for one in row["crew"]] == [(officer, "inquiry", "officer")]
    with pytest.raises(UnjaiError, match="roster_changed"):
        await plan(db, clock, unit_id, shift_id, version=0)
    assert await plan(db, clock, unit_id, shift_id, crew=[], version=1) == made
    (row,) = await rows(db, clock, shift=shift_id)
    assert [gap.kind for gap in row["gaps"]] == ["nobody"]
    for version, left in ((1, 1), (2, 0), (2, 0)):
        async with db.tx(CHIEF) as tx:
            at = {"day": MONDAY, "shift_id": shift_id, "unit_id": unit_id, "version": version}
            if version == 1:
                with pytest.raises(UnjaiError, match="roster_changed"):
                    await roster.unplan_unit(tx, CHIEF, clock, **at)
            else:
                await roster.unplan_unit(tx, CHIEF, clock, **at)
        assert len(await rows(db, clock, shift=shift_id)) == left


async def test_gaps_are_told_and_not_refused(db, clock, shift_id):
    first, second = await make_unit(db, clock), await make_unit(db, clock)
    volunteer, _ = await hand(db, clock, "citizen_volunteer")
    for unit_id in (first, second):
        await plan(db, clock, unit_id, shift_id, crew=[(volunteer, None)])
    found = await rows(db, clock, shift=shift_id)
    assert {gap.kind for row in found for gap in row["gaps"]} == {"volunteers_alone", "twice"}
    next_day = MONDAY + timedelta(days=1)
    alone = await rows(db, clock, since=next_day, days=1, shift=shift_id)
    assert alone == []


async def test_who_may_not_go_on_duty_is_not_planned(db, clock, shift_id):
    unit_id = await make_unit(db, clock)
    partner, _ = await hand(db, clock, "partner")
    stranger = await make_account(db, clock, f"roster{next(_n)}", ("officer", THERE), home=THERE)
    for account_id in (partner, stranger):
        with pytest.raises(UnjaiError, match="roster_crew_unknown"):
            await plan(db, clock, unit_id, shift_id, crew=[(account_id, None)])
    with pytest.raises(UnjaiError, match="shift_gone"):
        await plan(db, clock, unit_id, named_id("no", "shift"))
    with pytest.raises(UnjaiError, match="not_found"):
        await plan(db, clock, UnitId(named_id("no", "unit")), shift_id)
    for actor in (account_actor("officer"), account_actor("operator")):
        with pytest.raises(UnjaiError, match="right_missing"):
            await plan(db, clock, unit_id, shift_id, actor=actor)
    assert await rows(db, clock, shift=shift_id) == []


async def test_a_week_is_copied_where_nothing_is_planned_and_taken_back(db, clock, shift_id):
    first, second, gone = [await make_unit(db, clock) for _ in range(3)]
    officer, _ = await hand(db, clock)
    leaves, _ = await hand(db, clock)
    since = MONDAY + timedelta(days=70)  # a week that no other test plans
    for unit_id in (first, second, gone):
        crew = [(officer, "traffic"), (leaves, None)]
        await plan(db, clock, unit_id, shift_id, day=since, crew=crew, beat="B2", note="ครั้งเดียว")
    to = since + timedelta(days=7)
    await plan(db, clock, second, shift_id, day=to, call_sign="คงไว้")
    async with db.tx(CHIEF) as tx:
        await flows.change_unit(tx, CHIEF, clock, unit_id=gone, disabled=True)
    async with db.tx(ROOT) as tx:
        await flows.disable_account(tx, ROOT, clock, account_id=leaves)
    async with db.tx(CHIEF) as tx:
        with pytest.raises(UnjaiError, match="roster_copy_same"):
            await roster.copy_days(tx, CHIEF, clock, since=since, to=since + timedelta(days=6), days=7)
        made = await roster.copy_days(tx, CHIEF, clock, since=since, to=to, days=7)
    copied = {row["unit_id"]: row for row in await rows(db, clock, since=to, shift=shift_id)}
    assert set(copied) == {first, second}
    assert (copied[first]["beat"], copied[first]["note"], copied[second]["call_sign"]) == ("B2", "", "คงไว้")
    assert [(one["account_id"], one["line"]) for one in copied[first]["crew"]] == [(officer, "traffic")]
    async with db.tx(CHIEF) as tx:
        assert await roster.take_back(tx, CHIEF, clock, roster_ids=made) == 1
        with pytest.raises(UnjaiError, match="not_found"):
            await roster.take_back(tx, CHIEF, clock, roster_ids=made)
    assert {row["unit_id"] for row in await rows(db, clock, since=to, shift=shift_id)} == {second}


async def test_the_form_proposes_the_rosters_unit_before_ones_own(db, clock, shift_id):
    officer, name = await hand(db, clock, "detective")
    mate, _ = await hand(db, clock, "police_volunteer")
    own = await make_unit(db, clock, account_id=officer)
    other = await make_unit(db, clock, vehicle="เก๋ง", registration="1กก 1")
    today = clock.now().astimezone(BANGKOK).date()
    await plan(db, clock, other, shift_id, day=today, crew=[(officer, None), (mate, None)], registration="2ขข 2")
    actor = (await enter(db, clock, name)).actor
    async with db.tx(actor) as tx:
        form = await own_duty.sign_on_form(tx, actor, clock)
        begun = await flows.sign_on(tx, actor, clock, unit_id=form.choices[0].unit.id, own=True)
        shown = await own_duty.duty_shown(
            tx, clock, unit=await flows.unit_after(tx, clock, unit_id=other), account_id=officer
        )
    assert [(one.unit.id, one.why) for one in form.choices] == [(other, "roster"), (own, "own")]
    first = form.choices[0]
    assert (first.shift_id, first.vehicle, first.registration) == (shift_id, "เก๋ง", "2ขข 2")
    assert (form.kind, form.line) == ("officer", "investigation")
    assert officer not in {one.account_id for one in form.people}
    assert (begun.unit_id, begun.shift_id) == (other, shift_id)
    assert {one.account_id for one in shown.crew} == {officer, mate}
    assert (shown.carries, shown.missing, shown.registration) == (True, [], "2ขข 2")
    assert shown.ends_at > clock.now()


async def test_a_roster_on_paper(db, clock, shift_id):
    unit_id = await make_unit(db, clock, vehicle="เก๋ง")
    volunteer, _ = await hand(db, clock, "public_spirit")
    await plan(db, clock, unit_id, shift_id, crew=[(volunteer, None)], call_sign="เวียง 77")
    said = {"since": MONDAY, "days": 2, "station_th": "สภ.ที่นี่", "now": clock.now(), "by": "หัวหน้าผลัด"}
    found = await rows(db, clock, shift=shift_id)
    facts = facts_of(found, **said)
    (unit,) = facts["days"][0]["shifts"][0]["units"]
    assert (unit["sign"], unit["vehicle"], unit["crew"][0]["what"]) == ("เวียง 77", "เก๋ง", "จิตอาสา")
    assert unit["gaps"] == "ยังไม่มีเจ้าหน้าที่ตำรวจ"
    assert facts["days"][0]["shifts"][0]["hours"] == "00.00–24.00 น."
    assert facts["days"][1]["shifts"] == []
    assert (await roster_sheet.sheet(found, **said)).startswith(b"%PDF")
