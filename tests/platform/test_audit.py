"""The log of who did what: sealed in order into one tree, every change found, read only with the right."""

import dataclasses
import json
from datetime import timedelta

import pytest
from sqlalchemy import create_engine, func, select, text

from unjai.model.actor import Actor, system
from unjai.model.clock import MovedClock
from unjai.model.errors import UnjaiError
from unjai.model.ids import StationId
from unjai.model.merkle import holds_consistency, holds_inclusion
from unjai.platform.anchors import read_written, write_root
from unjai.platform.audit import audit, audit_log, audit_node, audit_seal, unsealed_since
from unjai.platform.database import Database
from unjai.platform.engines.alone import Postgres
from unjai.platform.ledger import tree
from unjai.platform.ledger.check import verify
from unjai.platform.ledger.roots import (
    as_json,
    every_root,
    published,
    read_note,
    read_roots,
    sign,
    signing_key,
)
from unjai.platform.ledger.rows import leaf_of
from unjai.platform.ledger.sealing import Sealer, seal

OPERATOR = Actor(
    kind="account", key="a1", name="สมหญิง", stations=frozenset({StationId(1)}), rights=frozenset({"audit.read"})
)


async def write(db: Database, clock: MovedClock, count: int, actor: Actor = OPERATOR) -> None:
    async with db.tx(actor) as tx:
        for number in range(count):
            facts = {"number": number, "note": "ทดสอบ", "lat": 18.790000000000003, "big": 10**22}
            await audit(tx, actor, clock, action="incident.close", subject=f"incident:{number}", facts=facts)


async def sealed(worker_db: Database, clock: MovedClock, at_most: int = 500) -> int:
    async with worker_db.tx(system(StationId(1))) as tx:
        return await seal(tx, clock, at_most=at_most)


async def verdict(worker_db: Database, kept=()) -> tuple[int | None, str]:
    async with worker_db.tx(system()) as tx:
        found = await verify(tx, kept)
    return found.broken_at, found.why


@pytest.fixture
def meddle(postgres: Postgres, database_name: str):
    """Somebody with the keys of the database."""
    superuser = create_engine(postgres.dsn("postgres", database_name))

    def by(statement: str, **facts: object) -> None:
        with superuser.begin() as connection:
            connection.execute(text(statement), facts)

    yield by
    superuser.dispose()


async def test_rows_are_sealed_and_every_change_is_found(
    db: Database, worker_db: Database, clock: MovedClock, meddle, tmp_path
) -> None:
    while await sealed(worker_db, clock):
        pass
    async with worker_db.tx(system()) as tx:
        base = await tree.size(tx)
    await write(db, clock, 7)
    async with worker_db.tx(system()) as tx:
        assert await unsealed_since(tx, clock.now()) is not None
    assert await sealed(worker_db, clock) == 7
    assert await sealed(worker_db, clock) == 0
    async with worker_db.tx(system()) as tx:
        assert await unsealed_since(tx, clock.now()) is None
        signed = await sign(tx, clock, signing_key(tmp_path), fresh=True)
    assert signed is not None
    assert signed.size == base + 7
    write_root(tmp_path, signed)
    kept = read_written(tmp_path)
    assert kept == [signed]
    await write(db, clock, 3)
    await sealed(worker_db, clock)
    assert await verdict(worker_db, kept) == (None, "")

    fourth = f"(SELECT audit_id FROM audit_seal WHERE seq = {base + 4})"
    meddle(f"UPDATE audit SET facts = facts || '{{\"more\": 1}}' WHERE id = {fourth}")
    assert await verdict(worker_db) == (base + 4, "row_changed")
    meddle(f"UPDATE audit SET facts = facts - 'more' WHERE id = {fourth}")
    assert await verdict(worker_db) == (None, "")
    meddle(f"UPDATE audit_seal SET leaf = '\\x00' WHERE seq = {base + 2}")
    assert await verdict(worker_db) == (base + 2, "row_changed")
    row = await _row(worker_db, base + 2)
    meddle("UPDATE audit_seal SET leaf = :leaf WHERE seq = :seq", leaf=leaf_of(row), seq=base + 2)
    assert await verdict(worker_db) == (None, "")
    # a row and its leaf changed together: the row fits its leaf, the tree no longer fits the signed root
    meddle(f"UPDATE audit SET subject = subject || 'x' WHERE id = {fourth}")
    meddle(
        "UPDATE audit_seal SET leaf = :leaf WHERE seq = :seq",
        leaf=leaf_of(await _row(worker_db, base + 4)),
        seq=base + 4,
    )
    assert (await verdict(worker_db))[1] == "root_differs"
    meddle(f"UPDATE audit SET subject = left(subject, -1) WHERE id = {fourth}")
    meddle(
        "UPDATE audit_seal SET leaf = :leaf WHERE seq = :seq",
        leaf=leaf_of(await _row(worker_db, base + 4)),
        seq=base + 4,
    )
    assert await verdict(worker_db) == (None, "")
    # the signed root changed in the table: its note tells
    meddle("UPDATE audit_root SET size = size - 1")
    assert await verdict(worker_db) == (0, "root_unsigned")
    meddle("UPDATE audit_root SET size = size + 1")
    meddle(f"DELETE FROM audit WHERE id = {fourth}")
    assert await verdict(worker_db) == (base + 4, "row_missing")
    meddle(f"DELETE FROM audit_seal WHERE seq > {base + 6}")
    meddle("DELETE FROM audit_root")
    meddle(f"DELETE FROM audit_seal WHERE seq > {base + 3}")
    assert await verdict(worker_db) == (None, "")
    assert await verdict(worker_db, kept) == (base + 4, "log_cut_short")
    meddle(f"DELETE FROM audit_seal WHERE seq = {base + 2}")
    assert await verdict(worker_db) == (base + 2, "seal_missing")
    meddle("TRUNCATE audit, audit_seal, audit_node, audit_waiting")


