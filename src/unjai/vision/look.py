"""What a camera saw at one moment, as scene rules and counts want it."""

from __future__ import annotations

import math
from dataclasses import dataclass

from unjai.vision.box import Box
from unjai.vision.kinds import HEIGHT_M, PERSON

_PLAIN_HEIGHT_M = 1.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Seen:
    """One track at one moment."""

    track: int
    """Its number at this camera since the analysis began."""
    kind: str
    score: float
    box: Box
    """Pixels of the picture."""
    x: float
    y: float
    """Where it stands (the middle of the lower edge), in fractions of the picture."""
    first_s: float
    still_s: float = 0.0
    """How long it has stood still by now."""
    metres: tuple[float, float] | None = None
    """Where it stands on the ground (east, north), if the camera is calibrated."""
    parked: bool = False
    """A vehicle or thing that has stood for long: part of the scene by now."""
    cut: bool = False
    """The picture's edge cuts it: its height and foot are not known."""

    @property
    def person(self) -> bool:
        """Say whether it is a person."""
        return self.kind == PERSON


@dataclass(frozen=True, kw_only=True, slots=True)
class Look:
    """All that is in one picture."""

    t: float
    """Seconds, growing."""
    size: tuple[int, int]
    """Width and height of the picture in pixels."""
    seen: tuple[Seen, ...]


def metres_between(a: Seen, b: Seen) -> float:
    """Return how far apart two stand, or one at two moments; on the ground, else by their own heights as a ruler.

    The ruler knows nothing of depth: what is far behind another seems nearer to it than it is.
    """
    if a.metres is not None and b.metres is not None:
        return math.dist(a.metres, b.metres)
    return math.dist(a.box.foot, b.box.foot) / pixels_per_metre(a, b)


def pixels_per_metre(a: Seen, b: Seen) -> float:
    """Return the scale of the picture round two things, by the kinds' usual heights."""
    return max(1e-3, (_scale(a) + _scale(b)) / 2)


def _scale(one: Seen) -> float:
    """Take the longer side of a person's box, so that one who lies is not a child."""
    long = max(one.box.height, one.box.width) if one.person else one.box.height
    return long / HEIGHT_M.get(one.kind, _PLAIN_HEIGHT_M)
