"""Persons and vehicles of incidents: the covered line for whoever sees the incident, the facts for whoever may."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, insert, select, update

from unjai.platform.database import Tx
from unjai.respond.store.case_tables import case_file, party, party_detail
from unjai.respond.store.tables import incident

Row = dict[str, Any]


async def of_incident(tx: Tx, incident_id: UUID) -> list[Row]:
    """Return an incident's persons and vehicles, covered, in the order in which they were written."""
    return await tx.all(
        select(party).where(party.c.incident_id == incident_id, party.c.removed_at.is_(None)).order_by(party.c.at)
    )


async def of(tx: Tx, party_id: UUID) -> Row | None:
    """Return one, held."""
    return await tx.one(select(party).where(party.c.id == party_id).with_for_update())


async def facts(tx: Tx, party_ids: Sequence[UUID]) -> dict[UUID, dict[str, str]]:
    """Return what is known of each; empty for whoever lacks the right `party.read`."""
    if not party_ids:
        return {}
    rows = await tx.all(select(party_detail).where(party_detail.c.party_id.in_(party_ids)))
    return {row["party_id"]: row["facts"] for row in rows}


async def add(tx: Tx, values: Mapping[str, Any], told: Mapping[str, str]) -> None:
    """Write a person or vehicle: the covered row and, apart, the facts."""
    await tx.execute(insert(party).values(**values).inline())
    own = {"party_id": values["id"], "station_id": values["station_id"], "facts": dict(told)}
    await tx.execute(insert(party_detail).values(**own).inline())


async def change(tx: Tx, party_id: UUID, values: Mapping[str, Any], told: Mapping[str, str] | None = None) -> None:
    """Write the covered row anew, and the facts where they are given."""
    await tx.execute(update(party).where(party.c.id == party_id).values(**values))
    if told is not None:
        await tx.execute(update(party_detail).where(party_detail.c.party_id == party_id).values(facts=dict(told)))


async def forget(tx: Tx, closed_before: datetime, at: datetime, limit: int = 500) -> int:
    """Delete the facts of closed incidents that no inquiry took over; the covered rows stay. Return how many."""
    handed = select(case_file.c.id).where(case_file.c.incident_id == party.c.incident_id)
    due = await tx.all(
        select(party.c.id)
        .join(incident, incident.c.id == party.c.incident_id)
        .where(incident.c.closed_at < closed_before, party.c.forgotten_at.is_(None), ~handed.exists())
        .limit(limit)
    )
    ids = [row["id"] for row in due]
    if ids:
        await tx.execute(delete(party_detail).where(party_detail.c.party_id.in_(ids)))
        await tx.execute(update(party).where(party.c.id.in_(ids)).values(forgotten_at=at))
    return len(ids)
