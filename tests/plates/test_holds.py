"""What a case keeps of reads ends with the case: told, in the log, and really gone."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from tests.conftest import NIGHT
from tests.plates.made import CHIEF, CORE, HERE, THERE, acting, read, recorded
from unjai.model.actor import system
from unjai.model.errors import UnjaiError
from unjai.plates.flows import cases, holds
from unjai.plates.pictures import plate_pictures
from unjai.plates.store.holds import plate_hold
from unjai.plates.store.reads import held_plate_read, hold, keep_reads, plate_read
from unjai.platform.audit import audit_log
from unjai.platform.database import Database
from unjai.platform.engines.alone import Postgres
from unjai.platform.streams import CLASSES

AGE = CLASSES["plates"].table_age


@pytest.fixture
async def owner(postgres: Postgres, database_name: str) -> AsyncIterator[Database]:
    database = Database(postgres.dsn("unjai_owner", database_name), connections=1)
    yield database
    await database.close()


async def kept(db, case):
    async with db.tx(CORE) as tx:
        mine = select(func.count()).select_from(held_plate_read).where(held_plate_read.c.case_number == case)
        row = await tx.one(select(plate_hold).where(plate_hold.c.case_number == case))
        return int(await tx.scalar(mine)), row


async def keep_for(db, clock, case, *reads):
    async with db.tx(CORE) as tx:
        return await hold(tx, [one.id for one in reads], case_number=case, at=clock.now(), by="officer")


async def tend(db, clock, pictures):
    actor = system(HERE, THERE, name="match")
    async with db.tx(actor) as tx:
        return await holds.tend(tx, actor, clock, pictures)


async def test_a_held_read_outlives_its_days_and_ends_with_its_case(db, worker_db, owner, clock, tmp_path):
    case, at, pictures = "คดี 1/2569", clock.now(), plate_pictures(tmp_path)
    async with owner.tx(CORE) as tx:
        await keep_reads(tx, at, AGE)
    crop = await pictures.put(b"\xff\xd8 crop", at)
    await pictures.hold(crop, at)
    one, plain = read(at, "1ฉฉ1111", payload={"crop": crop}), read(at, "1ฉฉ1112")
    await recorded(worker_db, one, plain)
    async with db.tx(CHIEF) as tx:
        await cases.open_case(tx, CHIEF, clock, number=case, about="", until=at + timedelta(days=40))
    assert await keep_for(worker_db, clock, case, one) == 1
    clock.move(timedelta(days=32))
    async with owner.tx(CORE) as tx:
        assert await keep_reads(tx, clock.now(), AGE)
    pictures.forget((at + timedelta(days=8)).date())
    async with worker_db.tx(CORE) as tx:
        both = plate_read.c.id.in_([one.id, plain.id])
        assert await tx.scalar(select(func.count()).select_from(plate_read).where(both)) == 0, "the day is gone"
    assert await tend(worker_db, clock, pictures) == 0
    count, row = await kept(worker_db, case)
    assert (count, row["reads"], row["ends_at"]) == (1, 1, None)
    clock.move(timedelta(days=9))  # the case's last day passes
    assert await tend(worker_db, clock, pictures) == 0
    count, row = await kept(worker_db, case)
    assert (count, row["ends_at"]) == (1, at + timedelta(days=40) + holds.GRACE)
    clock.move(holds.GRACE)
    assert await tend(worker_db, clock, pictures) == 1
    count, row = await kept(worker_db, case)
    assert (count, row["released_at"], row["reads"]) == (0, clock.now(), 1)
    with pytest.raises(UnjaiError, match="not_found"):
        await pictures.read(crop, at)
    assert await tend(worker_db, clock, pictures) == 0
    async with worker_db.tx(CORE) as tx:
        subject = f"plate_hold:{HERE}:{case}"
        log = await tx.all(select(audit_log.c.action).where(audit_log.c.subject == subject).order_by(audit_log.c.at))
    assert [one["action"] for one in log] == ["plates.hold_end", "plates.release"]


async def test_a_picture_that_another_case_keeps_stays(worker_db, clock, tmp_path):
    pictures = plate_pictures(tmp_path)
    crop = await pictures.put(b"\xff\xd8 two", clock.now())
    await pictures.hold(crop, clock.now())
    one = read(clock.now(), "2ฉฉ2222", payload={"crop": crop})
    await recorded(worker_db, one)
    await keep_for(worker_db, clock, "คดี 2/2569", one)
    await keep_for(worker_db, clock, "คดี 3/2569", one)
    await ended(worker_db, clock, "คดี 2/2569", clock.now() + timedelta(days=1))
    clock.move(timedelta(days=2))
    assert await tend(worker_db, clock, pictures) == 1
    pictures.forget((NIGHT + timedelta(days=900)).date())
    assert await pictures.read(crop, NIGHT) == b"\xff\xd8 two"


async def ended(db, clock, case, ends_at, actor=CHIEF, why="ศาลพิพากษาแล้ว"):
    async with db.tx(actor) as tx:
        return await holds.set_end(tx, actor, clock, case_number=case, ends_at=ends_at, why=why)


async def test_a_person_ends_what_no_case_ends_and_takes_it_back(db, worker_db, clock, tmp_path):
    case = "คดีของ สภ.อื่น 9/2569"
    one, other = read(clock.now(), "3ฉฉ3333"), read(clock.now() + timedelta(seconds=1), "3ฉฉ3333")
    await recorded(worker_db, one, other)
    await keep_for(worker_db, clock, case, one)
    for wrong in (clock.now(), clock.now() + holds.LONGEST + timedelta(days=1)):
        with pytest.raises(UnjaiError, match="plate_hold_end"):
            await ended(db, clock, case, wrong)
    row = await ended(db, clock, case, clock.now() + timedelta(days=2))
    assert (row["ended_by"], row["ended_why"]) == (CHIEF.name, "ศาลพิพากษาแล้ว")
    await keep_for(worker_db, clock, case, other)
    _, row = await kept(worker_db, case)
    assert (row["reads"], row["ends_at"]) == (2, clock.now() + timedelta(days=30)), (
        "what is new is kept a month at least"
    )
    await ended(db, clock, case, None)
    clock.move(timedelta(days=90))
    assert await tend(worker_db, clock, plate_pictures(tmp_path)) == 0
    await ended(db, clock, case, clock.now() + timedelta(hours=1))
    clock.move(timedelta(hours=2))
    assert await tend(worker_db, clock, plate_pictures(tmp_path)) == 1
    with pytest.raises(UnjaiError, match="plate_hold_over"):
        await ended(db, clock, case, clock.now() + timedelta(days=1))


async def test_who_opens_cases_ends_holds_and_at_no_other_station(db, worker_db, clock):
    one = read(clock.now(), "4ฉฉ4444")
    await recorded(worker_db, one)
    await keep_for(worker_db, clock, "คดี 4/2569", one)
    later = clock.now() + timedelta(days=1)
    with pytest.raises(UnjaiError, match="right_missing"):
        await ended(db, clock, "คดี 4/2569", later, acting("operator"))
    with pytest.raises(UnjaiError, match="not_found"):
        await ended(db, clock, "คดี 4/2569", later, acting("supervisor", THERE))
    async with db.tx(CHIEF) as tx:
        assert "คดี 4/2569" in [row["case_number"] for row in await holds.holds(tx, CHIEF)]
    there = acting("supervisor", THERE)
    async with db.tx(there) as tx:
        assert await holds.holds(tx, there) == []
