"""Outputs of the known styles of models into boxes and scores, and which style a model's shapes mean.

Every decoder returns boxes as x0, y0, x1, y1 in pixels of the model's input, shape (n, 4), and scores by class, shape
(n, classes). Sources: TensorFlow Object Detection (SSD), Megvii YOLOX `demo_utils.demo_postprocess`, MultimediaTechLab
YOLO `Vec2Box`, RT-DETR and D-FINE `deploy` exports and their Hugging Face ones.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from unjai.model.errors import UnjaiError
from unjai.vision.detector.config import Style

Floats = NDArray[np.float32]
Outputs = Sequence[NDArray[Any]]
Decoded = tuple[Floats, Floats]

_STRIDES = (8, 16, 32)
_BOX = 4
_DETR_OUTPUTS = 3


def style_of(shapes: Sequence[tuple[int, ...]], side: tuple[int, int]) -> Style | None:  # noqa: PLR0911  one line a style
    """Return the style that output shapes mean for an input of (height, width); None where they fit none."""
    cells = grid_cells(side)
    if len(shapes) == 1 and len(shapes[0]) == 3:  # noqa: PLR2004  batch, rows, columns
        _, rows, columns = shapes[0]
        if rows == cells and columns > _BOX + 1:
            return "yolox"
        if columns == cells and rows > _BOX:
            return "yolov9"
        return None
    if len(shapes) == _DETR_OUTPUTS and sorted(len(shape) for shape in shapes) == [2, 2, 3]:
        return "detr"
    if len(shapes) == 2 and all(len(shape) == 3 for shape in shapes):  # noqa: PLR2004  boxes and scores
        first, second = shapes
        if first[1] == second[1] and _BOX in (first[2], second[2]):
            return "ssd" if first[2] == _BOX else "detr"
        return None
    heads = [shape for shape in shapes if len(shape) == 4]  # noqa: PLR2004  batch, channels, height, width
    sides = {shape[2:] for shape in heads}
    boxes = [shape for shape in heads if shape[1] == _BOX]
    return "yolov9" if heads and len(boxes) == len(sides) == len(_STRIDES) else None


def grid_cells(side: tuple[int, int]) -> int:
    """Return how many cells the grids of all strides have over an input of (height, width)."""
    return sum((side[0] // stride) * (side[1] // stride) for stride in _STRIDES)


def decode(style: Style, outputs: Outputs, side: tuple[int, int], *, decoded: bool) -> Decoded:
    """Return boxes and scores of one picture. Raises `model_shape_unknown` where the outputs are not of the style."""
    try:
        boxes, scores = _DECODERS[style](outputs, side, decoded)
    except (ValueError, IndexError, TypeError) as error:
        raise _unknown(outputs) from error
    if boxes.ndim != 2 or boxes.shape[1] != _BOX or scores.ndim != 2 or len(boxes) != len(scores):  # noqa: PLR2004
        raise _unknown(outputs)
    return boxes, scores


def _unknown(outputs: Outputs) -> UnjaiError:
    return UnjaiError("model_shape_unknown", 422, outputs=", ".join(str(tuple(one.shape)) for one in outputs)[:200])


def _ssd(outputs: Outputs, side: tuple[int, int], _decoded: bool) -> Decoded:
    """Boxes (1, n, 4) as y0, x0, y1, x1 in fractions of the input, scores (1, n, classes)."""
    boxes = np.asarray(outputs[0][0], np.float32)[:, [1, 0, 3, 2]]
    return boxes * np.asarray((side[1], side[0]) * 2, np.float32), np.asarray(outputs[1][0], np.float32)


def _yolox(outputs: Outputs, side: tuple[int, int], decoded: bool) -> Decoded:
    """One output (1, cells, 5 + classes): middle, size, "something is here", classes; by cell unless decoded."""
    rows = np.asarray(outputs[0][0], np.float32)
    middle, size = rows[:, :2], rows[:, 2:4]
    if not decoded:
        points, strides = _grid(side)
        middle, size = (middle + points) * strides, np.exp(np.minimum(size, 20)) * strides
    return _cornered(middle, size), rows[:, 4:5] * rows[:, 5:]


def _yolov9(outputs: Outputs, side: tuple[int, int], _decoded: bool) -> Decoded:
    """One output (1, 4 + classes, cells) of pixels, or a pair of classes and distances for each stride."""
    if len(outputs) == 1:
        rows = np.asarray(outputs[0][0], np.float32).T
        return _cornered(rows[:, :2], rows[:, 2:4]), rows[:, 4:]
    boxes, scores = [], []
    for one in outputs:
        if one.ndim == 4 and one.shape[1] == _BOX:  # noqa: PLR2004
            height, width = one.shape[2:]
            stride = side[0] / height
            logits = next(
                each
                for each in outputs
                if each is not one and each.ndim == 4 and each.shape[2:] == (height, width) and each.shape[1] != _BOX  # noqa: PLR2004
            )
            away = np.asarray(one[0], np.float32).reshape(_BOX, -1).T * stride
            across, down = np.meshgrid(np.arange(width), np.arange(height))
            middle = (np.stack([across.ravel(), down.ravel()], 1).astype(np.float32) + 0.5) * stride
            boxes.append(np.concatenate([middle - away[:, :2], middle + away[:, 2:]], 1))
            scores.append(_sigmoid(np.asarray(logits[0], np.float32).reshape(logits.shape[1], -1).T))
    return np.concatenate(boxes).astype(np.float32), np.concatenate(scores)


def _detr(outputs: Outputs, side: tuple[int, int], _decoded: bool) -> Decoded:
    """Labels, boxes, scores of the best queries in pixels; or logits with boxes as middle and size in fractions."""
    whole = np.asarray((side[1], side[0]) * 2, np.float32)
    if len(outputs) == _DETR_OUTPUTS:
        boxes = next(np.asarray(one[0], np.float32) for one in outputs if one.ndim == 3)  # noqa: PLR2004
        flat = [one for one in outputs if one.ndim == 2]  # noqa: PLR2004
        labels = next(one for one in flat if np.issubdtype(one.dtype, np.integer))[0].astype(np.int64)
        best = np.asarray(next(one for one in flat if not np.issubdtype(one.dtype, np.integer))[0], np.float32)
        scores = np.zeros((len(best), int(max(labels.max(initial=0), 79)) + 1), np.float32)
        scores[np.arange(len(best)), np.clip(labels, 0, None)] = best
        return boxes, scores
    logits, boxes = (np.asarray(one[0], np.float32) for one in outputs)
    return _cornered(boxes[:, :2] * whole[:2], boxes[:, 2:] * whole[:2]), _sigmoid(logits)


_DECODERS = {"ssd": _ssd, "yolox": _yolox, "yolov9": _yolov9, "detr": _detr}


def _grid(side: tuple[int, int]) -> tuple[Floats, Floats]:
    points, strides = [], []
    for stride in _STRIDES:
        across, down = np.meshgrid(np.arange(side[1] // stride), np.arange(side[0] // stride))
        points.append(np.stack([across.ravel(), down.ravel()], 1))
        strides.append(np.full((across.size, 1), stride))
    return np.concatenate(points).astype(np.float32), np.concatenate(strides).astype(np.float32)


def _cornered(middle: Floats, size: Floats) -> Floats:
    return np.concatenate([middle - size / 2, middle + size / 2], 1).astype(np.float32)


def _sigmoid(values: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-np.clip(values, -60, 60))), np.float32)
