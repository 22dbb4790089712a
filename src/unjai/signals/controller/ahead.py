"""The controller of ours: looks a minute ahead at every phase it could show, and takes the first of the best plan."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from unjai.signals.controller.counts import Counts
from unjai.signals.controller.roads import Queue, State, Ways, drive, roads_of
from unjai.signals.controller.search import Plan, change, copied, look_ahead
from unjai.signals.junction import Decision, Junction, Leaving, Picture

MOST = 64
SIZES = {"car": 7.0, "motorcycle": 2.5, "heavy": 14.0}
"""Metres of road that a standing vehicle takes, the gap before it included."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """One set for all junctions."""

    step_s: int = 5
    horizon_s: int = 60
    width: int = 6
    samples: int = 4
    left_s: float = 1.0
    switch_s: float = 1.0
    gap_s: float = 6.0
    refill_mps: float = 3.0
    arrivals: bool = True
    urgent: float = 4.0


class LookAhead:
    """Decides for one junction."""

    def __init__(self, junction: Junction, settings: Settings | None = None) -> None:
        """Make the arrays once."""
        self.junction = junction
        self.settings = settings or Settings()
        self.roads = roads_of(junction)
        self.counts = Counts(junction)
        self.since = np.full(len(junction.links), 10.0, np.float32)

    def decide(self, picture: Picture, coming: tuple[tuple[int, Leaving], ...] = ()) -> Decision:
        """Return the phase that the best plan begins with, why, and whom it lets go."""
        s = self.settings
        self.counts.note(picture)
        plan = Plan(s.step_s, max(s.horizon_s // s.step_s, 1), s.width, s.left_s, s.switch_s)
        ways = Ways(s.gap_s, s.refill_mps)
        phases = len(self.junction.phases)
        costs = np.zeros(phases)
        trails: dict[int, np.ndarray] = {}
        scenes = [self._scene(picture, coming, sample) for sample in range(s.samples)]
        for queue, state in scenes:
            for wish in range(phases):
                only = np.zeros(phases, np.int32)
                only[wish] = 1
                each, trail = look_ahead(self.roads, queue, state, ways, plan, only)
                costs[wish] += each[wish] / s.samples
                trails.setdefault(wish, trail)
        stay = picture.phase
        wish = int(np.argmin(costs))
        return Decision(
            phase=wish,
            why="keeps" if wish == stay else "changes",
            facts=(("saves_s", float(costs[stay] - costs[wish])),),
            leaving=self._leaving(picture, *scenes[0], ways, trails[wish], plan),
        )

    def _leaving(self, picture, queue, state, ways, trail, plan) -> tuple[Leaving, ...]:
        state = copied(state)
        passed = np.full(queue.way.shape, -1.0, np.float32)
        for stage, wish in enumerate(trail):
            change(self.roads, state.phase, wish)
            drive(plan.step_s, stage * plan.step_s, self.roads, queue, state, ways, passed)
        gone = np.argwhere(passed >= 0)
        return tuple(
            Leaving(out=int(self.roads.out[queue.way[l, i]]), at_s=picture.at_s + float(passed[l, i]))
            for l, i in gone
            if queue.way[l, i] >= 0
        )

    def _scene(self, picture: Picture, coming: tuple[tuple[int, Leaving], ...], sample: int) -> tuple[Queue, State]:
        junction, s = self.junction, self.settings
        lanes = len(junction.lanes)
        shape = (lanes, MOST)
        x, v = np.zeros(shape, np.float32), np.zeros(shape, np.float32)
        way, size = np.full(shape, -1, np.int32), np.full(shape, 7.0, np.float32)
        end, weight = np.zeros(lanes, np.int32), np.ones(lanes, np.float32)
        ordered = sorted(picture.seen, key=lambda one: one.distance_m)
        for one in ordered:
            l = self.counts.wants.get(one.track, one.lane)
            i = int(end[l])
            if i >= MOST:
                continue
            x[l, i], v[l, i], size[l, i] = one.distance_m, one.speed_mps, SIZES[one.kind]
            way[l, i] = self.counts.way(one, l, sample)
            if one.waited_s > 0.6 * junction.max_wait_s:
                weight[l] = s.urgent
            end[l] = i + 1
        far = {l: [] for l in range(lanes)}
        for lane, leaving in coming:
            far[lane].append(leaving.at_s)
        if s.arrivals:
            for l in range(lanes):
                self._expect(l, picture.at_s, x, v, way, end, sample)
        rooms = [out.room_m if not out.moving or out.room_m < 15 else 1000.0 for out in picture.outs] or [1000.0] * len(junction.outs)
        changing = picture.green_s < 0
        phase = np.array(
            [picture.phase, picture.phase, round(-picture.green_s) if changing else 0, max(round(picture.green_s), 0)],
            np.int32,
        )
        state = State(
            x, v, np.zeros(lanes, np.int32), np.full(lanes, -1000.0, np.float32), np.zeros(lanes, np.float32),
            np.array(rooms, np.float32), self.since.copy(), np.zeros(len(junction.links), np.int32), phase,
        )
        return Queue(way, size, end, weight), state

    def _expect(self, lane: int, at_s: float, x, v, way, end, sample) -> None:
        """Add those who will come into sight within the horizon, evenly spaced."""
        rate = self.counts.per_s(lane, at_s)
        ways = self.counts.ways[lane]
        if rate <= 0.001 or not ways:
            return
        top = self.junction.lanes[lane].speed_mps
        last = x[lane, end[lane] - 1] if end[lane] else 0.0
        likely = max(ways, key=lambda k: self.counts.left[k])
        at = -math.log(1 - (sample + 0.5) / self.settings.samples) / rate
        while at < self.settings.horizon_s and end[lane] < MOST:
            i = int(end[lane])
            place = self.counts.sight_m[lane] + at * top
            if place > last + 10:
                x[lane, i], v[lane, i], way[lane, i] = place, top, likely
                end[lane] = i + 1
            at += 1 / rate
