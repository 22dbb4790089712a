"""Rows that were sealed by the chain before there was a tree become its leaves, and a broken chain stays visible."""

import hashlib
from datetime import timedelta
from importlib.resources import as_file, files

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, insert, text

from tests.conftest import NIGHT
from unjai.model.actor import system
from unjai.model.ids import named_id
from unjai.platform.audit import audit_log
from unjai.platform.database import Database
from unjai.platform.ledger.check import verify
from unjai.platform.ledger.rows import canonical, said

ROWS = 600


def upgrade(url: str, to: str) -> None:
    engine = create_engine(url)
    with as_file(files("unjai.platform.migrations")) as folder, engine.connect() as connection:
        config = Config()
        config.set_main_option("script_location", str(folder))
        config.attributes["connection"] = connection
        command.upgrade(config, to)
        connection.commit()
    engine.dispose()


@pytest.fixture
def older(postgres):
    """A database as the step before left it, with sealed rows; returns its name and the chain's heads."""
    admin = create_engine(postgres.dsn("postgres", "postgres"), isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text("CREATE DATABASE older OWNER unjai_owner"))
    upgrade(postgres.dsn("unjai_owner", "older"), "0007")
    superuser = create_engine(postgres.dsn("postgres", "older"))
    before, heads = bytes(32), {}
    with superuser.begin() as connection:
        for seq in range(1, ROWS + 1):
            row = {
                "id": named_id("older", str(seq)),
                "station_id": 1,
                "at": NIGHT + timedelta(microseconds=seq * 777),
                "actor": "account:a",
                "actor_name": "สมหญิง",
                "action": "incident.note",
                "subject": f"incident:{seq}",
                "facts": {"number": seq, "lat": 18.79, "ข้อความ": "ทดสอบ\u2028", "none": None},
            }
            before = hashlib.sha256(before + canonical(said(row))).digest()
            heads[seq] = before.hex()
            connection.execute(insert(audit_log).values(**row))
            connection.execute(
                text("INSERT INTO audit_seal (seq, audit_id, hash, sealed_at, station_id) VALUES (:s, :i, :h, :a, 1)"),
                {"s": seq, "i": row["id"], "h": before, "a": row["at"]},
            )
    yield superuser, heads
    superuser.dispose()
    with admin.connect() as connection:
        connection.execute(text("DROP DATABASE older WITH (FORCE)"))
    admin.dispose()


async def verdict(postgres, anchors):
    db = Database(postgres.dsn("unjai_worker", "older"))
    async with db.tx(system()) as tx:
        found = await verify(tx, anchors=anchors)
    await db.close()
    return found.rows, found.broken_at, found.why


async def test_sealed_rows_become_leaves(postgres, older):
    superuser, heads = older
    upgrade(postgres.dsn("unjai_owner", "older"), "head")
    anchors = {200: heads[200], 599: heads[599]}
    assert await verdict(postgres, anchors) == (ROWS, None, "")
    with superuser.begin() as connection:
        guard = connection.execute(text("SELECT relforcerowsecurity FROM pg_class WHERE relname = 'audit'")).scalar()
        assert guard is True
        assert connection.execute(text("SELECT count(*) FROM audit_node")).scalar() == 2
    assert await verdict(postgres, {200: "00" * 32}) == (199, 200, "chain_rewritten")
    assert (await verdict(postgres, {700: "00" * 32}))[2] == "log_cut_short"


async def test_what_was_changed_before_the_step_is_found_after_it(postgres, older):
    superuser, _heads = older
    with superuser.begin() as connection:
        connection.execute(text("UPDATE audit SET subject = 'x' WHERE subject = 'incident:77'"))
        connection.execute(text("DELETE FROM audit WHERE subject = 'incident:300'"))
    upgrade(postgres.dsn("unjai_owner", "older"), "head")
    assert await verdict(postgres, {}) == (76, 77, "chain_rewritten")
    with superuser.begin() as connection:
        connection.execute(text("UPDATE audit SET subject = 'incident:77' WHERE subject = 'x'"))
    assert (await verdict(postgres, {}))[2] == "row_changed"
