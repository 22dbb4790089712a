"""The committee's visits, what is to be corrected by whom and until when, and the register of technology in use."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from types import MappingProxyType
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Double,
    Index,
    Integer,
    Text,
    Uuid,
    delete,
    func,
    insert,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB

from unjai.model.ids import StationId
from unjai.platform.database import Tx, station_table

Row = dict[str, Any]

committee_visit = station_table(
    "committee_visit",
    Column("id", Uuid, primary_key=True),
    Column("visited_on", Date, nullable=False),
    Column("committee", Text, nullable=False),
    Column("form", Text, nullable=False),
    Column("state", Text, nullable=False, server_default="draft"),
    Column("marks", JSONB, nullable=False),
    Column("notes", JSONB, nullable=False),
    Column("summary", Text, nullable=False, server_default=""),
    Column("score", Double),
    Column("changed_at", DateTime(timezone=True), nullable=False),
    Column("changed_by", Text, nullable=False),
    Column("signed_at", DateTime(timezone=True)),
    Column("signed_by", Text, nullable=False, server_default=""),
    Column("version", Integer, nullable=False, server_default=text("1")),
    CheckConstraint("state IN ('draft', 'signed')", name="state"),
    CheckConstraint("(state = 'signed') = (score IS NOT NULL AND signed_at IS NOT NULL)", name="signed"),
    Index("ix_committee_visit_day", "station_id", "visited_on"),
)
"""A visit: marks and notes by item of the form. One that is signed stays as it is."""

corrective_action = station_table(
    "corrective_action",
    Column("id", Uuid, primary_key=True),
    Column("what", Text, nullable=False),
    Column("about", Text, nullable=False, server_default=""),
    Column("visit_id", Uuid),
    Column("owner", Text, nullable=False),
    Column("due", Date, nullable=False),
    Column("state", Text, nullable=False, server_default="open"),
    Column("steps", JSONB, nullable=False),
    Column("made_at", DateTime(timezone=True), nullable=False),
    Column("made_by", Text, nullable=False),
    Column("changed_at", DateTime(timezone=True), nullable=False),
    CheckConstraint("state IN ('open', 'done', 'dropped')", name="state"),
    Index("ix_corrective_action_due", "station_id", "state", "due"),
)
"""What is to be corrected: `about` an indicator or an item of the form; `steps` is what happened to it, in order."""

technology = station_table(
    "technology",
    Column("id", Uuid, primary_key=True),
    Column("name", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("novel", Text, nullable=False),
    Column("since", Date, nullable=False),
    Column("funded_by", Text, nullable=False, server_default=""),
    Column("counted_as", Text, nullable=False, server_default=""),
    Column("retired_on", Date),
    Column("note", Text, nullable=False, server_default=""),
    Column("changed_at", DateTime(timezone=True), nullable=False),
    Column("changed_by", Text, nullable=False),
    CheckConstraint("novel IN ('existing', 'new')", name="novel"),
    Index("uq_technology_name", "station_id", "name", unique=True),
)
"""Technology in use: `counted_as` names what of the system's own records counts its use; empty: nothing here does."""

COUNTED: Mapping[str, tuple[str, str, str]] = MappingProxyType(
    {
        "sos": ("sos_call", "count(*)", "rang_at"),
        "citizen": ("help_call", "count(*)", "heard_at"),
        "plates": ("plate_match_day", "sum(reads)", "(day::timestamp AT TIME ZONE 'Asia/Bangkok')"),
        "hits": ("plate_hit", "count(*)", "first_at"),
        "pictures": ("camera_request", "count(*)", "asked_at"),
        "patrol": ("patrol_visit", "count(*)", "happened_at"),
        "incidents": ("incident", "count(*)", "opened_at"),
    }
)
"""By what a use is counted: the table, what is counted, and its time. All are fixed here, never taken from outside."""


