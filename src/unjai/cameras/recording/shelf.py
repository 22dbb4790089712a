"""Where recordings lie: `ROOT/<station>/<camera>/<day>/<begin>-<end>.mp4`, times in milliseconds of Unix time, UTC.

A file that is still written has no end in its name (`<begin>.part`); what was whole in it stays when all is killed.
Holds lie beside the days of a camera (`holds/<key>.json`): what a hold covers is never dropped.
"""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import msgspec

from unjai.cameras.mp4.reading import contents_of
from unjai.model.ids import EPOCH, DeviceId, StationId

_NAME = re.compile(r"(\d{12,14})-(\d{12,14})\.mp4")
_PART = re.compile(r"(\d{12,14})\.part")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_KEY = re.compile(r"[A-Za-z0-9_.-]{1,100}")
HOLDS = "holds"
JOINED_S = 2.0
"""Two recordings with less between them are one: a camera's clock and the wall's differ by that much."""


@dataclass(frozen=True, slots=True, order=True)
class Segment:
    """A recording: from when to when (Unix milliseconds), and its file."""

    begins_ms: int
    ends_ms: int
    file: Path

    def overlaps(self, begins_ms: float, ends_ms: float) -> bool:
        """Tell whether a part of it lies in a range of time."""
        return self.begins_ms < ends_ms and self.ends_ms > begins_ms


class Hold(msgspec.Struct, frozen=True, kw_only=True):
    """A range of time of one camera that must stay: for which case, by whom."""

    key: str
    begins: datetime
    ends: datetime
    why: str
    by: str

    def covers(self, segment: Segment) -> bool:
        """Tell whether any of a recording is held."""
        return segment.overlaps(millis(self.begins), millis(self.ends))


def recordings_root(data: Path, asked: str) -> Path:
    """Return the folder of recordings: `asked`, or the one in the centre's data."""
    return Path(asked).expanduser().absolute() if asked else data / "recordings"


def millis(at: datetime) -> int:
    """Return Unix milliseconds."""
    return (at - EPOCH) // timedelta(milliseconds=1)


def moment(at_ms: float) -> datetime:
    """Return the time of Unix milliseconds."""
    return EPOCH + timedelta(milliseconds=at_ms)


def folder_of(root: Path, station_id: StationId, camera_id: DeviceId) -> Path:
    """Return the folder of a camera's recordings."""
    return root / str(station_id) / str(camera_id)


def day_of(at_ms: float) -> str:
    """Return the name of the day's folder, in UTC."""
    return datetime.fromtimestamp(at_ms / 1000, UTC).date().isoformat()


def cameras_in(root: Path) -> list[tuple[StationId, DeviceId, Path]]:
    """Return every camera that has a folder here."""
    found = []
    for station in _folders(root):
        for camera in _folders(station):
            with contextlib.suppress(ValueError):
                found.append((StationId(int(station.name)), DeviceId(UUID(camera.name)), camera))
    return found


def segments_between(folder: Path, begins_ms: float, ends_ms: float) -> list[Segment]:
    """Return a camera's recordings that touch a range of time, in order; one that is being written counts too."""
    first = moment(begins_ms).date() - timedelta(days=1)
    days = [one for one in _days(folder) if first.isoformat() <= one.name <= day_of(ends_ms)]
    return sorted(one for day in days for one in _in_day(day, parts=True) if one.overlaps(begins_ms, ends_ms))


def all_segments(folder: Path, of_day: str | None = None) -> Iterator[tuple[Segment, int]]:
    """Yield every finished recording of a camera, or of one of its days, with its size in bytes."""
    for day in _days(folder) if of_day is None else [folder / of_day]:
        for one in _in_day(day, parts=False):
            with contextlib.suppress(OSError):
                yield one, one.file.stat().st_size


def parts_in(folder: Path) -> list[Path]:
    """Return the files that were being written when all was killed."""
    return [file for day in _days(folder) for file in day.iterdir() if _PART.fullmatch(file.name)]


