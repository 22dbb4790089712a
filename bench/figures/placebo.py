"""How often is something claimed where nothing was done?

Fifteen zones are chosen four ways by what a station knew at a date, nothing is done, and the twelve months after are
judged: together (the programme's year) and each alone (the month). Both wrong verdicts count, `better` apart. Beside
them the plain test that reports use: the year before and after as Poisson counts, z beyond 1.96.

Nothing was done anywhere that is known to us; a city that changed a district would count against us.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np

from bench.figures.zones import AREAS_KM2, City, Ints, cities
from unjai.evaluate.rules.change.intervals import Prior
from unjai.evaluate.rules.change.predicted import drift, trend
from unjai.evaluate.rules.change.verdict import Verdict, judge_count

RULES = ("random", "worst_last_year", "recent_rise", "committee")
CHOSEN = 15
HISTORY = 24
YEAR = 12
LEAST_A_YEAR = 12
"""A zone with fewer cases a year is nobody's choice."""


def run(quick: bool) -> dict[str, Any]:
    """Return `placebo_rate` by rule (the year), and beside it months, falls, plain tests, by size and by series."""
    chance = np.random.default_rng(20261124)
    told: Counter[tuple[str, ...]] = Counter()
    for city in cities():
        dates = range(HISTORY, city.months - YEAR + 1, 24 if quick else 3)
        for date in dates:
            for area in AREAS_KM2:
                _one_date(told, city, date, area, chance)
    return {
        "placebo_rate": {rule: _rate(told, rule) for rule in RULES},
        "placebo_better": {rule: _rate(told, rule, what="better") for rule in RULES},
        "placebo_rate_month": {rule: _rate(told, rule, over="month") for rule in RULES},
        "placebo_rate_plain": {rule: _rate(told, rule, what="plain") for rule in RULES},
        "placebo_rate_by_km2": {
            f"{area:g}": {rule: _rate(told, rule, area=f"{area:g}") for rule in RULES} for area in AREAS_KM2
        },
        "placebo_rate_by_series": {
            name: {rule: _rate(told, rule, city=name) for rule in RULES} for name in sorted({key[4] for key in told})
        },
        "placebo_zones": sum(told[key] for key in told if key[:2] == ("judged", "year")),
    }


def chosen(rule: str, known: Ints, chance: np.random.Generator) -> Ints:
    """Return rows of up to fifteen zones, chosen by their last 24 months alone.

    A committee hears of places that got worse: among the busiest third it takes those whose last half year rose most
    over the same half a year before.
    """
    year = known[:, -YEAR:].sum(axis=1)
    open_to = year >= LEAST_A_YEAR
    tie = chance.random(len(known)) / 10
    match rule:
        case "worst_last_year":
            score = year + tie
        case "recent_rise":
            score = known[:, -3:].sum(axis=1) - known[:, -YEAR:-3].sum(axis=1) / 3 + tie
        case "committee":
            score = known[:, -6:].sum(axis=1) - known[:, -18:-12].sum(axis=1) + tie
            if open_to.any():
                open_to &= year >= np.quantile(year[open_to], 2 / 3)
        case _:
            score = tie
    found: Ints = np.flatnonzero(open_to)[np.argsort(-score[open_to])][:CHOSEN]
    return found


def _one_date(told: Counter[tuple[str, ...]], city: City, date: int, area: float, chance: np.random.Generator) -> None:
    zones = city.zones(area, chance)
    known, after = zones[:, date - HISTORY : date], zones[:, date : date + YEAR]
    there = known.sum(axis=1) > 0
    known, after = known[there], after[there]
    prior, slow = Prior.of(known.tolist()), drift(known.tolist())
    all_known, all_after = known.sum(axis=0), after.sum(axis=0)
    for rule in RULES:
        for row in chosen(rule, known, chance):
            own, then = known[row], after[row]
            before, later = (all_known - own).tolist(), (all_after - then).tolist()
            year = judge_count(
                observed=int(then.sum()),
                history=own.tolist(),
                prior=prior,
                trend=trend(before, later),
                months=YEAR,
                drift=slow,
            )
            _count(told, year.verdict, "year", rule, f"{area:g}", city.name)
            last, next_ = int(own[-YEAR:].sum()), int(then.sum())
            if abs(next_ - last) > 1.96 * (next_ + last) ** 0.5:
                told["plain", "year", rule, f"{area:g}", city.name] += 1
            month = int(chance.integers(YEAR))
            alone = judge_count(
                observed=int(then[month]),
                history=own.tolist(),
                prior=prior,
                trend=trend(before, later[month : month + 1]),
            )
            _count(told, alone.verdict, "month", rule, f"{area:g}", city.name)


def _count(told: Counter[tuple[str, ...]], verdict: Verdict, *about: str) -> None:
    told["judged", *about] += 1
    if verdict != "unclaimable":
        told["called", *about] += 1
        told[verdict, *about] += 1


def _rate(
    told: Counter[tuple[str, ...]],
    rule: str,
    *,
    what: str = "called",
    over: str = "year",
    area: str | None = None,
    city: str | None = None,
) -> float:
    def whole(kind: str) -> int:
        return sum(
            count
            for key, count in told.items()
            if key[:3] == (kind, over, rule) and area in {None, key[3]} and city in {None, key[4]}
        )

    return round(whole(what) / max(1, whole("judged")), 3)
