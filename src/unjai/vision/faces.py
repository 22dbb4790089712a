"""Where faces are in a picture, so that they can be hidden. Never whose: no landmark, no likeness, nothing is kept.

The model is CenterFace (`tools/make_face_model.py`): a quarter as large as the picture it gives, for each cell, how
surely a face's middle lies there (`heat`), how high and wide it is (`size`, natural logarithm of cells) and where in
the cell its middle is (`offset`, down and across).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from unjai.model.errors import UnjaiError
from unjai.vision.box import Box, Boxes, kept_of
from unjai.vision.picture import Rgb, scaled

CELL = 4
"""Pixels of the model's input per cell of its outputs."""
_WHOLE = 32
"""Sides of the input are whole multiples of it."""
_NMS = 0.3
_MOST = 500
_LARGEST_LN = 8.0
"""No face is larger than e⁸ cells: what a broken model says beyond is no face."""
_SHORTEST, _LONGEST = 960, 1920
"""Long side of what the model looks at: smaller pictures are enlarged twice at most, larger ones shrunk."""
_ENLARGED_MOST = 2.0
_DIMENSIONS, _CHANNELS = 4, 3


@dataclass(frozen=True, kw_only=True, slots=True)
class Face:
    """A face: how sure the model is (0 to 1), and where, in pixels of the picture."""

    score: float
    box: Box


class FaceFinder:
    """One model in one session of one thread; use it from one thread at a time."""

    def __init__(self, model: bytes | Path, *, threshold: float = 0.2) -> None:
        """Load the model and try it once; faces from `threshold` on are told: rather too many than too few.

        Raises `face_model_unreadable` (500) for a file that is no such model.
        """
        self._threshold = threshold
        self._session = _session(model)
        try:
            self.find(np.zeros((_WHOLE, _WHOLE, _CHANNELS), np.uint8))
        except (ValueError, IndexError) as error:
            raise UnjaiError("face_model_unreadable", 500, why=str(error)[:200]) from error

    def find(self, rgb: Rgb) -> list[Face]:
        """Return the faces of a picture of any size, surest first."""
        height, width = rgb.shape[:2]
        side = _input_side(width, height)
        planes = np.ascontiguousarray(scaled(rgb, side).transpose(2, 0, 1), np.float32)[None]
        try:
            heat, size, offset = self._session.run(["heat", "size", "offset"], {"image": planes})
        except Exception as error:  # the library's errors share no other class
            raise UnjaiError("face_model_unreadable", 500, why=str(error)[:200]) from error
        boxes, scores = decoded(heat, size, offset, threshold=self._threshold)
        found = []
        for row in kept_of(boxes, scores, limit=_NMS)[:_MOST]:
            x0, y0, x1, y1 = (float(value) for value in boxes[row])
            across, down = width / side[0], height / side[1]
            box = Box(x0 * across, y0 * down, x1 * across, y1 * down).clipped(width, height)
            if box.width >= 1 and box.height >= 1:
                found.append(Face(score=float(scores[row]), box=box))
        return found


def decoded(
    heat: NDArray[Any], size: NDArray[Any], offset: NDArray[Any], *, threshold: float
) -> tuple[Boxes, NDArray[np.float32]]:
    """Return boxes in pixels of the input and their scores, of every cell from `threshold` on; not yet thinned.

    Shapes are (1, 1, h, w), (1, 2, h, w), (1, 2, h, w); `ValueError` for others. What is no number is no face.
    """
    rows, columns = heat.shape[-2:]
    if heat.shape != (1, 1, rows, columns) or size.shape != (1, 2, rows, columns) or offset.shape != size.shape:
        msg = f"outputs of {heat.shape}, {size.shape}, {offset.shape}"
        raise ValueError(msg)
    down, across = np.nonzero(heat[0, 0] >= threshold)  # false for NaN as well
    scores = heat[0, 0, down, across].astype(np.float32)
    logs, places = size[0, :, down, across], offset[0, :, down, across]  # (n, 2): down, across
    good = np.isfinite(scores) & np.isfinite(logs).all(axis=1) & np.isfinite(places).all(axis=1)
    good &= (np.abs(logs) <= _LARGEST_LN).all(axis=1) & (np.abs(places) <= _WHOLE).all(axis=1)
    down, across, scores, logs, places = down[good], across[good], scores[good], logs[good], places[good]
    high, wide = (np.exp(logs[:, side].astype(np.float64)) * CELL for side in (0, 1))
    y, x = ((at + places[:, side] + 0.5) * CELL for side, at in ((0, down), (1, across)))
    boxes = np.stack([x - wide / 2, y - high / 2, x + wide / 2, y + high / 2], axis=1).astype(np.float32)
    return boxes.reshape(-1, 4), scores


def _input_side(width: int, height: int) -> tuple[int, int]:
    """Return what size the model looks at a picture in: whole 32s, near enough to its own proportions."""
    longest = max(width, height)
    scale = min(_ENLARGED_MOST, max(1.0, _SHORTEST / longest)) * min(1.0, _LONGEST / longest)
    return _up(width * scale), _up(height * scale)


def _up(side: float) -> int:
    return max(1, math.ceil(side / _WHOLE)) * _WHOLE


def _session(model: bytes | Path) -> Any:
    import onnxruntime  # noqa: PLC0415  heavy: only where something is looked for

    onnxruntime.set_default_logger_severity(3)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    try:
        session = onnxruntime.InferenceSession(
            model if isinstance(model, bytes) else str(model), options, providers=["CPUExecutionProvider"]
        )
    except Exception as error:  # the library's errors share no other class
        raise UnjaiError("face_model_unreadable", 500, why=str(error)[:200]) from error
    inputs, outputs = session.get_inputs(), {one.name for one in session.get_outputs()}
    if [one.name for one in inputs] != ["image"] or not {"heat", "size", "offset"} <= outputs:
        raise UnjaiError("face_model_unreadable", 500, why=f"{[one.name for one in inputs]} → {sorted(outputs)}"[:200])
    return session
