"""How much risk a plan covers: the measure that every planner, bench and screen here shares.

A visit covers its place fully while the unit is there and three dwells longer, then less and less, and nothing
one revisit (two hours) after its arrival. Source of the shape: Koper 1995 and its replications: the longer a stop,
up to about 15 minutes, the longer order lasts after it; crime in the next half hour 4 % against 15 % after a
drive-through. The covered risk of a place at a moment is what its best visit covers, never the sum.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache

import numpy as np

from unjai.patrol.rules.plan import BIN_S, Floats, Ints, Problem, Round, Stop

AFTER_DWELLS = 3


@cache
def fading(dwell_s: int, revisit_s: int) -> Floats:
    """Return what a visit covers in each bin from its arrival on: 1 is all; the middle of a bin counts."""
    middles = (np.arange(-(-revisit_s // BIN_S)) + 0.5) * BIN_S
    full = min(dwell_s * (1 + AFTER_DWELLS), revisit_s)
    tail = max(revisit_s - full, 1)
    shape = np.clip((revisit_s - middles) / tail, 0.0, 1.0)
    shape.setflags(write=False)
    return shape


class Cover:
    """What is covered so far: (places, bins), the best visit each; visits can be laid and taken up again."""

    def __init__(self, problem: Problem, weight: Floats | None = None) -> None:
        """Begin with nothing covered; `weight` stands for the risk where a planner works with drawn figures."""
        self._revisit_s = problem.setting.revisit_s
        self.span = -(-self._revisit_s // BIN_S)
        risk = problem.risk if weight is None else weight
        self._bins = risk.shape[1]
        self.risk = np.pad(risk, ((0, 0), (0, self.span + 1)))
        self.best = np.zeros_like(self.risk)
        self._flat = self.risk.ravel()
        self._width = self.risk.shape[1]
        self._apart = max(1, self.span // 2)
        self._steps = np.arange(self.span)

    def lay(self, stop: Stop) -> None:
        """Count a visit."""
        if stop.place is None:
            return
        first = min(max(stop.at_s // BIN_S, 0), self._bins)
        row = self.best[stop.place, first : first + self.span]
        np.maximum(row, fading(stop.dwell_s, self._revisit_s)[: len(row)], out=row)

    def again(self, place: int, stops: Iterable[Stop]) -> None:
        """Count the visits of one place anew."""
        self.best[place] = 0.0
        for stop in stops:
            self.lay(stop)

    def gains(self, places: Ints, arrive_s: Floats, dwell_s: int) -> Floats:
        """Return what a visit to each of `places` would add that arrives at `arrive_s` (finite).

        Nothing where another visit lies within half a revisit: nobody comes back to a place before that by himself.
        """
        first = np.minimum(arrive_s.astype(np.int64) // BIN_S, self._bins)
        index = (places * self._width + first)[:, None] + self._steps
        held = self.best.ravel().take(index)
        shape = fading(dwell_s, self._revisit_s)
        more = np.maximum(shape - held, 0.0)
        found: Floats = np.einsum("ij,ij->i", self._flat.take(index), more)
        soon = (held[:, 0] > shape[self._apart]) | (held[:, : self._apart].max(axis=1) >= 1.0)
        found[soon] = 0.0
        return found

    def total(self) -> float:
        """Return the covered risk."""
        return float(np.einsum("ij,ij->", self.risk, self.best))


def laid(problem: Problem, rounds: Sequence[Round]) -> Cover:
    """Return the cover of whole rounds over the real risk."""
    cover = Cover(problem)
    for round_ in rounds:
        for stop in round_:
            cover.lay(stop)
    return cover


def covered(problem: Problem, rounds: Sequence[Round]) -> float:
    """Return the covered risk of rounds, in the unit of `problem.risk`."""
    return laid(problem, rounds).total()


def covered_share(problem: Problem, rounds: Sequence[Round]) -> float:
    """Return the share of all risk of the time that is covered; 0 where there is no risk."""
    whole = float(problem.risk.sum())
    return covered(problem, rounds) / whole if whole > 0 else 0.0
