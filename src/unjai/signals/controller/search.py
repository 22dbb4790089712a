"""The search: a beam over sequences of phases, each driven through the model, cheapest first."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from unjai.signals.controller.roads import RED, State, drive


class Plan(NamedTuple):
    """How the search looks ahead."""

    step_s: int
    stages: int
    width: int
    left_s: float
    """What a vehicle that still stands at the end counts, for each place in its queue and for a red before it."""
    switch_s: float
    """Seconds that a change must save at least, all vehicles together."""


def copied(state: State) -> State:
    """Return a state of its own."""
    return State(*(part.copy() for part in state))


@njit(cache=True)
def room_for(state, most):
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
def one_of(states, n):
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
def write(states, n, state):
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
def owed(roads, queue, state, plan):
    """Return what the vehicles that have not passed will still lose, roughly."""
    total = 0.0
    green = state.phase[1]
    for l in range(state.first.shape[0]):
        waits = 0
        for i in range(state.first[l], queue.end[l]):
            if state.v[l, i] < 0.5 * roads.top[l] and state.x[l, i] < 150.0:
                k = queue.way[l, i]
                red = k >= 0 and roads.states[green, roads.signal[k]] == RED
                total += (2.0 * waits + (8.0 if red else 0.0)) * queue.weight[l]
                waits += 1
    return total * plan.left_s


@njit(cache=True)
def allowed(roads, phase, wish):
    """Return whether the phase may be wished for now."""
    return wish == phase[1] or (phase[2] <= 0 and phase[3] >= roads.min_green[phase[1]])


@njit(cache=True)
def change(roads, phase, wish):
    """Begin to change to `wish`, where it is another phase."""
    if wish != phase[1]:
        phase[0], phase[1] = phase[1], wish
        phase[2], phase[3] = roads.yellow[phase[0]] + roads.red[phase[0]], 0


@njit(cache=True)
def look_ahead(roads, queue, start, ways, plan, only):
    """Return the cost (P,) of the best plan that begins with each phase, and the best plan's phases (stages,).

    `only` (P,) says which phases may begin; one that may not costs 1e18.
    """
    phases = roads.states.shape[0]
    most = plan.width * phases
    best = np.full(phases, 1e18)
    nobody = np.empty((0, 0), np.float32)
    nodes, made = room_for(start, most), room_for(start, most)
    costs, made_costs = np.zeros(most), np.zeros(most)
    ranks = np.zeros(most)
    trails, made_trails = np.zeros((most, plan.stages), np.int32), np.zeros((most, plan.stages), np.int32)
    write(nodes, 0, start)
    kept = np.zeros(1, np.int64)
    for stage in range(plan.stages):
        m = 0
        for n in kept:
            for wish in range(phases):
                if not allowed(roads, nodes.phase[n], wish) or (stage == 0 and only[wish] == 0):
                    continue
                write(made, m, one_of(nodes, n))
                state = one_of(made, m)
                cost = costs[n]
                if wish != state.phase[1]:
                    cost += plan.switch_s
                change(roads, state.phase, wish)
                cost += drive(plan.step_s, stage * plan.step_s, roads, queue, state, ways, nobody)
                made_costs[m] = cost
                ranks[m] = cost + owed(roads, queue, state, plan)
                made_trails[m] = trails[n]
                made_trails[m, stage] = wish
                m += 1
        kept = np.argsort(ranks[:m])[: plan.width]
        nodes, made = made, nodes
        costs, made_costs = made_costs, costs
        trails, made_trails = made_trails, trails
    if m == 0:
        return best, trails[0].copy()
    for n in range(m):
        best[trails[n, 0]] = min(best[trails[n, 0]], ranks[n])
    return best, trails[kept[0]].copy()
