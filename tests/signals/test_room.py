"""The process: what boxes tell becomes a picture, wishes are kept, a controller is driven and let go."""

import asyncio
import subprocess
import sys
from datetime import timedelta
from types import SimpleNamespace
from uuid import UUID, uuid4

import msgspec
import pytest
from sqlalchemy import delete, insert, update

from tests.conftest import NIGHT
from tests.signals.conftest import BOX, HERE, the_file
from unjai.model.actor import system
from unjai.model.errors import UnjaiError
from unjai.model.ids import ObservationId, StationId
from unjai.model.reading import Observation
from unjai.people.registry import Refusals
from unjai.picture.alerts.rules.facts import SIGNALS_SAY, SignalSaid
from unjai.sense.record import Writing
from unjai.signals.flows import enabling, junctions
from unjai.signals.flows.junctions import set_mode
from unjai.signals.flows.keeping import forget_signals
from unjai.signals.junction import Decision, Told
from unjai.signals.plants.base import Status
from unjai.signals.recording import note_signals
from unjai.signals.room import state_subject
from unjai.signals.store import flow
from unjai.signals.store import junctions as store
from unjai.signals.store import log as logs
from unjai.signals.troubles import tell_idle
from unjai.territory.store import device

LANES = ["N1", "N2", "E1", "E2", "S1", "S2", "W1", "W2"]
CAR = ["E1", 3.0, 0.0, "car", "t1", 9.0]


class Controller:
    """A controller that does as it is told, and remembers it."""

    def __init__(self, spec):
        self.spec, self.heard, self.status = spec, [], Status(phase=0, colour="green", for_s=20.0)
        self.trouble = None

    async def read(self):
        if self.trouble is not None:
            raise self.trouble
        return self.status

    async def wish(self, phase):
        self.heard.append(phase)

    async def release(self):
        self.heard.append("release")

    async def close(self):
        self.heard.append("close")


class Says:
    """Always wishes the same phase."""

    def decide(self, _picture):
        return Decision(phase=1, why="queue_longer", facts=(("waiting", 1.0),))


class Tells(Says):
    """Tells itself, as if it were its own neighbour, and keeps what it is told."""

    def __init__(self, junction):
        self.key, self.told = junction.key, []

    def decide(self, picture):
        self.told.append(picture.told)
        return Decision(phase=1, tells=(Told(sender=self.key, to=self.key, at_s=picture.at_s, arrivals=()),))


def seen(clock, kind, payload, *, box=BOX, station=HERE):
    now = clock.now()
    facts = {"source": "BOX-1", "device_id": box, "observed_at": now, "received_at": now, "clock": "ok"}
    key = ObservationId(uuid4())
    return Observation(id=key, station_id=station, kind=kind, retention="moment", payload=payload, **facts)


@pytest.fixture
async def room(db, clock, row, room_of):
    """The room with the crossing in it; its controller is the test's own."""
    controllers = []

    def opens(spec):
        controllers.append(Controller(spec))
        return controllers[-1]

    made = await room_of(make=lambda _junction: Says(), opens=opens)
    return SimpleNamespace(room=made, controllers=controllers, key=row["id"], clock=clock, db=db, row=row)


async def second(it, *vehicles, blind=False):
    """Let a second pass in which the box tells what it sees."""
    it.clock.move(timedelta(seconds=1))
    if not blind:
        told = [seen(it.clock, "signal_seen", {"lanes": LANES, "vehicles": list(vehicles)})]
        await it.room._heard("", msgspec.json.encode(told))
    await it.room.tick()


async def codes(it):
    async with it.db.tx(system(HERE)) as tx:
        return [one["code"] for one in await store.notes(tx, it.key)][::-1]


async def mode(it, name):
    async with it.db.tx(system(HERE)) as tx:
        row = await store.junction(tx, it.key, lock=True)
        await set_mode(tx, system(HERE), it.clock, row=row, mode=name)
    await it.room._changed("", b"")


