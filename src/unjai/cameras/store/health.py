"""What was wrong with cameras, and the pictures that say how they should look."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert

from unjai.cameras.store.tables import camera_reference, camera_trouble
from unjai.model.ids import DeviceId, StationId
from unjai.platform.database import Tx

_SHOWN = [one for one in camera_trouble.c if one.name != "picture"]


async def begin_trouble(tx: Tx, values: Mapping[str, Any]) -> None:
    """Write down that a trouble began; told again it changes nothing."""
    await tx.execute(insert(camera_trouble).values(**values).on_conflict_do_nothing())


async def end_troubles(
    tx: Tx, device_ids: Collection[DeviceId | UUID], until: datetime, trouble: str | None = None
) -> None:
    """End an open trouble of cameras, or all of theirs."""
    ended = update(camera_trouble).where(camera_trouble.c.device_id.in_(list(device_ids)))
    ended = ended.where(camera_trouble.c.until.is_(None))
    if trouble is not None:
        ended = ended.where(camera_trouble.c.trouble == trouble)
    await tx.execute(ended.values(until=func.greatest(camera_trouble.c.since, until)))


async def open_troubles(tx: Tx, station_id: StationId | None = None) -> list[dict[str, Any]]:
    """Return what is wrong now, of a station or of all in scope, without pictures."""
    query = select(*_SHOWN, camera_trouble.c.picture.is_not(None).label("has_picture"))
    query = query.where(camera_trouble.c.until.is_(None))
    if station_id is not None:
        query = query.where(camera_trouble.c.station_id == station_id)
    return await tx.all(query.order_by(camera_trouble.c.since))


async def blind_since(tx: Tx, before: datetime) -> dict[StationId, frozenset[UUID]]:
    """Return, by station, the cameras without a signal since before a moment."""
    query = select(camera_trouble.c.station_id, camera_trouble.c.device_id).where(
        camera_trouble.c.trouble == "no_signal", camera_trouble.c.until.is_(None), camera_trouble.c.since < before
    )
    found: dict[StationId, set[UUID]] = {}
    for row in await tx.all(query):
        found.setdefault(StationId(row["station_id"]), set()).add(row["device_id"])
    return {key: frozenset(ids) for key, ids in found.items()}


async def troubles_of(tx: Tx, camera_id: UUID, limit: int = 100) -> list[dict[str, Any]]:
    """Return a camera's troubles, the newest first, without pictures."""
    query = select(*_SHOWN, camera_trouble.c.picture.is_not(None).label("has_picture"))
    query = query.where(camera_trouble.c.device_id == camera_id)
    return await tx.all(query.order_by(camera_trouble.c.since.desc(), camera_trouble.c.id).limit(limit))


async def trouble_of(tx: Tx, trouble_id: UUID) -> dict[str, Any] | None:
    """Return one trouble with its picture."""
    return await tx.one(select(camera_trouble).where(camera_trouble.c.id == trouble_id))


async def forget_troubles(tx: Tx, before: datetime) -> None:
    """Delete what was over before a moment."""
    await tx.execute(delete(camera_trouble).where(camera_trouble.c.until < before))
    await tx.execute(delete(camera_reference).where(camera_reference.c.until < before))


async def reference_ids(tx: Tx) -> dict[DeviceId, tuple[UUID, ...]]:
    """Return the references that count, by camera, oldest first."""
    query = select(camera_reference.c.device_id, camera_reference.c.id).where(camera_reference.c.until.is_(None))
    found: dict[DeviceId, tuple[UUID, ...]] = {}
    for row in await tx.all(query.order_by(camera_reference.c.at, camera_reference.c.id)):
        key = DeviceId(row["device_id"])
        found[key] = (*found.get(key, ()), row["id"])
    return found


async def reference_pictures(tx: Tx, ids: Sequence[UUID]) -> dict[UUID, bytes]:
    """Return pictures of references."""
    query = select(camera_reference.c.id, camera_reference.c.picture).where(camera_reference.c.id.in_(list(ids)))
    return {row["id"]: bytes(row["picture"]) for row in await tx.all(query)}


async def references_of(tx: Tx, camera_id: UUID) -> list[dict[str, Any]]:
    """Return the references of a camera that count, with their pictures, oldest first."""
    query = select(camera_reference).where(camera_reference.c.device_id == camera_id)
    return await tx.all(query.where(camera_reference.c.until.is_(None)).order_by(camera_reference.c.at))


async def end_references(tx: Tx, camera_id: UUID, until: datetime, keep: Collection[UUID] = ()) -> None:
    """Let a camera's references count no more, but for some."""
    ended = update(camera_reference).where(camera_reference.c.device_id == camera_id)
    ended = ended.where(camera_reference.c.until.is_(None), camera_reference.c.id.not_in(list(keep)))
    await tx.execute(ended.values(until=until))


async def add_reference(tx: Tx, values: Mapping[str, Any]) -> None:
    """Keep a picture as a reference."""
    await tx.execute(insert(camera_reference).values(**values))
