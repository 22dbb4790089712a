"""Reported cases, and what stood before a newer list said otherwise."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    Column,
    DateTime,
    Double,
    ForeignKey,
    Index,
    Integer,
    Text,
    Uuid,
    bindparam,
    delete,
    func,
    insert,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB

from unjai.model.clock import BANGKOK
from unjai.model.ids import StationId
from unjai.platform.database import Tx, station_table
from unjai.territory.store.imports import import_run

Row = dict[str, Any]

figure_case = station_table(
    "figure_case",
    Column("id", Uuid, primary_key=True),
    Column("source_key", Text, nullable=False),
    Column("begun", DateTime(timezone=True), nullable=False),
    Column("ended", DateTime(timezone=True), nullable=False),
    Column("group4", Text, nullable=False),
    Column("group5", Text),
    Column("offence", Text),
    Column("offence_said", Text, nullable=False, server_default=""),
    Column("found_by", Text, nullable=False),
    Column("address", Text, nullable=False, server_default=""),
    Column("street", Text, nullable=False, server_default=""),
    Column("place", Text),
    Column("lon", Double),
    Column("lat", Double),
    Column("quality", Text, nullable=False),
    Column("simulated", Integer, nullable=False, server_default=text("0")),
    Column("version", Integer, nullable=False, server_default=text("1")),
    Column("changed_at", DateTime(timezone=True), nullable=False),
    Column("changed_by", Text, nullable=False),
    CheckConstraint("group4 IN ('1', '2', '3', '4')", name="group4"),
    CheckConstraint("group5 IN ('1', '2', '3', '4', '5')", name="group5"),
    CheckConstraint("found_by IN ('reported', 'patrol', 'camera')", name="found_by"),
    CheckConstraint("quality IN ('point', 'address', 'street', 'area', 'none')", name="quality"),
    CheckConstraint("ended >= begun", name="order"),
    Index("uq_figure_case_key", "station_id", "source_key", unique=True),
    Index("ix_figure_case_begun", "station_id", "begun"),
)
"""A case: when (between `begun` and `ended`), where, what; never who. `simulated` is 1 for the demo's made-up cases."""

