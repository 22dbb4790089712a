"""Recordings as players and people want them: what is there, a playlist (RFC 8216), a segment, one ordinary file.

All of it reads the disc and belongs into a thread.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from urllib.parse import urlencode

from unjai.cameras.mp4.boxes import TIMESCALE, moved
from unjai.cameras.mp4.progressive import Export, Piece, export_of
from unjai.cameras.mp4.reading import Contents, contents_of, init_of
from unjai.cameras.recording.shelf import (
    JOINED_S,
    Segment,
    covered,
    folder_of,
    gaps,
    holds_of,
    millis,
    moment,
    segments_between,
)
from unjai.model.errors import UnjaiError, not_found
from unjai.model.ids import DeviceId, StationId

_TICKS_PER_MS = TIMESCALE // 1000


@dataclass(frozen=True, slots=True)
class Range:
    """A camera's recordings in a range of time."""

    since: datetime
    until: datetime
    segments: tuple[Segment, ...]

    @property
    def present(self) -> list[tuple[datetime, datetime]]:
        """Return the intervals with recording."""
        return _times(covered(self.segments, millis(self.since), millis(self.until)))

    @property
    def missing(self) -> list[tuple[datetime, datetime]]:
        """Return the intervals without: the gap map."""
        begins, ends = millis(self.since), millis(self.until)
        return _times(gaps(covered(self.segments, begins, ends), begins, ends))


def _times(intervals: list[tuple[float, float]]) -> list[tuple[datetime, datetime]]:
    return [(moment(begin), moment(end)) for begin, end in intervals]


def found_between(root: Path, station_id: StationId, camera_id: DeviceId, since: datetime, until: datetime) -> Range:
    """Return what was recorded in a range."""
    folder = folder_of(root, station_id, camera_id)
    return Range(since, until, tuple(segments_between(folder, millis(since), millis(until))))


def held_between(root: Path, station_id: StationId, camera_id: DeviceId) -> list[tuple[datetime, datetime]]:
    """Return the ranges of a camera that are held; raise `recordings_unreadable` (500)."""
    try:
        return [(one.begins, one.ends) for one in holds_of(folder_of(root, station_id, camera_id))]
    except ValueError as error:
        raise UnjaiError("recordings_unreadable", 500) from error


def playlist(found: Range, base: str) -> str:
    """Return the playlist of a range, its segments under `base`; raise `recording_missing` (404) where there is none.

    Times on the player's line are wall-clock times since the first segment: a gap stays a gap.
    """
    if not found.segments:
        raise UnjaiError("recording_missing", 404)
    origin = found.segments[0].begins_ms
    longest = max(one.ends_ms - one.begins_ms for one in found.segments)
    lines = ["#EXTM3U", "#EXT-X-VERSION:7", f"#EXT-X-TARGETDURATION:{max(1, round(longest / 1000 + 0.5))}"]
    lines += ["#EXT-X-PLAYLIST-TYPE:VOD", "#EXT-X-INDEPENDENT-SEGMENTS"]
    init, ends_ms = b"", None
    for one in found.segments:
        try:
            own = init_of(one.file)
        except (OSError, ValueError):
            continue  # it went while we looked
        gap = ends_ms is not None and one.begins_ms - ends_ms > JOINED_S * 1000
        if init and (gap or own != init):
            lines.append("#EXT-X-DISCONTINUITY")
        if own != init:
            lines.append(f'#EXT-X-MAP:URI="{base}/{one.begins_ms}/init.mp4"')
        init, ends_ms = own, one.ends_ms
        lines.append(f"#EXT-X-PROGRAM-DATE-TIME:{moment(one.begins_ms).isoformat(timespec='milliseconds')}")
        lines.append(f"#EXTINF:{(one.ends_ms - one.begins_ms) / 1000:.3f},")
        lines.append(f"{base}/{one.begins_ms}/media.mp4?{urlencode({'at_ms': one.begins_ms - origin})}")
    return "\n".join([*lines, "#EXT-X-ENDLIST", ""])


def segment_at(root: Path, station_id: StationId, camera_id: DeviceId, begins_ms: int) -> Segment:
    """Return the recording that begins at a millisecond; raise `not_found` (404)."""
    folder = folder_of(root, station_id, camera_id)
    for one in segments_between(folder, begins_ms, begins_ms + 1):
        if one.begins_ms == begins_ms:
            return one
    raise not_found("recording", begins_ms)


def init_bytes(segment: Segment) -> bytes:
    """Return a recording's init segment; raise `not_found` (404) where it has gone."""
    try:
        return init_of(segment.file)
    except (OSError, ValueError):
        raise not_found("recording", segment.begins_ms) from None


def whole(segment: Segment) -> Contents:
    """Return what lies in a recording; raise `not_found` (404) where it has gone."""
    try:
        return contents_of(segment.file)
    except (OSError, ValueError):
        raise not_found("recording", segment.begins_ms) from None


def media_bytes(segment: Segment, held: Contents, at_ms: int) -> Iterator[bytes]:
    """Yield a recording's fragments, moved so that the first is at `at_ms` on the player's line."""
    if not held.fragments:
        return
    shift = at_ms * _TICKS_PER_MS - held.fragments[0].first
    with segment.file.open("rb") as handle:
        for one in held.fragments:
            handle.seek(one.offset)
            yield moved(handle.read(one.size), shift)


def clip(found: Range) -> Export:
    """Return one ordinary file of a range, by copy; raise `recording_missing` (404) where there is none."""
    pieces = []
    for one in found.segments:
        try:
            pieces.append(Piece(one.file, contents_of(one.file), one.begins_ms / 1000))
        except (OSError, ValueError):
            continue
    made = export_of(pieces, millis(found.since) / 1000, millis(found.until) / 1000)
    if made is None:
        raise UnjaiError("recording_missing", 404)
    return made
