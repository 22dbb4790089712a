"""A point's line: what is left behind where it cannot begin, is taken over, is flooded, or misses a word."""

import asyncio
import base64
import contextlib
import json
from types import SimpleNamespace

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from tests.sos.conftest import HERE
from unjai.model.actor import system
from unjai.model.clock import SystemClock
from unjai.platform.config import Settings
from unjai.platform.streams import Bus
from unjai.sos import flows, rules, store
from unjai.web import point_door
from unjai.web.desk_sockets import Room, _Desk
from unjai.web.live import Hub, Reader
from unjai.web.sockets import Ears

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:(websockets|uvicorn).*")


def line(edge):
    pair = base64.b64encode(f"POLE-1:{edge.secret}".encode()).decode()
    return connect(f"ws://{edge.place}/ws/sos/point", additional_headers={"Authorization": f"Basic {pair}"})


async def says(socket, **body):
    await socket.send(json.dumps(body))


async def until(socket, wanted):
    async for message in socket:
        said = json.loads(message)
        if wanted(said):
            return said
    return None


def call_is(state):
    return lambda said: said["type"] == "call" and (said["call"] or {}).get("state") == state


@pytest.fixture(autouse=True)
async def quiet(db, ground, clock):
    """No call is left open."""
    yield
    async with db.tx(system(HERE)) as tx:
        for row in await store.open_calls(tx):
            await store.change_call(tx, row["id"], state="ended", ended_at=clock.now(), ended_why="desk")


async def test_a_line_that_was_taken_over_does_not_say_that_the_point_left(db, edge, ground):
    async with line(edge) as old:
        await says(old, type="hello", by="page", voice="ready")
        await until(old, lambda said: said["type"] == "hello")
        async with line(edge) as new:
            await says(new, type="hello", by="page", voice="ready")
            await until(old, lambda said: said["type"] == "error")
            with contextlib.suppress(ConnectionClosed):
                await old.recv()
            assert old.close_code == point_door.ELSEWHERE
            await edge.serves(1)
            await says(new, type="call")
            await until(new, call_is("ringing"))  # its hello was taken before
            async with db.tx(system(HERE)) as tx:
                seen = (await store.presence(tx, ground.pole))["seen_at"]
            assert edge.made.clock.now() - seen < rules.READY
    await edge.serves(0)
    async with db.tx(system(HERE)) as tx:
        seen = (await store.presence(tx, ground.pole))["seen_at"]
    assert edge.made.clock.now() - seen >= rules.READY


async def test_a_flood_is_told_to_wait_and_signals_are_not_counted(edge):
    async with line(edge) as socket:
        for _ in range(200):
            await says(socket, type="ready")
        for _ in range(200):
            await says(socket, type="pressed")
        error = (await until(socket, lambda said: said["type"] == "error"))["error"]
        assert (error["code"], error["facts"]["wait_s"]) == ("too_many_requests", 1)


async def test_a_call_whose_end_was_missed_ends_at_the_point(db, edge, ground, monkeypatch):
    monkeypatch.setattr(point_door, "_TICK_S", 0.01)
    async with line(edge) as socket:
        await says(socket, type="call")
        call = (await until(socket, call_is("ringing")))["call"]
        async with db.tx(system(HERE)) as tx:  # no event goes out
            row = await store.open_call_of(tx, ground.pole)
            await store.change_call(tx, row["id"], state="ended", ended_at=edge.made.clock.now(), ended_why="desk")
        over = await until(socket, call_is("ended"))
        assert over["call"]["id"] == call["id"] == str(row["id"])


class Cut(Bus):
    """A line to the bus that is cut after some subjects were heard."""

    def __init__(self, nc, left):
        super().__init__(nc)
        self.left = left

    async def answers(self, patience_s):
        self.left -= 1
        if self.left < 0:
            raise ConnectionError
        await super().answers(patience_s)


async def heard_nothing(_subject, _data):
    """Hear nothing."""


@pytest.fixture
async def own(nats):
    bus = await Bus.connect(nats.url("core"), name="tests")
    yield bus
    await bus.close()


@pytest.mark.parametrize("left", [0, 1, 3])
async def test_a_line_that_hears_only_a_part_lets_it_go(db, own, ground, left):
    clock = SystemClock()
    hub = Hub(Cut(own.nc, left), clock)
    closed = []

    async def close():
        closed.append(True)

    door = SimpleNamespace(hub=hub, ground=SimpleNamespace(db=db, clock=clock))
    device = SimpleNamespace(key="POLE-1", name_th="เสา", station_id=HERE, device_id=ground.pole)
    await point_door._Line(door, SimpleNamespace(close=close), device).serve()
    assert closed
    assert own.nc._subs == {}


class Slow:
    """A page's end that takes its time to go once it was told to."""

    def __init__(self):
        self.greeted, self.told, self.gone = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def send_text(self, _text):
        self.greeted.set()

    async def close(self, _code=1000):
        self.told.set()

    async def receive(self):
        await self.gone.wait()
        return {"type": "websocket.disconnect"}


@pytest.mark.parametrize("taken", [True, False])
async def test_only_a_line_that_was_not_taken_over_says_at_its_end_that_the_point_left(
    db, own, ground, clock, tmp_path, taken
):
    socket = Slow()
    door = SimpleNamespace(
        hub=Hub(own, clock),
        ground=SimpleNamespace(db=db, clock=clock),
        settings=Settings(data=tmp_path),
        same=lambda _device: True,
    )
    device = SimpleNamespace(key="POLE-1", name_th="เสา", station_id=HERE, device_id=ground.pole)
    async with asyncio.timeout(30):
        serving = asyncio.create_task(point_door._Line(door, socket, device).serve())
        await socket.greeted.wait()
        if taken:
            await own.tell(f"point.taken.{ground.pole}", b"another")
            await socket.told.wait()
        async with db.tx(ground.point) as tx:  # the hello of the new line
            await flows.beat(tx, ground.point, clock, device_id=ground.pole, by="page", voice="ready")
        socket.gone.set()
        await serving
    async with db.tx(system(HERE)) as tx:
        seen = (await store.presence(tx, ground.pole))["seen_at"]
    assert (clock.now() - seen < rules.READY) is taken


async def test_an_operators_end_that_cannot_hear_lets_all_go(db, own, ground, clock, monkeypatch, tmp_path):
    row = {"station_id": HERE, "device_id": ground.pole, "state": "talking"}

    async def seen(_desk):
        return row

    monkeypatch.setattr(_Desk, "_seen", seen)
    monkeypatch.setattr(_Desk, "_shown", lambda _desk, row: row)
    room = Room(
        hub=Hub(Cut(own.nc, 2), clock),
        ground=SimpleNamespace(db=db, clock=clock),
        who=None,
        settings=Settings(data=tmp_path),
    )
    with pytest.raises(ConnectionError):
        await _Desk(room, None, ground.operator, ground.incident).serve()
    assert own.nc._subs == {}


async def test_a_screen_whose_picture_cannot_be_heard_is_no_reader(own, clock):
    hub = Hub(Cut(own.nc, 0), clock)
    with pytest.raises(ConnectionError):
        await hub.serve(None, Reader(station_id=HERE, view="none"), None)
    assert hub.readers == {}
    assert own.nc._subs == {}


async def test_ears_close_on_a_line_that_is_closed_already(nats):
    bus = await Bus.connect(nats.url("core"), name="tests")
    ears = Ears(bus)
    await ears.hear("test.ears", heard_nothing)
    await bus.close()
    await ears.close()
