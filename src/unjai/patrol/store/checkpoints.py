"""Beats and checkpoints: all SQL."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.dialects.postgresql import insert as upsert_into

from unjai.model.ids import StationId
from unjai.patrol.store.tables import (
    patrol_beat,
    patrol_checkpoint,
    patrol_checkpoint_change,
    patrol_visit,
)
from unjai.platform.database import Tx

Row = dict[str, Any]


async def beats(tx: Tx, station_id: StationId) -> list[Row]:
    """Return the beats by code, each with how many checkpoints in use it holds."""
    held = (
        select(func.count())
        .where(patrol_checkpoint.c.beat_id == patrol_beat.c.id, ~patrol_checkpoint.c.retired)
        .scalar_subquery()
    )
    query = select(patrol_beat, held.label("checkpoints")).where(patrol_beat.c.station_id == station_id)
    return await tx.all(query.order_by(patrol_beat.c.code))


async def beat_of(tx: Tx, beat_id: UUID) -> Row | None:
    """Return a beat within reach."""
    return await tx.one(select(patrol_beat).where(patrol_beat.c.id == beat_id))


async def put_beat(tx: Tx, row: Mapping[str, Any]) -> bool:
    """Write a beat, new or known by its id; False where another has its code."""
    taken = select(patrol_beat.c.id).where(
        patrol_beat.c.station_id == row["station_id"], patrol_beat.c.code == row["code"], patrol_beat.c.id != row["id"]
    )
    if await tx.scalar(taken):
        return False
    put = upsert_into(patrol_beat).values(**row)
    names = {name: put.excluded[name] for name in ("code", "name_th", "name_en")}
    await tx.execute(put.on_conflict_do_update(index_elements=["id"], set_=names))
    return True


async def remove_beat(tx: Tx, beat_id: UUID) -> None:
    """Remove a beat; its checkpoints stay without one."""
    await tx.execute(delete(patrol_beat).where(patrol_beat.c.id == beat_id))


async def checkpoints(tx: Tx, station_id: StationId) -> list[Row]:
    """Return all checkpoints by code with their beat's code and the newest visit of each."""
    last = (
        select(
            patrol_visit.c.checkpoint_id,
            patrol_visit.c.happened_at,
            patrol_visit.c.score,
            patrol_visit.c.state,
        )
        .where(patrol_visit.c.station_id == station_id, patrol_visit.c.state != "refused")
        .ext(distinct_on(patrol_visit.c.checkpoint_id))
        .order_by(patrol_visit.c.checkpoint_id, patrol_visit.c.happened_at.desc())
        .subquery()
    )
    query = (
        select(
            patrol_checkpoint,
            patrol_beat.c.code.label("beat_code"),
            last.c.happened_at.label("last_at"),
            last.c.score.label("last_score"),
            last.c.state.label("last_state"),
        )
        .outerjoin(patrol_beat, patrol_beat.c.id == patrol_checkpoint.c.beat_id)
        .outerjoin(last, last.c.checkpoint_id == patrol_checkpoint.c.id)
        .where(patrol_checkpoint.c.station_id == station_id)
    )
    return await tx.all(query.order_by(patrol_checkpoint.c.code))


async def checkpoint_of(tx: Tx, checkpoint_id: UUID, *, lock: bool = False) -> Row | None:
    """Return a checkpoint within reach."""
    query = select(patrol_checkpoint).where(patrol_checkpoint.c.id == checkpoint_id)
    return await tx.one(query.with_for_update() if lock else query)


async def some_checkpoints(tx: Tx, ids: Sequence[UUID]) -> list[Row]:
    """Return the checkpoints with these ids that are within reach."""
    return await tx.all(select(patrol_checkpoint).where(patrol_checkpoint.c.id.in_(ids)))


async def code_taken(tx: Tx, station_id: StationId, code: str, but: UUID) -> bool:
    """Tell whether another checkpoint of the station has a code."""
    query = select(patrol_checkpoint.c.id).where(
        patrol_checkpoint.c.station_id == station_id, patrol_checkpoint.c.code == code, patrol_checkpoint.c.id != but
    )
    return bool(await tx.scalar(query))


async def add_checkpoint(tx: Tx, row: Mapping[str, Any]) -> None:
    """Add a checkpoint."""
    await tx.execute(insert(patrol_checkpoint).values(**row))


async def set_checkpoint(tx: Tx, checkpoint_id: UUID, **values: Any) -> None:
    """Change columns of a checkpoint."""
    await tx.execute(update(patrol_checkpoint).where(patrol_checkpoint.c.id == checkpoint_id).values(**values))


async def remove_checkpoint(tx: Tx, checkpoint_id: UUID) -> bool:
    """Remove a checkpoint that nobody has visited; False where somebody has."""
    if await tx.scalar(select(patrol_visit.c.id).where(patrol_visit.c.checkpoint_id == checkpoint_id).limit(1)):
        return False
    await tx.execute(delete(patrol_checkpoint).where(patrol_checkpoint.c.id == checkpoint_id))
    return True


async def note_change(tx: Tx, row: Mapping[str, Any]) -> None:
    """Keep what stood before a change."""
    await tx.execute(insert(patrol_checkpoint_change).values(**row))


async def change_of(tx: Tx, checkpoint_id: UUID, version: int) -> Row | None:
    """Return what stood before the change that made `version`."""
    table = patrol_checkpoint_change
    return await tx.one(select(table).where(table.c.checkpoint_id == checkpoint_id, table.c.version == version))
