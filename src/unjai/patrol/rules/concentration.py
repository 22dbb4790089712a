"""Does the plan feed on itself? Where visits go, beside how many places nobody saw."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from unjai.patrol.rules.plan_figures import top_share

Verdict = Literal["few", "even", "gathered", "feeding"]
LEAST_VISITS = 50
"""Below so many visits nothing can be said."""
GATHERED, FEEDING, UNSEEN = 0.35, 0.5, 0.2


@dataclass(frozen=True, kw_only=True, slots=True)
class Concentration:
    """`top_share`: part of visits at the most visited tenth of places (0.1 is even); `unseen`: places without any."""

    visits: int
    places: int
    top_share: float | None
    unseen: int
    verdict: Verdict


def concentration(visits: Sequence[int]) -> Concentration:
    """Judge the visits of each place over some weeks.

    Feeding: half of the visits and more go to a tenth of the places, or a third while a fifth of all places was seen by
    nobody, so that nothing could have been found there.
    """
    whole, unseen = sum(visits), sum(count == 0 for count in visits)
    if whole < LEAST_VISITS or not visits:
        return Concentration(visits=whole, places=len(visits), top_share=None, unseen=unseen, verdict="few")
    share = top_share(list(visits))
    blind = unseen >= UNSEEN * len(visits)
    verdict: Verdict = "even"
    if share >= FEEDING or (share >= GATHERED and blind):
        verdict = "feeding"
    elif share >= GATHERED:
        verdict = "gathered"
    return Concentration(visits=whole, places=len(visits), top_share=round(share, 4), unseen=unseen, verdict=verdict)
