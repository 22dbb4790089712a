"""The controller of ours: looks a minute ahead at every phase it could show, and takes the first of the best plan.

What it cannot see (who turns where, who comes next) it draws several times, each time by what it has counted, and takes
the phase that is best on average over the draws.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from unjai.signals.controller.clearing import catches
from unjai.signals.controller.counts import Counts
from unjai.signals.controller.neighbours import Coming, Expected, tells
from unjai.signals.controller.roads import Queue, State, Ways, roads_of
from unjai.signals.controller.search import UNFIT, Plan, look_ahead, passings
from unjai.signals.junction import Decision, Junction, Picture, Seen, Told

MOST = 64
"""Vehicles that are looked at on one lane."""
SIZES = {"car": 7.0, "motorcycle": 2.5, "heavy": 14.0}
"""Metres of road that a standing vehicle takes, the gap before it included; motorcycles stand side by side."""
ROOM_M = 1000.0
TURN_S = 20.0
"""How long a phase is shown to somebody who has waited too long."""
HOLDS_S = 12.0
"""A phase is not held longer than this for those who would be caught: they may stand for another reason."""
SURELY = 3.0
"""When so many should have come to a lane since its red began and none is seen, they are taken as missed, not as none:
by chance none comes once in twenty times."""
SHORT_M = 15.0
"""A lane behind the junction with less room than this is minded also while it moves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """One set for all junctions; chosen on cologne1 and ingolstadt1, seeds 101 to 104."""

    step_s: int = 5
    horizon_s: int = 60
    width: int = 6
    samples: int = 6
    left_s: float = 1.0
    switch_s: float = 1.0
    gap_s: float = 6.0
    refill_mps: float = 3.0
    urgent: float = 4.0
    """How much more the lane counts on which somebody has nearly waited as long as anybody may."""
    neighbours: bool = False
    """Whether it tells its neighbours of its plan, and minds what they tell."""


@dataclass(kw_only=True)
class _Lanes:
    """The arrays of one draw while they are filled; (L, M)."""

    x: np.ndarray
    v: np.ndarray
    way: np.ndarray
    size: np.ndarray
    end: np.ndarray

    def put(self, lane: int, x: float, v: float, way: int, size: float) -> None:
        i = self.end[lane]
        if i < MOST:
            self.x[lane, i], self.v[lane, i], self.way[lane, i], self.size[lane, i] = x, v, way, size
            self.end[lane] = i + 1


