"""Words between units and the centre: in order, once, read or not, about one's own incidents only; safe by a word."""

from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import delete

from tests.respond.conftest import CORE, OPERATOR, THERE, acting, along, named
from unjai.model.errors import UnjaiError
from unjai.respond import flows, view
from unjai.respond.flows import talk, task
from unjai.respond.store import talks
from unjai.respond.store.talk_tables import talk as rows


@pytest.fixture(autouse=True)
async def nothing_said(town):
    async with town.db.tx(CORE) as tx:
        await tx.execute(delete(rows))


async def _said(town, name="car"):
    async with town.db.tx(CORE) as tx:
        found = await talks.of_unit(tx, town.units[name])
    return [(row["from_unit"], row["text"]) for row in found]


async def _page(town, name="car"):
    actor = town.officer(name)
    async with town.db.tx(actor) as tx:
        return await view.officer(tx, actor, town.clock, unit_id=town.units[name])


async def test_both_sides_hear_each_other_in_order_and_see_what_is_unread(town):
    key, before = uuid4().hex, len(await _said(town))
    await town.do(talk.say_to_unit, OPERATOR, unit_id=town.units["car"], text="รายงานสถานการณ์", key=key)
    await town.do(talk.say_to_unit, OPERATOR, unit_id=town.units["car"], text="รายงานสถานการณ์", key=key)
    await town.do(talk.say_to_centre, town.officer("car"), text="เหตุการณ์ปกติ", key=key)
    assert (await _said(town))[before:] == [(False, "รายงานสถานการณ์"), (True, "เหตุการณ์ปกติ")]
    waits = (await _page(town)).talk
    assert (waits.unread, waits.text) == (1, "รายงานสถานการณ์")
    await town.do(talk.read_by_unit, town.officer("car"), up_to=waits.last_seq)
    assert (await _page(town)).talk.unread == 0
    async with town.db.tx(OPERATOR) as tx:
        centre = {row["unit_id"]: row for row in await talks.unread(tx, from_unit=True)}
    assert centre[town.units["car"]]["unread"] == 1
    up_to = centre[town.units["car"]]["last_seq"]
    await town.do(talk.read_by_centre, OPERATOR, unit_id=town.units["car"], up_to=up_to)
    async with town.db.tx(OPERATOR) as tx:
        assert town.units["car"] not in {row["unit_id"] for row in await talks.unread(tx, from_unit=True)}


async def test_the_same_key_with_other_words_is_an_error_not_a_loss(town):
    await town.do(talk.say_to_centre, town.officer("car"), text="ถึงแล้ว", key="k1")
    with pytest.raises(UnjaiError, match="id_reused"):
        await town.do(talk.say_to_centre, town.officer("car"), text="ยังไม่ถึง", key="k1")


async def test_what_waited_for_a_line_keeps_when_it_was_written(town):
    wrote = town.clock.now() - timedelta(minutes=3)
    row = await town.do(talk.say_to_centre, town.officer("car"), text="กำลังไป", at=wrote)
    assert row["said_at"] == wrote
    ahead = await town.do(talk.say_to_centre, town.officer("car"), text="x", at=town.clock.now() + timedelta(days=1))
    assert ahead["said_at"] == ahead["at"]


async def test_words_about_an_incident_stand_on_its_timeline(town):
    incident = await town.press()
    await town.do(flows.offer, OPERATOR, incident_id=incident, unit_id=town.units["car"])
    await town.do(talk.say_to_centre, town.officer("car"), text="ขอกำลังเสริม", incident_id=incident)
    await town.do(talk.say_to_unit, OPERATOR, unit_id=town.units["car"], text="กำลังไป", incident_id=incident)
    assert (await town.steps(incident))[-2:] == ["talk_unit", "talk_centre"]
    with pytest.raises(UnjaiError, match="not_found"):  # a unit that has nothing to do with it
        await town.do(talk.say_to_centre, town.officer("foot"), text="?", incident_id=incident)


