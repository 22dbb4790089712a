"""Who crosses a line, and which way; for rules and for counts."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Literal

from unjai.vision.look import Look, Seen

Way = Literal["left", "right"]
"""To which side of the line, looking from its first point to its second."""
Ends = tuple[tuple[float, float], tuple[float, float]]

_HYSTERESIS = 0.008
"""Fractions of the picture's height: so near to the line nobody is on either side."""
_FORGET_S = 10.0


class Crossings:
    """Watches one line. A thing has crossed when it was clearly on one side and then is clearly on the other."""

    def __init__(self, ends: Ends) -> None:
        """Take the line's two points, in fractions of the picture."""
        self._a, self._b = ends
        self._sides: dict[int, tuple[Way, float, float, float]] = {}

    def look(self, look: Look) -> Iterator[tuple[Seen, Way]]:
        """Yield who crossed since the last look, and to which side."""
        for number in [number for number, side in self._sides.items() if look.t - side[1] > _FORGET_S]:
            del self._sides[number]
        ratio = look.size[0] / look.size[1]
        for one in look.seen:
            away = self._away(one.x, one.y, ratio)
            if abs(away) < _HYSTERESIS:
                continue
            side: Way = "right" if away > 0 else "left"
            before = self._sides.get(one.track)
            self._sides[one.track] = side, look.t, one.x, one.y
            if before is not None and before[0] != side and self._between(before[2], before[3], one.x, one.y, ratio):
                yield one, side

    def _away(self, x: float, y: float, ratio: float) -> float:
        """Return the distance from the line in heights of the picture; positive on its right (y grows downward)."""
        along = (self._b[0] - self._a[0]) * ratio, self._b[1] - self._a[1]
        length = math.hypot(*along)
        return (along[0] * (y - self._a[1]) - along[1] * (x - self._a[0]) * ratio) / length

    def _between(self, x0: float, y0: float, x1: float, y1: float, ratio: float) -> bool:
        """Say whether the way from one point to the other meets the line between its ends."""
        before, after = self._away(x0, y0, ratio), self._away(x1, y1, ratio)
        share = before / (before - after)
        x, y = x0 + share * (x1 - x0), y0 + share * (y1 - y0)
        along = (self._b[0] - self._a[0]) * ratio, self._b[1] - self._a[1]
        there = ((x - self._a[0]) * ratio * along[0] + (y - self._a[1]) * along[1]) / (along[0] ** 2 + along[1] ** 2)
        return -0.02 <= there <= 1.02  # noqa: PLR2004  a foot beside the end counts
