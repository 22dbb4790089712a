"""The motion gate: what moves in a small grey picture, against a running average of it.

Cheap enough for every frame of every camera; the detector looks only where and while something moves. Whatever moves is
a place to look at; motion is *told* only of what cannot be leaves: a large body, or one that came from elsewhere. So
nobody is lost while a gate is new and does not know the leaves yet: the detector looks and judges.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from unjai.vision.box import Box
from unjai.vision.picture import Grey
from unjai.vision.stir import Stir

WIDTH = 320
"""How wide the small picture is: a person of 20 pixels in 640 is 10 here."""

_LEARN_S = 8.0
"""Time in which the average takes a change up to 63 %: a person who stands still fades in about half a minute."""
_HOLD_S = 10.0
"""For so long what moves at a place is not learnt at all, so that nothing stays behind where a car has passed."""
_FIRST, _FIRST_EVERY_S = 5, 1.0
"""The first background is the median of so many pictures so far apart: what passed just then leaves no ghost."""
_LEAST_STEP = 12.0
"""Grey steps that count as a change at least; compression alone makes about 5."""
_NOISE_FACTOR = 5.0
"""Change against the picture's own noise: at night a sensor's grain grows and the gate must not open for it."""
_SHAKE_S, _SHAKE_NEW_S, _SHAKE_MOST, _SHAKE_FACTOR = 20.0, 6.0, 24.0, 3.0
"""What changes again and again at one place (leaves, water, a flag) is no motion there: a change counts from so many
times the mean change of its own place on, learnt in this time (sooner while the gate is new); one change adds so many
grey steps to it at most."""
_NEAR = np.ones((5, 5), np.uint8)
"""A leaf that stirs here stirs beside as well."""
_BESIDE = np.ones((3, 3), np.uint8)
"""So far a camera may tremble in the wind: a pixel of the small picture to each side."""
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
    """Where, in fractions of the picture (0 to 1), the largest first: places for the detector to look at."""
    mask: NDArray[np.uint8]
    """The small picture's pixels, 255 where something moved."""
    light: bool = False
    """Light or view changed all over (a lamp, a camera that pans): motion cannot be told at this moment."""
    told: bool = False
    """Some thing moves, and it is no leaf that stirs where it hangs."""

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
        self._begin(np.zeros((0, 0), np.float32), 0.0)
        self._noise = 2.0
        self._blind_until = 0.0

    def _begin(self, now: NDArray[np.float32], t: float) -> None:
        self._mean, self._shake, self._moving_s = now.copy(), np.zeros_like(now), np.zeros_like(now)
        self._t = self._begun_s = t
        self._stir = Stir()
        self._first, self._first_s = [now], t

    def look(self, t: float, grey: Grey) -> Motion:
        """Say what moved. `t` in seconds, growing; a changed size begins anew."""
        now = cv2.blur(grey, (3, 3)).astype(np.float32)
        if self._mean.shape != now.shape:
            self._begin(now, t)
            return _nothing(grey)
        passed, self._t = min(max(t - self._t, 0.0), 10.0), max(t, self._t)
        gone = now - self._mean
        gone -= np.float32(_middle(gone))  # the whole picture a little brighter is no motion
        change = np.abs(gone)
        limit = np.float32(max(_LEAST_STEP, _NOISE_FACTOR * self._noise))
        shaken = np.asarray(cv2.dilate(self._shake, _NEAR), np.float32)
        moved = change > np.maximum(shaken * np.float32(_SHAKE_FACTOR), limit)
        share = float(np.count_nonzero(moved)) / moved.size
        if share > _LIGHT_SHARE or t < self._blind_until:
            if t >= self._blind_until:
                self._blind_until = t + _SETTLE_S
            self._mean, self._first, self._first_s = now.copy(), [now], t
            return _nothing(grey, light=True)
        firm = moved & self._unshaken(now, limit) & self._gone_on(now, limit)
        self._learn(now, change, moved, passed)
        return self._found(moved.view(np.uint8) * np.uint8(255), firm)

    def _unshaken(self, now: NDArray[np.float32], limit: np.float32) -> NDArray[np.bool_]:
        """Return where the picture is not what the ground shows a pixel beside: a camera that trembles moves edges."""
        low, high = cv2.erode(self._mean, _BESIDE), cv2.dilate(self._mean, _BESIDE)
        return np.asarray((now > high + limit) | (now < low - limit), np.bool_)

    def _gone_on(self, now: NDArray[np.float32], limit: np.float32) -> NDArray[np.bool_]:
        """Return where the picture changed since the last one kept; while the gate is new, else everywhere.

        What was there at the beginning and has left stands in the ground until the median is known, and does not move.
        """
        if not self._first:
            return np.ones(now.shape, np.bool_)
        return np.asarray(np.abs(now - self._first[-1]) > limit, np.bool_)

    def _learn(
        self, now: NDArray[np.float32], change: NDArray[np.float32], moved: NDArray[np.bool_], passed: float
    ) -> None:
        self._noise += (1.4826 * _middle(change) - self._noise) * min(1.0, passed / _LEARN_S)
        shake_s = min(_SHAKE_S, max(_SHAKE_NEW_S, self._t - self._begun_s))
        self._shake += (np.minimum(change, np.float32(_SHAKE_MOST)) - self._shake) * _share(passed, shake_s)
        self._moving_s += np.float32(passed)
        self._moving_s *= moved
        rate = np.where(self._moving_s > _HOLD_S, _share(passed, _LEARN_S), np.float32(0))
        np.copyto(rate, _share(passed, _LEARN_S), where=~moved)
        self._mean += (now - self._mean) * rate
        if self._first and self._t - self._first_s >= _FIRST_EVERY_S:
            self._first, self._first_s = [*self._first, now], self._t
            if len(self._first) > 2:  # noqa: PLR2004  two have no middle
                self._mean = np.asarray(np.median(np.stack(self._first), axis=0), np.float32)
            if len(self._first) == _FIRST:
                self._first = []

    def _found(self, moved: Grey, firm: NDArray[np.bool_]) -> Motion:
        mask = np.asarray(cv2.morphologyEx(moved, cv2.MORPH_OPEN, _GRAIN), np.uint8)
        boxes = _bodies(mask)
        told = self._stir.told(self._t, mask.shape, boxes, [_within(firm, box) for box in boxes])
        height, width = mask.shape
        return Motion(
            share=float(np.count_nonzero(mask)) / mask.size,
            boxes=tuple(Box(one.x0 / width, one.y0 / height, one.x1 / width, one.y1 / height) for one in boxes),
            mask=mask,
            told=told,
        )


