"""A dual-ring controller with a conflict monitor, as a pure machine that is stepped with a time it is given.

It keeps what every controller on the street keeps by itself: minimum green, walk, pedestrian clearance, yellow, red
clearance, and that only concurrent phases go together. Commands can hold a green, end one whose minimums are over,
leave a phase out or call for it; none of them shortens anything. Without a command for `backup_s` all are set to zero.

Rings and barriers are NEMA's: each ring walks through its phases in order, all rings cross a barrier together. A phase
ends when it may and another one can be served: forced off, out of demand, or at its longest. Patterns set the phases'
longest greens by splits and call for all of them; offsets are not corrected (a test peer needs none).
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum

from unjai.signals.ntcip.oids import FLASH, FREE, ControlColumn, ControlStatus, FlashStatus

_SLACK_S = 1e-6
_LEAP_S = 5.0
"""Steps further apart count for nothing: a controller that slept has timed nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """One phase's own times, in seconds."""

    min_green_s: float = 5.0
    max_green_s: float = 40.0
    walk_s: float = 0.0
    ped_clear_s: float = 0.0
    yellow_s: float = 3.0
    red_clear_s: float = 1.0
    recall: bool = True
    """Whether it is called in every cycle, detectors or not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """A cycle and each phase's part of it, yellow and red within."""

    cycle_s: int
    splits_s: Mapping[int, int]


class Interval(Enum):
    """What a ring is doing."""

    GREEN = "green"
    YELLOW = "yellow"
    RED_CLEAR = "red clear"
    REST = "rest"


@dataclass(slots=True)
class Ring:
    """One ring: the phase it serves or served last, and how long its interval has run."""

    groups: tuple[tuple[int, ...], ...]
    phase: int
    interval: Interval = Interval.RED_CLEAR
    age_s: float = 0.0
    waited_s: float = 0.0
    """How long somebody else has waited while it was green: what the longest green counts."""
    walk_s: float | None = None
    """How old the green was when its walk began; None where nobody walks."""
    next: int | None = None
    """Chosen when the green ends, and carried through whatever is commanded meanwhile."""
    change: tuple[int, int] | None = None
    """The phases between which it changes: what is green in both stays green."""


@dataclass(slots=True)
class Commands:
    """What the outside commands, by column; and the pattern."""

    phases: dict[ControlColumn, frozenset[int]] = field(
        default_factory=lambda: dict.fromkeys(ControlColumn, frozenset[int]())
    )
    pattern: int = 0


EIGHT = (((1, 2), (3, 4)), ((5, 6), (7, 8)))
"""Two rings, each with two phases on either side of the barrier."""


