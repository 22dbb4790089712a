"""Near repeats: are cases close in both space and time more often than chance would have it (Knox 1964)?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from unjai.evaluate.rules.risk.grid import Events

NEAR_M = (200.0, 400.0)
NEAR_D = (7.0, 14.0, 28.0)
SHUFFLES = 99
MOST = 1500
"""Of more events the latest are taken: pairs grow with their square (4,000 take 80 s, 1,500 five)."""


@dataclass(frozen=True, kw_only=True)
class NearRepeat:
    """Pairs within so many metres and days: seen, expected by chance, and how often chance gives as many."""

    within_m: float
    within_d: float
    pairs: int
    expected: float
    p: float

    @property
    def ratio(self) -> float | None:
        """Pairs seen over pairs expected; None where none are."""
        return self.pairs / self.expected if self.expected > 0 else None


def near_repeats(events: Events, *, seed: int = 2569) -> list[NearRepeat]:
    """Return Knox's test for each distance and time, with pointpats' permutation p; fewer than 10 events give none.

    Times are shuffled over places `SHUFFLES` times, so that p is never under 1 in 100.
    """
    from pointpats import Knox  # noqa: PLC0415

    last = slice(max(0, len(events.t) - MOST), None)
    t, places = events.t[last], np.column_stack((events.x[last], events.y[last]))
    if len(t) < 10:  # noqa: PLR2004
        return []
    found = []
    kept = np.random.get_state()  # noqa: NPY002  the library draws from numpy's common source
    try:
        for within_m in NEAR_M:
            for within_d in NEAR_D:
                np.random.seed(seed)  # noqa: NPY002
                told = Knox(places, t[:, None], delta=within_m, tau=within_d, permutations=SHUFFLES)
                found.append(
                    NearRepeat(
                        within_m=within_m,
                        within_d=within_d,
                        pairs=int(told.nst),
                        expected=float(np.asarray(told.expected)[0, 0]),
                        p=float(told.p_sim),
                    )
                )
    finally:
        np.random.set_state(kept)  # noqa: NPY002
    return found
