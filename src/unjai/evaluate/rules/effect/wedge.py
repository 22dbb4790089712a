"""The stepped wedge: one ratio for the programme, from every station's own level and every month's own level.

Poisson with an effect for each station and each month; its interval by stations as clusters, so that months of a
station may hang together and vary more than dice. A verdict also asks that few other orders of the same stations give
as much (randomisation test), which supposes nothing of the counts at all.
"""

from __future__ import annotations

from math import exp
from types import MappingProxyType
from typing import Literal

import numpy as np

from unjai.evaluate.rules.change.verdict import Judged, Reason, Verdict
from unjai.evaluate.rules.effect.panel import Floats, Panel, running

Law = Literal["poisson", "negative_binomial"]
STATIONS_NEEDED = 6
"""Under so many stations there are too few orders, and too few clusters."""
ORDERS = 999


def judge_programme(
    panel: Panel, *, law: Law = "poisson", alpha: float = 0.05, seed: int = 1, down_is_better: bool = True
) -> Judged:
    """Judge the ratio of cases with the programme to cases without; `facts["p"]` is the randomisation test's.

    Too few stations, or all starting together, or none within the months: nothing can be claimed (`too_few`).
    """
    told = panel.told()
    facts = {"kind": "ratio", "stations": len(told.start), "months": told.months, "percent": round(100 * (1 - alpha))}
    starts = {min(int(one), told.months) for one in told.start}
    if len(told.start) < STATIONS_NEEDED or len(starts) < 2 or not told.on.any():  # noqa: PLR2004
        return Judged(
            value=1.0, low=0.0, high=float("inf"), expected=1.0, reason="too_few", facts=MappingProxyType(facts)
        )
    value, spread, phi, quantile = _fitted(told, law, alpha)
    low, high = exp(value - quantile * spread), exp(value + quantile * spread)
    p = by_order(told, seed=seed)
    verdict: Verdict = "unclaimable"
    reason: Reason = "within"
    if p <= alpha and (high < 1 or low > 1):
        verdict, reason = ("better" if (high < 1) == down_is_better else "worse"), "outside"
    return Judged(
        value=exp(value),
        low=low,
        high=high,
        expected=1.0,
        verdict=verdict,
        reason=reason,
        facts=MappingProxyType(facts | {"p": p, "phi": phi, "law": law}),
    )


def by_order(panel: Panel, *, orders: int = ORDERS, seed: int = 1) -> float:
    """Return how often the starts dealt to other stations give at least as much effect either way (two-sided p).

    For each order the effect is one step from none: what the months with the programme had beyond what station and
    month let expect, over the weight left after both are taken off (exact, since the weights are a product).
    """
    counts = panel.counts.astype(float)
    rows, columns, whole = counts.sum(axis=1), counts.sum(axis=0), counts.sum()
    usual = np.outer(rows, columns) / whole
    chance = np.random.default_rng(seed)
    given = np.vstack([panel.start, [chance.permutation(panel.start) for _ in range(orders)]])
    effect = np.empty(len(given))
    for first in range(0, len(given), 100):
        on = running(given[first : first + 100], panel.months).astype(float)
        beyond = np.einsum("osm,sm->o", on, counts - usual)
        effect[first : first + 100] = beyond / np.maximum(_weight(on, usual, rows, columns, whole), 1e-12)
    return float((np.abs(effect) >= abs(effect[0]) * (1 - 1e-9)).mean())


def _weight(on: Floats, usual: Floats, rows: Floats, columns: Floats, whole: float) -> Floats:
    treated = on * usual
    by_row, by_column, together = treated.sum(axis=2), treated.sum(axis=1), treated.sum(axis=(1, 2))
    left: Floats = (
        together - (by_row**2 / rows).sum(axis=1) - (by_column**2 / columns).sum(axis=1) + together**2 / whole
    )
    return left


def _fitted(panel: Panel, law: Law, alpha: float) -> tuple[float, float, float, float]:
    """Return log ratio, its standard error by stations, variance over mean, and Student's quantile for the stations."""
    import statsmodels.api as sm  # noqa: PLC0415
    from scipy.stats import t  # noqa: PLC0415

    stations, months = panel.counts.shape
    station, month = np.repeat(np.arange(stations), months), np.tile(np.arange(months), stations)
    design = np.column_stack([panel.on.ravel(), np.eye(stations)[station], np.eye(months)[month][:, 1:]]).astype(float)
    seen = panel.counts.ravel()

    def fit(family: object) -> object:
        model = sm.GLM(seen, design, family=family)
        return model.fit(cov_type="cluster", cov_kwds={"groups": station}, wls_method="qr")

    found: object = fit(sm.families.Poisson())
    mean = found.mu  # type: ignore[attr-defined]
    phi = float(((seen - mean) ** 2 / np.maximum(mean, 1e-12)).sum() / (len(seen) - design.shape[1]))
    if law == "negative_binomial":
        uneven = float(((seen - mean) ** 2 - seen).sum() / (mean**2).sum())
        found = fit(sm.families.NegativeBinomial(alpha=max(uneven, 1e-6)))
    value, spread = float(found.params[0]), float(found.bse[0])  # type: ignore[attr-defined]
    return value, spread, phi, float(t.ppf(1 - alpha / 2, stations - 1))
