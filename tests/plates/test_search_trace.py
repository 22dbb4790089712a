"""No search without a trace: whatever fails, what was asked stands in the log, and nothing is answered before."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import insert, select, text
from sqlalchemy.exc import DBAPIError, ProgrammingError

from tests.plates.made import CORE, DETECTIVE, THERE, acting, read, recorded
from tests.plates.searched import CASE, WHY, asked, log_of, looked, opened
from tests.plates.searched import accounts as accounts  # noqa: PLC0414  a fixture
from tests.plates.searched import filled as filled  # noqa: PLC0414  a fixture
from unjai.model.errors import UnjaiError
from unjai.model.ids import new_id
from unjai.plates.flows import searches
from unjai.plates.store import searches as store
from unjai.plates.store.reads import held_plate_read


async def test_opening_and_each_look_stand_in_thelog_of(db, clock, filled):
    search_id = await opened(db, clock, asked(filled))
    for _ in range(2):
        clock.move(timedelta(seconds=1))
        await looked(db, clock, search_id)
    (first, facts), *looks = await log_of(db, search_id)
    assert first == "plates.search"
    assert (facts["case"], facts["reason"], facts["said"]) == (CASE, WHY["reason"], WHY["said"])
    assert facts["asked"]["plate"] == "1กข 1234"
    assert [what for what, _ in looks] == ["plates.look", "plates.look"]
    assert looks[0][1]["case"] == CASE


async def test_a_search_that_takes_too_long_leaves_its_trace(db, clock, filled, monkeypatch):
    search_id = await opened(db, clock, asked(filled))
    monkeypatch.setattr(store, "WITHIN_MS", 100)
    monkeypatch.setattr(searches, "_FUNCTIONS", {"exact": "pg_temp.slow"})
    slow = "CREATE FUNCTION pg_temp.slow(uuid, uuid, timestamptz, jsonb) RETURNS int LANGUAGE sql AS 'SELECT 1 FROM pg_sleep(60)'"
    with pytest.raises(UnjaiError, match="plates_search_slow"):
        async with db.tx(DETECTIVE) as tx:
            await tx.execute(text(slow))
            await searches.look(tx, DETECTIVE, clock, search_id=search_id)
    assert [what for what, _ in await log_of(db, search_id)] == ["plates.search"]


async def test_a_search_that_fails_leaves_its_trace(db, clock, filled):
    search_id = await opened(db, clock, asked(filled))
    with pytest.raises(RuntimeError):
        async with db.tx(DETECTIVE) as tx:
            assert (await searches.look(tx, DETECTIVE, clock, search_id=search_id)).found
            raise RuntimeError
    assert [what for what, _ in await log_of(db, search_id)] == ["plates.search"]


async def test_nothing_is_answered_before_the_log_has_it(db, clock, filled):
    """The row in the log and the answer in one transaction: whoever rolls it back would have read without a trace."""
    with pytest.raises(DBAPIError, match="not committed"):
        async with db.tx(DETECTIVE) as tx:
            search_id = await searches.open_search(tx, DETECTIVE, clock, asked=asked(filled), **WHY, case_number=CASE)
            await searches.look(tx, DETECTIVE, clock, search_id=search_id)


async def test_a_search_without_a_row_in_the_log_is_answered_by_nothing(db, clock, filled):
    """Even by a program that writes the search itself."""
    search_id = await opened(db, clock, asked(filled))
    async with db.tx(DETECTIVE) as tx:
        row = dict(await tx.one(select(store.plate_search).where(store.plate_search.c.id == search_id)) or {})
        row |= {"id": uuid4(), "note": uuid4()}
        await tx.execute(insert(store.plate_search).values(**row).inline())
    with pytest.raises(DBAPIError, match="not committed"):
        await looked(db, clock, row["id"])


async def test_the_right_and_the_asker_are_asked_for_by_the_database_too(db, clock, filled):
    search_id = await opened(db, clock, asked(filled))
    now = clock.now()
    for actor in (
        replace(DETECTIVE, rights=frozenset()),
        acting("detective", name="another"),
        acting("detective", THERE),
    ):
        with pytest.raises(ProgrammingError, match=r"plates\.search|no open search"):
            async with db.tx(actor) as tx:
                await store.answer(tx, "search_plate_reads", search_id, note=new_id(now), at=now)
    with pytest.raises(UnjaiError, match="right_missing"):
        await opened(db, clock, asked(filled), acting("superintendent"))


async def test_found_reads_are_held_for_their_case(db, worker_db, clock, filled):
    search_id = await opened(db, clock, asked(filled, cameras=("LPR-3",)))
    answer = await looked(db, clock, search_id)
    ids = [row["id"] for row in answer.found]
    clock.move(timedelta(seconds=1))
    async with db.tx(DETECTIVE) as tx:
        assert await searches.hold(tx, DETECTIVE, clock, search_id=search_id, read_ids=[*ids, uuid4()]) == 1
    async with worker_db.tx(CORE) as tx:
        row = await tx.one(select(held_plate_read).where(held_plate_read.c.id == ids[0]))
    assert (row["case_number"], row["registration"], row["held_by"]) == (CASE, "1กข1234", "account:detective-10")
    assert [what for what, _ in await log_of(db, search_id)][-1] == "plates.hold"
    with pytest.raises(UnjaiError, match="right_missing"):
        async with db.tx(DETECTIVE) as tx:
            await searches.hold(tx, acting("operator"), clock, search_id=search_id, read_ids=ids)


async def test_a_question_that_means_too_many_plates_says_so(db, worker_db, clock, filled):
    at = filled - timedelta(days=3)
    await recorded(worker_db, *(read(at, f"ษษ{n}", "50", camera="LPR-1") for n in range(1_000, 1_600)))
    many = asked(filled, kind="wildcard", plate="ษษ1*", cameras=("LPR-1",))
    with pytest.raises(UnjaiError, match="plates_search_broad"):
        await looked(db, clock, await opened(db, clock, many))
    few = replace(many, plate="ษษ120*", from_at=at - timedelta(hours=1))
    assert len((await looked(db, clock, await opened(db, clock, few))).found) == 10
