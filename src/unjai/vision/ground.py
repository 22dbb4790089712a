"""From the picture to the ground: four points that stand on the map and in the picture make a homography."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from unjai.model.errors import UnjaiError
from unjai.model.geometry import EARTH_RADIUS_M, Point

_POINTS = 4
_LEAST_AREA = 1e-4
"""Of the picture, for any three of the points: nearer to a line they tell nothing across it."""
_LEAST_GROUND_M2 = 1.0
_WORST = 1e-9


class Ground:
    """The flat ground before a calibrated camera: metres east and north of the first point."""

    def __init__(self, picture: Sequence[tuple[float, float]], places: Sequence[Point]) -> None:
        """Take four points or more, in fractions of the picture and on the map, in the same order.

        Raises `calibration_unreadable` for fewer than four or unequal counts, `calibration_flat` where three of four
        lie (nearly) on one line, in the picture or on the ground.
        """
        if len(picture) != len(places) or len(picture) < _POINTS:
            raise UnjaiError("calibration_unreadable", 422, count=len(picture))
        self._origin = places[0]
        self._east_m = math.radians(1) * EARTH_RADIUS_M * math.cos(math.radians(self._origin.lat))
        self._north_m = math.radians(1) * EARTH_RADIUS_M
        ground = [self._local(place) for place in places]
        if len(picture) == _POINTS and (_flat(picture, _LEAST_AREA) or _flat(ground, _LEAST_GROUND_M2)):
            raise UnjaiError("calibration_flat", 422)
        self._matrix = _homography(np.asarray(picture, np.float64), np.asarray(ground, np.float64))
        middle = np.mean(np.asarray(picture, np.float64), axis=0)
        self._side = math.copysign(1.0, float(self._matrix[2] @ np.array([middle[0], middle[1], 1.0])))

    def at(self, x: float, y: float) -> tuple[float, float] | None:
        """Return metres (east, north) for a point of the picture in fractions; None at or above the horizon."""
        east, north, depth = (float(value) for value in self._matrix @ np.array([x, y, 1.0]))
        if depth * self._side <= _WORST:
            return None
        return east / depth, north / depth

    def place(self, x: float, y: float) -> Point | None:
        """Return where on Earth a point of the picture stands; None at or above the horizon."""
        metres = self.at(x, y)
        if metres is None:
            return None
        return Point(lon=self._origin.lon + metres[0] / self._east_m, lat=self._origin.lat + metres[1] / self._north_m)

    def _local(self, place: Point) -> tuple[float, float]:
        return (place.lon - self._origin.lon) * self._east_m, (place.lat - self._origin.lat) * self._north_m


def _flat(points: Sequence[tuple[float, float]], least: float) -> bool:
    for left_out in range(_POINTS):
        a, b, c = (points[number] for number in range(_POINTS) if number != left_out)
        if abs((b[0] - a[0]) * (c[1] - a[1]) - (c[0] - a[0]) * (b[1] - a[1])) / 2 < least:
            return True
    return False


def _homography(source: np.ndarray, target: np.ndarray) -> np.ndarray:
    """Return the 3 × 3 matrix that takes source to target (direct linear transform, normalised after Hartley)."""
    to_source, to_target = _normal(source), _normal(target)
    rows = []
    for (x, y), (u, v) in zip(_moved(to_source, source), _moved(to_target, target), strict=True):
        rows += [[-x, -y, -1, 0, 0, 0, u * x, u * y, u], [0, 0, 0, -x, -y, -1, v * x, v * y, v]]
    _left, _values, right = np.linalg.svd(np.asarray(rows))
    matrix = np.linalg.inv(to_target) @ right[-1].reshape(3, 3) @ to_source
    return np.asarray(matrix / np.abs(matrix).max())


def _normal(points: np.ndarray) -> np.ndarray:
    middle = points.mean(axis=0)
    spread = float(np.sqrt(((points - middle) ** 2).sum(axis=1)).mean()) or 1.0
    factor = math.sqrt(2) / spread
    return np.array([[factor, 0, -factor * middle[0]], [0, factor, -factor * middle[1]], [0, 0, 1]])


def _moved(matrix: np.ndarray, points: np.ndarray) -> np.ndarray:
    return np.asarray((np.c_[points, np.ones(len(points))] @ matrix.T)[:, :2])
