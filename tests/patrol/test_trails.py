"""What units drive is noted at the streets, and never an older time over a newer."""

from datetime import timedelta
from uuid import uuid4

from sqlalchemy import insert, text

from tests.patrol.conftest import HERE, LAT, LON, away
from unjai.model.actor import system
from unjai.model.geometry import Point
from unjai.model.ids import observation_id
from unjai.patrol.flows.coverage import note_patrolled
from unjai.patrol.trails import Trails
from unjai.people.flows import create_unit
from unjai.territory.store import device
from unjai.territory.store.edge_facts import edge_facts_of

_SAID = text(
    "INSERT INTO obs_fleet (id, station_id, kind, source, device_id, observed_at, received_at, clock, lon, lat, accuracy_m,"
    " payload, digest) VALUES (:id, :s, 'position', 't', :d, :at, :at, 'ok', :lon, :lat, 5, '{}', 'x')"
)


async def noted(db):
    async with db.tx(system(HERE)) as tx:
        return (await edge_facts_of(tx, HERE, "patrolled_at"))["patrolled_at"]


async def test_the_streets_that_a_unit_went_along_are_noted(station, worker_db, clock):
    here = system(HERE)
    tracker, other = uuid4(), uuid4()
    async with station.tx(here) as tx:
        for key in (tracker, other):
            facts = {"key": f"t-{key.hex[:8]}", "kind": "tracker", "name_th": "ต", "owner_kind": "police"}
            await tx.execute(insert(device).values(id=key, station_id=HERE, silent_after_s=0, **facts))
        await create_unit(tx, here, clock, call_sign="ราง 1", kind="car", name_th="ราง", device_id=tracker)
        for who, second, lat in ((tracker, -30, LAT), (other, -20, LAT), (tracker, -10, away(3000))):
            at = clock.now() + timedelta(seconds=second)
            said = {"id": observation_id(at, "t", f"{who}{at}"), "s": HERE, "d": who, "at": at, "lon": LON, "lat": lat}
            await tx.execute(_SAID, said)
    trails = Trails([HERE])
    assert await trails.once(worker_db, clock) == 1
    assert list((await noted(station)).values()) == ["2026-11-21T18:13:39Z"]
    clock.move(timedelta(minutes=1))
    assert await trails.once(worker_db, clock) == 0


async def test_an_older_or_vaguer_position_changes_nothing(station, clock):
    sharp, vague = Point(lon=LON, lat=LAT, accuracy_m=5), Point(lon=LON, lat=LAT, accuracy_m=400)
    async with station.tx(system(HERE)) as tx:
        for point, at, changed in (
            (sharp, clock.now(), 1),
            (sharp, clock.now() - timedelta(hours=1), 0),
            (vague, clock.now() + timedelta(hours=1), 0),
        ):
            assert await note_patrolled(tx, clock, station_id=HERE, seen=[(point, at)], source="t") == changed
    assert list((await noted(station)).values()) == ["2026-11-21T18:14:09Z"]
