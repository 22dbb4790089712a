"""What a green way came to: how long a phase was held for whom, and how long the others waited meanwhile. Pure."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

_GAP_S = 5.0
"""Seconds further apart than this were not watched, and are not counted."""


@dataclass(slots=True)
class Held:
    """For one vehicle; `waited_s` are seconds of all vehicles that stood before red."""

    held_s: float = 0.0
    waited_s: float = 0.0


@dataclass(slots=True)
class Holding:
    """Follows it second by second."""

    held: dict[str, Held] = field(default_factory=dict)
    _last_s: float | None = None

    def second(self, now_s: float, key: str, waiting: int) -> bool:
        """Take a second in which a phase is held for `key` while so many stand elsewhere; tell whether it began."""
        began = key not in self.held
        one = self.held.setdefault(key, Held())
        gone_s = 0.0 if began or self._last_s is None else now_s - self._last_s
        if 0.0 < gone_s <= _GAP_S:
            one.held_s += gone_s
            one.waited_s += gone_s * waiting
        self._last_s = now_s
        return began

    def over(self, coming: Collection[str]) -> dict[str, Held]:
        """Return and forget those who do not come any more."""
        ended = {key: one for key, one in self.held.items() if key not in coming}
        self.held = {key: one for key, one in self.held.items() if key in coming}
        return ended