class Core:
    """The controller. Everything is read from its attributes; `step` moves it."""

    def __init__(
        self,
        timings: Mapping[int, Timing],
        *,
        rings: Sequence[Sequence[Sequence[int]]] = EIGHT,
        backup_s: int = 10,
        patterns: Mapping[int, Pattern] | None = None,
    ) -> None:
        """Begin in red: no phase is served before the first step has chosen one."""
        self.timings = dict(timings)
        self.backup_s = backup_s
        self.patterns = dict(patterns or {})
        self.commands = Commands()
        self.status = ControlStatus.TIMEBASE
        self.flash = FlashStatus.NOT_FLASH
        self.vehicles: set[int] = set()
        """Phases before which somebody stands: detectors."""
        self.buttons: set[int] = set()
        """Phases whose pedestrians have pressed."""
        self.stuck: set[int] = set()
        """A fault to be tried: lamps of these phases that burn green whatever the controller does."""
        self.rings = []
        for row in rings:
            groups = tuple(tuple(phase for phase in group if phase in self.timings) for group in row)
            self.rings.append(Ring(groups=groups, phase=next(phase for group in groups for phase in group)))
        self._ring_of = {phase: ring for ring in self.rings for group in ring.groups for phase in group}
        self._group_of = {p: n for ring in self.rings for n, group in enumerate(ring.groups) for p in group}
        self._at_s: float | None = None
        self._silent_s: float | None = None
        self._cycle_s = 0.0
        self._group = 0

    # What shows

    def greens(self) -> frozenset[int]:
        """Return the phases whose vehicles have green at the lamps."""
        stuck = self.stuck if self.flash is FlashStatus.NOT_FLASH else ()
        return self._in(Interval.GREEN) | frozenset(stuck)

    def yellows(self) -> frozenset[int]:
        """Return the phases that show yellow."""
        return self._in(Interval.YELLOW)

    def walks(self) -> frozenset[int]:
        """Return the phases whose pedestrians may begin to walk."""
        return frozenset(r.phase for r, left_s in self._walking() if left_s > self._clear_s(r))

    def ped_clears(self) -> frozenset[int]:
        """Return the phases whose pedestrians are leaving the road."""
        return frozenset(r.phase for r, _ in self._walking()) - self.walks()

    def ons(self) -> frozenset[int]:
        """Return the phases that are served: green, yellow or red clearance."""
        return self._in(Interval.GREEN) | self._in(Interval.YELLOW) | self._in(Interval.RED_CLEAR)

    def nexts(self) -> frozenset[int]:
        """Return the phases that come next."""
        return frozenset(ring.next for ring in self.rings if ring.next is not None)

    def vehicle_calls(self) -> frozenset[int]:
        """Return the phases whose vehicles are to be served: seen, commanded, or always."""
        always = (phase for phase, timing in self.timings.items() if timing.recall or self._split(phase))
        return frozenset(self.vehicles) | self.commands.phases[ControlColumn.VEH_CALL] | frozenset(always)

    def ped_calls(self) -> frozenset[int]:
        """Return the phases whose pedestrians are to be served."""
        called = frozenset(self.buttons) | self.commands.phases[ControlColumn.PED_CALL]
        with_walk = {phase for phase, timing in self.timings.items() if timing.walk_s > 0}
        return (called & with_walk) - self.commands.phases[ControlColumn.PED_OMIT]

    def pattern(self) -> int:
        """Return the pattern that runs; `FREE` where none does, `FLASH` while it flashes."""
        if self.flash is not FlashStatus.NOT_FLASH:
            return FLASH
        return self.commands.pattern if self.commands.pattern in self.patterns else FREE

    def cycle_left_s(self) -> int:
        """Return the seconds that are left of the pattern's cycle; 0 without one."""
        running = self.patterns.get(self.pattern())
        return math.ceil(running.cycle_s - self._cycle_s) if running else 0

    def concurrent(self, one: int, other: int) -> bool:
        """Return whether two phases may go together: different rings, the same side of the barrier."""
        return self._ring_of[one] is not self._ring_of[other] and self._group_of[one] == self._group_of[other]

    def lamps(self, states: Mapping[int, str], walkers: Collection[int] = ()) -> str:
        """Return SUMO's letters for signals that phases drive; `states` are the letters of each phase's green.

        All phases of a signal are of one ring. `walkers` are pedestrians' signals: green in their phase's walk alone.
        What is green before and after a change stays green through it, with priority only where it has it in both.
        Flashing is all `o`.
        """
        size = max(map(len, states.values()))
        if self.flash is not FlashStatus.NOT_FLASH:
            return "o" * size
        greens, yellows, walks = self.greens(), self.yellows(), self.walks()
        changes = [ring.change for ring in self.rings if ring.change is not None]
        letters = []
        for at in range(size):
            if at in walkers:
                shown = {"G" for phase in walks if states[phase][at] in "Gg"}
            else:
                shown = {states[phase][at] for phase in greens}
                shown |= {max(states[old][at], states[new][at]) for old, new in changes}
                shown |= {"y" for phase in yellows if states[phase][at] in "Gg"}
            letters.append(next((letter for letter in "Ggy" if letter in shown), "r"))
        return "".join(letters)

    # Commands

    def command(self, column: ControlColumn, phases: frozenset[int], eight: frozenset[int]) -> None:
        """Take a command for the phases of one group of eight."""
        self.commands.phases[column] = (self.commands.phases[column] - eight) | (phases & self.timings.keys())
        self._heard()

    def command_pattern(self, pattern: int) -> None:
        """Take a pattern: an unknown one means free, `FLASH` flashes, 0 gives the control back."""
        if pattern != self.commands.pattern:
            self._cycle_s = 0.0
        self.commands.pattern = pattern
        if self.flash in {FlashStatus.NOT_FLASH, FlashStatus.AUTOMATIC}:
            self.flash = FlashStatus.AUTOMATIC if pattern == FLASH else FlashStatus.NOT_FLASH
        self._heard()

    def reset(self) -> None:
        """Take it out of flashing, as somebody at the cabinet does."""
        self.flash = FlashStatus.NOT_FLASH
        for ring in self.rings:
            ring.interval, ring.age_s = Interval.RED_CLEAR, 0.0
            ring.next = ring.change = ring.walk_s = None

    def _heard(self) -> None:
        self._silent_s = 0.0
        self.status = ControlStatus.SYSTEM

    # Time

    def step(self, at_s: float) -> None:
        """Move to a time: the same again changes nothing, a leap counts for nothing. The monitor looks at each step."""
        if at_s == self._at_s:
            return
        passed = 0.0 if self._at_s is None else at_s - self._at_s
        self._at_s = at_s
        passed = passed if 0 <= passed <= _LEAP_S else 0.0
        self._back_up(passed)
        if self.flash is not FlashStatus.NOT_FLASH:
            return
        running = self.patterns.get(self.pattern())
        self._cycle_s = (self._cycle_s + passed) % running.cycle_s if running else 0.0
        for ring in self.rings:
            self._age(ring, passed)
        self._end_greens()
        for ring in self.rings:
            self._begin(ring)
        self._monitor()

    def _back_up(self, passed: float) -> None:
        if self._silent_s is None or self.backup_s == 0:
            return
        self._silent_s += passed
        if self._silent_s >= self.backup_s - _SLACK_S:
            if self.commands.pattern == FLASH and self.flash is FlashStatus.AUTOMATIC:
                self.reset()
            self.commands = Commands()
            self.status = ControlStatus.BACKUP
            self._silent_s = None

    def _age(self, ring: Ring, passed: float) -> None:
        ring.age_s += passed
        timing = self.timings[ring.phase]
        if ring.interval is Interval.GREEN:
            ring.waited_s += passed if self._others(ring) else 0.0
            self._walk(ring)
        elif ring.interval is Interval.YELLOW and ring.age_s >= timing.yellow_s - _SLACK_S:
            ring.interval, ring.age_s = Interval.RED_CLEAR, 0.0
        elif ring.interval is Interval.RED_CLEAR and ring.age_s >= timing.red_clear_s - _SLACK_S:
            ring.interval, ring.age_s = Interval.REST, 0.0

    def _end_greens(self) -> None:
        """End the greens that are over: each by itself within its side of the barrier, or all together across it."""
        going = [ring for ring in self.rings if ring.interval is Interval.GREEN]
        for ring in going:
            ahead = self._ahead(ring)
            if ahead is not None and self._over(ring):
                self._end(ring, ahead)
        across = self._across()
        going = [ring for ring in self.rings if ring.interval is Interval.GREEN]
        if not going or across is None or not all(self._over(ring) and self._ahead(ring) is None for ring in going):
            return
        if all(ring.interval in {Interval.GREEN, Interval.REST} for ring in self.rings):
            for ring in self.rings:
                to = self._first(ring, across)
                if ring.interval is Interval.GREEN and to != ring.phase:
                    self._end(ring, to)
                elif ring.interval is Interval.REST and ring.next is None:
                    ring.next = to

    def _over(self, ring: Ring) -> bool:
        """Return whether a green may end and has a reason to: nothing shortens minimum, walk and clearance."""
        timing, phase = self.timings[ring.phase], ring.phase
        peds_s = 0.0 if ring.walk_s is None else ring.walk_s + timing.walk_s + timing.ped_clear_s
        if ring.age_s < max(timing.min_green_s, peds_s) - _SLACK_S or phase in self.commands.phases[ControlColumn.HOLD]:
            return False
        split = self._split(phase)
        longest = split - timing.yellow_s - timing.red_clear_s if split else timing.max_green_s
        demand = phase in self.vehicles or split is not None
        forced = phase in self.commands.phases[ControlColumn.FORCE_OFF]
        return forced or not demand or ring.waited_s >= longest - _SLACK_S

    def _end(self, ring: Ring, to: int | None) -> None:
        off = self.commands.phases
        off[ControlColumn.FORCE_OFF] = off[ControlColumn.FORCE_OFF] - {ring.phase}
        ring.interval, ring.age_s, ring.next, ring.walk_s = Interval.YELLOW, 0.0, to, None
        ring.change = None if to is None else (ring.phase, to)

    def _begin(self, ring: Ring) -> None:
        """Begin a phase in a ring that is red, where every other ring goes along."""
        if ring.interval is not Interval.REST:
            return
        if ring.next is None:
            across = self._across()
            if all(other.interval is Interval.REST for other in self.rings) and across is not None:
                self._group = across
            ring.next = self._first(ring, self._group)
        to = ring.next
        if to is None:
            return
        busy = [other for other in self.rings if other is not ring and other.interval is not Interval.REST]
        if all(self.concurrent(to, other.phase) for other in busy):
            self._group = self._group_of[to]
            ring.walk_s = 0.0 if to in self.ped_calls() else None
            self.buttons.discard(to)
            ring.phase, ring.interval, ring.age_s, ring.waited_s = to, Interval.GREEN, 0.0, 0.0
            ring.next = ring.change = None

    def _walk(self, ring: Ring) -> None:
        """Let who has pressed during the green walk in it, while nobody else waits to be served."""
        if ring.phase in self.buttons and ring.phase in self.ped_calls() and not self._others(ring):
            if all(walking is not ring for walking, _ in self._walking()):
                ring.walk_s = ring.age_s
            self.buttons.discard(ring.phase)

    # Who is next

    def _called(self, phase: int) -> bool:
        if phase in self.commands.phases[ControlColumn.PHASE_OMIT]:
            return False
        return phase in self.vehicle_calls() or phase in self.ped_calls()

    def _others(self, ring: Ring) -> bool:
        return any(self._called(phase) and not self._goes_with(phase, ring) for phase in self.timings)

    def _goes_with(self, phase: int, ring: Ring) -> bool:
        return phase == ring.phase or self.concurrent(phase, ring.phase)

    def _ahead(self, ring: Ring) -> int | None:
        """Return the phase that this ring serves next on this side of the barrier, without the others' leave."""
        group = ring.groups[self._group_of[ring.phase]]
        later = group[group.index(ring.phase) + 1 :]
        ahead = next((phase for phase in later if self._called(phase)), None)
        if ahead is None and self._across() in {None, self._group_of[ring.phase]}:
            earlier = group[: group.index(ring.phase)]
            ahead = next((phase for phase in earlier if self._called(phase)), None)
        return ahead

    def _across(self) -> int | None:
        """Return the next side of the barrier where somebody is called; the one that is served comes last."""
        count = max(len(ring.groups) for ring in self.rings)
        for turn in range(1, count + 1):
            group = (self._group + turn) % count
            if any(self._called(phase) for ring in self.rings for phase in ring.groups[group]):
                return group
        return None

    def _first(self, ring: Ring, group: int) -> int | None:
        """Return where a ring begins on a side: the first that is called, else the last one, to go along."""
        phases = ring.groups[group]
        called = next((phase for phase in phases if self._called(phase)), None)
        omitted = self.commands.phases[ControlColumn.PHASE_OMIT]
        return called or next((phase for phase in reversed(phases) if phase not in omitted), None)

    def _split(self, phase: int) -> int | None:
        running = self.patterns.get(self.commands.pattern)
        return running.splits_s.get(phase) if running else None

    # The monitor

    def _monitor(self) -> None:
        """Trip to flashing where the lamps conflict: it looks at the lamps, not at what was meant."""
        lit = sorted(self.greens() | self.yellows())
        if any(not self.concurrent(one, other) for at, one in enumerate(lit) for other in lit[:at]):
            self.flash = FlashStatus.MMU

    def _in(self, interval: Interval) -> frozenset[int]:
        if self.flash is not FlashStatus.NOT_FLASH:
            return frozenset()
        return frozenset(ring.phase for ring in self.rings if ring.interval is interval)

    def _clear_s(self, ring: Ring) -> float:
        return self.timings[ring.phase].ped_clear_s + _SLACK_S

    def _walking(self) -> list[tuple[Ring, float]]:
        """Return the rings whose pedestrians walk or clear, with the seconds that are left of both."""
        if self.flash is not FlashStatus.NOT_FLASH:
            return []
        greens = [ring for ring in self.rings if ring.walk_s is not None and ring.interval is Interval.GREEN]
        timed = [(ring, self.timings[ring.phase], ring.age_s - (ring.walk_s or 0.0)) for ring in greens]
        left = [(ring, timing.walk_s + timing.ped_clear_s - age_s) for ring, timing, age_s in timed]
        return [(ring, left_s) for ring, left_s in left if left_s > _SLACK_S]
