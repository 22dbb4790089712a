"""Anything in any order: whatever is refused, what stands in the tables always fits together."""

import random
from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.respond.conftest import CORE, OPERATOR, along
from unjai.model.errors import UnjaiError
from unjai.people.store import unit
from unjai.respond import flows
from unjai.respond.rules.life import OPEN_STEPS, OUTCOMES, worked
from unjai.respond.store import tables

WORK = {"offered": "offered", "accepted": "en_route", "en_route": "en_route", "on_scene": "on_scene"}


async def everything(town):
    async with town.db.tx(CORE) as tx:
        return (
            await tx.all(select(tables.incident)),
            await tx.all(select(tables.report)),
            await tx.all(select(tables.assignment)),
            {row["id"]: row for row in await tx.all(select(unit))},
        )


def check(incidents, reports, assignments, units):
    for row in incidents:
        steps = [one["state"] for one in assignments if one["incident_id"] == row["id"] and one["state"] in OPEN_STEPS]
        told = [one for one in reports if one["incident_id"] == row["id"]]
        if row["state"] == "closed":
            assert steps == []
            assert (row["outcome"] is None) is (row["merged_into"] is not None)
        elif row["state"] != "new":
            assert row["state"] == worked(steps)
        if row["merged_into"] is None:
            assert row["report_count"] == len(told) > 0
            assert row["first_observed_at"] <= min(one["observed_at"] for one in told)
            assert row["last_observed_at"] >= max(one["observed_at"] for one in told)
    assert sorted(row["seq"] for row in incidents) == list(range(1, len(incidents) + 1))
    for key, row in units.items():
        mine = [one for one in assignments if one["unit_id"] == key and one["state"] in OPEN_STEPS]
        assert len(mine) <= 1
        assert row["work"] == (WORK[mine[0]["state"]] if mine else "free")
        assert row["incident_id"] == (mine[0]["incident_id"] if mine else None)


def desk(dice, incidents, reports):
    """Something an operator does to some incident."""
    return dice.choice(
        [
            (flows.acknowledge, {}),
            (flows.close, {"outcome": dice.choice(OUTCOMES)}),
            (flows.reopen, {"reason": "x"}),
            (flows.split, {"report_id": dice.choice(reports)["id"]}),
            (flows.merge, {"into": dice.choice(incidents)["id"]}),
            (flows.set_priority, {"priority": dice.choice([1, 2, 3])}),
        ]
    )


def field(dice, town, held):
    """Something that happens to some assignment: its unit answers, an operator takes it back, its time runs out."""
    names = {key: name for name, key in town.units.items()}
    officer = town.officer(names[held["unit_id"]])
    asked = {"assignment_id": held["id"]}
    answers = [(flow, officer, asked) for flow in (flows.accept, flows.en_route, flows.on_scene)]
    others = [
        (flows.refuse, officer, asked),
        (flows.close_assignment, officer, {**asked, "outcome": "resolved"}),
        (flows.withdraw, OPERATOR, asked),
        (flows.expire_offers, CORE, {}),
    ]
    return dice.choice(answers * 2 + others)


async def act(town, dice, incidents, reports, assignments):
    kind = dice.choice(["press", "report", "desk", "offer", "offer", "field", "field", "field", "field"])
    if kind == "press" or not incidents:
        await town.press(dice.choice([0, 50, 500, 560, 1000, 1500]), source=dice.choice(["a", "b", "c", "d"]))
    elif kind == "report":
        code = dice.choice(["131", "NOI"])
        await town.take(town.report(along(dice.uniform(0, 2000)), "citizen_report", code=code))
    elif kind == "field" and assignments:
        town.clock.move(timedelta(seconds=dice.choice([1, 20, 40])))
        flow, actor, facts = field(dice, town, dice.choice(assignments))
        await town.do(flow, actor, **facts)
    else:
        flow, facts = desk(dice, incidents, reports)
        if kind == "offer":
            flow, facts = flows.offer, {"unit_id": dice.choice([None, *town.units.values()])}
        await town.do(flow, incident_id=dice.choice(incidents)["id"], **facts)


@pytest.mark.parametrize("walk", range(3))
async def test_a_walk_through_everything_keeps_the_tables_whole(town, walk):
    dice = random.Random(random.random())
    refusals: list[tuple[int, str]] = []
    versions: dict[object, int] = {}
    for _ in range(100):
        incidents, reports, assignments, units = await everything(town)
        check(incidents, reports, assignments, units)
        for row in incidents:
            assert versions.get(row["id"], 0) <= row["version"]
            versions[row["id"]] = row["version"]
        try:
            await act(town, dice, incidents, reports, assignments)
        except UnjaiError as refused:
            refusals.append((refused.status, refused.code))
    check(*await everything(town))
    assert {status for status, _ in refusals} <= {404, 409, 422}, refusals
