"""The ways that tracks took in the last moments, for rules about walking and running."""

from __future__ import annotations

import math
from collections import deque

from unjai.vision.look import Look, Seen, metres_between, pixels_per_metre


class Trails:
    """The last `keep_s` seconds of every person."""

    def __init__(self, keep_s: float) -> None:
        """Begin with none."""
        self._keep_s = keep_s
        self._trails: dict[int, deque[tuple[float, Seen]]] = {}

    def look(self, look: Look) -> None:
        """Take where everybody is now."""
        for one in look.seen:
            if one.person:
                self._trails.setdefault(one.track, deque()).append((look.t, one))
        for number, trail in list(self._trails.items()):
            while trail and look.t - trail[0][0] > self._keep_s:
                trail.popleft()
            if not trail:
                del self._trails[number]

    def of(self, track: int) -> deque[tuple[float, Seen]]:
        """Return where one was, oldest first."""
        return self._trails.get(track, deque())

    def speed_mps(self, track: int, over_s: float) -> float | None:
        """Return the pace over the last `over_s` seconds; None where it was not seen for so long."""
        trail = self.of(track)
        if not trail:
            return None
        t, here = trail[-1]
        before = [(was, one) for was, one in trail if t - was >= over_s]
        if not before:
            return None
        was, one = before[-1]
        return metres_between(one, here) / (t - was)

    def heading(self, track: int, over_s: float) -> tuple[float, float] | None:
        """Return the direction of the last `over_s` seconds as a unit vector; None for one who hardly moved."""
        trail = self.of(track)
        before = [one for was, one in trail if trail[-1][0] - was >= over_s]
        if not before:
            return None
        x, y = apart_m(before[-1], trail[-1][1])
        length = math.hypot(x, y)
        return (x / length, y / length) if length >= 0.3 * over_s else None


def apart_m(a: Seen, b: Seen) -> tuple[float, float]:
    """Return the way from one to the other in metres, as a vector of the ground or of the picture."""
    if a.metres is not None and b.metres is not None:
        return b.metres[0] - a.metres[0], b.metres[1] - a.metres[1]
    scale = pixels_per_metre(a, b)
    return (b.box.foot[0] - a.box.foot[0]) / scale, (b.box.foot[1] - a.box.foot[1]) / scale
