"""Junctions and what happened to them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, insert, select, update
from sqlalchemy.dialects.postgresql import distinct_on

from unjai.model.ids import StationId, new_id
from unjai.platform.database import Tx
from unjai.signals.store.tables import signal_change, signal_junction, signal_note
from unjai.territory.store.tables import device

Row = dict[str, Any]
_THERE = signal_junction.c.removed_at.is_(None)


async def add_junction(tx: Tx, row: Mapping[str, Any]) -> None:
    """Write a junction."""
    await tx.execute(insert(signal_junction).values(**row))


async def change_junction(tx: Tx, junction_id: UUID, **values: Any) -> Row:
    """Change a junction and return it."""
    query = update(signal_junction).where(signal_junction.c.id == junction_id).values(**values)
    row = await tx.one(query.returning(signal_junction))
    assert row is not None
    return row


async def junctions(tx: Tx) -> list[Row]:
    """Return the junctions in scope, by code."""
    return await tx.all(select(signal_junction).where(_THERE).order_by(signal_junction.c.code))


async def junction(tx: Tx, junction_id: UUID, *, lock: bool = False) -> Row | None:
    """Return a junction that was not removed."""
    query = select(signal_junction).where(signal_junction.c.id == junction_id, _THERE)
    return await tx.one(query.with_for_update() if lock else query)


async def junction_coded(tx: Tx, station_id: StationId, code: str) -> Row | None:
    """Return a station's junction of a code."""
    mine = (signal_junction.c.station_id == station_id) & (signal_junction.c.code == code)
    return await tx.one(select(signal_junction).where(mine, _THERE))


async def any_junction(tx: Tx) -> bool:
    """Tell whether there is anything to serve."""
    return (
        await tx.scalar(select(signal_junction.c.id).where(_THERE, signal_junction.c.mode != "off").limit(1))
        is not None
    )


async def boxes(tx: Tx) -> dict[UUID, UUID]:
    """Return which junction each box speaks of: the one whose code stands in the box's settings."""
    named = device.c.settings["junction"].astext
    query = (
        select(device.c.id, signal_junction.c.id.label("junction_id"))
        .join(
            signal_junction,
            (signal_junction.c.station_id == device.c.station_id) & (signal_junction.c.code == named),
        )
        .where(device.c.kind == "signal_box", ~device.c.disabled, _THERE)
    )
    return {row["id"]: row["junction_id"] for row in await tx.all(query)}


async def idle_boxes(tx: Tx) -> list[Row]:
    """Return the boxes (`station_id`, `id`) by which no watched junction is told of: all but the first of each."""
    named = device.c.settings["junction"].astext
    mine = (signal_junction.c.station_id == device.c.station_id) & (signal_junction.c.code == named)
    usable = (device.c.kind == "signal_box", ~device.c.disabled)
    watched = select(device.c.id).join(signal_junction, mine).where(*usable, _THERE, signal_junction.c.mode != "off")
    first = watched.ext(distinct_on(signal_junction.c.id)).order_by(signal_junction.c.id, device.c.id)
    return await tx.all(select(device.c.station_id, device.c.id).where(*usable, device.c.id.not_in(first)))


async def note(
    tx: Tx,
    station_id: StationId,
    junction_id: UUID,
    at: datetime,
    code: str,
    *,
    by: str = "",
    facts: Mapping[str, object],
) -> None:
    """Write down what happened to a junction."""
    own = {"id": new_id(at), "station_id": station_id, "junction_id": junction_id, "at": at}
    await tx.execute(insert(signal_note).values(**own, code=code, facts=facts, by=by))


async def notes(tx: Tx, junction_id: UUID, limit: int = 30) -> list[Row]:
    """Return what happened last to a junction, the newest first."""
    query = select(signal_note).where(signal_note.c.junction_id == junction_id)
    return await tx.all(query.order_by(signal_note.c.at.desc(), signal_note.c.id.desc()).limit(limit))


async def add_change(tx: Tx, row: Mapping[str, Any]) -> None:
    """Write a stretch in which another phase was wished than the one that showed."""
    await tx.execute(insert(signal_change).values(**row))


async def changes(tx: Tx, junction_id: UUID, since: datetime, mode: str) -> list[Row]:
    """Return the stretches of a junction in a mode that began since a moment, oldest first."""
    mine = (signal_change.c.junction_id == junction_id) & (signal_change.c.mode == mode)
    query = select(signal_change).where(mine, signal_change.c.began_at >= since)
    return await tx.all(query.order_by(signal_change.c.began_at))


async def forget(tx: Tx, before: datetime) -> None:
    """Delete what was noted before a moment."""
    await tx.execute(delete(signal_note).where(signal_note.c.at < before))
    await tx.execute(delete(signal_change).where(signal_change.c.began_at < before))
