"""The whole edge on the real engines: two stations, an account of every role at each, a night at one of them."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.conftest import NIGHT, a_copy, copy_database
from tests.web.edge import Centre
from tests.web.night import tell
from tests.web.street import street  # noqa: F401  a fixture
from unjai.app import Common
from unjai.model.clock import MovedClock
from unjai.people.registry import Refusals, Registry
from unjai.platform.config import Settings
from unjai.platform.database import Database
from unjai.platform.engines.alone import Postgres
from unjai.platform.streams import Bus
from unjai.roles.web import web_application


@dataclass(frozen=True, kw_only=True)
class Night:
    """What was told once: a database that is only copied, a folder beside it, and who and what is in them."""

    name: str
    data: Path
    centre: Centre


@pytest.fixture(scope="session")
async def night(postgres: Postgres, tmp_path_factory: pytest.TempPathFactory) -> Night:
    """The night at the station, told once a run: each module begins with a copy of it."""
    name, data = "night", tmp_path_factory.mktemp("night")
    copy_database(postgres, name)
    db = Database(postgres.dsn("unjai_app", name))
    try:
        centre = await tell(db, data)
    finally:
        await db.close()
    return Night(name=name, data=data, centre=centre)


@pytest.fixture(scope="module")
def database_name(postgres: Postgres, night: Night) -> Iterator[str]:
    """A copy of the night, for one module."""
    with a_copy(postgres, night.name) as name:
        yield name


@pytest.fixture(scope="module")
async def centre(night: Night, db: Database, bus: Bus, tmp_path_factory: pytest.TempPathFactory) -> Centre:
    """The edge as `unjai run web` makes it, on the real engines."""
    data = tmp_path_factory.mktemp("centre")
    shutil.copytree(night.data, data, dirs_exist_ok=True)
    return await opened(night.centre, db, bus, data)


async def make_centre(db: Database, bus: Bus, data: Path) -> Centre:
    """Make the edge, an account of every role at both stations, and a night at one of them."""
    return await opened(await tell(db, data), db, bus, data)


async def opened(told: Centre, db: Database, bus: Bus, data: Path) -> Centre:
    """Open the doors of a centre whose night was told."""
    clock = MovedClock(NIGHT)
    made = Common(settings=Settings(data=data), db=db, bus=bus, clock=clock, registry=Registry(), refusals=Refusals())
    await made.load()
    application, _hub = await web_application(made)
    lists = {"ids": dict(told.ids), "secrets": list(told.secrets), "tokens": dict(told.tokens)}
    return Centre(app=application, db=db, data=data, clock=clock, **lists)
