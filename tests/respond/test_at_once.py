"""Two hands at the same moment: the row locks decide, and whoever comes second is told so."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from tests.respond.conftest import CORE, OPERATOR, SECOND, along
from unjai.model.errors import UnjaiError
from unjai.respond import flows
from unjai.respond.flows import OFFER_LASTS
from unjai.respond.store import tables


async def together(*jobs):
    return await asyncio.gather(*jobs, return_exceptions=True)


def codes(answers):
    return sorted(one.code for one in answers if isinstance(one, UnjaiError))


async def test_two_operators_acknowledge_at_once(town):
    key = await town.press()
    answers = await together(
        town.do(flows.acknowledge, OPERATOR, incident_id=key), town.do(flows.acknowledge, SECOND, incident_id=key)
    )
    assert codes(answers) == ["incident_move_illegal"]
    assert (await town.steps(key)).count("acknowledged") == 1


async def test_many_reports_at_once_make_one_incident(town):
    reports = [town.report(along(1000 + n), source=f"s{n}") for n in range(20)]
    answers = await together(*(town.take(report) for report in reports), *(town.take(report) for report in reports))
    assert {one.incident_id for one in answers if not isinstance(one, BaseException)} == {answers[0].incident_id}
    assert sum(one.created for one in answers) == 1
    assert sum(one.repeated for one in answers) == 20
    found = await town.incident(answers[0].incident_id)
    assert (found["report_count"], found["version"]) == (20, 20)


async def test_many_happenings_at_once_are_numbered_without_gap(town):
    answers = await together(*(town.press(100.0 * n) for n in range(12)))
    assert len(set(answers)) == 12
    async with town.db.tx(CORE) as tx:
        numbers = [row["seq"] for row in await tx.all(select(tables.incident.c.seq).order_by(tables.incident.c.seq))]
    assert numbers == list(range(1, 13))


async def test_two_operators_offer_at_once(town):
    key = await town.press()
    answers = await together(
        town.do(flows.offer, OPERATOR, incident_id=key), town.do(flows.offer, SECOND, incident_id=key)
    )
    assert codes(answers) == ["offer_open"]
    assert len(await town.asked(key)) == 1


async def test_one_unit_offered_to_two_incidents_at_once(town):
    first, second = await town.press(0), await town.press(1000)
    car = town.units["car"]
    answers = await together(
        town.do(flows.offer, OPERATOR, incident_id=first, unit_id=car),
        town.do(flows.offer, SECOND, incident_id=second, unit_id=car),
    )
    assert codes(answers) == ["unit_engaged"]
    async with town.db.tx(CORE) as tx:
        assert await tx.scalar(select(func.count()).select_from(tables.assignment)) == 1


async def test_the_best_unit_wanted_twice_goes_to_one_and_the_next_to_the_other(town):
    first, second = await town.press(1000), await town.press(1200)
    answers = await together(
        town.do(flows.offer, OPERATOR, incident_id=first), town.do(flows.offer, SECOND, incident_id=second)
    )
    assert codes(answers) == []
    units = {(await town.asked(key))[0][0] for key in (first, second)}
    assert len(units) == 2


@pytest.mark.parametrize("round_", range(6))
async def test_an_offer_answered_at_the_moment_it_expires(town, round_):
    key = await town.press()
    await town.do(flows.offer, incident_id=key)
    offered = (await town.open_offer(key))["id"]
    town.clock.move(OFFER_LASTS + timedelta(seconds=1))
    jobs = [
        town.do(flows.accept, town.officer("motorcycle"), assignment_id=offered),
        town.do(flows.expire_offers, CORE),
    ]
    answers = await together(*(jobs if round_ % 2 else reversed(jobs)))
    asked = dict(await town.asked(key))
    if codes(answers) == []:
        assert asked == {"motorcycle": "accepted"}
        assert (await town.incident(key))["state"] == "assigned"
    else:
        assert codes(answers) == ["offer_gone"]
        assert asked == {"motorcycle": "expired", "car": "offered"}


async def test_two_answers_of_one_phone_at_once(town):
    key = await town.press()
    await town.do(flows.offer, incident_id=key)
    offered = (await town.open_offer(key))["id"]
    officer = town.officer("motorcycle")
    answers = await together(
        *(town.do(flows.accept, officer, assignment_id=offered) for _ in range(3)),
        town.do(flows.refuse, officer, assignment_id=offered),
    )
    asked = await town.asked(key)
    if asked[0][1] == "accepted":
        assert codes(answers) == ["offer_gone"]
    else:
        assert asked[0][1] == "refused"
        assert codes(answers) == ["offer_gone"] * 3
    assert (await town.steps(key)).count("accepted") <= 1


async def test_closing_and_accepting_at_once(town):
    key = await town.press()
    await town.do(flows.offer, incident_id=key)
    offered = (await town.open_offer(key))["id"]
    answers = await together(
        town.do(flows.close, incident_id=key, outcome="false_alarm"),
        town.do(flows.accept, town.officer("motorcycle"), assignment_id=offered),
    )
    assert set(codes(answers)) <= {"offer_gone"}
    assert (await town.incident(key))["state"] == "closed"
    assert await town.asked(key) == [("motorcycle", "withdrawn")]
    assert await town.work("motorcycle") == "free"


async def test_a_report_that_comes_while_its_incident_is_closed_opens_its_own(town):
    for number in range(5):
        key = await town.press(100 * number)
        answers = await together(
            town.do(flows.false_alarm, incident_id=key), town.take(town.report(along(100 * number), source="late"))
        )
        taken = answers[1]
        found = await town.incident(taken.incident_id)
        assert taken.created is (taken.incident_id != key)
        assert (await town.incident(key))["state"] == "closed"
        if taken.joined:
            assert found["report_count"] == 2
        else:
            await town.do(flows.cancel, incident_id=taken.incident_id)


async def test_crosswise_merges_end_with_one(town):
    first, second = await town.press(0), await town.press(1000)
    answers = await together(
        town.do(flows.merge, OPERATOR, incident_id=first, into=second),
        town.do(flows.merge, SECOND, incident_id=second, into=first),
    )
    assert len(codes(answers)) == 1
    assert codes(answers)[0] in ("incident_merged", "incident_move_illegal")
    assert sorted([(await town.incident(key))["state"] for key in (first, second)]) == ["acknowledged", "closed"]


async def test_a_storm_of_everything_leaves_a_whole_story(town):
    """Thirty hands at once on five incidents: no deadlock, and what stands in the tables fits together."""
    keys = [await town.press(300.0 * n) for n in range(5)]
    jobs = []
    for number, key in enumerate(keys):
        jobs += [
            town.do(flows.offer, OPERATOR, incident_id=key),
            town.do(flows.offer, SECOND, incident_id=key, unit_id=town.units["car"]),
            town.do(flows.note, incident_id=key, text="x"),
            town.take(town.report(along(300.0 * number + 5), source=f"more-{number}")),
            town.do(flows.set_priority, incident_id=key, priority=2),
            town.do(flows.expire_offers, CORE),
        ]
    jobs.append(town.do(flows.merge, incident_id=keys[0], into=keys[1]))
    answers = await together(*jobs)
    assert all(isinstance(one, UnjaiError) or not isinstance(one, BaseException) for one in answers), answers
    async with town.db.tx(CORE) as tx:
        rows = await tx.all(select(tables.incident))
        told = await tx.all(
            select(tables.report.c.incident_id, func.count().label("n")).group_by(tables.report.c.incident_id)
        )
    counted = {row["incident_id"]: row["n"] for row in told}
    for row in rows:
        if row["merged_into"] is None:
            assert row["report_count"] == counted[row["id"]]
    assert sum(counted.values()) == 10
