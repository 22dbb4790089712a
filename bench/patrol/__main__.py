"""Plan, compare, learn, match, print."""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import Callable
from typing import Any

import bench.patrol
from bench.command import command
from bench.patrol import officer, track
from bench.patrol.feedback import Learns, after_months
from bench.patrol.habit import fixed_round
from bench.patrol.towns import town
from unjai.patrol.rules import plan_figures as figures
from unjai.patrol.rules.plan import Problem
from unjai.patrol.rules.plan_cover import covered, covered_share
from unjai.patrol.rules.plan_draw import day_seed
from unjai.patrol.rules.plan_greedy import greedy
from unjai.patrol.rules.plan_make import make_plan, optimum
from unjai.patrol.rules.plan_town import prepared
from unjai.patrol.schemas.plan_file import Town

SEEDS, QUICK = range(20), range(1)
SECONDS, LONGER = 12.0, 36.0
LARGEST = (120, 12)


async def measure(quick: bool, _began: float) -> dict[str, Any]:
    """Return every figure."""
    page = await officer.measured(quick)
    return await asyncio.to_thread(_measured, quick) | page


def _since() -> Callable[[], float]:
    began = time.monotonic()
    return lambda: time.monotonic() - began


def _problem(seed: int, **size: int) -> Problem:
    return prepared(Town.model_validate(town(seed, **size))).problem


def _measured(quick: bool) -> dict[str, Any]:
    seconds, longer = (4.0, 8.0) if quick else (SECONDS, LONGER)
    rows = [_town(seed, seconds, longer) for seed in (QUICK if quick else SEEDS)]
    found: dict[str, Any] = {
        "towns": len(rows),
        "plan_optimum_share": _middle(rows, "share"),
        "plan_optimum_share_worst": min(row["share"] for row in rows),
        "plan_slot_agreement": _middle(rows, "agreement"),
        "plan_slot_agreement_worst": max(row["agreement"] for row in rows),
        "plan_unit_slot_agreement": _middle(rows, "unit_agreement"),
        "plan_covered_share": _middle(rows, "covered"),
        "plan_explored_share": _middle(rows, "explored"),
        "plan_broken": sum(row["broken"] for row in rows),
        "plan_unmet": sum(row["unmet"] for row in rows),
        "greedy_optimum_share": _middle(rows, "greedy"),
        "fixed_round_optimum_share": _middle(rows, "habit"),
        "fixed_round_slot_agreement": 1.0,
    }
    found |= _largest(seconds)
    found |= _feedback(quick)
    found |= {
        **track.measured(),
    }
    return found


def _middle(rows: list[dict[str, float]], name: str) -> float:
    return round(statistics.median(row[name] for row in rows), 4)


def _town(seed: int, seconds: float, longer: float) -> dict[str, float]:
    problem = _problem(seed)
    best = covered(problem, optimum(problem, elapsed=_since(), seconds=longer).rounds)
    days = [
        make_plan(problem, seed=day_seed(b"bench", seed, day), elapsed=_since(), seconds=seconds) for day in range(2)
    ]
    best = max(best, *(covered(problem, made.rounds) for made in days))
    one, other = days[0], days[1]
    return {
        "share": round(statistics.mean(covered(problem, made.rounds) / best for made in days), 4),
        "agreement": figures.place_agreement(one.rounds, other.rounds),
        "unit_agreement": figures.unit_agreement(one.rounds, other.rounds),
        "covered": covered_share(problem, one.rounds),
        "explored": figures.explored_share(one.rounds),
        "broken": sum(len(figures.broken(made.problem, made.rounds)) for made in days),
        "unmet": sum(made.problem.tasks[row].must for made in days for row in made.left),
        "greedy": covered(problem, greedy(problem)[0]) / best,
        "habit": covered(problem, fixed_round(problem)) / best,
    }


def _largest(seconds: float) -> dict[str, Any]:
    """Return how long the largest town takes from the file to the plan: 120 places, 12 units."""
    elapsed = _since()
    problem = _problem(3, places=LARGEST[0], units=LARGEST[1])
    read_s = elapsed()
    make_plan(problem, seed=1, elapsed=elapsed, seconds=seconds)
    return {"plan_s": round(elapsed(), 2), "plan_read_s": round(read_s, 2), "plan_places": 120, "plan_units": 12}


def _feedback(quick: bool) -> dict[str, Any]:
    towns = [_problem(seed, places=60, units=3) for seed in (range(1) if quick else range(5))]
    weeks = 8 if quick else 26
    told: dict[str, Any] = {"feedback_weeks": weeks}
    ways: tuple[tuple[str, float, Learns], ...] = (
        ("feedback_top_share", 0.15, "product"),
        ("feedback_top_share_counted", 0.15, "counted"),
        ("feedback_top_share_without", 0.0, "counted"),
        ("feedback_top_share_a_visit", 0.15, "a_visit"),
        ("feedback_top_share_known", 0.15, "known"),
    )
    for name, explore, learns in ways:
        shares = [
            after_months(problem, seed, explore=explore, learns=learns, weeks=weeks)
            for seed, problem in enumerate(towns)
        ]
        told[name] = round(statistics.median(share for share, _ in shares), 4)
        told[name.replace("top_share", "unseen_share")] = round(statistics.median(unseen for _, unseen in shares), 4)
    return told


if __name__ == "__main__":
    command(bench.patrol.__doc__, measure, nought=("plan_broken",))
