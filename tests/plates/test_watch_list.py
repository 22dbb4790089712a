"""The watch list on the real database: proposed by one, approved by another, loaded by version, ended."""

from datetime import timedelta

import pytest
from sqlalchemy import delete, select

from tests.conftest import NIGHT
from tests.people.conftest import world as world  # noqa: PLC0414  a fixture
from tests.plates.made import CORE, HERE, THERE, acting
from tests.plates.two import HOME, PLATES, act, approve, listed, loaded, refused, wish
from tests.plates.two import two as two  # noqa: PLC0414  a fixture
from unjai.people.flows import four_eyes
from unjai.plates.flows import watch_list as flows
from unjai.plates.flows.listed import StationLists
from unjai.plates.index import Near, WatchIndex
from unjai.plates.rules.watch_list import expected, measured_traffic, target_of, widens
from unjai.plates.store import hits
from unjai.platform.audit import audit_log

pytestmark = pytest.mark.usefixtures("world")


async def test_an_entry_counts_once_a_second_person_approves(db, clock, two):
    plate = next(PLATES)
    row = await act(db, two[0], flows.add, clock, wish=wish(plate))
    assert (row["state"], row["version"], row["plate_th"].endswith(" เชียงใหม่")) == ("proposed", None, True)
    index, _ = await loaded(db)
    assert not [one for one in index.near(plate, "50", NIGHT) if one.number == row["number"]]
    await refused(act(db, two[0], four_eyes.approve, clock, key=row["approval_id"], seen=""), "right_missing")
    async with db.tx(two[1]) as tx:
        one = next(o for o in await four_eyes.approvals(tx, two[1], clock) if o["id"] == row["approval_id"])
    assert plate[:3] in one["about_th"]
    assert "คดี 12/2569" in one["about_th"]
    assert "ไม่ทราบ" in one["about_th"]
    clock.move(timedelta(minutes=1))
    await approve(db, clock, two[1], row)
    row = await act(db, two[0], flows.entry, clock, entry_id=row["id"])
    assert (row["state"], row["approver_name"]) == ("active", two[1].name)
    assert [line["what"] for line in row["history"]] == ["approve", "propose"]
    index, changes = await loaded(db, index)
    assert row["number"] in {change.number for change in changes}
    assert Near(row["number"], "exact") in index.near(plate, "50", NIGHT)
    assert index.near(plate, "50", NIGHT + timedelta(days=31)) == []
    async with db.tx(CORE) as tx:
        log = await tx.all(select(audit_log.c.action).where(audit_log.c.subject == f"watch:{row['id']}"))
    assert {"plates.watch.propose", "plates.watch.approve"} <= {one["action"] for one in log}


async def test_the_list_says_how_a_proposal_was_answered(db, clock, two):
    async def stands(row):
        every = {"state": None, "plate": "", "words": "", "after": None, "limit": 200}
        return next(
            one["answer"] for one in await act(db, two[0], flows.page, clock, **every) if one["id"] == row["id"]
        )

    assert await stands(await listed(db, clock, two, next(PLATES))) is None
    row = await act(db, two[0], flows.add, clock, wish=wish(next(PLATES)))
    assert await stands(row) == "pending"
    await act(db, two[1], four_eyes.refuse, clock, key=row["approval_id"], note="ยังไม่มีหมายจับ ขอเอกสารก่อน")
    assert await stands(row) == "refused"
    row = await act(db, two[0], flows.ask_again, clock, entry_id=row["id"])
    assert await stands(row) == "pending"
    clock.move(timedelta(days=30))
    assert await stands(row) == "expired"


async def test_one_person_cannot_list_and_a_second_session_is_no_other(db, clock, two):
    row = await act(db, two[1], flows.add, clock, wish=wish(next(PLATES)))
    await refused(approve(db, clock, two[1], row), "approval_own")
    facts = {"entry": str(row["id"])} | {name: row[name] for name in ("registration", "province")}
    await refused(act(db, two[1], flows._list_it, clock, facts=facts), "approval_needed")


async def test_what_narrows_counts_at_once_what_widens_waits(db, clock, two):
    plate = next(PLATES)
    row = await listed(db, clock, two, plate)
    index, _ = await loaded(db)
    sooner = NIGHT + timedelta(days=3)
    row = await act(db, two[0], flows.change, clock, entry_id=row["id"], changes={"valid_until": sooner})
    assert (row["valid_until"], row["pending"]) == (sooner, None)
    index, changes = await loaded(db, index)
    assert [one.valid_until for one in changes] == [sooner]
    later = NIGHT + timedelta(days=90)
    row = await act(db, two[0], flows.change, clock, entry_id=row["id"], changes={"valid_until": later})
    assert (row["valid_until"], row["state"]) == (sooner, "active")
    assert row["pending"]["valid_until"] == later.isoformat()
    assert (await loaded(db, index))[1] == []
    await approve(db, clock, two[1], row)
    row = await act(db, two[0], flows.entry, clock, entry_id=row["id"])
    assert (row["valid_until"], row["pending"]) == (later, None)
    assert [one.valid_until for one in (await loaded(db, index))[1]] == [later]


