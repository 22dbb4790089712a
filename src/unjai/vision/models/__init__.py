"""The default detector's file; `make models` builds it, and the wheel carries it with its licence."""

from __future__ import annotations

from pathlib import Path

from unjai.model.errors import UnjaiError

_FILE = Path(__file__).with_name("coco_ssd.onnx")


def default_model() -> Path:
    """Return the file of the default model. Raises `model_missing` where it was not built."""
    if not _FILE.is_file():
        raise UnjaiError("model_missing", 500)
    return _FILE
