"""The whole case on a real database: check lists, waits, words for the public, distress, deeds told late."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import select, text, update

from tests.respond.conftest import CASE, HERE, OPERATOR, THERE, acting, along, shown
from unjai.model.actor import system
from unjai.model.errors import UnjaiError
from unjai.respond import flows
from unjai.respond.flows import checklist, escalation, messages, parties
from unjai.respond.rules.overdue import Limits
from unjai.respond.store import case_tables, incidents, tables

CHIEF = acting("supervisor", name="ร.ต.อ. ดูแล")
CORE = system(HERE)


async def left(town, key):
    return [row.key for row in (await shown(town, key)).checklist.steps if row.mark is None and row.required]


async def test_an_incident_begins_with_the_newest_list_and_keeps_it(town):
    first = await town.press(1000)
    list_of = (await shown(town, first)).checklist
    assert (list_of.code, list_of.version, list_of.current) == ("SOS", 1, "take")
    steps = [{"key": "only", "th": "ทำ", "en": "do"}]
    assert await town.do(checklist.change_procedure, CHIEF, code="SOS", steps=steps, base=1) == 2
    second = await town.press(100)
    assert (await shown(town, second)).checklist.version == 2
    assert (await shown(town, first)).checklist.version == 1
    with pytest.raises(UnjaiError, match="procedure_changed"):
        await town.do(checklist.change_procedure, CHIEF, code="SOS", steps=steps, base=1)
    assert await town.do(checklist.change_procedure, CHIEF, code="SOS", steps=steps, base=2) == 2


async def test_the_incident_itself_marks_what_it_did_and_the_answer_leads_on(town):
    key = await town.press(1000)
    await town.do(flows.acknowledge, incident_id=key)
    assert (await shown(town, key)).checklist.current == "speak"
    await town.do(checklist.mark_step, incident_id=key, key="speak", answer="no")
    found = (await shown(town, key)).checklist
    assert found.current == "send"
    with pytest.raises(UnjaiError, match="procedure_step_off_path"):
        await town.do(checklist.mark_step, incident_id=key, key="ask")
    await town.do(checklist.unmark_step, incident_id=key, key="speak")
    assert (await shown(town, key)).checklist.current == "speak"
    assert (await town.steps(key))[-2:] == ["step_answered", "step_undone"]


async def test_what_is_left_out_is_told_at_the_end_and_seen_by_the_chief(town):
    key = await town.press(1000)
    await town.do(flows.acknowledge, incident_id=key)
    await town.do(checklist.mark_step, incident_id=key, key="speak", answer="no")
    await town.do(checklist.mark_step, incident_id=key, key="send", skip=True, reason="เดินมาเอง")
    await town.do(flows.close, incident_id=key, outcome="resolved")
    async with town.db.tx(CHIEF) as tx:
        gap = (await tx.all(select(case_tables.procedure_gap)))[0]
    assert [(one["key"], one["how"]) for one in gap["steps"]] == [("send", "skipped"), ("hurt", "undone")]
    assert "steps_left_out" in await town.steps(key)
    with pytest.raises(UnjaiError, match="right_missing"):
        await town.do(checklist.see_gaps, OPERATOR, gap_id=gap["id"])
    await town.do(checklist.see_gaps, CHIEF, gap_id=gap["id"], word="ครั้งหน้าถามก่อน")
    assert (await town.steps(key))[-1] == "steps_seen"


async def test_taken_up_again_or_a_false_alarm_owes_nothing(town):
    key = await town.press(1000)
    await town.do(flows.acknowledge, incident_id=key)
    await town.do(flows.close, incident_id=key, outcome="resolved")
    await town.do(flows.reopen, incident_id=key, reason="เลิกทำ")
    await town.do(flows.false_alarm, incident_id=key)
    async with town.db.tx(CHIEF) as tx:
        assert await tx.all(select(case_tables.procedure_gap)) == []


async def rung(town, key):
    return [(one.wait, one.mended_at is not None, one.taken_by) for one in (await shown(town, key)).overdue_ever]


async def test_waits_ring_once_survive_a_restart_and_end_when_mended(town):
    key = await town.press(1000)
    town.clock.move(timedelta(seconds=14))
    assert await town.do(escalation.escalate, CORE) == 0
    town.clock.move(timedelta(seconds=1))
    version = (await town.incident(key))["version"]
    assert await town.do(escalation.escalate, CORE) == 1
    assert (await town.incident(key))["version"] == version + 1
    assert await town.do(escalation.escalate, CORE) == 0
    assert (await town.incident(key))["version"] == version + 1
    assert await rung(town, key) == [("acknowledge", False, None)]
    assert [one.wait for one in (await shown(town, key)).overdue] == ["acknowledge"]
    await town.do(flows.acknowledge, incident_id=key)
    assert (await shown(town, key)).overdue == []
    town.clock.move(timedelta(minutes=11))
    assert await town.do(escalation.escalate, CORE) == 2
    await town.do(flows.close, incident_id=key, outcome="resolved")
    assert await rung(town, key) == [("acknowledge", True, None), ("assign", True, None), ("arrive", True, None)]
    town.clock.move(timedelta(hours=1))
    assert await town.do(escalation.escalate, CORE) == 0


async def test_the_chief_takes_over_with_a_word_and_a_new_wait_rings_again(town):
    key = await town.press(1000)
    town.clock.move(timedelta(seconds=20))
    await town.do(escalation.escalate, CORE)
    with pytest.raises(UnjaiError, match="right_missing"):
        await town.do(escalation.take_over, OPERATOR, incident_id=key, word="ไป")
    await town.do(escalation.take_over, CHIEF, incident_id=key, word="ผมไปเอง")
    with pytest.raises(UnjaiError, match="overdue_none"):
        await town.do(escalation.take_over, CHIEF, incident_id=key, word="อีก")
    assert await rung(town, key) == [("acknowledge", False, "ร.ต.อ. ดูแล")]
    town.clock.move(timedelta(seconds=60))
    assert await town.do(escalation.escalate, CORE) == 1
    assert (await rung(town, key))[-1] == ("assign", False, None)


async def test_let_down_by_its_unit_the_clock_starts_anew(town):
    key = await town.press(1000)
    await town.do(flows.offer, incident_id=key)
    offered = await town.open_offer(key)
    await town.do(flows.accept, town.officer("motorcycle"), assignment_id=offered["id"])
    town.clock.move(timedelta(minutes=5))
    assert await town.do(escalation.escalate, CORE) == 0
    await town.do(flows.withdraw, assignment_id=offered["id"])
    town.clock.move(timedelta(seconds=59))
    assert await town.do(escalation.escalate, CORE) == 0
    town.clock.move(timedelta(seconds=2))
    assert await town.do(escalation.escalate, CORE) == 1


async def test_two_cores_at_once_ring_once(town):
    key = await town.press(1000)
    town.clock.move(timedelta(seconds=16))
    counts = await asyncio.gather(*(town.do(escalation.escalate, CORE) for _ in range(4)))
    assert sum(counts) == 1
    assert (await town.steps(key)).count("overdue") == 1


async def test_a_station_sets_its_own_limits(town):
    key = await town.press(1000)
    limits = Limits(acknowledge_s=120, assign_s=None, arrive_s=None)
    await town.do(escalation.set_limits, CHIEF, scope="p1", limits=limits)
    town.clock.move(timedelta(seconds=100))
    assert await town.do(escalation.escalate, CORE) == 0
    await town.do(escalation.set_limits, CHIEF, scope="p1", limits=None)
    assert await town.do(escalation.escalate, CORE) == 2
    assert len(await rung(town, key)) == 2
    for scope, wrong, code in (
        ("p9", limits, "wait_scope_unknown"),
        ("code:XXX", limits, "wait_scope_unknown"),
        ("p1", Limits(acknowledge_s=60, assign_s=10, arrive_s=None), "wait_limits_invalid"),
    ):
        with pytest.raises(UnjaiError, match=code):
            await town.do(escalation.set_limits, CHIEF, scope=scope, limits=wrong)


async def test_words_for_the_public_are_filled_and_noted(town):
    key = (await town.take(town.report(along(1000), "citizen_report", code="FIR"))).incident_id
    found = await town.do(messages.offered_messages, incident_id=key)
    assert [one.key for one in found] == ["fire", "over"]
    assert "{" not in found[0].text_th + found[0].text_en
    assert "ถนนทดสอบ" in found[0].text_th
    one = found[0]
    await town.do(messages.use_message, incident_id=key, key=one.key, text_th=one.text_th, text_en=one.text_en)
    assert (await town.steps(key))[-1] == "message_used"
    with pytest.raises(UnjaiError, match="message_unfilled"):
        await town.do(messages.use_message, incident_id=key, key="fire", text_th="{place}", text_en="x")
    words = {"title_th": "ก", "title_en": "a", "text_th": "ที่ {place}", "text_en": "at {place}"}
    await town.do(messages.set_template, CHIEF, key="fire", codes=["FIR"], removed=True, **words)
    assert [one.key for one in await town.do(messages.offered_messages, incident_id=key)] == ["over"]
    with pytest.raises(UnjaiError, match="message_fact_unknown"):
        await town.do(messages.set_template, CHIEF, key=None, codes=[], **{**words, "text_th": "{name}"})


async def test_a_unit_that_calls_for_help_is_neither_free_nor_sent_elsewhere(town):
    own = (await town.do(flows.distress, town.officer("motorcycle"), unit_id=town.units["motorcycle"])).incident_id
    assert await town.work("motorcycle") == "on_scene"
    other = await town.press(300)
    assert "motorcycle" not in [one.call_sign for one in await town.do(flows.proposals, incident_id=other)]
    with pytest.raises(UnjaiError, match="unit_in_distress"):
        await town.do(flows.offer, incident_id=other, unit_id=town.units["motorcycle"])
    await town.do(flows.false_alarm, incident_id=own)
    assert await town.work("motorcycle") == "free"
    await town.do(flows.reopen, incident_id=own, reason="ยังไม่จบ")
    assert await town.work("motorcycle") == "on_scene"
    await town.do(flows.merge, incident_id=own, into=other)
    assert await town.work("motorcycle") == "on_scene"
    await town.do(flows.false_alarm, incident_id=other)
    assert await town.work("motorcycle") == "free"


async def test_a_unit_at_work_that_calls_for_help_is_not_free_when_that_work_ends(town):
    key = await town.press(1000)
    await town.do(flows.offer, incident_id=key, unit_id=town.units["car"])
    offered = await town.open_offer(key)
    await town.do(flows.accept, town.officer("car"), assignment_id=offered["id"])
    own = (await town.do(flows.distress, town.officer("car"), unit_id=town.units["car"], point=along(1900))).incident_id
    assert await town.work("car") == "en_route"
    await town.do(flows.withdraw, assignment_id=offered["id"])
    assert await town.work("car") == "on_scene"
    await town.do(flows.false_alarm, incident_id=own)
    assert await town.work("car") == "free"


async def test_a_deed_without_a_line_counts_from_when_it_was_done_and_both_times_stand(town):
    key = await town.press(1000)
    await town.do(flows.offer, incident_id=key)
    offered = await town.open_offer(key)
    officer = town.officer("motorcycle")
    await town.do(flows.accept, officer, assignment_id=offered["id"])
    await town.do(flows.en_route, officer, assignment_id=offered["id"], at=town.clock.now())
    there = town.clock.now() + timedelta(minutes=3)
    town.clock.move(timedelta(minutes=12))
    await town.do(flows.on_scene, officer, assignment_id=offered["id"], at=there)
    assert (await town.incident(key))["arrived_at"] == there
    seen = await shown(town, key)
    assert seen.assignments[0].on_scene_at == there
    arrived = seen.timeline[-1]
    assert arrived.at - there == timedelta(seconds=round((arrived.at - there).total_seconds(), 3))
    assert arrived.facts["late_s"] == 540
    assert "9 นาที" in arrived.text_th
    assert all("late_s" not in entry.facts for entry in seen.timeline[:-1])


@pytest.mark.parametrize("minutes", [60 * 13, -5])
async def test_a_phone_whose_clock_is_wrong_is_not_believed(town, minutes):
    key = await town.press(1000)
    await town.do(flows.offer, incident_id=key)
    offered = await town.open_offer(key)
    said = town.clock.now() - timedelta(minutes=minutes)
    await town.do(flows.accept, town.officer("motorcycle"), assignment_id=offered["id"], at=said)
    assert (await town.incident(key))["assigned_at"] == town.clock.now()


async def test_where_parts_came_from_is_shown_on_both_sides(town):
    first, second = await town.press(500), await town.press(1500)
    await town.do(flows.merge, incident_id=second, into=first)
    whole = await shown(town, first)
    assert [one.id for one in whole.merged_from] == [second]
    own = await town.do(flows.split, incident_id=first, report_id=whole.reports[1].id)
    assert [one.id for one in (await shown(town, first)).split_into] == [own]
    assert (await shown(town, own)).split_out_of.id == first


async def test_no_row_of_a_case_is_seen_from_another_station(town, tmp_path):
    key = await town.press(1000)
    await town.do(parties.add_party, incident_id=key, kind="person", role="victim", facts={"name": "ก"})
    town.clock.move(timedelta(seconds=20))
    await town.do(escalation.escalate, CORE)
    await town.do(flows.acknowledge, incident_id=key)
    await town.do(flows.close, incident_id=key, outcome="resolved")
    async with town.db.tx(system(THERE)) as tx:
        for table in CASE:
            assert await tx.all(select(table)) == [], table.name
        assert await tx.scalar(text("SELECT count(*) FROM incident")) == 0
    async with town.db.tx(system(HERE)) as tx:
        assert await tx.scalar(text("SELECT count(*) FROM party_detail")) == 1


async def test_an_older_incident_without_a_list_gets_one_when_it_is_worked_on(town):
    key = await town.press(1000)
    async with town.db.tx(CORE) as tx:
        await tx.execute(update(tables.incident).where(tables.incident.c.id == key).values(procedure_id=None))
    assert (await shown(town, key)).checklist is None
    await town.do(flows.acknowledge, incident_id=key)
    assert (await shown(town, key)).checklist.current == "speak"
    async with town.db.tx(CORE) as tx:
        assert (await incidents.of(tx, key))["procedure_id"] is not None
