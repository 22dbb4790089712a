"""Does a plan that follows the risk end at a few places? Twenty nearly equal ones, three years of weeks.

Half of the places are a tenth riskier. Each week four visits are given out. Citizens report half of what happens,
wherever nobody patrols too; a patrol finds more of what happens where it is. Three ways: `fed`, risk from all records,
visits to the highest; `reported`, the same from reports alone; `ours`, risk from reports alone, drawn anew each week as
the patrol plan draws it, an eighth of visits (with an alarm of the guard over the last half year: three in ten, the
most that a plan may set) to places the longer unseen the likelier.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from unjai.evaluate.rules.guard import Place, guard
from unjai.patrol.rules.plan_figures import top_share

PLACES, WEEKS, VISITS = 20, 156, 4
RATE, RISKIER = 1.0, 1.1
REPORTED, FOUND = 0.5, 0.6
"""Chance that a case is reported; chance that a patrol there finds one that was not."""
HALF_YEAR = 26
EXPLORE, EXPLORE_ALARMED, NOISE = 0.12, 0.3, 0.35
"""The patrol plan's own values, the second the highest that it takes."""
VISIT_MIN = 15.0
RUNS, QUICK_RUNS = 100, 10


def run(quick: bool) -> dict[str, Any]:
    """Return `feedback_top4_share` of the last year of ours, what was never visited, and the ways without the guard."""
    runs = QUICK_RUNS if quick else RUNS
    told = {way: np.asarray([week_by_week(way, seed) for seed in range(runs)]) for way in ("fed", "reported", "ours")}
    return {
        "feedback_top4_share": _mean(told["ours"][:, 0]),
        "feedback_top4_share_worst": round(float(told["ours"][:, 0].max()), 3),
        "feedback_unvisited": int(told["ours"][:, 1].sum()),
        "feedback_alarms": _mean(told["ours"][:, 2]),
        **{
            f"feedback_{way}": {
                "top4_share": _mean(told[way][:, 0]),
                "unvisited_share": _mean(told[way][:, 1] / PLACES),
                "alarms": _mean(told[way][:, 2]),
            }
            for way in ("fed", "reported")
        },
    }


def week_by_week(way: str, seed: int) -> tuple[float, int, float]:
    """Return the share of visits at the four most visited places, places nobody visited, share of weeks with an alarm.

    The first two over the last year.
    """
    chance = np.random.default_rng(seed)
    rate = np.where(chance.permutation(PLACES) < PLACES // 2, RATE * RISKIER, RATE)
    reported, found, visits = (np.zeros((WEEKS, PLACES), dtype=np.int64) for _ in range(3))
    rung = 0
    for week in range(WEEKS):
        since = max(0, week - HALF_YEAR)
        known = reported[:week].sum(axis=0) + (found[:week].sum(axis=0) if way == "fed" else 0)
        alarm = _rings(visits[since:week], reported[since:week], found[since:week])
        rung += alarm
        if way == "ours":
            visits[week] = _drawn(known, visits[:week], EXPLORE_ALARMED if alarm else EXPLORE, chance)
        else:
            visits[week, np.argsort(-known - chance.random(PLACES) / 10)[:VISITS]] = 1
        happened = chance.poisson(rate)
        reported[week] = chance.binomial(happened, REPORTED)
        seen = 1 - (1 - FOUND) ** np.minimum(visits[week], 3)
        found[week] = chance.binomial(happened - reported[week], seen)
    last = visits[-52:].sum(axis=0)
    return top_share(last.tolist(), 4 / PLACES), int((last == 0).sum()), rung / WEEKS


def _drawn(known: Any, visits: Any, explore: float, chance: np.random.Generator) -> Any:
    """Give out a week's visits: some to places long unseen, the rest to the highest drawn risk."""
    found = np.zeros(PLACES, dtype=np.int64)
    level = (known + 1) * np.exp(NOISE * chance.standard_normal(PLACES))
    wanted = int(chance.binomial(VISITS, explore))
    found[np.argsort(-level)[: VISITS - wanted]] = 1
    if wanted:
        weeks = np.arange(1, len(visits) + 1)[:, None]
        unseen = len(visits) + 1 - np.max(weeks * (visits > 0), axis=0, initial=0)
        weight = np.where(found == 0, unseen, 0.0)
        found[chance.choice(PLACES, wanted, replace=False, p=weight / weight.sum())] = 1
    return found


def _rings(visits: Any, reported: Any, found: Any) -> bool:
    looked = guard(
        [
            Place(visits=int(v), patrol_min=VISIT_MIN * int(v), reported=int(r), found=int(f))
            for v, r, f in zip(visits.sum(axis=0), reported.sum(axis=0), found.sum(axis=0), strict=True)
        ]
    )
    return bool(looked.alarms)


def _mean(values: Any) -> float:
    return round(float(np.mean(values)), 3)
