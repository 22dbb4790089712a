"""What stirs where it hangs, and what goes somewhere: leaves, rain and reflections against bodies that pass.

A leaf comes back to where it was; a person or a car is soon beside where he was, and there nothing moves any more. A
large body is told at once; a small one when it has gone its own length over ground that was quiet before. What walks
where something stirs is not told by this, so a busy path needs the detector: it looks there.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from unjai.vision.box import Box

_BLOCK = 8
"""Pixels of the small picture: smaller than a person, larger than a leaf's way."""
_QUIET_S = 60.0
"""Ground on which nothing moved for so long is quiet again."""
_FRESH_S = 4.0
"""What began to move on quiet ground within this time is fresh: two steps of a camera that is looked at every 2 s."""
_BIG_SHARE = 0.0065
"""Of the picture's pixels: a body of this size that moved is told at once (a car; a person a sixth as high)."""
_NEW_S = 6.0
"""While the memory is this new, all ground is fresh, the leaves' too: only large bodies are told."""
_FIRM = 6
"""Pixels of a body that are firm; edges that tremble have fewer."""
_MOST = 0.6
"""Of a body's ground; so much must be fresh."""
_REACH = 3.0
"""Body lengths a second that a thing may go: a runner; a car is large."""


class Stir:
    """Remembers where something moved; for one camera, picture by picture."""

    def __init__(self) -> None:
        """Know of no motion."""
        self._since_s: NDArray[np.float64] = np.zeros((0, 0))
        """Of each block: since when something has moved there, now and again."""
        self._last_s: NDArray[np.float64] = np.zeros((0, 0))
        self._begun_s = 0.0
        self._came: list[tuple[float, Box]] = []
        """Bodies on fresh ground of late: when, and where."""

    def told(self, t: float, shape: tuple[int, ...], boxes: Sequence[Box], pixels: Sequence[int]) -> bool:
        """Take what moved, in pixels of the small picture; say whether any of it is a thing that goes somewhere.

        `pixels` counts in each box those that no trembling of the camera explains.
        """
        rows, columns = -(-shape[0] // _BLOCK), -(-shape[1] // _BLOCK)
        if self._last_s.shape != (rows, columns):
            self._last_s, self._since_s = np.full((rows, columns), -np.inf), np.full((rows, columns), -np.inf)
            self._came, self._begun_s = [], t
        for box in boxes:
            last, since = _ground(self._last_s, box), _ground(self._since_s, box)
            since[t - last > _QUIET_S] = t
            last[:] = t
        fresh = [box for box, count in zip(boxes, pixels, strict=True) if count >= _FIRM and self._fresh(t, box)]
        self._came = [(at, box) for at, box in self._came if t - at <= _FRESH_S]
        left = [(at, box) for at, box in self._came if not any(box.common(now) > 0 for now in boxes)]
        told = any(count >= _BIG_SHARE * shape[0] * shape[1] for count in pixels)
        told = told or (
            t - self._begun_s > _NEW_S and any(_came_from(t, box, at, before) for box in fresh for at, before in left)
        )
        self._came += [(t, box) for box in fresh]
        return told

    def _fresh(self, t: float, box: Box) -> bool:
        ground = _ground(self._since_s, box)
        return bool(np.count_nonzero(t - ground <= _FRESH_S) >= _MOST * ground.size)


def _ground(blocks: NDArray[np.float64], box: Box) -> NDArray[np.float64]:
    return blocks[int(box.y0) // _BLOCK : -(-int(box.y1) // _BLOCK), int(box.x0) // _BLOCK : -(-int(box.x1) // _BLOCK)]


def _came_from(t: float, box: Box, at: float, before: Box) -> bool:
    """Say whether a body may be the one that was elsewhere before."""
    length = max(box.width, box.height, before.width, before.height)
    (x, y), (was_x, was_y) = box.centre, before.centre
    gone = max(abs(x - was_x), abs(y - was_y))
    alike = 1 / 3 <= (box.area + 1) / (before.area + 1) <= 3  # noqa: PLR2004  a body keeps its size
    return alike and length <= gone <= length * _REACH * (t - at)
