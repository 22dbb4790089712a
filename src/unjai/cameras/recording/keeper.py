"""Keeps the recordings within their days and their disc; it alone deletes, and never what is held."""

from __future__ import annotations

import contextlib
import logging
import shutil
import threading
import time
from array import array
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from unjai.cameras.recording.rules import Usage, budget_of, next_to_go, too_old
from unjai.cameras.recording.shelf import (
    Hold,
    Segment,
    all_segments,
    cameras_in,
    day_of,
    folder_of,
    holds_of,
    millis,
    segments_between,
)
from unjai.model.ids import DeviceId, StationId

log = logging.getLogger(__name__)

_MOST_AT_ONCE = 20_000
_SETTLED_MS = 300_000
LONGEST_DAYS = 30.0
"""How long recordings of a camera stay that is no longer in the registry."""


@dataclass(slots=True)
class _Shelf:
    """One camera's recordings by day: how many, how many bytes; and the oldest day's one by one."""

    folder: Path
    days: dict[str, list[int]] = field(default_factory=dict)
    oldest_day: str = ""
    oldest: array[int] = field(default_factory=lambda: array("q"))
    """Begin, end, bytes; begin, end, bytes … of the oldest day's free ones, in order."""
    held_bytes: int = 0
    held: list[Hold] = field(default_factory=list)
    blocked: bool = False
    """A hold could not be read, so nothing of this camera may go."""


@dataclass(frozen=True, slots=True)
class Pass:
    """What a pass did: recordings gone by age and by want of room, and bytes over the budget that are all held."""

    too_old: int
    for_room: int
    used_bytes: int
    budget_bytes: int


