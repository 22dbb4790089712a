"""What must be known of an operator's own model beyond its shapes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Final, Literal, get_args

from unjai.model.errors import UnjaiError

Style = Literal["ssd", "yolox", "yolov9", "detr"]
STYLES: Final[tuple[str, ...]] = get_args(Style)

_MOST_NAMES = 2000
LARGEST_SIDE = 2048
_SMALLEST_SIDE = 32


@dataclass(frozen=True, kw_only=True, slots=True)
class ModelConfig:
    """Everything may be left out: style and names come from the shapes, the rest from the style."""

    style: Style | None = None
    names: tuple[str, ...] = ()
    """What each class is called; COCO's where nothing is given and the count fits. Others than ours are not used."""
    size: int = 640
    """Side of the input where the model leaves it open."""
    threshold: float = 0.5
    """A score from here on is a sighting by itself; below it, a sighting only of what is followed already."""
    scale: float | None = None
    """What a value of 255 becomes: 255 or 1, by style."""
    bgr: bool | None = None
    letterbox: bool | None = None
    """Keep the proportions and fill up, rather than stretch."""
    decoded: bool = False
    """YOLOX only: boxes are pixels already (exported with decode_in_inference)."""
    mean: tuple[float, float, float] | None = None
    std: tuple[float, float, float] | None = None
    """Subtracted and divided after `scale`."""

    @classmethod
    def read(cls, given: object) -> ModelConfig:
        """Read a JSON object. Raises `model_config_unreadable`, which names the field."""
        if not isinstance(given, Mapping):
            raise UnjaiError("model_config_unreadable", 422, field="")
        known = {field.name for field in fields(cls)}
        for name, value in given.items():
            if name not in known or not _fits(str(name), value):
                raise UnjaiError("model_config_unreadable", 422, field=str(name)[:40])
        values: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value for name, value in given.items()
        }
        return cls(**values)


def _number(value: object, low: float, high: float) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and low <= value <= high


def _fits(name: str, value: object) -> bool:  # noqa: PLR0911  one line a field
    if name == "style":
        return value in STYLES
    if name == "names":
        return isinstance(value, list) and len(value) <= _MOST_NAMES and all(isinstance(one, str) for one in value)
    if name == "size":
        return isinstance(value, int) and _number(value, _SMALLEST_SIDE, LARGEST_SIDE)
    if name == "threshold":
        return _number(value, 0.01, 0.99)
    if name == "scale":
        return _number(value, 1, 255)
    if name in ("mean", "std"):
        low = 1e-6 if name == "std" else -1000.0
        return isinstance(value, list) and len(value) == 3 and all(_number(one, low, 1000) for one in value)  # noqa: PLR2004
    return isinstance(value, bool)