async def test_another_station_neither_hears_nor_speaks(town):
    await town.do(talk.say_to_centre, town.officer("car"), text="ถึงแล้ว")
    stranger = acting("operator", THERE)
    async with town.db.tx(stranger) as tx:
        assert await talks.unread(tx, from_unit=True) == []
        assert await talks.of_unit(tx, town.units["car"]) == []
    with pytest.raises(UnjaiError, match="not_found"):
        await town.do(talk.say_to_unit, stranger, unit_id=town.units["car"], text="?")


async def test_only_the_word_says_safe_again_and_only_the_centre_closes(town):
    officer = town.officer("motorcycle")
    taken = await town.do(flows.distress, officer, unit_id=town.units["motorcycle"], point=along(500))
    for word in ("", "ปลอด", "ok", "safe?"):
        with pytest.raises(UnjaiError, match="distress_word_wrong"):
            await town.do(task.safe_again, officer, word=word)
    own = (await _page(town, "motorcycle")).distress
    assert own is not None
    assert not own.safe
    await town.do(task.safe_again, officer, word=" ปลอดภัย ")
    await town.do(task.safe_again, officer, word="SAFE")
    assert (await town.steps(taken.incident_id)).count("unit_safe") == 1
    assert (await town.incident(taken.incident_id))["state"] != "closed"
    own = (await _page(town, "motorcycle")).distress
    assert own is not None
    assert own.safe
    await town.do(flows.acknowledge, OPERATOR, incident_id=taken.incident_id)
    await town.do(flows.close, OPERATOR, incident_id=taken.incident_id, outcome="resolved")
    assert (await _page(town, "motorcycle")).distress is None
    await town.do(task.safe_again, officer, word="ปลอดภัย")  # nothing open: nothing happens


async def test_cameras_are_shown_near_the_task_and_only_while_it_is_taken(town):
    incident, officer = await town.press(), town.officer("car")

    async def near(actor=officer):
        async with town.db.tx(actor) as tx:
            return [device.key for device, _ in await task.near_cameras(tx, actor)]

    offer = await town.do(flows.offer, OPERATOR, incident_id=incident, unit_id=town.units["car"])
    assert await near() == []
    await town.do(flows.accept, officer, assignment_id=offer)
    assert await near() == ["cam-1", "cam-2", "cam-3", "cam-4"]
    assert await near(town.officer("foot")) == []
    far = len(await near()) + 1
    async with town.db.tx(officer) as tx:
        await task.must_be_near(tx, officer, camera_id=named("cam-1"))
        with pytest.raises(UnjaiError, match="not_found"):
            await task.must_be_near(tx, officer, camera_id=named(f"cam-{far}"))
    await town.do(flows.en_route, officer, assignment_id=offer)
    await town.do(flows.on_scene, officer, assignment_id=offer)
    assert len(await near()) == 4
    await town.do(flows.close_assignment, officer, assignment_id=offer, outcome="resolved")
    assert await near() == []


async def test_a_caller_who_shares_her_place_is_followed_on_the_phone(town):
    call = town.report(along(1000), kind="sos_press", channel="citizen", source="citizen:her")
    incident, officer = (await town.take(call)).incident_id, town.officer("car")
    offer = await town.do(flows.offer, OPERATOR, incident_id=incident, unit_id=town.units["car"])
    later = town.clock.now() + timedelta(seconds=5)
    await town.do(flows.source_moved, CORE, source="citizen:her", point=along(1080), observed_at=later)
    page = await _page(town)
    assert page.assignment is not None
    assert page.assignment.caller is None  # only offered
    await town.do(flows.accept, officer, assignment_id=offer)
    page = await _page(town)
    assert page.assignment is not None
    assert page.assignment.caller is not None
    assert page.assignment.caller.lon == pytest.approx(along(1080).lon)
    assert page.assignment.caller.at == later
