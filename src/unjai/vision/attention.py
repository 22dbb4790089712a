"""Where the detector looks: squares at full resolution round what moves, as Frigate does, and the whole now and then.

A model of 300 × 300 pixels sees a person of 40 pixels in a picture of 768 as one of 16, and misses him; in a square cut
out at full resolution he keeps his 40. Each look may cost a bounded number of runs of the model, so a busy camera takes
nothing from the others: what was looked at longest ago comes first. Between two looks at the whole, the model runs only
where something presses: what the whole showed a moment ago is carried on by its track.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from unjai.vision.box import Box, inside_share

_ROOM = 1.5
"""A square is so much larger than what it is about: models want surroundings."""
_WHOLE_FROM = 0.9
"""A square of this share of the longer side is the whole picture."""
_MOSTLY, _WITHIN = 0.7, 0.95
_REMEMBERED_S = 8.0
_EARLY_S = 0.05
"""Cameras' times shake: a look that is due in so little is due now."""
_LEAST_ROOM = 1.2
"""What is cut off a square above and below leaves so many times the height of what it is about."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Interest:
    """Something worth a look: where (pixels), and when it was looked at last."""

    box: Box
    looked_s: float
    pressing: bool = True
    """It cannot wait for the next look at the whole."""


class Attention:
    """Chooses for one camera; `runs` is how often the model may run for one picture."""

    def __init__(
        self,
        side: int,
        *,
        runs: int = 1,
        whole_s: float = 0.4,
        calm_s: float = 5.0,
        shares: Sequence[float] = (),
    ) -> None:
        """Take the side of the model's input in pixels, and how often the whole is looked at: in motion, in calm.

        `shares` are how high, as shares of the side, the input may be besides, growing: what is lower costs less.
        """
        self._side, self._runs, self._whole_s, self._calm_s = side, runs, whole_s, calm_s
        self._shares = tuple(shares)
        self._whole_at = float("-inf")
        self._squared: list[tuple[float, Box]] = []

    def choose(self, t: float, size: tuple[int, int], interests: Sequence[Interest]) -> list[Box]:
        """Return the parts of the picture to look at now; none where nothing is of interest and the whole is fresh."""
        whole = Box(0, 0, size[0], size[1])
        due = t - self._whole_at >= (self._whole_s if interests else self._calm_s) - _EARLY_S
        pressed = any(one.pressing for one in interests)
        parts = self._squares(size, interests) if pressed and not (due and self._runs == 1) else []
        if due or whole in parts or (parts and self._side >= max(size)):
            self._whole_at = t
            parts = [whole, *(part for part in parts if part != whole)]
        self._squared = [(at, part) for at, part in self._squared if t - at <= _REMEMBERED_S]
        self._squared += [(t, part) for part in parts[: self._runs] if part != whole]
        return parts[: self._runs]

    def squared_s(self, box: Box) -> float:
        """Return when a box was last looked at in a square; minus infinity for longer ago than some seconds."""
        return max((at for at, part in self._squared if inside_share(box, part) > _MOSTLY), default=float("-inf"))

    def _squares(self, size: tuple[int, int], interests: Sequence[Interest]) -> list[Box]:
        left = sorted(interests, key=lambda one: one.looked_s)
        squares: list[Box] = []
        while left and len(squares) < self._runs:
            about = left.pop(0).box.clipped(*size)
            square = self._square(about, size)
            for one in sorted(left, key=lambda other: _apart(about, other.box)):
                wider = about.union(one.box.clipped(*size))
                if max(wider.width, wider.height) * 1.1 <= max(square.width, square.height):
                    about = wider
                    square = self._square(about, size)
            within = [one.box.clipped(*size) for one in left]
            shown = [box for box in within if inside_share(box, square) >= _WITHIN]
            left = [one for one, box in zip(left, within, strict=True) if inside_share(box, square) < _WITHIN]
            squares.append(square if square == (0, 0, *size) else self._trimmed(square, [about, *shown]))
        return squares

    def _square(self, about: Box, size: tuple[int, int]) -> Box:
        """Return a square round a box, moved into the picture; as much of the picture's short side as there is."""
        side = max(float(self._side), _ROOM * max(about.width, about.height))
        if side >= _WHOLE_FROM * max(size):
            return Box(0, 0, size[0], size[1])
        wide, high = min(side, size[0]), min(side, size[1])
        x, y = about.centre
        x0 = round(min(max(0.0, x - wide / 2), size[0] - wide))
        y0 = round(min(max(0.0, y - high / 2), size[1] - high))
        return Box(x0, y0, x0 + round(wide), y0 + round(high))

    def _trimmed(self, square: Box, shown: Sequence[Box]) -> Box:
        """Return a square without what lies above and below all of interest in it, where the model gains by that."""
        top, bottom = min(box.y0 for box in shown), max(box.y1 for box in shown)
        for share in self._shares:
            high = int(square.width * share)
            if _LEAST_ROOM * (bottom - top) <= high < square.height:
                y0 = round(min(max(square.y0, (top + bottom - high) / 2), square.y1 - high))
                return Box(square.x0, y0, square.x1, y0 + high)
        return square


def _apart(a: Box, b: Box) -> float:
    return abs(a.centre[0] - b.centre[0]) + abs(a.centre[1] - b.centre[1])
