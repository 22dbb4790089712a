"""Reports become incidents, once, whatever is repeated."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from tests.respond.conftest import CORE, HERE, OPERATOR, THERE, acting, along
from unjai.model.actor import system
from unjai.model.errors import UnjaiError
from unjai.model.ids import DeviceId, named_id
from unjai.platform.audit import audit_log
from unjai.platform.outbox import outbox
from unjai.respond import flows
from unjai.respond.store import tables


async def count(town, table):
    async with town.db.tx(CORE) as tx:
        return await tx.scalar(select(func.count()).select_from(table))


async def test_a_press_opens_an_incident_with_its_number_title_and_place(town):
    taken = await town.take(town.report(along(1000), source="pole-04", device_id=town.pole, device_key="pole-04"))
    assert taken.created
    assert not taken.joined
    found = await town.incident(taken.incident_id)
    assert found["number"] == "2569-000001"
    assert (found["state"], found["priority"], found["version"]) == ("new", 1, 1)
    assert found["about_th"] == "เสา SOS 04"
    assert "ถนนทดสอบ" in found["place_th"]
    assert await town.steps(taken.incident_id) == ["opened"]


async def test_a_pole_a_call_and_a_citizen_end_as_one_incident(town):
    first = await town.take(town.report(along(1000)))
    town.clock.move(timedelta(minutes=2))
    call = await town.do(flows.take_call, key="k-one", code="131", point=along(1050), caller_phone="081-234-5678")
    town.clock.move(timedelta(minutes=2))
    citizen = await town.take(town.report(along(960, 20, 15.0), "citizen_report", text="มีคนกระชากกระเป๋า"))
    assert {first.incident_id} == {call.incident_id, citizen.incident_id}
    assert call.joined
    assert citizen.joined
    found = await town.incident(first.incident_id)
    assert (found["report_count"], found["code"], found["version"]) == (3, "131", 3)
    assert await town.steps(first.incident_id) == ["opened", "joined", "code_told", "joined"]
    assert await count(town, tables.incident) == 1


async def test_what_is_apart_in_place_time_or_kind_opens_its_own(town):
    first = await town.press(1000)
    other_place = await town.press(1100)
    fire = (await town.take(town.report(along(1000), "citizen_report", code="LGT"))).incident_id
    town.clock.move(timedelta(minutes=5, seconds=1))
    later = await town.press(1000)
    assert len({first, other_place, fire, later}) == 4


async def test_a_press_beside_what_a_rule_opened_is_an_incident_of_its_own(town):
    rule = town.report(along(1000), "rule", code="SUS", channel="rule", source="cam-01", priority=3)
    first = await town.take(rule)
    town.clock.move(timedelta(minutes=1))
    press = await town.take(town.report(along(1010), source="pole-04", device_id=town.pole, device_key="pole-04"))
    assert press.created
    found = await town.incident(press.incident_id)
    assert (found["channel"], found["priority"], found["about_th"]) == ("pole", 1, "เสา SOS 04")
    assert (await town.incident(first.incident_id))["report_count"] == 1


async def test_numbers_have_no_gap_even_where_a_transaction_failed(town):
    await town.press(0)

    class CrashError(Exception):
        pass

    async def doomed():
        async with town.db.tx(CORE) as tx:
            await flows.take_report(tx, CORE, town.clock, report=town.report(along(500)))
            raise CrashError

    with pytest.raises(CrashError):
        await doomed()
    second = await town.incident(await town.press(900))
    assert second["number"] == "2569-000002"
    assert await count(town, tables.report) == 2
    assert await count(town, tables.timeline) == 2


async def test_numbers_begin_anew_with_the_thai_year(town):
    await town.press(0)
    still = town.clock.now()
    town.clock.move(datetime(2026, 12, 31, 17, 0, tzinfo=UTC) - still)  # 00.00 of 1 January 2570 in Bangkok
    try:
        assert (await town.incident(await town.press(900)))["number"] == "2570-000001"
    finally:
        town.clock.move(still - town.clock.now())


async def test_the_same_observation_again_is_the_same_report(town):
    report = town.report(along(1000))
    first = await town.take(report)
    again = await town.take(report)
    assert again.repeated
    assert (again.incident_id, again.report_id) == (first.incident_id, first.report_id)
    assert await count(town, tables.report) == 1
    assert (await town.incident(first.incident_id))["version"] == 1


async def test_an_observation_id_with_other_content_is_refused_and_the_first_stands(town):
    report = town.report(along(1000))
    first = await town.take(report)
    with pytest.raises(UnjaiError) as refused:
        await town.take(town.report(along(1000), observation_id=report.observation_id, digest="other"))
    assert (refused.value.code, refused.value.status) == ("id_reused", 409)
    assert (await town.incident(first.incident_id))["report_count"] == 1


async def test_a_late_report_finds_its_place_and_says_that_it_is_late(town):
    now = town.clock.now()
    first = await town.press(1000)
    late = town.report(along(1010), observed_at=now - timedelta(minutes=4, seconds=50), received_at=now)
    assert (await town.take(late)).incident_id == first
    very_late = town.report(along(1010), observed_at=now - timedelta(hours=2), received_at=now)
    other = await town.take(very_late)
    assert other.created
    async with town.db.tx(CORE) as tx:
        entry = await tx.one(select(tables.timeline).where(tables.timeline.c.incident_id == other.incident_id))
    assert entry["facts"]["late_s"] == 7200


async def test_a_silent_device_has_one_open_incident_and_its_return_is_noted(town):
    def silent():
        return town.report(along(1000), "device_silent", channel="device", source="pole-04", device_id=town.pole)

    first = await town.take(silent())
    town.clock.move(timedelta(hours=3))
    again = await town.take(silent())
    assert again.incident_id == first.incident_id
    for _ in range(2):
        assert await town.do(flows.device_back, CORE, device_id=town.pole) == first.incident_id
    assert await town.do(flows.device_back, CORE, device_id=DeviceId(uuid4())) is None
    assert await town.steps(first.incident_id) == ["opened", "joined", "device_back"]
    await town.do(flows.close, incident_id=first.incident_id, outcome="false_alarm")
    assert (await town.take(silent())).created


async def test_a_call_repeated_is_one_call_and_other_content_is_refused(town):
    call = {
        "code": "FGT",
        "point": along(300),
        "text": "คนตีกัน ๓ คน",
        "caller_phone": "๐๘๑ ๒๓๔ ๕๖๗๘",
        "caller_name": "มานี",
    }
    first = await town.do(flows.take_call, key="same", **call)
    again = await town.do(flows.take_call, key="same", **call)
    assert again.repeated
    assert again.incident_id == first.incident_id
    with pytest.raises(UnjaiError, match="id_reused"):
        await town.do(flows.take_call, key="same", **{**call, "text": "อื่น"})
    async with town.db.tx(OPERATOR) as tx:
        caller = await tx.one(select(tables.report_caller))
        report = await tx.one(select(tables.report))
    assert (caller["name"], caller["phone"]) == ("มานี", "0812345678")
    assert report["text"] == "คนตีกัน 3 คน"
    assert "0812345678" not in report["source"]


async def test_a_call_without_a_place_opens_its_own_and_keeps_what_was_said(town):
    await town.press(1000)
    taken = await town.do(flows.take_call, key="k", code="131", place_text="หลังตลาด", caller_phone="เบอร์ไม่ชัด")
    assert taken.created
    found = await town.incident(taken.incident_id)
    assert (found["place_th"], found["lon"]) == ("หลังตลาด", None)


async def test_the_same_caller_ringing_again_is_the_same_event(town):
    first = await town.do(flows.take_call, key="a", code="131", point=along(100), caller_phone="0812345678")
    second = await town.do(flows.take_call, key="b", code="221", caller_phone="+66 81 234 5678")
    assert second.incident_id == first.incident_id


async def test_a_call_asks_for_the_right_and_a_known_code(town):
    with pytest.raises(UnjaiError, match="right_missing"):
        await town.do(flows.take_call, acting("officer"), key="k", code="131")
    with pytest.raises(UnjaiError, match="event_code_unknown"):
        await town.do(flows.take_call, key="k", code="ไม่มี")


async def test_a_citizen_cannot_pretend_to_be_an_officer_or_a_device_and_nonsense_is_still_a_report(town):
    for code in ("UDS", "DSL", "no such code"):
        taken = await town.take(town.report(along(1000), "citizen_report", code=code, source=f"citizen:{code}"))
        assert (await town.incident(taken.incident_id))["code"] == "RPT"


async def test_priority_rises_with_a_more_urgent_report_unless_set_by_hand(town):
    first = (await town.take(town.report(along(1000), "citizen_report", code="DAM"))).incident_id
    assert (await town.incident(first))["priority"] == 3
    await town.take(town.report(along(1000), "citizen_report", code="BUR"))
    assert (await town.incident(first))["priority"] == 1
    await town.do(flows.set_priority, incident_id=first, priority=3)
    await town.take(town.report(along(1000)))
    found = await town.incident(first)
    assert (found["priority"], found["priority_by_hand"]) == (3, True)
    assert (await town.steps(first))[-1] == "more_urgent_told"


async def test_the_sharper_position_is_kept(town):
    first = (await town.take(town.report(along(1000, 0, 60.0), "citizen_sos"))).incident_id
    await town.take(town.report(along(1040)))
    found = await town.incident(first)
    assert found["lon"] == pytest.approx(along(1040).lon)
    await town.take(town.report(along(990, 0, 30.0), "citizen_sos"))
    assert (await town.incident(first))["lon"] == pytest.approx(along(1040).lon)


async def test_a_citizen_who_moves_is_followed(town):
    source = "citizen:0190-moving"
    first = (await town.take(town.report(along(1000), "citizen_sos", source=source))).incident_id

    def later(seconds):
        return town.clock.now() + timedelta(seconds=seconds)

    moved = await town.do(flows.source_moved, CORE, source=source, point=along(1200), observed_at=later(10))
    assert moved == first
    assert (await town.incident(first))["lon"] == pytest.approx(along(1200).lon)
    assert await town.do(flows.source_moved, CORE, source=source, point=along(1204), observed_at=later(20)) is None
    assert await town.do(flows.source_moved, CORE, source=source, point=along(0), observed_at=later(-60)) is None
    assert (
        await town.do(flows.source_moved, CORE, source="citizen:nobody", point=along(0), observed_at=later(1)) is None
    )
    await town.do(flows.set_place, incident_id=first, point=along(1300))
    assert await town.do(flows.source_moved, CORE, source=source, point=along(1310), observed_at=later(30)) == first
    assert (await town.incident(first))["lon"] == pytest.approx(along(1300).lon)
    assert await town.do(flows.source_moved, CORE, source=source, point=along(0), observed_at=later(25)) is None
    assert (await town.steps(first)).count("caller_moved") == 2


async def test_a_slow_walk_is_told_every_fifty_metres(town):
    source = "citizen:0190-walking"
    first = (await town.take(town.report(along(0), "citizen_sos", source=source))).incident_id
    for number in range(1, 13):
        at = town.clock.now() + timedelta(seconds=10 * number)
        await town.do(flows.source_moved, CORE, source=source, point=along(15.0 * number), observed_at=at)
    assert (await town.steps(first)).count("caller_moved") == 3
    assert (await town.incident(first))["lon"] == pytest.approx(along(180).lon)


async def test_who_runs_from_a_pole_is_followed_while_the_pole_says_where_it_happened(town):
    source = "citizen:0190-running"
    first = await town.press(1000)
    await town.take(town.report(along(1000, 0, 20.0), "citizen_sos", source=source))
    at = town.clock.now() + timedelta(seconds=30)
    await town.do(flows.source_moved, CORE, source=source, point=along(1100), observed_at=at)
    found = await town.incident(first)
    assert found["lon"] == pytest.approx(along(1000).lon)
    assert (await town.steps(first))[-1] == "caller_moved"


async def test_a_call_taken_back_at_once_is_cancelled(town):
    first = (await town.take(town.report(along(1000), "citizen_sos", source="citizen:a"))).incident_id
    at = town.clock.now() + timedelta(seconds=4)
    assert await town.do(flows.citizen_cancelled, CORE, source="citizen:a", observed_at=at) == first
    found = await town.incident(first)
    assert (found["state"], found["outcome"]) == ("closed", "cancelled")


async def test_a_call_taken_back_later_is_never_closed_by_itself(town):
    first = (await town.take(town.report(along(1000), "citizen_sos", source="citizen:a"))).incident_id
    at = town.clock.now() + timedelta(seconds=40)
    for _ in range(2):
        await town.do(flows.citizen_cancelled, CORE, source="citizen:a", observed_at=at)
    assert (await town.incident(first))["state"] == "new"
    assert await town.steps(first) == ["opened", "caller_cancelled"]
    second = (await town.take(town.report(along(0), "citizen_sos", source="citizen:b"))).incident_id
    await town.do(flows.acknowledge, incident_id=second)
    await town.do(flows.citizen_cancelled, CORE, source="citizen:b", observed_at=town.clock.now())
    assert (await town.incident(second))["state"] == "acknowledged"


async def test_an_officer_in_distress_is_an_incident_of_the_first_priority(town):
    officer = town.officer("car")
    first = await town.do(flows.distress, officer, unit_id=town.units["car"], key="press-1")
    again = await town.do(flows.distress, officer, unit_id=town.units["car"], key="press-1")
    second = await town.do(flows.distress, officer, unit_id=town.units["car"], point=along(400), key="press-2")
    assert again.repeated
    assert second.incident_id == first.incident_id
    found = await town.incident(first.incident_id)
    assert (found["code"], found["priority"], found["unit_id"]) == ("UDS", 1, town.units["car"])
    assert found["lon"] is not None
    ranked = await town.do(flows.proposals, incident_id=first.incident_id)
    assert town.units["car"] not in {one.unit_id for one in ranked}
    with pytest.raises(UnjaiError, match="right_missing"):
        await town.do(flows.distress, OPERATOR, unit_id=town.units["car"])


async def test_two_stations_number_and_join_for_themselves(town):
    there = system(THERE)
    mine = await town.take(town.report(along(1000)))
    theirs = await town.take(town.report(along(1000)), there)
    assert mine.incident_id != theirs.incident_id
    async with town.db.tx(there) as tx:
        rows = await tx.all(select(tables.incident))
    assert [(row["number"], row["station_id"]) for row in rows] == [("2569-000001", THERE)]


async def test_every_step_leaves_an_audit_row_and_an_event(town):
    key = str(named_id("audit", "one"))
    taken = await town.do(flows.take_call, key=key, code="131", point=along(100))
    await town.do(flows.acknowledge, incident_id=taken.incident_id)
    async with town.db.tx(CORE) as tx:
        rows = await tx.all(
            select(audit_log.c.action, audit_log.c.actor).where(audit_log.c.subject == f"incident:{taken.incident_id}")
        )
        events = [row["subject"] for row in await tx.all(select(outbox.c.subject).order_by(outbox.c.id))]
    assert sorted(row["action"] for row in rows) == ["incident.acknowledge", "incident.open"]
    assert {row["actor"] for row in rows} == {f"account:{OPERATOR.key}"}
    assert events == [f"evt.{HERE}.incident.changed"] * 2
