"""The model that the search looks ahead with: cars that follow one another to the stop line, second by second.

A car drives as SUMO's Krauss model does without its chance (Krauß 1998; the discrete safe speed is that of
`MSCFModel::maximumSafeStopSpeedEuler`). What a street teaches of turns, gaps and arrivals is learned while it runs
(`counts.py`). Metres and seconds; one step is a second.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from unjai.signals.junction import Junction

ACCEL = 2.6
BRAKE = 4.5
WAVERS = 0.25
"""Mean share of a second's gain that a driver loses to inattention."""
STOPS_BEFORE_M = 1.0
LOOKS_M = 60.0
"""From here on a driver minds what the signal of his own way shows."""
HEADS = 4
"""So many vehicles of a lane are looked at to tell those who yield whether their way is clear."""
CLEARS_S = 2.0
"""How long a vehicle that passed the line is in the way of those who yield."""
NEVER = 1e6
NOBODY_M = -1000.0

RED, YIELD, FIRST, YELLOW = 0, 1, 2, 3

Floats = NDArray[np.float32]
Ints = NDArray[np.int32]


class Roads(NamedTuple):
    """A junction as arrays. Signals S, phases P, lanes L, links K."""

    states: Ints
    """(P, S) letters as numbers."""
    yellow: Ints
    """(P,) seconds of yellow after the phase."""
    red: Ints
    """(P,) seconds of red after the yellow."""
    top: Floats
    """(L,) speed."""
    signal: Ints
    """(K,)"""
    out: Ints
    """(K,)"""
    bend: Floats
    """(K,) speed."""
    yields: Ints
    """(K, K) whether the first goes after the second."""
    min_green: Ints
    """(P,)"""


def roads_of(junction: Junction) -> Roads:
    """Return the arrays of a junction."""
    number = {"r": RED, "g": YIELD, "G": FIRST}
    phases = junction.phases
    links = junction.links
    return Roads(
        states=np.array([[number.get(letter, RED) for letter in phase.state] for phase in phases], np.int32),
        yellow=np.array([math.ceil(phase.yellow_s) for phase in phases], np.int32),
        red=np.array([math.ceil(phase.red_clear_s) for phase in phases], np.int32),
        top=np.array([lane.speed_mps for lane in junction.lanes], np.float32),
        signal=np.array([link.signal for link in links], np.int32),
        out=np.array([link.to_lane for link in links], np.int32),
        bend=np.array([link.speed_mps for link in links], np.float32),
        yields=np.array([[other.signal in link.yields_to for other in links] for link in links], np.int32),
        min_green=np.array([math.ceil(phase.min_green_s) for phase in phases], np.int32),
    )


class Queue(NamedTuple):
    """Who comes on each lane, nearest first: what does not change while the search looks ahead. Vehicles M a lane."""

    way: Ints
    """(L, M) the link that is taken, or -1."""
    size: Floats
    """(L, M) metres, room before it included."""
    end: Ints
    """(L,) how many there are."""
    weight: Floats
    """(L,) what a second lost on the lane counts."""


class State(NamedTuple):
    """How it stands at one moment of the look ahead; changed in place."""

    x: Floats
    """(L, M) metres to the line."""
    v: Floats
    """(L, M)"""
    first: Ints
    """(L,) the first that has not passed."""
    gone_x: Floats
    """(L,) where the last one that passed is, below zero."""
    gone_v: Floats
    """(L,)"""
    room: Floats
    """(O,) metres free on each lane that goes out."""
    since: Floats
    """(K,) seconds since the link was last driven."""
    inside: Ints
    """(K,) whether somebody waits inside the junction to let others go first."""
    phase: Ints
    """(4,) the phase before, the phase, seconds until it is green, seconds it has been green."""


class Ways(NamedTuple):
    """What was learned of the street."""

    gap_s: float
    """The least gap that those who yield take."""
    refill_mps: float
    """How fast lanes that go out make room."""


@njit(cache=True)
def braking_m(speed: float) -> float:
    """Return how far a car rolls that brakes from `speed`, in steps of a second."""
    steps = int(speed / BRAKE)
    return steps * speed - BRAKE * steps * (steps + 1) / 2


@njit(cache=True)
def safe_mps(gap_m: float) -> float:
    """Return the highest speed from which one can still stop within `gap_m`, reacting within a second."""
    if gap_m <= 0:
        return 0.0
    n = math.floor(0.5 * (math.sqrt(1.0 + 8.0 * gap_m / BRAKE) - 1.0))
    return n * BRAKE + (gap_m - 0.5 * n * (n + 1.0) * BRAKE) / (n + 1.0)


@njit(cache=True)
def letter(roads: Roads, phase: Ints, signal: int) -> int:
    """Return what a signal shows: between two phases what is green in both stays green."""
    old, new, wait = phase[0], phase[1], phase[2]
    now, before = roads.states[new, signal], roads.states[old, signal]
    if wait <= 0:
        return int(now)
    if before == RED:
        return RED
    if now != RED:
        return int(min(before, now))
    return YELLOW if wait > roads.red[old] else RED


