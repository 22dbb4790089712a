"""The watch list on the real database: proposed by one, approved by another, loaded by version, ended; files of plates."""

import io
import itertools
from dataclasses import replace
from datetime import timedelta

import openpyxl
import pytest
from sqlalchemy import select

from tests.conftest import NIGHT
from tests.people.conftest import enter, make_account
from tests.people.conftest import world as world  # noqa: PLC0414  a fixture
from tests.plates.made import CORE, HERE, THERE, acting
from unjai.model.errors import UnjaiError
from unjai.people.flows import four_eyes
from unjai.plates.flows import watch_imports as files
from unjai.plates.flows import watch_list as flows
from unjai.plates.flows.listed import StationLists, entries_since
from unjai.plates.flows.watch_list import Wish
from unjai.plates.index import Near, WatchIndex
from unjai.plates.rules.watch_list import expected, target_of, widens
from unjai.platform.audit import audit_log

pytestmark = pytest.mark.usefixtures("world")
_plates = (f"{digit}ขข{n}" for n in itertools.count(1000) if not {"3", "8"} & set(str(n)) for digit in "1245679")
"""None of them looks like another."""
SAID = {
    "vehicle_type": "รถเก๋ง",
    "vehicle_colour": "ขาว",
    "vehicle_marks": "กันชนแตก",
    "reason": "รถที่ใช้ก่อเหตุชิงทรัพย์",
    "legal_basis": "หมายจับ จ.12/2569",
    "case_number": "คดี 12/2569",
    "requested_by": "สืบสวน สภ.ที่นี่",
    "instruction": "อย่าเข้าตรวจค้นเพียงลำพัง",
    "notify": "หัวหน้าผลัด",
}
DEFAULTS = {name: SAID[name] for name in ("reason", "legal_basis", "case_number", "requested_by")}
DEFAULTS |= {"instruction": "", "notify": ""}


def wish(plate, province="เชียงใหม่", **changed):
    times = {"valid_from": NIGHT, "valid_until": NIGHT + timedelta(days=30)}
    times |= {name: changed.pop(name) for name in tuple(changed) if name in times}
    special = changed.pop("special", False)
    return Wish(plate=plate, province=province, special=special, **times, said=SAID | changed)


_names = itertools.count(1)


@pytest.fixture
async def two(db, clock):
    """A detective and a supervisor of this station, signed in."""
    number = next(_names)
    people = []
    for role in ("detective", "supervisor", "superintendent"):
        name = f"watch-{role}-{number}"
        await make_account(db, clock, name, (role, HERE), home=HERE)
        people.append((await enter(db, clock, name)).actor)
    return tuple(people[:2])


async def act(db, actor, flow, clock, **said):
    async with db.tx(actor) as tx:
        return await flow(tx, actor, clock, **said)


async def approve(db, clock, second, row):
    async with db.tx(second) as tx:
        waiting = {one["id"]: one for one in await four_eyes.approvals(tx, second, clock)}
        one = waiting[row["approval_id"]]
        return await four_eyes.approve(tx, second, clock, key=one["id"], seen=one["digest"].hex())


async def listed(db, clock, two, plate, province="เชียงใหม่", **changed):
    row = await act(db, two[0], flows.add, clock, wish=wish(plate, province, **changed))
    await approve(db, clock, two[1], row)
    return await act(db, two[0], flows.entry, clock, entry_id=row["id"])


async def loaded(db, index=None):
    index = index or WatchIndex()
    place = (index.version, 2**62) if index.version else (0, 0)
    async with db.tx(CORE) as tx:
        changes, (version, _) = await entries_since(tx, acting_core(), version=place[0], number=place[1])
    index.apply(changes)
    index.version = version
    return index, changes


def acting_core():
    return replace(CORE, stations=frozenset({HERE}))


async def refused(flow, code):
    with pytest.raises(UnjaiError) as found:
        await flow
    assert found.value.code == code


async def test_an_entry_counts_once_a_second_person_approves(db, clock, two):
    plate = next(_plates)
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
    assert [change.number for change in changes] == [row["number"]]
    assert Near(row["number"], "exact") in index.near(plate, "50", NIGHT)
    assert index.near(plate, "50", NIGHT + timedelta(days=31)) == []
    async with db.tx(CORE) as tx:
        log = await tx.all(select(audit_log.c.action).where(audit_log.c.subject == f"watch:{row['id']}"))
    assert {"plates.watch.propose", "plates.watch.approve"} <= {one["action"] for one in log}


