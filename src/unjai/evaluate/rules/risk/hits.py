"""What a map hits: the events in the small share of area that it would have chosen."""

from __future__ import annotations

import numpy as np

from unjai.evaluate.rules.risk.grid import Floats

AREAS = (0.01, 0.02, 0.05)


def chosen(score: Floats, came: Floats, area: float) -> float:
    """Return the events in the `area` (share of cells) of highest score; cells of equal score are chosen by chance."""
    many = area * len(score)
    nth = len(score) - 1 - min(int(many), len(score) - 1)
    last = np.partition(score, nth)[nth]
    sure, maybe = score > last, score == last
    return float(came[sure].sum() + came[maybe].sum() * (many - sure.sum()) / maybe.sum())
