"""A siren is asked for, sent, acknowledged, over; what the point does not say is not shown as done."""

from datetime import timedelta
from uuid import uuid4

import msgspec
import pytest
from sqlalchemy import select

from tests.sos.conftest import HERE
from unjai.model.actor import system
from unjai.model.errors import UnjaiError
from unjai.model.ids import ObservationId
from unjai.model.reading import Observation
from unjai.platform.audit import audit_log
from unjai.respond.store import timeline
from unjai.sos import flows, store


class Wire:
    """What the points are told."""

    def __init__(self):
        self.told = []

    async def __call__(self, subject, body):
        self.told.append((subject, msgspec.json.decode(body)))


def said(clock, command, state, *, source="POLE-1", **more):
    return Observation(
        id=ObservationId(uuid4()),
        station_id=HERE,
        kind="pole_ack",
        source=source,
        device_id=None,
        observed_at=clock.now(),
        received_at=clock.now(),
        clock="ok",
        retention="device",
        payload={"command": str(command), "state": state, **more},
        digest="d",
    )


async def ask(db, ground, clock, **how):
    async with db.tx(ground.operator) as tx:
        how = {"device_id": ground.pole, "part": "siren", "incident_id": ground.incident, **how}
        return await flows.ask_part(tx, ground.operator, clock, **how)


async def send(db, clock, wire):
    core = system(HERE, name="points")
    async with db.tx(core) as tx:
        return await flows.send_due(tx, core, clock, wire)


async def hear(db, clock, *seen):
    record = system(HERE, name="record")
    async with db.tx(record) as tx:
        return await flows.take_answers(tx, record, clock, seen=seen)


async def state(db, ground, action_id):
    async with db.tx(ground.operator) as tx:
        return (await store.action(tx, action_id))["state"]


async def steps(db, ground):
    async with db.tx(ground.operator) as tx:
        return [row["kind"] for row in await timeline.of_incident(tx, ground.incident)]


async def test_a_siren_from_the_button_to_its_end(db, ground, clock):
    wire = Wire()
    row = await ask(db, ground, clock, lasts_s=20)
    assert row["state"] == "asked"
    assert await send(db, clock, wire) == 1
    subject, told = wire.told[0]
    assert subject == "sos.POLE-1.command"
    assert (told["command"], told["do"], told["on"], told["lasts_s"]) == (str(row["id"]), "siren", True, 20)
    assert await state(db, ground, row["id"]) == "sent"
    assert await send(db, clock, wire) == 0  # not again at once
    clock.move(timedelta(seconds=2))
    assert await send(db, clock, wire) == 1
    assert wire.told[1] == wire.told[0]  # the very same command
    assert await hear(db, clock, said(clock, row["id"], "on")) == 1
    assert await hear(db, clock, said(clock, row["id"], "on")) == 0  # said again
    assert await state(db, ground, row["id"]) == "on"
    assert await send(db, clock, wire) == 0
    assert await hear(db, clock, said(clock, row["id"], "done")) == 1
    assert await state(db, ground, row["id"]) == "done"
    assert (await steps(db, ground))[-3:] == ["pole_asked", "pole_on", "pole_done"]


async def test_a_point_that_says_nothing_is_shown_as_not_acknowledged(db, ground, clock):
    wire = Wire()
    row = await ask(db, ground, clock)
    for _second in range(12):
        await send(db, clock, wire)
        clock.move(timedelta(seconds=1))
    assert await state(db, ground, row["id"]) == "unanswered"
    assert (await steps(db, ground))[-1] == "pole_unanswered"
    told = len(wire.told)
    assert await send(db, clock, wire) == 0
    assert len(wire.told) == told
    assert await hear(db, clock, said(clock, row["id"], "on")) == 1  # it sounds after all
    assert await state(db, ground, row["id"]) == "on"
    await hear(db, clock, said(clock, row["id"], "done"))


async def test_a_stop_goes_out_and_twice_asked_is_once_asked(db, ground, clock):
    wire = Wire()
    row = await ask(db, ground, clock)
    again = await ask(db, ground, clock)
    assert again["id"] == row["id"]
    await send(db, clock, wire)
    await hear(db, clock, said(clock, row["id"], "on"))
    async with db.tx(ground.second) as tx:
        await flows.stop_part(tx, ground.second, clock, action_id=row["id"])
        await flows.stop_part(tx, ground.second, clock, action_id=row["id"])
    await send(db, clock, wire)
    assert (wire.told[-1][1]["on"], wire.told[-1][1]["command"]) == (False, str(row["id"]))
    await hear(db, clock, said(clock, row["id"], "done"))
    assert await state(db, ground, row["id"]) == "done"
    assert (await steps(db, ground)).count("pole_stop_asked") == 1


async def test_a_refusal_says_why(db, ground, clock):
    row = await ask(db, ground, clock, part="light")
    await hear(db, clock, said(clock, row["id"], "refused", why="หลอดขาด"))
    async with db.tx(ground.operator) as tx:
        found = await store.action(tx, row["id"])
        last = (await timeline.of_incident(tx, ground.incident))[-1]
    assert (found["state"], found["why"]) == ("refused", "หลอดขาด")
    assert (last["kind"], last["facts"]["reason"]) == ("pole_refused", "หลอดขาด")


async def test_no_point_speaks_for_another(db, ground, clock):
    row = await ask(db, ground, clock)
    assert await hear(db, clock, said(clock, row["id"], "on", source="POLE-2")) == 0
    assert await hear(db, clock, said(clock, "junk", "on"), said(clock, uuid4(), "on")) == 0
    assert await state(db, ground, row["id"]) == "asked"
    await hear(db, clock, said(clock, row["id"], "refused"))


async def test_what_is_not_fitted_cannot_be_asked_nor_by_who_may_not(db, ground, clock):
    async with db.tx(ground.operator) as tx:
        with pytest.raises(UnjaiError, match="sos_part_missing"):
            await flows.ask_part(tx, ground.operator, clock, device_id=ground.bare, part="siren")
    async with db.tx(ground.stranger) as tx:
        with pytest.raises(UnjaiError, match="not_found"):
            await flows.ask_part(tx, ground.stranger, clock, device_id=ground.pole, part="siren")
    async with db.tx(ground.point) as tx:
        with pytest.raises(UnjaiError, match="right_missing"):
            await flows.ask_part(tx, ground.point, clock, device_id=ground.pole, part="siren")


async def test_who_asked_is_in_the_log(db, ground, clock):
    row = await ask(db, ground, clock, part="light")
    await hear(db, clock, said(clock, row["id"], "refused"))
    async with db.tx(system(HERE)) as tx:
        found = await tx.all(select(audit_log).where(audit_log.c.subject == f"device:{ground.pole}"))
    mine = [one for one in found if one["action"] == "sos.ask" and one["facts"]["part"] == "light"]
    assert mine[-1]["actor_name"] == ground.operator.name
