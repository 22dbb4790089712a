"""The observations' own tables, one a retention class, partitioned by id; repeats land where they were."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy import BigInteger, Column, DateTime, Float, Table, Text, Uuid, text
from sqlalchemy.dialects.postgresql import JSONB

from unjai.model.reading import Observation, RetentionClass
from unjai.platform.database import Tx, station_table
from unjai.platform.partitions import Cut, keep
from unjai.platform.streams import CLASSES


def _columns() -> list[Column[Any]]:
    return [
        Column("kind", Text, nullable=False),
        Column("source", Text, nullable=False),
        Column("device_id", Uuid),
        Column("observed_at", DateTime(timezone=True), nullable=False),
        Column("received_at", DateTime(timezone=True), nullable=False),
        Column("clock", Text, nullable=False),
        Column("lon", Float(53)),
        Column("lat", Float(53)),
        Column("accuracy_m", Float(53)),
        Column("payload", JSONB, nullable=False),
        Column("digest", Text, nullable=False),
    ]


def _table(retention: RetentionClass) -> Table:
    return station_table(
        f"obs_{retention}", Column("id", Uuid, primary_key=True), *_columns(), partition_by="RANGE (id)"
    )


TABLES: dict[RetentionClass, Table] = {
    retention: _table(retention) for retention, kept in CLASSES.items() if not kept.own_table
}

obs_conflict = station_table(
    "obs_conflict",
    Column("number", BigInteger, primary_key=True, autoincrement=True),
    Column("id", Uuid, nullable=False, index=True),
    *_columns(),
)
"""Messages that reused another's id with other content (`id_reused`): the first stands in its table, these beside."""

_NAMES = (
    "id, station_id, kind, source, device_id, observed_at, received_at, clock, lon, lat, accuracy_m, payload, digest"
)


def _row(seen: Observation) -> tuple[Any, ...]:
    point = seen.point
    return (
        seen.id,
        seen.station_id,
        seen.kind,
        seen.source,
        seen.device_id,
        seen.observed_at,
        seen.received_at,
        seen.clock,
        None if point is None else point.lon,
        None if point is None else point.lat,
        None if point is None else point.accuracy_m,
        msgspec.json.encode(seen.payload).decode(),
        seen.digest,
    )


async def record(tx: Tx, retention: RetentionClass, batch: Sequence[Observation]) -> list[Observation]:
    """Write a batch; repeats change nothing. Return those that reuse an id with other content (kept beside)."""
    name = f"obs_{retention}"
    await tx.execute(text(f"CREATE TEMPORARY TABLE fresh (LIKE {name}) ON COMMIT DROP"))
    driver: Any = (await tx.conn.get_raw_connection()).driver_connection
    async with driver.cursor() as cursor, cursor.copy(f"COPY fresh ({_NAMES}) FROM STDIN") as copy:
        for seen in batch:
            await copy.write_row(_row(seen))
    written = await tx.execute(
        text(f"INSERT INTO {name} ({_NAMES}) SELECT {_NAMES} FROM fresh ON CONFLICT (id) DO NOTHING")  # noqa: S608
    )
    if written.rowcount == len(batch):
        return []
    other = await tx.all(
        text(
            f"INSERT INTO obs_conflict ({_NAMES}) SELECT {', '.join('f.' + part.strip() for part in _NAMES.split(','))}"  # noqa: S608
            f" FROM fresh f JOIN {name} o USING (id) WHERE o.digest <> f.digest AND NOT EXISTS"
            " (SELECT FROM obs_conflict c WHERE c.id = f.id AND c.digest = f.digest) RETURNING id, digest"
        )
    )
    keys = {(row["id"], row["digest"]) for row in other}
    return [seen for seen in batch if (seen.id, seen.digest) in keys]


def _cut(retention: RetentionClass) -> Cut:
    kept = CLASSES[retention]
    return Cut(table=f"obs_{retention}", columns=_NAMES, step=kept.partition, age=kept.table_age)


def partition_name(retention: RetentionClass, start: datetime) -> str:
    """Return the name of the partition that begins at `start`."""
    return _cut(retention).name(start)


async def keep_partitions(tx: Tx, now: datetime) -> list[str]:
    """Make the partitions that are due and drop those past their class's age; return what was dropped.

    Runs as `unjai_owner`. Rows that came early and lie in the `rest` partition move over when theirs is made.
    """
    return [name for retention in TABLES for name in await keep(tx, now, _cut(retention))]


def too_old(retention: RetentionClass, now: datetime) -> datetime:
    """Return the moment before which an observation of a class would be dropped at once."""
    kept = CLASSES[retention]
    return now - max(kept.table_age - timedelta(days=1), kept.stream_age)
