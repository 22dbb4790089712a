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
from unjai.evaluate.rules.effect.panel import Bools, Floats, Panel, running

Law = Literal["poisson", "negative_binomial"]
STATIONS_NEEDED = 6
"""Under so many stations there are too few orders, and too few clusters."""
ORDERS = 999
_STEPS, _NEAR, _FAR = 100, 1e-10, 30.0
_ALIKE = 1e-6
_WILD = 5.0
"""A log ratio or its error beyond this is not found but run away: no case is left on one side."""


def judge_programme(
    panel: Panel, *, law: Law = "poisson", alpha: float = 0.05, seed: int = 1, down_is_better: bool = True
) -> Judged:
    """Judge the ratio of cases with the programme to cases without; `facts["p"]` is the randomisation test's.

    Too few stations, or all starting together, or no case with or without the programme: nothing can be claimed
    (`too_few`).
    """
    told = panel.told()
    facts = {"kind": "ratio", "stations": len(told.start), "months": told.months, "percent": round(100 * (1 - alpha))}
    fitted = _fitted(told, law, alpha) if len(told.start) >= STATIONS_NEEDED and _parted(told) else None
    if fitted is None:
        return Judged(
            value=1.0, low=0.0, high=float("inf"), expected=1.0, reason="too_few", facts=MappingProxyType(facts)
        )
    value, spread, phi, quantile = fitted
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


def _parted(panel: Panel) -> bool:
    """Tell whether programme and times can be told apart, and there are cases with it and without."""
    if panel.counts.size <= sum(panel.counts.shape) or not (
        panel.counts[panel.on].sum() and panel.counts[~panel.on].sum()
    ):
        return False
    treated = panel.on.astype(float)
    return bool(((treated - _swept(treated, np.ones_like(treated))) ** 2).sum() > _ALIKE)


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


def _fitted(panel: Panel, law: Law, alpha: float) -> tuple[float, float, float, float] | None:
    """Return log ratio, its error by stations, variance over mean, Student's quantile; None where nothing is found."""
    from scipy.stats import t  # noqa: PLC0415

    seen = panel.counts.astype(float)
    stations, months = seen.shape
    value, spread, mean = _fit(seen, panel.on, 0.0)
    phi = float(((seen - mean) ** 2 / mean).sum() / (seen.size - stations - months))
    if law == "negative_binomial":
        uneven = float(((seen - mean) ** 2 - seen).sum() / (mean**2).sum())
        value, spread, _ = _fit(seen, panel.on, max(uneven, 0.0))
    if not (abs(value) < _WILD and 0 < spread < _WILD):
        return None
    return value, spread, phi, float(t.ppf(1 - alpha / 2, stations - 1))


def _fit(seen: Floats, on: Bools, uneven: float) -> tuple[float, float, Floats]:
    """Fit by weighted least squares again and again, stations and months swept out of both sides (Frisch and Waugh).

    `uneven` is the negative binomial's variance beyond Poisson over the squared mean. What statsmodels' GLM finds with
    a column for every station and month, its errors clustered by station, without ever building the columns.
    """
    treated = on.astype(float)
    at = np.log(seen + 0.5)
    value = np.inf
    for _ in range(_STEPS):
        mean = np.exp(np.clip(at, -_FAR, _FAR))
        weight = mean / (1 + uneven * mean)
        wished = at + (seen - mean) / mean
        own, left = treated - _swept(treated, weight), wished - _swept(wished, weight)
        size = float((weight * own**2).sum())
        if size < _ALIKE:
            return np.inf, np.inf, mean
        last, value = value, float((weight * own * left).sum()) / size
        at = wished - left + value * own
        if abs(value - last) < _NEAR:
            break
    mean = np.exp(np.clip(at, -_FAR, _FAR))
    weight = mean / (1 + uneven * mean)
    own = treated - _swept(treated, weight)
    by_station = (weight * own * (seen - mean) / mean).sum(axis=1)
    stations, months = seen.shape
    fewer = stations / (stations - 1) * (seen.size - 1) / (seen.size - stations - months)
    return value, float(np.sqrt(fewer * (by_station**2).sum()) / (weight * own**2).sum()), mean


def _swept(values: Floats, weight: Floats) -> Floats:
    """Return the weighted least squares of values by an effect of each row and each column."""
    rows = weight.sum(axis=1)
    by_row = (weight * values).sum(axis=1) / rows
    pull = weight / rows[:, None]
    left = np.diag(weight.sum(axis=0)) - weight.T @ pull
    column = np.zeros(values.shape[1])
    column[1:] = np.linalg.solve(left[1:, 1:], ((weight * values).sum(axis=0) - weight.T @ by_row)[1:])
    found: Floats = (by_row - pull @ column)[:, None] + column
    return found
