"""Files of models: the default detector and the finder of faces (`make models`), the accurate one (`make accurate`).

The default detector lies there twice: in floating point, and quick, in whole numbers of eight bits.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from unjai.model.errors import UnjaiError

_FILE = Path(__file__).with_name("coco_ssd.onnx")
_QUICK = Path(__file__).with_name("coco_ssd_quick.onnx")
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


def street_model() -> Path:
    """Return the file that cameras are looked at with. Raises `model_missing` where it was not built.

    The quick form where the processor multiplies whole numbers at once; on others it saves nothing and rounds worse.
    """
    return _QUICK if _QUICK.is_file() and whole_numbers() else default_model()


@cache
def whole_numbers() -> bool:
    """Say whether this processor multiplies whole numbers of eight bits at once (VNNI)."""
    try:
        return "vnni" in Path("/proc/cpuinfo").read_text("utf-8", "replace")
    except OSError:
        return False


def face_model() -> Path:
    """Return the file of the finder of faces. Raises `face_model_missing` where it was not built."""
    if not _FACES.is_file():
        raise UnjaiError("face_model_missing", 500)
    return _FACES
