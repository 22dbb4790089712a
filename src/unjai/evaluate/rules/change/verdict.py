"""The three verdicts on a change: better than chance, worse than chance, cannot be claimed. There is no fourth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Literal

from unjai.evaluate.rules.change.intervals import Prior, poisson, share_difference, wilson
from unjai.evaluate.rules.change.predicted import DRIFT, predict

Verdict = Literal["better", "worse", "unclaimable"]
Reason = Literal["outside", "within", "no_history", "short_history", "too_few", "nothing_asked"]
MONTHS_NEEDED = 6
"""Fewer months before cannot carry a verdict."""
ANSWERS_NEEDED = 30
"""Fewer answers in either round cannot carry a verdict."""


@dataclass(frozen=True, kw_only=True)
class Judged:
    """A figure with its interval, what was expected if nothing had changed, and the verdict with its reason."""

    value: float
    low: float
    high: float
    expected: float | None = None
    expected_low: float | None = None
    expected_high: float | None = None
    verdict: Verdict = "unclaimable"
    reason: Reason = "within"
    facts: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))


def judge_count(
    *,
    observed: int,
    history: Sequence[int],
    down_is_better: bool = True,
    prior: Prior | None = None,
    trend: float = 1.0,
    months: int = 1,
    drift: float = DRIFT,
    alpha: float = 0.05,
) -> Judged:
    """Judge the count of a month, or of `months` together, by the months before (oldest first; the rest: `predict`).

    A verdict is given only where the count lies outside what chance gives if nothing had changed.
    """
    own = poisson(observed, alpha=alpha)
    facts = MappingProxyType(
        {"months": len(history), "total": sum(history), "over": months, "percent": round(100 * (1 - alpha))}
    )
    if len(history) < MONTHS_NEEDED:
        reason: Reason = "short_history" if history else "no_history"
        return Judged(value=observed, low=own.low, high=own.high, reason=reason, facts=facts)
    foreseen = predict(history, prior=prior, trend=trend, months=months, drift=drift)
    band = foreseen.within(alpha)
    verdict: Verdict = "unclaimable"
    if observed not in band:
        verdict = "better" if (observed < band.low) == down_is_better else "worse"
    return Judged(
        value=observed,
        low=own.low,
        high=own.high,
        expected=foreseen.mean,
        expected_low=band.low,
        expected_high=band.high,
        verdict=verdict,
        reason="within" if verdict == "unclaimable" else "outside",
        facts=facts,
    )


def judge_share(
    *,
    hits: float,
    n: float,
    hits_before: float,
    n_before: float,
    up_is_better: bool,
    design_effect: float = 1.0,
    alpha: float = 0.05,
) -> Judged:
    """Judge a share (0 to 1) by the same share of the round before."""
    own = wilson(hits, n, alpha=alpha, design_effect=design_effect)
    value = hits / n if n > 0 else 0.0
    facts = {"n": n, "n_before": n_before, "percent": round(100 * (1 - alpha))}
    if n <= 0 or n_before <= 0:
        reason: Reason = "nothing_asked" if n <= 0 else "no_history"
        return Judged(value=value, low=own.low, high=own.high, reason=reason, facts=MappingProxyType(facts))
    before = wilson(hits_before, n_before, alpha=alpha, design_effect=design_effect)
    moved = share_difference(hits, n, hits_before, n_before, alpha=alpha, design_effect=design_effect)
    facts |= {"difference": value - hits_before / n_before, "moved_low": moved.low, "moved_high": moved.high}
    verdict: Verdict = "unclaimable"
    reason = "within"
    if min(n, n_before) < ANSWERS_NEEDED:
        reason = "too_few"
    elif moved.low > 0 or moved.high < 0:
        verdict, reason = ("better" if (moved.low > 0) == up_is_better else "worse"), "outside"
    return Judged(
        value=value,
        low=own.low,
        high=own.high,
        expected=hits_before / n_before,
        expected_low=before.low,
        expected_high=before.high,
        verdict=verdict,
        reason=reason,
        facts=MappingProxyType(facts),
    )
