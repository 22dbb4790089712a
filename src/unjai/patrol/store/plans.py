"""All SQL over plans and the risk they are made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, select, text, update
from sqlalchemy.dialects.postgresql import insert

from unjai.model.ids import StationId, id_floor
from unjai.patrol.rules.tracks import step_s
from unjai.patrol.store.plan_tables import patrol_plan, patrol_risk
from unjai.patrol.store.tables import patrol_visit
from unjai.platform.database import Tx

Row = dict[str, Any]
_HEAD = [column for column in patrol_plan.c if column.name not in {"town", "result", "seed"}]
_FIGURES = ("covered_share", "visits", "explored_share")


async def add(tx: Tx, row: Mapping[str, Any]) -> None:
    """Add a plan."""
    await tx.execute(insert(patrol_plan).values(**row).inline())


async def one(tx: Tx, plan_id: UUID, *, lock: bool = False) -> Row | None:
    """Return a plan with everything."""
    query = select(patrol_plan).where(patrol_plan.c.id == plan_id)
    return await tx.one(query.with_for_update() if lock else query)


async def change(tx: Tx, plan_id: UUID, values: Mapping[str, Any]) -> None:
    """Change columns of a plan."""
    await tx.execute(update(patrol_plan).where(patrol_plan.c.id == plan_id).values(**values))


async def heads(tx: Tx, station_id: StationId, since: date, until: date) -> list[Row]:
    """Return the plans of some days without what they are made of, the newest first."""
    figures = [patrol_plan.c.result[name].label(name) for name in _FIGURES]
    query = select(*_HEAD, *figures).where(
        patrol_plan.c.station_id == station_id, patrol_plan.c.day >= since, patrol_plan.c.day <= until
    )
    return await tx.all(query.order_by(patrol_plan.c.day.desc(), patrol_plan.c.from_at.desc(), patrol_plan.c.id.desc()))


async def replace_published(tx: Tx, row: Mapping[str, Any], at: datetime) -> None:
    """Let the published plan of the same shift and day be one that was replaced."""
    same = (patrol_plan.c.station_id == row["station_id"], patrol_plan.c.day == row["day"])
    await tx.execute(
        update(patrol_plan)
        .where(*same, patrol_plan.c.shift_id == row["shift_id"], patrol_plan.c.state == "published")
        .values(state="replaced", changed_at=at)
    )


async def published_at(tx: Tx, station_id: StationId, since: datetime, until: datetime) -> list[Row]:
    """Return the published plans whose shifts touch a stretch of time, first ones first."""
    query = select(patrol_plan).where(
        patrol_plan.c.station_id == station_id,
        patrol_plan.c.state == "published",
        patrol_plan.c.from_at < until,
        patrol_plan.c.to_at > since,
    )
    return await tx.all(query.order_by(patrol_plan.c.from_at))


async def risk(tx: Tx, station_id: StationId) -> list[Row]:
    """Return the risk by place."""
    query = select(patrol_risk).where(patrol_risk.c.station_id == station_id)
    return await tx.all(query.order_by(patrol_risk.c.place))


async def put_risk(tx: Tx, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write risk of places over what stood there."""
    for row in rows:
        new = insert(patrol_risk).values(**row)
        names = ("by_hour", "source", "taken_at", "taken_by")
        await tx.execute(
            new.on_conflict_do_update(
                index_elements=["station_id", "place"], set_={name: new.excluded[name] for name in names}
            )
        )


async def drop_risk(tx: Tx, station_id: StationId, keep: Sequence[str]) -> int:
    """Remove the risk of all places but those to keep; return how many."""
    gone = delete(patrol_risk).where(patrol_risk.c.station_id == station_id, patrol_risk.c.place.not_in(list(keep)))
    return int((await tx.execute(gone)).rowcount)


async def last_visits(tx: Tx, station_id: StationId) -> dict[UUID, datetime]:
    """Return when each checkpoint was visited last."""
    last = func.max(patrol_visit.c.happened_at).label("at")
    query = select(patrol_visit.c.checkpoint_id, last).where(patrol_visit.c.station_id == station_id)
    return {row["checkpoint_id"]: row["at"] for row in await tx.all(query.group_by(patrol_visit.c.checkpoint_id))}


MOST_POSITIONS, LEAST_S = 120_000, 10
"""Positions of a whole plan that are compared at once, and how near to each other they are at the nearest."""
_TRACK = text(
    "SELECT DISTINCT ON (device_id, floor(extract(epoch FROM observed_at) / :step)) device_id,"
    " extract(epoch FROM observed_at - :zero)::float8 AS at_s, lon, lat, accuracy_m FROM obs_fleet"
    " WHERE id >= :low AND id < :high AND device_id = ANY (:devices) AND kind = 'position' AND lon IS NOT NULL"
    " ORDER BY device_id, floor(extract(epoch FROM observed_at) / :step), id"
)


def step_of(devices: Sequence[UUID], since: datetime, until: datetime) -> int:
    """Return every how many seconds `tracks` gives a position of each device."""
    return step_s(len(devices), (until - since).total_seconds(), most=MOST_POSITIONS, least=LEAST_S)


async def tracks(tx: Tx, devices: Sequence[UUID], zero: datetime, since: datetime, until: datetime) -> list[Row]:
    """Return the positions of devices between two moments, in seconds from `zero`: off-duty ones are never kept.

    They are thinned to one a `step_of` seconds, for every device alike; nobody's shift is cut off.
    """
    bounds = {"low": id_floor(since), "high": id_floor(until), "step": step_of(devices, since, until)}
    return await tx.all(_TRACK, {"zero": zero, "devices": list(devices), **bounds})
