"""The outbox, the streams and the follower on real engines."""

import asyncio
import os
import shutil
import signal
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import ClassVar

import pytest

from unjai.model.actor import Actor, system
from unjai.model.clock import MovedClock
from unjai.model.ids import StationId, observation_id
from unjai.model.reading import Observation
from unjai.platform import streams
from unjai.platform.database import Database, Emitted
from unjai.platform.engines import device_streams
from unjai.platform.engines import nats as nats_server
from unjai.platform.engines.alone import Nats
from unjai.platform.follow import Follower
from unjai.platform.outbox import emit, missed, sent
from unjai.platform.streams import CLASSES, Bus, observations, stream_of


@dataclass(frozen=True, kw_only=True)
class Happened:
    """An event for the tests."""

    subject: ClassVar[str] = "test.happened"
    station_id: StationId
    number: int


def seen(clock: MovedClock, number: int) -> Observation:
    return Observation(
        id=observation_id(clock.now(), "test", f"{number}"),
        station_id=StationId(77),
        kind="position",
        source="test",
        device_id=None,
        observed_at=clock.now(),
        received_at=clock.now(),
        clock="ok",
        retention="fleet",
        payload={"number": number},
        digest=f"{number}",
    )


@pytest.fixture
async def clean(bus: Bus) -> AsyncIterator[Bus]:
    await bus.js.purge_stream(stream_of("fleet"))
    yield bus


async def test_an_event_leaves_with_its_transaction(db: Database, clock: MovedClock, here: Actor) -> None:
    out: list[Emitted] = []

    async def publish(emitted: list[Emitted]) -> None:
        out.extend(emitted)

    db.publish = publish
    async with db.tx(here) as tx:
        await emit(tx, clock, Happened(station_id=StationId(1), number=1))
        assert out == []
    assert [(one.subject, one.payload) for one in out] == [("evt.1.test.happened", b'{"station_id":1,"number":1}')]
    with pytest.raises(RuntimeError, match="undone"):
        async with db.tx(here) as tx:
            await emit(tx, clock, Happened(station_id=StationId(1), number=2))
            raise RuntimeError("undone")
    assert len(out) == 1


async def test_a_missed_event_is_repeated_until_it_is_sent(db: Database, clock: MovedClock, here: Actor) -> None:
    async def broken(_emitted: list[Emitted]) -> None:
        raise OSError("the bus is away")

    db.publish = broken
    async with db.tx(here) as tx:
        await emit(tx, clock, Happened(station_id=StationId(1), number=3))
    async with db.tx(system()) as tx:
        assert all(b'"number":3' not in one.payload for one in await missed(tx, clock.now()))
    clock.move(timedelta(seconds=3))
    async with db.tx(system()) as tx:
        late = [one for one in await missed(tx, clock.now()) if b'"number":3' in one.payload]
        assert len(late) == 1
        await sent(tx, [one.id for one in late])
    async with db.tx(system()) as tx:
        assert all(b'"number":3' not in one.payload for one in await missed(tx, clock.now()))


async def test_a_follower_reads_in_order_from_where_it_left(clean: Bus, clock: MovedClock) -> None:
    for number in range(5):
        await clean.put("obs.77.fleet.position.test", [seen(clock, 100 + number)])
    numbers: list[object] = []
    places: list[int] = []

    async def read(since: int, until: int) -> None:
        async for items in Follower(clean, stream_of("fleet"), since=since).batches():
            for item in items:
                numbers.append(observations(item.data)[0].payload["number"])
                places.append(item.seq)
            if len(numbers) >= until:
                return

    await asyncio.wait_for(read(0, 5), 20)
    assert numbers == [100, 101, 102, 103, 104]
    await clean.put("obs.77.fleet.position.test", [seen(clock, 105)])
    await asyncio.wait_for(read(places[-1], 6), 20)
    assert numbers[5:] == [105]


