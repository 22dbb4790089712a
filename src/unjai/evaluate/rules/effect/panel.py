"""Stations by months, and from which month each has the programme."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np

Ints = np.ndarray[Any, np.dtype[np.int64]]
Floats = np.ndarray[Any, np.dtype[np.float64]]
Bools = np.ndarray[Any, np.dtype[np.bool_]]


@dataclass(frozen=True, eq=False, kw_only=True)
class Panel:
    """Cases of each station (rows) in each month (columns), and the month (column) in which each station starts.

    A start at the number of months or later means: not within these months.
    """

    counts: Ints
    start: Ints

    @classmethod
    def of(cls, counts: Sequence[Sequence[int]], start: Sequence[int]) -> Self:
        """Take lists; ValueError where they do not fit or a count is under 0."""
        table, first = np.asarray(counts, dtype=np.int64), np.asarray(start, dtype=np.int64)
        if table.ndim != 2 or first.shape != table.shape[:1] or (table < 0).any():  # noqa: PLR2004
            raise ValueError("a row of counts and a start for each station")
        return cls(counts=table, start=first)

    @property
    def months(self) -> int:
        """How many months there are."""
        return int(self.counts.shape[1])

    @property
    def on(self) -> Bools:
        """Tell for each station and month whether the programme runs."""
        return running(self.start, self.months)

    def told(self) -> Self:
        """Return the stations that ever had a case and the months in which any had: the others tell nothing."""
        rows, columns = self.counts.sum(axis=1) > 0, self.counts.sum(axis=0) > 0
        moved = np.searchsorted(np.flatnonzero(columns), self.start[rows])
        return type(self)(counts=self.counts[rows][:, columns], start=moved)

    def before_anyone(self) -> Self:
        """Return the months before the first start, with nobody started."""
        first = max(0, min(int(self.start.min()), self.months)) if len(self.start) else 0
        return type(self)(counts=self.counts[:, :first], start=np.full(len(self.start), first, dtype=np.int64))


def running(start: Ints, months: int) -> Bools:
    """Return the months (last axis) in which who starts at `start` has the programme."""
    found: Bools = np.arange(months) >= np.asarray(start)[..., None]
    return found
