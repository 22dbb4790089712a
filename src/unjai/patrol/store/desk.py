"""All SQL over asked visits and what became of them, festivals, and the hours of kinds of places."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select, text, update
from sqlalchemy.dialects.postgresql import insert

from unjai.model.ids import StationId
from unjai.patrol.store.desk_tables import (
    patrol_kind_risk,
    patrol_layer,
    patrol_request,
    patrol_request_outcome,
)
from unjai.patrol.store.plan_tables import patrol_plan
from unjai.patrol.store.tables import patrol_visit
from unjai.platform.database import Tx

Row = dict[str, Any]
LIST_MOST = 2000


# ── asked visits ───────────────────────────────────────────────────────────────────────────────────


async def add_request(tx: Tx, row: Mapping[str, Any]) -> None:
    """Add an asked visit."""
    await tx.execute(insert(patrol_request).values(**row).inline())


async def request_of(tx: Tx, request_id: UUID, *, lock: bool = False) -> Row | None:
    """Return an asked visit."""
    query = select(patrol_request).where(patrol_request.c.id == request_id)
    return await tx.one(query.with_for_update() if lock else query)


async def set_request(tx: Tx, request_id: UUID, **values: Any) -> None:
    """Change an asked visit."""
    await tx.execute(update(patrol_request).where(patrol_request.c.id == request_id).values(**values))


async def requests(
    tx: Tx, station_id: StationId, *, since: date | None = None, until: date | None = None, kind: str | None = None
) -> list[Row]:
    """Return the asked visits whose days touch a stretch of days, the ones that begin last first."""
    query = select(patrol_request).where(patrol_request.c.station_id == station_id)
    if since is not None:
        query = query.where(patrol_request.c.to_day >= since)
    if until is not None:
        query = query.where(patrol_request.c.from_day <= until)
    if kind is not None:
        query = query.where(patrol_request.c.kind == kind)
    return await tx.all(query.order_by(patrol_request.c.from_day.desc(), patrol_request.c.id.desc()).limit(LIST_MOST))


async def outcomes(tx: Tx, request_ids: Sequence[UUID]) -> dict[UUID, list[Row]]:
    """Return what became of asked visits, shift by shift, the oldest first."""
    found: dict[UUID, list[Row]] = {}
    query = select(patrol_request_outcome).where(patrol_request_outcome.c.request_id.in_(request_ids))
    for row in await tx.all(query.order_by(patrol_request_outcome.c.from_at)):
        found.setdefault(row["request_id"], []).append(row)
    return found


async def put_outcome(tx: Tx, row: Mapping[str, Any], *, over_hand: bool = False) -> None:
    """Write what became of an asked visit on a shift; what a person said is written over by a person alone."""
    new = insert(patrol_request_outcome).values(**row)
    names = ("state", "at", "by_hand", "note", "settled_at")
    await tx.execute(
        new.on_conflict_do_update(
            index_elements=["request_id", "plan_id"],
            set_={name: new.excluded[name] for name in names},
            where=None if over_hand else patrol_request_outcome.c.by_hand == "",
        ).inline()
    )


async def unsettled(tx: Tx, station_id: StationId, since: datetime, until: datetime) -> list[Row]:
    """Return published plans whose shift ended between two moments, with everything they are made of."""
    query = select(patrol_plan).where(
        patrol_plan.c.station_id == station_id,
        patrol_plan.c.state == "published",
        patrol_plan.c.to_at >= since,
        patrol_plan.c.to_at < until,
    )
    return await tx.all(query.order_by(patrol_plan.c.from_at))


async def outdated(tx: Tx, before: date, limit: int = 200) -> list[Row]:
    """Return asked visits whose last day lies before a day."""
    query = select(patrol_request.c.id, patrol_request.c.station_id, patrol_request.c.from_day, patrol_request.c.to_day)
    return await tx.all(query.where(patrol_request.c.to_day < before).order_by(patrol_request.c.id).limit(limit))


async def plans_between(tx: Tx, station_id: StationId, since: date, until: date) -> list[Row]:
    """Return plans of some days, any state, locked."""
    query = select(patrol_plan.c.id, patrol_plan.c.town, patrol_plan.c.result).where(
        patrol_plan.c.station_id == station_id, patrol_plan.c.day >= since, patrol_plan.c.day <= until
    )
    return await tx.all(query.with_for_update())


async def forget_request(tx: Tx, request_id: UUID) -> None:
    """Remove an asked visit and what became of it."""
    await tx.execute(delete(patrol_request).where(patrol_request.c.id == request_id))


# ── festivals ──────────────────────────────────────────────────────────────────────────────────────


async def put_layer(tx: Tx, row: Mapping[str, Any]) -> None:
    """Add a layer, or write over the one of that id."""
    new = insert(patrol_layer).values(**row)
    names = [name for name in row if name not in {"id", "station_id"}]
    kept = {name: new.excluded[name] for name in names}
    await tx.execute(new.on_conflict_do_update(index_elements=["id"], set_=kept).inline())


async def layer_of(tx: Tx, layer_id: UUID, *, lock: bool = False) -> Row | None:
    """Return a layer."""
    query = select(patrol_layer).where(patrol_layer.c.id == layer_id)
    return await tx.one(query.with_for_update() if lock else query)


async def layers(tx: Tx, station_id: StationId, *, since: date | None = None, until: date | None = None) -> list[Row]:
    """Return the layers that touch a stretch of days, by their first day; removed ones not."""
    query = select(patrol_layer).where(patrol_layer.c.station_id == station_id, ~patrol_layer.c.removed)
    if since is not None:
        query = query.where(patrol_layer.c.to_day >= since)
    if until is not None:
        query = query.where(patrol_layer.c.from_day <= until)
    return await tx.all(query.order_by(patrol_layer.c.from_day, patrol_layer.c.id))


# ── risk ───────────────────────────────────────────────────────────────────────────────────────────


async def kinds(tx: Tx, station_id: StationId) -> dict[str, Row]:
    """Return the hours that a station set for kinds of places."""
    query = select(patrol_kind_risk).where(patrol_kind_risk.c.station_id == station_id)
    return {row["kind"]: row for row in await tx.all(query.order_by(patrol_kind_risk.c.kind))}


async def put_kind(tx: Tx, row: Mapping[str, Any]) -> None:
    """Set the hours of a kind."""
    new = insert(patrol_kind_risk).values(**row)
    kept = {name: new.excluded[name] for name in ("by_hour", "changed_at", "changed_by")}
    await tx.execute(new.on_conflict_do_update(index_elements=["station_id", "kind"], set_=kept).inline())


async def drop_kind(tx: Tx, station_id: StationId, kind: str) -> None:
    """Let a kind have the project's hours again."""
    here = patrol_kind_risk.c.station_id == station_id, patrol_kind_risk.c.kind == kind
    await tx.execute(delete(patrol_kind_risk).where(*here))


