"""What is searched: one narrow row an incident with its words, kept by triggers; and filters that people saved.

The SQL functions of migrations `0009_search` and `0012_search` build the query: `incident_matches` under the asker's
row-level security, `search_incidents` (words) as `unjai_search`, which writes the audit row first and takes its scope
from the transaction. A question with filters is first put to the nearest few thousand rows in the order of the page;
only where they do not fill it are all its hits gathered and sorted: a planner that must guess would walk years.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import (
    Boolean,
    Column,
    DateTime,
    Float,
    ForeignKey,
    Index,
    SmallInteger,
    Text,
    UniqueConstraint,
    Uuid,
    delete,
    insert,
    or_,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import OperationalError

from unjai.model.ids import StationId
from unjai.platform.database import Tx, station_table
from unjai.respond.store.case_tables import attachment
from unjai.respond.store.tables import assignment, incident

Row = dict[str, Any]
COUNT_MOST = 10_000
COUNT_WITHIN_MS = 1_500
_CANCELLED = "57014"
_TOLD = ("priority", "code", "state", "outcome", "channel", "ack_s", "response_s")
"""What an index holds beside its keys, so that filters put together need not fetch the rows."""

incident_search = station_table(
    "incident_search",
    Column("incident_id", Uuid, ForeignKey("incident.id", ondelete="CASCADE"), primary_key=True),
    Column("opened_at", DateTime(timezone=True), nullable=False),
    Column("code", Text, nullable=False),
    Column("priority", SmallInteger, nullable=False),
    Column("state", Text, nullable=False),
    Column("outcome", Text),
    Column("channel", Text, nullable=False),
    Column("lon", Float),
    Column("lat", Float),
    Column("acknowledged_by", Text),
    Column("ack_s", Float),
    Column("response_s", Float),
    Column("doc", Text, nullable=False),
    Index(
        "ix_incident_search_recent",
        "station_id",
        text("opened_at DESC"),
        text("incident_id DESC"),
        postgresql_include=["priority", "code", "state", "outcome", "channel", "lon", "lat", "ack_s", "response_s"],
    ),
    *(
        Index(
            f"ix_incident_search_{name}",
            "station_id",
            name,
            text("opened_at DESC"),
            text("incident_id DESC"),
            postgresql_include=[other for other in _TOLD if other != name],
        )
        for name in ("code", "outcome", "channel")
    ),
    Index("ix_incident_search_by", "station_id", "acknowledged_by", text("opened_at DESC"), text("incident_id DESC")),
    Index(
        "ix_incident_search_slow",
        "station_id",
        text("response_s DESC"),
        text("incident_id DESC"),
        postgresql_where=text("response_s IS NOT NULL"),
    ),
    Index(
        "ix_incident_search_ack",
        "station_id",
        text("ack_s DESC"),
        text("incident_id DESC"),
        postgresql_where=text("ack_s IS NOT NULL"),
    ),
    Index(
        "ix_incident_search_open",
        "station_id",
        text("opened_at DESC"),
        text("incident_id DESC"),
        postgresql_where=text("state <> 'closed'"),
    ),
    Index(
        "ix_incident_search_place", "station_id", "lat", "lon", postgresql_include=["opened_at", "incident_id", *_TOLD]
    ),
    Index(
        "ix_incident_search_doc",
        "doc",
        postgresql_using="gin",
        postgresql_ops={"doc": "gin_trgm_ops"},
        postgresql_with={"fastupdate": "off"},
    ),
)
"""Response is from opening to the first unit on scene, in seconds; `doc` never holds who called."""
for _searched in (incident_search, assignment, attachment):
    _searched.info["searched"] = True  # the guarded functions read these

saved_search = station_table(
    "saved_search",
    Column("id", Uuid, primary_key=True),
    Column("account_id", Uuid, ForeignKey("account.id", ondelete="CASCADE"), nullable=False),
    Column("name", Text, nullable=False),
    Column("asked", JSONB, nullable=False),
    Column("shared", Boolean, nullable=False, server_default=text("false")),
    Column("created_at", DateTime(timezone=True), nullable=False),
    UniqueConstraint("station_id", "account_id", "name"),
)


def as_json(tx: Tx, asked: Mapping[str, object]) -> str:
    """Return the question as JSON, with the marks of who asks (emergency rights): the audit row says them."""
    return msgspec.json.encode({**asked, **({"marks": dict(tx.actor.marks)} if tx.actor.marks else {})}).decode()


async def matches(tx: Tx, asked: Mapping[str, object], *, note: UUID, at: datetime) -> list[Row]:
    """Return `incident_id`, `opened_at`, `response_s` of the hits in order; words go by the guarded function."""
    if asked.get("words"):
        tx.audited = True
        query = text("SELECT * FROM search_incidents(CAST(:asked AS jsonb), :note, :at)")
        return await tx.all(query, {"asked": as_json(tx, asked), "note": note, "at": at})
    return await tx.all(text("SELECT * FROM incident_matches(CAST(:asked AS jsonb))"), {"asked": as_json(tx, asked)})


async def count(tx: Tx, asked: Mapping[str, object], *, note: UUID, at: datetime) -> int | None:
    """Return how many hits there are, at most one over `COUNT_MOST`; None where counting took too long."""
    own = "incident_count(CAST(:asked AS jsonb), :most)"
    guarded = "search_incident_count(CAST(:asked AS jsonb), :most, :note, :at)"
    facts: dict[str, object] = {"asked": as_json(tx, asked), "most": COUNT_MOST + 1}
    if asked.get("words"):
        tx.audited = True
        facts |= {"note": note, "at": at}
    try:
        async with tx.conn.begin_nested():
            await tx.execute(text("SELECT set_config('statement_timeout', :ms, true)"), {"ms": str(COUNT_WITHIN_MS)})
            found = await tx.scalar(text(f"SELECT {guarded if asked.get('words') else own}"), facts)
            await tx.execute(text("SELECT set_config('statement_timeout', '0', true)"))
    except OperationalError as error:
        if getattr(error.orig, "sqlstate", None) != _CANCELLED:
            raise
        return None
    return int(found)


async def rows(tx: Tx, incident_ids: Sequence[UUID]) -> list[Row]:
    """Return incidents in the order of their ids given."""
    if not incident_ids:
        return []
    found = {row["id"]: row for row in await tx.all(select(incident).where(incident.c.id.in_(incident_ids)))}
    return [found[key] for key in incident_ids if key in found]


async def operators(tx: Tx, station_id: StationId, limit: int = 200) -> list[str]:
    """Return who has taken incidents up, each once, by name: a walk from name to name along the index."""
    walk = text(
        "WITH RECURSIVE walk AS ("
        " (SELECT acknowledged_by AS name FROM incident_search WHERE station_id = :here AND acknowledged_by IS NOT NULL"
        " ORDER BY acknowledged_by LIMIT 1)"
        " UNION ALL SELECT (SELECT s.acknowledged_by FROM incident_search s WHERE s.station_id = :here"
        " AND s.acknowledged_by > walk.name ORDER BY s.acknowledged_by LIMIT 1) FROM walk WHERE walk.name IS NOT NULL)"
        " SELECT name FROM walk WHERE name IS NOT NULL LIMIT :most"
    )
    return [str(row["name"]) for row in await tx.all(walk, {"here": station_id, "most": limit})]


async def saved(tx: Tx, account_id: UUID) -> list[Row]:
    """Return one's own filters and those that others share, by name."""
    mine = or_(saved_search.c.account_id == account_id, saved_search.c.shared)
    return await tx.all(select(saved_search).where(mine).order_by(saved_search.c.name, saved_search.c.id))


async def save(tx: Tx, values: Mapping[str, Any]) -> None:
    """Keep a filter."""
    await tx.execute(insert(saved_search).values(**values).inline())


async def own_saved(tx: Tx, account_id: UUID, *, search_id: UUID | None = None, name: str | None = None) -> Row | None:
    """Return a filter of one's own, by id or by name."""
    query = select(saved_search).where(saved_search.c.account_id == account_id)
    query = query.where(saved_search.c.id == search_id if search_id is not None else saved_search.c.name == name)
    return await tx.one(query)


async def forget(tx: Tx, search_id: UUID) -> None:
    """Drop a saved filter."""
    await tx.execute(delete(saved_search).where(saved_search.c.id == search_id))