@njit(cache=True)
def must_yield(roads: Roads, k: int, lamps: Ints, eta: Floats, since: Floats, arrives_s: float) -> bool:  # noqa: PLR0917
    """Return whether somebody with the right of way comes within `arrives_s`, or is just passing."""
    for j in range(roads.signal.shape[0]):
        if roads.yields[k, j] == 0:
            continue
        shows = lamps[roads.signal[j]]
        if shows == RED or (shows == YIELD and roads.yields[j, k] != 0):
            continue
        if since[j] < CLEARS_S or eta[j] < arrives_s:
            return True
    return False


@njit(cache=True)
def drive(seconds: int, roads: Roads, queue: Queue, state: State, ways: Ways) -> float:  # noqa: C901, PLR0912, PLR0915
    """Drive the junction for `seconds`, changing `state`; return the seconds lost by all.

    One piece on purpose: split into functions that take the arrays it is four times slower.
    """
    x, v, first, phase = state.x, state.v, state.first, state.phase
    lanes, links = first.shape[0], roads.signal.shape[0]
    lamps = np.empty(roads.states.shape[1], np.int32)
    eta = np.empty(links, np.float32)
    lost = 0.0
    for _ in range(seconds):
        for s in range(lamps.shape[0]):
            lamps[s] = letter(roads, phase, s)
        eta[:] = NEVER
        for lane in range(lanes):
            for i in range(first[lane], min(queue.end[lane], first[lane] + HEADS)):
                k = queue.way[lane, i]
                if k >= 0 and lamps[roads.signal[k]] != RED:
                    eta[k] = min(eta[k], x[lane, i] / max(v[lane, i], 3.0))
        state.since[:] += 1.0
        for k in range(links):
            if state.inside[k] > 0:
                if lamps[roads.signal[k]] == YIELD and must_yield(roads, k, lamps, eta, state.since, ways.gap_s):
                    lost += 1.0
                else:
                    state.inside[k] = 0
        for lane in range(lanes):
            top, weight = roads.top[lane], queue.weight[lane]
            ahead_x, ahead_v, ahead_size = NOBODY_M, top, 0.0
            if state.gone_x[lane] > -LOOKS_M:
                ahead_x, ahead_v = state.gone_x[lane], state.gone_v[lane]
                ahead_size = queue.size[lane, max(first[lane] - 1, 0)]
                state.gone_v[lane] = min(ahead_v + ACCEL * (1 - WAVERS), top)
                state.gone_x[lane] -= state.gone_v[lane]
            for i in range(first[lane], queue.end[lane]):
                was_x, was_v, k = x[lane, i], v[lane, i], queue.way[lane, i]
                speed = min(was_v + ACCEL, top, safe_mps(was_x - ahead_x - ahead_size + braking_m(ahead_v)))
                if k >= 0 and was_x < LOOKS_M:
                    shows = lamps[roads.signal[k]]
                    if shows == YIELD:
                        arrives_s = was_x / max(was_v, 5.0) + ways.gap_s
                        stops = must_yield(roads, k, lamps, eta, state.since, arrives_s)
                        stops = stops and (i != first[lane] or state.inside[k] > 0)
                    else:
                        stops = shows == RED or (shows == YELLOW and braking_m(was_v) <= was_x)
                    if stops or state.room[roads.out[k]] < queue.size[lane, i]:
                        speed = min(speed, safe_mps(was_x - STOPS_BEFORE_M))
                    elif roads.bend[k] < top:
                        speed = min(speed, safe_mps(was_x + braking_m(roads.bend[k]) + roads.bend[k]))
                speed = max(speed - WAVERS * min(speed, ACCEL), 0.0)
                x[lane, i], v[lane, i] = was_x - speed, speed
                lost += (1.0 - speed / top) * weight
                ahead_x, ahead_v, ahead_size = was_x, was_v, queue.size[lane, i]
            while first[lane] < queue.end[lane] and x[lane, first[lane]] <= 0.0:
                i = first[lane]
                k = queue.way[lane, i]
                state.gone_x[lane], state.gone_v[lane] = x[lane, i], v[lane, i]
                short = max(top - WAVERS * ACCEL - v[lane, i], 0.0)  # what he still loses until he is up to speed
                lost += short * short / (2 * ACCEL * (1 - WAVERS) * top) * weight
                if k >= 0:
                    yields = lamps[roads.signal[k]] == YIELD
                    if yields and must_yield(roads, k, lamps, eta, state.since, ways.gap_s):
                        state.inside[k] = 1
                    state.room[roads.out[k]] -= queue.size[lane, i]
                    state.since[k] = 0.0
                first[lane] = i + 1
        state.room[:] += ways.refill_mps
        if phase[2] > 0:
            phase[2] -= 1
            phase[3] = 0
        else:
            phase[3] += 1
    return lost