async def test_one_person_cannot_list_and_a_second_session_is_no_other(db, clock, two):
    row = await act(db, two[1], flows.add, clock, wish=wish(next(_plates)))
    await refused(approve(db, clock, two[1], row), "approval_own")
    facts = {"entry": str(row["id"])} | {name: row[name] for name in ("registration", "province")}
    await refused(act(db, two[1], flows._list_it, clock, facts=facts), "approval_needed")


async def test_what_narrows_counts_at_once_what_widens_waits(db, clock, two):
    plate = next(_plates)
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
    row = await listed(db, clock, two, next(_plates))
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
    plate = next(_plates)
    row = await listed(db, clock, two, plate)
    index, _ = await loaded(db)
    row = await act(db, two[0], flows.end, clock, entry_id=row["id"], why="พบรถแล้ว")
    assert (row["state"], row["ended_why"], row["ended_name"]) == ("ended", "พบรถแล้ว", two[0].name)
    index, changes = await loaded(db, index)
    assert [(one.number, one.listed) for one in changes] == [(row["number"], False)]
    assert index.near(plate, "50", NIGHT) == []
    await refused(act(db, two[0], flows.end, clock, entry_id=row["id"], why="อีกครั้ง"), "watch_settled")
    await refused(act(db, two[0], flows.change, clock, entry_id=row["id"], changes={"notify": "ก"}), "watch_settled")
    proposed = await act(db, two[0], flows.add, clock, wish=wish(next(_plates)))
    gone = await act(db, two[0], flows.end, clock, entry_id=proposed["id"], why="พิมพ์ผิด")
    assert (gone["state"], gone["version"]) == ("withdrawn", None)
    await refused(approve(db, clock, two[1], proposed), "approval_settled")


async def test_time_begins_and_ends_entries(db, clock, two):
    row = await listed(db, clock, two, next(_plates), valid_from=NIGHT + timedelta(days=1))
    assert row["state"] == "approved"
    clock.move(timedelta(days=2))
    assert (await act(db, acting("supervisor"), flows.entry, clock, entry_id=row["id"]))["state"] == "active"
    clock.move(timedelta(days=40))
    assert (await act(db, acting("supervisor"), flows.entry, clock, entry_id=row["id"]))["state"] == "ended"


async def test_bad_entries_are_refused(db, clock, two):
    plate = next(_plates)
    await listed(db, clock, two, plate)
    for asked, code in (
        (wish(plate), "watch_twice"),
        (wish("ABC 123"), "plate_foreign"),
        (wish("เฮง 99"), "plate_vowels"),
        (wish("%"), "plate_pattern_empty"),
        (wish("กข*", None), "watch_too_wide"),
        (wish(next(_plates), "อังกอร์"), "plate_place_unknown"),
        (wish(next(_plates), valid_until=NIGHT), "watch_time_wrong"),
        (wish(next(_plates), valid_until=NIGHT + timedelta(days=900)), "watch_time_wrong"),
    ):
        await refused(act(db, two[0], flows.add, clock, wish=asked), code)
    other = await act(db, two[0], flows.add, clock, wish=wish(plate, case_number="คดี 99/2569"))
    assert other["state"] == "proposed"
    await refused(act(db, acting("officer"), flows.add, clock, wish=wish(next(_plates))), "right_missing")


async def test_the_other_station_sees_and_does_nothing(db, clock, two):
    row = await listed(db, clock, two, next(_plates))
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
    plate = next(_plates)
    row = await listed(db, clock, two, plate, vehicle_marks="ฝากระโปรงดำ 100%")
    asked = {"state": None, "plate": "", "words": "", "after": None, "limit": 50}
    for said in ({"plate": plate}, {"plate": f"{plate[:4]}*"}, {"words": "กระโปรงดำ 100%"}, {"state": "active"}):
        found = await act(db, two[0], flows.page, clock, **asked | said)
        assert row["id"] in [one["id"] for one in found]
    for said in ({"plate": "9ฮฮ9999"}, {"words": "100_"}, {"state": "ended"}, {"after": 0}):
        found = await act(db, two[0], flows.page, clock, **asked | said)
        assert row["id"] not in [one["id"] for one in found]


async def test_the_cost_is_told_where_traffic_is_known(db, clock, two):
    checked = await act(db, two[0], flows.check, clock, plate="1กข 1234", province="ชม", special=False)
    assert checked.expected.a_day is None
    there = acting("supervisor", THERE)
    await act(db, there, flows.set_traffic, clock, reads_a_day=20_000)
    checked = await act(db, there, flows.check, clock, plate="1กข 12??", province="ชม", special=False)
    assert 0 < checked.expected.a_day_most == pytest.approx(checked.expected.share_most * 20_000)
    assert (await act(db, there, flows.summary, clock))["reads_a_day"] == 20_000


