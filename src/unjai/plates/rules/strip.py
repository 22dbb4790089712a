"""What the strip of live reads shows of a flood: the newest few, and how many more there were. Pure."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping
from typing import Any, Final

SHOWN: Final = 12
"""So many reads go out in one message."""


class Strip:
    """Gathers reads between two messages. `cameras` are the keys that are wanted; empty: all."""

    def __init__(self, most: int = SHOWN) -> None:
        """Hold nothing yet."""
        self.cameras: frozenset[str] = frozenset()
        self._newest: deque[dict[str, Any]] = deque(maxlen=most)
        self._count = 0

    def take(self, rows: Iterable[Mapping[str, Any]], count: int) -> None:
        """Take reads, the newest last; `count` is how many there were, `rows` may be fewer."""
        seen = list(rows)
        wanted = [dict(one) for one in seen if not self.cameras or one["camera"] in self.cameras]
        self._newest.extend(wanted)
        # What was left out before it came here belongs to cameras nobody can name any more.
        self._count += len(wanted) if self.cameras else max(count, len(wanted))

    def give(self) -> dict[str, Any] | None:
        """Return the message to send, and begin anew; None where nothing came."""
        if not self._count and not self._newest:
            return None
        told = {"reads": list(self._newest), "more": self._count - len(self._newest)}
        self._newest.clear()
        self._count = 0
        return told
