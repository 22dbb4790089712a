"""Real engines for every test: one PostgreSQL cluster and one NATS a run, a fresh migrated database a module."""

import contextlib
import itertools
import warnings
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from hypothesis import settings
from sqlalchemy import create_engine, text

from unjai.model.actor import Actor, system
from unjai.model.clock import MovedClock
from unjai.model.ids import StationId
from unjai.people import passwords
from unjai.platform.database import Database
from unjai.platform.engines.alone import Nats, Postgres, start_nats, start_postgres
from unjai.platform.migrate import migrate
from unjai.platform.streams import Bus

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"
NIGHT = datetime(2026, 11, 21, 18, 14, 9, tzinfo=UTC)
"""01:14:09 at night in Bangkok, 22 November 2569."""

settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

_numbers = itertools.count(1)


def shared_data(path: str) -> Path:
    """Return a file of the reference data, or skip loudly where it is not at hand."""
    file = SHARED / path
    if not file.exists():
        warnings.warn(pytest.PytestWarning(f"SKIPPED LOUDLY: reference data {path} is absent"), stacklevel=2)
        pytest.skip(f"reference data {path} is absent")
    return file


LONG = ("demo/test_night", "web/test_rights", "web/test_release", "cameras/test_room", "cameras/test_blurring")
"""Files that take a minute or near it on their own."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes long: begun last, it would keep one worker busy while the others are done."""
    places = {name: number for number, name in enumerate(LONG)}

    def place(item: pytest.Item) -> int:
        return places.get("/".join(item.path.with_suffix("").parts[-2:]), len(LONG))

    items.sort(key=place)


@pytest.fixture(scope="session", autouse=True)
def quick_hashes() -> Iterator[None]:
    """Let argon2id be as quick as it can: thousands of sign-ins test who may enter, not how long a guess takes.

    The strength that counts outside is held by `tests/people/test_sessions.py`.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "_HASHER", PasswordHasher(time_cost=1, memory_cost=64, parallelism=1))
        yield


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    """One cluster for the whole run; its database `unjai` is the migrated template.

    It waits for no disc: no test cuts the power, and those that kill a server start one of their own as it is outside.
    """
    cluster = start_postgres(tmp_path_factory.mktemp("pg"))
    try:
        engine = create_engine(cluster.dsn("postgres", "postgres"), isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text("ALTER SYSTEM SET fsync = off"))
            connection.execute(text("SELECT pg_reload_conf()"))
        engine.dispose()
        migrate(cluster.dsn("unjai_owner"))
        yield cluster
    finally:
        cluster.stop()


@pytest.fixture(scope="session")
def nats(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nats]:
    """One NATS server for the whole run, with its device door on a free port."""
    server = start_nats(tmp_path_factory.mktemp("nats"))
    try:
        yield server
    finally:
        server.stop()


def copy_database(postgres: Postgres, name: str, template: str = "unjai") -> None:
    """Make a database as a copy of one that nobody uses at this moment."""
    engine = create_engine(postgres.dsn("postgres", "postgres"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {template} OWNER unjai_owner"))
    engine.dispose()


@contextlib.contextmanager
def a_copy(postgres: Postgres, template: str) -> Iterator[str]:
    """Give a copy of a database for the length of a block."""
    name = f"t{next(_numbers)}"
    copy_database(postgres, name, template)
    yield name
    engine = create_engine(postgres.dsn("postgres", "postgres"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    engine.dispose()


@pytest.fixture(scope="module")
def database_name(postgres: Postgres) -> Iterator[str]:
    """A fresh copy of the migrated database, for one module."""
    with a_copy(postgres, "unjai") as name:
        yield name


@pytest.fixture(scope="module")
async def db(postgres: Postgres, database_name: str) -> AsyncIterator[Database]:
    """The database as `unjai_app` sees it: row-level security in force."""
    database = Database(postgres.dsn("unjai_app", database_name))
    yield database
    await database.close()


@pytest.fixture(scope="module")
async def worker_db(postgres: Postgres, database_name: str) -> AsyncIterator[Database]:
    """The same database as `unjai_worker`, the role of core."""
    database = Database(postgres.dsn("unjai_worker", database_name))
    yield database
    await database.close()


@pytest.fixture(scope="session")
async def bus(nats: Nats) -> AsyncIterator[Bus]:
    """A connection to the run's NATS, with the streams made."""
    connection = await Bus.connect(nats.url("core"), name="tests")
    await connection.make_streams()
    yield connection
    await connection.close()


@pytest.fixture
def clock() -> MovedClock:
    """A clock that stands at 01:14:09 in Bangkok until it is moved."""
    return MovedClock(NIGHT)


@pytest.fixture
def here() -> Actor:
    """The system at station 1, for tests that need some actor."""
    return system(StationId(1))
