"""Figures of a plan: what it covers and when, how far it can be foreseen, how far it feeds on itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np

from unjai.patrol.rules.plan import Floats, Problem, Round, Stop, Unit, stops_of
from unjai.patrol.rules.plan_cover import laid

SLOT_S = 900
TOP = 0.1
HOUR_S = 3600


def share_by_hour(problem: Problem, rounds: Sequence[Round]) -> list[tuple[float, float]]:
    """Return (risk, covered share) for each hour from the plan's zero."""
    cover = laid(problem, rounds)
    bins = problem.risk.shape[1]
    risk = cover.risk[:, :bins]
    held = risk * cover.best[:, :bins]
    step = HOUR_S // 300
    found = []
    for first in range(0, bins, step):
        whole = float(risk[:, first : first + step].sum())
        found.append((whole, float(held[:, first : first + step].sum()) / whole if whole > 0 else 0.0))
    return found


def share_by_place(problem: Problem, rounds: Sequence[Round]) -> Floats:
    """Return the covered share of each place's risk; 0 where it has none."""
    cover = laid(problem, rounds)
    whole = cover.risk.sum(axis=1)
    held = (cover.risk * cover.best).sum(axis=1)
    found: Floats = np.divide(held, whole, out=np.zeros_like(held), where=whole > 0)
    return found


def visits_by_place(problem: Problem, rounds: Sequence[Round]) -> list[int]:
    """Return how often each place is visited."""
    found = [0] * len(problem.places)
    for _, stop in stops_of(rounds):
        if stop.place is not None and stop.why != "break":
            found[stop.place] += 1
    return found


def top_share(visits: Sequence[float], share: float = TOP) -> float:
    """Return which part of all visits goes to the most visited tenth of places; the equal share is `share`."""
    ordered = sorted(visits, reverse=True)
    top = max(1, round(len(ordered) * share))
    whole = sum(ordered)
    return sum(ordered[:top]) / whole if whole else 0.0


def explored_share(rounds: Sequence[Round]) -> float:
    """Return the part of visits that follow no risk: exploration and areas that were due."""
    stops = [stop for _, stop in stops_of(rounds) if stop.why != "break"]
    return sum(stop.why in {"explore", "area"} for stop in stops) / len(stops) if stops else 0.0


def revisit_median_s(problem: Problem, rounds: Sequence[Round], share: float = TOP) -> float | None:
    """Return the median time between two arrivals at the riskiest tenth of places; None without two."""
    level = problem.risk.sum(axis=1)
    top = set(np.argsort(-level, kind="stable")[: max(1, round(len(level) * share))].tolist())
    at: dict[int, list[int]] = {}
    for _, stop in stops_of(rounds):
        if stop.place is not None and stop.place in top and stop.why != "break":
            at.setdefault(stop.place, []).append(stop.at_s)
    gaps = [after - before for times in at.values() for before, after in pairwise(times)]
    return float(np.median(gaps)) if gaps else None


def _by_unit(rounds: Sequence[Round]) -> list[Mapping[int, int]]:
    found: list[Mapping[int, int]] = []
    for round_ in rounds:
        slots: dict[int, int] = {}
        for stop in round_:
            if stop.place is None or stop.why == "break":
                continue
            for slot in range(stop.at_s // SLOT_S, (stop.at_s + max(stop.dwell_s, 1) - 1) // SLOT_S + 1):
                slots.setdefault(slot, stop.place)
        found.append(slots)
    return found


def unit_agreement(one: Sequence[Round], other: Sequence[Round]) -> float:
    """Return in which part of a unit's quarter hours at a place it is at the same place on the other day."""
    same = whole = 0
    for mine, theirs in zip(_by_unit(one), _by_unit(other), strict=True):
        whole += len(mine)
        same += sum(theirs.get(slot) == place for slot, place in mine.items())
    return same / whole if whole else 0.0


def place_agreement(one: Sequence[Round], other: Sequence[Round]) -> float:
    """Return which part of the quarter hours in which a place sees a patrol come again on the other day, any unit."""

    def slots(rounds: Sequence[Round]) -> set[tuple[int, int]]:
        return {(place, slot) for own in _by_unit(rounds) for slot, place in own.items()}

    mine, theirs = slots(one), slots(other)
    return len(mine & theirs) / len(mine) if mine else 0.0


def drive_s(problem: Problem, unit: int, round_: Round) -> int:
    """Return how long a unit is on its way in all."""
    own = problem.units[unit]
    nodes = [own.start, *(stop.node for stop in round_), own.end]
    return round(sum(problem.way_s(own, a, b) for a, b in pairwise(nodes) if a != b))


def broken(problem: Problem, rounds: Sequence[Round]) -> list[tuple[int, int, str]]:
    """Return what in the rounds cannot be or must not be: (unit, stop, code). The planner makes none; a hand may.

    Codes: `late` (not reached in time from the stop before), `shift` (outside the shift), `short` (dwell below the
    least), `window` (an asked visit or break outside its window), `way` (no way), `home` (not back in time).
    """
    found: list[tuple[int, int, str]] = []
    for row, (unit, round_) in enumerate(zip(problem.units, rounds, strict=True)):
        node, free = unit.start, float(unit.from_s)
        for number, stop in enumerate(round_):
            way = problem.way_s(unit, node, stop.node) + (60 if node != stop.node else 0)
            found += [(row, number, code) for code in _wrong(problem, stop, unit, free, way)]
            node, free = stop.node, float(stop.at_s + stop.dwell_s)
        way = problem.way_s(unit, node, unit.end) + (60 if node != unit.end else 0)
        if round_ and free + way > unit.to_s + 1:
            found.append((row, len(round_) - 1, "home"))
    return found


def _wrong(problem: Problem, stop: Stop, unit: Unit, free: float, way: float) -> list[str]:
    found = []
    if not np.isfinite(way):
        found.append("way")
    elif stop.at_s + 1 < free + way:
        found.append("late")
    if stop.at_s < unit.from_s or stop.at_s + stop.dwell_s > unit.to_s:
        found.append("shift")
    if stop.place is not None and stop.task is None and stop.dwell_s < problem.setting.dwell_s[0]:
        found.append("short")
    if stop.task is not None:
        task = problem.tasks[stop.task]
        if not task.from_s <= stop.at_s <= task.to_s:
            found.append("window")
    return found
