"""A roster from a sheet: who is meant by a name, what is refused and why, what stays, and the way back."""

from datetime import date, time, timedelta

import pytest

from tests.people.conftest import HERE, THERE, account_actor, make_account
from tests.people.test_duty import CHIEF, make_unit
from unjai.model.clock import BANGKOK
from unjai.model.errors import UnjaiError
from unjai.people import flows
from unjai.people.flows import roster
from unjai.people.flows.roster import Hand
from unjai.people.roster_imports import COLUMNS, ROSTER, People, read_planned, split
from unjai.people.store.units import units
from unjai.territory.rules.geojson import Feature

_n = iter(range(1, 1000))
HAND = {"kind": "officer", "line": "prevention"}


class Desk:
    """A shift of its own, two units and two people, so that no other test's roster is met."""

    def __init__(self, db, clock, tag):
        self.db, self.clock, self.tag = db, clock, tag
        self.day = clock.now().astimezone(BANGKOK).date() + timedelta(days=3)

    async def begin(self):
        async with self.db.tx(CHIEF) as tx:
            hours = {"starts": time(hour=self.tag % 24, minute=1), "ends": time(hour=(self.tag + 8) % 24, minute=1)}
            name = f"ผลัดนำเข้า {self.tag}"
            self.shift = await flows.create_shift(tx, CHIEF, self.clock, name_th=name, name_en="", **hours)
        self.hours = f"{hours['starts']:%H.%M} – {hours['ends']:%H.%M} น."
        self.names = [f"sheet{self.tag}{letter}" for letter in "ab"]
        self.people = [await make_account(self.db, self.clock, name, ("officer", HERE)) for name in self.names]
        self.units = [await make_unit(self.db, self.clock) for _ in range(2)]
        async with self.db.tx(CHIEF) as tx:
            signs = {one.id: one.call_sign for one in await units(tx, self.clock.now())}
        self.signs = [signs[one] for one in self.units]
        return self

    def row(self, unit=0, **said):
        return {"day": self.day.isoformat(), "shift": f"ผลัดนำเข้า {self.tag}", "unit": self.signs[unit], **said}

    async def take(self, *rows, dry_run=False, actor=CHIEF):
        sheet = [Feature(row=number, properties=row, geometry=None) for number, row in enumerate(rows, 1)]
        async with self.db.tx(actor) as tx:
            return await ROSTER.take(
                tx, actor, self.clock, station_id=HERE, features=sheet, dry_run=dry_run, replace=False
            )

    async def rows(self):
        async with self.db.tx(CHIEF) as tx:
            found = await roster.read_roster(tx, CHIEF, self.clock, since=self.day, days=2)
        return {row["unit_sign"]: row for row in found if row["shift_id"] == self.shift}

    async def undo(self, report):
        async with self.db.tx(CHIEF) as tx:
            return await ROSTER.undo(tx, CHIEF, self.clock, station_id=HERE, undo=report.undo)


@pytest.fixture
async def desk(db, clock, world):
    return await Desk(db, clock, next(_n)).begin()


def crew(row):
    return {one["username"] for one in row["crew"]}


async def test_a_sheet_fills_the_roster_and_comes_again_without_a_change(desk):
    thai = f"{desk.day:%d/%m}/{desk.day.year + 543}"
    given = [
        desk.row(crew=f"1) {desk.names[0]} 2) {desk.names[1].upper()}", vehicle="กระบะ", beat="1"),
        desk.row(1, day=thai, shift=desk.hours, crew_2=desk.names[1]),
    ]
    tried = await desk.take(*given, dry_run=True)
    assert await desk.rows() == {}
    taken = await desk.take(*given)
    assert (taken.added, taken.refused, taken.outcome) == (2, (), tried.outcome)
    rows = await desk.rows()
    assert [crew(rows[sign]) for sign in desk.signs] == [set(desk.names), {desk.names[1]}]
    assert (rows[desk.signs[0]]["vehicle"], rows[desk.signs[0]]["beat"]) == ("กระบะ", "1")
    again = await desk.take(*given)
    assert (again.added, again.updated, again.unchanged) == (0, 0, 2)
    async with desk.db.tx(CHIEF) as tx:
        listed = await ROSTER.listing(tx, CHIEF, station_id=HERE)
    own = [one.properties for one in listed if one.properties["shift"] == f"ผลัดนำเข้า {desk.tag}"]
    assert len(own) == 2
    assert {name for one in own for name in one} <= {column.name for column in COLUMNS}
    assert (await desk.take(*own)).unchanged == 2


