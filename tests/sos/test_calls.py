"""A call of a point: who answers first takes it; who talked how long is kept."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import select, text

from tests.sos.conftest import HERE, pressed
from unjai.model.actor import system
from unjai.model.errors import UnjaiError
from unjai.platform.audit import audit_log
from unjai.respond.store import timeline
from unjai.sos import flows, store
from unjai.sos.view import desk, help_at


async def ring(db, ground, clock, **how):
    async with db.tx(ground.point) as tx:
        return await flows.ring(tx, ground.point, clock, device_id=ground.pole, **how)


async def do(db, actor, clock, deed, call_id):
    async with db.tx(actor) as tx:
        return await deed(tx, actor, clock, call_id=call_id)


async def tend(db, clock):
    core = system(HERE, name="points")
    async with db.tx(core) as tx:
        await flows.tend(tx, core, clock)


async def beat(db, ground, clock, voice="ready", call_id=None):
    async with db.tx(ground.point) as tx:
        how = {"device_id": ground.pole, "by": "page", "voice": voice, "call_id": call_id}
        await flows.beat(tx, ground.point, clock, **how)


async def steps(db, ground, incident=None):
    async with db.tx(ground.operator) as tx:
        return [row["kind"] for row in await timeline.of_incident(tx, incident or ground.incident)]


@pytest.fixture(autouse=True)
async def quiet(db, ground, clock):
    """No call is left open."""
    yield
    async with db.tx(system(HERE)) as tx:
        for row in await store.open_calls(tx):
            await store.change_call(tx, row["id"], state="ended", ended_at=clock.now(), ended_why="desk")


async def test_a_call_from_the_press_to_its_end(db, ground, clock):
    row = await ring(db, ground, clock)
    assert (row["state"], row["incident_id"]) == ("ringing", ground.incident)
    assert (await ring(db, ground, clock))["id"] == row["id"]  # pressed again: the same call
    taken = await do(db, ground.operator, clock, flows.answer, row["id"])
    assert (taken["state"], taken["operator"]) == ("talking", ground.operator.name)
    clock.move(timedelta(seconds=40))
    await do(db, ground.operator, clock, flows.hold, row["id"])
    clock.move(timedelta(seconds=10))
    await do(db, ground.operator, clock, flows.resume, row["id"])
    clock.move(timedelta(seconds=15))
    over = await do(db, ground.point, clock, flows.hang_up, row["id"])
    assert (over["state"], over["ended_why"], over["held_s"]) == ("ended", "point", 10.0)
    assert (await steps(db, ground))[-3:] == ["voice_rang", "voice_answered", "voice_ended"]
    async with db.tx(system(HERE)) as tx:
        rows = await tx.all(select(audit_log).where(audit_log.c.action == "sos.end"))
    mine = next(one for one in rows if one["facts"]["call"] == str(row["id"]))
    assert mine["facts"]["talked_s"] == 65


async def test_of_two_who_answer_at_once_one_talks(db, ground, clock):
    row = await ring(db, ground, clock)
    both = [do(db, who, clock, flows.answer, row["id"]) for who in (ground.operator, ground.second)]
    answers = await asyncio.gather(*both, return_exceptions=True)
    refused = [one for one in answers if isinstance(one, UnjaiError)]
    taken = [one for one in answers if not isinstance(one, BaseException)]
    assert [one.code for one in refused] == ["sos_call_taken"]
    assert refused[0].facts["operator"] == taken[0]["operator"]


async def test_only_who_took_it_holds_or_ends_it(db, ground, clock):
    row = await ring(db, ground, clock)
    await do(db, ground.operator, clock, flows.answer, row["id"])
    for deed in (flows.hold, flows.end, flows.desk_seen):
        with pytest.raises(UnjaiError, match="sos_call_others"):
            await do(db, ground.second, clock, deed, row["id"])
    with pytest.raises(UnjaiError, match="not_found"):
        await do(db, ground.stranger, clock, flows.answer, row["id"])
    with pytest.raises(UnjaiError, match="right_missing"):
        await do(db, ground.other, clock, flows.hang_up, row["id"])


async def test_an_operator_has_one_call_at_a_time(db, ground, clock):
    first = await ring(db, ground, clock)
    await do(db, ground.operator, clock, flows.answer, first["id"])
    async with db.tx(ground.other) as tx:
        second = await flows.ring(tx, ground.other, clock, device_id=ground.bare, who="officer", said="เวียง 11")
    assert (second["who"], second["incident_id"]) == ("officer", None)
    with pytest.raises(UnjaiError, match="sos_call_busy"):
        await do(db, ground.operator, clock, flows.answer, second["id"])


async def test_of_two_windows_of_one_operator_one_answers(db, ground, clock):
    first = await ring(db, ground, clock)
    async with db.tx(ground.other) as tx:
        second = await flows.ring(tx, ground.other, clock, device_id=ground.bare)
    async with db.tx(ground.operator) as tx:
        await flows.answer(tx, ground.operator, clock, call_id=first["id"])
        there = asyncio.create_task(do(db, ground.operator, clock, flows.answer, second["id"]))
        waiting = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
        while not there.done() and not await tx.scalar(waiting):
            await asyncio.sleep(0)
        assert not there.done()
    with pytest.raises(UnjaiError, match="sos_call_busy"):
        await there


async def test_the_centre_calls_only_a_point_that_hears(db, ground, clock):
    async def call():
        async with db.tx(ground.operator) as tx:
            return await flows.call_point(tx, ground.operator, clock, device_id=ground.pole)

    async with db.tx(ground.point) as tx:
        await flows.leave(tx, ground.point, clock, device_id=ground.pole)
    with pytest.raises(UnjaiError, match="sos_point_deaf"):
        await call()
    await beat(db, ground, clock, voice="denied")
    with pytest.raises(UnjaiError, match="sos_point_deaf"):
        await call()
    await beat(db, ground, clock)
    row = await call()
    assert (row["state"], row["began_by"]) == ("ringing", "desk")
    with pytest.raises(UnjaiError, match="sos_call_move"):
        await do(db, ground.operator, clock, flows.answer, row["id"])  # the point answers, not we
    begun = await do(db, ground.point, clock, flows.picked_up, row["id"])
    assert begun["state"] == "talking"
    clock.move(timedelta(seconds=31))
    with pytest.raises(UnjaiError, match="sos_call_busy"):
        await call()


async def test_a_call_whose_page_went_away_ends_by_itself_and_says_so(db, ground, clock):
    row = await ring(db, ground, clock)
    await do(db, ground.operator, clock, flows.answer, row["id"])
    for _beat in range(4):  # both are there
        clock.move(timedelta(seconds=10))
        await beat(db, ground, clock, call_id=row["id"])
        await do(db, ground.operator, clock, flows.desk_seen, row["id"])
        await tend(db, clock)
    for _beat in range(5):  # the operator's page is closed
        clock.move(timedelta(seconds=10))
        await beat(db, ground, clock, call_id=row["id"])
        await tend(db, clock)
    async with db.tx(ground.operator) as tx:
        over = await store.call(tx, row["id"])
    assert (over["state"], over["ended_why"]) == ("ended", "lost")


async def test_a_press_that_becomes_an_incident_after_its_call_is_found(db, ground, clock):
    async with db.tx(ground.other) as tx:
        row = await flows.ring(tx, ground.other, clock, device_id=ground.bare)
    assert row["incident_id"] is None
    await tend(db, clock)
    incident = await pressed(db, clock, ground.bare, "POLE-2")
    await tend(db, clock)
    async with db.tx(ground.operator) as tx:
        found = await store.call(tx, row["id"])
        shown = await help_at(tx, clock, device_id=ground.bare)
    assert found["incident_id"] == incident
    assert "voice_rang" in await steps(db, ground, incident)
    assert shown is not None
    assert shown.status == "received"


async def test_the_room_sees_points_calls_and_who_can_be_talked_to(db, ground, clock):
    await beat(db, ground, clock)
    row = await ring(db, ground, clock)
    await do(db, ground.operator, clock, flows.answer, row["id"])
    async with db.tx(ground.second) as tx:
        seen = await desk(tx, ground.second, clock)
    pole, bare = (next(one for one in seen.points if one.device_id == key) for key in (ground.pole, ground.bare))
    assert (pole.voice, pole.siren, bare.siren) == ("ready", True, False)
    call = next(one for one in seen.calls if one.id == row["id"])
    assert (call.operator, call.mine) == (ground.operator.name, False)
    async with db.tx(ground.stranger) as tx:
        strange = await desk(tx, ground.stranger, clock)
    assert (strange.points, strange.calls, strange.actions) == ([], [], [])
