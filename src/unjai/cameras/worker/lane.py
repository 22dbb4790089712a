"""Which looks at a passing vehicle are worth reading its plate in: large, sharp and whole ones, a few of each.

Cut out of the stream's own pixels, masked. A vehicle's looks are handed over a handful at a time: soon after it came,
later again while it stays, and when it goes. What becomes of them is `worker.plates`' business.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

import cv2
import numpy as np

from unjai.cameras.specs import Stream
from unjai.vision.box import Box
from unjai.vision.look import Look, Seen
from unjai.vision.picture import Picture, Rgb, scaled, small_size
from unjai.vision.plates.vote import Sighting

LANE_FPS: Final = 10.0
"""Looks a second at a lane: at 60 km/h a vehicle is before it for a second or less."""
_PLATE_SHARE: Final = {"car": 0.19, "truck": 0.16, "bus": 0.15, "motorcycle": 0.26}
"""How wide a plate is of the box of a vehicle seen from before or behind: 34 cm of 1.8 m, 22 cm of a rider's 85 cm."""
_LEAST_PX: Final = 50.0
"""Narrower plates are not read; the estimate is rough, so a little below what the reader wants."""
_WIDE_ENOUGH_PX: Final = 160.0
_KEPT: Final = 4
_APART_S: Final = 0.19
"""Looks closer to each other share all their errors."""
_CROP_PX, _SCENE_PX, _SHARP_PX = 720, 960, 240
_FIRST_S, _BATCHES = 1.2, 4
_GONE_S: Final = 3.5
"""Tracks come back within three seconds."""
_AT_ONCE: Final = 8
_EDGE_PX: Final = 3.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Shot:
    """A vehicle in one picture. `scale` pixels of the stream are one of `rgb`."""

    t: float
    rgb: Rgb
    scale: float
    worth: float

    @property
    def box(self) -> Box:
        """Return the whole of it."""
        return Box(0, 0, self.rgb.shape[1], self.rgb.shape[0])


@dataclass(eq=False, kw_only=True, slots=True)
class Passage:
    """One vehicle that passes: one track, one plate, one message at most."""

    camera: Stream
    track: str
    kind: str
    seen_s: float
    scene: Rgb | None = None
    scene_worth: float = 0.0
    shots: list[Shot] = field(default_factory=list)
    begun_s: float | None = None
    batches: int = 0
    sightings: dict[float, Sighting] = field(default_factory=dict)
    """What was read of it so far, by the time of the picture: the reading thread's, as is the rest."""
    best: tuple[Sighting, Shot] | None = None
    thorough: bool = False
    done: bool = False


Offer = Callable[[Passage, Sequence[Shot], bool], None]
"""Takes looks at a passage, and whether they are the last; called from any thread, and must not wait."""


class Lane:
    """One lane camera, looked at from its analyst's thread; `end` may come from any."""

    def __init__(self, camera: Stream, offer: Offer) -> None:
        """Know of no vehicle yet."""
        self._camera, self._offer = camera, offer
        self._passages: dict[int, Passage] = {}
        self._lock = threading.Lock()

    def look(self, picture: Picture, look: Look) -> None:
        """Take a masked picture and what is seen in it."""
        with self._lock:
            cars = {one.track: one for one in look.seen if one.kind in _PLATE_SHARE}
            whole: Rgb | None = None
            for one in sorted(cars.values(), key=lambda car: -car.box.area):
                passage = self._passages.get(one.track)
                if passage is None:
                    if one.parked or len(self._passages) >= _AT_ONCE:
                        continue
                    track = f"{round(one.first_s * 1000):x}-{one.track}"
                    passage = self._passages[one.track] = Passage(
                        camera=self._camera, track=track, kind=one.kind, seen_s=look.t
                    )
                passage.seen_s, passage.kind = look.t, one.kind
                leaves = _cut(one.box, look.size)
                if not (leaves or passage.done) and passage.batches < _BATCHES and _plate_px(one) >= _LEAST_PX:
                    whole = picture.rgb() if whole is None else whole
                    _keep(passage, look.t, one, whole)
                self._hand(passage, look.t, leaves=leaves)
            for number in self._passages.keys() - cars.keys():
                self._hand(self._passages[number], look.t, leaves=True)
                if look.t - self._passages[number].seen_s > _GONE_S:
                    self._over(self._passages.pop(number))

    def end(self) -> None:
        """Forget all vehicles: no track goes on."""
        with self._lock:
            for passage in self._passages.values():
                self._over(passage)
            self._passages.clear()

    def _hand(self, passage: Passage, t: float, *, leaves: bool) -> None:
        """Hand the kept looks over once the vehicle leaves, or stays for long."""
        if passage.begun_s is None or not passage.shots:
            return
        if leaves or t - passage.begun_s >= _FIRST_S * 2**passage.batches:
            passage.batches += 1
            shots, passage.shots = passage.shots, []
            self._offer(passage, shots, passage.batches == _BATCHES)

    def _over(self, passage: Passage) -> None:
        shots, passage.shots = passage.shots, []
        if not passage.done:
            self._offer(passage, shots, True)  # noqa: FBT003  the last


def _plate_px(one: Seen) -> float:
    return one.box.width * _PLATE_SHARE[one.kind]


def _cut(box: Box, size: tuple[int, int]) -> bool:
    """Say whether the picture's edge cuts a vehicle where its plate may be; a lorry's roof may be out of sight."""
    width, height = size
    return box.x0 <= _EDGE_PX or box.x1 >= width - _EDGE_PX or box.y1 >= height - _EDGE_PX


def _keep(passage: Passage, t: float, one: Seen, whole: Rgb) -> None:
    """Keep a look if it is one of the best, each of another moment."""
    rows, columns = whole.shape[:2]
    inside = one.box.padded(0.04 * one.box.width, 0.06 * one.box.height).clipped(columns, rows)
    x0, y0, x1, y1 = (round(edge) for edge in inside)
    cut = whole[y0:y1, x0:x1]
    worth = _worth(cut, _plate_px(one))
    near = [shot for shot in passage.shots if t - shot.t < _APART_S]
    rival = near[-1] if near else None
    if rival is None and len(passage.shots) >= _KEPT:
        rival = min(passage.shots, key=lambda shot: shot.worth)
    if rival is not None:
        if rival.worth >= worth:
            return
        passage.shots.remove(rival)
    passage.begun_s = t if passage.begun_s is None else passage.begun_s
    small = scaled(cut, small_size((cut.shape[1], cut.shape[0]), _CROP_PX))
    passage.shots.append(
        Shot(t=t, rgb=small.copy() if small is cut else small, scale=cut.shape[1] / small.shape[1], worth=worth)
    )
    if worth > passage.scene_worth:
        size = small_size((columns, rows), _SCENE_PX)
        passage.scene, passage.scene_worth = scaled(whole, size), worth


def _worth(cut: Rgb, plate_px: float) -> float:
    """Return how well a plate may be read: how wide it should be, and how sharp upright edges are at one same size."""
    small = scaled(cut, small_size((cut.shape[1], cut.shape[0]), _SHARP_PX))
    grey = cv2.cvtColor(small, cv2.COLOR_RGB2GRAY)
    sharp = float(np.percentile(np.abs(cv2.Sobel(grey, cv2.CV_32F, 1, 0, ksize=3)), 97))
    return min(plate_px, _WIDE_ENOUGH_PX) * math.sqrt(1 + sharp)
