"""The high-resolution log: written in days, read for export and for the performance measures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlalchemy.dialects.postgresql import insert

from unjai.model.ids import StationId, id_floor
from unjai.platform.database import Tx
from unjai.platform.partitions import Cut, keep
from unjai.signals.rules.hires import Event
from unjai.signals.store.tables import signal_day, signal_event

KEPT = timedelta(days=90)
_COLUMNS = "id, station_id, junction_id, at, code, param, received_at"
CUT = Cut(table="signal_event", columns=_COLUMNS, step=timedelta(days=1), age=KEPT)


async def note_events(
    tx: Tx, station_id: StationId, junction_id: UUID, events: Sequence[Event], received_at: datetime
) -> None:
    """Write lines of the log; one told again changes nothing."""
    rows = [
        {
            "id": one.id_at(junction_id),
            "station_id": station_id,
            "junction_id": junction_id,
            "at": one.at,
            "code": one.code,
            "param": one.param,
            "received_at": received_at,
        }
        for one in events
    ]
    if rows:
        await tx.execute(insert(signal_event).on_conflict_do_nothing(), rows)


async def events_of(tx: Tx, junction_id: UUID, since: datetime, until: datetime, limit: int = 2_000_000) -> list[Event]:
    """Return the lines of a junction's log from `since` up to before `until`, in order."""
    query = select(signal_event.c.at, signal_event.c.code, signal_event.c.param).where(
        *_within(junction_id, since, until)
    )
    order = (signal_event.c.at, signal_event.c.code, signal_event.c.param)
    return [Event(**row) for row in await tx.all(query.order_by(*order).limit(limit))]


async def any_event(tx: Tx, junction_id: UUID, since: datetime, until: datetime) -> bool:
    """Tell whether a junction's log has a line from `since` up to before `until`."""
    query = select(signal_event.c.id).where(*_within(junction_id, since, until))
    return await tx.scalar(query.limit(1)) is not None


def _within(junction_id: UUID, since: datetime, until: datetime) -> tuple[ColumnElement[bool], ...]:
    mine = (signal_event.c.junction_id == junction_id) & (signal_event.c.at >= since) & (signal_event.c.at < until)
    return mine, (signal_event.c.id >= id_floor(since)) & (signal_event.c.id < id_floor(until))


async def keep_log(tx: Tx, now: datetime) -> list[str]:
    """Make the days that are due and drop those past their age; runs as `unjai_owner`."""
    return await keep(tx, now, CUT)


async def put_day(
    tx: Tx,
    station_id: StationId,
    junction_id: UUID,
    day: date,
    *,
    events: int,
    figures: Mapping[str, Any],
    at: datetime,
) -> None:
    """Write a day's measures over what stood there."""
    own = {"station_id": station_id, "junction_id": junction_id, "day": day}
    new = insert(signal_day).values(**own, events=events, figures=figures, made_at=at)
    kept = {name: new.excluded[name] for name in ("events", "figures", "made_at")}
    await tx.execute(new.on_conflict_do_update(index_elements=["junction_id", "day"], set_=kept))


async def day_of(tx: Tx, junction_id: UUID, day: date) -> dict[str, Any] | None:
    """Return a day's measures."""
    return await tx.one(select(signal_day).where(signal_day.c.junction_id == junction_id, signal_day.c.day == day))
