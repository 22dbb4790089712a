"""A controller that speaks NTCIP, driven by the process: the wish comes, a cut line lets go, a person takes it back."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import msgspec
import pytest

from tests.signals.conftest import HERE, the_file
from tests.signals.street import STAGES, TIMINGS, Line, StreetWatch, a_core, the_junction
from tests.signals.test_room import CAR, LANES, codes, mode, seen
from unjai.model.actor import system
from unjai.model.errors import UnjaiError
from unjai.signals.deciding import Deciding, plain
from unjai.signals.flows import enabling
from unjai.signals.junction import Decision, Picture
from unjai.signals.ntcip.oids import ControlStatus
from unjai.signals.ntcip.plant import Watch
from unjai.signals.plants.base import PlantSpec
from unjai.signals.plants.ntcip import Ntcip
from unjai.signals.room import seconds
from unjai.signals.rules.definition import junction_of
from unjai.signals.virtual.agent import serve


class Driven:
    """A controller of the street, its line, and what drives it; a clock that the test moves."""

    def __init__(self, junction, level="control", **changes):
        self.at = 1000.0
        self.core = a_core(**changes)
        self.core.step(self.at)
        self.line = Line(self.core)
        self.watch = StreetWatch(self.core)
        spec = PlantSpec(junction=junction, kind="ntcip", host="127.0.0.1", port=161, level=level, community="look")
        self.plant = Ntcip(spec, clock=lambda: self.at, wire=self.line, watch=Watch(settle_s=0))
        self.status = None
        self.phases = []

    def tick(self):
        for _ in range(2):
            self.at += 0.5
            self.core.step(self.at)
            self.watch.see(self.at)

    async def run(self, seconds_, wish):
        for _ in range(seconds_):
            self.status = await self.plant.read()
            self.phases.append(self.status and self.status.phase)
            if wish is not None:
                await self.plant.wish(wish)
            self.tick()


def two_rings():
    junction = the_junction()
    phases = zip(junction.phases, STAGES, strict=True)
    return replace(junction, phases=tuple(replace(one, number=a, also=(b,)) for one, (a, b) in phases))


@pytest.fixture
async def driven():
    made = Driven(two_rings())
    yield made
    await made.plant.close()
    assert made.watch.wrong == []


async def test_what_is_wished_shows_and_is_told_with_its_colours(driven):
    await driven.run(45, 2)
    assert driven.core.greens() == {4, 8}
    assert (driven.status.phase, driven.status.colour) == (2, "green")
    shown = set()
    for _ in range(12):
        await driven.run(1, 0)
        shown.add((driven.status.phase, driven.status.colour, driven.status.next))
    assert shown >= {(2, "green", None), (2, "yellow", 0), (2, "red", 0), (0, "green", None)}


async def test_a_wish_lapses_with_its_second_and_letting_go_clears_all(driven):
    await driven.run(30, 2)
    assert driven.line.sets[-1] != dict.fromkeys(driven.line.sets[-1], 0)
    await driven.run(2, None)
    assert driven.line.sets[-1] == dict.fromkeys(driven.line.sets[-1], 0)
    await driven.run(10, 2)
    await driven.plant.release()
    assert driven.line.sets[-1] == dict.fromkeys(driven.line.sets[-1], 0)
    sent = len(driven.line.sets)
    await driven.run(10, None)
    assert len(driven.line.sets) == sent


async def test_what_keeps_it_from_being_driven_is_raised_by_its_code(driven):
    await driven.run(20, 1)
    driven.line.cut = True
    driven.tick()
    with pytest.raises(UnjaiError) as error:
        await driven.plant.read()
    assert error.value.code == "signals_no_answer"
    driven.line.cut = False
    driven.tick()
    await driven.run(60, 1)
    assert 1 in driven.phases[-60:]


async def test_a_controller_without_backup_time_is_not_driven():
    driven = Driven(two_rings(), backup_s=0)
    for _ in range(2):
        with pytest.raises(UnjaiError) as error:
            await driven.plant.read()
        assert error.value.code == "signals_backup_time"
    await driven.plant.release()
    await driven.plant.close()
    assert driven.line.sets == []


async def test_the_pattern_that_gives_what_was_wished_is_chosen():
    driven = Driven(two_rings(), "pattern")
    for second in range(200):
        await driven.run(1, (0, 0, 0, 2)[second // 5 % 4])
    chosen = {one for sent in driven.line.sets for key, one in sent.items() if key.endswith(".4.14.0")} - {0}
    assert chosen
    assert chosen <= {2, 3}  # the first gives the turns nearly as much as the straight ways
    await driven.plant.close()
    assert driven.watch.wrong == []


async def test_who_stops_waiting_stops_nothing(driven):
    hold = asyncio.Event()
    get = driven.line.get

    async def slow(oids):
        await hold.wait()
        return await get(oids)

    driven.line.get = slow
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0):
            await driven.plant.read()
    hold.set()
    assert await driven.plant.read() is None  # all red when it starts
    assert driven.plant._going is None


async def test_letting_go_breaks_off_what_is_under_way(driven):
    await driven.run(20, 2)
    await driven.plant.wish(2)
    under_way, go_on = asyncio.Event(), asyncio.Event()
    put = driven.line.set

    async def slow(values):
        if any(values.values()):
            under_way.set()
            await go_on.wait()
        await put(values)

    driven.line.set = slow
    reading = asyncio.create_task(driven.plant.read())
    await under_way.wait()
    reading.cancel()  # the second is over
    await asyncio.gather(reading, return_exceptions=True)
    step = driven.plant._going
    await driven.plant.release()
    go_on.set()
    await asyncio.wait({step})
    driven.line.set = put
    assert not any(driven.line.sets[-1].values())


async def test_a_wrong_community_over_the_network_is_no_answer():
    agent = await serve(a_core(), 0, "look", lambda: 0.0, commands="drive")
    spec = PlantSpec(
        junction=two_rings(), kind="ntcip", host="127.0.0.1", port=agent.port, level="control", community="wrong"
    )
    plant = Ntcip(spec)
    with pytest.raises(UnjaiError) as error:
        await plant.read()
    assert error.value.code == "signals_no_answer"
    await plant.close()
    await agent.close()


# The whole process: boxes see, the room decides, two people have enabled it, the controller follows.


CALM = Picture(at_s=100.0, phase=0, green_s=20.0, seen=())


class East:
    """Wishes the arm on which the test's car waits."""

    def decide(self, _picture):
        return Decision(phase=1, why="queue_longer")


