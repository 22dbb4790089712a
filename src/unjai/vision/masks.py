"""Parts of a picture that nobody may see: blacked out before anything else looks at the frame.

Corners are fractions of the picture (0 left or top, 1 right or bottom), so a mask fits every size of the stream.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from unjai.model.errors import UnjaiError

if TYPE_CHECKING:  # polygons are read by processes that never see a picture
    from unjai.vision.picture import Grey, Picture, Rgb

Corner = tuple[float, float]
Polygon = tuple[Corner, ...]

_CORNERS = 3
MOST_CORNERS = 200
_LEAST_AREA = 1e-6
"""As a share of the picture: less than a pixel of 1000 × 1000."""


def polygon(corners: object, *, name: str = "") -> Polygon:
    """Read a polygon of fractions; what lies outside the picture is clipped off.

    Raises `polygon_unreadable` for what is no list of at least three pairs of numbers, and for one without an area;
    `polygon_outside` for one that lies wholly outside the picture.
    """
    read = _corners(corners, name)
    clipped = _clipped(read)
    if len(clipped) < _CORNERS or area_of(clipped) < _LEAST_AREA:
        if area_of(read) < _LEAST_AREA:
            raise UnjaiError("polygon_unreadable", 422, name=name)
        raise UnjaiError("polygon_outside", 422, name=name)
    return clipped


def _corners(corners: object, name: str) -> Polygon:
    if not isinstance(corners, Sequence) or isinstance(corners, str | bytes):
        raise UnjaiError("polygon_unreadable", 422, name=name)
    if not _CORNERS <= len(corners) <= MOST_CORNERS:
        raise UnjaiError("polygon_unreadable", 422, name=name)
    return tuple(corner(one, name=name) for one in corners)


def corner(pair: object, *, name: str = "") -> Corner:
    """Read one pair of finite numbers. Raises `polygon_unreadable`."""
    if not isinstance(pair, Sequence) or isinstance(pair, str | bytes) or len(pair) != 2:  # noqa: PLR2004  x, y
        raise UnjaiError("polygon_unreadable", 422, name=name)
    if any(isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value) for value in pair):
        raise UnjaiError("polygon_unreadable", 422, name=name)
    return float(pair[0]), float(pair[1])


def area_of(corners: Polygon) -> float:
    """Return the area in shares of the picture (shoelace formula)."""
    turned = (*corners[1:], *corners[:1])
    return abs(sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(corners, turned, strict=True))) / 2


def _clipped(corners: Polygon) -> Polygon:
    """Cut a polygon to the unit square, edge by edge (Sutherland and Hodgman)."""
    for axis, bound, sign in ((0, 0.0, 1), (0, 1.0, -1), (1, 0.0, 1), (1, 1.0, -1)):
        kept: list[Corner] = []
        for before, here in zip((*corners[-1:], *corners[:-1]), corners, strict=True):
            was, now = sign * (before[axis] - bound) >= 0, sign * (here[axis] - bound) >= 0
            if was != now:
                share = (bound - before[axis]) / (here[axis] - before[axis])
                kept.append((before[0] + share * (here[0] - before[0]), before[1] + share * (here[1] - before[1])))
            if now:
                kept.append(here)
        corners = tuple(kept)
    return corners


def within(x: float, y: float, corners: Polygon) -> bool:
    """Say whether a point (in fractions) lies inside a polygon (even-odd rule)."""
    inside = False
    for a, b in zip(corners, (*corners[1:], *corners[:1]), strict=True):
        if (a[1] > y) != (b[1] > y) and x < a[0] + (y - a[1]) / (b[1] - a[1]) * (b[0] - a[0]):
            inside = not inside
    return inside


class Masks:
    """The masks of one camera, painted over every picture of it."""

    def __init__(self, polygons: Iterable[object] = ()) -> None:
        """Read the polygons; raises as `polygon` does."""
        self._polygons = tuple(polygon(one, name=str(number)) for number, one in enumerate(polygons, 1))

    def over(self, picture: Picture) -> Picture:
        """Return the picture as it may be seen."""
        return _Masked(picture, self._polygons) if self._polygons else picture

    def paint(self, image: Rgb | Grey) -> None:
        """Black the masked parts out, in place."""
        _paint(image, self._polygons)


class _Masked:
    def __init__(self, picture: Picture, polygons: tuple[Polygon, ...]) -> None:
        self._picture, self._polygons = picture, polygons

    @property
    def size(self) -> tuple[int, int]:
        return self._picture.size

    def grey(self, size: tuple[int, int]) -> Grey:
        return self._painted(self._picture.grey(size))

    def rgb(self) -> Rgb:
        return self._painted(self._picture.rgb())

    def _painted(self, image: Rgb | Grey) -> Rgb | Grey:
        image = image.copy()
        _paint(image, self._polygons)
        return image


def _paint(image: Rgb | Grey, polygons: tuple[Polygon, ...]) -> None:
    import cv2  # noqa: PLC0415  heavy: only where a picture is painted

    scale = np.asarray((image.shape[1], image.shape[0]), np.float64)
    for corners in polygons:
        outline = np.asarray(corners, np.float64) * scale
        # A pixel that the edge only touches is blacked out too: the outline is drawn beside the filling.
        points = np.rint(outline).astype(np.int32)[None]
        cv2.fillPoly(image, list(points), (0, 0, 0))
        cv2.polylines(image, list(points), isClosed=True, color=(0, 0, 0), thickness=2)
