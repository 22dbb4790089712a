"""A station with a town in it, whoever may act there, and the register's routes over it."""

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import text

from tests.conftest import NIGHT
from tests.territory import town
from unjai.cameras.api import router
from unjai.cameras.desk import Picture
from unjai.cameras.imports import IMPORT_KINDS
from unjai.cameras.watched import Watched
from unjai.model.actor import Actor, system
from unjai.model.clock import SystemClock
from unjai.model.errors import UnjaiError
from unjai.model.ids import StationId
from unjai.people.rights import ROLES
from unjai.platform.http import Ground, handle_errors
from unjai.territory import flows
from unjai.territory.api.files import files_router
from unjai.territory.flows import seed_org_units
from unjai.territory.view import forget

HERE, THERE = StationId(105001), StationId(109001)
FORM = {"X-Unjai": "1"}
TABLES = ("camera_point", "camera_source", "device", "street_edge", "zone", "territory_version", "outbox")
POLE_WALK = {"key": "cam-1", "name_th": "แยกตลาด", "lon": 99.0, "lat": 16.6}


def acting(role: str, station: StationId = HERE, *more: str) -> Actor:
    rights = ROLES[role].rights | set(more)
    return Actor(kind="account", key=role, name=role, stations=frozenset({station}), rights=rights)


@pytest.fixture(scope="module")
async def org(db):
    """The police tree in the module's database."""
    async with db.tx(system(name="setup")) as tx:
        await seed_org_units(tx, system(name="setup"), SystemClock())
    return db


@pytest.fixture
async def station(org, clock):
    """The module's database with the town's streets and zone, and no camera."""
    forget()
    here = system(HERE, THERE)
    async with org.tx(here) as tx:
        for table in TABLES:
            await tx.execute(text(f"DELETE FROM {table}"))
        actor = system(HERE)
        await flows.import_zones(tx, actor, clock, station_id=HERE, body=town.ZONES)
        await flows.import_streets(tx, actor, clock, station_id=HERE, body=town.STREETS)
    yield org
    forget()


class Lens:
    """Stands for the web process's desk: a still of each camera that sends, by its id."""

    def __init__(self) -> None:
        self.stills: dict[str, bytes] = {}

    async def still(self, _station_id, camera_id):
        if str(camera_id) not in self.stills:
            raise UnjaiError("camera_unserved", 503)
        return Picture(NIGHT, self.stills[str(camera_id)])


@pytest.fixture
def lens():
    """What cameras show just now."""
    return Lens()


@pytest.fixture
async def client_of(station, clock, tmp_path, lens):
    """Make screens that act as a role at a station."""
    opened = []

    def make(role="administrator", at=HERE):
        app = FastAPI()
        handle_errors(app)
        app.include_router(router, prefix="/api")
        app.include_router(files_router(IMPORT_KINDS), prefix="/api")
        actor = acting(role, at)

        async def who(_request):
            return actor

        app.state.ground = Ground(db=station, clock=clock, who=who, citizen=lambda _request: actor, data=tmp_path)
        app.state.cameras, app.state.watched = lens, Watched()
        transport = httpx.ASGITransport(app=app)
        client = httpx.AsyncClient(transport=transport, base_url="http://centre", headers=FORM)
        opened.append(client)
        return client

    yield make
    for client in opened:
        await client.aclose()