@pytest.fixture
async def street(db, clock, row, room_of):
    """The demo's crossing with a controller of one ring behind it."""
    file = the_file()
    file = file.model_copy(
        update={"phases": tuple(one.model_copy(update={"number": at}) for at, one in enumerate(file.phases, 1))}
    )
    made = Driven(
        junction_of(file),
        timings={phase: TIMINGS[phase] for phase in range(1, 5)},
        patterns={},
        rings=(((1, 2), (3, 4)),),
    )
    plants = []

    def opens(spec):
        spec = replace(spec, junction=junction_of(file))
        plants.append(Ntcip(spec, clock=lambda: made.at, wire=made.line, watch=Watch(settle_s=0)))
        return plants[-1]

    room = await room_of(make=lambda _junction: East(), opens=opens)
    made.room, made.clock, made.db, made.key, made.row = room, clock, db, row["id"], row
    yield made
    await room.close()
    assert made.watch.wrong == []


async def pass_by(street, count):
    for _ in range(count):
        street.clock.move(timedelta(seconds=1))
        told = [seen(street.clock, "signal_seen", {"lanes": LANES, "vehicles": [CAR]})]
        await street.room._heard("", msgspec.json.encode(told))
        street.tick()
        await street.room.tick()


async def test_a_junction_is_driven_let_go_when_the_line_is_cut_and_driven_again(street):
    await mode(street, "control")
    await pass_by(street, 35)
    assert street.core.greens() == {2}
    state = street.room.posts[street.key].state(seconds(street.clock.now()))
    assert (state["phase"], state["health"], state["mode"]) == (1, "ok", "control")
    street.line.cut = True
    await pass_by(street, 30)
    assert street.core.status is ControlStatus.BACKUP
    assert street.room.posts[street.key].state(0.0)["trouble"] == "signals_no_answer"
    assert street.room.posts[street.key].wrong == ("signals_no_answer",)
    street.line.cut = False
    await pass_by(street, 35)
    assert street.room.posts[street.key].wrong == ()
    assert any(street.line.sets[-1].values())
    assert [one for one in await codes(street) if one.startswith("plant")] == ["plant_trouble", "plant_back"]


async def test_one_key_takes_it_back_at_once(street):
    await mode(street, "control")
    await pass_by(street, 30)
    assert any(street.line.sets[-1].values())
    async with street.db.tx(system(HERE)) as tx:
        await enabling.go_local(tx, system(HERE), street.clock, junction_id=street.key)
    await street.room._changed("", b"")
    assert not any(street.line.sets[-1].values())
    sent = len(street.line.sets)
    await pass_by(street, 20)
    assert len(street.line.sets) == sent


async def test_a_controller_that_ignores_what_is_set_is_commanded_no_more(street):
    street.line.set = lambda _values: asyncio.sleep(0)  # acknowledged, not done
    await mode(street, "control")
    await pass_by(street, 20)
    assert street.room.posts[street.key].state(0.0)["trouble"] == "signals_set_ignored"
    for _ in range(10):  # until somebody looks: never over by itself, so never told anew
        await pass_by(street, 1)
        assert street.room.posts[street.key].wrong == ("signals_set_ignored",)


async def test_a_controller_without_backup_time_and_a_clock_that_leapt_are_trouble(street):
    post = street.room.posts[street.key]
    street.core.backup_s = 0
    await mode(street, "control")
    for _ in range(3):
        await pass_by(street, 1)
        assert post.wrong == ("signals_backup_time",)
    street.core.backup_s = 10
    await pass_by(street, 20)
    assert post.wrong == ()
    street.at -= 100
    await pass_by(street, 1)
    assert post.wrong == ("signals_time_leapt",)


def test_until_it_is_ready_and_where_it_fails_the_plain_rule_decides(junction, monkeypatch, caplog):
    controller = Deciding(junction)
    assert controller.decide(CALM) == plain(junction, CALM)
    monkeypatch.setattr("unjai.signals.deciding._ready.is_set", lambda: True)
    assert controller.decide(CALM).why in {"keeps", "changes"}
    controller._ahead = None
    assert controller.decide(CALM) == plain(junction, CALM)
    assert "the plain rule decides" in caplog.text
