"""Observations in PostgreSQL: exactly once whatever is repeated, conflicts kept, partitions made and dropped."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select, text

from unjai.model.actor import Actor, system
from unjai.model.clock import MovedClock
from unjai.model.geometry import Point
from unjai.model.ids import DeviceId, StationId, named_id, observation_id
from unjai.model.reading import Observation
from unjai.platform.database import Database
from unjai.platform.engines.alone import Postgres
from unjai.sense.store import TABLES, keep_partitions, obs_conflict, partition_name, record

DEVICE = DeviceId(named_id("test", "phone"))


def seen(at: datetime, number: int = 0, **changed: object) -> Observation:
    moment = at + timedelta(seconds=number)
    made = Observation(
        id=observation_id(moment, "phone-1", f"{number}"),
        station_id=StationId(1),
        kind="position",
        source="phone-1",
        device_id=DEVICE,
        observed_at=moment,
        received_at=at,
        clock="ok",
        retention="fleet",
        point=Point(lon=100.1, lat=16.8, accuracy_m=5.0),
        payload={"speed_mps": 1.5, "note": 'tab\t"quote" ไทย \\n'},
        digest=f"d{number}",
    )
    return replace(made, **changed)  # type: ignore[arg-type]


async def count(db: Database, actor: Actor) -> int:
    async with db.tx(actor) as tx:
        return int(await tx.scalar(select(func.count()).select_from(TABLES["fleet"])))


async def test_repeats_change_nothing(worker_db: Database, clock: MovedClock, here: Actor) -> None:
    before = await count(worker_db, here)
    batch = [seen(clock.now() - timedelta(hours=1), number) for number in range(50)]
    for again in (batch, batch[10:], list(reversed(batch))):
        async with worker_db.tx(here) as tx:
            assert await record(tx, "fleet", again) == []
    assert await count(worker_db, here) == before + 50
    async with worker_db.tx(here) as tx:
        row = await tx.one(select(TABLES["fleet"]).where(TABLES["fleet"].c.id == batch[3].id))
    assert row is not None
    assert row["payload"] == batch[3].payload
    assert (row["lon"], row["lat"], row["accuracy_m"]) == (100.1, 16.8, 5.0)


async def test_an_id_reused_keeps_both(worker_db: Database, clock: MovedClock, here: Actor) -> None:
    at = clock.now() + timedelta(hours=1)
    first, other = seen(at, 1), seen(at, 1, digest="other", payload={"speed_mps": 9.0})
    async with worker_db.tx(here) as tx:
        await record(tx, "fleet", [first])
    for _ in range(2):
        async with worker_db.tx(here) as tx:
            conflicts = await record(tx, "fleet", [other, seen(at, 2)])
    assert conflicts == []  # the second time it is kept already
    async with worker_db.tx(here) as tx:
        kept = await tx.all(select(obs_conflict.c.payload).where(obs_conflict.c.id == first.id))
        stands = await tx.scalar(select(TABLES["fleet"].c.digest).where(TABLES["fleet"].c.id == first.id))
    assert kept == [{"payload": {"speed_mps": 9.0}}]
    assert stands == "d1"


async def test_another_stations_rows_are_not_there(db: Database, worker_db: Database, clock: MovedClock) -> None:
    there = system(StationId(2))
    async with worker_db.tx(there) as tx:
        await record(tx, "fleet", [seen(clock.now() + timedelta(hours=2), 1, station_id=StationId(2))])
    async with db.tx(system(StationId(3))) as tx:
        assert await tx.scalar(select(func.count()).select_from(TABLES["fleet"])) == 0


async def test_a_row_of_another_station_cannot_be_written(worker_db: Database, clock: MovedClock, here: Actor) -> None:
    with pytest.raises(Exception, match="row-level security"):
        async with worker_db.tx(here) as tx:
            await record(tx, "fleet", [seen(clock.now(), 1, station_id=StationId(2))])


async def test_partitions_come_and_go(
    postgres: Postgres, database_name: str, worker_db: Database, clock: MovedClock, here: Actor
) -> None:
    early = seen(clock.now() + timedelta(hours=5), 7)
    async with worker_db.tx(here) as tx:
        await record(tx, "fleet", [early])
    owner = Database(postgres.dsn("unjai_owner", database_name), connections=1)
    async with owner.tx(here) as tx:
        assert await keep_partitions(tx, clock.now()) == []
    before = await count(worker_db, here)
    async with worker_db.tx(here) as tx:
        assert await record(tx, "fleet", [early]) == []  # it moved, and its repeat lands where it is now
    assert await count(worker_db, here) == before
    async with owner.tx(here) as tx:
        assert await tx.scalar(text("SELECT count(*) FROM obs_fleet_rest")) == 0
        dropped = await keep_partitions(tx, clock.now() + timedelta(days=400))
    assert [name for name in dropped if name.startswith("obs_fleet")]
    assert partition_name("fleet", clock.now()).startswith("obs_fleet_2026112118")
    await owner.close()
