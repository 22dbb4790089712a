"""A way along the streets that something can move on."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass

from unjai.model.geometry import Point, bearing_deg


@dataclass(frozen=True, kw_only=True, slots=True)
class Path:
    """A way along streets.

    `at_m[i]` is how far `points[i]` lies from the start; `speeds_mps[i]` is the usual speed between points i and
    i + 1. A way of no length has one point and no piece.
    """

    points: tuple[tuple[float, float], ...]
    at_m: tuple[float, ...]
    speeds_mps: tuple[float, ...]
    edge_ids: tuple[int, ...]
    road_m: float
    eta_s: float

    def _piece(self, travelled_m: float) -> int:
        return min(max(bisect_right(self.at_m, travelled_m) - 1, 0), max(len(self.points) - 2, 0))

    def position_at(self, travelled_m: float) -> tuple[Point, float]:
        """Return the point after `travelled_m` metres and the heading there in degrees from north."""
        if len(self.points) == 1:
            lon, lat = self.points[0]
            return Point(lon=lon, lat=lat), 0.0
        i = self._piece(travelled_m)
        (lon_a, lat_a), (lon_b, lat_b) = self.points[i], self.points[i + 1]
        length = self.at_m[i + 1] - self.at_m[i]
        share = min(max((travelled_m - self.at_m[i]) / length, 0.0), 1.0) if length > 0 else 1.0
        heading = bearing_deg(Point(lon=lon_a, lat=lat_a), Point(lon=lon_b, lat=lat_b))
        return Point(lon=lon_a + (lon_b - lon_a) * share, lat=lat_a + (lat_b - lat_a) * share), heading

    def speed_at(self, travelled_m: float) -> float:
        """Return the usual speed in m/s after `travelled_m` metres; 0 on a way of no length."""
        return self.speeds_mps[self._piece(travelled_m)] if self.speeds_mps else 0.0
