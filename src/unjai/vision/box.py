"""Boxes in a picture, in pixels from its upper left corner."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Boxes = NDArray[np.float32]
"""Shape (n, 4): x0, y0, x1, y1 each."""


class Box(NamedTuple):
    """A rectangle: left, top, right, bottom."""

    x0: float
    y0: float
    x1: float
    y1: float

    @property
    def width(self) -> float:
        """Return the width in pixels."""
        return self.x1 - self.x0

    @property
    def height(self) -> float:
        """Return the height in pixels."""
        return self.y1 - self.y0

    @property
    def area(self) -> float:
        """Return the area in square pixels; 0 for a box turned inside out."""
        x0, y0, x1, y1 = self
        return (x1 - x0) * (y1 - y0) if x1 > x0 and y1 > y0 else 0.0

    @property
    def centre(self) -> tuple[float, float]:
        """Return the middle."""
        return (self.x0 + self.x1) / 2, (self.y0 + self.y1) / 2

    @property
    def foot(self) -> tuple[float, float]:
        """Return the middle of the lower edge: where the thing stands on the ground."""
        return (self.x0 + self.x1) / 2, self.y1

    def grown(self, share: float) -> Box:
        """Return the box with `share` of its width and height added on every side."""
        return self.padded(self.width * share, self.height * share)

    def padded(self, x: float, y: float) -> Box:
        """Return the box with so many pixels more on every side."""
        return Box(self.x0 - x, self.y0 - y, self.x1 + x, self.y1 + y)

    def clipped(self, width: float, height: float) -> Box:
        """Return the part inside a picture of that size."""
        return Box(
            min(max(self.x0, 0.0), width),
            min(max(self.y0, 0.0), height),
            min(max(self.x1, 0.0), width),
            min(max(self.y1, 0.0), height),
        )

    def moved(self, x: float, y: float) -> Box:
        """Return the box so many pixels further right and down."""
        return Box(self.x0 + x, self.y0 + y, self.x1 + x, self.y1 + y)

    def contains(self, x: float, y: float) -> bool:
        """Say whether a point lies inside."""
        return self.x0 <= x <= self.x1 and self.y0 <= y <= self.y1

    def common(self, other: Box) -> float:
        """Return the area that two boxes share."""
        x0, y0, x1, y1 = self
        left, top, right, bottom = other
        # asked for ten thousands of times a second of video: no min and max
        width = (x1 if x1 < right else right) - (x0 if x0 > left else left)  # noqa: FURB136
        height = (y1 if y1 < bottom else bottom) - (y0 if y0 > top else top)  # noqa: FURB136
        return width * height if width > 0 and height > 0 else 0.0

    def union(self, other: Box) -> Box:
        """Return the smallest box round both."""
        return Box(min(self.x0, other.x0), min(self.y0, other.y0), max(self.x1, other.x1), max(self.y1, other.y1))


def overlap(a: Box, b: Box) -> float:
    """Return intersection over union, 0 to 1."""
    common = a.common(b)
    whole = a.area + b.area - common
    return common / whole if whole > 0 else 0.0


def inside_share(inner: Box, outer: Box) -> float:
    """Return how much of `inner` lies inside `outer`, 0 to 1."""
    area = inner.area
    return inner.common(outer) / area if area > 0 else 0.0


def overlaps(boxes: Boxes, others: Boxes) -> NDArray[np.float32]:
    """Return intersection over union of each with each, shape (len(boxes), len(others))."""
    low = np.maximum(boxes[:, None, :2], others[None, :, :2])
    high = np.minimum(boxes[:, None, 2:], others[None, :, 2:])
    size = np.clip(high - low, 0, None)
    common = size[..., 0] * size[..., 1]
    whole = _areas(boxes)[:, None] + _areas(others)[None, :] - common
    return np.asarray(np.where(whole > 0, common / np.where(whole > 0, whole, 1), 0), np.float32)


def _areas(boxes: Boxes) -> NDArray[np.float32]:
    sides = np.clip(boxes[:, 2:] - boxes[:, :2], 0, None)
    return np.asarray(sides[:, 0] * sides[:, 1], np.float32)


_MOST_AT_ONCE = 300


def kept_of(boxes: Boxes, scores: NDArray[np.float32], *, limit: float) -> list[int]:
    """Return which boxes stay, best first, once each that overlaps a better one above `limit` is left out (NMS)."""
    order = np.argsort(-scores, kind="stable")
    if order.size > _MOST_AT_ONCE:
        kept: list[int] = []
        while order.size:
            best = int(order[0])
            kept.append(best)
            order = order[1:][overlaps(boxes[best : best + 1], boxes[order[1:]])[0] <= limit]
        return kept
    boxes = boxes[order]
    free = overlaps(boxes, boxes) <= limit
    stays = np.ones(len(order), np.bool_)
    for row in range(len(order)):
        if stays[row]:
            stays[row + 1 :] &= free[row, row + 1 :]
    return [int(one) for one in order[stays]]


def as_array(boxes: Sequence[Box]) -> Boxes:
    """Return boxes as one array, shape (n, 4) even for none."""
    return np.asarray(boxes, np.float32).reshape(-1, 4)
