"""Bring a database to the newest schema. Runs as `unjai_owner`, before any role of ours connects."""

from __future__ import annotations

from importlib.resources import as_file, files

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, text

_LOCK = 0x756E6A6169  # "unjai": two starts at once migrate one after the other


def migrate(url: str) -> None:
    """Apply every Alembic step that the database lacks, under an advisory lock."""
    engine = create_engine(url)
    try:
        with as_file(files("unjai.platform.migrations")) as folder, engine.connect() as connection:
            connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": _LOCK})
            connection.commit()
            config = Config()
            config.set_main_option("script_location", str(folder))
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
            connection.commit()
            connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": _LOCK})
            connection.commit()
    finally:
        engine.dispose()


def known_steps() -> frozenset[str]:
    """Return the names of all schema steps of this program."""
    with as_file(files("unjai.platform.migrations")) as folder:
        config = Config()
        config.set_main_option("script_location", str(folder))
        return frozenset(step.revision for step in ScriptDirectory.from_config(config).walk_revisions())
