"""The shift log writes itself, is handed over with what is open, taken over by another, and never edited."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import delete, insert, select, text, update

from tests.conftest import NIGHT
from tests.respond.conftest import CORE, HERE, THERE, Town, acting, along
from unjai.model.actor import Actor, system
from unjai.model.errors import UnjaiError
from unjai.model.ids import AccountId
from unjai.people import flows as people
from unjai.people.store.tables import shift as shift_table
from unjai.picture.health.store import device_outage, listening
from unjai.platform.audit import audit_log
from unjai.platform.database import Tx
from unjai.respond import flows
from unjai.respond import shift_sheet as sheet
from unjai.respond import shift_view as view
from unjai.respond.flows import shift_log
from unjai.respond.schemas.shift import ShiftLog, ShiftNowOut
from unjai.respond.store import shift_logs as logs

NIGHT_BEGINS = datetime.fromisoformat("2026-11-21T20:00:00+07:00")
NIGHT_ENDS = datetime.fromisoformat("2026-11-22T08:00:00+07:00")


def person(role: str, name: str) -> Actor:
    return replace(acting(role, name=name), account_id=AccountId(uuid4()))


OUT, IN = person("supervisor", "พ.ต.ท. ส่งเวร"), person("supervisor", "พ.ต.ท. รับเวร")


@pytest.fixture
async def shifts(town: Town) -> AsyncIterator[Town]:
    """A town with a day and a night shift; the night goes on since 20.00, it is 01.14."""
    town.clock.move(NIGHT - town.clock.now())
    async with town.db.tx(system(HERE, THERE)) as tx:
        await tx.execute(delete(logs.shift_log))
        await tx.execute(delete(shift_table))
        for name, starts, ends in (("ผลัดกลางวัน", 8, 20), ("ผลัดกลางคืน", 20, 8)):
            await people.create_shift(
                tx, system(HERE), town.clock, name_th=name, name_en=name, starts=time(starts), ends=time(ends)
            )
    await keep(town)
    yield town
    town.clock.move(NIGHT - town.clock.now())


async def keep(town: Town) -> int:
    async with town.db.tx(CORE) as tx:
        return await shift_log.keep_logs(tx, CORE, town.clock, station_id=HERE)


async def now(town: Town, actor: Actor = OUT) -> ShiftNowOut:
    async with town.db.tx(actor) as tx:
        return await view.now_of(tx, actor, town.clock)


async def running(town: Town) -> ShiftLog:
    found = (await now(town)).running
    assert found is not None
    return found


async def log_of(town: Town, log_id: UUID) -> ShiftLog:
    async with town.db.tx(OUT) as tx:
        row = await logs.of(tx, log_id)
        assert row is not None
        return await view.whole(tx, town.clock, row)


def to(town: Town, at: datetime) -> None:
    town.clock.move(at - town.clock.now())


async def code(awaited: Any) -> str:
    with pytest.raises(UnjaiError) as raised:
        await awaited
    return raised.value.code


async def test_the_shift_that_goes_on_has_its_log_and_only_one(shifts):
    assert (await running(shifts)).from_at == NIGHT_BEGINS
    assert await keep(shifts) == 0
    to(shifts, NIGHT_ENDS + timedelta(minutes=1))
    assert await keep(shifts) == 1
    found = await now(shifts)
    assert found.running is not None
    assert found.running.from_at == NIGHT_ENDS
    assert found.waiting is not None
    assert found.waiting.state == "late", "a shift that was not handed over is seen"


async def test_a_centre_that_was_away_writes_what_it_missed(shifts):
    to(shifts, NIGHT_ENDS + timedelta(days=2, hours=1))
    assert await keep(shifts) == 5
    async with shifts.db.tx(OUT) as tx:
        rows = await logs.latest(tx, HERE)
    assert len({row["from_at"] for row in rows}) == 6


async def test_the_log_tells_what_happened_by_itself(shifts):
    fight = (await shifts.take(shifts.report(along(100), source="x1"))).incident_id
    await shifts.do(flows.acknowledge, incident_id=fight)
    await shifts.do(flows.close, incident_id=fight, outcome="resolved", text="")
    still = (await shifts.take(shifts.report(along(1900), source="x2"))).incident_id
    begin = shifts.clock.now()
    async with shifts.db.tx(CORE) as tx:
        await _trouble(tx, shifts, begin)
    shifts.clock.move(timedelta(minutes=30))
    log = await running(shifts)
    assert (log.counts.opened, log.counts.closed, log.counts.carried_out) == (2, 1, 1)
    assert [one.id for one in log.open] == [still]
    assert [one.id for one in log.closed] == [fight]
    assert {one.call_sign for one in log.units} >= {"car", "motorcycle", "foot"}
    kinds = [line.kind for line in log.lines]
    assert kinds == sorted(kinds, key=lambda _: 0)
    assert [line.at for line in log.lines] == sorted(line.at for line in log.lines)
    assert {"opened", "closed", "silent", "back", "away"} <= set(kinds)
    assert (log.counts.silences, log.counts.pauses) == (1, 1)
    assert all(line.text_th and line.text_en and "{" not in line.text_th for line in log.lines)


async def _trouble(tx: Tx, town: Town, at: datetime) -> None:
    """A pole that is silent for five minutes; a core that is away for four."""
    await tx.execute(delete(listening))
    await tx.execute(delete(device_outage))
    known = {"id": uuid4(), "station_id": HERE, "device_id": town.pole}
    silent = {"from_at": at, "noticed_at": at + timedelta(minutes=1), "to_at": at + timedelta(minutes=5)}
    await tx.execute(insert(device_outage).values(**known, **silent))
    for low, high in ((-600, 8), (12, 31)):
        span = {"from_at": at + timedelta(minutes=low), "to_at": at + timedelta(minutes=high)}
        await tx.execute(insert(listening).values(id=uuid4(), station_id=HERE, **span))


async def test_a_note_is_written_until_the_shift_is_handed_over(shifts):
    log = await running(shifts)
    await shifts.do(shift_log.write_note, OUT, log_id=log.id, note="เหตุการณ์ปกติ", equipment="วิทยุ 2 เครื่องเสีย")
    assert (await running(shifts)).note == "เหตุการณ์ปกติ"
    old = shifts.do(shift_log.write_note, OUT, log_id=log.id, note="ทับ", version=log.version)
    assert await code(old) == "shift_log_changed"
    assert await code(shifts.do(shift_log.hand_over, OUT, log_id=log.id)) == "shift_handover_early"
    to(shifts, NIGHT_ENDS - timedelta(minutes=10))
    await shifts.do(shift_log.hand_over, OUT, log_id=log.id)
    assert await code(shifts.do(shift_log.write_note, OUT, log_id=log.id, note="แก้")) == "shift_handed_already"
    assert await code(shifts.do(shift_log.hand_over, OUT, log_id=log.id)) == "shift_handed_already"


async def test_a_shift_goes_from_hand_to_hand(shifts):
    to(shifts, NIGHT_ENDS - timedelta(minutes=15))
    one = (await shifts.take(shifts.report(along(100), source="y1"))).incident_id
    two = (await shifts.take(shifts.report(along(1900), source="y2"))).incident_id
    log = await running(shifts)
    await shifts.do(shift_log.write_note, OUT, log_id=log.id, note="ฝากติดตามเหตุหน้าตลาด")
    await shifts.do(shift_log.hand_over, OUT, log_id=log.id)
    handed = await log_of(shifts, log.id)
    assert (handed.state, handed.intact, handed.handed_by) == ("handed", True, OUT.name)
    assert {item.incident_id for item in handed.carried} == {one, two}
    assert await code(shifts.do(shift_log.see_carried, OUT, log_id=log.id, incident_id=one)) == "shift_self"
    assert await code(shifts.do(shift_log.take_over, IN, log_id=log.id)) == "shift_carry_unseen"
    for incident_id in (one, two):
        await shifts.do(shift_log.see_carried, IN, log_id=log.id, incident_id=incident_id)
    assert await code(shifts.do(shift_log.see_carried, IN, log_id=log.id, incident_id=uuid4())) == "not_found"
    await shifts.do(shift_log.take_over, IN, log_id=log.id)
    done = await log_of(shifts, log.id)
    assert (done.state, done.taken_by, done.intact) == ("done", IN.name, True)
    assert {item.seen_by for item in done.carried} == {IN.name}
    assert await code(shifts.do(shift_log.take_over, IN, log_id=log.id)) == "shift_taken_already"
    async with shifts.db.tx(CORE) as tx:
        rows = await tx.all(select(audit_log).where(audit_log.c.subject == f"shift_log:{log.id}"))
    assert {row["action"] for row in rows} == {"shift.note", "shift.hand_over", "shift.carry_seen", "shift.take_over"}
    assert next(row for row in rows if row["action"] == "shift.hand_over")["facts"]["digest"] == done.digest


async def test_nothing_falls_between_two_shifts(shifts):
    """Handed over ten minutes early: what comes in those ten minutes stands in the next log, and only there."""
    to(shifts, NIGHT_ENDS - timedelta(minutes=10))
    log = await running(shifts)
    await shifts.do(shift_log.hand_over, OUT, log_id=log.id)
    between = (await shifts.take(shifts.report(along(100), source="z1"))).incident_id
    to(shifts, NIGHT_ENDS + timedelta(minutes=5))
    await keep(shifts)
    following = await running(shifts)
    assert following.from_at == NIGHT_ENDS
    assert following.covers_from == (await log_of(shifts, log.id)).covers_to
    assert between in {one.id for one in following.opened}
    assert between not in {one.id for one in (await log_of(shifts, log.id)).opened}


async def test_what_was_handed_over_stays_as_it_was(shifts):
    to(shifts, NIGHT_ENDS - timedelta(minutes=10))
    incident_id = (await shifts.take(shifts.report(along(100), source="f1"))).incident_id
    log = await running(shifts)
    await shifts.do(shift_log.hand_over, OUT, log_id=log.id)
    before = await log_of(shifts, log.id)
    await shifts.do(flows.cancel, incident_id=incident_id)
    await shifts.do(shift_log.add, IN, log_id=log.id, text="แก้ไข: วิทยุเสีย 1 เครื่อง")
    after = await log_of(shifts, log.id)
    assert (after.lines, after.open, after.digest, after.intact) == (before.lines, before.open, before.digest, True)
    assert [(one.by, one.text) for one in after.additions] == [(IN.name, "แก้ไข: วิทยุเสีย 1 เครื่อง")]


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE shift_log SET note = 'แก้ทีหลัง' WHERE id = :id",
        "UPDATE shift_log SET handed_by = 'คนอื่น' WHERE id = :id",
        "UPDATE shift_log SET frozen = jsonb_set(frozen, '{counts,opened}', '99') WHERE id = :id",
        "DELETE FROM shift_carry WHERE log_id = :id",
    ],
)
async def test_a_change_behind_our_back_is_seen(shifts, change):
    to(shifts, NIGHT_ENDS - timedelta(minutes=10))
    await shifts.take(shifts.report(along(100), source="t1"))
    log = await running(shifts)
    await shifts.do(shift_log.hand_over, OUT, log_id=log.id)
    async with shifts.db.tx(CORE) as tx:
        await tx.execute(text(change), {"id": log.id})
    assert (await log_of(shifts, log.id)).intact is False


async def test_another_station_sees_no_log(shifts):
    stranger = replace(person("supervisor", "อื่น"), stations=frozenset({THERE}))
    log = await running(shifts)
    assert await now(shifts, stranger) == ShiftNowOut(running=None, waiting=None)
    assert await code(shifts.do(shift_log.add, stranger, log_id=log.id, text="x")) == "not_found"
    assert await code(shifts.do(shift_log.add, acting("superintendent"), log_id=log.id, text="x")) == "right_missing"


async def test_changed_hours_make_no_second_log_of_what_was(shifts):
    async with shifts.db.tx(CORE) as tx:
        await tx.execute(update(shift_table).where(shift_table.c.name_th == "ผลัดกลางคืน").values(starts=time(21)))
    assert await keep(shifts) == 0


async def test_the_sheet_is_a_pdf_in_thai(shifts):
    to(shifts, NIGHT_ENDS - timedelta(minutes=10))
    await shifts.take(shifts.report(along(100), source="p1"))
    log = await running(shifts)
    await shifts.do(shift_log.write_note, OUT, log_id=log.id, note="บรรทัดหนึ่ง\n#strong[ไม่ใช่คำสั่ง]")
    await shifts.do(shift_log.hand_over, OUT, log_id=log.id)
    made = await sheet.sheet(await log_of(shifts, log.id), station_th="สภ.ทดสอบ", now=shifts.clock.now(), by="ผู้พิมพ์")
    assert made.startswith(b"%PDF-")
    assert len(made) > 10_000
