"""Files of models: the default detector and the finder of faces (`make models`), the accurate one (`make accurate`)."""

from __future__ import annotations

from pathlib import Path

from unjai.model.errors import UnjaiError

_FILE = Path(__file__).with_name("coco_ssd.onnx")
_ACCURATE = Path(__file__).with_name("nanodet_g.onnx")
_FACES = Path(__file__).with_name("centerface.onnx")


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


def face_model() -> Path:
    """Return the file of the finder of faces. Raises `face_model_missing` where it was not built."""
    if not _FACES.is_file():
        raise UnjaiError("face_model_missing", 500)
    return _FACES
