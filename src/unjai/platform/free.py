"""JSON whose shape is somebody else's: what of it can be stored and said again."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import AfterValidator

DEPTH_MOST = 20


def sayable(said: Any, depth: int = 0) -> Any:
    """Return JSON that can be sent, whatever was echoed in it.

    A half of a surrogate pair becomes a question mark, a number that JSON has not becomes its word, what lies too
    deep is left out.
    """
    if isinstance(said, str):
        return said.encode("utf-8", "replace").decode()
    if isinstance(said, float) and not math.isfinite(said):
        return str(said)
    if depth > DEPTH_MOST:
        return "…"
    if isinstance(said, Mapping):
        return {sayable(str(key)): sayable(value, depth + 1) for key, value in said.items()}
    if isinstance(said, list | tuple):
        return [sayable(one, depth + 1) for one in said]
    return said


def storable(said: dict[str, Any]) -> dict[str, Any]:
    """Return an object as it is; a `ValueError` where it could not be stored and said again."""
    if sayable(said) != said or _has_nul(said):
        raise ValueError(f"Input should be JSON without NUL, NaN or broken text, at most {DEPTH_MOST} deep")
    return said


def _has_nul(said: Any) -> bool:
    if isinstance(said, str):
        return "\x00" in said
    if isinstance(said, Mapping):
        return any(_has_nul(key) or _has_nul(value) for key, value in said.items())
    return isinstance(said, list) and any(map(_has_nul, said))


Free = Annotated[dict[str, Any], AfterValidator(storable)]
"""An object that comes in and is not read any further where it comes in."""
