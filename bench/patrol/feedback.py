"""A plan that learns from its own findings: where do the visits end up after months?"""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import numpy as np

from unjai.patrol.rules.plan import Problem
from unjai.patrol.rules.plan_draw import drawn_risk, with_exploration
from unjai.patrol.rules.plan_figures import top_share, visits_by_place
from unjai.patrol.rules.plan_greedy import greedy
from unjai.patrol.rules.risk_history import counts_for_visits

WEEKS = 26
PLANS_A_WEEK = 2
FOUND_A_VISIT = 0.25
Learns = Literal["counted", "product", "a_visit", "known"]


def after_months(
    problem: Problem, seed: int, *, explore: float, learns: Learns = "counted", weeks: int = WEEKS
) -> tuple[float, float]:
    """Return (share of visits at the most visited tenth of places, share of places unseen) in the last month.

    The truth: every place is riskier or less by a factor that never changes. The plan knows only what patrols found:
    each visit finds something in proportion to the truth. How it learns: `counted`, what was found is the risk, as a
    station does that feeds its statistics with its own checks; `product`, as the risk form of this project takes
    findings (`risk_history.counts_for_visits`, drawn towards the mean of all); `a_visit`, bare findings for each visit;
    `known`, the truth itself, which no station has: so concentrated would be right. The greedy plan stands for the
    whole planner.
    """
    chance = np.random.default_rng([seed, 77])
    quiet = replace(problem, tasks=())
    shape = quiet.risk / np.maximum(quiet.risk.sum(axis=1, keepdims=True), 1e-9)
    truth = chance.gamma(4.0, 0.25, len(quiet.places))
    found = chance.poisson(truth).astype(float) + 0.5
    setting = replace(quiet.setting, explore=explore, noise=0.2)
    last = np.full(len(quiet.places), 30.0)
    visits = np.zeros(len(quiet.places))
    gone = np.ones(len(quiet.places)) / FOUND_A_VISIT
    for week in range(weeks):
        for _ in range(PLANS_A_WEEK):
            level = {
                "counted": found,
                "product": counts_for_visits(found, gone),
                "a_visit": found / gone,
                "known": truth,
            }[learns]
            known = replace(quiet, risk=shape * level[:, None], setting=setting)
            weight = drawn_risk(known, chance)
            asked = known
            if explore > 0:
                expected = 25 * len(known.units)
                asked = with_exploration(known, chance, expected, last.astype(int).tolist())
            rounds, _ = greedy(asked, weight=weight)
            seen = np.asarray(visits_by_place(asked, rounds), dtype=float)
            found = found + chance.poisson(FOUND_A_VISIT * truth * seen)
            gone += seen
            last = np.where(seen > 0, 0.0, last + 7 / PLANS_A_WEEK)
            if week >= weeks - 4:
                visits += seen
    return top_share(visits.tolist()), float((visits == 0).mean())
