"""The port to onnxruntime: one picture or a part of it in, detections in the picture's own pixels out."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from unjai.model.errors import UnjaiError
from unjai.vision.box import Box, kept_of
from unjai.vision.detector.config import LARGEST_SIDE, ModelConfig, Style
from unjai.vision.detector.decode import decode, style_of
from unjai.vision.kinds import KINDS, names_for
from unjai.vision.picture import Rgb, scaled

FAINT = 0.4
"""Times the threshold: down to here a detection is kept, for what is followed already."""
_NMS = 0.5
_MOST = 200
"""Detections of a picture; a model that sees more sees noise."""
_DIMENSIONS = 4
_CHANNELS = 3
_PAD = {"ssd": 127, "yolox": 114, "yolov9": 114, "detr": 114}
_SCALE = {"ssd": 255.0, "yolox": 255.0, "yolov9": 1.0, "detr": 1.0}


@dataclass(frozen=True, kw_only=True, slots=True)
class Detection:
    """One thing seen: its kind, how sure the model is (0 to 1), where (pixels of the picture)."""

    kind: str
    score: float
    box: Box
    colours: NDArray[np.float32] | None = field(default=None, compare=False)
    """How its colours are shared out, to tell it from its neighbours in the next picture; never kept or sent."""


class Detector:
    """One model in one session of one thread; use it from one thread at a time."""

    def __init__(self, model: bytes | Path, config: ModelConfig | None = None) -> None:
        """Load a model and try it once on a black picture, so that a wrong one is told now and not at night.

        Raises `model_unreadable`, `model_input_unknown`, `model_shape_unknown`, `model_names_missing`.
        """
        self._config = config or ModelConfig()
        self._session = _session(model)
        self._feeds = _inputs(self._session.get_inputs())
        first = self._session.get_inputs()[0]
        self._fold = _fold(first)
        shape = first.shape if self._fold is None else _unfolded(first.shape, self._fold)
        self.side = _side(shape, self._config.size)
        """Height and width of the model's input."""
        self._heights = _heights(self._session, shape)
        if self._heights:
            self.side = self._heights[-1], self.side[1]
        self._half = first.type == "tensor(float16)"
        self._style, self._names = self._tried()
        self._kept = {number: name for number, name in enumerate(self._names) if name in KINDS}
        if not self._kept:
            raise UnjaiError("model_names_missing", 422, count=len(self._names))

    @property
    def style(self) -> Style:
        """Return the style that the model turned out to be."""
        return self._style

    @property
    def threshold(self) -> float:
        """Return from which score on a detection counts by itself."""
        return self._config.threshold

    @property
    def shares(self) -> tuple[float, ...]:
        """Return how high the model's input may be besides its side, as shares of its width, growing."""
        return tuple(high / self.side[1] for high in self._heights[:-1])

    def look(self, rgb: Rgb) -> list[Detection]:
        """Return what a picture shows, surest first, from `FAINT` times the threshold on."""
        height, width = rgb.shape[:2]
        filled, scale = self._fitted(rgb)
        boxes, scores = decode(self._style, self._run(filled), self.side, decoded=self._config.decoded)
        found: list[Detection] = []
        for number, name in self._kept.items():
            if number >= scores.shape[1]:
                continue
            of_kind = scores[:, number]
            chosen = np.flatnonzero(of_kind >= FAINT * self._config.threshold)  # false for NaN as well
            if not chosen.size:
                continue
            for row in kept_of(boxes[chosen], of_kind[chosen], limit=_NMS):
                x0, y0, x1, y1 = (float(value) for value in boxes[chosen[row]])
                box = Box(x0 / scale[0], y0 / scale[1], x1 / scale[0], y1 / scale[1]).clipped(width, height)
                if box.width >= 1 and box.height >= 1:
                    found.append(Detection(kind=name, score=float(of_kind[chosen[row]]), box=box))
        return sorted(found, key=lambda one: -one.score)[:_MOST]

    def _fitted(self, rgb: Rgb) -> tuple[Rgb, tuple[float, float]]:
        """Return the picture at the model's size, and pixels of input per pixel of picture across and down."""
        height, width = rgb.shape[:2]
        letterbox = self._config.letterbox
        if letterbox if letterbox is not None else self._style != "detr":
            factor = min(self.side[0] / height, self.side[1] / width)
            inner = max(1, round(width * factor)), max(1, round(height * factor))
            high = next((one for one in self._heights if one >= inner[1]), self.side[0])
            filled = np.full((high, self.side[1], _CHANNELS), _PAD[self._style], np.uint8)
            filled[: inner[1], : inner[0]] = scaled(rgb, inner)
        else:
            inner = self.side[1], self.side[0]
            filled = scaled(rgb, inner)
        return filled, (inner[0] / width, inner[1] / height)

    def _run(self, filled: Rgb) -> list[NDArray[Any]]:
        config = self._config
        bgr = config.bgr if config.bgr is not None else self._style == "yolox"
        values = filled[..., ::-1] if bgr else filled
        if self._fold is not None:
            return self._asked({self._feeds[0]: folded(values, self._fold)})
        planes = np.ascontiguousarray(values.transpose(2, 0, 1), np.float32)[None]
        scale = config.scale if config.scale is not None else _SCALE[self._style]
        if scale != 255:  # noqa: PLR2004
            planes *= np.float32(scale / 255)
        if config.mean is not None:
            planes -= np.asarray(config.mean, np.float32).reshape(1, 3, 1, 1)
        if config.std is not None:
            planes /= np.asarray(config.std, np.float32).reshape(1, 3, 1, 1)
        feed: dict[str, NDArray[Any]] = {self._feeds[0]: planes.astype(np.float16) if self._half else planes}
        if len(self._feeds) > 1:  # RT-DETR asks for the size in which it shall answer
            feed[self._feeds[1]] = np.asarray([[self.side[1], self.side[0]]], np.int64)
        return self._asked(feed)

    def _asked(self, feed: dict[str, NDArray[Any]]) -> list[NDArray[Any]]:
        try:
            return cast("list[NDArray[Any]]", self._session.run(None, feed))
        except Exception as error:  # the library's errors share no other class
            raise UnjaiError("model_not_run", 500, why=str(error)[:200]) from error

    def _tried(self) -> tuple[Style, tuple[str, ...]]:
        self._style = self._config.style or "ssd"
        outputs = self._run(np.zeros((*self.side, _CHANNELS), np.uint8))
        style = self._config.style or style_of([tuple(one.shape) for one in outputs], self.side)
        if style is None:
            shapes = ", ".join(str(tuple(one.shape)) for one in outputs)
            raise UnjaiError("model_shape_unknown", 422, outputs=shapes[:200])
        _boxes, scores = decode(style, outputs, self.side, decoded=self._config.decoded)
        told = str(self._session.get_modelmeta().custom_metadata_map.get("unjai.names", ""))
        names = self._config.names or tuple(told.split(",") if told else names_for(scores.shape[1]))
        return style, names


