"""An independent watch over lamps: it knows the junction and what it sees, and nothing of how the envelope works."""

import math

from unjai.signals.junction import Junction

GREEN = "Gg"
SLACK = 1e-4


class Watchman:
    """Sees every step's lamps and says what is unsafe. Time that leaps does not count for it either."""

    def __init__(self, junction: Junction, gap_s: float) -> None:
        self.junction = junction
        self.gap_s = gap_s
        self.now = 0.0
        self.clock: float | None = None
        self.lamps: str | None = None
        size = len(junction.phases[0].state)
        self.crossing: list[set[int]] = [set() for _ in range(size)]
        for link in junction.links:
            for other in link.crosses:
                self.crossing[link.signal].add(other)
                self.crossing[other].add(link.signal)
        self.walkers = {link.signal for link in junction.links if link.pedestrian}
        self.green_until = [-math.inf] * size
        self.first_until = [-math.inf] * size
        self.yellow_from = [math.nan] * size
        self.was_first = [False] * size
        self.ended_in = [0] * size
        self.phase: int | None = None
        self.whole_from = 0.0
        self.red_s = [0.0] * size
        """The longest red of each signal."""
        self.wrong: list[str] = []

    def see(self, at_s: float, lamps: str, phase: int | None) -> None:
        """Take one step: the clock that was told, the lamps, and the phase whose green they are said to be, if any."""
        if math.isfinite(at_s):
            step = 0.0 if self.clock is None else at_s - self.clock
            self.now += step if 0 <= step <= self.gap_s + 1e-6 else 0.0
            self.clock = at_s
        before, self.lamps = self.lamps, lamps
        if before is None:
            self.phase = phase
            self._remember(lamps)
            return
        self._conflicts(lamps)
        if lamps != before:
            self._minimum(before)
        pairs = list(enumerate(zip(before, lamps, strict=True)))
        for at, (old, new) in pairs:
            self._ends(at, old, new)
        for at, (old, new) in pairs:
            self._begins(at, old, new)
        if phase is not None:
            if lamps != self.junction.phases[phase].state:
                self._say(f"phase {phase} shows {lamps}")
            if phase != self.phase or before != lamps:
                self.whole_from = self.now
            self.phase = phase
        self._remember(lamps)

    def _say(self, what: str) -> None:
        self.wrong.append(f"{self.now:.1f} s: {what}")

    def _remember(self, lamps: str) -> None:
        for at, letter in enumerate(lamps):
            if letter in GREEN:
                self.green_until[at] = self.now
            if letter == "G":
                self.first_until[at] = self.now
            self.was_first[at] = letter == "G" or (letter == "y" and self.was_first[at])
        self.red_s = [max(red, self.now - max(0.0, at)) for red, at in zip(self.red_s, self.green_until, strict=True)]

    def _conflicts(self, lamps: str) -> None:
        for at, letter in enumerate(lamps):
            if letter != "G":
                continue
            for other in self.crossing[at]:
                if lamps[other] == "G":
                    self._say(f"{at} and {other} both go first")
                if lamps[other] == "y" and self.was_first[other]:
                    self._say(f"{at} goes first while {other} still clears")

    def _minimum(self, before: str) -> None:
        if self.phase is None or before != self.junction.phases[self.phase].state:
            return
        phase = self.junction.phases[self.phase]
        if self.now - self.whole_from < max(phase.min_green_s, phase.walk_s) - SLACK:
            self._say(f"phase {self.phase} was cut to {self.now - self.whole_from:.2f} s")

    def _ends(self, at: int, old: str, new: str) -> None:
        if old in GREEN and new not in GREEN:
            self._ending(at, new)
        if old == "G" != new:
            self.first_until[at] = self.now
        if old == "y" and new != "y":
            self._yellow_over(at, new)

    def _begins(self, at: int, old: str, new: str) -> None:
        if new in GREEN and old not in GREEN:
            self._beginning(at)
        if new == "G" and old != "G":
            self._priority(at)

    def _ending(self, at: int, new: str) -> None:
        self.ended_in[at] = self.phase or 0
        self.green_until[at] = self.now
        phase = self.junction.phases[self.ended_in[at]]
        self.yellow_from[at] = self.now
        may_be_dark = phase.yellow_s == 0 or (at in self.walkers and phase.walk_clear_s > 0)
        if new != "y" and not may_be_dark:
            self._say(f"{at} ended without yellow")

    def _yellow_over(self, at: int, new: str) -> None:
        phase = self.junction.phases[self.ended_in[at]]
        if new in GREEN:
            self._say(f"{at} went from yellow to green")
        if self.now - self.yellow_from[at] < phase.yellow_s - SLACK:
            self._say(f"{at} was yellow for {self.now - self.yellow_from[at]:.2f} s")

    def _beginning(self, at: int) -> None:
        """What turns green: nobody who crosses it has gone within yellow, red and, on foot, the time to walk over."""
        for other in self.crossing[at]:
            if self.lamps and self.lamps[other] in GREEN:
                continue
            self._cleared(at, other, self.green_until[other])

    def _priority(self, at: int) -> None:
        """What gets priority: nobody who crosses it has had priority within the same time."""
        for other in self.crossing[at]:
            self._cleared(at, other, self.first_until[other])

    def _cleared(self, at: int, other: int, until: float) -> None:
        if until == -math.inf:
            return
        phase = self.junction.phases[self.ended_in[other] if self.lamps and self.lamps[other] not in GREEN else 0]
        need = phase.yellow_s + phase.red_clear_s + (phase.walk_clear_s if other in self.walkers else 0.0)
        if self.lamps and self.lamps[other] in GREEN:  # it lost its priority only: whose clearance counts is not seen
            need = min(one.yellow_s + one.red_clear_s for one in self.junction.phases)
        if self.now - until < need - SLACK:
            self._say(f"{at} begins {self.now - until:.2f} s after {other}, {need:.2f} s are needed")
