"""Files of detectors: the default one (`make models`; the wheel carries it), the accurate one (`make accurate`)."""

from __future__ import annotations

from pathlib import Path

from unjai.model.errors import UnjaiError

_FILE = Path(__file__).with_name("coco_ssd.onnx")
_ACCURATE = Path(__file__).with_name("nanodet_g.onnx")


def accurate_model() -> Path:
    """Return the file of the slower model for distant things. Raises `accurate_model_missing` where it is not built."""
    if not _ACCURATE.is_file():
        raise UnjaiError("accurate_model_missing", 500)
    return _ACCURATE


def default_model() -> Path:
    """Return the file of the default model. Raises `model_missing` where it was not built."""
    if not _FILE.is_file():
        raise UnjaiError("model_missing", 500)
    return _FILE
