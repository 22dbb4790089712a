"""Tables of the watch list and all SQL over them. The list's version grows by one in each change that counts."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ColumnElement,
    DateTime,
    Identity,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Text,
    Uuid,
    and_,
    func,
    insert,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.dialects.postgresql import insert as upsert_into

from unjai.model.ids import StationId
from unjai.platform.database import Tx, station_table

READ = "plates.watch.read"

watch_list = station_table(
    "watch_list",
    Column("version", BigInteger, nullable=False),
    Column("reads_a_day", Integer),
    PrimaryKeyConstraint("station_id"),
    right=READ,
)
"""One row a station: the list's version, and how many reads a day there are where somebody said so."""

_SAID = ("vehicle_type", "vehicle_colour", "vehicle_marks", "reason", "legal_basis", "case_number", "requested_by")
SAID = (*_SAID, "instruction", "notify")
"""What is told of an entry in words."""

watch_entry = station_table(
    "watch_entry",
    Column("id", Uuid, primary_key=True),
    Column("number", BigInteger, Identity(always=True), nullable=False, unique=True),
    Column("registration", Text, nullable=False),
    Column("province", Text),
    Column("partial", Boolean, nullable=False),
    Column("special", Boolean, nullable=False),
    *(Column(name, Text, nullable=False) for name in SAID),
    Column("valid_from", DateTime(timezone=True), nullable=False),
    Column("valid_until", DateTime(timezone=True), nullable=False),
    Column("state", Text, nullable=False),
    Column("version", BigInteger),
    Column("pending", JSONB(none_as_null=True)),
    Column("approval_id", Uuid),
    Column("import_id", Uuid),
    Column("proposed_by", Uuid),
    Column("proposer_name", Text, nullable=False),
    Column("proposed_at", DateTime(timezone=True), nullable=False),
    Column("approved_by", Uuid),
    Column("approver_name", Text, nullable=False),
    Column("approved_at", DateTime(timezone=True)),
    Column("ended_name", Text, nullable=False),
    Column("ended_at", DateTime(timezone=True)),
    Column("ended_why", Text, nullable=False),
    CheckConstraint("state IN ('proposed', 'approved', 'ended', 'withdrawn')", name="state"),
    Index("ix_watch_entry_version", "station_id", "version", "number"),
    Index("ix_watch_entry_plate", "station_id", "registration", "province"),
    Index("ix_watch_entry_proposed_at", "station_id", "proposed_at"),
    Index("ix_watch_entry_case", "station_id", "case_number"),
    right=READ,
)
"""A vehicle that is looked for. `version` is empty until it was in force; `pending` awaits approval."""

watch_change = station_table(
    "watch_change",
    Column("id", Uuid, primary_key=True),
    Column("entry_id", Uuid, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("by_name", Text, nullable=False),
    Column("what", Text, nullable=False),
    Column("facts", JSONB, nullable=False),
    Index("ix_watch_change_entry", "entry_id", "at"),
    right=READ,
)
"""The history of an entry."""

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
    CheckConstraint("state IN ('staged', 'proposed', 'done', 'dropped')", name="state"),
    Index("ix_watch_import_at", "station_id", "at"),
    right=READ,
)
"""A file of entries. `refused` counts its refused rows by code."""

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

_open = watch_entry.c.state.in_(("proposed", "approved"))


async def bump(tx: Tx, station_id: StationId) -> int:
    """Make the list's version grow, and hold it until commit: whoever reads versions in order misses none."""
    put = upsert_into(watch_list).values(station_id=station_id, version=1)
    grown = put.on_conflict_do_update(
        index_elements=[watch_list.c.station_id], set_={"version": watch_list.c.version + 1}
    )
    return int(await tx.scalar(grown.returning(watch_list.c.version)))


async def list_of(tx: Tx, station_id: StationId) -> dict[str, Any]:
    """Return the list's version and the reads a day that somebody said."""
    row = await tx.one(select(watch_list).where(watch_list.c.station_id == station_id))
    return row or {"station_id": station_id, "version": 0, "reads_a_day": None}


