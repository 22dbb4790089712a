"""Make good rounds better: take up a stretch of some units' time, fill it anew, keep what covers more.

A large neighbourhood search over the exact measure of `plan_cover`. It draws from its own seeded chance and counts its
turns, so that the same seed and the same number of turns give the same rounds on any machine.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

import numpy as np

from unjai.patrol.rules.plan import Floats, Problem, Round, Stop
from unjai.patrol.rules.plan_cover import Cover
from unjai.patrol.rules.plan_greedy import Filler, Fixed, Gap, home, tighten

_STRETCH_S = (2400, 10800)
_MOST_UNITS = 4
_TO_THE_END = 0.25
_SPREAD = 0.3
_HOT = 0.0015
"""At first a turn may lose so much of the covered risk; the allowance falls to nothing."""


class Pace(Protocol):
    """How long a search goes on, and how much it may lose at a turn (1 at first, 0 at last)."""

    def over(self, turn: int) -> bool:
        """Tell whether it ends before this turn."""

    def heat(self, turn: int) -> float:
        """Return the allowance of this turn."""


def improved(
    problem: Problem, rounds: Sequence[Round], chance: np.random.Generator, pace: Pace, *, weight: Floats | None = None
) -> tuple[list[Round], int]:
    """Return rounds that cover at least as much as `rounds`, and the turns it took."""
    search = _Search(problem, rounds, chance, weight)
    done = 0
    while not pace.over(done):
        search.turn(pace.heat(done))
        done += 1
    return search.best_rounds, done


class _Search:
    def __init__(
        self, problem: Problem, rounds: Sequence[Round], chance: np.random.Generator, weight: Floats | None
    ) -> None:
        self.problem, self.chance = problem, chance
        self.cover = Cover(problem, weight)
        self.filler = Filler(problem, self.cover, chance)
        self.rounds: list[Round] = list(rounds)
        for round_ in self.rounds:
            for stop in round_:
                self.cover.lay(stop)
        self.value = self.best_value = self.cover.total()
        self.best_rounds = list(self.rounds)
        self.begin_s = min((unit.from_s for unit in problem.units), default=0)
        self.end_s = max((unit.to_s for unit in problem.units), default=0)

    def turn(self, heat: float) -> None:
        """Try one change."""
        draw = self.chance
        stretch = float(draw.uniform(*_STRETCH_S))
        since = float(draw.uniform(self.begin_s - stretch / 2, self.end_s - 600))
        until = self.end_s + 1.0 if draw.random() < _TO_THE_END else since + stretch
        units = self._neighbours(since, until)
        gaps, taken = self._holes(units, since, until)
        before = self.cover.best.copy()
        self._lift(units, taken)
        self.filler.spread = float(draw.uniform(0.0, _SPREAD))
        self.filler.fill([gap for gap, _, _ in gaps])
        value = self.cover.total()
        if value >= self.value - heat * _HOT * self.best_value:
            for gap, head, tail in gaps:
                ends = gap.done if tail else gap.done[:-1]
                self.rounds[gap.unit] = (*head, *ends, *tail[1:])
            self.value = value
            if value > self.best_value:
                self.best_value, self.best_rounds = value, list(self.rounds)
        else:
            self.cover.best[:] = before

    def _neighbours(self, since: float, until: float) -> list[int]:
        """Return a unit by chance and those who are nearest to it at that time."""
        count = len(self.rounds)
        first = int(self.chance.integers(count))
        wanted = min(int(self.chance.integers(1, _MOST_UNITS + 1)), count)
        middle = (since + min(until, self.end_s)) / 2
        at = [self._where(unit, middle) for unit in range(count)]
        way = self.filler.matrix(first)[at[first]]
        nearness = [(float(way[node]) * float(self.chance.uniform(0.5, 1.5)), unit) for unit, node in enumerate(at)]
        others = [unit for _, unit in sorted(nearness) if unit != first]
        return [first, *others[: wanted - 1]]

    def _where(self, unit: int, at_s: float) -> int:
        before = [stop for stop in self.rounds[unit] if stop.at_s <= at_s]
        return before[-1].node if before else self.problem.units[unit].start

    def _holes(
        self, units: Sequence[int], since: float, until: float
    ) -> tuple[list[tuple[Gap, Round, Round]], list[Stop]]:
        """Cut the stretch out of each unit's round: what stays before, the hole, what stays after."""
        found: list[tuple[Gap, Round, Round]] = []
        taken: list[Stop] = []
        for unit in units:
            round_, own = self.rounds[unit], self.problem.units[unit]
            head = tuple(stop for stop in round_ if stop.at_s < since)
            inside = [stop for stop in round_ if since <= stop.at_s < until]
            tail = tuple(stop for stop in round_ if stop.at_s >= until)
            fixed = [self._fixed(stop) for stop in inside if stop.task is not None]
            if tail:
                fixed.append(Fixed(tail[0], tail[0].at_s, tail[0].at_s))
            else:
                fixed.append(home(self.problem, unit))
            tighten(fixed, self.filler.matrix(unit))
            node, free = (head[-1].node, head[-1].at_s + head[-1].dwell_s) if head else (own.start, own.from_s)
            found.append((Gap(unit, node, free, fixed), head, tail))
            taken += [stop for stop in inside if stop.place is not None]
        return found, taken

    def _fixed(self, stop: Stop) -> Fixed:
        task = self.problem.tasks[stop.task or 0]
        return Fixed(stop, task.from_s, task.to_s)

    def _lift(self, units: Sequence[int], taken: Sequence[Stop]) -> None:
        """Take the visits of the holes out of the cover."""
        gone = {id(stop) for stop in taken}
        places = {stop.place for stop in taken if stop.place is not None}
        left: dict[int, list[Stop]] = {place: [] for place in places}
        for round_ in self.rounds:
            for stop in round_:
                if stop.place in left and id(stop) not in gone:
                    left[stop.place].append(stop)
        del units
        for place, stops in left.items():
            self.cover.again(place, stops)


def stretched(problem: Problem, rounds: Sequence[Round]) -> list[Round]:
    """Let each stay last as long as the way onward allows, up to the longest dwell: nobody waits on the street."""
    longest = problem.setting.dwell_s[1]
    found: list[Round] = []
    filler = Filler(problem, Cover(problem))
    for number, round_ in enumerate(rounds):
        matrix, unit = filler.matrix(number), problem.units[number]
        ends = [*((stop.node, stop.at_s) for stop in round_), (unit.end, unit.to_s)][1:]
        longer: list[Stop] = []
        for stop, (node, at_s) in zip(round_, ends, strict=True):
            spare = int(at_s - float(matrix[stop.node, node])) - stop.at_s
            whole = stop.dwell_s if stop.why == "break" else max(stop.dwell_s, min(longest, spare))
            longer.append(replace(stop, dwell_s=whole))
        found.append(tuple(longer))
    return found