async def test_what_a_row_does_not_say_stays(desk):
    await desk.take(desk.row(crew=desk.names[0], vehicle="กระบะ", note="จอดหน้าตลาด"))
    changed = await desk.take(desk.row(vehicle="จักรยานยนต์"))
    assert (changed.added, changed.updated) == (0, 1)
    row = (await desk.rows())[desk.signs[0]]
    assert (row["vehicle"], row["note"], crew(row)) == ("จักรยานยนต์", "จอดหน้าตลาด", {desk.names[0]})


async def test_a_bad_row_is_refused_whole_and_the_others_are_taken(desk):
    past = (desk.day - timedelta(days=4)).isoformat()
    report = await desk.take(
        desk.row(crew=desk.names[0]),
        desk.row(1, crew=f"{desk.names[1]}, คน ไม่มีจริง"),
        desk.row(1, day=past),
        desk.row(1, day="1/12/2599"),
        desk.row(1, shift="ผลัดไม่มี"),
        {**desk.row(), "unit": "ชุดไม่มี"},
        {**desk.row(), "day": ""},
        desk.row(shift=desk.hours, crew=desk.names[1]),
        desk.row(1, day="เมื่อวาน"),
    )
    assert {note.row: note.code for note in report.refused} == {
        2: "row_roster_nobody",
        3: "row_roster_day",
        4: "row_roster_day",
        5: "row_roster_shift",
        6: "row_roster_unit",
        7: "row_roster_key",
        8: "row_key_repeated",
        9: "row_date_wrong",
    }
    rows = await desk.rows()
    assert (report.added, set(rows), crew(rows[desk.signs[0]])) == (1, {desk.signs[0]}, {desk.names[0]})


async def test_an_import_is_taken_back_until_somebody_changed_something(desk):
    await desk.take(desk.row(crew=desk.names[0], vehicle="กระบะ"))
    second = await desk.take(desk.row(crew=desk.names[1], vehicle="รถตู้"), desk.row(1))
    assert await desk.undo(second) == 2
    rows = await desk.rows()
    assert set(rows) == {desk.signs[0]}
    assert (rows[desk.signs[0]]["vehicle"], crew(rows[desk.signs[0]])) == ("กระบะ", {desk.names[0]})
    with pytest.raises(UnjaiError, match="import_undo_late"):
        await desk.undo(second)
    third = await desk.take(desk.row(1))
    async with desk.db.tx(CHIEF) as tx:
        at = {"day": desk.day, "shift_id": desk.shift, "unit_id": desk.units[1]}
        await roster.plan_unit(tx, CHIEF, desk.clock, **at, note="แก้เอง")
    with pytest.raises(UnjaiError, match="import_undo_late"):
        await desk.undo(third)
    assert (await desk.rows())[desk.signs[1]]["note"] == "แก้เอง"


async def test_only_who_plans_brings_a_roster_and_only_the_own_stations(desk):
    for role in ("operator", "officer", "superintendent"):
        with pytest.raises(UnjaiError, match="right_missing"):
            await desk.take(desk.row(), actor=account_actor(role))
    stranger = account_actor("supervisor", THERE)
    report = await desk.take(desk.row(), actor=stranger)
    assert report.added == 0
    assert len(report.refused) == 1
    assert await desk.rows() == {}


def test_names_are_found_with_and_without_their_rank_and_never_guessed():
    known = [
        Hand(account_id=n, username=f"u{n}", name_th=thai, name_en=english, **HAND)
        for n, (thai, english) in enumerate(
            [("ร.ต.อ. สมมุติ ดูแลทั่ว", "Pol.Capt. Sommut D"), ("ด.ต. ซ้ำ กัน", ""), ("ส.ต.ต. ซ้ำ กัน", "")]
        )
    ]
    people = People(known)
    said = ("สมมุติ ดูแลทั่ว", "ร.ต.อ.สมมุติ  ดูแลทั่ว", "pol.capt. sommut d", "U0", "ด.ต. ซ้ำ กัน", "u2")
    assert [people.named(name) for name in said] == [0, 0, 0, 0, 1, 2]
    for name, code in (("ซ้ำ กัน", "row_roster_two"), ("", "row_roster_nobody"), ("สมมุติ", "row_roster_nobody")):
        with pytest.raises(UnjaiError, match=code):
            people.named(name)


def test_a_cell_of_names_is_parted_as_people_write_it():
    assert split("1. ก ข\n๒) ค ง / u3; u4") == ["ก ข", "ค ง", "u3", "u4"]
    assert split("") == []
    row = read_planned(
        Feature(row=1, properties={"day": "2026-12-01", "shift": "เช้า", "unit": "11"}, geometry=None), lambda *_: None
    )
    assert (row.values["day"], row.values["crew"], row.values["note"]) == (date(2026, 12, 1), None, None)
