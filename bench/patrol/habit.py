"""The superintendent's habit: each unit has its beat and drives the same round through it, day after day."""

from __future__ import annotations

import math

import numpy as np

from unjai.patrol.rules.plan import Problem, Round, Stop
from unjai.patrol.rules.plan_cover import Cover
from unjai.patrol.rules.plan_greedy import Filler, Fixed, placed

PLACES_A_BEAT = 12


def fixed_round(problem: Problem) -> list[Round]:
    """Return rounds over the riskiest places of each beat (10–12 as the red boxes were), nearest next, again and again.

    It keeps breaks and asked visits as the planner does, and stays the least dwell at each place.
    """
    filler = Filler(problem, Cover(problem))
    chains, _ = placed(filler)
    beats = _beats(problem, filler)
    return [_drive(problem, filler, unit, beats[unit], chains[unit]) for unit in range(len(problem.units))]


def _beats(problem: Problem, filler: Filler) -> list[list[int]]:
    """Give each place to the unit whose beat's heart is nearest (spread by farthest-first); keep the riskiest dozen."""
    matrix = filler.matrix(0)[np.ix_(filler.nodes, filler.nodes)]
    reach = np.where(np.isfinite(matrix), matrix, 1e9)
    level = problem.risk.sum(axis=1)
    hearts = [int(level.argmax())]
    while len(hearts) < len(problem.units):
        hearts.append(int(reach[hearts].min(axis=0).argmax()))
    owner = reach[hearts].argmin(axis=0)
    beats = []
    for unit, own in enumerate(problem.units):
        rows = [
            row
            for row in range(len(problem.places))
            if (owner[row] == unit % len(hearts)) and (own.areas is None or problem.places[row].area in own.areas)
        ]
        chosen = sorted(rows, key=lambda row: -level[row])[:PLACES_A_BEAT] or [int(level.argmax())]
        beats.append(_in_order(chosen, reach))
    return beats


def _in_order(rows: list[int], reach: np.ndarray) -> list[int]:
    order, left = [rows[0]], set(rows[1:])
    while left:
        nearest = min(left, key=lambda row: (reach[order[-1], row], row))
        order.append(nearest)
        left.discard(nearest)
    return order


def _drive(problem: Problem, filler: Filler, unit: int, beat: list[int], chain: list[Fixed]) -> Round:
    own, matrix, dwell = problem.units[unit], filler.matrix(unit), problem.setting.dwell_s[0]
    node, free, turn = own.start, float(own.from_s), 0
    done: list[Stop] = []
    for ahead in chain:
        for _ in range(400):
            place = beat[turn % len(beat)]
            there = int(filler.nodes[place])
            arrive = math.ceil(free + float(matrix[node, there]))
            if not math.isfinite(free) or arrive + dwell + float(matrix[there, ahead.stop.node]) > ahead.latest_s - 1:
                break
            if there != node or len(beat) == 1:
                done.append(Stop(node=there, place=place, at_s=arrive, dwell_s=dwell))
                node, free = there, float(arrive + dwell)
            turn += 1
        at = max(free + float(matrix[node, ahead.stop.node]), ahead.from_s)
        stop = ahead.stop
        done.append(
            Stop(
                node=stop.node, place=stop.place, at_s=math.ceil(at), dwell_s=stop.dwell_s, why=stop.why, task=stop.task
            )
        )
        node, free = stop.node, math.ceil(at) + stop.dwell_s
    return tuple(done[:-1])
