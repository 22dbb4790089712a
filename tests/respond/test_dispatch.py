"""Units are asked, answer or are silent; the next is asked; the operator is called when nobody comes."""

from datetime import timedelta

import pytest

from tests.respond.conftest import CORE, OPERATOR, acting, along
from unjai.model.errors import UnjaiError
from unjai.people.flows import create_unit, sign_off, sign_on
from unjai.respond import flows
from unjai.respond.flows import OFFER_LASTS
from unjai.respond.store import assignments


async def order(town, key):
    return [one.call_sign for one in await town.do(flows.proposals, incident_id=key)]


async def test_free_units_are_ranked_by_road_time_with_reasons(town):
    key = await town.press(1000)
    found = await town.do(flows.proposals, incident_id=key)
    assert [one.call_sign for one in found] == ["motorcycle", "car", "foot", "volunteer"]
    best = found[0]
    assert best.fits
    assert best.road_m == pytest.approx(400, rel=0.02)
    assert 0 < best.eta_s < 120
    assert best.reasons_th[0].startswith("ถึงใน")
    assert "มีความสามารถตรง: เจ้าพนักงานตำรวจ" in best.reasons_th
    assert found[-1].standing == "lacks"


async def test_stale_positions_come_last(town):
    await town.stand("motorcycle", along(999), age_s=900)
    key = await town.press(1000)
    assert (await order(town, key))[-1] == "motorcycle"


async def test_who_is_off_duty_or_at_work_is_not_proposed(town):
    root = CORE
    await town.do(sign_off, root, unit_id=town.units["motorcycle"])
    try:
        key, other = await town.press(1000), await town.press(0)
        await town.do(flows.offer, incident_id=other, unit_id=town.units["car"])
        assert await order(town, key) == ["foot", "volunteer"]
        with pytest.raises(UnjaiError, match="unit_off_duty"):
            await town.do(flows.offer, incident_id=key, unit_id=town.units["motorcycle"])
        with pytest.raises(UnjaiError, match="unit_engaged"):
            await town.do(flows.offer, incident_id=key, unit_id=town.units["car"])
        assert (await town.incident(key))["state"] == "new"
    finally:
        await town.do(sign_on, root, unit_id=town.units["motorcycle"])


async def test_the_whole_way_from_the_press_to_the_end(town):
    key = await town.press(1000)
    await town.do(flows.offer, incident_id=key)
    offered = await town.open_offer(key)
    assert offered["call_sign"] == "motorcycle"
    assert offered["expires_at"] == town.clock.now() + OFFER_LASTS
    assert (await town.incident(key))["state"] == "acknowledged"
    assert await town.work("motorcycle") == "offered"
    officer = town.officer("motorcycle")
    for flow, state, work in (
        (flows.accept, "assigned", "en_route"),
        (flows.en_route, "en_route", "en_route"),
        (flows.on_scene, "on_scene", "on_scene"),
    ):
        town.clock.move(timedelta(seconds=20))
        await town.do(flow, officer, assignment_id=offered["id"])
        await town.do(flow, officer, assignment_id=offered["id"])  # the phone sends it twice
        assert (await town.incident(key))["state"] == state
        assert await town.work("motorcycle") == work
    await town.do(flows.close_assignment, officer, assignment_id=offered["id"], outcome="resolved", text="จับได้")
    found = await town.incident(key)
    assert (found["state"], found["outcome"]) == ("closed", "resolved")
    assert found["acknowledged_at"] < found["assigned_at"] < found["en_route_at"] < found["arrived_at"]
    assert await town.work("motorcycle") == "free"
    assert await town.steps(key) == [
        "opened", "acknowledged", "offered", "accepted", "en_route", "on_scene", "cleared", "closed",
        "steps_left_out",
    ]  # fmt: skip


async def test_an_assignment_has_its_own_order(town):
    key = await town.press(1000)
    await town.do(flows.offer, incident_id=key)
    offered = (await town.open_offer(key))["id"]
    officer = town.officer("motorcycle")
    for flow in (flows.en_route, flows.on_scene):
        with pytest.raises(UnjaiError, match="assignment_move_illegal"):
            await town.do(flow, officer, assignment_id=offered)
    await town.do(flows.accept, officer, assignment_id=offered)
    with pytest.raises(UnjaiError) as refused:
        await town.do(flows.on_scene, officer, assignment_id=offered)
    assert refused.value.facts["to_th"] == "ถึงที่เกิดเหตุ"
    with pytest.raises(UnjaiError, match="assignment_move_illegal"):
        await town.do(flows.close_assignment, officer, assignment_id=offered, outcome="resolved")
    with pytest.raises(UnjaiError, match="offer_gone"):
        await town.do(flows.refuse, officer, assignment_id=offered)


