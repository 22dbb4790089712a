"""Placebos, printed beside every effect: what the same method finds where nothing was done."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from unjai.evaluate.rules.change.verdict import Judged
from unjai.evaluate.rules.effect.panel import Panel
from unjai.evaluate.rules.effect.wedge import judge_programme

MONTHS_NEEDED = 6


@dataclass(frozen=True, kw_only=True)
class Placebo:
    """Made-up starts: the real ones `moved` months back (`dates`), or those dealt to other stations (`zones`)."""

    kind: Literal["dates", "zones"]
    moved: int
    judged: Judged


def placebos(panel: Panel, *, zones: int = 10, seed: int = 1) -> list[Placebo]:
    """Judge made-up starts in the months before anyone started, in which every verdict is a false one.

    Real starts are moved back so that the first falls a quarter, half and three quarters into those months; then they
    are dealt to other stations, `zones` times. Under `MONTHS_NEEDED` such months the list is empty: the paper says so.
    """
    still = panel.told().before_anyone()
    if still.months < MONTHS_NEEDED:
        return []
    chance = np.random.default_rng(seed)
    first = panel.told().start
    back = [int(first.min()) - quarter * still.months // 4 for quarter in (1, 2, 3)]
    found = [Placebo(kind="dates", moved=moved, judged=_judged(still, first - moved, seed)) for moved in back]
    for _ in range(zones):
        moved = back[int(chance.integers(len(back)))]
        dealt = chance.permutation(first - moved)
        found.append(Placebo(kind="zones", moved=moved, judged=_judged(still, dealt, seed)))
    return found


def _judged(still: Panel, start: np.ndarray[tuple[int], np.dtype[np.int64]], seed: int) -> Judged:
    return judge_programme(Panel(counts=still.counts, start=start), seed=seed)
