"""What the centre told of its own things, so that later requests can name them."""

from __future__ import annotations

import random
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_KEPT = 40
_NAMED = 0.8
"""How often a known thing is named, where there is one; else what was made stands."""


def _one(word: str) -> str:
    return word.replace("-", "_").removesuffix("s")


class Known:
    """Ids and keys by the name they go by in paths and bodies; what is ours is never told."""

    def __init__(self, ours: Iterable[str], dice: random.Random) -> None:
        """Know nothing; `ours` are the accounts and sessions by which the bench itself asks."""
        self._ours, self._dice = frozenset(ours), dice
        self._held: dict[str, list[Any]] = defaultdict(list)

    def hear(self, path: str, said: Any) -> None:
        """Take the ids out of an answer to a request for `path`."""
        static = [part for part in path.split("/") if part and not part.startswith("{")]
        self._walk(_one(static[-1]) if static else "", said, 0)

    def _walk(self, name: str, said: Any, depth: int) -> None:
        if depth > 8:
            return
        if isinstance(said, Mapping):
            for key, value in said.items():
                if key == "id":
                    self._keep(name, value)
                elif isinstance(value, dict | list):
                    self._walk(_one(key), value, depth + 1)
                else:
                    self._keep(key.removesuffix("_id"), value)
        elif isinstance(said, list):
            for one in said[:30]:
                self._walk(name, one, depth + 1)

    def _keep(self, name: str, value: Any) -> None:
        if value in self._ours or isinstance(value, bool | float) or not value or len(str(value)) > 64:
            return
        held = self._held[name]
        if value not in held:
            held.append(value)
            if len(held) > _KEPT:
                held.pop(self._dice.randrange(len(held)))

    def named(self, parameter: str) -> Any:
        """Return something that may stand for `parameter`, or None."""
        name = parameter.removesuffix("_id")
        fits = [key for key in self._held if key == name or key.endswith(f"_{name}") or name.endswith(f"_{key}")]
        if not fits or self._dice.random() > _NAMED:
            return None
        return self._dice.choice(self._held[self._dice.choice(fits)])

    def into_path(self, parameters: dict[str, Any]) -> dict[str, Any]:
        """Return the parameters of a path with known things in them."""
        return {name: self._for(name, value) for name, value in parameters.items()}

    def into_body(self, body: Any, depth: int = 0) -> Any:
        """Return a body whose ids are of known things."""
        if isinstance(body, dict) and depth < 4:
            return {
                key: self._for(key, value)
                if isinstance(value, str) and _UUID.fullmatch(value)
                else self.into_body(value, depth + 1)
                for key, value in body.items()
            }
        return body

    def _for(self, name: str, made: Any) -> Any:
        found = self.named("incident" if name == "into" else name)
        return made if found is None else found