async def test_shadow_only_says_what_it_would_do(room):
    (controller,) = room.controllers
    assert controller.spec.community == "street-secret"
    assert "street-secret" not in repr(controller.spec)
    for _ in range(3):
        await second(room, CAR)
    controller.status = Status(phase=1, colour="green", for_s=0.0)
    await second(room, CAR)
    assert controller.heard == []
    async with room.db.tx(system(HERE)) as tx:
        (change,) = await store.changes(tx, room.key, NIGHT, "shadow")
        events = await logs.events_of(tx, room.key, NIGHT, NIGHT + timedelta(hours=1))
    assert (change["phase"], change["wish"], change["why"]) == (0, 1, "queue_longer")
    assert change["waited_s"] == pytest.approx(3.0)
    assert [(one.code, one.param) for one in events] == [(1, 2), (1, 4), (7, 2)]
    state = room.room.posts[room.key].state(0.0)
    assert (state["mode"], state["phase"], state["wish"], state["health"]) == ("shadow", 1, 1, "ok")


async def test_the_state_is_told_each_second(room, bus):
    told = []
    subscription = await bus.hear(state_subject(HERE, room.key), lambda _subject, data: told.append(data) or _nothing())
    await second(room, CAR)
    await bus.answers(5)
    while not told:
        await asyncio.sleep(0)
    await subscription.unsubscribe()
    state = msgspec.json.decode(told[0])
    assert state["lanes"][2] == {"key": "E1", "queue": 1, "queue_m": 3.0, "seen": 1, "age_s": 0.0}
    assert (state["why"], state["facts"], state["missing"]) == ("queue_longer", {"waiting": 1.0}, "")


async def _nothing():
    return None


async def test_control_wishes_each_second_and_local_lets_go_at_once(room):
    await mode(room, "control")
    for _ in range(3):
        await second(room, CAR)
    driven = room.controllers[-1]
    assert (driven.spec.level, driven.heard) == ("control", [1, 1, 1])
    async with room.db.tx(system(HERE)) as tx:
        await enabling.go_local(tx, system(HERE), room.clock, junction_id=room.key)
    await room.room._changed("", b"")
    assert driven.heard[3:] == ["release", "close"]
    await second(room, CAR)
    assert room.controllers[-1].heard == []
    assert room.room.posts[room.key].state(0.0)["mode"] == "local"


async def test_a_lost_picture_lets_the_controller_go_and_says_so(room):
    await mode(room, "control")
    await second(room, CAR)
    driven = room.controllers[-1]
    for _ in range(6):
        await second(room, blind=True)
    assert driven.heard[-1] == "release"
    assert 1 not in driven.heard[6:]
    assert (await codes(room))[-1] == "stale"
    await second(room, CAR)
    assert driven.heard[-1] == 1
    assert (await codes(room))[-1] == "fresh"


async def test_a_controller_that_is_silent_is_noted_once_and_its_return_too(room):
    await second(room, CAR)
    (controller,) = room.controllers
    controller.trouble = UnjaiError("signals_plant_silent", 503)
    for _ in range(3):
        await second(room, CAR)
    assert room.room.posts[room.key].state(0.0)["trouble"] == "signals_plant_silent"
    controller.trouble = None
    await second(room, CAR)
    assert [one for one in await codes(room) if one.startswith("plant")] == ["plant_trouble", "plant_back"]


async def test_one_silence_is_noted_once_whoever_loses_patience_first(room):
    (controller,) = room.controllers
    for code in ("signals_no_answer", "signals_plant_silent", "signals_no_answer"):
        controller.trouble = UnjaiError(code, 503)
        await second(room, CAR)
    assert (await codes(room)).count("plant_trouble") == 1
    controller.trouble = UnjaiError("signals_flashing", 503)
    await second(room, CAR)
    assert (await codes(room)).count("plant_trouble") == 2


async def test_when_another_phase_shows_it_is_decided_anew(room):
    """What was decided for the phase before, with its reason, would be told of the new one for seconds."""
    (controller,), post = room.controllers, room.room.posts[room.key]
    await second(room, CAR)
    before = post.decision
    await second(room, CAR)
    assert post.decision is before
    controller.status = Status(phase=2, colour="green", for_s=0.0)
    await second(room, CAR)
    assert post.decision is not before


