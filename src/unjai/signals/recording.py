"""A step of RECORD: what boxes counted becomes the flow, and a controller's log becomes the junction's."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from uuid import UUID

from unjai.model.ids import EPOCH, StationId
from unjai.model.reading import Observation
from unjai.sense.record import Writing
from unjai.signals.rules.hires import Event
from unjai.signals.store.flow import LaneMinute, note_lanes
from unjai.signals.store.junctions import boxes
from unjai.signals.store.log import note_events

COUNT, LOG = "signal_count", "signal_log"


async def note_signals(writing: Writing) -> None:
    """Write the counts and logs of a batch; a repeat changes nothing, a box of no junction is recorded as it is."""
    told = [one for one in writing.batch if one.kind in (COUNT, LOG) and one.device_id is not None]
    if not told:
        return
    known = await boxes(writing.tx)
    for seen in told:
        junction_id = known.get(seen.device_id) if seen.device_id is not None else None
        if junction_id is None:
            continue
        station_id = StationId(seen.station_id)
        if seen.kind == COUNT:
            await note_lanes(writing.tx, station_id, list(lanes_of(seen, junction_id)))
        else:
            await note_events(writing.tx, station_id, junction_id, list(events_of(seen)), seen.received_at)


def lanes_of(seen: Observation, junction_id: UUID) -> Iterator[LaneMinute]:
    """Yield what each lane of a message counted; `at` is when the counting began."""
    lasts, lanes = seen.payload.get("lasts_s"), seen.payload.get("lanes")
    if not isinstance(lasts, int) or not isinstance(lanes, Mapping):
        return
    for lane, counts in lanes.items():
        yield LaneMinute(
            junction_id=junction_id,
            lane=str(lane),
            at=seen.observed_at,
            lasts_s=lasts,
            car=counts.get("car", 0),
            motorcycle=counts.get("motorcycle", 0),
            heavy=counts.get("heavy", 0),
            occupancy=counts.get("occupancy"),
        )


def events_of(seen: Observation) -> Iterator[Event]:
    """Yield the lines of a log, each once."""
    said = seen.payload.get("events")
    for ms, code, param in {tuple(one) for one in said} if isinstance(said, list) else ():
        yield Event(at=EPOCH + timedelta(milliseconds=ms), code=code, param=param)
