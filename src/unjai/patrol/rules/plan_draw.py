"""What chance decides each day: the drawn risk, the places to be looked at without reports, areas that are due.

The seed is made from the station's secret and the day, so that nobody outside can foresee a plan and an auditor with
the secret can make it again.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import numpy as np

from unjai.patrol.rules.plan import BIN_S, Floats, Problem, Task

_BLOCK_S = 3600
_WINDOW_S = (3600, 6600)
_QUIET = 0.5
"""Exploration draws from this lower share of places by risk: where the plan would not go by itself."""
DUE_DAYS = 6
"""An area unseen for so many days is due: every area is seen at some hour of every week."""
_UNKNOWN_DAYS = 30


def day_seed(secret: bytes, *about: object) -> int:
    """Return the seed of a day: HMAC-SHA-256 of what the plan is about under the station's secret."""
    said = "|".join(str(one) for one in about).encode()
    return int.from_bytes(hmac.new(secret, said, hashlib.sha256).digest()[:8], "big")


def drawn_risk(problem: Problem, chance: np.random.Generator) -> Floats:
    """Return the risk with a factor drawn for each place and hour, of mean 1: the plan of a day follows these."""
    noise = problem.setting.noise
    if noise <= 0:
        return problem.risk
    bins = problem.risk.shape[1]
    blocks = -(-bins * BIN_S // _BLOCK_S)
    factors = np.exp(noise * chance.standard_normal((len(problem.places), blocks)) - noise**2 / 2)
    found: Floats = problem.risk * np.repeat(factors, _BLOCK_S // BIN_S, axis=1)[:, :bins]
    return found


def unseen_days(last: Sequence[date | None], today: date) -> list[int]:
    """Return how many days ago each place was last visited; what is not known counts as a month."""
    return [_UNKNOWN_DAYS if day is None else max((today - day).days, 0) for day in last]


def with_exploration(problem: Problem, chance: np.random.Generator, visits: int, unseen: Sequence[int]) -> Problem:
    """Return the problem with visits that do not follow risk: `explore` of `visits`, and one to each area that is due.

    They are wishes (`must` False): a request is never given up for them.
    """
    wanted = round(problem.setting.explore * visits)
    begin = min(unit.from_s for unit in problem.units)
    end = max(unit.to_s for unit in problem.units)
    if wanted <= 0 or not problem.places:
        return problem
    asked = {task.place for task in problem.tasks}
    stale = np.asarray([days + 1.0 for days in unseen])
    level = problem.risk.sum(axis=1)
    quiet = level <= np.quantile(level, _QUIET)
    drawn = list(_due_areas(problem, chance, stale, asked))[:wanted]
    weight = np.where(quiet, stale, 0.0)
    weight[[place for place, _ in drawn]] = 0.0
    more = min(wanted - len(drawn), int((weight > 0).sum()))
    if more > 0:
        rows = chance.choice(len(weight), size=more, replace=False, p=weight / weight.sum())
        drawn += [(int(row), "explore") for row in rows]
    while len(drawn) < wanted and bool(quiet.any()):  # fewer quiet places than wanted visits: some are seen twice
        drawn.append((int(chance.choice(np.flatnonzero(quiet))), "explore"))
    made: list[Task] = []
    for number, (row, why) in enumerate(drawn):
        width = int(chance.integers(*_WINDOW_S))
        since = int(chance.integers(begin, max(begin + 1, end - width - problem.setting.dwell_s[0])))
        made.append(
            Task(
                id=f"{why}:{number + 1}",
                why="area" if why == "area" else "explore",
                node=problem.places[row].node,
                place=row,
                from_s=since,
                to_s=min(since + width, end),
                dwell_s=problem.setting.dwell_s[0],
                must=False,
            )
        )
    return replace(problem, tasks=(*problem.tasks, *made))


def _due_areas(
    problem: Problem, chance: np.random.Generator, stale: Floats, asked: set[int | None]
) -> list[tuple[int, str]]:
    areas: dict[str, list[int]] = {}
    for row, place in enumerate(problem.places):
        if place.area:
            areas.setdefault(place.area, []).append(row)
    due = [rows for rows in areas.values() if min(stale[rows]) - 1 >= DUE_DAYS and not asked.intersection(rows)]
    found = [(rows[int(chance.integers(len(rows)))], "area") for rows in due]
    chance.shuffle(found)
    return found
