"""Positions of units, for the streets that they went along, and the shifts in which they were told."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, or_, select, text

from unjai.model.ids import AccountId, StationId, id_floor
from unjai.patrol.rules.tracks import step_s
from unjai.people.store.roster_tables import duty_crew
from unjai.people.store.tables import duty, shift, unit
from unjai.platform.database import Tx

MOST = 20_000
_SEEN = text(
    "SELECT seen.lon, seen.lat, seen.accuracy_m, seen.observed_at FROM obs_fleet seen"
    " WHERE seen.id >= :low AND seen.id < :high AND seen.station_id = :here AND seen.kind = 'position'"
    " AND seen.lon IS NOT NULL AND seen.received_at >= :since AND seen.received_at < :until"
    " AND EXISTS (SELECT FROM unit WHERE unit.device_id = seen.device_id) LIMIT :most"
)


async def positions_between(
    tx: Tx, station_id: StationId, since: datetime, until: datetime, *, earliest: datetime
) -> list[dict[str, Any]]:
    """Return positions of units' devices that came in a stretch of time and were observed after `earliest`."""
    bounds = {"low": id_floor(earliest), "high": id_floor(until + timedelta(minutes=5))}
    return await tx.all(_SEEN, {**bounds, "here": station_id, "since": since, "until": until, "most": MOST})


MOST_OF_ONE = 30_000
"""Positions of one unit in one shift: one a second for eight hours, and fewer a minute in a longer one."""
_TRACK = text(
    "SELECT DISTINCT ON (floor(extract(epoch FROM observed_at) / :step))"
    " extract(epoch FROM observed_at - :zero)::float8 AS at_s, lon, lat, accuracy_m FROM obs_fleet"
    " WHERE id >= :low AND id < :high AND device_id = :device AND kind = 'position' AND lon IS NOT NULL"
    " ORDER BY floor(extract(epoch FROM observed_at) / :step), id"
)


async def track_of(tx: Tx, device: UUID, zero: datetime, since: datetime, until: datetime) -> list[dict[str, Any]]:
    """Return the positions of a unit's device between two moments, in seconds from `zero`; off duty there are none."""
    step = step_s(1, (until - since).total_seconds(), most=MOST_OF_ONE, least=1)
    bounds = {"low": id_floor(since), "high": id_floor(until), "step": step}
    return await tx.all(_TRACK, {"zero": zero, "device": device, **bounds})


async def duties_between(tx: Tx, station_id: StationId, since: datetime, until: datetime) -> list[dict[str, Any]]:
    """Return units on duty in a stretch of time, by call sign."""
    query = (
        select(duty.c.unit_id, unit.c.call_sign, unit.c.kind, unit.c.device_id)
        .join(unit, unit.c.id == duty.c.unit_id)
        .where(duty.c.station_id == station_id, duty.c.from_at < until)
        .where(or_(duty.c.to_at.is_(None), duty.c.to_at > since))
        .distinct()
    )
    return await tx.all(query.order_by(unit.c.call_sign))


async def own_duties(tx: Tx, account_id: AccountId, signed: str, since: datetime, limit: int) -> list[dict[str, Any]]:
    """Return the stays on duty of one person, the newest first, each with its unit and shift.

    Whose crew was not written down counts by who signed on: another crew's track in the same car is not one's own.
    """
    named = (
        duty.c.id,
        duty.c.unit_id,
        duty.c.shift_id,
        unit.c.call_sign,
        unit.c.device_id,
        shift.c.name_th,
        shift.c.name_en,
    )
    crewed = select(duty_crew.c.duty_id)
    joined = duty.join(unit, unit.c.id == duty.c.unit_id).outerjoin(shift, shift.c.id == duty.c.shift_id)
    mine = (
        select(*named, func.min(duty_crew.c.from_at).label("from_at"), _last(duty_crew.c.to_at).label("to_at"))
        .select_from(joined.join(duty_crew, duty_crew.c.duty_id == duty.c.id))
        .where(duty_crew.c.account_id == account_id, duty_crew.c.from_at >= since)
        .group_by(*named)
    )
    alone = (
        select(*named, duty.c.from_at, duty.c.to_at)
        .select_from(joined)
        .where(duty.c.signed_on_by == signed, duty.c.from_at >= since, duty.c.id.not_in(crewed))
    )
    both = mine.union_all(alone).subquery()
    return await tx.all(select(both).order_by(both.c.from_at.desc()).limit(limit))


def _last(column: Any) -> Any:
    """Return the end of several stays; none while one of them goes on."""
    never = text("'infinity'::timestamptz")
    return func.nullif(func.max(func.coalesce(column, never)), never)
