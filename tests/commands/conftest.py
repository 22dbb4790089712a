"""The settings of a process that works at the test database, and a look past every guard."""

import pytest
from sqlalchemy import create_engine, text

from unjai.platform.config import Settings


@pytest.fixture
def settings(postgres, database_name, tmp_path):
    return Settings(data=tmp_path, database_url=postgres.dsn("unjai_worker", database_name))


@pytest.fixture
def ask(postgres, database_name):
    """Read the database past every guard."""
    engine = create_engine(postgres.dsn("postgres", database_name))

    def rows(sql, **facts):
        with engine.connect() as connection:
            return [tuple(row) for row in connection.execute(text(sql), facts)]

    yield rows
    engine.dispose()