async def test_troubles_are_said_at_each_change_and_now_and_then(room, monkeypatch):
    told = []

    async def tell(subject, data):
        if subject == SIGNALS_SAY:
            said = msgspec.json.decode(data, type=SignalSaid)
            assert (said.station_id, said.device_id) == (HERE, BOX)
            told.append(said.facts["troubles"])

    monkeypatch.setattr(room.room._bus, "tell", tell)
    (controller,) = room.controllers
    for _ in range(3):
        await second(room, CAR)
    for code in ("signals_no_answer", "signals_backup_time", "signals_set_ignored", "signals_time_leapt"):
        controller.trouble = UnjaiError(code, 503)
        for _ in range(3):
            await second(room, CAR)
    controller.trouble = None
    for _ in range(31):
        await second(room, CAR)
    codes = [["signals_no_answer"], ["signals_backup_time"], ["signals_set_ignored"], ["signals_time_leapt"]]
    assert told == [[], *codes, [], []]
    for _ in range(6):
        await second(room, blind=True)
    assert told[-1] == ["picture"]
    said = len(told)
    await tell_idle(room.db, system(HERE), room.room._bus)
    assert len(told) == said  # what is watched is told of by who watches it


@pytest.mark.parametrize("how", ["off", "removed", "another"])
async def test_a_trouble_ends_with_the_watching_though_the_process_is_down(room, bus, how):
    """The process of signals runs for watched junctions alone, so it cannot be the one who says it."""
    async with room.db.tx(system(HERE)) as tx:
        if how == "another":
            await tx.execute(update(device).where(device.c.id == BOX).values(settings={"junction": "J-02"}))
        else:
            row = await junctions.watch(tx, system(HERE), room.clock, junction_id=room.key, on=False)
        if how == "removed":
            await junctions.remove(tx, system(HERE), room.clock, junction_id=room.key, version=row["version"])
    told = []
    subscription = await bus.hear(SIGNALS_SAY, lambda _subject, data: told.append(data) or _nothing())
    await tell_idle(room.db, system(HERE), bus)
    while not told:
        await asyncio.sleep(0)
    await subscription.unsubscribe()
    async with room.db.tx(system(HERE)) as tx:
        await tx.execute(update(device).where(device.c.id == BOX).values(settings={"junction": "J-01"}))
    said = [msgspec.json.decode(one, type=SignalSaid) for one in told]
    assert said == [SignalSaid(station_id=HERE, device_id=BOX, facts={"troubles": []})]


def test_the_core_does_not_load_the_controllers_compiler():
    asked = "import sys, unjai.roles.core; sys.exit('numba' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", asked], check=False).returncode == 0


async def test_of_a_junctions_boxes_only_the_first_speaks(room):
    async with room.db.tx(system(HERE)) as tx:
        assert await store.idle_boxes(tx) == []
        facts = {"name_th": "กล่อง", "owner_kind": "police", "silent_after_s": 180, "settings": {"junction": "J-01"}}
        second_box = UUID(int=2**128 - 1)
        box = {"id": second_box, "station_id": HERE, "key": "BOX-2", "kind": "signal_box", "lon": 99.9, "lat": 16.6}
        await tx.execute(insert(device).values(**box, **facts))
        assert [row["id"] for row in await store.idle_boxes(tx)] == [second_box]
        await tx.execute(delete(device).where(device.c.id == second_box))


async def test_a_box_speaks_of_its_own_junction_alone(room):
    told = [
        seen(room.clock, "signal_seen", {"lanes": LANES, "vehicles": []}, box=uuid4()),
        seen(room.clock, "signal_seen", {"lanes": LANES, "vehicles": []}, station=StationId(11)),
        seen(room.clock, "signal_seen", {"lanes": LANES, "vehicles": [["N1"]]}),
        seen(room.clock, "signal_state", {"phase": 99, "colour": "green"}),
    ]
    await room.room._heard("", msgspec.json.encode(told))
    assert room.room.posts[room.key].sight.missing(0.0) == "lanes"


