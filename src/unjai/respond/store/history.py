"""What happened in a stretch of the past: where, when, of what code; for capabilities above that learn from it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import and_, exists, select

from unjai.model.ids import StationId
from unjai.platform.database import Tx
from unjai.respond.rules.life import DROPPING
from unjai.respond.store.tables import incident, report

MOST = 50_000
_FOUND = "patrol_finding"


async def happened(tx: Tx, station_id: StationId, since: datetime, until: datetime) -> list[dict[str, Any]]:
    """Return incidents of a station with code, place, when first observed, and whether patrols alone told of them.

    False alarms, cancelled ones and what was merged into another are left out, and so is what lies nowhere.
    """
    told_otherwise = exists().where(report.c.incident_id == incident.c.id, report.c.kind != _FOUND)
    told_by_patrol = exists().where(report.c.incident_id == incident.c.id, report.c.kind == _FOUND)
    query = select(
        incident.c.code,
        incident.c.lon,
        incident.c.lat,
        incident.c.first_observed_at.label("at"),
        and_(told_by_patrol, ~told_otherwise).label("found"),
    ).where(
        incident.c.station_id == station_id,
        incident.c.first_observed_at >= since,
        incident.c.first_observed_at < until,
        incident.c.merged_into.is_(None),
        incident.c.lon.is_not(None),
        incident.c.lat.is_not(None),
        incident.c.outcome.is_(None) | incident.c.outcome.not_in(sorted(DROPPING)),
    )
    return await tx.all(query.order_by(incident.c.first_observed_at).limit(MOST))