async def set_reads_a_day(tx: Tx, station_id: StationId, reads: int | None) -> None:
    """Say how many reads a day there are."""
    put = upsert_into(watch_list).values(station_id=station_id, version=0, reads_a_day=reads)
    await tx.execute(put.on_conflict_do_update(index_elements=[watch_list.c.station_id], set_={"reads_a_day": reads}))


async def add(tx: Tx, station_id: StationId, values: Mapping[str, Any]) -> dict[str, Any]:
    """Write a new entry; return its row."""
    made = insert(watch_entry).values(station_id=station_id, **values).returning(*watch_entry.c)
    return dict((await tx.all(made))[0])


async def entry_of(tx: Tx, station_id: StationId, entry_id: UUID, *, lock: bool = False) -> dict[str, Any] | None:
    """Return an entry, locked where it will be changed."""
    query = select(watch_entry).where(watch_entry.c.station_id == station_id, watch_entry.c.id == entry_id)
    return await tx.one(query.with_for_update() if lock else query)


async def change(tx: Tx, entry_id: UUID, **values: Any) -> None:
    """Change an entry."""
    await tx.execute(update(watch_entry).where(watch_entry.c.id == entry_id).values(**values))


async def note(tx: Tx, station_id: StationId, values: Mapping[str, Any]) -> None:
    """Write a line of an entry's history."""
    await tx.execute(insert(watch_change).values(station_id=station_id, **values))


async def history_of(tx: Tx, entry_id: UUID) -> list[dict[str, Any]]:
    """Return an entry's history, newest first."""
    mine = select(watch_change).where(watch_change.c.entry_id == entry_id)
    return await tx.all(mine.order_by(watch_change.c.at.desc(), watch_change.c.id.desc()).limit(200))


async def twins(  # noqa: PLR0917  what makes two entries the same
    tx: Tx, station_id: StationId, registration: str, province: str | None, case_number: str, now: datetime
) -> list[dict[str, Any]]:
    """Return open entries of the same plate; one of the same case would be the same entry twice."""
    same = watch_entry.c.registration == registration, watch_entry.c.province.is_not_distinct_from(province)
    mine = watch_entry.c.station_id == station_id, _open, watch_entry.c.valid_until > now
    query = select(watch_entry.c.id, watch_entry.c.case_number, watch_entry.c.state).where(*same, *mine)
    rows = await tx.all(query.limit(20))
    return sorted(rows, key=lambda row: row["case_number"] != case_number)


async def partials(tx: Tx, station_id: StationId, now: datetime) -> int:
    """Count the partial entries that are open."""
    mine = watch_entry.c.station_id == station_id, watch_entry.c.partial, _open, watch_entry.c.valid_until > now
    return int(await tx.scalar(select(func.count()).select_from(watch_entry).where(*mine)))


def _in_state(state: str, now: datetime) -> ColumnElement[bool]:
    stored, begin, end = watch_entry.c.state, watch_entry.c.valid_from, watch_entry.c.valid_until
    match state:
        case "active":
            return and_(stored == "approved", begin <= now, end > now)
        case "approved":
            return and_(stored == "approved", begin > now)
        case "ended":
            return or_(stored == "ended", and_(stored == "approved", end <= now))
        case "waiting":
            return or_(stored == "proposed", watch_entry.c.pending.is_not(None))
        case _:
            return stored == state


async def page(
    tx: Tx,
    station_id: StationId,
    now: datetime,
    *,
    state: str | None,
    like: str | None,
    words: str,
    after: int | None,
    limit: int,
) -> list[dict[str, Any]]:
    """Return entries, newest first; `like` asks of the registration, `words` of case, reason and who asked."""
    asked = [watch_entry.c.station_id == station_id]
    if state:
        asked.append(_in_state(state, now))
    if like:
        whole = "%" not in like and "_" not in like  # under row-level security only equality finds by index
        asked.append(watch_entry.c.registration == like if whole else watch_entry.c.registration.like(like))
    if words:
        part = f"%{words.replace('!', '!!').replace('%', '!%').replace('_', '!_')}%"
        named = ("case_number", "reason", "requested_by", "vehicle_marks", "vehicle_type")
        asked.append(or_(*(watch_entry.c[name].ilike(part, escape="!") for name in named)))
    if after is not None:
        asked.append(watch_entry.c.number < after)
    return await tx.all(select(watch_entry).where(*asked).order_by(watch_entry.c.number.desc()).limit(limit))


