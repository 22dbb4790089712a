"""A station with a pole that has everything, one that has nothing, and a press at the first."""

import asyncio
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID, uuid4

import pytest
import uvicorn
from sqlalchemy import insert

from tests.conftest import NIGHT
from unjai.app import Common, _publish
from unjai.model.actor import Actor, system
from unjai.model.clock import MovedClock, SystemClock
from unjai.model.geometry import Point
from unjai.model.ids import AccountId, DeviceId, StationId
from unjai.people import flows as people
from unjai.people.registry import Refusals, Registry
from unjai.people.rights import ROLES
from unjai.platform.config import Settings
from unjai.platform.database import Database
from unjai.platform.engines.ports import free_port
from unjai.respond import flows as respond
from unjai.respond.flows import NewReport
from unjai.roles.web import web_application
from unjai.sos.points import speaker
from unjai.territory.store import device, org_unit, territory_version, zone

HERE, THERE = StationId(10), StationId(11)
WHOLE = {"siren": True, "light": True, "voice": True}
SQUARE = [[98.98, 18.78], [99.0, 18.78], [99.0, 18.8], [98.98, 18.8], [98.98, 18.78]]


@dataclass(kw_only=True)
class Ground:
    """Where it all stands."""

    pole: DeviceId
    bare: DeviceId
    incident: UUID
    operator: Actor
    second: Actor
    stranger: Actor
    point: Actor
    other: Actor


def operator(name: str, station: StationId) -> Actor:
    return Actor(
        kind="account",
        key=name,
        name=f"คน {name}",
        stations=frozenset({station}),
        rights=ROLES["operator"].rights,
        account_id=AccountId(uuid4()),
    )


async def pressed(db: Database, clock: MovedClock, pole: DeviceId, key: str) -> UUID:
    """Take a press of a pole as the picture does."""
    here = system(HERE)
    async with db.tx(here) as tx:
        report = NewReport(
            observation_id=uuid4(),
            digest="x",
            channel="pole",
            kind="sos_press",
            observed_at=clock.now(),
            received_at=clock.now(),
            source=key,
            point=Point(lon=98.99, lat=18.79),
            device_id=pole,
            device_key=key,
        )
        return (await respond.take_report(tx, here, clock, report=report)).incident_id


@pytest.fixture(scope="module")
async def ground(db: Database) -> Ground:
    """The station."""
    clock, root = MovedClock(NIGHT), system(HERE, THERE)
    pole, bare = DeviceId(uuid4()), DeviceId(uuid4())
    async with db.tx(root) as tx:
        for key, parent, path, level in (
            (1, None, "1", "national"),
            (HERE, 1, "1.10", "station"),
            (THERE, 1, "1.11", "station"),
        ):
            await tx.execute(
                insert(org_unit).values(
                    id=key, parent_id=parent, path=path, level=level, code=f"u{key}", name_th=f"ส {key}", name_en="S"
                )
            )
        for station in (HERE, THERE):
            own = {"station_id": station, "version": 1, "stamp": uuid4(), "changed_at": NIGHT}
            await tx.execute(insert(territory_version).values(**own))
        await tx.execute(
            insert(zone).values(
                id=uuid4(),
                station_id=HERE,
                code="Z",
                name_th="เขต",
                geometry={"type": "Polygon", "coordinates": [SQUARE]},
                area_m2=1.0,
                lon=98.99,
                lat=18.79,
            )
        )
        for device_id, key, settings in ((pole, "POLE-1", WHOLE), (bare, "POLE-2", {})):
            facts = {"name_th": f"เสา {key}", "name_en": f"Pole {key}", "owner_kind": "police", "silent_after_s": 60}
            at = {"lon": 98.99, "lat": 18.79}
            await tx.execute(
                insert(device).values(
                    id=device_id, station_id=HERE, key=key, kind="sos_pole", settings=settings, **facts, **at
                )
            )
    return Ground(
        pole=pole,
        bare=bare,
        incident=await pressed(db, clock, pole, "POLE-1"),
        operator=operator("wan", HERE),
        second=operator("song", HERE),
        stranger=operator("nok", THERE),
        point=speaker("POLE-1", "เสา POLE-1", HERE),
        other=speaker("POLE-2", "เสา POLE-2", HERE),
    )


@dataclass(kw_only=True)
class Edge:
    """The edge as `unjai run web` makes it, on a port of its own; `secret` is the first pole's."""

    made: Common
    server: uvicorn.Server
    place: str
    secret: str

    async def serves(self, lines: int) -> None:
        """Return once no more than so many lines are served: what a line does at its end is done."""
        while len(self.server.server_state.tasks) > lines:
            await asyncio.sleep(0)


@pytest.fixture
async def edge(db, bus, ground, tmp_path: Path):
    """The edge."""
    clock = SystemClock()
    made = Common(
        settings=Settings(data=tmp_path), db=db, bus=bus, clock=clock, registry=Registry(), refusals=Refusals()
    )
    here = system(HERE)
    async with db.tx(here) as tx:
        secret = await people.issue_credential(tx, here, clock, device_id=ground.pole)
    await made.load()
    db.publish = lambda emitted: _publish(made, emitted)
    application, _hub = await web_application(made)
    port = free_port()
    server = uvicorn.Server(
        uvicorn.Config(application, host="127.0.0.1", port=port, ws="websockets-sansio", log_level="warning")
    )
    serving = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0)
    yield Edge(made=made, server=server, place=f"127.0.0.1:{port}", secret=secret)
    server.should_exit = True
    await serving
    db.publish = None


@pytest.fixture
def centre(edge: Edge):
    """What most tests need of the edge."""
    return edge.made, edge.place, edge.secret
