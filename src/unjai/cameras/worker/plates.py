"""Reading the plates of lane cameras: one thread for all of a process, behind a queue that never holds anybody up.

Looks at vehicles come from the analysts' threads (`worker.lane`). When more come than can be read the oldest looks are
dropped and counted; what was read of their vehicles already is still told. Each passage ends in one plate that is
told, or in a count: unreadable, no plate seen, or never large and whole enough to be looked at.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Final, Literal

from unjai.cameras.specs import Stream
from unjai.cameras.worker.lane import Lane, Passage, Shot
from unjai.cameras.worker.telling import jpeg_of
from unjai.model.errors import UnjaiError
from unjai.model.ids import DeviceId
from unjai.vision.plates import PlateRead, PlateReader, Sighting, read_of

log = logging.getLogger(__name__)

State = Literal["waiting", "ready", "plate_model_missing", "plate_model_unknown", "plate_finder_missing", "failed"]
"""`waiting`: the model is being read. `plate_finder_missing`: reading goes on by edges alone."""

SURE: Final = 0.96
AGREED: Final = 3
"""So many looks that agree, and are together so sure, are told at once; others once the vehicle is gone."""
_MOST_WAITING_BYTES: Final = 96_000_000
_NICE: Final = 12
_AGAIN_S: Final = 30.0
_STALE_S: Final = 40.0
"""A passage of which nothing came for so long is over: its camera is gone."""
_CROP_MARGIN: Final = (0.12, 0.3)
_QUICK, _THOROUGH = slice(1), slice(1, None)
_PLATELIKE: Final = 0.02
_PROMISING: Final = 0.3
"""So sure must a look be for the slow finder to be asked about the next picture too."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """A plate that was read: the passage's one message. Pictures are JPEG, of the plate and of the whole picture."""

    read: PlateRead
    track: str
    kind: str
    at_s: float
    crop: bytes | None
    still: bytes | None


@dataclass(slots=True)
class Counted:
    """What became of a camera's vehicles since its process began.

    `far` were never whole in the picture and large enough; `dropped` are looks that nobody had time to read.
    """

    passages: int = 0
    read: int = 0
    unreadable: int = 0
    no_plate: int = 0
    far: int = 0
    dropped: int = 0
    looks: int = 0
    last_s: float | None = None
    seconds: float = 0.0


@dataclass(eq=False, slots=True)
class _Task:
    passage: Passage
    shots: list[Shot]
    last: bool


