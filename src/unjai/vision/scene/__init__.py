"""Scene rules: what the tracks of one camera mean, one module a kind, found by standing in this package.

To add one: a frozen dataclass of parameters made by `param`, a class from `SceneRule`, and its words in both languages.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from functools import cache

from unjai.vision.scene.base import Hit, SceneRule, Words

__all__ = ["Hit", "SceneRule", "Words", "scene_kinds"]


@cache
def scene_kinds() -> Mapping[str, type[SceneRule]]:
    """Return every kind of scene rule by its key."""
    found: dict[str, type[SceneRule]] = {}
    for module in pkgutil.iter_modules(__path__):
        for value in vars(importlib.import_module(f"{__name__}.{module.name}")).values():
            own = isinstance(value, type) and issubclass(value, SceneRule) and "key" in vars(value)
            if own and found.setdefault(value.key, value) is not value:
                msg = f"two kinds of scene rule are called {value.key!r}"
                raise RuntimeError(msg)
    return dict(sorted(found.items()))