async def counts(tx: Tx, station_id: StationId, now: datetime) -> dict[str, int]:
    """Return how many entries are in each state."""
    states = ("proposed", "approved", "active", "ended", "withdrawn", "waiting")
    asked = [func.count().filter(_in_state(state, now)).label(state) for state in states]
    row = await tx.one(select(*asked).select_from(watch_entry).where(watch_entry.c.station_id == station_id))
    return {name: int(count) for name, count in (row or {}).items()}


WHOLE = 2**62
"""Past every number: all entries of a version are known."""


async def versions(tx: Tx, stations: Collection[StationId]) -> dict[StationId, int]:
    """Return the version of each station's list that has one."""
    mine = select(watch_list).where(watch_list.c.station_id.in_(sorted(stations)))
    return {StationId(row["station_id"]): row["version"] for row in await tx.all(mine)}


async def since(
    tx: Tx, station_id: StationId, version: int, number: int, limit: int, *, upto: int = WHOLE
) -> list[dict[str, Any]]:
    """Return entries whose last change comes after (version, number), in that order; `listed` says if one counts."""
    place = or_(watch_entry.c.version > version, and_(watch_entry.c.version == version, watch_entry.c.number > number))
    names = ("id", "number", "version", "registration", "province", "partial", "valid_from", "valid_until")
    listed = (watch_entry.c.state == "approved").label("listed")
    query = select(*(watch_entry.c[name] for name in names), listed)
    mine = query.where(watch_entry.c.station_id == station_id, place, watch_entry.c.version <= upto)
    return await tx.all(mine.order_by(watch_entry.c.version, watch_entry.c.number).limit(limit))


async def numbered(tx: Tx, station_id: StationId, numbers: Collection[int]) -> list[dict[str, Any]]:
    """Return entries by their numbers."""
    mine = watch_entry.c.station_id == station_id, watch_entry.c.number.in_(sorted(numbers))
    return await tx.all(select(watch_entry).where(*mine))


# ── files ────────────────────────────────────────────────────────────────────────────────────────────

STAGED = ("station_id", "import_id", "row", "said", "code", "facts", "registration", "province", *SAID, "valid_until")


async def add_import(tx: Tx, station_id: StationId, values: Mapping[str, Any]) -> None:
    """Note a file that came."""
    await tx.execute(insert(watch_import).values(station_id=station_id, **values))


async def stage(tx: Tx, rows: Sequence[tuple[Any, ...]]) -> None:
    """Write read rows of a file (in the order of `STAGED`): COPY knows no row-level security, so by a table between."""
    await tx.execute(text("CREATE TEMPORARY TABLE IF NOT EXISTS fresh_row (LIKE watch_import_row) ON COMMIT DROP"))
    driver: Any = (await tx.conn.get_raw_connection()).driver_connection
    names = ", ".join(f'"{name}"' for name in STAGED)
    async with driver.cursor() as cursor, cursor.copy(f"COPY fresh_row ({names}) FROM STDIN") as copy:
        for row in rows:
            await copy.write_row(row)
    await tx.execute(text(f"INSERT INTO watch_import_row ({names}) SELECT {names} FROM fresh_row"))  # noqa: S608  ours
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
WHERE r.import_id = :import_id AND r.code IS NULL AND EXISTS (SELECT FROM watch_entry e
    WHERE e.station_id = :station_id AND e.registration = r.registration
    AND e.province IS NOT DISTINCT FROM r.province AND e.state IN ('proposed', 'approved') AND e.valid_until > :now
    AND (r.case_number = '' OR e.case_number = r.case_number))
""")
_COUNTED = text("""
SELECT code, count(*) AS rows FROM watch_import_row WHERE import_id = :import_id GROUP BY code
""")
_TAKE = text(f"""
INSERT INTO watch_entry (station_id, id, registration, province, partial, special, {", ".join(SAID)}, valid_from,
    valid_until, state, version, import_id, approval_id, proposed_by, proposer_name, proposed_at, approved_by,
    approver_name, approved_at, ended_name, ended_why)
