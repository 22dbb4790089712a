"""Reads as they come, for the strip of the console: told after they were matched, never stored, never of the past."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import msgspec
from nats.errors import Error as NatsError

from unjai.model.ids import StationId
from unjai.model.reading import Observation
from unjai.plates.rules.matching import Verdict
from unjai.platform.streams import Bus

log = logging.getLogger(__name__)

RIGHT: Final = "plates.read"
LATELY: Final = timedelta(seconds=60)
"""What came earlier is no news: after a restart the stream is read again from the place that was kept."""
_MOST: Final = 60


def subject(station_id: int) -> str:
    """Return where a station's reads are told."""
    return f"reads.{station_id}"


def row_of(seen: Observation, at: datetime, worth: Verdict | None) -> dict[str, Any]:
    """Return what the strip shows of a read: plate, place, camera, time, and whether it is on the watch list."""
    said = seen.payload
    confidence = said.get("confidence")
    return {
        "id": str(seen.id),
        "at": at,
        "camera": _text(said.get("camera")) or seen.source,
        "registration": _text(said.get("registration")),
        "province": _text(said.get("province")),
        "confidence": float(confidence) if isinstance(confidence, int | float) else None,
        "grade": worth,
    }


async def tell(
    bus: Bus, now: datetime, batch: Sequence[tuple[Observation, datetime]], worth: Mapping[UUID, Verdict]
) -> None:
    """Tell who listens of reads that just came; of a flood the newest, and how many there were."""
    told: dict[StationId, list[dict[str, Any]]] = defaultdict(list)
    for seen, at in batch:
        if now - seen.received_at <= LATELY:
            told[seen.station_id].append(row_of(seen, at, worth.get(seen.id)))
    for station_id, rows in told.items():
        body = {"n": len(rows), "reads": rows[-_MOST:]}
        try:
            await bus.tell(subject(station_id), msgspec.json.encode(body))
        except (NatsError, OSError) as error:
            log.warning("the strip of reads was not told: %s", error)


def _text(value: object) -> str | None:
    return value[:80] if isinstance(value, str) and value else None
