"""What a durable reader had in its hands when it died comes again, whatever its successor acknowledged meanwhile."""

import asyncio
from datetime import timedelta

import pytest

from unjai.model.clock import MovedClock
from unjai.model.ids import DeviceId, StationId, new_id, observation_id
from unjai.model.reading import Observation
from unjai.platform.follow import Follower, Item
from unjai.platform.streams import Bus, observations, stream_of


def seen(clock: MovedClock, number: int) -> Observation:
    at = clock.now() + timedelta(seconds=number)
    return Observation(
        id=observation_id(at, "follow-test", str(number)),
        station_id=StationId(78),
        kind="position",
        source="follow-test",
        device_id=DeviceId(new_id(at)),
        observed_at=at,
        received_at=at,
        clock="ok",
        retention="fleet",
        payload={"number": number},
    )


def numbers(items: list[Item]) -> list[object]:
    return [one.payload["number"] for item in items for one in observations(item.data)]


async def test_what_a_killed_reader_held_comes_again(bus: Bus, clock: MovedClock) -> None:
    stream, name = stream_of("fleet"), "killed-reader"
    await bus.js.purge_stream(stream)

    def reader() -> Follower:
        return Follower(bus, stream, durable=name, ack_wait_s=1.0)

    async def held() -> list[object]:
        async for items in reader().batches():
            return numbers(items)  # killed here: nothing is acknowledged
        return []

    await bus.put("obs.78.fleet.position.follow-test", [seen(clock, 1)])
    assert await asyncio.wait_for(held(), 20) == [1]
    await bus.put("obs.78.fleet.position.follow-test", [seen(clock, 2)])

    found: list[object] = []

    async def succeed() -> None:
        successor = reader()
        async for items in successor.batches():
            found.extend(numbers(items))
            await successor.done(items)
            if {1, 2} <= set(found):
                return

    try:
        await asyncio.wait_for(succeed(), 20)
    finally:
        await bus.js.delete_consumer(stream, name)
    assert set(found) == {1, 2}


async def test_a_break_behind_what_came_before_is_not_lost(bus: Bus, clock: MovedClock) -> None:
    """NATS was killed while a batch was gathered: the batch is handed out, then the reader begins anew."""
    stream = stream_of("fleet")
    await bus.js.purge_stream(stream)
    follower, found = Follower(bus, stream, durable="broken-reader"), []
    before = set(bus.when_back)
    await bus.put("obs.78.fleet.position.follow-test", [seen(clock, 11)])

    async def follow() -> None:
        async for items in follower.batches():
            found.extend(numbers(items))
            await follower.done(items)
            if found == [11]:
                await bus.put("obs.78.fleet.position.follow-test", [seen(clock, 12)])
                while follower._queue.empty():
                    await bus.nc.flush()
                for told in bus.when_back - before:
                    told()
            else:
                with pytest.raises(OSError, match="reconnected"):
                    await follower._some()
                return

    try:
        await asyncio.wait_for(follow(), 20)
        assert found == [11, 12]
    finally:
        await bus.js.delete_consumer(stream, "broken-reader")
