"""The rules that the controller of ours is measured against, in the same frame: they see what it sees."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from unjai.signals.controller.counts import Counts
from unjai.signals.junction import Decision, Junction, Link, Picture

LENGTH_M = 7.5
SATURATED_PER_S = 0.5
LOST_S = 4.0
"""Lost at each change: yellow, and starting up."""


def served(junction: Junction, phase: int) -> list[Link]:
    """Return the ways of vehicles that a phase shows green."""
    state = junction.phases[phase].state
    return [link for link in junction.links if state[link.signal] in "Gg" and not link.pedestrian]


class MaxWave:
    """Greedy: the phase with most vehicles on the lanes that it serves (RESCO's MAXWAVE)."""

    def __init__(self, junction: Junction) -> None:
        """Note the lanes that each phase serves with priority."""
        self.lanes = [{link.from_lane for link in served(junction, phase)} for phase in range(len(junction.phases))]

    def decide(self, picture: Picture) -> Decision:
        """Take the fullest."""
        counts = Counter(one.lane for one in picture.seen)
        full = [sum(counts[lane] for lane in lanes) for lanes in self.lanes]
        return Decision(phase=_highest(full, picture.phase))


class MaxPressure:
    """The phase with the highest sum of vehicles before less vehicles behind, over its ways (Varaiya 2013)."""

    def __init__(self, junction: Junction) -> None:
        """Note the ways of each phase."""
        self.junction = junction
        self.ways = [served(junction, phase) for phase in range(len(junction.phases))]

    def pressures(self, picture: Picture) -> list[float]:
        """Return the pressure of each phase."""
        before = Counter(one.lane for one in picture.seen)
        behind = [
            (lane.length_m - out.room_m) / LENGTH_M for lane, out in zip(self.junction.outs, picture.outs, strict=False)
        ] or [0.0] * len(self.junction.outs)
        pairs = [{(link.from_lane, link.to_lane) for link in ways} for ways in self.ways]
        return [
            sum(before[lane] for lane in {lane for lane, _ in ways})
            - sum(behind[out] for out in {out for _, out in ways})
            for ways in pairs
        ]

    def decide(self, picture: Picture) -> Decision:
        """Take the highest."""
        return Decision(phase=_highest(self.pressures(picture), picture.phase))


class CyclicMaxPressure:
    """All phases in their order, a cycle's green shared out by pressure (Levin and others 2020)."""

    def __init__(self, junction: Junction, *, cycle_s: float = 60.0) -> None:
        """Keep the order of the phases."""
        self.pressure = MaxPressure(junction)
        self.phases = len(junction.phases)
        self.cycle_s = cycle_s
        self.green_s = cycle_s / self.phases

    def decide(self, picture: Picture) -> Decision:
        """Go on to the next phase when the share of this one is over."""
        if picture.green_s < self.green_s:
            return Decision(phase=picture.phase)
        pressures = [max(one, 0.0) + 1.0 for one in self.pressure.pressures(picture)]
        after = (picture.phase + 1) % self.phases
        free = max(self.cycle_s - LOST_S * self.phases, 5.0 * self.phases)
        self.green_s = max(free * pressures[after] / sum(pressures), 5.0)
        return Decision(phase=after)


class Webster:
    """All phases in their order, cycle and greens by Webster's formula from what was counted of late (Webster 1958)."""

    def __init__(self, junction: Junction, *, most_s: float = 120.0) -> None:
        """Begin to count."""
        self.junction = junction
        self.counts = Counts(junction)
        self.most_s = most_s
        self.lanes = [
            {link.from_lane for link in served(junction, phase) if junction.phases[phase].state[link.signal] == "G"}
            for phase in range(len(junction.phases))
        ]
        self.greens = [15.0] * len(junction.phases)

    def decide(self, picture: Picture) -> Decision:
        """Go on to the next phase when its green is over; after the last one count anew."""
        self.counts.note(picture)
        if picture.green_s < self.greens[picture.phase]:
            return Decision(phase=picture.phase)
        after = (picture.phase + 1) % len(self.greens)
        if after == 0:
            self._plan(picture.at_s)
        return Decision(phase=after)

    def _plan(self, at_s: float) -> None:
        busiest = [max((self.counts.per_s(lane, at_s) for lane in lanes), default=0.0) for lanes in self.lanes]
        flows = [flow / SATURATED_PER_S for flow in busiest]
        total = min(sum(flows), 0.9)
        lost = LOST_S * len(flows)
        cycle = min(max((1.5 * lost + 5.0) / (1.0 - total), 30.0), self.most_s)
        share = sum(flows) or 1.0
        self.greens = [max((cycle - lost) * flow / share, 5.0) for flow in flows]


def _highest(values: Sequence[float], now: int) -> int:
    best = max(values)
    return now if values[now] == best else values.index(best)
