"""A flat piece of Earth: degrees to metres round one point, good to a few parts in 10 000 within 20 km."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

_A_M = 6_378_137.0
_E2 = 0.006_694_379_990_14


@dataclass(frozen=True, kw_only=True, slots=True)
class Plane:
    """Metres east and north of a point, by the radii of curvature of WGS 84 there."""

    lon: float
    lat: float

    @property
    def metres_per_degree(self) -> tuple[float, float]:
        """Return the metres of a degree of longitude and of latitude."""
        lat = math.radians(self.lat)
        w = math.sqrt(1 - _E2 * math.sin(lat) ** 2)
        east = math.pi / 180 * _A_M / w * math.cos(lat)
        north = math.pi / 180 * _A_M * (1 - _E2) / w**3
        return east, north

    def metres(self, lon_lat: ArrayLike) -> NDArray[np.float64]:
        """Return (n, 2) metres east and north for (n, 2) degrees."""
        return (np.asarray(lon_lat, dtype=np.float64) - (self.lon, self.lat)) * self.metres_per_degree

    def degrees(self, metres: ArrayLike) -> NDArray[np.float64]:
        """Return (n, 2) longitudes and latitudes for (n, 2) metres."""
        return np.asarray(metres, dtype=np.float64) / self.metres_per_degree + (self.lon, self.lat)
