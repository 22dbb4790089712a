"""A sheet of persons: what is taken, what is refused and why; and the sheet that comes out."""

from datetime import date

import pytest
from sqlalchemy import func, select

from tests.people.conftest import HERE, THERE, account_actor, enter
from unjai.model.errors import UnjaiError
from unjai.people import flows
from unjai.people.flows import SignedIn, account_changes
from unjai.people.imports import FIELDS, PERSONS
from unjai.people.rights import ROLES
from unjai.people.store import account, person, post
from unjai.territory.rules.geojson import Feature

ADMIN = account_actor("administrator")

ROWS = (
    {"first_th": "พ.ต.อ. สมมุติ นำเวียง", "position": "superintendent", "grade": "๔", "from_on": "1 ต.ค. 2568", "phone": "081 111 2222"},
    {"rank": "ร.ต.อ.หญิง", "first_th": "สมหญิง", "last_th": "ดูแลทั่ว", "position": "sub_inspector_prevention", "username": "Somying.D", "role": "operator"},
    {"rank": "นาย", "first_th": "สมชาย", "last_th": "ใจอาสา", "kind": "police_volunteer", "call_sign": "อาสา 1"},
    {"rank": "จอมพล", "first_th": "ใหญ่", "last_th": "เกินไป"},
    {"first_th": "พ.ต.อ. อีก คน", "position": "superintendent", "from_on": "1 พ.ย. 2569"},
    {"rank": "ด.ต.", "last_th": "ไม่มีชื่อ"},
    {"rank": "ด.ต.", "first_th": "เบอร์", "last_th": "ผิด", "phone": "โทรมา"},
    {"rank": "ด.ต.", "first_th": "หน่วย", "last_th": "ผิด", "position": "squad_leader", "unit": "สภ.ไม่มีจริง"},
)  # fmt: skip
REFUSED = {
    4: "rank_unknown",
    5: "post_chair_taken",
    6: "row_name_missing",
    7: "phone_unreadable",
    8: "row_unit_unknown",
}


def sheet(rows):
    return [Feature(row=number, properties=row, geometry=None) for number, row in enumerate(rows, 1)]


async def take(db, clock, rows, *, dry_run=False, actor=ADMIN, station=HERE):
    async with db.tx(actor) as tx:
        report = await PERSONS.take(
            tx, actor, clock, station_id=station, features=sheet(rows), dry_run=dry_run, replace=False
        )
        return report, list(tx.emitted)


async def counts(db):
    async with db.tx(ADMIN) as tx:
        return [int(await tx.scalar(select(func.count()).select_from(table))) for table in (person, post, account)]


async def test_a_sheet_of_persons(db, clock, world):
    before = await counts(db)
    tried, sent = await take(db, clock, ROWS, dry_run=True)
    assert sent == []
    assert await counts(db) == before
    taken, _ = await take(db, clock, ROWS)
    assert {note.row: note.code for note in taken.refused} == REFUSED
    assert (taken.total, taken.added, taken.updated, taken.unchanged) == (8, 3, 0, 0)
    assert (tried.added, tried.refused, tried.outcome) == (taken.added, taken.refused, taken.outcome)
    async with db.tx(ADMIN) as tx:
        rows = {row.name_th: row for row in await flows.list_persons(tx, ADMIN, clock)}
    chief = rows["พ.ต.อ. สมมุติ นำเวียง"]
    assert (chief.phone, chief.posts[0].grade, chief.posts[0].from_on) == ("081-111-2222", 4, date(2025, 10, 1))
    assert rows["ร.ต.อ.หญิง สมหญิง ดูแลทั่ว"].username == "somying.d"
    assert rows["นายสมชาย ใจอาสา"].kind == "police_volunteer"

    again, _ = await take(db, clock, ROWS)
    assert (again.added, again.updated, again.unchanged) == (0, 0, 3)
    changed, _ = await take(db, clock, [{**ROWS[2], "call_sign": "อาสา 2"}])
    assert (changed.added, changed.updated) == (0, 1)


async def test_an_account_from_a_sheet_opens_by_its_slip_alone(db, clock, world):
    row = {"rank": "ส.ต.ต.", "first_th": "ใหม่", "last_th": "เอี่ยม", "username": "mai.i", "role": "officer"}
    taken, _ = await take(db, clock, [row])
    assert taken.added == 1
    assert not isinstance(await enter(db, clock, "mai.i", password=""), SignedIn)
    async with db.tx(ADMIN) as tx:
        made = next(one for one in await flows.list_accounts(tx, ADMIN, clock) if one.username == "mai.i")
        slips = await account_changes.hand_out(tx, ADMIN, clock, account_ids=[made.id])
    signed = await enter(db, clock, "mai.i", password=slips[0].password)
    assert isinstance(signed, SignedIn)
    assert signed.must_change_password


async def test_what_comes_out_may_come_in_again_and_holds_no_secret(db, clock, world):
    out = {"first_th": "ออก", "last_th": "แล้วเข้า", "rank": "ด.ต.", "position": "squad_leader", "username": "out.in"}
    await take(db, clock, [out, {"first_th": "ไม่มี", "last_th": "ยศ", "phone": "081-000-1111"}])
    async with db.tx(ADMIN) as tx:
        listed = await PERSONS.listing(tx, ADMIN, station_id=HERE)
        hashes = [row["password_hash"] for row in await tx.all(select(account.c.password_hash))]
    assert len(listed) >= 2
    known = {one.name for one in FIELDS}
    assert all(set(one.properties) <= known for one in listed)
    assert not any(value in hashes for one in listed for value in one.properties.values())
    again, _ = await take(db, clock, [one.properties for one in listed])
    assert (again.added, again.updated, again.refused) == (0, 0, ())
    async with db.tx(account_actor("administrator", THERE)) as tx:
        assert await PERSONS.listing(tx, account_actor("administrator", THERE), station_id=HERE) == []


async def test_two_of_one_name_are_not_guessed(db, clock, world):
    async with db.tx(ADMIN) as tx:
        two = [await flows.add_person(tx, ADMIN, clock, first_th="ซ้ำ", last_th="กัน") for _ in range(2)]
    taken, _ = await take(db, clock, [{"first_th": "ซ้ำ", "last_th": "กัน", "phone": "081-000-0000"}])
    assert [note.code for note in taken.refused] == ["row_person_ambiguous"]
    async with db.tx(ADMIN) as tx:
        for one in two:
            await flows.remove_person(tx, ADMIN, clock, person_id=one)


async def test_only_who_may_brings_persons(db, clock, world):
    for role in ("operator", "oversight", "partner"):
        with pytest.raises(UnjaiError, match="right_missing"):
            await take(db, clock, ROWS, actor=account_actor(role))
    for role in ("oversight", "evaluator", "partner"):
        with pytest.raises(UnjaiError, match="right_missing"):
            async with db.tx(account_actor(role)) as tx:
                await PERSONS.listing(tx, account_actor(role), station_id=HERE)
    assert PERSONS.right in ROLES["administrator"].rights
    assert PERSONS.read_right in ROLES["administrator"].rights