figure_case_was = station_table(
    "figure_case_was",
    Column("id", Uuid, primary_key=True),
    Column("case_id", ForeignKey("figure_case.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("version", Integer, nullable=False),
    Column("was", JSONB, nullable=False),
    Column("until", DateTime(timezone=True), nullable=False),
    Column("changed_by", Text, nullable=False),
)
"""What a case said until a newer list said otherwise."""

FIELDS = (
    "begun",
    "ended",
    "group4",
    "group5",
    "offence",
    "offence_said",
    "found_by",
    "address",
    "street",
    "place",
    "lon",
    "lat",
    "quality",
)
_CHUNK = 2000


async def cases_keyed(tx: Tx, station_id: StationId, keys: Sequence[str]) -> dict[str, Row]:
    """Return a station's cases of those source keys."""
    found: dict[str, Row] = {}
    for first in range(0, len(keys), _CHUNK):
        mine = figure_case.c.source_key.in_(keys[first : first + _CHUNK])
        query = select(figure_case).where(figure_case.c.station_id == station_id, mine)
        found |= {row["source_key"]: row for row in await tx.all(query)}
    return found


async def add_cases(tx: Tx, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write new cases."""
    for first in range(0, len(rows), _CHUNK):
        await tx.execute(insert(figure_case), [dict(row) for row in rows[first : first + _CHUNK]])


async def change_cases(tx: Tx, rows: Sequence[Mapping[str, Any]]) -> None:
    """Change cases: each row has `id`, all `FIELDS`, `version`, `changed_at` and `changed_by`."""
    values: dict[str, Any] = {name: bindparam(name) for name in (*FIELDS, "version", "changed_at", "changed_by")}
    query = update(figure_case).where(figure_case.c.id == bindparam("own")).values(**values)
    for first in range(0, len(rows), _CHUNK):
        part = [{**row, "own": row["id"]} for row in rows[first : first + _CHUNK]]
        await tx.execute(query, [{name: row[name] for name in ("own", *values)} for row in part])


async def keep_what_was(tx: Tx, rows: Sequence[Mapping[str, Any]]) -> None:
    """Keep what cases said until now."""
    for first in range(0, len(rows), _CHUNK):
        await tx.execute(insert(figure_case_was), [dict(row) for row in rows[first : first + _CHUNK]])


async def remove_cases(tx: Tx, ids: Sequence[UUID]) -> int:
    """Remove cases; return how many there were."""
    removed = 0
    for first in range(0, len(ids), _CHUNK):
        gone = await tx.execute(delete(figure_case).where(figure_case.c.id.in_(ids[first : first + _CHUNK])))
        removed += gone.rowcount
    return removed


async def forget_what_was(tx: Tx, ids: Sequence[UUID]) -> None:
    """Remove what was kept of cases that an undone import had changed."""
    for first in range(0, len(ids), _CHUNK):
        await tx.execute(delete(figure_case_was).where(figure_case_was.c.id.in_(ids[first : first + _CHUNK])))


async def cases_by_id(tx: Tx, ids: Sequence[UUID]) -> dict[UUID, Row]:
    """Return cases by id, locked."""
    found: dict[UUID, Row] = {}
    for first in range(0, len(ids), _CHUNK):
        query = select(figure_case).where(figure_case.c.id.in_(ids[first : first + _CHUNK])).with_for_update()
        found |= {row["id"]: row for row in await tx.all(query)}
    return found


async def cases_between(
    tx: Tx,
    station_id: StationId,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    group4: str = "",
    found_by: str = "",
    quality: str = "",
    words: str = "",
    limit: int | None = None,
    offset: int = 0,
) -> list[Row]:
    """Return a station's cases that began in [since, until), latest first."""
    query = select(figure_case).where(*_asked(station_id, since, until, group4, found_by, quality, words))
    query = query.order_by(figure_case.c.begun.desc(), figure_case.c.id).offset(offset)
    return await tx.all(query if limit is None else query.limit(limit))


async def count_cases(
    tx: Tx,
    station_id: StationId,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    group4: str = "",
    found_by: str = "",
    quality: str = "",
    words: str = "",
) -> int:
    """Return how many `cases_between` would return without a limit."""
    query = select(func.count()).select_from(figure_case)
    asked = _asked(station_id, since, until, group4, found_by, quality, words)
    return int(await tx.scalar(query.where(*asked)) or 0)


async def months_of(tx: Tx, station_id: StationId, *, since: datetime, until: datetime) -> list[Row]:
    """Return counts by Bangkok month (`month`, its first day), group and how found."""
    month = func.date_trunc("month", func.timezone("Asia/Bangkok", figure_case.c.begun)).label("month")
    query = (
        select(month, figure_case.c.group4, figure_case.c.found_by, func.count().label("cases"))
        .where(*_asked(station_id, since, until, "", "", "", ""))
        .group_by(month, figure_case.c.group4, figure_case.c.found_by)
        .order_by(month)
    )
    return [{**row, "month": row["month"].date()} for row in await tx.all(query)]


async def first_month(tx: Tx, station_id: StationId) -> date | None:
    """Return the first day of the Bangkok month of a station's oldest case; None where it has none."""
    oldest = select(func.min(figure_case.c.begun)).where(figure_case.c.station_id == station_id)
    at = await tx.scalar(oldest)
    return None if at is None else at.astimezone(BANGKOK).date().replace(day=1)


async def newest_case(tx: Tx, station_id: StationId, *, until: datetime) -> datetime | None:
    """Return when the newest case before a moment began, of any kind: so far the list reaches."""
    query = select(func.max(figure_case.c.begun)).where(figure_case.c.station_id == station_id)
    at: datetime | None = await tx.scalar(query.where(figure_case.c.begun < until))
    return at


async def last_change(tx: Tx, station_id: StationId) -> datetime | None:
    """Return when cases last came in or changed; None where there is none."""
    query = select(func.max(figure_case.c.changed_at)).where(figure_case.c.station_id == station_id)
    at: datetime | None = await tx.scalar(query)
    return at


async def last_taken(tx: Tx, station_id: StationId) -> datetime | None:
    """Return when a list of cases was last taken, also one that changed nothing; None where none ever was."""
    mine = import_run.c.station_id == station_id, import_run.c.kind == "cases", import_run.c.undone_at.is_(None)
    taken: datetime | None = await tx.scalar(select(func.max(import_run.c.done_at)).where(*mine))
    changed = await last_change(tx, station_id)
    return max((at for at in (taken, changed) if at is not None), default=None)


async def any_simulated(tx: Tx, station_id: StationId) -> bool:
    """Tell whether a demonstration's made-up cases are among a station's."""
    mine = select(figure_case.c.id).where(figure_case.c.station_id == station_id, figure_case.c.simulated == 1)
    return await tx.scalar(mine.limit(1)) is not None


async def case_with_history(tx: Tx, case_id: UUID) -> tuple[Row | None, list[Row]]:
    """Return a case and what it said before, latest first."""
    row = await tx.one(select(figure_case).where(figure_case.c.id == case_id))
    was = select(figure_case_was).where(figure_case_was.c.case_id == case_id)
    return row, await tx.all(was.order_by(figure_case_was.c.version.desc()))


def _asked(  # noqa: PLR0917
    station_id: StationId,
    since: datetime | None,
    until: datetime | None,
    group4: str,
    found_by: str,
    quality: str,
    words: str,
) -> list[Any]:
    table = figure_case.c
    asked: list[Any] = [table.station_id == station_id]
    if since is not None:
        asked.append(table.begun >= since)
    if until is not None:
        asked.append(table.begun < until)
    for column, value in ((table.group4, group4), (table.found_by, found_by), (table.quality, quality)):
        if value:
            asked.append(column == value)
    if words:
        held = [column.icontains(words, autoescape=True) for column in (table.source_key, table.offence_said)]
        held += [column.icontains(words, autoescape=True) for column in (table.address, table.street)]
        asked.append(held[0] | held[1] | held[2] | held[3])
    return asked