async def _row(worker_db: Database, seq: int):
    async with worker_db.tx(system()) as tx:
        return await tx.one(
            select(audit_log).join(audit_seal, audit_seal.c.audit_id == audit_log.c.id).where(audit_seal.c.seq == seq)
        )


async def test_the_tree_in_the_database_proves_what_it_holds(
    db: Database, worker_db: Database, clock: MovedClock, meddle
) -> None:
    """More than 256 rows in uneven batches, so that stored nodes are used."""
    meddle("TRUNCATE audit, audit_seal, audit_node, audit_waiting, audit_root")
    await write(db, clock, 700)
    for batch in (1, 254, 2, 300, 143):
        assert await sealed(worker_db, clock, batch) == batch
    async with worker_db.tx(system()) as tx:
        assert await tree.size(tx) == 700
        assert await tx.scalar(select(func.count()).select_from(audit_node)) == 2
        roots = {size: await tree.root(tx, size) for size in (1, 255, 256, 257, 512, 699, 700)}
        for seq in (1, 255, 256, 257, 512, 700):
            proof = await tree.inclusion(tx, seq, 700)
            leaf = await tx.scalar(select(audit_seal.c.leaf).where(audit_seal.c.seq == seq))
            assert holds_inclusion(bytes(leaf), seq - 1, 700, proof, roots[700])
        for first, old in roots.items():
            assert holds_consistency(first, 700, old, roots[700], await tree.consistency(tx, first, 700))
        for first, second in ((0, 5), (5, 4), (3, 701), (-1, 5)):
            with pytest.raises(UnjaiError, match="root_unknown"):
                await tree.consistency(tx, first, second)
        assert (await verify(tx)).broken_at is None
    meddle("UPDATE audit_node SET hash = '\\x00' WHERE index = 1")
    assert await verdict(worker_db) == (0, "tree_changed")
    meddle("TRUNCATE audit, audit_seal, audit_node, audit_waiting, audit_root")


async def test_a_root_is_signed_each_bangkok_day_and_the_newest_when_rows_came(
    db: Database, worker_db: Database, clock: MovedClock, meddle, tmp_path
) -> None:
    meddle("TRUNCATE audit, audit_seal, audit_node, audit_waiting, audit_root")
    key = signing_key(tmp_path)
    assert (tmp_path / "secrets" / "ledger.key").stat().st_mode & 0o077 == 0
    assert signing_key(tmp_path).private_bytes_raw() == key.private_bytes_raw()

    async def signs(*, fresh: bool = False):
        async with worker_db.tx(system()) as tx:
            return await sign(tx, clock, key, fresh=fresh)

    assert await signs() is None  # nothing to sign yet
    await write(db, clock, 2)
    await sealed(worker_db, clock)
    first = await signs()
    assert (first.day, first.size) == (None, 2)
    clock.move(timedelta(seconds=1))
    daily = await signs()  # 01:14 on 22 November in Bangkok: the 21st is over
    assert daily.day.isoformat() == "2026-11-21"
    assert await signs(fresh=True) is None
    await write(db, clock, 1)
    await sealed(worker_db, clock)
    clock.move(timedelta(hours=1))
    assert await signs() is None
    newest = await signs(fresh=True)
    assert (newest.day, newest.size) == (None, 3)
    clock.move(timedelta(days=1))
    assert (await signs()).day.isoformat() == "2026-11-22"
    clock.move(timedelta(days=3))
    assert (await signs()).day.isoformat() == "2026-11-25"
    async with worker_db.tx(system()) as tx:
        shown, every = await published(tx), await every_root(tx)
    assert [one.day and one.day.day for one in shown] == [25, 22, 21]
    assert len(every) == 5
    told = json.dumps(as_json(shown))
    assert read_roots(told) == shown
    for wrong in (told.replace("AAAA", "AAAB"), told.replace("day 2026-11-22", "day 2026-11-23")):
        if wrong != told:
            with pytest.raises(UnjaiError, match="root_unsigned"):
                read_roots(wrong)
    other = signing_key(tmp_path / "other")
    with pytest.raises(UnjaiError, match="root_unsigned"):
        read_note(shown[0].note, other.public_key().public_bytes_raw())
    meddle("TRUNCATE audit, audit_seal, audit_node, audit_waiting, audit_root")


async def test_the_sealer_wakes_when_it_is_told(db: Database, clock: MovedClock) -> None:
    done = []

    async def job() -> int:
        done.append(1)
        return 0

    sealer = Sealer(job)
    told = []

    async def hint() -> None:
        told.append(1)
        await sealer.hint()

    db.audited = hint
    try:
        async with db.tx(OPERATOR) as tx:
            await tx.scalar(select(func.count()).select_from(audit_log))
        assert told == []
        await write(db, clock, 1)
        assert told == [1]
    finally:
        db.audited = None
    await sealer.once()
    assert done == [1]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit SET action = 'x'",
        "DELETE FROM audit",
        "DELETE FROM audit_seal",
        "DELETE FROM audit_root",
        "UPDATE audit_node SET hash = ''",
    ],
)
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