async def test_an_entry_that_changes_under_its_approval_is_not_approved(db, clock, two):
    row = await listed(db, clock, two, next(PLATES))
    wider = await act(
        db, two[0], flows.change, clock, entry_id=row["id"], changes={"valid_until": NIGHT + timedelta(90)}
    )
    async with db.tx(two[1]) as tx:
        one = next(o for o in await four_eyes.approvals(tx, two[1], clock) if o["id"] == wider["approval_id"])
    await act(db, two[0], flows.end, clock, entry_id=row["id"], why="พบรถแล้ว")
    await refused(
        act(db, two[1], four_eyes.approve, clock, key=one["id"], seen=one["digest"].hex()), "approval_settled"
    )


async def test_ending_takes_it_off_the_list_and_keeps_why(db, clock, two):
    plate = next(PLATES)
    row = await listed(db, clock, two, plate)
    index, _ = await loaded(db)
    row = await act(db, two[0], flows.end, clock, entry_id=row["id"], why="พบรถแล้ว")
    assert (row["state"], row["ended_why"], row["ended_name"]) == ("ended", "พบรถแล้ว", two[0].name)
    index, changes = await loaded(db, index)
    assert [(one.number, one.listed) for one in changes] == [(row["number"], False)]
    assert index.near(plate, "50", NIGHT) == []
    await refused(act(db, two[0], flows.end, clock, entry_id=row["id"], why="อีกครั้ง"), "watch_settled")
    await refused(act(db, two[0], flows.change, clock, entry_id=row["id"], changes={"notify": "ก"}), "watch_settled")
    proposed = await act(db, two[0], flows.add, clock, wish=wish(next(PLATES)))
    gone = await act(db, two[0], flows.end, clock, entry_id=proposed["id"], why="พิมพ์ผิด")
    assert (gone["state"], gone["version"]) == ("withdrawn", None)
    await refused(approve(db, clock, two[1], proposed), "approval_settled")


async def test_time_begins_and_ends_entries(db, clock, two):
    row = await listed(db, clock, two, next(PLATES), valid_from=NIGHT + timedelta(days=1))
    assert row["state"] == "approved"
    clock.move(timedelta(days=2))
    assert (await act(db, acting("supervisor"), flows.entry, clock, entry_id=row["id"]))["state"] == "active"
    clock.move(timedelta(days=40))
    assert (await act(db, acting("supervisor"), flows.entry, clock, entry_id=row["id"]))["state"] == "ended"


async def test_bad_entries_are_refused(db, clock, two):
    plate = next(PLATES)
    await listed(db, clock, two, plate)
    for asked, code in (
        (wish(plate), "watch_twice"),
        (wish("ABC 123"), "plate_foreign"),
        (wish("เฮง 99"), "plate_vowels"),
        (wish("%"), "plate_pattern_empty"),
        (wish("กข*", None), "watch_too_wide"),
        (wish(next(PLATES), "อังกอร์"), "plate_place_unknown"),
        (wish(next(PLATES), valid_until=NIGHT), "watch_time_wrong"),
        (wish(next(PLATES), valid_until=NIGHT + timedelta(days=900)), "watch_time_wrong"),
    ):
        await refused(act(db, two[0], flows.add, clock, wish=asked), code)
    other = await act(db, two[0], flows.add, clock, wish=wish(plate, case_number="คดี 99/2569"))
    assert other["state"] == "proposed"
    await refused(act(db, acting("officer"), flows.add, clock, wish=wish(next(PLATES))), "right_missing")


async def test_the_other_station_sees_and_does_nothing(db, clock, two):
    row = await listed(db, clock, two, next(PLATES))
    there = acting("supervisor", THERE)
    await refused(act(db, there, flows.entry, clock, entry_id=row["id"]), "not_found")
    await refused(act(db, there, flows.end, clock, entry_id=row["id"], why="ของอีกสถานี"), "not_found")
    asked = {"state": None, "plate": "", "words": "", "after": None, "limit": 50}
    assert await act(db, there, flows.page, clock, **asked) == []


async def test_partial_and_free_plates(db, clock, two):
    row = await listed(db, clock, two, "9ฮฮ 43??", "ยะลา")
    assert (row["partial"], row["registration"]) == (True, "9ฮฮ43??")
    free = await listed(db, clock, two, "เฮง 99", "ภูเก็ต", special=True)
    index, _ = await loaded(db)
    assert Near(row["number"], "partial") in index.near("9ฮฮ4321", "95", NIGHT)
    assert Near(free["number"], "exact") in index.near("เฮง99", "83", NIGHT)