def _session(model: bytes | Path) -> Any:
    import onnxruntime  # noqa: PLC0415  heavy: only where something is detected

    onnxruntime.set_default_logger_severity(3)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.enable_cpu_mem_arena = True
    try:
        return onnxruntime.InferenceSession(
            model if isinstance(model, bytes) else str(model), options, providers=["CPUExecutionProvider"]
        )
    except Exception as error:  # the library's errors share no other class
        raise UnjaiError("model_unreadable", 422, why=str(error)[:200]) from error


def _heights(session: Any, shape: list[Any]) -> list[int]:
    """Return the heights, growing, that a model of open height says it takes: a wide picture needs no rows of grey."""
    told = str(session.get_modelmeta().custom_metadata_map.get("unjai.heights", ""))
    words = [] if isinstance(shape[2], int) else told.split(",")
    return sorted(int(word) for word in words if word.isdecimal() and 0 < int(word) <= LARGEST_SIDE)


def folded(rgb: Rgb, by: int) -> Rgb:
    """Return a picture's squares of `by` × `by` pixels as one of many channels: (1, rows / by, columns / by, 3 · by²).

    Its height and width are multiples of `by`.
    """
    high, wide = rgb.shape[0] // by, rgb.shape[1] // by
    runs = np.ascontiguousarray(rgb).reshape(high, by, -1).view(f"V{_CHANNELS * by}")  # copied as whole runs of bytes
    cells = np.empty((high, wide, by), runs.dtype)
    for row in range(by):
        cells[..., row] = runs[:, row]
    return cells.view(np.uint8).reshape(1, high, wide, _CHANNELS * by * by)


def _fold(image: Any) -> int | None:
    """Return how many pixels beside each other an input of bytes takes as one; None for one of floats."""
    if image.type != "tensor(uint8)" or len(image.shape) != _DIMENSIONS:
        return None
    return next((by for by in (1, 2, 4) if image.shape[3] == _CHANNELS * by * by), None)


def _unfolded(shape: list[Any], by: int) -> list[Any]:
    """Return the shape that such an input would have as planes of pixels."""
    return [shape[0], _CHANNELS, *(one * by if isinstance(one, int) else one for one in shape[1:3])]


def _inputs(inputs: list[Any]) -> list[str]:
    image = inputs[0]
    if _fold(image) is not None and len(inputs) == 1 and image.shape[0] == 1:
        return [str(image.name)]
    fits = len(image.shape) == _DIMENSIONS and image.type in ("tensor(float)", "tensor(float16)")
    fits = fits and (image.shape[1] in (_CHANNELS, None) or isinstance(image.shape[1], str))
    sizes = all(one.type == "tensor(int64)" for one in inputs[1:]) and len(inputs) <= 2  # noqa: PLR2004
    if not fits or not sizes or (isinstance(image.shape[0], int) and image.shape[0] != 1):
        shapes = ", ".join(f"{one.shape} {one.type}" for one in inputs)
        raise UnjaiError("model_input_unknown", 422, inputs=shapes[:200])
    return [str(one.name) for one in inputs]


def _side(shape: list[Any], open_side: int) -> tuple[int, int]:
    height, width = (one if isinstance(one, int) and one > 0 else open_side for one in shape[2:])
    return height, width
