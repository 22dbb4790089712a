"""A plan changed by hand: a person says the order, the times follow; what cannot be is said, not forbidden."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from unjai.patrol.rules.plan import PARK_S, Problem, Round, Stop, Why


@dataclass(frozen=True, kw_only=True, slots=True)
class Wish:
    """A stop as the hand put it: a place, or a task (asked visit, break) by its row; `at_s` is no sooner than that."""

    place: int | None = None
    task: int | None = None
    at_s: int | None = None
    dwell_s: int = 600
    why: Why = "hand"


def timed(problem: Problem, unit: int, wishes: Sequence[Wish]) -> Round:
    """Return a unit's round in the wished order, each stop as soon as it can be, never before its wish or window."""
    own = problem.units[unit]
    node, free = own.start, float(own.from_s)
    found: list[Stop] = []
    for wish in wishes:
        task = None if wish.task is None else problem.tasks[wish.task]
        there = task.node if task is not None else problem.places[wish.place or 0].node
        way = 0.0 if node == there else problem.way_s(own, node, there) + PARK_S
        reached = free + way if math.isfinite(way) else free
        at_s = math.ceil(max(reached, wish.at_s or 0, own.from_s, task.from_s if task is not None else 0))
        dwell_s = task.dwell_s if task is not None else wish.dwell_s
        place = task.place if task is not None else wish.place
        why = task.why if task is not None else wish.why
        found.append(Stop(node=there, place=place, at_s=at_s, dwell_s=dwell_s, why=why, task=wish.task))
        node, free = there, float(at_s + dwell_s)
    return tuple(found)


def undone(problem: Problem, rounds: Sequence[Round]) -> list[int]:
    """Return the rows of tasks that stand in no round."""
    done = {stop.task for round_ in rounds for stop in round_}
    return [row for row in range(len(problem.tasks)) if row not in done]