async def test_what_is_told_beyond_the_lines_reaches_who_decides(room):
    asked = []
    room.room.posts[room.key]._way.inner = SimpleNamespace(
        decide=lambda picture: asked.append(picture) or Says().decide(0)
    )
    beyond = {"outs": [["to-S", 4.0, False]], "inside": [["N1", "to-S", 8.0, 6.5]]}
    turns = {"lasts_s": 1, "ways": [["N1", "to-S", 2]]}
    told = [seen(room.clock, "signal_beyond", beyond), seen(room.clock, "signal_turns", turns)]
    foreign = [
        seen(room.clock, "signal_turns", turns, box=uuid4()),
        seen(room.clock, "signal_beyond", {"outs": [["to-S"]]}),
    ]
    await room.room._heard("", msgspec.json.encode(told + told + foreign))
    for _ in range(6):
        await second(room, CAR)
    first, later = asked
    assert sorted(one.room_m for one in first.outs) == [4.0, 150.0, 150.0, 150.0]
    assert [one.to_go_m for one in first.inside] == [8.0]
    assert len(first.left) == 2
    assert (later.outs, later.inside, later.left) == ((), (), ())


async def test_turned_off_and_removed_junctions_are_let_go(room):
    await mode(room, "control")
    await mode(room, "off")
    assert room.room.posts == {}
    assert room.controllers[-1].heard[-2:] == ["release", "close"]


async def test_counts_and_logs_are_recorded_once_and_forgotten(room):
    at = room.clock.now()
    said = [
        seen(room.clock, "signal_count", {"lasts_s": 60, "lanes": {"N1": {"car": 3, "motorcycle": 4, "heavy": 1}}}),
        seen(room.clock, "signal_count", {"lasts_s": 60, "lanes": {"N2": {"car": 2, "motorcycle": 0, "heavy": 0}}}),
        seen(room.clock, "signal_count", {"lasts_s": 60, "lanes": {"N1": {"car": 99}}}, box=uuid4()),
        seen(room.clock, "signal_log", {"events": [[int(at.timestamp() * 1000), 82, 3]] * 2}),
    ]
    for _ in range(2):
        async with room.db.tx(system(HERE)) as tx:
            await note_signals(Writing(tx, "device", said, Refusals()))
    span = {"since": at - timedelta(hours=1), "until": at + timedelta(hours=1)}
    async with room.db.tx(system(HERE)) as tx:
        (found,) = await flow.flow_of(tx, **span)
        quarter = await flow.flow_of(tx, **span, step="quarter", junction_id=room.key)
        events = await logs.events_of(tx, room.key, *span.values())
    assert (found.approach, found.car, found.motorcycle, found.heavy) == ("N", 5, 4, 1)
    assert (found.counted_s, found.whole_s) == (120, 7200)
    assert found.at == at.replace(minute=0, second=0, microsecond=0)
    assert [one.whole_s for one in quarter] == [1800]
    assert [(one.code, one.param) for one in events] == [(82, 3)]
    async with room.db.tx(system(StationId(11))) as tx:
        assert await flow.flow_of(tx, **span) == []
    room.clock.move(logs.KEPT + timedelta(days=1))
    async with room.db.tx(system(HERE)) as tx:
        await forget_signals(tx, room.clock)
        assert await flow.flow_of(tx, **span) == []


async def test_a_controller_program_that_breaks_lets_the_street_go(room):
    await mode(room, "control")
    await second(room, CAR)
    post, driven = room.room.posts[room.key], room.controllers[-1]
    post.decision, post._way.inner = None, None  # it cannot even be called
    await second(room, CAR)
    assert driven.heard == [1, "release"]


async def test_a_junction_that_cannot_be_served_stops_no_other(room, db, ground):
    async with db.tx(ground.supervisor) as tx:
        mine = (tx, ground.supervisor, room.clock)
        made = await junctions.register(*mine, file=the_file(code="J-00"), plant=junctions.PlantWish())
        await junctions.watch(*mine, junction_id=made["id"], on=True)
        await store.change_junction(tx, made["id"], definition={"code": "J-00"})
    await room.room.load()
    assert set(room.room.posts) == {room.key}
    async with db.tx(ground.supervisor) as tx:
        await store.change_junction(tx, made["id"], removed_at=NIGHT)


@pytest.mark.parametrize(("name", "sends"), [("shadow", False), ("control", True)])
async def test_what_a_plan_sends_on_is_told_where_it_is_driven_only(room, room_of, name, sends):
    minds = []

    def make(junction):
        minds.append(Tells(junction))
        return minds[-1]

    room.room = await room_of(make=make, opens=Controller)
    await mode(room, name)
    for _ in range(12):
        await second(room, CAR)
    assert minds[-1].told[0] == ()
    assert bool(minds[-1].told[-1]) is sends
