"""The health of a process's cameras: what their pictures and their signal tell, begun and ended only when it lasted.

Pictures come from the stills' threads about once a second, signals once a second from the loop. What begins or ends is
handed to `told` (from any thread; it must not wait), with the picture that showed it.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import cv2
import numpy as np

from unjai.cameras.specs import Stream
from unjai.cameras.worker.stills import Grey
from unjai.model.ids import DeviceId
from unjai.vision.health import LEVELS, WIDTH, Health, Level, Reference, Steady, Trouble, reference

log = logging.getLogger(__name__)

NO_SIGNAL: Final = Level(on=1.0, off=0.5, lasts_s=20, clears_s=10)
CLOCK: Final = Level(on=1.0, off=0.5, lasts_s=60, clears_s=60)
CLOCK_OFF_S: Final = 60.0
"""A camera whose clock is off by more stamps pictures that no court takes."""
_CLOCK_WELL_S = 30.0
EVERY_S = 4.0
"""So often a camera is judged: a judgement takes 5 to 9 ms, every trouble lasts 20 s before it is told."""
_GOOD_LOOKS = 8
"""So many pictures in a row must be good before one becomes the reference by itself."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """A trouble of a camera began or ended; `troubles` is all that is wrong with it now."""

    camera: Stream
    trouble: Trouble
    holds: bool
    measure: float
    since_s: float
    at_s: float
    troubles: tuple[str, ...]


@dataclass(eq=False)
class _Patient:
    camera: Stream
    health: Health
    signal: Steady
    clock: Steady
    good: int = 0
    looked_s: float = float("-inf")

    def troubles(self) -> tuple[str, ...]:
        found: set[str] = {*self.health.troubles}
        found -= {"turned"} if self.camera.ptz else set()
        found |= {"no_signal"} if self.signal.holds else set()
        found |= {"clock"} if self.clock.holds else set()
        return tuple(sorted(found))


def grey_of(jpeg: bytes) -> Grey | None:
    """Return a kept picture as the small grey one that health looks at; None for what is no picture."""
    image = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_GRAYSCALE)
    if image is None or min(image.shape) < 16:  # noqa: PLR2004
        return None
    size = WIDTH, max(2, round(WIDTH * image.shape[0] / image.shape[1]))
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8)


class Wellbeing:
    """Knows every camera of the process."""

    def __init__(
        self,
        told: Callable[[Change], None],
        *,
        wants_reference: Callable[[Stream, float], None] | None = None,
        levels: Mapping[Trouble, Level] = LEVELS,
        every_s: float = EVERY_S,
    ) -> None:
        """Know of no camera yet. `wants_reference` hears of a camera without one that looked well for long."""
        self._told, self._wants, self._levels, self._every_s = told, wants_reference, levels, every_s
        self._patients: dict[DeviceId, _Patient] = {}
        self._references: dict[DeviceId, list[Reference]] = {}
        self._before: dict[DeviceId, frozenset[str]] = {}
        self._lock = threading.Lock()

    def remember(self, troubles: Mapping[DeviceId, Iterable[str]]) -> None:
        """Take what was wrong when the process before this one ended; call it before the first look."""
        self._before = {key: frozenset(names) for key, names in troubles.items()}

    def take_references(self, pictures: Mapping[DeviceId, Sequence[bytes]]) -> None:
        """Take cameras' reference pictures (JPEG); a camera with other ones is judged anew by them."""
        for key, jpegs in pictures.items():
            greys = [grey for grey in map(grey_of, jpegs) if grey is not None]
            found = [reference(grey) for grey in greys]
            with self._lock:
                self._references[key] = found
                if (patient := self._patients.get(key)) is not None:
                    patient.health.references = list(found)
                    patient.health.bare = not found

    def _patient(self, camera: Stream) -> _Patient:
        with self._lock:
            found = self._patients.get(camera.camera_id)
            if found is None:
                before = self._before.pop(camera.camera_id, frozenset())
                found = self._patients[camera.camera_id] = _Patient(
                    camera,
                    Health(self._references.get(camera.camera_id, ()), self._levels, holding=before),
                    Steady(holds="no_signal" in before),
                    Steady(holds="clock" in before),
                )
            found.camera = camera
            return found

    def look(self, camera: Stream, at_s: float, grey: Grey) -> None:
        """Take a small grey picture: the hook of the stills' threads."""
        patient = self._patient(camera)
        if 0 <= at_s - patient.looked_s < self._every_s - 0.5:
            return
        patient.looked_s = at_s
        for verdict in patient.health.look(at_s, grey):
            if verdict.trouble == "turned" and camera.ptz:
                continue  # an operator turns it
            self._tell(patient, verdict.trouble, verdict.measure, verdict.since, at_s, holds=verdict.holds)
        self._note_good(patient, at_s)

    def _note_good(self, patient: _Patient, at_s: float) -> None:
        """Ask for a reference once a camera without one has looked well for half a minute."""
        found = patient.health.measures
        key = patient.camera.camera_id
        if self._wants is None or found is None or key not in self._references or self._references[key]:
            return
        well = found.dark == 0 and (found.covered or 0.0) < 0.2 and (found.frozen or 0.0) < 1.0  # noqa: PLR2004
        patient.good = patient.good + 1 if well and not patient.troubles() else 0
        if patient.good == _GOOD_LOOKS:
            self._wants(patient.camera, at_s)

    def hear(self, camera: Stream, state: Mapping[str, Any], now_s: float) -> None:
        """Take a camera's state, about once a second."""
        patient = self._patient(camera)
        signal = state["signal"]
        if signal != "idle":
            value = 0.0 if signal == "live" else 1.0
            self._step(patient, patient.signal, "no_signal", value, NO_SIGNAL, now_s)
        main = state["feeds"].get("main") or {}
        off = main.get("clock_off_s")
        if off is not None and main.get("signal") == "live":
            value = 1.0 if abs(off) > CLOCK_OFF_S else 0.0 if abs(off) < _CLOCK_WELL_S else 0.7
            self._step(patient, patient.clock, "clock", value, CLOCK, now_s)

    def _step(  # noqa: PLR0917
        self, patient: _Patient, steady: Steady, trouble: Trouble, value: float, level: Level, now_s: float
    ) -> None:
        verdict = steady.step(now_s, trouble, value, level)
        if verdict is not None:
            self._tell(patient, trouble, value, verdict.since, now_s, holds=verdict.holds)

    def _tell(
        self, patient: _Patient, trouble: Trouble, measure: float, since_s: float, at_s: float, *, holds: bool
    ) -> None:
        camera = patient.camera
        log.info("camera %s: %s %s (%.2f)", camera.key, trouble, "began" if holds else "ended", measure)
        self._told(
            Change(
                camera=camera,
                trouble=trouble,
                holds=holds,
                measure=round(measure, 3),
                since_s=since_s,
                at_s=at_s,
                troubles=patient.troubles(),
            )
        )

    def troubles(self, camera_id: DeviceId) -> tuple[str, ...]:
        """Return what is wrong with a camera now."""
        patient = self._patients.get(camera_id)
        return () if patient is None else patient.troubles()

    def forget(self, camera_id: DeviceId) -> None:
        """Forget a camera that is no longer served."""
        with self._lock:
            self._patients.pop(camera_id, None)
            self._references.pop(camera_id, None)
            self._before.pop(camera_id, None)

    def known(self) -> set[DeviceId]:
        """Return the cameras that anything is known of."""
        return set(self._patients) | set(self._before)
