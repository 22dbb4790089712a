"""Events in metres and days, the square cells that they fall into, and the cells that are looked at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

CELL_M = 150.0
NEAR_M = 400.0
"""A cell is looked at where an earlier event lies this near."""
_EDGE = int(NEAR_M // CELL_M) + 2
_EARTH_M = 6_371_008.8


@dataclass(frozen=True, kw_only=True)
class Events:
    """Times (days since any day, ascending) and places (metres, any plane) of as many events."""

    t: Floats
    x: Floats
    y: Floats
    kind: Ints | None = None
    """Of what kind each place is, where it is known: numbers from 0, -1 where not."""

    @classmethod
    def of(cls, t: Floats, x: Floats, y: Floats, kind: Ints | None = None) -> Self:
        """Put events in order of time, then place, so that the order of rows decides nothing."""
        order = np.lexsort((y, x, t))
        return cls(t=t[order], x=x[order], y=y[order], kind=None if kind is None else kind[order])

    def before(self, at: float) -> int:
        """Return how many happened before a time."""
        return int(np.searchsorted(self.t, at, side="left"))


def metres(lon: Floats, lat: Floats, middle: float | None = None) -> tuple[Floats, Floats]:
    """Return degrees as metres on a plane that is true at a latitude (the points' median): to 0.2 % over 50 km."""
    shrink = np.cos(np.radians(float(np.median(lat)) if middle is None else middle))
    return np.radians(lon) * _EARTH_M * shrink, np.radians(lat) * _EARTH_M


def degrees(x: Floats | float, y: Floats | float, middle: float) -> tuple[Floats, Floats]:
    """Return metres of `metres` as degrees (lon, lat)."""
    shrink = np.cos(np.radians(middle))
    return np.degrees(np.asarray(x) / (_EARTH_M * shrink)), np.degrees(np.asarray(y) / _EARTH_M)


@dataclass(frozen=True, kw_only=True)
class Grid:
    """Square cells of `CELL_M` in rows (y) and columns (x); a cell's number is row times columns plus column."""

    x0: float
    y0: float
    rows: int
    columns: int

    @classmethod
    def over(cls, events: Events) -> Self:
        """Return cells over all events, with as many beyond as may be looked at."""
        x0, y0 = float(events.x.min()), float(events.y.min())
        return cls(
            x0=x0,
            y0=y0,
            rows=int((events.y.max() - y0) // CELL_M) + 1 + 2 * _EDGE,
            columns=int((events.x.max() - x0) // CELL_M) + 1 + 2 * _EDGE,
        )

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return self.rows, self.columns

    def cells(self, events: Events) -> Ints:
        """Return the number of the cell of each event."""
        row = ((events.y - self.y0) // CELL_M).astype(np.int64) + _EDGE
        column = ((events.x - self.x0) // CELL_M).astype(np.int64) + _EDGE
        return row * self.columns + column

    def middle(self, cell: Ints) -> tuple[Floats, Floats]:
        """Return the middles of cells, in the events' metres."""
        row, column = np.divmod(cell, self.columns)
        return self.x0 + (column - _EDGE + 0.5) * CELL_M, self.y0 + (row - _EDGE + 0.5) * CELL_M

    def near(self, cells: Ints) -> Ints:
        """Return the cells whose middle lies within `NEAR_M` of the middle of one of `cells`, ascending."""
        from scipy.ndimage import distance_transform_edt  # noqa: PLC0415

        empty = np.ones(self.rows * self.columns, dtype=bool)
        empty[cells] = False
        away = distance_transform_edt(empty.reshape(self.shape)) * CELL_M
        return np.flatnonzero(away.ravel() <= NEAR_M)
