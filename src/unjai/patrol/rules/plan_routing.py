"""Who does which asked visit, and in which order: OR-Tools' routing solver over windows, breaks, shifts and ways.

Only what is bound to a window stands in this model: requests, watched houses, breaks, exploration. Visits that follow
risk are laid round it by the search of `plan_search`, whose measure no routing model holds (decision 0042).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from unjai.patrol.rules.plan import Problem, Task
from unjai.patrol.rules.plan_greedy import Filler, Fixed, fixed_of, home, tighten

_MUST, _MAY = 1_000_000_000, 5_000_000
_FAR_S = 10_000_000
_SHARED = 40
"""Weighs the busiest unit's tour against the sum of ways: asked visits are shared out."""


def available() -> bool:
    """Tell whether OR-Tools is installed here."""
    try:
        import ortools  # noqa: F401, PLC0415
    except ImportError:
        return False
    return True


def appointed(filler: Filler, *, seconds: float, solutions: int = 60) -> tuple[list[list[Fixed]], list[int]] | None:
    """Return each unit's chain of fixed stops (home last) and the rows of tasks that fit nowhere; None: none in time.

    It ends after `solutions` steps of its search or in `seconds`, whatever comes first; the steps end it as a rule, so
    that the same problem has the same answer.
    """
    from ortools.constraint_solver import pywrapcp, routing_enums_pb2  # noqa: PLC0415

    problem = filler.problem
    tasks, units = problem.tasks, problem.units
    count, ends = len(tasks), len(units)
    index = pywrapcp.RoutingIndexManager(
        count + 2 * ends, ends, [count + row for row in range(ends)], [count + ends + row for row in range(ends)]
    )
    routing = pywrapcp.RoutingModel(index)
    each = _transits(routing, filler)
    routing.AddDimensionWithVehicleTransits(each, problem.horizon_s, problem.horizon_s, False, "time")  # noqa: FBT003
    clock = routing.GetDimensionOrDie("time")
    ones = routing.RegisterUnaryTransitVector([int(task.why != "break") for task in tasks] + [0] * (2 * ends))
    routing.AddDimension(ones, 0, count + 1, True, "asked")  # noqa: FBT003
    routing.GetDimensionOrDie("asked").SetGlobalSpanCostCoefficient(_SHARED)
    for row, unit in enumerate(units):
        routing.SetArcCostEvaluatorOfVehicle(each[row], row)
        clock.CumulVar(routing.Start(row)).SetRange(unit.from_s, unit.to_s)
        clock.CumulVar(routing.End(row)).SetRange(unit.from_s, unit.to_s)
    for row, task in enumerate(tasks):
        at = index.NodeToIndex(row)
        clock.CumulVar(at).SetRange(max(task.from_s, 0), min(task.to_s, problem.horizon_s))
        routing.AddDisjunction([at], _MUST if task.must else _MAY)
        able = [number for number in range(ends) if may(problem, task, number)]
        if len(able) < ends:
            routing.VehicleVar(at).SetValues([-1, *able])
    asked = pywrapcp.DefaultRoutingSearchParameters()
    asked.first_solution_strategy = routing_enums_pb2.FirstSolutionStrategy.PARALLEL_CHEAPEST_INSERTION
    asked.local_search_metaheuristic = routing_enums_pb2.LocalSearchMetaheuristic.GUIDED_LOCAL_SEARCH
    asked.time_limit.FromMilliseconds(max(1, int(seconds * 1000)))
    asked.solution_limit = solutions
    found = routing.SolveWithParameters(asked)
    if not found:
        return None
    return _read(routing, index, found, filler)


def may(problem: Problem, task: Task, unit: int) -> bool:
    """Tell whether a task may be given to a unit: its own break, and its own areas."""
    if task.unit is not None:
        return task.unit == unit
    areas = problem.units[unit].areas
    return areas is None or task.place is None or problem.places[task.place].area in areas


def _transits(routing: Any, filler: Filler) -> list[int]:
    """Register the stay at a node and the way to the next for each kind of unit; return each unit's."""
    problem = filler.problem
    nodes = np.asarray(
        [task.node for task in problem.tasks]
        + [unit.start for unit in problem.units]
        + [unit.end for unit in problem.units],
        dtype=np.int64,
    )
    stay = np.zeros(len(nodes))
    stay[: len(problem.tasks)] = [task.dwell_s for task in problem.tasks]
    known: dict[str, int] = {}
    for kind, matrix in filler.travel.items():
        whole = stay[:, None] + matrix[np.ix_(nodes, nodes)]
        whole = np.where(np.isfinite(whole), np.ceil(whole), _FAR_S).astype(np.int64)
        known[kind] = routing.RegisterTransitMatrix(whole.tolist())
    return [known[unit.kind] for unit in problem.units]


def _read(routing: Any, index: Any, found: Any, filler: Filler) -> tuple[list[list[Fixed]], list[int]]:
    problem = filler.problem
    chains: list[list[Fixed]] = []
    given: set[int] = set()
    for number in range(len(problem.units)):
        chain: list[Fixed] = []
        at = found.Value(routing.NextVar(routing.Start(number)))
        while not routing.IsEnd(at):
            row = index.IndexToNode(at)
            given.add(row)
            chain.append(fixed_of(problem, row))
            at = found.Value(routing.NextVar(at))
        chain.append(home(problem, number))
        tighten(chain, filler.matrix(number))
        chains.append(chain)
    return chains, [row for row in range(len(problem.tasks)) if row not in given]


def unfit(problem: Problem, left: Sequence[int]) -> list[int]:
    """Return the rows that were asked for as a must and fit nowhere."""
    return [row for row in left if problem.tasks[row].must]
