"""The demo zone comes in through the flows, twice without a difference, and its credentials stay secret and right."""

import json
import stat
from pathlib import Path

import pytest
from sqlalchemy import func, select

from unjai.demo import credentials
from unjai.demo.seed import seed_demo
from unjai.demo.town import ZONE_CODE, town
from unjai.model.actor import system
from unjai.model.clock import MovedClock
from unjai.model.errors import UnjaiError
from unjai.model.geometry import Point
from unjai.model.ids import StationId
from unjai.patrol.flows.checkpoints import remove_beat
from unjai.patrol.store import checkpoints
from unjai.people import flows as people
from unjai.people.registry import Registry
from unjai.picture.alerts import store as alerts
from unjai.picture.alerts.flows import remove_rule
from unjai.platform.database import Database
from unjai.territory.store import device
from unjai.territory.view import forget, territory_of


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("data")


@pytest.fixture
async def station(worker_db: Database, data: Path, clock: MovedClock) -> StationId:
    forget()
    return await seed_demo(worker_db, clock, data_dir=data)


async def test_the_zone_is_there_and_called_fictional(worker_db: Database, station: StationId) -> None:
    async with worker_db.tx(system(station)) as tx:
        here = await territory_of(tx, station)
    assert here.zone is not None
    assert here.zone.fictional
    assert here.zone.code == ZONE_CODE
    assert here.station.fictional
    assert here.zone.area_m2 == pytest.approx(1_700_000, rel=0.01)
    assert here.graph.edge_count >= 1_200
    assert len(here.communities) == 6
    assert {part.kind for part in here.subzones} == {"economic", "risk", "landmark"}
    assert sum(one.kind == "camera" for one in here.devices) == 60
    assert sum(one.kind == "sos_pole" for one in here.devices) == 8


async def test_the_centre_finds_its_way_in_it(worker_db: Database, station: StationId) -> None:
    async with worker_db.tx(system(station)) as tx:
        here = await territory_of(tx, station)
    pole = here.device("pole-03")
    assert pole is not None
    assert pole.lon is not None
    assert pole.lat is not None
    at = Point(lon=pole.lon, lat=pole.lat)
    assert here.inside_zone(at)
    assert "ตลาดสด" in here.address_of(at).text_th
    far = next(one for one in here.devices if one.key == "pole-02")
    assert far.lon is not None
    assert far.lat is not None
    (reach,) = here.reach([(Point(lon=far.lon, lat=far.lat), "car")], at)
    assert reach.how == "road"
    assert 700 < reach.road_m < 2_500


async def test_every_account_opens_with_its_password(
    worker_db: Database, station: StationId, data: Path, clock: MovedClock
) -> None:
    known = credentials.load(data)
    assert len(known.accounts) == 25
    for username in ("operator", "superintendent", "v71", "w71"):
        async with worker_db.tx(system(station)) as tx:
            signed = await people.sign_in(
                tx,
                system(station),
                clock,
                username=username,
                password=known.accounts[username].password,
                ip="test",
                agent="test",
            )
        assert isinstance(signed, people.SignedIn)
        assert not signed.must_change_password
        assert signed.actor.stations == {station}
    assert "unit.self" in signed.actor.rights
    assert signed.actor.unit_id is not None


async def test_every_device_authenticates_and_belongs_to_its_unit(
    worker_db: Database, station: StationId, data: Path, clock: MovedClock
) -> None:
    known, registry = credentials.load(data), Registry()
    async with worker_db.tx(system(station)) as tx:
        await registry.load(tx, clock.now())
    assert len(known.devices) == 21
    for key, secret in known.devices.items():
        entry = registry.authenticate(key, secret)
        assert entry is not None, key
        assert (entry.unit_id is not None) == key.startswith("phone-")
    assert sum(entry.kind == "citizen_door" for entry in registry.entries) == 1


async def test_a_second_time_changes_nothing(
    worker_db: Database, station: StationId, data: Path, clock: MovedClock
) -> None:
    before = (data / credentials.FILE).read_text()
    async with worker_db.tx(system(station)) as tx:
        version = (await territory_of(tx, station)).version
    assert await seed_demo(worker_db, clock, data_dir=data) == station
    assert (data / credentials.FILE).read_text() == before
    async with worker_db.tx(system(station)) as tx:
        assert (await territory_of(tx, station)).version == version
        assert await tx.scalar(select(func.count()).select_from(device)) == len(town().phones) + 8 + 60 + 1 + 1
        assert len(await people.list_units(tx, system(station), clock)) == 12
        assert len(await people.list_shifts(tx, system(station), clock)) == 3


async def test_two_beats_have_as_many_checkpoints_as_a_shift_can_visit(
    worker_db: Database, station: StationId, data: Path, clock: MovedClock
) -> None:
    async with worker_db.tx(system(station)) as tx:
        beats = await checkpoints.beats(tx, station)
        assert [(beat["code"], beat["checkpoints"]) for beat in beats] == [("1", 11), ("2", 11)]
        await remove_beat(tx, system(station), clock, beat_id=beats[1]["id"])
    await seed_demo(worker_db, clock, data_dir=data)
    async with worker_db.tx(system(station)) as tx:
        assert len(await checkpoints.beats(tx, station)) == 1, "what somebody took away stays away"


async def test_trouble_at_the_crossing_is_told_unless_somebody_wants_it_otherwise(
    worker_db: Database, station: StationId, data: Path, clock: MovedClock
) -> None:
    actor = system(station)
    async with worker_db.tx(actor) as tx:
        (rule,) = await alerts.rules_of(tx, station)
        assert (rule["kind"], rule["enabled"], rule["body"]["lasts_s"]) == ("signal_trouble", True, 10)
        await remove_rule(tx, actor, clock, rule_id=rule["id"])
    await seed_demo(worker_db, clock, data_dir=data)
    async with worker_db.tx(actor) as tx:
        assert await alerts.rules_of(tx, station) == []


async def test_a_lost_file_is_made_anew_and_opens_again(
    worker_db: Database, station: StationId, data: Path, clock: MovedClock
) -> None:
    old = credentials.load(data)
    (data / credentials.FILE).unlink()
    await seed_demo(worker_db, clock, data_dir=data)
    new = credentials.load(data)
    assert new.accounts["operator"].password != old.accounts["operator"].password
    async with worker_db.tx(system(station)) as tx:
        assert await people.verify_credential(tx, key="pole-01", secret=new.devices["pole-01"])
        assert not await people.verify_credential(tx, key="pole-01", secret=old.devices["pole-01"])
        signed = await people.sign_in(
            tx,
            system(station),
            clock,
            username="operator",
            password=new.accounts["operator"].password,
            ip="test",
            agent="test",
        )
    assert isinstance(signed, people.SignedIn)
    assert not signed.must_change_password


async def test_only_the_owner_reads_the_file(station: StationId, data: Path) -> None:
    path = data / credentials.FILE
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    body = json.loads(path.read_text())
    assert body["fictional"] is True
    assert body["station_id"] == station


def test_without_the_zone_the_play_says_so(tmp_path: Path) -> None:
    with pytest.raises(UnjaiError, match="demo_zone_missing"):
        credentials.load(tmp_path)
