"""What is known of street edges beyond what the map says: one row an edge and fact, the newest word counts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import (
    Column,
    DateTime,
    ForeignKeyConstraint,
    Integer,
    PrimaryKeyConstraint,
    Text,
    bindparam,
    cast,
    column,
    delete,
    func,
    select,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.dialects.postgresql import insert as upsert_into

from unjai.model.ids import StationId
from unjai.platform.database import Tx, station_table
from unjai.territory.store.tables import street_edge

edge_fact = station_table(
    "edge_fact",
    Column("edge_id", Integer, nullable=False),
    Column("fact", Text, nullable=False),
    Column("value", JSONB, nullable=False),
    Column("source", Text, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    PrimaryKeyConstraint("station_id", "edge_id", "fact"),
    ForeignKeyConstraint(
        ["station_id", "edge_id"], ["street_edge.station_id", "street_edge.id"], ondelete="CASCADE", name="fk_edge_fact"
    ),
)


async def put_edge_facts(
    tx: Tx, station_id: StationId, fact: str, values: Mapping[int, Any], *, source: str, at: datetime
) -> int:
    """Write a fact of edges; edges that are not there are passed over, unchanged values not touched. Return changes."""
    if not values:
        return 0
    told = func.jsonb_to_recordset(cast(bindparam("rows", type_=Text), JSONB)).table_valued(
        column("edge_id", Integer), column("value", JSONB)
    )
    sent = told.render_derived(name="sent", with_types=True)
    known = street_edge.c.station_id == station_id, street_edge.c.id == sent.c.edge_id
    rows = select(
        bindparam("station", station_id, Integer),
        sent.c.edge_id,
        bindparam("fact", fact, Text),
        sent.c.value,
        bindparam("source", source, Text),
        bindparam("at", at, DateTime(timezone=True)),
    ).where(select(street_edge.c.id).where(*known).exists())
    put = upsert_into(edge_fact).from_select(["station_id", "edge_id", "fact", "value", "source", "at"], rows)
    query = put.on_conflict_do_update(
        index_elements=["station_id", "edge_id", "fact"],
        set_={name: put.excluded[name] for name in ("value", "source", "at")},
        where=edge_fact.c.value.is_distinct_from(put.excluded.value),
    )
    document = msgspec.json.encode([{"edge_id": edge, "value": value} for edge, value in values.items()])
    return int((await tx.execute(query, {"rows": document.decode()})).rowcount)


async def drop_edge_facts(tx: Tx, station_id: StationId, fact: str, keep: list[int]) -> int:
    """Forget a fact of all edges but those in `keep`; return of how many."""
    others = edge_fact.c.edge_id != func.all(bindparam("keep", keep))
    gone = delete(edge_fact).where(edge_fact.c.station_id == station_id, edge_fact.c.fact == fact, others)
    return int((await tx.execute(gone)).rowcount)


async def edge_facts_of(tx: Tx, station_id: StationId, *facts: str) -> dict[str, dict[int, Any]]:
    """Return what is known by fact and edge; every fact that is asked for has its (perhaps empty) table."""
    found: dict[str, dict[int, Any]] = {fact: {} for fact in facts}
    query = select(edge_fact.c.fact, edge_fact.c.edge_id, edge_fact.c.value)
    for row in await tx.all(query.where(edge_fact.c.station_id == station_id, edge_fact.c.fact.in_(facts))):
        found[row["fact"]][int(row["edge_id"])] = row["value"]
    return found
