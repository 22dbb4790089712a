"""Silences in the real tables: one alone at once, many as one incident, back and taken back, restless ones stay."""

from datetime import timedelta

from unjai.model.ids import DeviceId, named_id
from unjai.platform.database import metadata
from unjai.respond import flows as respond

from tests.picture.conftest import CHIEF, Street  # isort: skip


async def test_a_lone_silence_is_told_at_once_and_taken_back_when_nobody_took_it(street: Street):
    await street.beat(*range(8))
    await street.wait(seconds=130, beating=tuple(range(1, 8)))
    found = await street.incidents()
    assert [(row["code"], row["state"], row["about_th"]) for row in found] == [("DSL", "new", "เสา 0")]
    await street.beat(0, 0)
    await street.wait(seconds=60, beating=tuple(range(8)))
    assert (await street.incidents())[0]["state"] == "new", "not before it stayed back for two minutes"
    await street.wait(seconds=80, beating=tuple(range(8)))
    closed = (await street.incidents())[0]
    assert (closed["state"], closed["outcome"]) == ("closed", "false_alarm")
    assert await street.steps(closed["id"]) == ["opened", "device_back", "silence_over", "closed"]
    [row] = await street.outages()
    assert row["to_at"] is not None
    assert row["told_at"] is not None
    assert row["settled_at"] is not None


async def test_what_somebody_took_up_stays_his(street: Street):
    await street.beat(0)
    await street.wait(seconds=130)
    [row] = await street.incidents()
    await street.do(respond.acknowledge, incident_id=row["id"])
    await street.beat(0, 0)
    await street.wait(seconds=180, beating=(0,))
    assert (await street.incidents())[0]["state"] == "acknowledged"
    assert (await street.steps(row["id"]))[-1] == "silence_over"


async def test_many_at_once_are_one_incident_and_late_ones_join_it(street: Street):
    for n in range(8):
        await street.beat(n)
        street.clock.move(timedelta(seconds=5))
    await street.wait(seconds=220)
    [row] = await street.incidents()
    assert (row["code"], row["device_id"], row["report_count"]) == ("DSL", None, 1)
    assert row["about_th"].endswith("จุดพร้อมกัน")
    assert (await street.steps(row["id"])).count("silent_more") == 8 - int(row["about_th"].split()[0])
    assert len({one["group_id"] for one in await street.outages()}) == 1
    await street.beat(*range(7), *range(7))
    await street.wait(seconds=200, beating=tuple(range(7)))
    assert (await street.incidents())[0]["state"] == "new", "one is still away"
    await street.beat(7, 7)
    await street.wait(seconds=140, beating=tuple(range(8)))
    assert (await street.incidents())[0]["outcome"] == "false_alarm"


async def test_a_killed_core_tells_no_silence_twice_and_forgets_none(street: Street):
    for n in range(6):
        await street.beat(n)
    await street.wait(seconds=125)
    before = await street.incidents()
    assert len(before) == 1
    await street.start()
    await street.wait(seconds=30)
    assert await street.incidents() == before
    await street.beat(*range(6), *range(6))
    await street.wait(seconds=140, beating=tuple(range(6)))
    assert (await street.incidents())[0]["state"] == "closed"


async def test_a_restless_device_stays_open_for_a_person(street: Street):
    for _ in range(3):
        await street.beat(0)
        await street.wait(seconds=130)
        await street.beat(0, 0)
        await street.wait(seconds=150, beating=(0,))
    states = [row["state"] for row in await street.incidents()]
    assert states == ["closed", "closed", "new"]
    last = (await street.incidents())[-1]
    assert (await street.steps(last["id"]))[-1] == "silent_again"


async def test_what_has_no_heartbeat_is_never_missed(street: Street):
    door = DeviceId(named_id("street", "door"))
    await street.hear("citizen_report", door, kind="NOI", text="เสียงดัง")
    await street.hear("position", street.phone)
    count = len(await street.incidents())
    await street.wait(hours=1, step=timedelta(minutes=5))
    assert len(await street.incidents()) == count
    assert await street.outages() == []


async def test_the_time_of_listening_is_kept_and_goes_on_after_a_short_stop(street: Street):
    table = metadata.tables["listening"]
    await street.wait(seconds=30)
    street.clock.move(timedelta(seconds=20))
    await street.start()
    await street.wait(seconds=30)
    street.clock.move(timedelta(minutes=20))
    await street.start()
    await street.wait(seconds=30)
    async with street.core.tx(CHIEF) as tx:
        rows = await tx.all(table.select().order_by(table.c.from_at))
    assert [(row["to_at"] - row["from_at"]).total_seconds() >= 20 for row in rows] == [True, True]
    assert (rows[1]["from_at"] - rows[0]["to_at"]).total_seconds() >= 1190
