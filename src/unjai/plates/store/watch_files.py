"""Tables of files of watched plates and all SQL over them: staged part by part, listed part by part."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    Index,
    Integer,
    Text,
    Uuid,
    and_,
    insert,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB

from unjai.model.ids import StationId
from unjai.plates.store.watch_list import READ, SAID
from unjai.platform.database import Tx, station_table

Row = dict[str, Any]

watch_import = station_table(
    "watch_import",
    Column("id", Uuid, primary_key=True),
    Column("name", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("by", Uuid),
    Column("by_name", Text, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("total", Integer, nullable=False),
    Column("refused", JSONB, nullable=False),
    Column("defaults", JSONB(none_as_null=True)),
    Column("approval_id", Uuid),
    Column("added", Integer),
    Column("done_at", DateTime(timezone=True)),
    Column("size_bytes", BigInteger, nullable=False, server_default=text("0")),
    Column("read_bytes", BigInteger, nullable=False, server_default=text("0")),
    Column("touched_at", DateTime(timezone=True)),
    Column("why", JSONB(none_as_null=True)),
    Column("approved_by", Uuid),
    Column("approver_name", Text, nullable=False, server_default=text("''")),
    Column("taken_row", Integer, nullable=False, server_default=text("0")),
    CheckConstraint("state IN ('reading', 'staged', 'proposed', 'taking', 'done', 'dropped', 'failed')", name="state"),
    Index("ix_watch_import_at", "station_id", "at"),
    right=READ,
)
"""A file of entries. `refused` counts its refused rows by code, `why` says what broke off the reading.

`touched_at` is the last sign of life of whoever reads it; `taken_row` the last row that was put on the list.
"""

watch_import_row = station_table(
    "watch_import_row",
    Column("import_id", Uuid, primary_key=True),
    Column("row", Integer, primary_key=True, autoincrement=False),
    Column("said", Text, nullable=False),
    Column("code", Text),
    Column("facts", JSONB(none_as_null=True)),
    Column("registration", Text),
    Column("province", Text),
    *(Column(name, Text, nullable=False) for name in SAID),
    Column("valid_until", DateTime(timezone=True)),
    right=READ,
)
"""Rows of a file until it is taken or dropped; with a `code` the row is refused."""

STAGED = ("station_id", "import_id", "row", "said", "code", "facts", "registration", "province", *SAID, "valid_until")
_NAMES = ", ".join(f'"{name}"' for name in STAGED)


async def add_import(tx: Tx, station_id: StationId, values: Mapping[str, Any]) -> None:
    """Note a file that came."""
    await tx.execute(insert(watch_import).values(station_id=station_id, **values))


async def stage(tx: Tx, rows: bytes) -> None:
    """Write read rows of a file: text of COPY in the order of `STAGED`.

    COPY knows no row-level security, so it goes by a table between.
    """
    await tx.execute(text("CREATE TEMPORARY TABLE IF NOT EXISTS fresh_row (LIKE watch_import_row) ON COMMIT DROP"))
    driver: Any = (await tx.conn.get_raw_connection()).driver_connection
    async with driver.cursor() as cursor, cursor.copy(f"COPY fresh_row ({_NAMES}) FROM STDIN") as copy:
        await copy.write(rows)
    await tx.execute(text(f"INSERT INTO watch_import_row ({_NAMES}) SELECT {_NAMES} FROM fresh_row"))  # noqa: S608  ours
    await tx.execute(text("TRUNCATE fresh_row"))


_TWICE = text("""
UPDATE watch_import_row r SET code = :code, facts = jsonb_build_object('first', t.first)
FROM (SELECT import_id, "row", first_value("row") OVER same AS first FROM watch_import_row
      WHERE import_id = :import_id AND code IS NULL
      WINDOW same AS (PARTITION BY registration, province, case_number ORDER BY "row")) t
WHERE r.import_id = t.import_id AND r."row" = t."row" AND t.first < t."row"
""")
_LISTED = text("""
UPDATE watch_import_row r SET code = :code, facts = '{}'
WHERE r.import_id = :import_id AND r.code IS NULL AND r."row" > :after AND r."row" <= :upto
AND EXISTS (SELECT FROM watch_entry e
    WHERE e.station_id = :station_id AND e.registration = r.registration
    AND e.province IS NOT DISTINCT FROM r.province AND e.state IN ('proposed', 'approved') AND e.valid_until > :now
    AND (r.case_number = '' OR e.case_number = r.case_number) OFFSET 0)
""")
_COUNTED = text("""
SELECT code, count(*) AS rows FROM watch_import_row WHERE import_id = :import_id GROUP BY code
""")
_UPTO = text("""
SELECT max(p."row") FROM (SELECT "row" FROM watch_import_row WHERE import_id = :import_id AND code IS NULL
    AND "row" > :after ORDER BY "row" LIMIT :most) p
""")
_TAKE = text(f"""
WITH part AS (DELETE FROM watch_import_row WHERE import_id = :import_id AND code IS NULL
    AND "row" > :after AND "row" <= :upto RETURNING *)
INSERT INTO watch_entry (station_id, id, registration, province, partial, special, {", ".join(SAID)}, valid_from,
    valid_until, state, version, import_id, approval_id, proposed_by, proposer_name, proposed_at, approved_by,
    approver_name, approved_at, ended_name, ended_why, notify_accounts, notify_probable)
SELECT r.station_id, uuidv7(), r.registration, r.province, false, false,
    {", ".join(f"coalesce(nullif(r.{name}, ''), i.defaults ->> '{name}', '')" for name in SAID)},
    :now, coalesce(r.valid_until, (i.defaults ->> 'valid_until')::timestamptz), 'approved', :version, i.id,
    i.approval_id, i.by, i.by_name, i.at, i.approved_by, i.approver_name, :now, '', '',
    ARRAY(SELECT jsonb_array_elements_text(coalesce(i.defaults -> 'notify_accounts', '[]')))::uuid[],
    coalesce((i.defaults ->> 'notify_probable')::boolean, false)
