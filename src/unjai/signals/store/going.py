"""Who is on the way to an incident: read from the assignments, never written here."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from unjai.people.store.tables import unit
from unjai.platform.database import Tx
from unjai.respond.store.tables import assignment, incident

DRIVES = ("car", "motorcycle")
URGENT = 2
"""Priorities up to this one get a green way: others' time is taken for what is urgent alone."""


async def going(tx: Tx) -> list[dict[str, Any]]:
    """Return the units in scope that drive to an urgent incident, with its place and their device."""
    query = (
        select(
            assignment.c.station_id,
            assignment.c.call_sign,
            unit.c.device_id,
            unit.c.kind,
            incident.c.lon,
            incident.c.lat,
            incident.c.priority,
        )
        .join(incident, incident.c.id == assignment.c.incident_id)
        .join(unit, unit.c.id == assignment.c.unit_id)
        .where(
            assignment.c.state == "en_route",
            incident.c.state != "closed",
            incident.c.priority <= URGENT,
            incident.c.lon.is_not(None),
            unit.c.kind.in_(DRIVES),
            unit.c.device_id.is_not(None),
        )
    )
    return await tx.all(query)
