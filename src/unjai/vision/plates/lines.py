"""Where lines of text are in a picture: a general text detector, whatever it is written on.

The model marks which pixels are text (differentiable binarisation, PP-OCR's small detector, Apache-2.0). It takes 0.2
to 0.9 s a vehicle, so it looks at a track's best frames only.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from unjai.model.errors import UnjaiError
from unjai.vision.plates.net import session_of

FILE: Final = Path(__file__).parents[1] / "models" / "text_lines.onnx"

_STEP = 32
_TEXT, _LINE = 0.3, 0.5
"""From which share on a pixel is text, and the pixels of a line together are one."""
_GROW = 1.6
"""The model marks a line's heart; the line is this much more (area over girth)."""
_MOST = 60
_THINNEST_PX = 3


class Line(NamedTuple):
    """A line of text in pixels of the picture: its middle, its size along and across, its turn, how sure."""

    x: float
    y: float
    wide: float
    tall: float
    degrees: float
    score: float


class TextLines:
    """One model in one session of one thread."""

    def __init__(self, model: Path | None = None) -> None:
        """Load it. Raises `plate_finder_missing` where it was not built, `plate_model_unknown`."""
        file = model or FILE
        if not file.is_file():
            raise UnjaiError("plate_finder_missing", 500)
        self._session = session_of(file)
        self._feed = str(self._session.get_inputs()[0].name)

    def find(self, rgb: NDArray[np.uint8], *, side: int) -> list[Line]:
        """Return the lines of a picture, looked at with its longer side `side` pixels long; the longest first."""
        rows, columns = rgb.shape[:2]
        factor = side / max(rows, columns)
        size = [max(_STEP, round(one * factor / _STEP) * _STEP) for one in (columns, rows)]
        shrunk = cv2.resize(rgb, size, interpolation=cv2.INTER_AREA if factor < 1 else cv2.INTER_LINEAR)
        feed = np.ascontiguousarray(shrunk[:, :, ::-1].transpose(2, 0, 1)[None], np.float32) / 127.5 - 1
        shares = np.asarray(self._session.run(None, {self._feed: feed})[0][0, 0], np.float32)
        return lines_of(shares, (columns / size[0], rows / size[1]))


def lines_of(shares: NDArray[np.float32], scale: tuple[float, float]) -> list[Line]:
    """Return the lines in a map of how much each pixel is text; `scale` makes its pixels those of the picture."""
    marked = cv2.dilate((shares > _TEXT).astype(np.uint8), np.ones((2, 2), np.uint8))
    contours: Any = cv2.findContours(marked, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)[0]
    found = []
    for contour in sorted(contours, key=cv2.contourArea, reverse=True)[:_MOST]:
        (x, y), (wide, tall), degrees = cv2.minAreaRect(contour)
        if min(wide, tall) < _THINNEST_PX:
            continue
        inside = np.zeros(shares.shape, np.uint8)
        cv2.drawContours(inside, [contour], -1, 1, -1)
        score = float(cv2.mean(shares, inside)[0])
        if score < _LINE:
            continue
        more = wide * tall * _GROW / (2 * (wide + tall))
        wide, tall = wide + 2 * more, tall + 2 * more
        if wide < tall:
            wide, tall, degrees = tall, wide, degrees - 90
        degrees = (degrees + 90) % 180 - 90
        across, down = scale
        radians = np.radians(degrees)
        along = float(np.hypot(np.cos(radians) * across, np.sin(radians) * down))
        aside = float(np.hypot(np.sin(radians) * across, np.cos(radians) * down))
        turned = float(np.degrees(np.arctan2(np.sin(radians) * down, np.cos(radians) * across)))
        found.append(Line(x * across, y * down, wide * along, tall * aside, turned, score))
    return sorted(found, key=lambda one: -one.wide)