def recovered(part: Path) -> Segment | None:
    """Finish a file that was cut off: what is whole stays and gets its name; nothing whole means no file at all."""
    try:
        held = contents_of(part)
    except (OSError, ValueError):
        part.unlink(missing_ok=True)
        return None
    if not held.fragments:
        part.unlink(missing_ok=True)
        return None
    with part.open("r+b") as handle:
        handle.truncate(held.end)
        handle.flush()
        os.fsync(handle.fileno())
    return named(part, int(part.stem), int(part.stem) + round(held.duration_s * 1000))


def named(part: Path, begins_ms: int, ends_ms: int) -> Segment:
    """Give a finished file its name, durably."""
    file = part.with_name(f"{begins_ms}-{max(ends_ms, begins_ms + 1)}.mp4")
    part.replace(file)
    handle = os.open(file.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
    return Segment(begins_ms, max(ends_ms, begins_ms + 1), file)


def covered(segments: Iterable[Segment], begins_ms: float, ends_ms: float) -> list[tuple[float, float]]:
    """Return the intervals with recording inside a range, neighbours joined."""
    joined: list[tuple[float, float]] = []
    for one in sorted(segments):
        begin, end = max(one.begins_ms, begins_ms), min(one.ends_ms, ends_ms)
        if end <= begin:
            continue
        if joined and begin - joined[-1][1] <= JOINED_S * 1000:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((begin, end))
    return joined


def gaps(present: Sequence[tuple[float, float]], begins_ms: float, ends_ms: float) -> list[tuple[float, float]]:
    """Return the intervals of a range without recording: the gap map — ช่วงที่ไม่มีภาพ."""
    missing, at = [], begins_ms
    for begin, end in present:
        if begin > at:
            missing.append((at, begin))
        at = max(at, end)
    if at < ends_ms:
        missing.append((at, ends_ms))
    return missing


def hold(root: Path, station_id: StationId, camera_id: DeviceId, held: Hold) -> None:
    """Keep a range of a camera until it is released; the same key again replaces it. Raises `OSError`."""
    if not _KEY.fullmatch(held.key):
        msg = f"a hold cannot be called {held.key!r}"
        raise ValueError(msg)
    folder = folder_of(root, station_id, camera_id) / HOLDS
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = folder / f"{held.key}.new"
    with fresh.open("wb") as out:
        out.write(msgspec.json.encode(held))
        out.flush()
        os.fsync(out.fileno())
    fresh.replace(folder / f"{held.key}.json")
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def release(root: Path, station_id: StationId, camera_id: DeviceId, key: str) -> bool:
    """Let a held range go its way; tell whether there was one."""
    if not _KEY.fullmatch(key):
        return False
    file = folder_of(root, station_id, camera_id) / HOLDS / f"{key}.json"
    try:
        file.unlink()
    except FileNotFoundError:
        return False
    return True


def holds_of(folder: Path) -> list[Hold]:
    """Return what is held of a camera; raise `ValueError` where a hold cannot be read: then nothing may be dropped."""
    found = []
    for file in sorted((folder / HOLDS).glob("*.json")) if (folder / HOLDS).is_dir() else ():
        try:
            found.append(msgspec.json.decode(file.read_bytes(), type=Hold))
        except FileNotFoundError:
            continue
        except (OSError, msgspec.DecodeError) as error:
            msg = f"{file}: {error}"
            raise ValueError(msg) from error
    return found


def _folders(folder: Path) -> list[Path]:
    try:
        return sorted(one for one in folder.iterdir() if one.is_dir())
    except OSError:
        return []


def _days(folder: Path) -> list[Path]:
    return [one for one in _folders(folder) if _DAY.fullmatch(one.name)]


def _in_day(day: Path, *, parts: bool) -> Iterator[Segment]:
    try:
        names = os.listdir(day)  # noqa: PTH208  thousands of names a day: paths are made for those that count
    except OSError:
        return
    for name in names:
        if found := _NAME.fullmatch(name):
            yield Segment(int(found[1]), int(found[2]), day / name)
        elif parts and (begun := _PART.fullmatch(name)):
            with contextlib.suppress(OSError, ValueError):
                held = contents_of(day / name)
                if held.fragments:
                    yield Segment(int(begun[1]), int(begun[1]) + round(held.duration_s * 1000), day / name)