async def test_the_page_filters(db, clock, two):
    plate = next(PLATES)
    row = await listed(db, clock, two, plate, vehicle_marks="ฝากระโปรงดำ 100%")
    asked = {"state": None, "plate": "", "words": "", "after": None, "limit": 50}
    for said in ({"plate": plate}, {"plate": f"{plate[:4]}*"}, {"words": "กระโปรงดำ 100%"}, {"state": "active"}):
        found = await act(db, two[0], flows.page, clock, **asked | said)
        assert row["id"] in [one["id"] for one in found]
    for said in ({"plate": "9ฮฮ9999"}, {"words": "100_"}, {"state": "ended"}, {"after": 0}):
        found = await act(db, two[0], flows.page, clock, **asked | said)
        assert row["id"] not in [one["id"] for one in found]


async def test_the_cost_is_told_where_traffic_is_known(db, clock):
    there = acting("supervisor", THERE)
    checked = await act(db, there, flows.check, clock, plate="1กข 1234", province="ชม", special=False)
    assert checked.expected.a_day is None
    await act(db, there, flows.set_traffic, clock, reads_a_day=20_000)
    checked = await act(db, there, flows.check, clock, plate="1กข 12??", province="ชม", special=False)
    assert 0 < checked.expected.a_day_most == pytest.approx(checked.expected.share_most * 20_000)
    assert (await act(db, there, flows.summary, clock))["reads_a_day"] == 20_000


async def test_the_stations_own_traffic_counts_before_what_was_typed(db, worker_db, clock, two):
    async with worker_db.tx(HOME) as tx:
        for back, reads in ((0, 50), (1, 30_000), (2, 10_000)):
            await hits.count_reads(tx, HERE, (NIGHT - timedelta(days=back)).date(), reads=reads, unreadable=0)
    checked = await act(db, two[0], flows.check, clock, plate="1กข 12??", province="ชม", special=False)
    assert (checked.expected.reads_a_day, checked.expected.measured_days) == (20_000, 2)
    told = await act(db, two[0], flows.summary, clock)
    assert (told["reads_a_day"], told["measured_days"], told["reads_said"]) == (20_000, 2, None)
    async with worker_db.tx(HOME) as tx:  # the other tests know of no traffic here
        await tx.execute(delete(hits.plate_match_day).where(hits.plate_match_day.c.station_id == HERE))


def test_a_day_that_is_not_over_is_no_traffic():
    assert measured_traffic([]) is None
    assert measured_traffic([5]) is None
    assert measured_traffic([5, 100, 200]) == (150, 2)
    assert measured_traffic([0, *([7] * 40)]) == (7, 14)


async def test_matching_asks_by_station_and_version(db, clock, two):
    row = await listed(db, clock, two, next(PLATES))
    lists = StationLists()
    async with db.tx(HOME) as tx:
        versions = await lists.versions(tx, [HERE, THERE])
        index = WatchIndex()
        await lists.refresh(tx, HERE, index)
        assert index.version == versions[HERE]
        assert Near(row["number"], "exact") in index.near(row["registration"], "50", NIGHT)
        count = len(index)
        await lists.refresh(tx, HERE, index)
        assert len(index) == count
        words = await lists.listed(tx, HERE, [row["number"]])
    assert words[row["number"]]["instruction"] == "อย่าเข้าตรวจค้นเพียงลำพัง"
    async with db.tx(acting("officer")) as tx:
        unseen = WatchIndex()
        await lists.refresh(tx, HERE, unseen)
        assert (len(unseen), unseen.version) == (0, 0)


def test_what_widens():
    row = {"registration": "กข1", "province": None, "partial": False, "notify": ""}
    row |= {"notify_accounts": [], "notify_probable": False}
    row |= {"valid_from": NIGHT, "valid_until": NIGHT + timedelta(days=2)}
    assert not widens(row, row | {"province": "50"})
    assert widens(row | {"province": "50"}, row)
    assert widens(row, row | {"registration": "กข2"})
    assert widens(row, row | {"valid_from": NIGHT - timedelta(days=1)})
    assert not widens(row, row | {"valid_from": NIGHT + timedelta(days=1)})
    assert widens(row, row | {"notify": "อื่น"})


def test_a_whole_plate_costs_less_than_a_partial_one():
    whole = expected(target_of("1กข 1234", "พิษณุโลก"), "65", 10_000)
    part = expected(target_of("?กข 12??", "พิษณุโลก"), "65", 10_000)
    assert whole.a_day < part.a_day <= part.a_day_most
