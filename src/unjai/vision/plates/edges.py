"""Where lines of text may be, by their upright edges alone: some 20 ms a picture, and more false places.

Letters are dark strokes close to each other, so what is left of a picture after its broad darks are taken away, and
what changes from left to right there, is drawn together along the line. Light letters on a dark ground are found
likewise.
"""

from __future__ import annotations

from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from unjai.vision.plates.lines import Line

_WIDEST_PX: Final = 1280
"""Larger pictures are looked at this wide."""
_STROKES: Final = ((9, cv2.MORPH_BLACKHAT), (15, cv2.MORPH_BLACKHAT), (13, cv2.MORPH_TOPHAT))
"""Widest stroke in pixels, and whether it is dark or light."""
_FAINTEST, _SHARE = 40.0, 0.35
"""An edge counts from so many grey levels on, and from this share of the strongest one."""
_LEAST_WIDE, _LEAST_TALL = 30, 8
_SHAPES = (1.5, 9.0)
_MOST = 40


def lines_by_edges(grey: NDArray[np.uint8]) -> list[Line]:
    """Return what may be lines of text in a grey picture, in its pixels, the longest first."""
    factor = min(1.0, _WIDEST_PX / grey.shape[1])
    small: Any = grey if factor == 1 else cv2.resize(grey, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
    if min(small.shape) < _LEAST_TALL:
        return []
    found: list[Line] = []
    for wide, sort in _STROKES:
        strokes: Any = cv2.morphologyEx(small, sort, np.ones((wide // 2, wide), np.uint8))
        edges: Any = cv2.GaussianBlur(np.abs(cv2.Sobel(strokes, cv2.CV_32F, 1, 0)), (5, 5), 0)
        edges = cv2.morphologyEx(edges, cv2.MORPH_CLOSE, np.ones((3, 2 * wide), np.uint8))
        marked: Any = (edges > max(_FAINTEST, _SHARE * float(edges.max()))).astype(np.uint8)
        marked = cv2.morphologyEx(marked, cv2.MORPH_OPEN, np.ones((5, 5), np.uint8))
        for contour in cv2.findContours(marked, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)[0]:
            (x, y), (across, down), degrees = cv2.minAreaRect(contour)
            if across < down:
                across, down, degrees = down, across, degrees - 90
            if across < _LEAST_WIDE or down < _LEAST_TALL or not _SHAPES[0] < across / down < _SHAPES[1]:
                continue
            turn = (degrees + 90) % 180 - 90
            found.append(Line(x / factor, y / factor, across / factor, down / factor, turn, 1.0))
    return sorted(found, key=lambda one: -one.wide)[:_MOST]