async def test_a_durable_reader_gets_what_it_did_not_acknowledge(clean: Bus, clock: MovedClock) -> None:
    follower = Follower(clean, stream_of("fleet"), durable="test-durable")
    await clean.put("obs.77.fleet.position.test", [seen(clock, 200), seen(clock, 201)])

    async def first() -> list[object]:
        async for items in follower.batches():
            await follower.done(items)
            return [one.payload["number"] for item in items for one in observations(item.data)]
        return []

    assert await asyncio.wait_for(first(), 20) == [200, 201]
    await clean.put("obs.77.fleet.position.test", [seen(clock, 202)])
    again = Follower(clean, stream_of("fleet"), durable="test-durable")
    async for items in again.batches():
        assert [one.payload["number"] for item in items for one in observations(item.data)] == [202]
        break
    await clean.js.delete_consumer(stream_of("fleet"), "test-durable")


async def test_a_repeat_within_the_window_is_one_message(clean: Bus, clock: MovedClock) -> None:
    one = [seen(clock, 300)]
    await clean.put("obs.77.fleet.position.test", one)
    await clean.put("obs.77.fleet.position.test", one)
    assert (await clean.js.stream_info(stream_of("fleet"))).state.messages == 1


async def test_a_list_over_a_megabyte_is_stored_in_parts_and_in_order(clean: Bus, clock: MovedClock) -> None:
    long = [
        replace(seen(clock, 300 + number), payload={"number": number, "text": "ก" * 200}) for number in range(2_000)
    ]
    await clean.put("obs.77.fleet.position.test", long)
    numbers: list[object] = []
    async for items in Follower(clean, stream_of("fleet")).batches():
        numbers += [one.payload["number"] for item in items for one in observations(item.data)]
        if len(numbers) >= len(long):
            break
    assert numbers == list(range(2_000))


async def test_a_server_that_answers_late_ends_nobodys_reading(bus: Bus, nats: Nats) -> None:
    pid = nats.child.pid
    heard = asyncio.Event()

    async def then(_subject: str, _data: bytes) -> None:
        heard.set()

    await bus.hear("test.after", then)
    os.kill(pid, signal.SIGSTOP)
    os.waitpid(pid, os.WUNTRACED)  # it stands
    try:
        with pytest.raises(TimeoutError):
            await bus.answers(0.05)
        asking = asyncio.create_task(bus.answers(10))
        await asyncio.sleep(0)
        asking.cancel()
    finally:
        os.kill(pid, signal.SIGCONT)
    await bus.answers(10)
    await bus.tell("test.after", b"")
    async with asyncio.timeout(10):
        await heard.wait()


async def test_a_subject_that_could_not_be_heard_leaves_no_subscription(
    nats: Nats, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streams, "_ANSWER_S", 0.05)
    bus = await Bus.connect(nats.url("core"), name="tests")

    async def then(_subject: str, _data: bytes) -> None: ...

    pid = nats.child.pid
    os.kill(pid, signal.SIGSTOP)
    os.waitpid(pid, os.WUNTRACED)  # it stands
    try:
        with pytest.raises(TimeoutError):
            await bus.hear("test.unheard", then)
    finally:
        os.kill(pid, signal.SIGCONT)
    assert bus.nc._subs == {}
    await bus.close()


async def test_a_closed_line_is_told_at_once(nats: Nats) -> None:
    bus = await Bus.connect(nats.url("core"), name="tests")
    await bus.close()
    with pytest.raises(ConnectionError):
        await bus.answers(1)


def test_the_smallest_budget_of_nats_has_room_for_what_the_streams_reserve() -> None:
    reserved = sum(kept.stream_bytes for kept in CLASSES.values()) + device_streams._LIGHT_BYTES
    assert reserved < nats_server._LEAST_STORE_BYTES


def test_a_small_disc_does_not_make_the_budget_smaller(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=600_000_000))
    assert nats_server._store_bytes(tmp_path) == nats_server._LEAST_STORE_BYTES
    (tmp_path / "store_bytes").write_text("392000000\n", "ascii")
    assert nats_server._store_bytes(tmp_path) == nats_server._LEAST_STORE_BYTES, "a folder of an older version"
