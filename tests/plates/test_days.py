"""The dictionary knows on which days a plate was seen: all of them, whatever order they come in, so that none is missed."""

from datetime import UTC, date, timedelta

import pytest
from sqlalchemy import select, text

from tests.conftest import NIGHT
from tests.plates.made import CORE, read, recorded
from unjai.plates.store.reads import plate


def at_day(number: int):
    return NIGHT - timedelta(days=60 - number)


async def told(worker_db, registration: str) -> set[date]:
    """Return the days that the row stands for, as the searches read it."""
    async with worker_db.tx(CORE) as tx:
        row = await tx.one(select(plate.c.last_day, plate.c.days).where(plate.c.registration == registration))
    assert row is not None
    return {row["last_day"] - timedelta(days=n) for n in range(63) if row["days"] >> n & 1}


@pytest.mark.parametrize(
    ("registration", "batches"),
    [
        ("4ฉฉ1001", [[10], [10], [11]]),
        ("4ฉฉ1002", [[10, 12, 12, 17]]),
        ("4ฉฉ1003", [[20], [11], [15, 3], [21]]),
        ("4ฉฉ1004", [[0], [58]]),
        ("4ฉฉ1005", [[0], [60], [30]]),
    ],
)
async def test_each_day_is_written_down_once_it_was_read(worker_db, registration, batches):
    for batch in batches:
        await recorded(worker_db, *(read(at_day(n), registration) for n in batch))
    assert await told(worker_db, registration) == {at_day(n).astimezone(UTC).date() for batch in batches for n in batch}


async def test_a_read_that_comes_days_late_stands_at_the_day_it_was_taken(worker_db):
    """It keeps the plate until its own days are over, counted from when it came, and is looked for where it lies."""
    await recorded(worker_db, read(at_day(40), "4ฉฉ2001", received_at=at_day(45)))
    assert await told(worker_db, "4ฉฉ2001") == {at_day(40).astimezone(UTC).date()}
    async with worker_db.tx(CORE) as tx:
        last = await tx.scalar(select(plate.c.last_day).where(plate.c.registration == "4ฉฉ2001"))
    assert last == at_day(45).astimezone(UTC).date()


async def test_where_nobody_wrote_days_down_each_is_looked_into(worker_db):
    """A dictionary of before the column: its days are unknown, those that come after are known."""
    await recorded(worker_db, read(at_day(20), "4ฉฉ3001"))
    async with worker_db.tx(CORE) as tx:
        await tx.execute(text("UPDATE plate SET days = -1 WHERE registration = '4ฉฉ3001'"))
    await recorded(worker_db, read(at_day(24), "4ฉฉ3001"))
    days = await told(worker_db, "4ฉฉ3001")
    known = {at_day(n).astimezone(UTC).date() for n in (21, 22, 23)}
    assert {at_day(n).astimezone(UTC).date() for n in (2, 19, 20, 24)} <= days
    assert not known & days
