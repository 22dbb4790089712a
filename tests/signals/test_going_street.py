"""The whole chain of a green way: a car on its way to an urgent incident, the junction asked, the lamps by SNMP."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import pytest

from tests.signals.street import TIMINGS, StreetWatch, a_core
from tests.signals.test_going import FILE, JUNCTION, STANDS, at, cases, dispatched, notes, town  # noqa: F401 — fixtures
from tests.signals.test_room import Says, mode
from unjai.signals import post
from unjai.signals.ntcip.client import Client
from unjai.signals.ntcip.oids import ControlStatus, FlashStatus
from unjai.signals.plants.ntcip import Ntcip
from unjai.signals.virtual.agent import serve
from unjai.signals.virtual.sumo import Monitor, walkers_of

EAST = 2
"""The phase of the street that the rule wishes, for the car that stands there."""
SOUTH = next(number for number, phase in enumerate(FILE.phases, 1) if "South" in phase.name_en)


@pytest.fixture
async def street(db, clock, row, town, cases, room_of, monkeypatch):  # noqa: F811 — fixtures
    """The crossing driven over the network: a virtual controller of one ring behind a door on loopback."""
    monkeypatch.setattr(post, "_PATIENCE_S", 30.0)  # what is tried is not how fast a loaded machine is
    junction = replace(
        JUNCTION, phases=tuple(replace(phase, number=number) for number, phase in enumerate(JUNCTION.phases, 1))
    )
    timings = {n: replace(TIMINGS[n], max_green_s=60.0) for n in range(1, 5)}
    core = a_core(timings=timings, patterns={}, rings=(((1, 2), (3, 4)),))
    it = SimpleNamespace(now=1000.0, core=core, db=db, clock=clock, key=row["id"], town=town)
    core.step(it.now)
    it.watch, it.monitor = StreetWatch(core), Monitor(junction)
    it.states, it.walkers = {n: phase.state for n, phase in enumerate(junction.phases, 1)}, walkers_of(junction)
    agent = await serve(core, 0, "street-secret", lambda: it.now)
    async with Client("127.0.0.1", agent.port, community="street-secret", timeout_s=5.0) as wire:

        def opens(spec):
            return Ntcip(replace(spec, junction=junction), clock=lambda: it.now, wire=wire)

        it.room = await room_of(make=lambda _junction: Says(), opens=opens)
        it.post = it.room.posts[it.key]
        yield it
        await it.room.close()
    await agent.close()


async def second(it, north_m):
    """Let a second pass: every half of it the lamps are looked at, then the car and the box tell, the room decides."""
    for _ in range(2):
        it.now += 0.5
        it.core.step(it.now)
        it.watch.see(it.now)
        assert not it.monitor.conflict(it.core.lamps(it.states, it.walkers))
    await at(it, 0, north_m, STANDS)
    return it.core.greens(), it.post.decision and it.post.decision.why


async def test_a_car_on_its_way_finds_its_phase_green_on_the_street_and_those_who_waited_follow(street):
    await mode(street, "control")
    for _ in range(40):
        greens, _why = await second(street, -500)
    assert (greens, street.core.status) == ({EAST}, ControlStatus.SYSTEM)
    await dispatched(street)
    shown = [(north_m, *await second(street, north_m)) for north_m in range(-480, 60, 12)]
    assert [greens for north_m, greens, _ in shown if north_m < -400] == [{EAST}] * 7  # too far away
    assert [greens for north_m, greens, _ in shown if -60 <= north_m <= -12] == [{SOUTH}] * 5
    assert {"green_way_clears", "green_way_holds", "green_way_recovers"} <= {why for _, _, why in shown}
    after = [await second(street, 200) for _ in range(30)]
    assert after[-1] == ({EAST}, "queue_longer")
    assert (street.watch.wrong, street.core.flash) == ([], FlashStatus.NOT_FLASH)
    told = [(code, facts.get("unit")) for code, facts in await notes(street) if code.startswith("green_way")]
    assert told == [("green_way_began", "สายตรวจ 21"), ("green_way_ended", "สายตรวจ 21")]
