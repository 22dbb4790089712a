"""A station with a town in it, and screens of whoever may see or keep its figures."""

import itertools
from uuid import uuid4

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import text

from tests.territory import town
from unjai.evaluate.api import router
from unjai.evaluate.imports import IMPORT_KINDS
from unjai.model.actor import Actor, system
from unjai.model.clock import SystemClock
from unjai.model.ids import AccountId, StationId
from unjai.people import flows as people
from unjai.people.rights import ROLES
from unjai.platform.http import Ground, handle_errors
from unjai.territory import flows
from unjai.territory.api.files import files_router
from unjai.territory.flows import seed_org_units
from unjai.territory.view import forget

HERE, THERE = StationId(105001), StationId(109001)
LON, LAT = 99.0, 16.6
TABLES = (
    "committee_visit",
    "corrective_action",
    "technology",
    "figure_risk",
    "patrol_risk",
    "patrol_visit",
    "patrol_checkpoint",
    "figure_month",
    "figure_entry",
    "figure_case_was",
    "figure_case",
    "street_edge",
    "zone",
    "territory_version",
    "outbox",
)
_numbers = itertools.count(1)


@pytest.fixture(scope="module")
async def org(db):
    """The police tree in the module's database."""
    async with db.tx(system(name="setup")) as tx:
        await seed_org_units(tx, system(name="setup"), SystemClock())
    return db


@pytest.fixture
async def station(org, clock):
    """The module's database with the town's streets and zone, and no figures."""
    forget()
    async with org.tx(system(HERE, THERE)) as tx:
        for table in TABLES:
            await tx.execute(text(f"DELETE FROM {table}"))
        await flows.import_zones(tx, system(HERE), clock, station_id=HERE, body=town.ZONES)
        await flows.import_streets(tx, system(HERE), clock, station_id=HERE, body=town.STREETS)
    yield org
    forget()


@pytest.fixture
async def client_of(station, clock, tmp_path):
    """Make screens that act as a role at a station, each with an account of its own."""
    opened = []

    async def make(role="superintendent", at=HERE, *, more=frozenset()):
        name = f"{role}.{next(_numbers)}"
        root = system(at)
        async with station.tx(root) as tx:
            await people.create_account(
                tx,
                root,
                clock,
                username=name,
                name_th=f"คน {name}",
                home_id=at,
                roles=[(role, at)],
                password="ถนนนี้ปลอดภัยดี 5",
            )
            account_id = await people.account_id_of(tx, root, clock, username=name)
        actor = Actor(
            kind="account",
            key=name,
            name=name,
            stations=frozenset({at}),
            rights=ROLES[role].rights | more,
            account_id=AccountId(account_id or uuid4()),
            works_at=at,
        )

        async def who(_request):
            return actor

        app = FastAPI()
        handle_errors(app)
        app.include_router(router, prefix="/api")
        app.include_router(files_router(IMPORT_KINDS), prefix="/api")
        app.state.ground = Ground(db=station, clock=clock, who=who, citizen=lambda _request: actor, data=tmp_path)
        client = httpx.AsyncClient(
            transport=httpx.ASGITransport(app=app), base_url="http://centre", headers={"X-Unjai": "1"}
        )
        client.actor = actor
        opened.append(client)
        return client

    yield make
    for client in opened:
        await client.aclose()


@pytest.fixture
async def keeper(client_of):
    """The screen of who keeps the figures: the supervisor, who may import."""
    return await client_of("supervisor")
