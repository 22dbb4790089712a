"""Tables of the watch list and all SQL over them. The list's version grows by one in each change that counts."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import UTC, datetime
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
    literal,
    or_,
    select,
    text,
    tuple_,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
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
    Column("notify_accounts", ARRAY(Uuid), nullable=False, server_default=text("'{}'")),
    Column("notify_probable", Boolean, nullable=False, server_default=text("false")),
    CheckConstraint("state IN ('proposed', 'approved', 'ended', 'withdrawn')", name="state"),
    Index("ix_watch_entry_version", "station_id", "version", "number"),
    Index("ix_watch_entry_plate", "station_id", "registration", "province"),
    Index("ix_watch_entry_proposed_at", "station_id", "proposed_at"),
    Index("ix_watch_entry_case", "station_id", "case_number"),
    right=READ,
)
"""A vehicle that is looked for. `version` is empty until it was in force; `pending` awaits approval.

`notify_accounts` are told of its confirmed hits, and of its probable ones where `notify_probable`.
"""

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
    place = tuple_(watch_entry.c.version, watch_entry.c.number) > tuple_(literal(version), literal(number))
    names = ("id", "number", "version", "registration", "province", "partial", "valid_from", "valid_until")
    listed = (watch_entry.c.state == "approved").label("listed")
    query = select(*(watch_entry.c[name] for name in names), listed)
    mine = query.where(watch_entry.c.station_id == station_id, place, watch_entry.c.version <= upto)
    return await tx.all(mine.order_by(watch_entry.c.version, watch_entry.c.number).limit(limit))


_PAGE = text("""
SELECT string_agg(concat_ws(E'\\t', p.number, replace(p.registration, E'\\t', ' '), coalesce(p.province, ''),
        p.partial::int, extract(epoch FROM p.valid_from), extract(epoch FROM p.valid_until),
        (p.state = 'approved')::int), E'\\n') AS body,
    (array_agg(p.version ORDER BY p.version DESC, p.number DESC))[1] AS version,
    (array_agg(p.number ORDER BY p.version DESC, p.number DESC))[1] AS number
FROM (SELECT * FROM watch_entry WHERE station_id = :station_id AND (version, number) > (:version, :number)
    AND version <= :upto ORDER BY version, number LIMIT :most) p
""")


async def page_since(
    tx: Tx, station_id: StationId, version: int, number: int, most: int, *, upto: int
) -> tuple[str, int, int] | None:
    """Return what comes after (version, number) as one text for `unpacked`, and the place of its last; None: nothing.

    A million rows as one text a page cost the loop of core nothing; as rows they would stop it for seconds.
    """
    facts = {"station_id": station_id, "version": version, "number": number, "upto": upto, "most": most}
    row = await tx.one(_PAGE, facts)
    return None if row is None or row["body"] is None else (row["body"], row["version"], row["number"])


def unpacked(line: str) -> dict[str, Any]:
    """Return an entry of a page as `since` has it."""
    number, registration, province, partial, begin, end, listed = line.split("\t")
    return {
        "number": int(number),
        "registration": registration,
        "province": province or None,
        "partial": partial == "1",
        "valid_from": datetime.fromtimestamp(float(begin), UTC),
        "valid_until": datetime.fromtimestamp(float(end), UTC),
        "listed": listed == "1",
    }


async def numbered(tx: Tx, station_id: StationId, numbers: Collection[int]) -> list[dict[str, Any]]:
    """Return entries by their numbers."""
    mine = watch_entry.c.station_id == station_id, watch_entry.c.number.in_(sorted(numbers))
    return await tx.all(select(watch_entry).where(*mine))
