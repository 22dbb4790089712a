"""Make a plan: draw the day's chance, give out what is asked for, lay visits where risk is, make it better."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from unjai.patrol.rules import plan_routing as solver
from unjai.patrol.rules.plan import Problem, Round
from unjai.patrol.rules.plan_cover import Cover, covered
from unjai.patrol.rules.plan_draw import drawn_risk, with_exploration
from unjai.patrol.rules.plan_greedy import Filler, Fixed, filled, greedy, placed
from unjai.patrol.rules.plan_search import improved, stretched

Elapsed = Callable[[], float]
"""Seconds since the work began: rules know no clock of their own."""
_TRIAL = 40
"""Turns after which it is known how many the time will allow."""
_SOLVER_SHARE = 0.2


@dataclass(frozen=True, kw_only=True, slots=True)
class Effort:
    """How much was tried: with the same seed and effort the same rounds come out, on any machine."""

    turns: int
    planned: int
    """Turns that were planned for; what a turn might lose fell with them."""
    engine: Literal["or-tools", "greedy"]
    """Who gave out what was asked for; greedy where OR-Tools is missing or found nothing in time."""


@dataclass(frozen=True, kw_only=True)
class Made:
    """A plan: rounds in the order of units, tasks that fit nowhere (rows of `problem.tasks`), what it took.

    `problem` is the one given with the day's exploration added to its tasks.
    """

    problem: Problem
    rounds: tuple[Round, ...]
    left: tuple[int, ...]
    effort: Effort


def make_plan(
    problem: Problem,
    *,
    seed: int,
    elapsed: Elapsed,
    seconds: float,
    unseen: Sequence[int] = (),
    effort: Effort | None = None,
    solver_on: bool = True,
) -> Made:
    """Return the plan of a day. It takes about `seconds`, or repeats the `effort` of a plan that is made again."""
    chance = np.random.default_rng(seed)
    weight = drawn_risk(problem, chance)
    first, _ = greedy(problem, weight=weight)
    if problem.setting.explore > 0:
        days = list(unseen) or [0] * len(problem.places)
        visits = sum(stop.place is not None for round_ in first for stop in round_)
        problem = with_exploration(problem, chance, visits, days)
    filler = Filler(problem, Cover(problem, weight))
    chains, left, engine = _appoint(filler, seconds, solver_on=solver_on)
    rounds: Sequence[Round] = filled(filler, chains)
    pace = _Pace(elapsed, seconds, effort)
    rounds, done = improved(problem, rounds, chance, pace, weight=weight)
    return Made(
        problem=problem,
        rounds=tuple(with_reasons(problem, stretched(problem, rounds))),
        left=tuple(left),
        effort=Effort(turns=done, planned=pace.planned, engine=engine),
    )


class _Pace:
    """Goes on for some seconds, but counts in turns: after a trial it plans how many, so that it can be repeated."""

    def __init__(self, elapsed: Elapsed, seconds: float, effort: Effort | None) -> None:
        self.elapsed, self.seconds, self.effort = elapsed, seconds, effort
        self.planned = _TRIAL if effort is None else effort.planned
        self.began_s = elapsed()

    def over(self, turn: int) -> bool:
        if self.effort is not None:
            return turn >= self.effort.turns
        now = self.elapsed()
        if turn == _TRIAL:
            each = max((now - self.began_s) / _TRIAL, 1e-5)
            self.planned = _TRIAL + max(0, int((self.seconds - now) / each))
        return turn >= _TRIAL and (turn >= self.planned or now >= self.seconds)

    def heat(self, turn: int) -> float:
        return 1.0 if turn < _TRIAL else max(0.0, 1.0 - turn / self.planned)


def _appoint(
    filler: Filler, seconds: float, *, solver_on: bool
) -> tuple[list[list[Fixed]], list[int], Literal["or-tools", "greedy"]]:
    chains, left = placed(filler)
    if not filler.problem.tasks or not solver_on or not solver.available():
        return chains, left, "greedy"
    found = solver.appointed(filler, seconds=max(0.5, seconds * _SOLVER_SHARE))
    unfit = solver.unfit
    if found is None or _worse(unfit(filler.problem, found[1]), found[1], unfit(filler.problem, left), left):
        return chains, left, "greedy"
    return found[0], found[1], "or-tools"


def _worse(must: list[int], all_: list[int], other_must: list[int], other_all: list[int]) -> bool:
    """Tell whether the first leaves out more of what must be, or as much of it and more wishes."""
    return (len(must), len(all_)) > (len(other_must), len(other_all))


def with_reasons(problem: Problem, rounds: Sequence[Round]) -> list[Round]:
    """Say at each stop why it is there."""
    return [
        tuple(stop if stop.task is None else replace(stop, why=problem.tasks[stop.task].why) for stop in round_)
        for round_ in rounds
    ]


def optimum(problem: Problem, *, elapsed: Elapsed, seconds: float, seed: int = 0) -> Made:
    """Return what the same planner reaches without chance and exploration, given `seconds`."""
    calm = replace(problem, setting=replace(problem.setting, noise=0.0, explore=0.0))
    return make_plan(calm, seed=seed, elapsed=elapsed, seconds=seconds)


def covered_of(made: Made) -> float:
    """Return the risk a plan covers, over the real figures."""
    return covered(made.problem, made.rounds)