async def test_only_the_unit_itself_answers(town):
    key = await town.press(1000)
    await town.do(flows.offer, incident_id=key)
    offered = (await town.open_offer(key))["id"]
    with pytest.raises(UnjaiError, match="not_found"):
        await town.do(flows.accept, town.officer("car"), assignment_id=offered)
    with pytest.raises(UnjaiError, match="unit_missing"):
        await town.do(flows.accept, acting("officer"), assignment_id=offered)
    with pytest.raises(UnjaiError, match="right_missing"):
        await town.do(flows.accept, OPERATOR, assignment_id=offered)


async def test_a_refusal_asks_the_next_by_itself_and_never_the_same_again(town):
    key = await town.press(1000)
    await town.do(flows.offer, incident_id=key)
    offered = (await town.open_offer(key))["id"]
    await town.do(flows.refuse, town.officer("motorcycle"), assignment_id=offered, reason="ยางแตก")
    await town.do(flows.refuse, town.officer("motorcycle"), assignment_id=offered, reason="ยางแตก")
    assert await town.asked(key) == [("motorcycle", "refused"), ("car", "offered")]
    assert (await town.open_offer(key))["by_itself"]
    second = (await town.open_offer(key))["id"]
    await town.do(flows.refuse, town.officer("car"), assignment_id=second)
    third = (await town.open_offer(key))["id"]
    await town.do(flows.refuse, town.officer("foot"), assignment_id=third)
    found = await town.incident(key)
    assert found["unanswered"]
    assert (await town.steps(key))[-1] == "no_unit_answered"
    with pytest.raises(UnjaiError, match="no_unit_free"):
        await town.do(flows.offer, incident_id=key)
    await town.do(flows.offer, incident_id=key, unit_id=town.units["volunteer"])
    assert not (await town.incident(key))["unanswered"]


async def test_silence_asks_the_next_and_ends_with_a_call_to_the_operator(town):
    key = await town.press(1000)
    await town.do(flows.offer, incident_id=key)
    for expected in ("motorcycle", "car", "foot"):
        assert (await town.open_offer(key))["call_sign"] == expected
        town.clock.move(OFFER_LASTS - timedelta(seconds=1))
        assert await town.do(flows.expire_offers, CORE) == 0
        town.clock.move(timedelta(seconds=1))
        assert await town.do(flows.expire_offers, CORE) == 1
    assert [state for _, state in await town.asked(key)] == ["expired"] * 3
    found = await town.incident(key)
    assert found["unanswered"]
    assert found["state"] == "acknowledged"
    assert await town.do(flows.expire_offers, CORE) == 0
    await town.do(flows.offer, incident_id=key)
    assert (await town.open_offer(key))["call_sign"] == "motorcycle"


async def test_one_round_asks_so_many_and_no_more(town):
    extra = []
    for number in range(4):
        unit_id = await town.do(create_unit, CORE, call_sign=f"เสริม {number}", kind="car", name_th="x", station_id=10)
        await town.do(sign_on, CORE, unit_id=unit_id)
        extra.append(unit_id)
    key = await town.press(1000)
    await town.do(flows.offer, incident_id=key)
    for _ in range(flows.OFFER_TRIES):
        town.clock.move(OFFER_LASTS)
        await town.do(flows.expire_offers, CORE)
    assert len(await town.asked(key)) == flows.OFFER_TRIES
    assert (await town.incident(key))["unanswered"]
    for unit_id in extra:
        await town.do(sign_off, CORE, unit_id=unit_id)


async def test_an_answer_after_the_end_is_told_so(town):
    key = await town.press(1000)
    await town.do(flows.offer, incident_id=key)
    offered = (await town.open_offer(key))["id"]
    town.clock.move(OFFER_LASTS)
    await town.do(flows.expire_offers, CORE)
    with pytest.raises(UnjaiError) as refused:
        await town.do(flows.accept, town.officer("motorcycle"), assignment_id=offered)
    assert (refused.value.code, refused.value.status) == ("offer_gone", 409)


async def test_an_answer_between_the_time_and_the_timer_counts(town):
    key = await town.press(1000)
    await town.do(flows.offer, incident_id=key)
    offered = (await town.open_offer(key))["id"]
    town.clock.move(OFFER_LASTS + timedelta(milliseconds=400))
    await town.do(flows.accept, town.officer("motorcycle"), assignment_id=offered)
    assert await town.do(flows.expire_offers, CORE) == 0
    assert (await town.incident(key))["state"] == "assigned"