def _middle(values: NDArray[np.float32]) -> float:
    """Return the median of every third row and column."""
    some = values[::3, ::3].ravel()
    return float(np.partition(some, some.size // 2)[some.size // 2])


def _share(passed: float, time_s: float) -> np.float32:
    """Return how much of a change an average takes in so many seconds, 63 % of it in `time_s`."""
    return np.float32(1 - math.exp(-passed / time_s))


def _within(firm: NDArray[np.bool_], box: Box) -> int:
    return int(np.count_nonzero(firm[int(box.y0) : int(box.y1), int(box.x0) : int(box.x1)]))


def _nothing(grey: Grey, *, light: bool = False) -> Motion:
    return Motion(share=0.0, boxes=(), mask=np.zeros(grey.shape, np.uint8), light=light)


_GRAIN, _BODY = np.ones((2, 2), np.uint8), np.ones((9, 5), np.uint8)


def _bodies(mask: Grey) -> list[Box]:
    """Return what moved as boxes in pixels of the mask, the largest first."""
    if not mask.any():
        return []
    joined = cv2.dilate(mask, _BODY)  # a person's head, trunk and legs are one
    _count, labels, rows, _centres = cv2.connectedComponentsWithStats(joined)
    counts = np.bincount(labels[mask > 0], minlength=len(rows))
    boxes = []
    for label in np.argsort(-counts, kind="stable").tolist():
        if label and counts[label] >= _LEAST_PIXELS:
            x, y, wide, high = rows[label, :4].tolist()
            boxes.append(Box(x, y, x + wide, y + high))
    return boxes
