"""Rounds without a solver: whoever is free first goes where a minute is worth most, and is in time for what is fixed.

It is the fallback, the beginning of the search, and what the search uses to fill a hole it has made.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from unjai.patrol.rules.plan import Floats, Ints, Problem, Round, Stop, Task, arranged
from unjai.patrol.rules.plan_cover import Cover

_LEAST_GAIN = 1e-9
_BUSY_S = 120.0
"""A unit that has asked visits already is so much dearer for the next: they are shared out."""
_WAIT_S, _PATIENCE_S = 600, 1200
_NEAREST, _RISKIEST = 36, 10


class Gap:
    """A stretch of one unit's time to be filled: free from `free_s` at `node`, fixed stops still ahead.

    `fixed` are stops (breaks, asked visits, the way home, what a search keeps) in order, each with its window.
    """

    def __init__(self, unit: int, node: int, free_s: float, fixed: Sequence[Fixed]) -> None:
        """Take the fixed stops in the order they are done."""
        self.unit, self.node, self.free_s = unit, node, free_s
        self.fixed = list(fixed)
        self.done: list[Stop] = []


class Fixed:
    """A stop that must be: its window of arrival and how late it may be reached for the rest to hold."""

    __slots__ = ("from_s", "latest_s", "stop", "to_s")

    def __init__(self, stop: Stop, from_s: float, to_s: float) -> None:
        """Keep the stop with its window; `latest_s` is set when the order is known."""
        self.stop, self.from_s, self.to_s, self.latest_s = stop, from_s, to_s, to_s


def tighten(fixed: Sequence[Fixed], matrix: Floats) -> None:
    """Set how late each fixed stop may be reached so that all after it are in time."""
    for here, after in zip(reversed(fixed[:-1]), reversed(fixed[1:]), strict=True):
        way = float(matrix[here.stop.node, after.stop.node])
        here.latest_s = min(here.to_s, after.latest_s - way - here.stop.dwell_s)
    if fixed:
        fixed[-1].latest_s = fixed[-1].to_s


class Filler:
    """Fills gaps over one problem, one cover and one draw of chance."""

    def __init__(self, problem: Problem, cover: Cover, chance: np.random.Generator | None = None) -> None:
        """Arrange matrices and which places each unit may go to."""
        self.problem, self.cover, self.chance = problem, cover, chance
        self.spread = 0.0
        self.travel: Mapping[str, Floats] = arranged(problem)
        self.nodes = np.asarray([place.node for place in problem.places], dtype=np.int64)
        areas = [place.area for place in problem.places]
        self._allowed = [
            None if unit.areas is None else np.asarray([area in unit.areas for area in areas]) for unit in problem.units
        ]
        self._to = {kind: np.ascontiguousarray(matrix[:, self.nodes]) for kind, matrix in self.travel.items()}
        self._riskiest = np.argsort(-cover.risk.sum(axis=1), kind="stable")[:_RISKIEST]
        self._nearest: dict[tuple[str, int], Ints] = {}
        self._back = {kind: np.ascontiguousarray(matrix[self.nodes, :].T) for kind, matrix in self.travel.items()}

    def matrix(self, unit: int) -> Floats:
        """Return a unit's ways."""
        return self.travel[self.problem.units[unit].kind]

    def fill(self, gaps: Sequence[Gap]) -> None:
        """Fill the gaps side by side in time order."""
        queue = [(gap.free_s, number) for number, gap in enumerate(gaps)]
        heapq.heapify(queue)
        while queue:
            _, number = heapq.heappop(queue)
            if self._step(gaps[number]):
                heapq.heappush(queue, (gaps[number].free_s, number))

    def _step(self, gap: Gap) -> bool:
        """Add one stop to a gap; False when all its fixed stops are done."""
        if not gap.fixed:
            return False
        ahead = gap.fixed[0]
        matrix = self.matrix(gap.unit)
        way = float(matrix[gap.node, ahead.stop.node])
        at = max(gap.free_s + way, ahead.from_s)
        place = self._best(gap, ahead, at)
        if place is None and at - way - gap.free_s > _PATIENCE_S:
            gap.free_s += _WAIT_S  # nothing is worth going to now; something will be
            return True
        if place is None:
            gap.fixed.pop(0)
            self._go(gap, replace(ahead.stop, at_s=math.ceil(at)))
            return bool(gap.fixed)
        node = int(self.nodes[place])
        arrive = math.ceil(gap.free_s + float(matrix[gap.node, node]))
        self._go(gap, Stop(node=node, place=place, at_s=arrive, dwell_s=self.problem.setting.dwell_s[0]))
        return True

    def _go(self, gap: Gap, stop: Stop) -> None:
        self.cover.lay(stop)
        gap.done.append(stop)
        gap.node, gap.free_s = stop.node, stop.at_s + stop.dwell_s

    def _near(self, kind: str, node: int) -> Ints:
        """Return the places worth looking at from a node: the nearest, and the riskiest wherever they are."""
        found = self._nearest.get((kind, node))
        if found is None:
            way = self._to[kind][node]
            order = np.argsort(way, kind="stable")[: _NEAREST + 1]
            wanted = np.union1d(order, self._riskiest)
            found = wanted[np.isfinite(way[wanted]) & (way[wanted] > 0)].astype(np.int64)
            self._nearest[kind, node] = found
        return found

    def _best(self, gap: Gap, ahead: Fixed, ahead_at: float) -> int | None:
        """Return the place worth most a minute that leaves time for what is fixed; None: go to the fixed stop now."""
        kind = self.problem.units[gap.unit].kind
        dwell = self.problem.setting.dwell_s[0]
        places = self._near(kind, gap.node)
        own = self._allowed[gap.unit]
        if own is not None:
            places = places[own[places]]
        way = self._to[kind][gap.node][places]
        arrive = np.ceil(gap.free_s + way)
        able = arrive + dwell + self._back[kind][ahead.stop.node][places] <= ahead.latest_s - 1
        if not bool(able.any()):
            return None
        places, way, arrive = places[able], way[able], arrive[able]
        gain = self.cover.gains(places, arrive, dwell)
        rate = gain / (way + dwell)
        if self.spread > 0 and self.chance is not None:
            rate *= np.exp(self.spread * self.chance.standard_normal(len(rate)))
        best = int(rate.argmax())
        if gain[best] <= _LEAST_GAIN:
            return None
        if ahead.stop.why != "break" and ahead_at <= gap.free_s + float(way[best]) and ahead.stop.place is not None:
            return None  # what was asked for lies open and nearer: do it on the way
        return int(places[best])


