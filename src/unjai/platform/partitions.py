"""Tables cut by time: `PARTITION BY RANGE (id)` over ids that begin with their time; made ahead, dropped on time.

Rows outside every partition wait in `<table>_rest` and move when theirs is made. All of it runs as `unjai_owner`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import text

from unjai.model.ids import id_floor, id_time
from unjai.platform.database import Tx


@dataclass(frozen=True, kw_only=True, slots=True)
class Cut:
    """A table, its columns (as SQL lists them), how long a partition is and how long its rows are kept."""

    table: str
    columns: str
    step: timedelta
    age: timedelta

    def name(self, start: datetime) -> str:
        """Return the name of the partition that begins at `start`."""
        return f"{self.table}_{start:%Y%m%d%H}"

    def bounds(self, now: datetime, ahead: int = 2) -> list[tuple[datetime, datetime]]:
        """Return the partitions that must exist: the one before this, this one and `ahead` more."""
        epoch = id_time(UUID(int=0))
        first = epoch + ((now - epoch) // self.step - 1) * self.step
        return [(first + self.step * n, first + self.step * (n + 1)) for n in range(ahead + 2)]


async def keep(tx: Tx, now: datetime, cut: Cut) -> list[str]:
    """Make the partitions of a table that are due and drop those past its age; return what was dropped."""
    table, dropped = cut.table, []
    there = {
        str(row["name"])
        for row in await tx.all(
            text(
                "SELECT c.relname AS name FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid"
                " WHERE i.inhparent = CAST(:parent AS regclass)"
            ),
            {"parent": table},
        )
    }
    for start, end in cut.bounds(now):
        if cut.name(start) not in there:
            await _make(tx, cut, start, end)
    for name in sorted(there - {f"{table}_rest"}):
        if _began(name, now) + cut.step < now - cut.age:
            await tx.execute(text(f"DROP TABLE {name}"))
            dropped.append(name)
    await tx.execute(
        text(f"DELETE FROM {table}_rest WHERE received_at < :before"),  # noqa: S608  names of our own
        {"before": now - cut.age},
    )
    return dropped


async def late(tx: Tx, now: datetime, *, table: str, step: timedelta, age: timedelta) -> list[str]:
    """Return the partitions that should have been dropped more than two hours ago: none, where `keep` does its work."""
    query = text(
        "SELECT c.relname AS name FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid"
        " WHERE i.inhparent = to_regclass(:parent)"
    )
    rows = await tx.all(query, {"parent": table})
    names = sorted(str(row["name"]) for row in rows if row["name"] != f"{table}_rest")
    return [name for name in names if _began(name, now) + step < now - age - _GRACE]


_GRACE = timedelta(hours=2)


def _began(name: str, now: datetime) -> datetime:
    return datetime.strptime(name.rpartition("_")[2], "%Y%m%d%H").replace(tzinfo=now.tzinfo)


async def _make(tx: Tx, cut: Cut, start: datetime, end: datetime) -> None:
    table, name, columns = cut.table, cut.name(start), cut.columns
    low, high = id_floor(start), id_floor(end)
    await tx.execute(text(f"CREATE TABLE {name} (LIKE {table} INCLUDING ALL)"))
    await tx.execute(
        text(
            f"WITH early AS (DELETE FROM {table}_rest WHERE id >= '{low}' AND id < '{high}' RETURNING {columns})"  # noqa: S608
            f" INSERT INTO {name} ({columns}) SELECT {columns} FROM early"
        )
    )
    await tx.execute(text(f"ALTER TABLE {table} ATTACH PARTITION {name} FOR VALUES FROM ('{low}') TO ('{high}')"))