class LookAhead:
    """Decides for one junction."""

    def __init__(self, junction: Junction, settings: Settings | None = None) -> None:
        """Make the arrays once."""
        self.junction = junction
        self.settings = settings or Settings()
        self.roads = roads_of(junction)
        self.counts = Counts(junction)
        self.coming = Coming(junction, self.settings.step_s)
        self.leads = self.settings.neighbours and any(out.leads for out in junction.outs)
        self.shown_s = [-math.inf] * len(junction.phases)
        self.open_s = [math.inf] * len(junction.lanes)
        """When each lane last showed green; before its first one nothing is supposed of it."""
        self.turn: int | None = None
        self.turn_s = -math.inf
        self.held_s: float | None = None
        """Since when the phase is held for those who would be caught."""

    def decide(self, picture: Picture) -> Decision:
        """Return the phase that the best plan begins with, and what it saves beside staying, in vehicle seconds."""
        s = self.settings
        self.counts.note(picture)
        if s.neighbours:
            self.coming.take(picture, self.counts)
        expected = self.coming.expected(self.counts, picture.at_s)
        shows = self.junction.phases[picture.phase].state
        for link in self.junction.links:
            if shows[link.signal] in "Gg":
                self.open_s[link.from_lane] = picture.at_s
        plan = Plan(s.step_s, max(s.horizon_s // s.step_s, 1), s.width, s.left_s, s.switch_s)
        ways = Ways(s.gap_s, s.refill_mps)
        costs = np.zeros(len(self.junction.phases))
        scenes = [self._scene(picture, expected, sample) for sample in range(s.samples)]
        paths = np.zeros((s.samples, len(costs), plan.stages), np.int32)
        for sample, (queue, state) in enumerate(scenes):
            for phase in range(len(costs)):
                path = paths[sample, phase]
                costs[phase] += look_ahead(self.roads, queue, state, ways, plan, phase, path) / s.samples
        stay, best, why = picture.phase, int(np.argmin(costs)), "changes"
        if (owed := self._overdue(picture)) is not None:
            best, why = owed, "waited"
        if best == stay or not catches(self.junction, picture, best):
            self.held_s = None
        else:
            self.held_s = picture.at_s if self.held_s is None else self.held_s
            if picture.at_s - self.held_s < HOLDS_S:
                best, why = stay, "clears"
        saves = float(costs[stay] - costs[best])
        told: tuple[Told, ...] = ()
        if self.leads and costs[best] < UNFIT:
            gone = np.zeros((len(self.junction.links), plan.stages * plan.step_s), np.float32)
            for (queue, state), path in zip(scenes, paths[:, best], strict=True):
                passings(self.roads, queue, state, ways, plan, path, gone)
            told = tells(self.junction, picture, gone / np.float32(s.samples))
        return Decision(
            phase=best,
            why="keeps" if why == "changes" and best == stay else why,
            facts=(("saves_s", round(saves, 1)),),
            tells=told,
        )

    def _overdue(self, picture: Picture) -> int | None:
        """Return the phase for whoever has waited longer than anybody may: of those that open his lane, the oldest.

        Whatever the model believes of him, he is served: each such phase in its turn, until he has gone.
        """
        self.shown_s[picture.phase] = picture.at_s
        head = max(picture.seen, key=lambda one: one.waited_s, default=None)
        if head is None or head.waited_s < self.junction.max_wait_s:
            self.turn = None
            return None
        if self.turn is not None and picture.at_s - self.turn_s < TURN_S:
            return self.turn
        signals = {link.signal for link in self.junction.links if link.from_lane == head.lane}
        opens = [n for n, phase in enumerate(self.junction.phases) if any(phase.state[s] == "G" for s in signals)]
        self.turn = min(opens, key=lambda n: self.shown_s[n], default=None)
        self.turn_s = picture.at_s
        return self.turn

    def _scene(self, picture: Picture, expected: list[Expected], sample: int) -> tuple[Queue, State]:
        junction = self.junction
        lanes, links = len(junction.lanes), len(junction.links)
        shape = (lanes, MOST)
        filled = _Lanes(
            x=np.zeros(shape, np.float32),
            v=np.zeros(shape, np.float32),
            way=np.full(shape, -1, np.int32),
            size=np.full(shape, SIZES["car"], np.float32),
            end=np.zeros(lanes, np.int32),
        )
        weight = np.ones(lanes, np.float32)
        for one in sorted(picture.seen, key=lambda one: one.distance_m):
            wants = self.counts.wants.get(one.track, one.lane)
            way = self.counts.way(one, wants, sample)
            filled.put(one.lane, one.distance_m, one.speed_mps, way, SIZES[one.kind])
            if one.waited_s > 0.6 * junction.max_wait_s:
                weight[one.lane] = self.settings.urgent
        for lane in range(lanes):
            self._suppose(lane, picture.at_s, filled, sample)
            self._expect(lane, expected[lane], filled, sample)
        rooms = [ROOM_M if out.moving and out.room_m >= SHORT_M else out.room_m for out in picture.outs]
        green = round(picture.green_s)
        state = State(
            x=filled.x,
            v=filled.v,
            first=np.zeros(lanes, np.int32),
            gone_x=np.full(lanes, -ROOM_M, np.float32),
            gone_v=np.zeros(lanes, np.float32),
            room=np.array(rooms or [ROOM_M] * len(junction.outs), np.float32),
            since=np.full(links, 10.0, np.float32),
            inside=np.zeros(links, np.int32),
            phase=np.array([picture.phase, picture.phase, max(-green, 0), max(green, 0)], np.int32),
        )
        return Queue(filled.way, filled.size, filled.end, weight), state

    def _suppose(self, lane: int, at_s: float, filled: _Lanes, sample: int) -> None:
        """Add those who must stand before a long red where nobody is seen: a missed head of a short lane hides all."""
        should = self.counts.per_s(lane, at_s) * max(at_s - self.open_s[lane], 0.0)
        if filled.end[lane] or should < SURELY:
            return
        for number in range(int(should)):
            one = Seen(lane=lane, distance_m=1.0 + number * SIZES["car"], speed_mps=0.0, track=f"{lane} {number}")
            filled.put(lane, one.distance_m, 0.0, self.counts.way(one, lane, sample), SIZES["car"])

    def _expect(self, lane: int, expected: Expected, filled: _Lanes, sample: int) -> None:
        """Add those who will come into sight within the horizon, behind all who are there."""
        ways = self.counts.ways[lane]
        if not ways:
            return
        top = self.junction.lanes[lane].speed_mps
        last = filled.x[lane, filled.end[lane] - 1] if filled.end[lane] else 0.0
        least = last + SIZES["car"]
        likely = max(ways, key=lambda k: self.counts.left[k])
        for at in expected.moments(sample, self.settings.samples, self.settings.horizon_s):
            x = self.counts.sight_m[lane] + at * top
            if expected.sums.size:  # of a platoon nobody is left out
                x = max(x, float(least))
                least = x + SIZES["car"]
            elif x <= least:
                continue
            filled.put(lane, x, top, likely, SIZES["car"])
