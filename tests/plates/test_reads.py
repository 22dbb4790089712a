"""Reads in PostgreSQL: exactly once, one dictionary, days that come and go, and what a case keeps."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import ProgrammingError

from tests.plates.made import CORE, DETECTIVE, HERE, THERE, read, recorded
from unjai.model.actor import system
from unjai.model.plate import LOOKALIKES, skeleton
from unjai.plates.store.folding import fold_again
from unjai.plates.store.reads import (
    digits_of,
    held_plate_read,
    hold,
    keep_reads,
    plate,
    plate_camera,
    plate_read,
    record,
)
from unjai.platform.database import Database
from unjai.platform.engines.alone import Postgres
from unjai.platform.streams import CLASSES

AGE = CLASSES["plates"].table_age


@pytest.fixture
async def owner(postgres: Postgres, database_name: str) -> AsyncIterator[Database]:
    database = Database(postgres.dsn("unjai_owner", database_name), connections=1)
    yield database
    await database.close()


async def count(db: Database, table, *where, actor=CORE) -> int:
    async with db.tx(actor) as tx:
        return int(await tx.scalar(select(func.count()).select_from(table).where(*where)))


async def test_the_same_read_a_thousand_times_is_one_row(worker_db, clock):
    one = read(clock.now(), "2กก2222")
    for _ in range(10):
        assert await recorded(worker_db, *[one] * 100) == []
    assert await count(worker_db, plate_read, plate_read.c.id == one.id) == 1
    assert await count(worker_db, plate, plate.c.registration == "2กก2222") == 1


async def test_a_plate_stands_once_in_the_dictionary_of_each_station(worker_db, clock):
    at = clock.now()
    seen = [read(at + timedelta(seconds=n), "3ขข3333", "10") for n in range(5)]
    seen += [read(at, "3ขข3333", "50", camera="LPR-2"), read(at, "3ขข3333", None, camera="LPR-3")]
    seen += [read(at, "3ขข3333", "10", camera="LPR-9", station=THERE)]
    await recorded(worker_db, *seen)
    async with worker_db.tx(CORE) as tx:
        rows = await tx.all(select(plate).where(plate.c.registration == "3ขข3333"))
    assert sorted((row["station_id"], row["province"]) for row in rows) == [
        (HERE, ""),
        (HERE, "10"),
        (HERE, "50"),
        (THERE, "10"),
    ]
    assert {row["digits"] for row in rows} == {"3333"}


async def test_what_was_read_is_kept_as_it_was_said(worker_db, clock):
    crop = "ab" * 32
    said = {
        "crop": crop,
        "camera": "LANE-4",
        "plate_colour": "white",
        "alternatives": [{"registration": "4คค4441", "province": "50", "confidence": 0.02}],
        "vehicle": {"type": "pickup", "colour": "black", "make": "isuzu"},
    }
    one = read(clock.now(), "4คค4444", camera="NVR-1", payload=said)
    await recorded(worker_db, one)
    async with worker_db.tx(CORE) as tx:
        row = await tx.one(select(plate_read).where(plate_read.c.id == one.id))
        key = await tx.scalar(select(plate_camera.c.key).where(plate_camera.c.id == row["camera_id"]))
    assert key == "LANE-4"
    assert (row["confidence"], row["province_confidence"], row["width_px"]) == (980, 910, 112)
    assert (row["vehicle_type"], row["vehicle_colour"], row["plate_colour"]) == ("pickup", "black", "white")
    assert row["crop"] == bytes.fromhex(crop)
    assert row["facts"] == {
        "alternatives": said["alternatives"],
        "frames": 6,
        "make": "isuzu",
        "reader": "unjai-plates 1",
        "source": "NVR-1",
    }


async def test_what_cannot_be_read_is_no_plate(worker_db, clock):
    one = read(clock.now(), None, None, camera="LPR-BLIND", payload={"raw": "I LOVE NY"})
    await recorded(worker_db, one)
    async with worker_db.tx(CORE) as tx:
        row = await tx.one(select(plate_read).where(plate_read.c.id == one.id))
    assert row["plate_id"] is None
    assert row["facts"]["raw"] == "I LOVE NY"


async def test_an_id_reused_keeps_both_in_the_same_day(worker_db, clock):
    first = read(clock.now(), "5งง5555")
    other = replace(read(clock.now(), "5งง5556"), id=first.id)
    assert await recorded(worker_db, first) == []
    for _ in range(2):
        assert await recorded(worker_db, other) == [other]
    assert await recorded(worker_db, first) == []
    assert await recorded(worker_db, first, other) == [other]
    async with worker_db.tx(CORE) as tx:
        rows = await tx.all(
            select(plate_read.c.id, plate.c.registration)
            .join(plate, plate.c.id == plate_read.c.plate_id)
            .where(plate.c.registration.in_(["5งง5555", "5งง5556"]))
        )
    assert sorted(row["registration"] for row in rows) == ["5งง5555", "5งง5556"]
    assert len({row["id"].int >> 80 for row in rows}) == 1


async def test_two_writers_that_meet_wait_for_each_other_one_way_only(worker_db, clock):
    at = clock.now()
    one = [read(at + timedelta(milliseconds=n), f"6จจ{1000 + n}", camera="LPR-A") for n in range(300)]
    two = [read(at + timedelta(milliseconds=n), f"6จจ{1000 + n}", camera="LPR-B") for n in reversed(range(300))]
    await asyncio.gather(*(recorded(worker_db, *part) for part in (one, two, two, one)))
    assert await count(worker_db, plate, plate.c.registration.like("6จจ%")) == 300
    ids = select(plate.c.id).where(plate.c.registration.like("6จจ%"))
    assert await count(worker_db, plate_read, plate_read.c.plate_id.in_(ids)) == 600


async def test_a_station_has_its_own_reads_alone(worker_db, clock):
    one = read(clock.now(), "7ฉฉ7777", station=THERE, camera="LPR-9")
    await recorded(worker_db, one)
    assert await count(worker_db, plate_read, plate_read.c.id == one.id, actor=system(HERE)) == 0
    with pytest.raises(Exception, match="row-level security"):
        async with worker_db.tx(system(HERE)) as tx:
            await record(tx, [read(clock.now(), "7ฉฉ7778", station=THERE)])


@pytest.mark.parametrize("table", [plate, plate_read, plate_camera, held_plate_read], ids=lambda table: table.name)
async def test_the_web_has_no_way_to_the_rows(db, table):
    with pytest.raises(ProgrammingError, match="permission denied"):
        await count(db, table, actor=DETECTIVE)


@pytest.mark.parametrize(
    "inside", ['plate_reads_of(\'{"station": 10, "most": 5}\')', 'plate_candidates(\'{"station": 10, "by": "exact"}\')']
)
async def test_nor_by_what_the_guarded_functions_are_made_of(db, inside):
    with pytest.raises(ProgrammingError, match="permission denied"):
        async with db.tx(DETECTIVE) as tx:
            await tx.execute(text(f"SELECT {inside}"))


async def test_a_read_without_a_hit_is_gone_after_its_days_and_a_held_one_is_not(worker_db, owner, clock):
    at = clock.now()
    async with owner.tx(CORE) as tx:
        assert await keep_reads(tx, at, AGE) == []
    plain, hit, late = read(at, "8ชช8888"), read(at, "8ชช8889"), read(at + timedelta(days=20), "8ชช8890")
    await recorded(worker_db, plain, hit, replace(late, received_at=late.observed_at))
    async with worker_db.tx(CORE) as tx:
        assert await hold(tx, [hit.id], case_number="คดีอาญา 12/2569", at=at, by="system:hits") == 1
        assert await hold(tx, [hit.id], case_number="คดีอาญา 12/2569", at=at, by="system:hits") == 0
    both = plate_read.c.id.in_([plain.id, hit.id])
    async with owner.tx(CORE) as tx:
        dropped = await keep_reads(tx, at + AGE - timedelta(hours=1), AGE)
    assert not any(name.startswith("plate_read_20261121") for name in dropped)
    assert await count(worker_db, plate_read, both) == 2
    async with owner.tx(CORE) as tx:
        dropped = await keep_reads(tx, at + AGE + timedelta(days=1, hours=6), AGE)
    assert any(name.startswith("plate_read_20261121") for name in dropped)
    assert await count(worker_db, plate_read, both) == 0
    assert await count(worker_db, plate, plate.c.registration.in_(["8ชช8888", "8ชช8889"])) == 0, "nor that it was seen"
    assert await count(worker_db, plate, plate.c.registration == "8ชช8890") == 1
    async with worker_db.tx(CORE) as tx:
        kept = await tx.one(select(held_plate_read).where(held_plate_read.c.id == hit.id))
    assert (kept["registration"], kept["province"], kept["camera"]) == ("8ชช8889", "50", "LPR-1")
    assert kept["at"] == at


async def test_a_station_may_keep_reads_for_a_shorter_time(worker_db, owner, clock):
    at = clock.now() + timedelta(days=60)
    async with owner.tx(CORE) as tx:
        await keep_reads(tx, at, AGE)
    one = read(at, "9ซซ9999")
    await recorded(worker_db, one)
    async with owner.tx(CORE) as tx:
        await keep_reads(tx, at + timedelta(days=9), timedelta(days=7))
    assert await count(worker_db, plate_read, plate_read.c.id == one.id) == 0


@pytest.mark.parametrize(
    ("registration", "digits"), [("1กข1234", "1234"), ("70-1234", "1234"), ("กข1", "1"), ("12345", "12345")]
)
def test_the_digits_are_what_stands_at_the_end(registration, digits):
    assert digits_of(registration) == digits


async def test_plates_folded_by_another_table_are_folded_anew_a_part_at_a_time(worker_db, clock):
    await recorded(worker_db, *(read(clock.now(), f"7ขซ7{n:03}") for n in range(5)))
    ours = plate.c.registration.like("7__7___")
    async with worker_db.tx(CORE) as tx:
        await tx.execute(plate.update().where(ours).values(folded_by="older", skeleton="?"))
        while await fold_again(tx, 2):
            pass
        rows = await tx.all(select(plate).where(ours))
    assert {row["skeleton"] for row in rows} == {skeleton(row["registration"]) for row in rows}
    assert {row["folded_by"] for row in rows} == {LOOKALIKES.version}
