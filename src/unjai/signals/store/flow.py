"""Flow by junction, approach and hour: what went over the stop lines. `flow_of` is the feed for other capabilities."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import delete, select, text
from sqlalchemy.dialects.postgresql import insert

from unjai.model.ids import StationId
from unjai.platform.database import Tx
from unjai.signals.store.tables import signal_junction, signal_minute

Step = Literal["quarter", "hour"]
_STEPS: dict[Step, str] = {"quarter": "15 minutes", "hour": "1 hour"}


@dataclass(frozen=True, kw_only=True, slots=True)
class LaneMinute:
    """What went over a lane's stop line from `at` on, for `lasts_s` seconds."""

    junction_id: UUID
    lane: str
    at: datetime
    lasts_s: int
    car: int
    motorcycle: int
    heavy: int
    occupancy: float | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Flow:
    """Vehicles over the stop lines of an approach in a quarter of an hour or an hour that begins at `at`.

    `counted_s` says how many lane-seconds were counted of `whole_s`, those of the step that lie in what was asked for:
    below it, the true flow is higher.
    """

    junction_id: UUID
    approach: str
    at: datetime
    car: int
    motorcycle: int
    heavy: int
    counted_s: int
    whole_s: int


async def flow_of(
    tx: Tx, *, since: datetime, until: datetime, step: Step = "hour", junction_id: UUID | None = None
) -> list[Flow]:
    """Return flow from `since` up to before `until`, by time, junction and approach.

    Steps that nobody counted are **not in the list**: unknown is not zero. Kept for 90 days. Within the transaction's
    stations, by row-level security.
    """
    query = text(
        f"SELECT junction_id, lane, date_bin('{_STEPS[step]}', at, TIMESTAMPTZ 'epoch') AS at,"  # noqa: S608  names of our own
        " sum(car)::int AS car, sum(motorcycle)::int AS motorcycle, sum(heavy)::int AS heavy,"
        " sum(lasts_s)::int AS counted_s FROM signal_minute"
        " WHERE at >= :since AND at < :until AND (CAST(:junction AS uuid) IS NULL OR junction_id = :junction)"
        " GROUP BY 1, 2, 3"
    )
    rows = await tx.all(query, {"since": since, "until": until, "junction": junction_id})
    arms = await _approaches(tx, {row["junction_id"] for row in rows})
    lasts = timedelta(minutes=15) if step == "quarter" else timedelta(hours=1)
    found: dict[tuple[datetime, UUID, str], dict[str, int]] = {}
    for row in rows:
        lanes = arms.get(row["junction_id"], {})
        if row["lane"] not in lanes:
            continue
        approach = lanes[row["lane"]]
        span_s = int((min(row["at"] + lasts, until) - max(row["at"], since)).total_seconds())
        whole = span_s * sum(one == approach for one in lanes.values())
        sums = found.setdefault((row["at"], row["junction_id"], approach), {"whole_s": whole})
        for name in ("car", "motorcycle", "heavy", "counted_s"):
            sums[name] = sums.get(name, 0) + row[name]
    return [
        Flow(junction_id=junction_id, approach=approach, at=at, **sums)
        for (at, junction_id, approach), sums in sorted(found.items(), key=lambda one: (one[0][0], str(one[0][1:])))
    ]


async def _approaches(tx: Tx, junctions: set[UUID]) -> dict[UUID, dict[str, str]]:
    """Return lane → approach by junction, removed junctions too: their flow stays true."""
    query = select(signal_junction.c.id, signal_junction.c.definition).where(signal_junction.c.id.in_(junctions))
    rows: list[dict[str, Any]] = await tx.all(query) if junctions else []
    return {row["id"]: {one["key"]: one["approach"] for one in row["definition"]["lanes"]} for row in rows}


async def note_lanes(tx: Tx, station_id: StationId, minutes: Sequence[LaneMinute]) -> None:
    """Write what was counted; told again it changes nothing."""
    rows = [
        {
            "station_id": station_id,
            "junction_id": one.junction_id,
            "lane": one.lane,
            "at": one.at,
            "lasts_s": one.lasts_s,
            "car": one.car,
            "motorcycle": one.motorcycle,
            "heavy": one.heavy,
            "occupancy": one.occupancy,
        }
        for one in minutes
    ]
    if rows:
        await tx.execute(insert(signal_minute).on_conflict_do_nothing(), rows)


async def forget_lanes(tx: Tx, before: datetime) -> None:
    """Delete what was counted before a moment."""
    await tx.execute(delete(signal_minute).where(signal_minute.c.at < before))
