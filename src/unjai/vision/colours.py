"""The colours of a box, roughly: enough to tell a red jacket from a black one when two pass each other.

They live for as long as a track does, in memory, and leave it for nowhere.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from unjai.vision.box import Box
from unjai.vision.picture import Rgb

Shares = NDArray[np.float32]
"""Shape (64,): the share of pixels in each of 4 × 4 × 4 cells of red, green, blue."""

_LEAST_PIXELS = 100
"""Of every second row and column: of a person less than 50 pixels high the colours are mostly the ground's."""


def colours(rgb: Rgb, box: Box) -> Shares | None:
    """Return the colours of the middle of a box, without the ground and the neighbours; None for a tiny one."""
    x0, x1 = int(box.x0 + box.width * 0.2), int(box.x1 - box.width * 0.2)
    y0, y1 = int(box.y0 + box.height * 0.1), int(box.y1 - box.height * 0.35)
    part = rgb[max(0, y0) : max(0, y1) : 2, max(0, x0) : max(0, x1) : 2]
    if part.shape[0] * part.shape[1] < _LEAST_PIXELS:
        return None
    levels = (part >> 6).reshape(-1, 3).astype(np.int64)
    counts = np.bincount(levels[:, 0] * 16 + levels[:, 1] * 4 + levels[:, 2], minlength=64)
    return np.asarray(counts / counts.sum(), np.float32)


def alike(one: Shares | None, others: Sequence[Shares | None]) -> Shares:
    """Return how alike one is to each of others, 0 to 1 (Bhattacharyya); 1 where either is not known."""
    found = np.ones(len(others), np.float32)
    known = [(row, other) for row, other in enumerate(others) if other is not None]
    if one is not None and known:
        found[[row for row, _ in known]] = np.sqrt(np.stack([other for _, other in known]) * one).sum(axis=1)
    return found