class Keeper:
    """All recordings under one root. `note` is called by whoever finishes one; `tidy` by one thread now and then."""

    def __init__(
        self,
        root: Path,
        *,
        asked_bytes: int,
        floor_bytes: int,
        room_bytes: Callable[[], int] | None = None,
    ) -> None:
        """Know nothing yet; `scan` reads what lies there. `room_bytes` tells what is free on the disc."""
        self.root = root
        self._asked, self._floor = asked_bytes, floor_bytes
        self._room = room_bytes or (lambda: shutil.disk_usage(root).free)
        self._shelves: dict[DeviceId, _Shelf] = {}
        self._lock = threading.Lock()
        self.known = False
        """Whether all that lies there was counted: before that nothing is dropped for want of room."""
        self.last: Pass | None = None
        self._looked_s, self._seen = -10.0, 0

    def scan(self) -> None:
        """Count all that lies there; a minute for millions of files, while recording goes on."""
        for _station, camera_id, folder in cameras_in(self.root):
            days: dict[str, list[int]] = {}
            for segment, size in all_segments(folder):
                row = days.setdefault(segment.file.parent.name, [0, 0])
                row[0] += 1
                row[1] += size
            with self._lock:
                shelf = self._shelves.setdefault(camera_id, _Shelf(folder))
                shelf.days = days
                shelf.oldest_day = ""
        self.known = True

    def note(self, station_id: StationId, camera_id: DeviceId, segment: Segment, size: int) -> None:
        """Count a recording that was finished."""
        with self._lock:
            shelf = self._shelves.setdefault(camera_id, _Shelf(folder_of(self.root, station_id, camera_id)))
            row = shelf.days.setdefault(segment.file.parent.name, [0, 0])
            row[0] += 1
            row[1] += size
            if segment.file.parent.name == shelf.oldest_day:
                shelf.oldest.extend((segment.begins_ms, segment.ends_ms, size))

    def room(self) -> int:
        """Return the bytes free above the floor, as they were a second ago at most; recording stops at none."""
        now = time.monotonic()
        if now - self._looked_s > 1.0:
            self._looked_s, self._seen = now, self._room() - self._floor
        return self._seen

    def used(self) -> dict[DeviceId, int]:
        """Return the bytes of each camera."""
        with self._lock:
            return {key: sum(row[1] for row in shelf.days.values()) for key, shelf in self._shelves.items()}

    def tidy(self, keep_days: Mapping[DeviceId, float], now_ms: int) -> Pass:
        """Drop what is past its days, then what does not fit; errors of single files stop nothing else."""
        with self._lock:
            shelves = dict(self._shelves)
        for shelf in shelves.values():
            self._look_at_holds(shelf, now_ms)
        aged = sum(self._drop_old(shelf, now_ms, keep_days.get(key, LONGEST_DAYS)) for key, shelf in shelves.items())
        gone = self._make_room(shelves) if self.known else 0
        used = sum(self.used().values())
        self.last = Pass(aged, gone, used, self._budget(used))
        return self.last

    def _budget(self, used: int) -> int:
        return budget_of(
            asked_bytes=self._asked,
            floor_bytes=self._floor + self._floor // 4,
            used_bytes=used,
            room_bytes=self._room(),
        )

    def _make_room(self, shelves: Mapping[DeviceId, _Shelf]) -> int:
        usage = {key: self._usage(shelf) for key, shelf in shelves.items()}
        budget = self._budget(sum(self.used().values()))
        gone = 0
        while gone < _MOST_AT_ONCE and (key := next_to_go(usage, budget)) is not None:
            shelf = shelves[key]
            begins, ends, size = shelf.oldest[0], shelf.oldest[1], shelf.oldest[2]
            del shelf.oldest[:3]
            self._remove(shelf, begins, ends, size)
            gone += 1
            usage[key] = self._usage(shelf)
        return gone

    def _drop_old(self, shelf: _Shelf, now_ms: int, keep_days: float) -> int:
        gone = 0
        while self._load_oldest(shelf) and too_old(shelf.oldest[1], now_ms=now_ms, keep_days=keep_days):
            begins, ends, size = shelf.oldest[0], shelf.oldest[1], shelf.oldest[2]
            del shelf.oldest[:3]
            self._remove(shelf, begins, ends, size)
            gone += 1
        return gone

    def _usage(self, shelf: _Shelf) -> Usage:
        here = self._load_oldest(shelf)
        with self._lock:
            total = sum(row[1] for row in shelf.days.values())
        if shelf.blocked:
            return Usage(0, total, None)
        return Usage(max(0, total - shelf.held_bytes), shelf.held_bytes, shelf.oldest[0] if here else None)

    def _look_at_holds(self, shelf: _Shelf, now_ms: int) -> None:
        """See what is held now; a hold that cannot be read holds all of its camera."""
        try:
            found = holds_of(shelf.folder)
        except ValueError as error:
            if not shelf.blocked:
                log.error("a hold cannot be read, nothing of the camera is dropped: %s", error)  # noqa: TRY400
            shelf.blocked = True
            return
        growing = any(millis(one.ends) > now_ms - _SETTLED_MS for one in found)
        if found == shelf.held and not growing and not shelf.blocked:
            return
        shelf.blocked, shelf.held = False, found
        shelf.oldest_day, shelf.oldest = "", array("q")
        covered = {
            segment.file
            for one in found
            for segment in segments_between(shelf.folder, millis(one.begins), millis(one.ends))
            if segment.file.suffix == ".mp4"
        }
        shelf.held_bytes = sum(_size(file) for file in covered)

    def _load_oldest(self, shelf: _Shelf) -> bool:
        """Have the oldest free recordings one by one; False where none may go."""
        if shelf.blocked:
            return False
        while not shelf.oldest:
            with self._lock:
                later = sorted(day for day in shelf.days if day > shelf.oldest_day)
            if not later:
                return False
            shelf.oldest_day = later[0]
            rows = sorted(
                (segment.begins_ms, segment.ends_ms, size)
                for segment, size in all_segments(shelf.folder, later[0])
                if not any(one.covers(segment) for one in shelf.held)
            )
            with self._lock:
                shelf.oldest = array("q", [value for row in rows for value in row])
        return True

    def _remove(self, shelf: _Shelf, begins_ms: int, ends_ms: int, size: int) -> None:
        day = day_of(begins_ms)
        file = shelf.folder / day / f"{begins_ms}-{ends_ms}.mp4"
        try:
            file.unlink(missing_ok=True)
        except OSError as error:
            log.warning("a recording cannot be removed: %s", error)
            return
        with self._lock:
            row = shelf.days.get(day, [0, 0])
            row[0] -= 1
            row[1] -= size
            if row[0] <= 0:
                shelf.days.pop(day, None)
        if row[0] <= 0:
            with contextlib.suppress(OSError):
                file.parent.rmdir()


def _size(file: Path) -> int:
    try:
        return file.stat().st_size
    except OSError:
        return 0
