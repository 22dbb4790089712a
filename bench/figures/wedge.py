"""Is a true cut found, and is nothing found where there is none? Rolled out over 100 stations in five steps.

Months are drawn by dice: five cases a month in the middle station, stations unlike one another, season, a common
trend, spells (variance 1.3 times the mean at five cases) and a drift of each station's own. The order is the one that
`roll_out` draws. The made-up town is not the one that the model supposes: spells last beyond a month, and drift is not
in it at all.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from unjai.evaluate.rules.effect.order import roll_out
from unjai.evaluate.rules.effect.panel import Floats, Panel
from unjai.evaluate.rules.effect.power import smallest_cut
from unjai.evaluate.rules.effect.staggered import staggered
from unjai.evaluate.rules.effect.wedge import judge_programme

STATIONS, MONTHS, PHASES, FIRST, STEP = 100, 30, 5, 12, 3
CASES, CUT = 5.0, 0.15
RUNS, QUICK_RUNS = 400, 40
SPELL = 0.06
"""Variance of a month's own factor: at five cases a variance over the mean of 1.3."""
DRIFT_YEAR = 0.1


def run(quick: bool) -> dict[str, Any]:
    """Return `stepped_wedge_power`, its interval's coverage, the false alarms, and the table of smallest cuts."""
    runs = QUICK_RUNS if quick else RUNS
    true = [_judged(seed, CUT) for seed in range(runs)]
    none = [_judged(10_000 + seed, 0.0) for seed in range(runs)]
    others = [_staggered(seed, CUT) for seed in range(runs // 2)]
    return {
        "stepped_wedge_power": _share([verdict == "better" for verdict, _, _, _ in true]),
        "stepped_wedge_coverage": _share([low <= 1 - CUT <= high for _, low, high, _ in true]),
        "stepped_wedge_mean_cut": round(1 - float(np.mean([value for *_, value in true])), 3),
        "stepped_wedge_false": _share([verdict != "unclaimable" for verdict, _, _, _ in none]),
        "staggered_power": _share([high < 1 for _, high in others]),
        "staggered_coverage": _share([low <= 1 - CUT <= high for low, high in others]),
        "stepped_wedge_runs": runs,
        "smallest_cut_percent": {
            f"{cases:g}": [round(100 * (smallest_cut(cases, zones=zones) or 1)) for zones in (1, 15, 100)]
            for cases in (2.0, 5.0, 10.0, 30.0)
        },
    }


def made(seed: int, cut: float) -> Panel:
    """Return a town of dice, with `cut` from each station's start on."""
    chance = np.random.default_rng(seed)
    level = CASES * chance.lognormal(0, 0.6, STATIONS)
    sizes = {f"{row:03}": float(one) for row, one in enumerate(level)}
    start = np.zeros(STATIONS, dtype=np.int64)
    for phase, keys in enumerate(roll_out(sizes, PHASES, str(seed))):
        start[[int(key) for key in keys]] = FIRST + STEP * phase
    months = np.arange(MONTHS)
    usual = np.exp(0.15 * np.sin(2 * np.pi * months / 12) - 0.1 * months / 12)
    drift = np.cumsum(chance.normal(0, DRIFT_YEAR / 12**0.5, (STATIONS, MONTHS)), axis=1)
    spells = _spells(chance)
    mean = level[:, None] * usual * np.exp(drift - drift.mean(axis=1, keepdims=True)) * spells
    on = months >= start[:, None]
    return Panel(counts=chance.poisson(mean * np.where(on, 1 - cut, 1.0)), start=start)


def _spells(chance: np.random.Generator) -> Floats:
    """Return factors of mean 1, of which each month keeps half of the last one's."""
    shocks = chance.normal(0, 1, (STATIONS, MONTHS))
    for month in range(1, MONTHS):
        shocks[:, month] = 0.5 * shocks[:, month - 1] + 0.75**0.5 * shocks[:, month]
    wide = np.log1p(SPELL)
    found: Floats = np.exp(wide**0.5 * shocks - wide / 2)
    return found


def _judged(seed: int, cut: float) -> tuple[str, float, float, float]:
    judged = judge_programme(made(seed, cut), seed=seed)
    return judged.verdict, judged.low, judged.high, judged.value


def _staggered(seed: int, cut: float) -> tuple[float, float]:
    found = staggered(made(seed, cut))
    return (found.low, found.high) if found else (0.0, float("inf"))


def _share(told: list[bool]) -> float:
    return round(sum(told) / max(1, len(told)), 3)
