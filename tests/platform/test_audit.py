"""The log of who did what: sealed in order, every change found, read only with the right."""

import dataclasses

import pytest
from sqlalchemy import create_engine, func, select, text

from unjai.model.actor import Actor, system
from unjai.model.clock import MovedClock
from unjai.model.ids import StationId
from unjai.platform.anchors import read_anchors, write_anchor
from unjai.platform.audit import audit, audit_log, head, seal, unsealed_since, verify
from unjai.platform.database import Database
from unjai.platform.engines.alone import Postgres

OPERATOR = Actor(
    kind="account", key="a1", name="สมหญิง", stations=frozenset({StationId(1)}), rights=frozenset({"audit.read"})
)


async def write(db: Database, clock: MovedClock, count: int, actor: Actor = OPERATOR) -> None:
    for number in range(count):
        async with db.tx(actor) as tx:
            facts = {"number": number, "note": "ทดสอบ"}
            await audit(tx, actor, clock, action="incident.close", subject=f"incident:{number}", facts=facts)


async def sealed(worker_db: Database, clock: MovedClock) -> int:
    async with worker_db.tx(system(StationId(1))) as tx:
        return await seal(tx, clock)


async def verdict(worker_db: Database, anchors: dict[int, str] | None = None) -> tuple[int | None, str]:
    async with worker_db.tx(system()) as tx:
        found = await verify(tx, anchors)
    return found.broken_at, found.why


async def test_rows_are_sealed_and_every_change_is_found(
    db: Database, worker_db: Database, clock: MovedClock, postgres: Postgres, database_name: str, tmp_path
) -> None:
    await sealed(worker_db, clock)
    async with worker_db.tx(system()) as tx:
        base = (await head(tx) or (0, ""))[0]
    await write(db, clock, 7)
    async with worker_db.tx(system()) as tx:
        assert await unsealed_since(tx, clock.now()) is not None
    assert await sealed(worker_db, clock) == 7
    assert await sealed(worker_db, clock) == 0
    async with worker_db.tx(system()) as tx:
        assert await unsealed_since(tx, clock.now()) is None
        last = await head(tx)
    assert last is not None
    write_anchor(tmp_path, *last, clock.now())
    anchors = read_anchors(tmp_path)
    await write(db, clock, 3)
    await sealed(worker_db, clock)
    assert await verdict(worker_db, anchors) == (None, "")

    owner = create_engine(postgres.dsn("postgres", database_name))

    def meddle(statement: str) -> None:
        with owner.begin() as connection:
            connection.execute(text(statement))

    fourth = f"(SELECT audit_id FROM audit_seal WHERE seq = {base + 4})"
    meddle(f"UPDATE audit SET facts = facts || '{{\"more\": 1}}' WHERE id = {fourth}")
    assert await verdict(worker_db) == (base + 4, "row_changed")
    meddle(f"UPDATE audit SET facts = facts - 'more' WHERE id = {fourth}")
    assert await verdict(worker_db) == (None, "")
    meddle(f"DELETE FROM audit_seal WHERE seq > {base + 6}")
    assert await verdict(worker_db) == (None, "")
    assert await verdict(worker_db, anchors) == (base + 7, "chain_cut_short")
    meddle(f"DELETE FROM audit WHERE id = {fourth}")
    assert await verdict(worker_db) == (base + 4, "row_missing")
    owner.dispose()


@pytest.mark.parametrize("statement", ["UPDATE audit SET action = 'x'", "DELETE FROM audit", "DELETE FROM audit_seal"])
async def test_the_programs_cannot_change_the_log(db: Database, worker_db: Database, statement: str) -> None:
    for database in (db, worker_db):
        with pytest.raises(Exception, match="permission denied"):
            async with database.tx(system(StationId(1))) as tx:
                await tx.execute(text(statement))


async def test_the_log_is_read_with_the_right_and_of_ones_own_station(db: Database, clock: MovedClock) -> None:
    await write(db, clock, 1)

    async def seen(actor: Actor) -> int:
        async with db.tx(actor) as tx:
            return int(await tx.scalar(select(func.count()).select_from(audit_log)))

    assert await seen(OPERATOR) > 0
    assert await seen(dataclasses.replace(OPERATOR, rights=frozenset())) == 0
    assert await seen(dataclasses.replace(OPERATOR, stations=frozenset({StationId(2)}))) == 0