def table(*rows):
    return "\n".join(["ทะเบียน,จังหวัด,เลขคดี,ถึงวันที่", *rows]).encode()


async def test_a_file_is_taken_whole_once_two_agree(db, clock, two):
    good = [next(_plates) for _ in range(40)]
    rows = [f"{plate},เชียงใหม่,," for plate in good]
    rows[3] += "31/12/2569"
    bad = ["ABC 123,เชียงใหม่,,", "กข 12,ไม่มี,,", "?กข12,ชม,,", f"{good[0]},ชม,,", "กข 13,ชม,,1/1/2500", ",,,", ",ชม,,"]
    row = await act(db, two[0], files.stage, clock, name="โจร.csv", content=table(*rows, *bad))
    assert (row["total"], row["accepted"], row["state"]) == (46, 40, "staged")
    assert row["refused"] == {
        "plate_foreign": 1,
        "plate_place_unknown": 1,
        "watch_row_partial": 1,
        "watch_row_twice": 1,
        "watch_time_wrong": 1,
        "plate_empty": 1,
    }
    assert [one["row"] for one in row["refused_rows"]] == [42, 43, 44, 45, 46, 48]
    key, until = row["id"], NIGHT + timedelta(days=60)
    row = await act(db, two[0], files.propose, clock, import_id=key, defaults=DEFAULTS, valid_until=until)
    assert len((await loaded(db))[0].near(good[5], "50", NIGHT)) == 0
    await approve(db, clock, two[1], row)
    async with db.tx(two[0]) as tx:
        row = await files.one(tx, two[0], import_id=key)
    assert (row["state"], row["added"], row["good_rows"]) == ("done", 40, [])
    assert len(row["refused_rows"]) == 6
    index, changes = await loaded(db)
    assert len({one.registration for one in changes} & set(good)) == 40
    assert index.near(good[3], "50", NIGHT + timedelta(days=50)) == []
    assert len(index.near(good[5], "50", NIGHT + timedelta(days=50))) == 1
    again = await act(db, two[0], files.stage, clock, name="โจร.csv", content=table(*rows))
    assert again["refused"] == {"watch_row_listed": 40}
    asked = {"import_id": again["id"], "defaults": DEFAULTS, "valid_until": until}
    await refused(act(db, two[0], files.propose, clock, **asked), "watch_import_none")
    await act(db, two[0], files.drop, clock, import_id=again["id"])
    await refused(act(db, two[0], files.drop, clock, import_id=again["id"]), "watch_settled")


async def test_a_workbook_is_read_too(db, clock, two):
    book, into = openpyxl.Workbook(), io.BytesIO()
    book.active.append(["Plate", "Province"])
    book.active.append([plate := next(_plates), "Chiang Mai"])
    book.save(into)
    row = await act(db, two[0], files.stage, clock, name="a.xlsx", content=into.getvalue())
    assert [one["registration"] for one in row["good_rows"]] == [plate]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "import_empty"),
        ("ชื่อ,สี\nก,ข".encode(), "watch_file_headers"),
        ("ทะเบียน,จังหวัด\n".encode(), "import_empty"),
        (b"\x00\x01ab,c\n", "import_not_table"),
        (b'{"a": 1}', "import_not_table"),
    ],
)
async def test_what_is_no_list_is_refused(db, clock, two, content, code):
    await refused(act(db, two[0], files.stage, clock, name="x", content=content), code)


async def test_matching_asks_by_station_and_version(db, clock, two):
    row = await listed(db, clock, two, next(_plates))
    lists = StationLists()
    async with db.tx(acting_core()) as tx:
        versions = await lists.versions(tx, [HERE, THERE])
        version, changes = await lists.changes(tx, HERE, 0)
        assert version == versions[HERE]
        assert row["number"] in [one.number for one in changes]
        assert await lists.changes(tx, HERE, version) == (version, [])
        words = await lists.listed(tx, HERE, [row["number"]])
    assert words[row["number"]]["instruction"] == "อย่าเข้าตรวจค้นเพียงลำพัง"
    async with db.tx(acting("officer")) as tx:
        assert await lists.changes(tx, HERE, 0) == (0, [])


def test_what_widens():
    row = {"registration": "กข1", "province": None, "partial": False, "notify": ""}
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
