"""The search: a beam over sequences of phases, each driven through the model, cheapest first."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from unjai.signals.controller.roads import ACCEL, RED, Floats, Ints, Queue, Roads, State, Ways, drive

UNFIT = 1e9
START_S = 2.0
"""What each vehicle waits for the one before it to start."""
RED_S = 8.0
"""What a red before it costs a vehicle at least: the yellow of the others, and some of their green."""
NEAR_M = 150.0


class Plan(NamedTuple):
    """How the search looks ahead."""

    step_s: int
    stages: int
    width: int
    left_s: float
    """What a vehicle that still stands at the end counts, for each place in its queue and for a red before it."""
    switch_s: float
    """Seconds that a change must save at least, all vehicles together."""


@njit(cache=True)
def room_for(state: State, most: int) -> State:
    """Return arrays for `most` states."""
    return State(
        np.empty((most, *state.x.shape), np.float32),
        np.empty((most, *state.v.shape), np.float32),
        np.empty((most, state.first.shape[0]), np.int32),
        np.empty((most, state.gone_x.shape[0]), np.float32),
        np.empty((most, state.gone_v.shape[0]), np.float32),
        np.empty((most, state.room.shape[0]), np.float32),
        np.empty((most, state.since.shape[0]), np.float32),
        np.empty((most, state.inside.shape[0]), np.int32),
        np.empty((most, state.phase.shape[0]), np.int32),
    )


@njit(cache=True)
def one_of(states: State, n: int) -> State:
    """Return the state of number `n`: a view."""
    return State(
        states.x[n],
        states.v[n],
        states.first[n],
        states.gone_x[n],
        states.gone_v[n],
        states.room[n],
        states.since[n],
        states.inside[n],
        states.phase[n],
    )


@njit(cache=True)
def write(states: State, n: int, state: State) -> None:
    """Make number `n` the same as `state`."""
    states.x[n] = state.x
    states.v[n] = state.v
    states.first[n] = state.first
    states.gone_x[n] = state.gone_x
    states.gone_v[n] = state.gone_v
    states.room[n] = state.room
    states.since[n] = state.since
    states.inside[n] = state.inside
    states.phase[n] = state.phase


@njit(cache=True)
def owed(roads: Roads, queue: Queue, state: State, plan: Plan) -> float:
    """Return what the vehicles that have not passed will still lose, roughly."""
    total = 0.0
    green = state.phase[1]
    for lane in range(state.first.shape[0]):
        waits = 0
        for i in range(state.first[lane], queue.end[lane]):
            if state.v[lane, i] < 0.5 * roads.top[lane] and state.x[lane, i] < NEAR_M:
                k = queue.way[lane, i]
                red = k >= 0 and roads.states[green, roads.signal[k]] == RED
                total += (START_S * waits + (RED_S if red else 0.0)) * queue.weight[lane]
                waits += 1
    return total * plan.left_s


@njit(cache=True)
def allowed(roads: Roads, phase: Ints, wish: int) -> bool:
    """Return whether the phase may be wished for now."""
    return bool(wish == phase[1] or (phase[2] <= 0 and phase[3] >= roads.min_green[phase[1]]))


@njit(cache=True)
def change(roads: Roads, phase: Ints, wish: int) -> None:
    """Begin to change to `wish`, where it is another phase."""
    if wish != phase[1]:
        phase[0], phase[1] = phase[1], wish
        phase[2], phase[3] = roads.yellow[phase[0]] + roads.red[phase[0]], 0


@njit(cache=True)
def look_ahead(  # noqa: PLR0917
    roads: Roads, queue: Queue, start: State, ways: Ways, plan: Plan, begins: int, path: Ints
) -> float:
    """Return the cost of the best plan that begins with the phase `begins`, and write its phases into `path`.

    One that may not begin costs `UNFIT` and writes nothing.
    """
    if not allowed(roads, start.phase, begins):
        return UNFIT
    phases = roads.states.shape[0]
    most = plan.width * phases
    nodes, made = room_for(start, most), room_for(start, most)
    costs, made_costs = np.zeros(most), np.zeros(most)
    ranks = np.zeros(most)
    paths, made_paths = np.zeros((most, plan.stages), np.int32), np.zeros((most, plan.stages), np.int32)
    write(nodes, 0, start)
    kept = np.zeros(1, np.int64)
    for stage in range(plan.stages):
        m = 0
        for n in kept:
            for wish in range(phases):
                if not allowed(roads, nodes.phase[n], wish) or (stage == 0 and wish != begins):
                    continue
                write(made, m, one_of(nodes, int(n)))
                state = one_of(made, m)
                made_costs[m] = costs[n] + (plan.switch_s if wish != state.phase[1] else 0.0)
                change(roads, state.phase, wish)
                made_paths[m] = paths[n]
                made_paths[m, stage] = wish
                made_costs[m] += drive(plan.step_s, roads, queue, state, ways)
                ranks[m] = made_costs[m] + owed(roads, queue, state, plan)
                m += 1
        kept = np.argsort(ranks[:m])[: plan.width]
        nodes, made = made, nodes
        costs, made_costs = made_costs, costs
        paths, made_paths = made_paths, paths
    path[:] = paths[kept[0]]
    return float(ranks[kept[0]])


@njit(cache=True)
def passings(  # noqa: PLR0917
    roads: Roads, queue: Queue, state: State, ways: Ways, plan: Plan, path: Ints, found: Floats
) -> None:
    """Drive a plan from `state`, changing it, and add to `found` (K, seconds) who goes over which line when.

    Who starts slowly counts so much later as he loses until he is up to speed.
    """
    first = state.first.copy()
    for second in range(plan.stages * plan.step_s):
        if second % plan.step_s == 0:
            change(roads, state.phase, path[second // plan.step_s])
        drive(1, roads, queue, state, ways)
        for lane in range(first.shape[0]):
            for i in range(first[lane], state.first[lane]):
                k, short = queue.way[lane, i], max(roads.top[lane] - state.v[lane, i], 0.0)
                when = second + round(short * short / (2 * ACCEL * roads.top[lane]))
                if k >= 0 and when < found.shape[1]:
                    found[k, when] += 1.0
            first[lane] = state.first[lane]