def home(problem: Problem, unit: int) -> Fixed:
    """Return the end of a unit's shift as a fixed stop of no length."""
    own = problem.units[unit]
    stop = Stop(node=own.end, place=None, at_s=own.to_s, dwell_s=0, why="break")
    return Fixed(stop, own.to_s, own.to_s)


def fixed_of(problem: Problem, row: int) -> Fixed:
    """Return a task as a fixed stop."""
    task: Task = problem.tasks[row]
    stop = Stop(node=task.node, place=task.place, at_s=task.from_s, dwell_s=task.dwell_s, why=task.why, task=row)
    return Fixed(stop, task.from_s, task.to_s)


def _fits(fixed: Sequence[Fixed], matrix: Floats, start: int, from_s: float) -> float | None:
    """Return the waiting and travel that a chain costs, None where it cannot be done in time."""
    at, node, cost = from_s, start, 0.0
    for one in fixed:
        way = float(matrix[node, one.stop.node])
        reached = max(at + way, one.from_s)
        if not math.isfinite(reached) or reached > one.to_s:
            return None
        cost += way
        at, node = reached + one.stop.dwell_s, one.stop.node
    return cost


def placed(filler: Filler) -> tuple[list[list[Fixed]], list[int]]:
    """Give every task to a unit where it costs least; return each unit's chain (home last) and rows that fit nowhere.

    Breaks first, then what must be by how narrow its window is, then the rest.
    """
    problem = filler.problem
    chains: list[list[Fixed]] = [[home(problem, unit)] for unit in range(len(problem.units))]
    order = sorted(
        range(len(problem.tasks)),
        key=lambda row: (
            problem.tasks[row].why != "break",
            not problem.tasks[row].must,
            problem.tasks[row].to_s - problem.tasks[row].from_s,
            row,
        ),
    )
    left = [row for row in order if not _give(filler, chains, row)]
    for unit, chain in enumerate(chains):
        tighten(chain, filler.matrix(unit))
    return chains, left


def _give(filler: Filler, chains: list[list[Fixed]], row: int) -> bool:
    problem, task = filler.problem, filler.problem.tasks[row]
    area = None if task.place is None else problem.places[task.place].area
    best: tuple[float, int, int] | None = None
    for number, unit in enumerate(problem.units):
        if task.unit is not None and task.unit != number:
            continue
        if task.unit is None and unit.areas is not None and area not in unit.areas:
            continue
        chain, matrix = chains[number], filler.matrix(number)
        before = _fits(chain, matrix, unit.start, unit.from_s)
        for slot in range(len(chain)):
            tried = [*chain[:slot], fixed_of(problem, row), *chain[slot:]]
            cost = _fits(tried, matrix, unit.start, unit.from_s)
            if cost is None:
                continue
            added = cost - (before or 0.0) + _BUSY_S * sum(1 for one in chain if one.stop.why != "break")
            if best is None or added < best[0]:
                best = (added, number, slot)
    if best is None:
        return False
    chains[best[1]].insert(best[2], fixed_of(problem, row))
    return True


def greedy(problem: Problem, *, weight: Floats | None = None) -> tuple[list[Round], list[int]]:
    """Return rounds for all units and the rows of tasks that fit nowhere; some milliseconds a unit."""
    cover = Cover(problem, weight)
    filler = Filler(problem, cover)
    chains, left = placed(filler)
    return filled(filler, chains), left


def filled(filler: Filler, chains: Sequence[Sequence[Fixed]]) -> list[Round]:
    """Fill whole shifts round the fixed stops, all units side by side."""
    units = filler.problem.units
    gaps = [Gap(number, unit.start, unit.from_s, chains[number]) for number, unit in enumerate(units)]
    filler.fill(gaps)
    return [tuple(gap.done[:-1]) for gap in gaps]