SELECT r.station_id, uuidv7(), r.registration, r.province, false, false,
    {", ".join(f"coalesce(nullif(r.{name}, ''), i.defaults ->> '{name}', '')" for name in SAID)},
    :now, coalesce(r.valid_until, (i.defaults ->> 'valid_until')::timestamptz), 'approved', :version, i.id,
    i.approval_id, i.by, i.by_name, i.at, :approved_by, :approver_name, :now, '', ''
FROM watch_import_row r JOIN watch_import i ON i.id = r.import_id
WHERE r.import_id = :import_id AND r.code IS NULL ORDER BY r."row"
""")  # noqa: S608  names of our own columns


async def settle_rows(tx: Tx, station_id: StationId, import_id: UUID, now: datetime) -> dict[str, int]:
    """Refuse rows that stand twice or are listed already; return rows by code, the good ones under an empty one."""
    facts = {"import_id": import_id, "station_id": station_id, "now": now}
    await tx.execute(_TWICE, {"import_id": import_id, "code": "watch_row_twice"})
    await tx.execute(_LISTED, {**facts, "code": "watch_row_listed"})
    return {row["code"] or "": row["rows"] for row in await tx.all(_COUNTED, {"import_id": import_id})}


async def take_rows(tx: Tx, import_id: UUID, values: Mapping[str, Any]) -> int:
    """Make entries of all good rows; return how many."""
    return int((await tx.execute(_TAKE, {"import_id": import_id, **values})).rowcount)


async def import_of(tx: Tx, station_id: StationId, import_id: UUID, *, lock: bool = False) -> dict[str, Any] | None:
    """Return a file's row."""
    query = select(watch_import).where(watch_import.c.station_id == station_id, watch_import.c.id == import_id)
    return await tx.one(query.with_for_update() if lock else query)


async def imports_of(tx: Tx, station_id: StationId) -> list[dict[str, Any]]:
    """Return the last files, newest first; those that were dropped are left out."""
    mine = watch_import.c.station_id == station_id, watch_import.c.state != "dropped"
    return await tx.all(select(watch_import).where(*mine).order_by(watch_import.c.at.desc()).limit(30))


async def change_import(tx: Tx, import_id: UUID, **values: Any) -> None:
    """Change a file's row."""
    await tx.execute(update(watch_import).where(watch_import.c.id == import_id).values(**values))


async def forget_rows(tx: Tx, import_id: UUID, *, refused_too: bool) -> None:
    """Forget a file's rows: all, or those that were taken."""
    rest = "" if refused_too else " AND code IS NULL"
    await tx.execute(text(f"DELETE FROM watch_import_row WHERE import_id = :key{rest}"), {"key": import_id})  # noqa: S608


async def forget_old(tx: Tx, station_id: StationId, before: datetime) -> None:
    """Drop files that nobody took, with their rows, and the refused rows of old ones."""
    old = {"station_id": station_id, "before": before}
    await tx.execute(
        text(
            "DELETE FROM watch_import_row r USING watch_import i WHERE i.id = r.import_id"
            " AND i.station_id = :station_id AND i.at < :before"
        ),
        old,
    )
    mine = watch_import.c.station_id == station_id, watch_import.c.at < before
    open_ = watch_import.c.state.in_(("staged", "proposed"))
    await tx.execute(update(watch_import).where(*mine, open_).values(state="dropped"))


async def refused_rows(tx: Tx, import_id: UUID, after: int, limit: int) -> list[dict[str, Any]]:
    """Return refused rows of a file after a row, in order."""
    columns = watch_import_row.c
    query = select(columns.row, columns.said, columns.code, columns.facts)
    mine = query.where(columns.import_id == import_id, columns.code.is_not(None), columns.row > after)
    return await tx.all(mine.order_by(columns.row).limit(limit))


async def some_rows(tx: Tx, import_id: UUID, limit: int) -> list[dict[str, Any]]:
    """Return the first good rows of a file."""
    columns = watch_import_row.c
    mine = select(watch_import_row).where(columns.import_id == import_id, columns.code.is_(None))
    return await tx.all(mine.order_by(columns.row).limit(limit))
