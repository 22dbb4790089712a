"""Two stations with the police tree, and those who may act at them."""

import json

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import text

from tests.territory import town
from unjai.model.actor import Actor, system
from unjai.model.ids import StationId
from unjai.platform.http import Ground, handle_errors
from unjai.territory.api import router
from unjai.territory.api.files import files_router
from unjai.territory.flows import seed_org_units
from unjai.territory.import_kinds import IMPORT_KINDS
from unjai.territory.view import forget

HERE, THERE = StationId(105001), StationId(109001)
ADMIN = frozenset({"zone.read", "zone.admin", "device.read", "device.admin", "unit.admin"})
FORM = {"X-Unjai": "1"}
RIGHTS = (*ADMIN, "data.import", "data.export")
TABLES = ("subzone", "zone", "community", "place", "land", "device", "street_edge", "territory_version")
TOWN = ("zones", "communities", "places", "land", "streets", "devices")
"""What the town's files hold, in the order in which they are imported."""


def acting(*rights: str, station: StationId = HERE) -> Actor:
    return Actor(
        kind="account", key="a", name="ผู้ทดสอบ", stations=frozenset({station}), rights=frozenset(rights) or ADMIN
    )


@pytest.fixture(scope="module")
async def org(db):
    """The police tree in the module's database."""
    from unjai.model.clock import SystemClock

    actor = system(name="setup")
    async with db.tx(actor) as tx:
        await seed_org_units(tx, actor, SystemClock())
    return db


@pytest.fixture
async def clean(org):
    """The module's database without territory or files, before each test."""
    yield org
    forget()
    async with org.tx(system(HERE, THERE)) as tx:
        for table in (*TABLES, "import_file", "import_run", "import_mapping", "outbox"):
            await tx.execute(text(f"DELETE FROM {table}"))


@pytest.fixture
def client_of(clean, clock):
    """Make clients that act with given rights."""

    def make(*rights, station=HERE, key="a"):
        app = FastAPI()
        handle_errors(app)
        app.include_router(router, prefix="/api")
        app.include_router(files_router(IMPORT_KINDS), prefix="/api")

        async def who(_request):
            actor = acting(*(rights or RIGHTS), station=station)
            return Actor(kind="account", key=key, name="ผู้ทดสอบ", stations=actor.stations, rights=actor.rights)

        app.state.ground = Ground(db=clean, clock=clock, who=who, citizen=lambda _request: None)
        return httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://centre/api", headers=FORM)

    return make


@pytest.fixture
async def admin(client_of):
    """A client that may do all with territory and files."""
    async with client_of() as client:
        yield client


@pytest.fixture
async def filled(admin):
    """The same, at a station whose town is imported."""
    for what in TOWN:
        answer = await admin.post(f"/import/{what}", content=json.dumps(getattr(town, what.upper())))
        assert answer.json()["refused"] == []
    return admin
