"""Parts of a picture that nobody may see — บริเวณที่ปิดบัง: blackened before anything is stored or looked at."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from unjai.cameras.specs import Polygon

_BLACK, _GREY = 0, 128


@lru_cache(maxsize=512)
def covered(masks: tuple[Polygon, ...], width: int, height: int) -> NDArray[np.bool_]:
    """Return which pixels of a picture the masks cover, one pixel more around; what lies outside covers nothing."""
    whole = np.zeros((height, width), dtype=np.bool_)
    xs = (np.arange(width) + 0.5) / width
    for polygon in masks:
        if len(polygon) < 3:  # noqa: PLR2004
            continue
        for row in range(height):
            whole[row] |= _inside(polygon, xs, (row + 0.5) / height)
    wide = whole.copy()
    wide[1:] |= whole[:-1]
    wide[:-1] |= whole[1:]
    wide[:, 1:] |= whole[:, :-1]
    wide[:, :-1] |= whole[:, 1:]
    return wide


def _inside(polygon: Sequence[tuple[float, float]], xs: NDArray[np.float64], y: float) -> NDArray[np.bool_]:
    inside = np.zeros(len(xs), dtype=np.bool_)
    for (x0, y0), (x1, y1) in zip(polygon, (*polygon[1:], polygon[0]), strict=True):
        if (y0 > y) != (y1 > y):
            inside ^= xs < x0 + (y - y0) * (x1 - x0) / (y1 - y0)
    return inside


@lru_cache(maxsize=512)
def _patches(
    masks: tuple[Polygon, ...], width: int, height: int
) -> tuple[slice, slice, NDArray[np.bool_], NDArray[np.bool_]]:
    """Return the rows and columns of brightness that hold all masks, what is covered in there, and of colour."""
    cover = covered(masks, width, height)
    rows, columns = np.flatnonzero(cover.any(axis=1)), np.flatnonzero(cover.any(axis=0))
    if not len(rows):
        return slice(0, 0), slice(0, 0), cover[:0, :0], cover[:0, :0]
    high = slice(rows[0] // 2 * 2, rows[-1] // 2 * 2 + 2)
    wide = slice(columns[0] // 2 * 2, columns[-1] // 2 * 2 + 2)
    cut = cover[high, wide]
    half = np.asarray(cut.reshape(cut.shape[0] // 2, 2, cut.shape[1] // 2, 2).any(axis=(1, 3)))
    return high, wide, cut.copy(), half


def blacken(planes: NDArray[np.uint8], masks: tuple[Polygon, ...], width: int, height: int) -> None:
    """Blacken the covered part of a picture in planar 4:2:0 (`height × 3/2` rows of `width`), in place."""
    high, wide, cut, half = _patches(masks, width, height)
    np.copyto(planes[high, wide], _BLACK, where=cut)
    colour = planes[height:].reshape(2, height // 2, width // 2)
    colour = colour[:, high.start // 2 : high.stop // 2, wide.start // 2 : wide.stop // 2]
    np.copyto(colour, _GREY, where=half)