async def test_one_open_offer_at_once_and_several_units_in_turn(town):
    key = await town.press(1000)
    await town.do(flows.offer, incident_id=key)
    with pytest.raises(UnjaiError) as refused:
        await town.do(flows.offer, incident_id=key)
    assert refused.value.code == "offer_open"
    assert refused.value.facts["call_sign"] == "motorcycle"
    first = (await town.open_offer(key))["id"]
    await town.do(flows.accept, town.officer("motorcycle"), assignment_id=first)
    await town.do(flows.offer, incident_id=key)
    second = (await town.open_offer(key))["id"]
    await town.do(flows.accept, town.officer("car"), assignment_id=second)
    await town.do(flows.en_route, town.officer("motorcycle"), assignment_id=first)
    await town.do(flows.on_scene, town.officer("motorcycle"), assignment_id=first)
    assert (await town.incident(key))["state"] == "on_scene"
    await town.do(flows.withdraw, assignment_id=first)
    assert (await town.incident(key))["state"] == "assigned"
    await town.do(flows.withdraw, assignment_id=second)
    assert (await town.incident(key))["state"] == "acknowledged"
    assert await town.work("car") == "free"


async def test_closing_calls_everyone_back(town):
    key = await town.press(1000)
    await town.do(flows.offer, incident_id=key)
    first = (await town.open_offer(key))["id"]
    await town.do(flows.accept, town.officer("motorcycle"), assignment_id=first)
    await town.do(flows.offer, incident_id=key)
    await town.do(flows.close, incident_id=key, outcome="false_alarm")
    assert sorted(await town.asked(key)) == [("car", "withdrawn"), ("motorcycle", "withdrawn")]
    assert await town.work("motorcycle") == "free"
    assert await town.work("car") == "free"
    assert (await town.steps(key))[-3:] == ["recalled", "recalled", "closed"]
    with pytest.raises(UnjaiError, match="incident_move_illegal"):
        await town.do(flows.offer, incident_id=key)


async def test_the_first_to_finish_does_not_close_over_a_unit_still_on_the_scene(town):
    key = await town.press(1000)
    held = {}
    for name in ("motorcycle", "car"):
        await town.do(flows.offer, incident_id=key, unit_id=town.units[name])
        held[name] = (await town.open_offer(key))["id"]
        for flow in (flows.accept, flows.en_route, flows.on_scene):
            await town.do(flow, town.officer(name), assignment_id=held[name])
    await town.do(flows.close_assignment, town.officer("car"), assignment_id=held["car"], outcome="resolved")
    assert (await town.incident(key))["state"] == "on_scene"
    await town.do(
        flows.close_assignment, town.officer("motorcycle"), assignment_id=held["motorcycle"], outcome="no_trace"
    )
    assert (await town.incident(key))["outcome"] == "no_trace"


async def test_an_incident_without_a_place_asks_for_a_unit_by_name(town):
    key = (await town.do(flows.take_call, key="k", code="131", place_text="ไม่แน่ใจ")).incident_id
    with pytest.raises(UnjaiError, match="incident_unplaced"):
        await town.do(flows.offer, incident_id=key)
    await town.do(flows.offer, incident_id=key, unit_id=town.units["car"])
    assert await town.asked(key) == [("car", "offered")]


async def test_load_is_what_a_unit_took_since_it_came_on_duty(town):
    first = await town.press(1000)
    await town.do(flows.offer, incident_id=first, unit_id=town.units["motorcycle"])
    offered = (await town.open_offer(first))["id"]
    for flow in (flows.accept, flows.en_route, flows.on_scene):
        await town.do(flow, town.officer("motorcycle"), assignment_id=offered)
    await town.do(flows.close_assignment, town.officer("motorcycle"), assignment_id=offered, outcome="resolved")
    second = await town.press(500)
    found = {one.call_sign: one for one in await town.do(flows.proposals, incident_id=second)}
    assert found["motorcycle"].load == 1
    assert found["car"].load == 0


async def test_proposals_and_dispatch_ask_for_their_rights(town):
    key = await town.press()
    with pytest.raises(UnjaiError, match="right_missing"):
        await town.do(flows.proposals, acting("volunteer"), incident_id=key)
    for role in ("officer", "superintendent", "evaluator"):
        with pytest.raises(UnjaiError, match="right_missing"):
            await town.do(flows.offer, acting(role), incident_id=key)


async def test_the_database_itself_refuses_a_second_open_assignment(town):
    first, second = await town.press(0), await town.press(1000)
    await town.do(flows.offer, incident_id=first, unit_id=town.units["car"])
    held = await town.open_offer(first)
    async with town.db.tx(CORE) as tx:
        other = {**held, "id": town.pole, "incident_id": second}
        assert await assignments.offer(tx, other) is None
        assert await assignments.offer(tx, {**other, "incident_id": first, "unit_id": town.units["foot"]}) is None