FROM part r JOIN watch_import i ON i.id = r.import_id ORDER BY r."row"
""")  # noqa: S608  names of our own columns
_ALL = 2**31 - 1


async def settle_rows(tx: Tx, station_id: StationId, import_id: UUID, now: datetime) -> dict[str, int]:
    """Refuse rows that stand twice or are listed already; return rows by code, the good ones under an empty one."""
    await tx.execute(text("ANALYZE watch_import_row"))  # it just grew: joined by old counts, it is walked once a row
    await tx.execute(_TWICE, {"import_id": import_id, "code": "watch_row_twice"})
    await refuse_listed(tx, station_id, import_id, now)
    return {row["code"] or "": row["rows"] for row in await tx.all(_COUNTED, {"import_id": import_id})}


async def refuse_listed(
    tx: Tx, station_id: StationId, import_id: UUID, now: datetime, *, after: int = -1, upto: int = _ALL
) -> int:
    """Refuse good rows after one and up to another that stand on the list by now; return how many."""
    facts = {"import_id": import_id, "station_id": station_id, "now": now, "after": after, "upto": upto}
    return int((await tx.execute(_LISTED, {**facts, "code": "watch_row_listed"})).rowcount)


async def next_rows(tx: Tx, import_id: UUID, after: int, most: int) -> int | None:
    """Return the last of the next good rows of a file; None where none is left."""
    found = await tx.scalar(_UPTO, {"import_id": import_id, "after": after, "most": most})
    return None if found is None else int(found)


async def take_rows(tx: Tx, import_id: UUID, *, after: int, upto: int, version: int, now: datetime) -> int:
    """Make entries of the good rows of a part; they leave the file. Return how many."""
    facts = {"import_id": import_id, "after": after, "upto": upto, "version": version, "now": now}
    return int((await tx.execute(_TAKE, facts)).rowcount)


async def count_anew(tx: Tx) -> None:
    """Let the database know how long the list is now; by its old counts it would be walked once a row."""
    await tx.execute(text("ANALYZE watch_entry"))


async def import_of(tx: Tx, station_id: StationId, import_id: UUID, *, lock: bool = False) -> Row | None:
    """Return a file's row."""
    query = select(watch_import).where(watch_import.c.station_id == station_id, watch_import.c.id == import_id)
    return await tx.one(query.with_for_update() if lock else query)


async def imports_of(tx: Tx, station_id: StationId) -> list[Row]:
    """Return the last files, newest first; those that were dropped are left out."""
    mine = watch_import.c.station_id == station_id, watch_import.c.state != "dropped"
    return await tx.all(select(watch_import).where(*mine).order_by(watch_import.c.at.desc()).limit(30))


async def taking(tx: Tx, stations: Collection[StationId]) -> Row | None:
    """Return the oldest file that two people agreed on and that is not wholly on the list yet, locked."""
    mine = watch_import.c.station_id.in_(sorted(stations)), watch_import.c.state == "taking"
    query = select(watch_import).where(*mine).order_by(watch_import.c.at).limit(1)
    return await tx.one(query.with_for_update(skip_locked=True))


async def change_import(tx: Tx, import_id: UUID, **values: Any) -> None:
    """Change a file's row."""
    await tx.execute(update(watch_import).where(watch_import.c.id == import_id).values(**values))


async def grow(tx: Tx, import_id: UUID, now: datetime, **values: Any) -> bool:
    """Note how far a file was read; False where it is being read no more, because somebody dropped it."""
    mine = watch_import.c.id == import_id, watch_import.c.state == "reading"
    return bool((await tx.execute(update(watch_import).where(*mine).values(touched_at=now, **values))).rowcount)


async def forget_rows(tx: Tx, import_id: UUID) -> None:
    """Forget all rows of a file."""
    await tx.execute(text("DELETE FROM watch_import_row WHERE import_id = :key"), {"key": import_id})


async def forget_old(tx: Tx, station_id: StationId, before: datetime, silent: datetime) -> None:
    """Drop files that nobody took, with their rows, those whose reading broke off, and the refused rows of old ones."""
    mine, row = watch_import.c.station_id == station_id, watch_import.c
    old = and_(row.at < before, row.state.in_(("staged", "proposed", "failed")))
    broken = and_(row.state == "reading", or_(row.touched_at.is_(None), row.touched_at < silent), row.at < silent)
    gone = update(watch_import).where(mine, or_(old, broken)).values(state="dropped").returning(row.id)
    keys = [one["id"] for one in await tx.all(gone)]
    done = select(row.id).where(mine, row.state == "done", row.at < before)
    keys += [one["id"] for one in await tx.all(done)]
    if keys:
        await tx.execute(text("DELETE FROM watch_import_row WHERE import_id = ANY (:keys)"), {"keys": keys})


async def refused_rows(tx: Tx, import_id: UUID, after: int, limit: int) -> list[Row]:
    """Return refused rows of a file after a row, in order."""
    columns = watch_import_row.c
    query = select(columns.row, columns.said, columns.code, columns.facts)
    mine = query.where(columns.import_id == import_id, columns.code.is_not(None), columns.row > after)
    return await tx.all(mine.order_by(columns.row).limit(limit))


async def some_rows(tx: Tx, import_id: UUID, limit: int) -> list[Row]:
    """Return the first good rows of a file."""
    columns = watch_import_row.c
    mine = select(watch_import_row).where(columns.import_id == import_id, columns.code.is_(None))
    return await tx.all(mine.order_by(columns.row).limit(limit))
