"""What operators do with an incident."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.respond.conftest import CORE, OPERATOR, SECOND, acting, along
from unjai.model.errors import UnjaiError
from unjai.model.ids import IncidentId
from unjai.respond import flows
from unjai.respond.flows import parties
from unjai.respond.store import reports, tables


async def told(town, incident_id):
    async with town.db.tx(CORE) as tx:
        return await reports.of_incidents(tx, [incident_id])


async def test_acknowledge_says_who_and_when_and_the_second_is_refused(town):
    key = await town.press()
    await town.do(flows.acknowledge, incident_id=key)
    found = await town.incident(key)
    assert (found["state"], found["acknowledged_by"]) == ("acknowledged", OPERATOR.name)
    assert found["acknowledged_at"] == town.clock.now()
    with pytest.raises(UnjaiError) as refused:
        await town.do(flows.acknowledge, SECOND, incident_id=key)
    assert refused.value.code == "incident_move_illegal"
    assert refused.value.facts["state_th"] == "รับเรื่องแล้ว"
    assert refused.value.facts["move_en"] == "acknowledge"


async def test_a_command_on_an_old_view_is_refused_and_changes_nothing(town):
    key = await town.press()
    seen = (await town.incident(key))["version"]
    await town.do(flows.set_priority, SECOND, incident_id=key, priority=2, version=seen)
    with pytest.raises(UnjaiError) as refused:
        await town.do(flows.set_priority, incident_id=key, priority=3, version=seen)
    assert (refused.value.code, refused.value.status) == ("incident_changed", 409)
    assert (await town.incident(key))["priority"] == 2


async def test_what_another_wrote_of_a_person_meanwhile_is_not_run_over(town):
    key = await town.press()
    first = {"name": "นางสาวปราณี", "phone": "0812345678"}
    party_id = await town.do(parties.add_party, incident_id=key, kind="person", role="victim", facts=first)
    saw = ("victim", first)
    theirs = {**first, "age": "31"}
    which = {"incident_id": key, "party_id": party_id}
    await town.do(parties.change_party, SECOND, **which, role="victim", facts=theirs, before=saw)
    mine = {**first, "looks": "เสื้อแดง"}
    for before in (saw, ("witness", theirs)):
        with pytest.raises(UnjaiError) as refused:
            await town.do(parties.change_party, **which, role="victim", facts=mine, before=before)
        assert (refused.value.code, refused.value.status, refused.value.facts) == ("party_changed", 409, {})
    assert (await town.do(parties.read_parties, incident_id=key))[0]["facts"] == theirs
    await town.do(parties.change_party, **which, role="victim", facts=mine, before=("victim", theirs))
    assert (await town.do(parties.read_parties, incident_id=key))[0]["facts"] == mine


@pytest.mark.parametrize("outcome", ["resolved", "handed_over", "no_trace"])
async def test_a_new_incident_cannot_be_closed_as_if_someone_had_been_there(town, outcome):
    key = await town.press()
    with pytest.raises(UnjaiError, match="incident_move_illegal"):
        await town.do(flows.close, incident_id=key, outcome=outcome)
    await town.do(flows.acknowledge, incident_id=key)
    await town.do(flows.close, incident_id=key, outcome=outcome, text="เรียบร้อย")
    found = await town.incident(key)
    assert (found["state"], found["outcome"]) == ("closed", outcome)
    assert found["closed_at"] == town.clock.now()


async def test_false_alarm_and_cancel_close_a_new_one(town):
    first, second = await town.press(0), await town.press(500)
    await town.do(flows.false_alarm, incident_id=first)
    await town.do(flows.cancel, incident_id=second)
    assert (await town.incident(first))["outcome"] == "false_alarm"
    assert (await town.incident(second))["outcome"] == "cancelled"
    with pytest.raises(UnjaiError, match="incident_move_illegal"):
        await town.do(flows.cancel, incident_id=first)


async def test_a_closed_one_is_reopened_with_its_reason(town):
    key = await town.press()
    with pytest.raises(UnjaiError, match="incident_move_illegal"):
        await town.do(flows.reopen, incident_id=key, reason="เร็วไป")
    await town.do(flows.false_alarm, incident_id=key)
    await town.do(flows.reopen, incident_id=key, reason="มีคนแจ้งซ้ำ")
    found = await town.incident(key)
    assert (found["state"], found["outcome"], found["closed_at"]) == ("acknowledged", None, None)
    assert (await town.steps(key))[-1] == "reopened"


async def test_notes_are_for_closed_ones_too_and_rights_are_asked(town):
    key = await town.press()
    await town.do(flows.false_alarm, incident_id=key)
    await town.do(flows.note, incident_id=key, text="ตรวจสอบกล้องแล้ว")
    assert (await town.steps(key))[-1] == "note"
    for flow, facts in (
        (flows.note, {"text": "x"}),
        (flows.acknowledge, {}),
        (flows.set_priority, {"priority": 1}),
        (flows.close, {"outcome": "resolved"}),
        (flows.reopen, {"reason": "x"}),
    ):
        with pytest.raises(UnjaiError, match="right_missing"):
            await town.do(flow, acting("superintendent"), incident_id=key, **facts)


async def test_an_unknown_incident_is_not_found(town):
    with pytest.raises(UnjaiError, match="not_found"):
        await town.do(flows.acknowledge, incident_id=IncidentId(town.pole))


async def test_what_it_is_and_where_can_be_set(town):
    key = (await town.do(flows.take_call, key="k", code="NOI", place_text="หลังวัด")).incident_id
    await town.do(flows.set_code, incident_id=key, code="GUN")
    await town.do(flows.set_place, incident_id=key, point=along(700))
    found = await town.incident(key)
    assert (found["code"], found["priority"], found["place_by_hand"]) == ("GUN", 1, True)
    assert found["lon"] == pytest.approx(along(700).lon)
    await town.take(town.report(along(720)))
    assert (await town.incident(key))["lon"] == pytest.approx(along(700).lon)


async def split(town):
    """Three reports of one event, the third split off by an operator."""
    key = await town.press(1000, source="a")
    await town.take(town.report(along(1010), source="b"))
    await town.take(town.report(along(1020), source="c"))
    third = next(row for row in await told(town, key) if row["source"] == "c")
    own = await town.do(flows.split, incident_id=key, report_id=third["id"])
    return key, own


async def test_a_split_report_is_an_incident_of_its_own(town):
    key, own = await split(town)
    first, second = await town.incident(key), await town.incident(own)
    assert (first["report_count"], second["report_count"]) == (2, 1)
    assert second["split_from"] == key
    assert second["state"] == "acknowledged"
    assert second["number"] == "2569-000002"
    assert [row["source"] for row in await told(town, own)] == ["c"]
    assert (await town.steps(key))[-1] == "split_out"
    assert await town.steps(own) == ["split_off", "acknowledged"]


async def test_what_was_split_stays_apart(town):
    key, own = await split(town)
    town.clock.move(timedelta(seconds=30))
    again = await town.take(town.report(along(1000), source="c"))
    assert again.incident_id == own
    back = await town.take(town.report(along(1020), source="a"))
    assert back.incident_id == key
    await town.do(flows.cancel, incident_id=own)
    assert (await town.take(town.report(along(1000), source="c"))).created


async def test_the_only_report_cannot_be_split_nor_a_strange_one(town):
    key, other = await town.press(0), await town.press(500)
    only = (await told(town, key))[0]
    with pytest.raises(UnjaiError, match="report_last"):
        await town.do(flows.split, incident_id=key, report_id=only["id"])
    with pytest.raises(UnjaiError, match="not_found"):
        await town.do(flows.split, incident_id=other, report_id=only["id"])


async def test_a_split_gives_the_place_back_to_what_remains(town):
    key = (await town.take(town.report(along(1000, 0, 50.0), "citizen_sos", source="a"))).incident_id
    await town.take(town.report(along(1060), source="b"))
    sharp = next(row for row in await told(town, key) if row["source"] == "b")
    await town.do(flows.split, incident_id=key, report_id=sharp["id"])
    assert (await town.incident(key))["lon"] == pytest.approx(along(1000).lon)


async def test_merged_incidents_are_one_and_reports_near_either_join_it(town):
    first, second = await town.press(500), await town.press(1500)
    await town.do(flows.merge, incident_id=second, into=first)
    gone, kept = await town.incident(second), await town.incident(first)
    assert (gone["state"], gone["outcome"], gone["merged_into"]) == ("closed", None, first)
    assert (kept["report_count"], kept["state"]) == (2, "acknowledged")
    assert (await town.take(town.report(along(1490)))).incident_id == first
    with pytest.raises(UnjaiError, match="incident_merged"):
        await town.do(flows.reopen, incident_id=second, reason="x")
    assert (await town.steps(second))[-1] == "merged_into"
    assert "merged_from" in await town.steps(first)


async def test_merging_into_what_was_merged_and_into_itself_is_refused(town):
    first, second, third = await town.press(0), await town.press(500), await town.press(1000)
    await town.do(flows.merge, incident_id=second, into=first)
    with pytest.raises(UnjaiError, match="incident_merged"):
        await town.do(flows.merge, incident_id=third, into=second)
    with pytest.raises(UnjaiError, match="incident_merge_self"):
        await town.do(flows.merge, incident_id=third, into=third)
    await town.do(flows.merge, incident_id=first, into=third)
    assert (await town.incident(second))["merged_into"] == third
    assert (await town.incident(third))["report_count"] == 3


async def test_a_repeat_of_a_merged_report_answers_with_the_incident_that_goes_on(town):
    report = town.report(along(1500))
    second = (await town.take(report)).incident_id
    first = await town.press(500)
    await town.do(flows.merge, incident_id=second, into=first)
    assert (await town.take(report)).incident_id == first


async def test_merging_takes_the_units_along_and_the_higher_priority(town):
    first = (await town.take(town.report(along(500), "citizen_report", code="NOI"))).incident_id
    second = await town.press(1500)
    await town.do(flows.offer, incident_id=second, unit_id=town.units["car"])
    offered = await town.open_offer(second)
    await town.do(flows.accept, town.officer("car"), assignment_id=offered["id"])
    await town.do(flows.en_route, town.officer("car"), assignment_id=offered["id"])
    await town.do(flows.merge, incident_id=second, into=first)
    kept = await town.incident(first)
    assert (kept["state"], kept["priority"]) == ("en_route", 1)
    assert await town.asked(first) == [("car", "en_route")]
    await town.do(flows.on_scene, town.officer("car"), assignment_id=offered["id"])
    assert (await town.incident(first))["state"] == "on_scene"


async def test_a_split_that_is_merged_back_joins_again(town):
    key, own = await split(town)
    await town.do(flows.merge, incident_id=own, into=key)
    assert (await town.take(town.report(along(1000), source="c"))).incident_id == key
    async with town.db.tx(CORE) as tx:
        barred = await tx.scalar(select(tables.incident.c.barred).where(tables.incident.c.id == key))
    assert barred == []
