"""Routes of stills, states and recordings; live pictures come by the socket ``/ws/camera/{id}``."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import StreamingResponse

from unjai.cameras.desk import Desk
from unjai.cameras.flows.watching import Way, begin_watching, note_clip
from unjai.cameras.recording import playback
from unjai.cameras.recording.shelf import Segment, moment
from unjai.cameras.schemas.streams import (
    CameraStateOut,
    CameraStatesOut,
    IntervalOut,
    RecordingsOut,
    SegmentOut,
)
from unjai.cameras.watched import Watched
from unjai.model.errors import UnjaiError
from unjai.model.ids import DeviceId, StationId
from unjai.platform.http import Ask, allowed

router = APIRouter(tags=["cameras"])

_MOST_LISTED, _MOST_PLAYED, _MOST_CLIP = timedelta(days=31), timedelta(hours=24), timedelta(hours=2)
_FILM: dict[int | str, dict[str, Any]] = {200: {"content": {"video/mp4": {}}}}
STILL: dict[int | str, dict[str, Any]] = {200: {"content": {"image/jpeg": {}}}, 304: {"description": "the same still"}}
PRIVATE = {"Cache-Control": "private, no-cache", "Content-Encoding": "identity"}
"""Pictures are as small as they get: the edge need not try."""

Watches = Annotated[Ask, allowed("camera.watch")]
Replays = Annotated[Ask, allowed("camera.replay")]
Exports = Annotated[Ask, allowed("camera.export")]
Reads = Annotated[Ask, allowed("camera.read")]
Since = Annotated[datetime, Query(description="First moment, with its offset from UTC.")]
Until = Annotated[datetime, Query(description="Last moment, with its offset from UTC.")]


def desk_of(request: Request) -> Desk:
    """Return the web process's side of cameras."""
    desk: Desk = request.app.state.cameras
    return desk


def _root(request: Request) -> Path:
    root: Path = request.app.state.recordings
    return root


async def looked(ask: Ask, camera_id: UUID, way: Way) -> StationId:
    """Return the camera's station, once this look stands in the log."""
    watched: Watched = ask.request.app.state.watched
    key, now = DeviceId(camera_id), ask.clock.now()
    known = watched.known(ask.actor, key, way, now)
    if known is not None:
        return known
    station_id = await begin_watching(ask.tx, ask.actor, ask.clock, camera_id=key, way=way)

    async def begun() -> None:
        watched.begun(ask.actor, station_id, key, way, now)

    ask.tx.after_commit(begun)
    return station_id


