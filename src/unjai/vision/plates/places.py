"""From lines of text to where plates may be: which line is a registration, and how far its plate reaches. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from unjai.vision.plates.lines import Line
from unjai.vision.plates.vote import Quad, box_of

MOST: Final = 12
"""Places of one picture that are read; the largest lines come first."""

_STEEPEST = 40.0
_LONGER = 1.5
"""A registration is longer than tall by at least this."""
_GROWN: Final = ((0.05, 0.25, 0.75), (0.15, 0.45, 0.50), (0.12, 0.45, 1.00))
"""How far a plate reaches beyond its registration: at the sides (of its width), above and below (of its height)."""
_SAME: Final = 0.8
_STACKED: Final = ((0.08, 0.14, 0.14), (0.14, 0.22, 0.22))


class Place(NamedTuple):
    """One place, in some views of it: the first is the plainest."""

    views: tuple[Quad, ...]
    width_px: float


def places(lines: Sequence[Line]) -> list[Place]:
    """Return where plates may be, largest first: single lines, pairs on one baseline, pairs above each other."""
    fitting = [one for one in lines if abs(one.degrees) <= _STEEPEST]
    found = [_place(one, _GROWN) for one in fitting if one.wide >= _LONGER * one.tall]
    for number, one in enumerate(fitting):
        for other in fitting[number + 1 :]:
            if _beside(one, other):
                found.append(_place(joined(one, other), _GROWN))
            elif _above(one, other):
                found.append(_place(joined(one, other), _STACKED))
    kept: list[Place] = []
    for place in sorted(found, key=lambda one: -one.width_px):
        if not any(_same(place, other) for other in kept):
            kept.append(place)
    return kept[:MOST]


def joined(one: Line, other: Line) -> Line:
    """Return the line box round two, turned as the longer one is."""
    degrees = one.degrees if one.wide >= other.wide else other.degrees
    radians = math.radians(degrees)
    along = np.array([math.cos(radians), math.sin(radians)])
    aside = np.array([-along[1], along[0]])
    points = np.array([corner for line in (one, other) for corner in corners(line, 0, 0, 0)])
    u, v = points @ along, points @ aside
    middle = along * (u.min() + u.max()) / 2 + aside * (v.min() + v.max()) / 2
    size = float(u.max() - u.min()), float(v.max() - v.min())
    return Line(float(middle[0]), float(middle[1]), *size, degrees, min(one.score, other.score))


def corners(line: Line, sides: float, up: float, down: float) -> Quad:
    """Return a line's corners, grown by shares of its width (at both sides) and of its height (above, below)."""
    radians = math.radians(line.degrees)
    along = np.array([math.cos(radians), math.sin(radians)])
    aside = np.array([-along[1], along[0]])
    half = line.wide * (0.5 + sides)
    top, bottom = -line.tall * (0.5 + up), line.tall * (0.5 + down)
    middle = np.array([line.x, line.y])
    made = [middle + along * u + aside * v for u, v in ((-half, top), (half, top), (half, bottom), (-half, bottom))]
    return tuple((float(x), float(y)) for x, y in made)  # type: ignore[return-value]


def straightened(grey: NDArray[np.uint8], quad: Quad) -> NDArray[np.uint8]:
    """Return what four corners hold, upright, in about the picture's own pixels."""
    points = np.asarray(quad, np.float32)
    wide = max(8, min(640, round(float(np.hypot(*(points[1] - points[0]))))))
    tall = max(8, min(640, round(float(np.hypot(*(points[3] - points[0]))))))
    to = np.asarray([(0, 0), (wide, 0), (wide, tall), (0, tall)], np.float32)
    made = cv2.warpPerspective(
        grey,
        cv2.getPerspectiveTransform(points, to),
        (wide, tall),
        flags=cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REPLICATE,
    )
    return np.asarray(made, np.uint8)


def whole(rgb: NDArray[np.uint8]) -> Quad:
    """Return the corners of a picture."""
    rows, columns = rgb.shape[:2]
    return ((0.0, 0.0), (float(columns), 0.0), (float(columns), float(rows)), (0.0, float(rows)))


def _same(one: Place, other: Place) -> bool:
    """Say whether two places are one, found twice."""
    a, b = (box_of(place.views[0]) for place in (one, other))
    common = a.common(b)
    return common > _SAME * (a.area + b.area - common)


def _place(line: Line, grown: Sequence[tuple[float, float, float]]) -> Place:
    return Place(tuple(corners(line, *one) for one in grown), line.wide * 1.12)


def _beside(one: Line, other: Line) -> bool:
    """Say whether two lines are parts of one: letters and number are often found apart."""
    return _near(one, other, reach=2.0) and _offset(one, other)[1] < 0.45 * max(one.tall, other.tall)


def _above(one: Line, other: Line) -> bool:
    """Say whether two lines may be first and last of a motorcycle's plate."""
    along, aside = _offset(one, other)
    tall = max(one.tall, other.tall)
    return _near(one, other, reach=1.0) and along < 0.5 * max(one.wide, other.wide) and tall < aside < 2.6 * tall


def _near(one: Line, other: Line, *, reach: float) -> bool:
    turned = abs(one.degrees - other.degrees) < 15 or min(one.wide / one.tall, other.wide / other.tall) < 1.6  # noqa: PLR2004
    alike = 0.5 <= one.tall / other.tall <= 2  # noqa: PLR2004
    gap = _offset(one, other)[0] - (one.wide + other.wide) / 2
    return turned and alike and gap < reach * max(one.tall, other.tall)


def _offset(one: Line, other: Line) -> tuple[float, float]:
    """Return how far two middles lie apart, along and across the longer line."""
    radians = math.radians(one.degrees if one.wide >= other.wide else other.degrees)
    x, y = other.x - one.x, other.y - one.y
    return abs(x * math.cos(radians) + y * math.sin(radians)), abs(y * math.cos(radians) - x * math.sin(radians))
