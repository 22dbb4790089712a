"""The way that somebody walks, as a line: how far along it a position lies, how far off it, and what lies beside it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from unjai.model.geometry import Point
from unjai.territory.streets.plane import Plane

_BEHIND_M, _AHEAD_M = 60.0, 250.0
"""How far along her way somebody may have gone back or on between two positions, before all of it is looked at."""
_NEARER_M = 25.0
BESIDE_M = 40.0
"""A camera so far from the way is beside it."""

_Thing = TypeVar("_Thing")


@dataclass(frozen=True, kw_only=True, slots=True)
class Beside:
    """Where a position lies: metres along the way, metres off it, and metres east and north on its plane."""

    along_m: float
    off_m: float
    x_m: float
    y_m: float


class Line:
    """A way of at least one point; `unlit[i]` says whether the piece from point i to i + 1 is dark or not known."""

    def __init__(self, points: Sequence[tuple[float, float]], unlit: Sequence[bool] = ()) -> None:
        """Take the (lon, lat) points of a way; without `unlit` every piece counts as dark."""
        lon, lat = points[0]
        self.plane = Plane(lon=lon, lat=lat)
        self._at: NDArray[np.float64] = self.plane.metres(np.asarray(points, dtype=np.float64).reshape(-1, 2))
        self._step = np.diff(self._at, axis=0)
        self._length = np.hypot(*self._step.T) if len(self._step) else np.zeros(0)
        self._from = np.concatenate([[0.0], np.cumsum(self._length)])
        self.length_m = float(self._from[-1])
        self._unlit = np.asarray([*unlit, *[True] * (len(self._step) - len(unlit))], dtype=np.bool_)

    def place(self, point: Point, last_m: float | None = None) -> Beside:
        """Bring a position onto the way: near where she was last, unless another piece is clearly nearer."""
        x, y = self.plane.metres([(point.lon, point.lat)])[0]
        if not len(self._step):
            return Beside(along_m=0.0, off_m=float(np.hypot(*(self._at[0] - (x, y)))), x_m=float(x), y_m=float(y))
        square = np.maximum(self._length**2, 1e-9)
        share = np.clip((((x, y) - self._at[:-1]) * self._step).sum(axis=1) / square, 0.0, 1.0)
        nearest = self._at[:-1] + share[:, None] * self._step
        off = np.hypot(nearest[:, 0] - x, nearest[:, 1] - y)
        along = self._from[:-1] + share * self._length
        best = int(off.argmin())
        if last_m is not None:
            near = (along >= last_m - _BEHIND_M) & (along <= last_m + _AHEAD_M)
            if near.any():
                held = int(np.where(near, off, np.inf).argmin())
                best = held if off[held] <= off[best] + _NEARER_M else best
        return Beside(along_m=float(along[best]), off_m=float(off[best]), x_m=float(x), y_m=float(y))

    def off(self, x_y: tuple[float, float]) -> float:
        """Return how far a place (metres of the plane) lies from the whole way."""
        lon, lat = self.plane.degrees([x_y])[0]
        return self.place(Point(lon=float(lon), lat=float(lat))).off_m

    def walked(self, along_m: float) -> tuple[float, float, float, float]:
        """Return where one is after so many metres, and the direction of the way there: x, y, and a step of 1 m."""
        if not len(self._step):
            return float(self._at[0, 0]), float(self._at[0, 1]), 1.0, 0.0
        piece = self._piece(along_m)
        step = self._step[piece] / max(self._length[piece], 1e-9)
        x, y = self._at[piece] + step * (min(along_m, self.length_m) - self._from[piece])
        return float(x), float(y), float(step[0]), float(step[1])

    def _piece(self, along_m: float) -> int:
        return int(np.clip(np.searchsorted(self._from, along_m, side="right") - 1, 0, len(self._step) - 1))

    def unlit_at(self, along_m: float, about_m: float = 0.0) -> bool:
        """Tell whether the way is dark or not known to be lit there, or within so many metres of there."""
        if not len(self._step):
            return True
        first, last = self._piece(along_m - about_m), self._piece(along_m + about_m)
        return bool(self._unlit[first : last + 1].any())

    def beside(self, things: Iterable[tuple[_Thing, Point]]) -> list[tuple[_Thing, float]]:
        """Return what stands beside the way with its metres along it, in the order of the way."""
        found = []
        for thing, point in things:
            at = self.place(point)
            if at.off_m <= BESIDE_M:
                found.append((thing, at.along_m))
        return sorted(found, key=lambda one: one[1])


def ahead_and_behind(
    beside: Sequence[tuple[_Thing, float]], along_m: float, most: int = 2
) -> tuple[list[tuple[_Thing, float]], list[tuple[_Thing, float]]]:
    """Return the nearest things ahead of a place on the way and behind it, each with its metres from there."""
    ahead = [(thing, at - along_m) for thing, at in beside if at >= along_m]
    behind = [(thing, along_m - at) for thing, at in reversed(beside) if at < along_m]
    return ahead[:most], behind[:most]