def _range(since: datetime, until: datetime, most: timedelta) -> tuple[datetime, datetime]:
    """Return a range in UTC; raise `range_invalid` (422)."""
    begins = since if since.tzinfo is not None else since.replace(tzinfo=UTC)
    ends = until if until.tzinfo is not None else until.replace(tzinfo=UTC)
    if not timedelta() < ends - begins <= most:
        raise UnjaiError("range_invalid", 422, most_hours=int(most.total_seconds() // 3600))
    return begins.astimezone(UTC), ends.astimezone(UTC)


@router.get("/camera-states")
async def camera_states(ask: Reads) -> CameraStatesOut:
    """Return what the cameras' processes tell of the station's cameras."""
    told = desk_of(ask.request).states()
    own = [state for state in told.values() if StationId(state["station_id"]) in ask.actor.stations]
    return CameraStatesOut(now=ask.clock.now(), cameras=[_state(one) for one in own])


def _state(told: dict[str, Any]) -> CameraStateOut:
    still_at = told["still_at"]
    return CameraStateOut.model_validate({**told, "still_at": None if still_at is None else moment(still_at * 1000)})


@router.get("/cameras/{camera_id}/still", response_class=Response, responses=STILL)
async def camera_still(camera_id: UUID, ask: Watches) -> Response:
    """Return the camera's newest still, masked. `X-Still-At` is when it was, `Age` how many seconds ago."""
    station_id = await looked(ask, camera_id, "still")
    still = await desk_of(ask.request).still(station_id, DeviceId(camera_id))
    if still is None:
        raise UnjaiError("camera_no_still", 503)
    age_s = max(0.0, (ask.clock.now() - still.at).total_seconds())
    tag = f'"{round(still.at.timestamp() * 1000):x}"'
    headers = {**PRIVATE, "ETag": tag, "X-Still-At": still.at.isoformat(), "Age": str(round(age_s))}
    if ask.request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers=headers)
    return Response(still.jpeg, media_type="image/jpeg", headers=headers)


@router.get("/cameras/{camera_id}/recordings")
async def recordings(camera_id: UUID, ask: Replays, since: Since, until: Until) -> RecordingsOut:
    """Return from when to when the camera was recorded, and the gaps between."""
    begins, ends = _range(since, until, _MOST_LISTED)
    station_id = await looked(ask, camera_id, "replay")
    root, key = _root(ask.request), DeviceId(camera_id)
    found = await asyncio.to_thread(playback.found_between, root, station_id, key, begins, ends)
    held = await asyncio.to_thread(playback.held_between, root, station_id, key)
    segments = found.segments if ends - begins <= _MOST_PLAYED else ()
    return RecordingsOut(
        since=begins,
        until=ends,
        present=[IntervalOut(since=one, until=other) for one, other in found.present],
        missing=[IntervalOut(since=one, until=other) for one, other in found.missing],
        held=[IntervalOut(since=one, until=other) for one, other in held if one < ends and other > begins],
        segments=[
            SegmentOut(
                since=moment(one.begins_ms),
                until=moment(one.ends_ms),
                init=f"recordings/{one.begins_ms}/init.mp4",
                media=f"recordings/{one.begins_ms}/media.mp4",
            )
            for one in segments
        ],
    )


@router.get("/cameras/{camera_id}/recordings.m3u8", response_class=Response)
async def recordings_playlist(camera_id: UUID, ask: Replays, since: Since, until: Until) -> Response:
    """Return a playlist of the recordings in a range (HLS), a day at most."""
    begins, ends = _range(since, until, _MOST_PLAYED)
    station_id = await looked(ask, camera_id, "replay")
    root, key = _root(ask.request), DeviceId(camera_id)
    found = await asyncio.to_thread(playback.found_between, root, station_id, key, begins, ends)
    body = await asyncio.to_thread(playback.playlist, found, "recordings")
    return Response(body, media_type="application/vnd.apple.mpegurl", headers=PRIVATE)


@router.get("/cameras/{camera_id}/recordings/{begins_ms}/init.mp4", response_class=Response, responses=_FILM)
async def recording_init(camera_id: UUID, begins_ms: int, ask: Replays) -> Response:
    """Return what a player needs before the recording that begins at this millisecond."""
    station_id = await looked(ask, camera_id, "replay")
    segment = await _segment(ask.request, station_id, camera_id, begins_ms)
    body = await asyncio.to_thread(playback.init_bytes, segment)
    return Response(body, media_type="video/mp4", headers=PRIVATE)


@router.get("/cameras/{camera_id}/recordings/{begins_ms}/media.mp4", response_class=Response, responses=_FILM)
async def recording_media(
    camera_id: UUID,
    begins_ms: int,
    ask: Replays,
    at_ms: Annotated[int, Query(ge=0, le=10**12, description="Where it begins on the player's time line.")] = 0,
) -> Response:
    """Return the recording that begins at this millisecond, without what stands in `init.mp4`."""
    station_id = await looked(ask, camera_id, "replay")
    segment = await _segment(ask.request, station_id, camera_id, begins_ms)
    held = await asyncio.to_thread(playback.whole, segment)
    size = sum(one.size for one in held.fragments)
    parts = playback.media_bytes(segment, held, at_ms)
    return StreamingResponse(
        _in_thread(parts), media_type="video/mp4", headers={**PRIVATE, "Content-Length": str(size)}
    )


@router.get("/cameras/{camera_id}/clip", response_class=Response, responses=_FILM)
async def recording_clip(camera_id: UUID, ask: Exports, since: Since, until: Until) -> Response:
    """Return one ordinary MP4 of a range, by copy. `X-Clip-Since` and `X-Clip-Until` are its real ends."""
    begins, ends = _range(since, until, _MOST_CLIP)
    key = DeviceId(camera_id)
    station_id = await note_clip(ask.tx, ask.actor, ask.clock, camera_id=key, since=begins, until=ends)
    found = await asyncio.to_thread(playback.found_between, _root(ask.request), station_id, key, begins, ends)
    made = await asyncio.to_thread(playback.clip, found)
    first = moment(made.begins_s * 1000)
    name = quote(f"{camera_id}-{first:%Y%m%dT%H%M%SZ}.mp4")
    headers = {
        **PRIVATE,
        "Content-Length": str(made.size_bytes),
        "Content-Disposition": f"attachment; filename*=UTF-8''{name}",
        "X-Clip-Since": first.isoformat(),
        "X-Clip-Until": moment(made.ends_s * 1000).isoformat(),
        "X-Clip-Gaps": str(len(made.gaps)),
    }
    return StreamingResponse(_in_thread(made.parts()), media_type="video/mp4", headers=headers)


async def _segment(request: Request, station_id: StationId, camera_id: UUID, begins_ms: int) -> Segment:
    if not 0 <= begins_ms < 10**14:
        raise UnjaiError("range_invalid", 422, most_hours=24)
    return await asyncio.to_thread(playback.segment_at, _root(request), station_id, DeviceId(camera_id), begins_ms)


_ENOUGH_BYTES = 1 << 18


async def _in_thread(parts: Iterator[bytes]) -> AsyncIterator[bytes]:
    """Yield what a thread reads, some at a time; a file that goes meanwhile cuts the answer off."""

    def some() -> bytes:
        taken = bytearray()
        for part in parts:
            taken += part
            if len(taken) >= _ENOUGH_BYTES:
                break
        return bytes(taken)

    while chunk := await asyncio.to_thread(some):
        yield chunk
