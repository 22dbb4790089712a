"""The motion gate: what moves in a small grey picture, against a running average of it.

Cheap enough for every frame of every camera; the detector looks only where and while something moves.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from unjai.vision.box import Box
from unjai.vision.picture import Grey

WIDTH = 320
"""How wide the small picture is: a person of 20 pixels in 640 is 10 here."""

_LEARN_S = 8.0
"""Time in which the average takes a change up to 63 %: a person who stands still fades in about half a minute."""
_LEARN_MOVING_S = 40.0
"""The same where something moves, so that a slow walker does not become background."""
_LEAST_STEP = 12.0
"""Grey steps that count as a change at least; compression alone makes about 5."""
_NOISE_FACTOR = 5.0
"""Change against the picture's own noise: at night a sensor's grain grows and the gate must not open for it."""
_SHAKE_S, _SHAKE_MOST, _SHAKE_FACTOR = 20.0, 24.0, 3.0
"""What changes again and again at one place (leaves, water, a flag) is no motion there: a change counts from so many
times the mean change of its own place on, learnt in this time; one change adds so many grey steps to it at most."""
_LIGHT_SHARE = 0.5
"""More of the picture than this at once is light (a lamp, a cloud, infrared), no thing that moves."""
_SETTLE_S = 1.0
_LEAST_PIXELS = 12
"""Pixels of the small picture that changed; fewer are grain."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Motion:
    """What moved in one picture."""

    share: float
    """Of the picture, 0 to 1."""
    boxes: tuple[Box, ...]
    """Where, in fractions of the picture (0 to 1), the largest first."""
    mask: NDArray[np.uint8]
    """The small picture's pixels, 255 where something moved."""
    light: bool = False
    """Light or view changed all over (a lamp, a camera that pans): motion cannot be told at this moment."""

    def inside(self, box: Box) -> float:
        """Return how much of a box (in fractions) moved, 0 to 1; all of it where that cannot be told."""
        if self.light:
            return 1.0
        height, width = self.mask.shape
        part = self.mask[
            int(max(0.0, box.y0) * height) : int(np.ceil(min(1.0, box.y1) * height)),
            int(max(0.0, box.x0) * width) : int(np.ceil(min(1.0, box.x1) * width)),
        ]
        return float(np.count_nonzero(part)) / part.size if part.size else 0.0


class MotionGate:
    """Looks at one camera's small grey pictures in their order."""

    def __init__(self) -> None:
        """Know nothing yet: the first picture is background."""
        self._mean: NDArray[np.float32] | None = None
        self._t = 0.0
        self._shake: NDArray[np.float32] | None = None
        self._noise = 2.0
        self._blind_until = 0.0

    def look(self, t: float, grey: Grey) -> Motion:
        """Say what moved. `t` in seconds, growing; a changed size begins anew."""
        now = cv2.blur(grey, (3, 3)).astype(np.float32)
        if self._mean is None or self._shake is None or self._mean.shape != now.shape:
            self._mean, self._shake, self._t = now, np.zeros_like(now), t
            return _nothing(grey)
        passed, self._t = min(max(t - self._t, 0.0), 10.0), max(t, self._t)
        gone = now - self._mean
        offset = float(np.median(gone[::3, ::3]))  # the whole picture a little brighter is no motion
        change = np.abs(gone - np.float32(offset))
        limit = np.float32(max(_LEAST_STEP, _NOISE_FACTOR * self._noise))
        moved = change > np.maximum(self._shake * np.float32(_SHAKE_FACTOR), limit)
        share = float(np.count_nonzero(moved)) / moved.size
        if share > _LIGHT_SHARE or t < self._blind_until:
            if t >= self._blind_until:
                self._blind_until = t + _SETTLE_S
            self._mean = now
            return _nothing(grey, light=True)
        self._noise += (1.4826 * float(np.median(change[::3, ::3])) - self._noise) * min(1.0, passed / _LEARN_S)
        self._shake += (np.minimum(change, np.float32(_SHAKE_MOST)) - self._shake) * _share(passed, _SHAKE_S)
        learnt = gone * _share(passed, _LEARN_S)
        np.copyto(learnt, gone * _share(passed, _LEARN_MOVING_S), where=moved)
        self._mean += learnt
        return _found(moved.view(np.uint8) * np.uint8(255))


def _share(passed: float, time_s: float) -> np.float32:
    """Return how much of a change an average takes in so many seconds, 63 % of it in `time_s`."""
    return np.float32(1 - math.exp(-passed / time_s))


def _nothing(grey: Grey, *, light: bool = False) -> Motion:
    return Motion(share=0.0, boxes=(), mask=np.zeros(grey.shape, np.uint8), light=light)


_GRAIN, _BODY = np.ones((2, 2), np.uint8), np.ones((9, 5), np.uint8)


def _found(moved: Grey) -> Motion:
    mask = np.asarray(cv2.morphologyEx(moved, cv2.MORPH_OPEN, _GRAIN), np.uint8)
    if not mask.any():
        return Motion(share=0.0, boxes=(), mask=mask)
    joined = cv2.dilate(mask, _BODY)  # a person's head, trunk and legs are one
    _count, labels, rows, _centres = cv2.connectedComponentsWithStats(joined)
    pixels = np.bincount(labels[mask > 0], minlength=len(rows))
    height, width = mask.shape
    boxes = []
    for label in np.argsort(-pixels, kind="stable").tolist():
        if label and pixels[label] >= _LEAST_PIXELS:
            x, y, wide, high = rows[label, :4].tolist()
            boxes.append(Box(x / width, y / height, (x + wide) / width, (y + high) / height))
    return Motion(share=float(np.count_nonzero(mask)) / mask.size, boxes=tuple(boxes), mask=mask)
