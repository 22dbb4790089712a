"""A step of RECORD: what cameras counted becomes the feed by camera, line, kind and minute (`cameras.store.counts`)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID

from unjai.cameras.store.counts import Count, Minute, note_minutes
from unjai.model.ids import StationId
from unjai.model.reading import Observation
from unjai.sense.record import Writing

CAMERA_COUNT = "camera_count"


async def note_counts(writing: Writing) -> None:
    """Write the minutes of a batch; a repeat changes nothing."""
    told: dict[StationId, list[Minute]] = {}
    for seen in writing.batch:
        if seen.kind == CAMERA_COUNT and seen.device_id is not None:
            told.setdefault(seen.station_id, []).extend(minutes_of(seen))
    for station_id, minutes in told.items():
        await note_minutes(writing.tx, station_id, minutes)


def minutes_of(seen: Observation) -> Iterator[Minute]:
    """Yield a minute for the whole picture and for each line and area that counted."""
    said = seen.payload
    looks = said.get("looks")
    if seen.device_id is None or not isinstance(looks, int) or looks < 1:
        return
    own: dict[UUID, list[Count]] = {seen.device_id: []}
    own |= {key: [] for key in map(_uuid, _list(said.get("counters"))) if key is not None}
    there = said.get("there")
    for kind, one in there.items() if isinstance(there, Mapping) else ():
        own[seen.device_id].append(Count(kind=kind, way="", count=_whole(one, "most"), mean=_mean(one)))
    for one in _list(said.get("inside")):
        if (key := _uuid(one.get("area"))) in own:
            own[key].append(Count(kind=one["kind"], way="", count=_whole(one, "most"), mean=_mean(one)))
    for one in _list(said.get("crossed")):
        if (key := _uuid(one.get("line"))) in own and one.get("way") in {"left", "right"}:
            own[key].append(Count(kind=one["kind"], way=one["way"], count=_whole(one, "count")))
    for key, counts in own.items():
        yield Minute(
            camera_id=seen.device_id,
            counter_id=key,
            at=seen.observed_at,
            looks=looks,
            counts=tuple(one for one in counts if one.count > 0),
        )


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _whole(one: Mapping[str, Any], name: str) -> int:
    value = one.get(name)
    return value if isinstance(value, int) else 0


def _mean(one: Mapping[str, Any]) -> float | None:
    value = one.get("mean")
    return float(value) if isinstance(value, int | float) else 0.0


def _uuid(value: object) -> UUID | None:
    try:
        return UUID(str(value))
    except ValueError:
        return None
