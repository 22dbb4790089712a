"""Counting lines and areas of cameras, and what was counted: the feed that later capabilities read (`counts_of`)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    Column,
    DateTime,
    Double,
    ForeignKey,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Text,
    Uuid,
    and_,
    delete,
    select,
)
from sqlalchemy.dialects.postgresql import JSONB, insert

from unjai.model.ids import StationId
from unjai.platform.database import Tx, station_table

camera_counter = station_table(
    "camera_counter",
    Column("id", Uuid, primary_key=True),
    Column("device_id", ForeignKey("device.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("kind", Text, nullable=False),
    Column("name_th", Text, nullable=False),
    Column("name_en", Text, nullable=False, server_default=""),
    Column("left_th", Text, nullable=False, server_default=""),
    Column("left_en", Text, nullable=False, server_default=""),
    Column("right_th", Text, nullable=False, server_default=""),
    Column("right_en", Text, nullable=False, server_default=""),
    Column("corners", JSONB, nullable=False),
    Column("made_at", DateTime(timezone=True), nullable=False),
    Column("removed_at", DateTime(timezone=True)),
    CheckConstraint("kind IN ('line', 'area')", name="kind"),
)
"""A line with two named sides, or an area, in fractions of the picture. Its names change, its place does not: one that
is drawn anew is another, so that figures of before are never taken for those of after."""

camera_counted = station_table(
    "camera_counted",
    Column("device_id", Uuid, nullable=False),
    Column("counter_id", Uuid, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("looks", Integer, nullable=False),
    PrimaryKeyConstraint("counter_id", "at"),
    Index("ix_camera_counted_at", "at"),
)
"""Minutes in which a counter was looked at; the camera's own id stands for its whole picture. A minute that is not here
was not looked at: unknown, never zero."""

camera_count = station_table(
    "camera_count",
    Column("device_id", Uuid, nullable=False),
    Column("counter_id", Uuid, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("kind", Text, nullable=False),
    Column("way", Text, nullable=False),
    Column("count", Integer, nullable=False),
    Column("mean", Double),
    PrimaryKeyConstraint("counter_id", "at", "kind", "way"),
    Index("ix_camera_count_at", "at"),
    CheckConstraint("way IN ('left', 'right', '')", name="way"),
)
"""What was counted in a minute, above nothing: for a line how many went to its left or right; for an area and the whole
picture (`way` is empty) the most at once, and the mean."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Count:
    """So many of a kind (`person`, `car` …). `way`: to the `left` or `right` of a line, empty for an area.

    For an area `count` is the most at once and `mean` the mean over the minute; a line has no mean.
    """

    kind: str
    way: str
    count: int
    mean: float | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Minute:
    """One minute of one counter that was looked at, `at` its beginning. No counts: nothing was there, truly zero.

    `counter_id` is the camera's own id for its whole picture; `looks` says how many pictures it rests on.
    """

    camera_id: UUID
    counter_id: UUID
    at: datetime
    looks: int
    counts: tuple[Count, ...] = field(default=())


async def counts_of(
    tx: Tx,
    *,
    since: datetime,
    until: datetime,
    camera_id: UUID | None = None,
    counter_ids: Sequence[UUID] | None = None,
    kinds: Iterable[str] | None = None,
) -> list[Minute]:
    """Return what cameras counted from `since` up to before `until`, by minute: the feed for signals and crowding.

    Ordered by time, then counter. A minute that nobody looked at is **not in the list**: unknown is not zero. `kinds`
    leaves other kinds out, and no minute. Minutes are kept for 90 days (`counting.COUNTS_KEPT`); a minute is there a
    few seconds after its end. Within the transaction's stations, by row-level security.
    """
    joined = camera_counted.outerjoin(
        camera_count,
        and_(camera_count.c.counter_id == camera_counted.c.counter_id, camera_count.c.at == camera_counted.c.at),
    )
    query = select(
        camera_counted.c.device_id,
        camera_counted.c.counter_id,
        camera_counted.c.at,
        camera_counted.c.looks,
        camera_count.c.kind,
        camera_count.c.way,
        camera_count.c.count,
        camera_count.c.mean,
    ).select_from(joined)
    query = query.where(camera_counted.c.at >= since, camera_counted.c.at < until)
    if camera_id is not None:
        query = query.where(camera_counted.c.device_id == camera_id)
    if counter_ids is not None:
        query = query.where(camera_counted.c.counter_id.in_(list(counter_ids)))
    wanted = None if kinds is None else frozenset(kinds)
    found: dict[tuple[UUID, datetime], tuple[dict[str, Any], list[Count]]] = {}
    order = (camera_counted.c.at, camera_counted.c.counter_id, camera_count.c.kind, camera_count.c.way)
    for row in await tx.all(query.order_by(*order)):
        _first, counts = found.setdefault((row["counter_id"], row["at"]), (row, []))
        if row["kind"] is not None and (wanted is None or row["kind"] in wanted):
            counts.append(Count(kind=row["kind"], way=row["way"], count=row["count"], mean=row["mean"]))
    return [
        Minute(
            camera_id=row["device_id"],
            counter_id=row["counter_id"],
            at=row["at"],
            looks=row["looks"],
            counts=tuple(counts),
        )
        for row, counts in found.values()
    ]


async def note_minutes(tx: Tx, station_id: StationId, minutes: Sequence[Minute]) -> None:
    """Write minutes down; one told again changes nothing."""
    looked = [
        {
            "station_id": station_id,
            "device_id": one.camera_id,
            "counter_id": one.counter_id,
            "at": one.at,
            "looks": one.looks,
        }
        for one in minutes
    ]
    counted = [
        {
            "station_id": station_id,
            "device_id": one.camera_id,
            "counter_id": one.counter_id,
            "at": one.at,
            "kind": count.kind,
            "way": count.way,
            "count": count.count,
            "mean": count.mean,
        }
        for one in minutes
        for count in one.counts
    ]
    if looked:
        await tx.execute(insert(camera_counted).on_conflict_do_nothing(), looked)
    if counted:
        await tx.execute(insert(camera_count).on_conflict_do_nothing(), counted)


async def forget_counts(tx: Tx, before: datetime) -> None:
    """Delete what was counted before a moment."""
    await tx.execute(delete(camera_count).where(camera_count.c.at < before))
    await tx.execute(delete(camera_counted).where(camera_counted.c.at < before))


async def counters_of(tx: Tx, camera_id: UUID, *, removed: bool = False) -> list[dict[str, Any]]:
    """Return a camera's lines and areas, oldest first; `removed`: those taken away too."""
    query = select(camera_counter).where(camera_counter.c.device_id == camera_id)
    if not removed:
        query = query.where(camera_counter.c.removed_at.is_(None))
    return await tx.all(query.order_by(camera_counter.c.made_at, camera_counter.c.id))


async def every_counter(tx: Tx) -> dict[UUID, list[dict[str, Any]]]:
    """Return the lines and areas of all cameras in scope, by camera."""
    query = select(camera_counter).where(camera_counter.c.removed_at.is_(None))
    found: dict[UUID, list[dict[str, Any]]] = {}
    for row in await tx.all(query.order_by(camera_counter.c.made_at, camera_counter.c.id)):
        found.setdefault(row["device_id"], []).append(row)
    return found


async def counter_of(tx: Tx, counter_id: UUID) -> dict[str, Any] | None:
    """Return one line or area, a removed one too, held for this transaction."""
    return await tx.one(select(camera_counter).where(camera_counter.c.id == counter_id).with_for_update())