async def visits_between(tx: Tx, station_id: StationId, since: datetime, until: datetime) -> list[Row]:
    """Return when checkpoints were visited; refused visits not."""
    query = select(patrol_visit.c.checkpoint_id, patrol_visit.c.happened_at, patrol_visit.c.state).where(
        patrol_visit.c.station_id == station_id,
        patrol_visit.c.happened_at >= since,
        patrol_visit.c.happened_at < until,
        patrol_visit.c.state != "refused",
    )
    return await tx.all(query)


_PLANNED = text(
    "SELECT stop.value ->> 'place' AS place, count(*) AS visits FROM patrol_plan plan,"
    " jsonb_array_elements(plan.result -> 'rounds') AS round, jsonb_array_elements(round.value -> 'stops') AS stop"
    " WHERE plan.station_id = :here AND plan.state = 'published' AND plan.from_at >= :since AND plan.from_at < :until"
    " AND stop.value ->> 'place' IS NOT NULL AND stop.value ->> 'why' <> 'break' GROUP BY 1"
)


async def planned_visits(tx: Tx, station_id: StationId, since: datetime, until: datetime) -> list[Row]:
    """Return how many planned visits each place had in the published plans of shifts that begin between two moments."""
    return await tx.all(_PLANNED, {"here": station_id, "since": since, "until": until})