async def visits(tx: Tx, station_id: StationId, *, since: date | None = None, until: date | None = None) -> list[Row]:
    """Return visits, newest first; those in [since, until) where given."""
    table = committee_visit.c
    query = select(committee_visit).where(table.station_id == station_id)
    query = query if since is None else query.where(table.visited_on >= since)
    query = query if until is None else query.where(table.visited_on < until)
    return await tx.all(query.order_by(table.visited_on.desc(), table.id.desc()))


async def visit(tx: Tx, visit_id: UUID, *, lock: bool = False) -> Row | None:
    """Return a visit."""
    query = select(committee_visit).where(committee_visit.c.id == visit_id)
    return await tx.one(query.with_for_update() if lock else query)


async def add_visit(tx: Tx, row: Mapping[str, Any]) -> None:
    """Add a visit."""
    await tx.execute(insert(committee_visit).values(**row))


async def change_visit(tx: Tx, visit_id: UUID, values: Mapping[str, Any]) -> None:
    """Change columns of a visit."""
    await tx.execute(update(committee_visit).where(committee_visit.c.id == visit_id).values(**values))


async def drop_visit(tx: Tx, visit_id: UUID) -> None:
    """Remove a draft."""
    await tx.execute(delete(committee_visit).where(committee_visit.c.id == visit_id))


async def actions(tx: Tx, station_id: StationId) -> list[Row]:
    """Return everything to be corrected: open by due day, then what is settled, newest first."""
    table = corrective_action.c
    query = select(corrective_action).where(table.station_id == station_id)
    return await tx.all(query.order_by(table.state != "open", table.due, table.made_at))


async def action(tx: Tx, action_id: UUID, *, lock: bool = False) -> Row | None:
    """Return one thing to be corrected."""
    query = select(corrective_action).where(corrective_action.c.id == action_id)
    return await tx.one(query.with_for_update() if lock else query)


async def add_action(tx: Tx, row: Mapping[str, Any]) -> None:
    """Add something to be corrected."""
    await tx.execute(insert(corrective_action).values(**row))


async def change_action(tx: Tx, action_id: UUID, values: Mapping[str, Any]) -> None:
    """Change columns of something to be corrected."""
    await tx.execute(update(corrective_action).where(corrective_action.c.id == action_id).values(**values))


async def technologies(tx: Tx, station_id: StationId) -> list[Row]:
    """Return the register, what is in use first."""
    table = technology.c
    query = select(technology).where(table.station_id == station_id)
    return await tx.all(query.order_by(table.retired_on.is_not(None), table.kind, table.name))


async def one_technology(tx: Tx, technology_id: UUID) -> Row | None:
    """Return one entry of the register."""
    return await tx.one(select(technology).where(technology.c.id == technology_id).with_for_update())


async def add_technology(tx: Tx, row: Mapping[str, Any]) -> None:
    """Add an entry to the register."""
    await tx.execute(insert(technology).values(**row))


async def change_technology(tx: Tx, technology_id: UUID, values: Mapping[str, Any]) -> None:
    """Change columns of an entry."""
    await tx.execute(update(technology).where(technology.c.id == technology_id).values(**values))


async def same_name(tx: Tx, station_id: StationId, name: str) -> UUID | None:
    """Return the entry of a name."""
    query = select(technology.c.id).where(
        technology.c.station_id == station_id, func.lower(technology.c.name) == name.lower()
    )
    found: UUID | None = await tx.scalar(query)
    return found


async def uses(tx: Tx, station_id: StationId, keys: Sequence[str], since: datetime, until: datetime) -> dict[str, int]:
    """Return how often each was used in [since, until), as far as the records reach."""
    counted: dict[str, int] = {}
    for key in sorted(set(keys) & set(COUNTED)):
        table, what, at = COUNTED[key]
        query = f"SELECT {what} FROM {table} WHERE station_id = :station AND {at} >= :since AND {at} < :until"  # noqa: S608
        bound = text(query).bindparams(station=station_id, since=since, until=until)
        counted[key] = int(await tx.scalar(bound) or 0)
    return counted
