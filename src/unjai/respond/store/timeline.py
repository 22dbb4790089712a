"""The timeline: every step of an incident, with who and when; only ever added to."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import ARRAY, BigInteger, all_, insert, literal, select, true

from unjai.model.actor import Actor
from unjai.model.geometry import Point
from unjai.model.ids import StationId, new_id
from unjai.platform.database import Tx
from unjai.respond.store.tables import incident, timeline

Row = dict[str, Any]

QUIET = ("step_done", "step_answered", "step_undone", "party_changed")
"""Kinds that stand on an incident's own timeline and not on the room's strip."""


async def add(
    tx: Tx,
    actor: Actor,
    *,
    station_id: StationId,
    incident_id: UUID,
    at: datetime,
    kind: str,
    facts: Mapping[str, object],
) -> None:
    """Write one step."""
    await tx.execute(
        insert(timeline)
        .values(
            id=new_id(at),
            station_id=station_id,
            incident_id=incident_id,
            at=at,
            actor_kind=actor.kind,
            actor_name=actor.name,
            account_id=actor.account_id,
            kind=kind,
            facts=msgspec.to_builtins(dict(facts)),
        )
        .inline()
    )


async def of_incident(tx: Tx, incident_id: UUID) -> list[Row]:
    """Return an incident's steps in the order in which they were written."""
    return await tx.all(select(timeline).where(timeline.c.incident_id == incident_id).order_by(timeline.c.seq))


async def told_place(tx: Tx, incident_id: UUID, report_id: UUID) -> Point | None:
    """Return the place of a report that the timeline told last."""
    row = await tx.one(
        select(timeline.c.facts)
        .where(
            timeline.c.incident_id == incident_id,
            timeline.c.facts["report_id"].astext == str(report_id),
            timeline.c.facts.has_key("lon"),
        )
        .order_by(timeline.c.seq.desc())
        .limit(1)
    )
    return None if row is None else Point(lon=row["facts"]["lon"], lat=row["facts"]["lat"])


async def last_kind(tx: Tx, incident_id: UUID) -> str | None:
    """Return what kind the latest step is."""
    query = select(timeline.c.kind).where(timeline.c.incident_id == incident_id)
    kind: str | None = await tx.scalar(query.order_by(timeline.c.seq.desc()).limit(1))
    return kind


async def has_kind(tx: Tx, incident_id: UUID, kind: str) -> bool:
    """Tell whether a step of `kind` stands on an incident's timeline."""
    query = select(timeline.c.id).where(timeline.c.incident_id == incident_id, timeline.c.kind == kind)
    return await tx.scalar(query.limit(1)) is not None


async def last_at(tx: Tx, incident_id: UUID, kind: str) -> datetime | None:
    """Return when the last step of `kind` was written."""
    query = select(timeline.c.at).where(timeline.c.incident_id == incident_id, timeline.c.kind == kind)
    at: datetime | None = await tx.scalar(query.order_by(timeline.c.seq.desc()).limit(1))
    return at


async def says(tx: Tx, incident_id: UUID, kind: str, observed_at: datetime) -> bool:
    """Tell whether a step of `kind` stands there already for what was observed at that moment."""
    said = msgspec.to_builtins(observed_at)
    query = select(timeline.c.id).where(
        timeline.c.incident_id == incident_id,
        timeline.c.kind == kind,
        timeline.c.facts["observed_at"].astext == said,
    )
    return await tx.scalar(query.limit(1)) is not None


async def since(tx: Tx, at: datetime, known: Collection[int] = (), limit: int = 500) -> list[Row]:
    """Return all steps since `at` with their incident's priority and number, oldest first, the latest `limit`.

    Those with a `known` number are left out.
    """
    unknown = timeline.c.seq != all_(literal(list(known), ARRAY(BigInteger))) if known else true()
    rows = await tx.all(
        select(timeline, incident.c.priority, incident.c.number)
        .join(incident, incident.c.id == timeline.c.incident_id)
        .where(timeline.c.at >= at, timeline.c.kind.not_in(QUIET), unknown)
        .order_by(timeline.c.seq.desc())
        .limit(limit)
    )
    return rows[::-1]