class Plates:
    """All reading of plates of a process. `tell` is called from its thread and must not wait."""

    def __init__(self, reader: Callable[[], tuple[PlateReader, State]], tell: Callable[[Stream, Told], None]) -> None:
        """Start nothing yet; `reader` reads the models, in the reading thread, once a lane camera is there."""
        self._make, self._tell = reader, tell
        self._tasks: deque[_Task] = deque()
        self._bytes = 0
        self._some = threading.Condition()
        self._open: dict[Passage, float] = {}
        self._counted: dict[DeviceId, Counted] = {}
        self._ending = self._wanted = False
        self._due_s = 0.0
        self.state: State = "waiting"
        self._reader: PlateReader | None = None
        self._thread = threading.Thread(target=self._run, name="plates", daemon=True)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def stop(self) -> None:
        """End the thread soon."""
        with self._some:
            self._ending = True
            self._some.notify_all()

    # -- from other threads ----------------------------------------------------------------------------------------

    def lane_of(self, camera: Stream) -> Lane | None:
        """Return what looks at a lane camera's vehicles; None for a camera whose plates nobody wants read."""
        if not camera.read_plates:
            self.forget(camera.camera_id)
            return None
        with self._some:
            self._wanted = True
            self._counted.setdefault(camera.camera_id, Counted())
            self._some.notify()
        return Lane(camera, self.offer)

    def offer(self, passage: Passage, shots: Sequence[Shot], last: bool) -> None:
        """Take looks at a passage; what is too much is dropped, the oldest first."""
        with self._some:
            self._tasks.append(_Task(passage, list(shots), last))
            self._bytes += _size(shots)
            for old in self._tasks:
                if self._bytes <= _MOST_WAITING_BYTES:
                    break
                self._count(old.passage).dropped += len(old.shots)
                self._bytes -= _size(old.shots)
                old.shots.clear()
            self._some.notify()

    def told(self, camera_id: DeviceId) -> dict[str, Any] | None:
        """Return a lane camera's reading for its state; None for other cameras."""
        with self._some:
            found = self._counted.get(camera_id)
            if found is None:
                return None
            spent = None if not found.passages else round(1000 * found.seconds / found.passages, 1)
            return {"state": self.state, **asdict(found), "ms_a_passage": spent}

    def forget(self, camera_id: DeviceId) -> None:
        """Drop a camera's counts."""
        with self._some:
            self._counted.pop(camera_id, None)

    def _count(self, passage: Passage) -> Counted:
        return self._counted.setdefault(passage.camera.camera_id, Counted())

    # -- the thread ------------------------------------------------------------------------------------------------

    def _run(self) -> None:
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICE)
        while True:
            with self._some:
                self._some.wait_for(self._something, _STALE_S)
                if self._ending:
                    return
                wanted = self._wanted
            if wanted and self._reader is None and not self._load():
                self._give_up()
            else:
                self._one()

    def _something(self) -> bool:
        """Say whether there is anything to do."""
        due = self._wanted and self._reader is None and time.monotonic() >= self._due_s
        return self._ending or bool(self._tasks) or due

    def _load(self) -> bool:
        """Read the models; a wrong or missing one is told with the camera's state and tried again now and then."""
        if time.monotonic() < self._due_s:
            return False
        self._due_s = time.monotonic() + _AGAIN_S
        try:
            self._reader, self.state = self._make()
        except UnjaiError as error:
            state: State = "plate_model_missing" if error.code == "plate_model_missing" else "plate_model_unknown"
            state = "plate_finder_missing" if error.code == "plate_finder_missing" else state
            if state != self.state:
                log.warning("no plates are read: %s", error)
            self.state = state
        except Exception:
            log.exception("no plates are read")
            self.state = "failed"
        return self._reader is not None

    def _give_up(self) -> None:
        """Without a model all that waits is dropped, and counted."""
        with self._some:
            while self._tasks:
                task = self._tasks.popleft()
                self._count(task.passage).dropped += len(task.shots)
            self._bytes = 0

    def _one(self) -> None:
        with self._some:
            task = self._tasks.popleft() if self._tasks else None
            crowded = self._bytes > _MOST_WAITING_BYTES / 2
            if task is not None:
                self._bytes -= _size(task.shots)
        if task is not None and not task.passage.done:
            began = time.thread_time()
            try:
                self._read(task, crowded=crowded)
            except Exception:
                log.exception("a plate of %s could not be read", task.passage.camera.key)
            counted = self._count(task.passage)
            counted.seconds += time.thread_time() - began
        stale = time.monotonic() - _STALE_S
        for passage in [one for one, at in self._open.items() if at < stale]:
            self._close(passage)

    def _read(self, task: _Task, *, crowded: bool) -> None:
        passage, reader = task.passage, self._reader
        if reader is None:
            return
        if passage not in self._open:
            self._count(passage).passages += 1
        self._open[passage] = time.monotonic()
        for shot in sorted(task.shots, key=lambda one: -one.worth):
            self._look(reader, passage, shot, _QUICK)
            if _settled(passage):
                break
        else:
            if not crowded:
                self._look_closely(reader, passage, task.shots)
        if task.last or _settled(passage):
            self._close(passage)

    def _look(self, reader: PlateReader, passage: Passage, shot: Shot, finders: slice) -> float:
        """Look at a vehicle once more; return how sure the look is. What is surely no plate says nothing."""
        self._count(passage).looks += 1
        found = reader.vehicle(shot.rgb, shot.box, finders=finders)
        sure = 0.0 if found is None else found.reading.best[1]
        before = passage.sightings.get(shot.t)
        if found is None or sure < _PLATELIKE or (before is not None and before.reading.best[1] >= sure):
            return sure
        passage.sightings[shot.t] = replace(found, width_px=found.width_px * shot.scale)
        if passage.best is None or sure > passage.best[0].reading.best[1]:
            passage.best = found, shot
        return sure

    def _look_closely(self, reader: PlateReader, passage: Passage, shots: Sequence[Shot]) -> None:
        """Let the slower finders look, once a passage, where the quick one brought nothing that can be told."""
        read = _read(passage)
        if not shots or passage.thorough or (read is not None and read.registration is not None):
            return
        passage.thorough = True
        for shot in sorted(shots, key=lambda one: -one.worth)[:AGREED]:
            if self._look(reader, passage, shot, _THOROUGH) < _PROMISING:
                break

    def _close(self, passage: Passage) -> None:
        """Tell what was read of a passage, once."""
        passage.done = True
        self._open.pop(passage, None)
        counted = self._count(passage)
        read = _read(passage)
        if passage.begun_s is None:
            counted.far += 1
        elif read is None or passage.best is None:
            counted.no_plate += 1
        elif read.registration is None:
            counted.unreadable += 1
        else:
            sighting, shot = passage.best
            scene = None if passage.scene is None else jpeg_of(passage.scene)
            crop = _crop(sighting, shot)
            counted.read += 1
            counted.last_s = shot.t
            told = Told(read=read, track=passage.track, kind=passage.kind, at_s=shot.t, crop=crop, still=scene)
            self._tell(passage.camera, told)
        passage.scene = passage.best = None


def _read(passage: Passage) -> PlateRead | None:
    """Return what all looks at a vehicle say together; None where none showed a plate."""
    return read_of(list(passage.sightings.values())) if passage.sightings else None


def _settled(passage: Passage) -> bool:
    read = _read(passage)
    return read is not None and read.registration is not None and read.confidence >= SURE and read.frames >= AGREED


def _crop(sighting: Sighting, shot: Shot) -> bytes | None:
    """Return the plate with a little round it."""
    rows, columns = shot.rgb.shape[:2]
    box = sighting.box
    across, down = _CROP_MARGIN
    inside = box.padded(box.width * across, box.height * down).clipped(columns, rows)
    x0, y0, x1, y1 = (round(edge) for edge in inside)
    return jpeg_of(shot.rgb[y0:y1, x0:x1]) if x1 - x0 > 1 and y1 - y0 > 1 else None


def _size(shots: Sequence[Shot]) -> int:
    return sum(shot.rgb.nbytes for shot in shots)
