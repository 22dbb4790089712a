"""The port to onnxruntime: sheets in, readings out. Ours by default, or an operator's own of the same shape."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np

from unjai.model.errors import UnjaiError
from unjai.vision.plates.decode import Calibration, Reading, decoded
from unjai.vision.plates.heads import BLANK, NO_PLACE, SLOTS
from unjai.vision.plates.sheet import HEIGHT, WIDTH, Sheet

FILE: Final = Path(__file__).with_name("plates.onnx")
NOTE: Final = "unjai_plates"
"""Key of the model's metadata under which its calibration stands, as JSON."""
OUTPUTS: Final = ("steps", "slots", "place", "legible")
LEGIBLE: Final = OUTPUTS.index("legible")
_AT_ONCE = 16


def session_of(model: Path) -> Any:
    """Open an ONNX file for one thread that never spins. Raises `plate_model_missing`, `plate_model_unknown`."""
    if not model.is_file():
        raise UnjaiError("plate_model_missing", 500, file=model.name)
    import onnxruntime  # noqa: PLC0415  heavy: only where something is read

    onnxruntime.set_default_logger_severity(3)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    try:
        return onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # the library's errors share no other class
        raise UnjaiError("plate_model_unknown", 422, why=str(error)[:200]) from error


class PlateNet:
    """One net in one session of one thread; use it from one thread at a time."""

    def __init__(self, model: Path | None = None) -> None:
        """Load a net and try it once. Raises `plate_model_missing` or `plate_model_unknown`."""
        self._session = session_of(model or FILE)
        told = self._session.get_modelmeta().custom_metadata_map.get(NOTE)
        try:
            self.note: dict[str, Any] = json.loads(told) if told else {}
        except ValueError as error:
            raise UnjaiError("plate_model_unknown", 422, why=NOTE) from error
        self.calibration = Calibration.read(self.note["calibration"]) if "calibration" in self.note else Calibration()
        self._feed = str(self._session.get_inputs()[0].name)
        self._check()

    def logits(self, sheets: Sequence[Sheet]) -> list[Any]:
        """Return the heads' logits of some sheets, in the order of `OUTPUTS`."""
        parts = [
            self._session.run(
                list(OUTPUTS), {self._feed: np.stack(sheets[begin : begin + _AT_ONCE]).astype(np.float32)}
            )
            for begin in range(0, len(sheets), _AT_ONCE)
        ]
        return [np.concatenate(one) for one in zip(*parts, strict=True)]

    def read(self, sheets: Sequence[Sheet]) -> list[Reading]:
        """Return what stands on each sheet."""
        return self.readings(self.logits(sheets)) if sheets else []

    def readings(self, logits: Sequence[Any]) -> list[Reading]:
        """Return what `logits`, or some rows of them, say."""
        return [
            decoded(steps, slots, place, float(legible), self.calibration)
            for steps, slots, place, legible in zip(*logits, strict=True)
        ]

    def _check(self) -> None:
        try:
            steps, slots, place, legible = self.logits([np.zeros((HEIGHT, WIDTH), np.uint8)])
        except Exception as error:  # the library's errors share no other class
            raise UnjaiError("plate_model_unknown", 422, why=str(error)[:200]) from error
        fits = steps.ndim == 3 and steps.shape[2] == BLANK + 1 and slots.shape == (1, SLOTS, BLANK + 1)  # noqa: PLR2004
        if not fits or place.shape != (1, NO_PLACE + 1) or legible.shape != (1,):
            shapes = ", ".join(str(one.shape) for one in (steps, slots, place, legible))
            raise UnjaiError("plate_model_unknown", 422, why=shapes)
