"""One core holds the picture; a database that restarts takes it from nobody, another core's term does."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from unjai.model.actor import system
from unjai.platform.database import Database
from unjai.roles.lead import Lead, LeadLost

_HOLDERS = "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND objid = :key AND granted"


async def _cut(db: Database) -> None:
    """End the holder's connection, as a database that goes down does."""
    async with db.tx(system()) as tx:
        pid = await tx.scalar(text(_HOLDERS), {"key": 0x70696374})
        assert await tx.scalar(text("SELECT pg_terminate_backend(:pid)"), {"pid": pid})


async def test_a_cut_connection_is_taken_again_and_the_term_goes_on(worker_db: Database) -> None:
    lead = Lead(worker_db)
    await lead.take()
    first = lead.term
    await lead.look()
    await _cut(worker_db)
    with pytest.raises(DBAPIError):
        await lead.look()
    await lead.retake()
    await lead.look()
    assert lead.term == first
    await lead.let_go()


async def test_another_core_that_holds_it_now_ends_the_term(worker_db: Database) -> None:
    lead, other = Lead(worker_db), Lead(worker_db)
    await lead.take()
    await _cut(worker_db)
    await other.take()
    assert other.term == lead.term + 1
    with pytest.raises(LeadLost):
        await lead.retake()
    await other.let_go()
    await lead.let_go()


async def test_another_core_that_held_it_meanwhile_ends_the_term(worker_db: Database) -> None:
    lead, other = Lead(worker_db), Lead(worker_db)
    await lead.take()
    await _cut(worker_db)
    await other.take()
    await other.let_go()
    with pytest.raises(LeadLost, match="is over"):
        await lead.retake()
    await lead.let_go()
