"""Incidents: open, lock, change, list."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, func, insert, or_, select, text, tuple_, update

from unjai.model.ids import DeviceId, IncidentId, StationId, UnitId
from unjai.platform.database import Tx
from unjai.respond.rules.joins import Reach
from unjai.respond.store.tables import incident, report

Row = dict[str, Any]
Which = Literal["open", "closed", "all"]

_LOCK_SPACE = 0x554A  # "UJ": advisory locks of respond


async def lock_station(tx: Tx, station_id: StationId) -> None:
    """Hold the station's lock until the transaction ends: under it incidents are opened, numbered and joined.

    Always taken before any incident's row, so that two flows never wait for each other.
    """
    lock = text("SELECT pg_advisory_xact_lock(:space, :station)")
    await tx.execute(lock, {"space": _LOCK_SPACE, "station": station_id})


async def next_seq(tx: Tx, station_id: StationId, be_year: int) -> int:
    """Return the next number of the station's year; gap-free, for the caller holds the station's lock."""
    last = await tx.scalar(
        select(func.max(incident.c.seq)).where(incident.c.station_id == station_id, incident.c.be_year == be_year)
    )
    return int(last or 0) + 1


async def add(tx: Tx, values: Mapping[str, Any]) -> Row:
    """Write a new incident and return its row."""
    row = await tx.one(insert(incident).values(**values).returning(incident))
    assert row is not None
    return row


async def locked(tx: Tx, incident_id: UUID, *, skip: bool = False) -> Row | None:
    """Return the incident as it is now, held against others until the transaction ends.

    With `skip`, one that is held elsewhere is None instead of a wait.
    """
    return await tx.one(select(incident).where(incident.c.id == incident_id).with_for_update(skip_locked=skip))


async def of(tx: Tx, incident_id: UUID) -> Row | None:
    """Return one incident, not held."""
    return await tx.one(select(incident).where(incident.c.id == incident_id))


async def several(tx: Tx, incident_ids: Collection[UUID]) -> list[Row]:
    """Return incidents, not held."""
    return await tx.all(select(incident).where(incident.c.id.in_(incident_ids)))


async def change(tx: Tx, incident_id: UUID, values: Mapping[str, Any]) -> Row:
    """Write `values` with the next version and return the row."""
    row = await tx.one(
        update(incident)
        .where(incident.c.id == incident_id)
        .values(**values, version=incident.c.version + 1)
        .returning(incident)
    )
    assert row is not None
    return row


async def open_ones(tx: Tx, station_id: StationId | None = None) -> list[Row]:
    """Return the open incidents, the most urgent and oldest first."""
    query = select(incident).where(incident.c.state != "closed")
    if station_id is not None:
        query = query.where(incident.c.station_id == station_id)
    return await tx.all(query.order_by(incident.c.priority, incident.c.opened_at, incident.c.id))


async def candidates(
    tx: Tx, station_id: StationId, *, within: Reach, source: str, device_id: UUID | None, crowd: bool = False
) -> list[Row]:
    """Return all that a report could join: open incidents in its reach or with its source, and those of its device.

    With `crowd` those of floods too.
    """
    merged = incident.alias()
    near = incident.c.lon.between(within.west, within.east) & incident.c.lat.between(within.south, within.north)
    grown = exists().where(merged.c.merged_into == incident.c.id)
    told = exists().where(report.c.incident_id == incident.c.id, report.c.source == source)
    here = and_(
        incident.c.first_observed_at <= within.first_by,
        incident.c.last_observed_at >= within.last_from,
        or_(near, grown, told, incident.c.crowd) if crowd else or_(near, grown, told),
    )
    return await tx.all(
        select(incident).where(
            incident.c.state != "closed",
            incident.c.station_id == station_id,
            here if device_id is None else or_(incident.c.device_id == device_id, here),
        )
    )


async def merged_places(tx: Tx, into: Sequence[UUID]) -> list[Row]:
    """Return where the incidents stood that were merged into those of `into`."""
    if not into:
        return []
    return await tx.all(
        select(incident.c.merged_into, incident.c.lon, incident.c.lat, incident.c.accuracy_m).where(
            incident.c.merged_into.in_(into), incident.c.lon.is_not(None)
        )
    )


async def repoint_merged(tx: Tx, old: UUID, new: UUID) -> None:
    """Let incidents that were merged into `old` point at `new`."""
    await tx.execute(update(incident).where(incident.c.merged_into == old).values(merged_into=new))


async def linked(tx: Tx, incident_id: UUID, split_from: UUID | None) -> list[Row]:
    """Return the incidents that were merged into this one or split off from it, and the one it was split off from."""
    names = (incident.c.id, incident.c.number, incident.c.code, incident.c.about_th, incident.c.about_en)
    return await tx.all(
        select(*names, incident.c.merged_into, incident.c.split_from)
        .where(
            or_(
                incident.c.merged_into == incident_id,
                incident.c.split_from == incident_id,
                incident.c.id == split_from,
            )
        )
        .order_by(incident.c.opened_at, incident.c.id)
    )


async def silent_of(tx: Tx, device_id: DeviceId, code: str) -> Row | None:
    """Return the open incident of `code` that a device has, held."""
    return await tx.one(
        select(incident)
        .where(incident.c.state != "closed", incident.c.device_id == device_id, incident.c.code == code)
        .order_by(incident.c.opened_at)
        .limit(1)
        .with_for_update()
    )


async def distress_of(tx: Tx, unit_id: UUID) -> IncidentId | None:
    """Return the open incident in which a unit itself calls for help."""
    query = select(incident.c.id).where(incident.c.state != "closed", incident.c.unit_id == unit_id)
    found = await tx.scalar(query.order_by(incident.c.opened_at.desc()).limit(1))
    return None if found is None else IncidentId(found)


async def in_distress(tx: Tx) -> frozenset[UnitId]:
    """Return the units that call for help themselves."""
    rows = await tx.all(select(incident.c.unit_id).where(incident.c.state != "closed", incident.c.unit_id.is_not(None)))
    return frozenset(UnitId(row["unit_id"]) for row in rows)


def _found(words: str, codes: Sequence[str]) -> ColumnElement[bool]:
    escaped = words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    like = f"%{escaped}%"
    said = select(report.c.id).where(report.c.incident_id == incident.c.id, report.c.text.ilike(like)).exists()
    return or_(
        incident.c.number.ilike(like),
        incident.c.place_th.ilike(like),
        incident.c.place_en.ilike(like),
        incident.c.about_th.ilike(like),
        incident.c.about_en.ilike(like),
        incident.c.code.in_(codes),
        said,
    )


async def page(
    tx: Tx,
    *,
    which: Which,
    words: str = "",
    codes: Sequence[str] = (),
    before: tuple[datetime, IncidentId] | None = None,
    limit: int = 50,
) -> list[Row]:
    """Return incidents newest first, before the key `before`; `words` search numbers, places and what was said."""
    query = select(incident)
    if which == "open":
        query = query.where(incident.c.state != "closed")
    elif which == "closed":
        query = query.where(incident.c.state == "closed")
    if words:
        query = query.where(_found(words, codes))
    if before is not None:
        query = query.where(tuple_(incident.c.opened_at, incident.c.id) < tuple_(*before))
    return await tx.all(query.order_by(incident.c.opened_at.desc(), incident.c.id.desc()).limit(limit))
