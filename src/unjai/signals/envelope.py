"""What stands between any wish and the lamps: minimums, clearances, conflicts and the longest red are kept here.

Pure: no I/O, no clock, no platform. Whoever wishes (the look-ahead search, a learner, a fault) names a phase or
nothing; the envelope says what shows. What it promises, whatever it is told:

- a phase shows green for its minimum, and for its walk where pedestrians go; then pedestrians that end get their
  clearance (red for them while the vehicles beside them still go), then ends show yellow, then all that ends is red for
  the red clearance; only then the next phase begins. A change that has begun is carried through as it was begun.
- what is green before and after a change stays green through it. A link that loses its priority (`G` to `g`) shows `g`
  from the beginning of the change: nobody gets priority across it without a clearance.
- no green beyond the phase's longest, whether others wait or not: who is not seen waits too. Only a junction with one
  phase stays green.
- no link that some phase serves is red for longer than `longest_red_s` and the time it then takes to serve those that
  are due as well: the one that has been red longest comes next, whatever is wished.
- time that runs back, stands still as no number, or leaps by more than `gap_s` counts as no time at all: a clearance is
  never cut short by a clock. The wish that came with such a time is not followed.
- a wish that is no phase of the junction is not followed. Without a usable wish for `stale_s` it runs its own fixed
  cycle (local) until a usable one comes.

With no red clearance and a short minimum this is RESCO's protocol: a change at t shows yellow until t + 3 s, then the
new green. The letters are those of the phase that ends, but for the priority that is lost.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from operator import index
from typing import Literal, SupportsIndex

from unjai.model.errors import UnjaiError
from unjai.signals.junction import Junction, Phase

Trouble = Literal["", "signals_clock_unusable", "signals_time_leapt", "signals_wish_unusable", "signals_wish_stale"]
"""What was wrong with a step: a code of the catalogue, or nothing."""

_GREEN = frozenset("Gg")
_LETTERS = _GREEN | frozenset("rso")
_SLACK_S = 1e-6
"""Sums of tenths are not exact."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What is not the junction's own: how long to trust, to wait, and to stay in the cycle of its own."""

    stale_s: float = 10.0
    """Without a usable wish for so long it runs its own fixed cycle."""
    gap_s: float = 2.0
    """Two steps further apart than this are a leap of the clock or a sleep: the time between does not count."""
    longest_red_s: float = 300.0
    """Who has been red for so long comes next. `math.inf` only where a published protocol knows no such bound."""
    local_green_s: float = 20.0
    """The green of each phase in its own cycle, within the phase's bounds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What shows, and what the envelope remembers. `phase` and `green_s` are those of a `Picture`."""

    at_s: float
    lamps: str
    phase: int
    """The phase that shows green, or that comes after the change."""
    green_s: float
    """How long it has been green; below zero while a change stands before it."""
    leaving: int | None = None
    """During a change the phase that ends."""
    step: int = 0
    """Of the change: the pedestrians' clearance, the yellow, the red. Each is shown, however rarely it is asked."""
    led: bool = True
    """Whether wishes are followed; else it runs its own cycle."""
    trouble: Trouble = ""
    since_s: float
    """When the phase, or the step of the change, began; moved with the clock where it leaps."""
    wished_s: float
    red_since_s: tuple[float, ...]
    """By signal: when it was green last."""


def shortest_green_s(phase: Phase) -> float:
    """Return how long the phase shows before anything of it may end."""
    return max(phase.min_green_s, phase.walk_s)


class Envelope:
    """The rules of one junction. Raises `signals_letter` and `signals_not_finite` where they could not be kept."""

    def __init__(self, junction: Junction, limits: Limits | None = None) -> None:
        """Work out every change beforehand."""
        self.junction = junction
        self.limits = limits or Limits()
        for number, phase in enumerate(junction.phases):
            strange = set(phase.state) - _LETTERS
            if strange:
                raise UnjaiError("signals_letter", junction=junction.key, phase=number + 1, letter=min(strange))
            times = (phase.min_green_s, phase.yellow_s, phase.red_clear_s, phase.walk_s, phase.walk_clear_s)
            if not all(map(math.isfinite, times)) or math.isnan(phase.max_green_s):
                raise UnjaiError("signals_not_finite", junction=junction.key, phase=number + 1)
        self._phases = range(len(junction.phases))
        states = [phase.state for phase in junction.phases]
        self._served = frozenset(at for state in states for at, letter in enumerate(state) if letter in _GREEN)
        walkers = frozenset(link.signal for link in junction.links if link.pedestrian)
        self._changes = {
            (old, new): _change(junction.phases[old], states[new], walkers)
            for old in self._phases
            for new in self._phases
            if old != new
        }

    def start(self, at_s: float, phase: int = 0) -> Shown:
        """Return the state of a junction that shows `phase`, from this moment on."""
        if not math.isfinite(at_s):
            raise UnjaiError("signals_clock_unusable", junction=self.junction.key)
        lamps = self.junction.phases[phase].state
        red = (at_s,) * len(lamps)
        return Shown(at_s=at_s, lamps=lamps, phase=phase, green_s=0.0, since_s=at_s, wished_s=at_s, red_since_s=red)

    def advance(self, state: Shown, wish: int | None, at_s: float) -> Shown:
        """Return what shows at `at_s`. Never raises; see above for what it does with a wish or a time that is wrong."""
        state, wish = self.listen(state, wish, at_s)
        if state.leaving is None:
            target = self.choose(state, wish)
            if target != state.phase:
                state = replace(state, leaving=state.phase, phase=target, step=0, since_s=state.at_s)
        return self._show(state)

    def observe(self, state: Shown, wish: int | None, at_s: float, phase: int | None) -> tuple[Shown, int]:
        """Take over what a controller on the street shows (`None`: a change), and return it with what may come next.

        The phase that is returned is the one that shows, or another one if nothing forbids to end it.
        """
        state, wish = self.listen(state, wish, at_s)
        if phase is None:
            leaving = state.phase if state.leaving is None else state.leaving
            state = replace(state, leaving=leaving, green_s=-_SLACK_S)
            return self._reds(replace(state, lamps="r" * len(state.lamps))), state.phase
        if phase != state.phase or state.leaving is not None:
            state = replace(state, phase=phase, leaving=None, since_s=state.at_s)
        lamps = self.junction.phases[phase].state
        state = self._reds(replace(state, lamps=lamps, green_s=state.at_s - state.since_s))
        return state, self.choose(state, wish)

    def listen(self, state: Shown, wish: object, at_s: float) -> tuple[Shown, int | None]:
        """Move to a new time and judge the wish: return the state, and the wish if it may be followed."""
        trouble: Trouble = ""
        if not math.isfinite(at_s):
            return replace(state, trouble="signals_clock_unusable"), None
        if not -_SLACK_S <= at_s - state.at_s <= self.limits.gap_s + _SLACK_S:
            trouble, wish, state = "signals_time_leapt", None, _moved(state, at_s - state.at_s)
        if isinstance(wish, SupportsIndex) and not isinstance(wish, bool) and index(wish) in self._phases:
            return replace(state, at_s=at_s, trouble=trouble, led=True, wished_s=at_s), index(wish)
        if wish is not None:
            trouble = "signals_wish_unusable"
        led = state.led and at_s - state.wished_s < self.limits.stale_s - _SLACK_S
        if not led and not trouble:
            trouble = "signals_wish_stale"
        return replace(state, at_s=at_s, trouble=trouble, led=led), None

    def choose(self, state: Shown, wish: int | None) -> int:
        """Return the phase that comes next by right: the one that shows means stay. Nothing ends before its time."""
        now, phase = state.phase, self.junction.phases[state.phase]
        age = state.at_s - state.since_s + _SLACK_S
        others = [other for other in self._phases if other != now]
        if not others or age < shortest_green_s(phase):
            return now
        due = self._due(state, others)
        if due is not None:
            return due
        if wish is not None and wish != now:
            return wish
        if age >= phase.max_green_s - min(self._ahead_s(now, other) for other in others):
            return self._longest_red(state, others)
        if not state.led and age >= self.limits.local_green_s:
            return (now + 1) % len(self.junction.phases)
        return now

    def change_s(self, old: int, new: int) -> float:
        """Return how long it takes from the end of one phase to the beginning of another."""
        return sum(length for length, _ in self._changes[old, new])

    def _ahead_s(self, old: int, new: int) -> float:
        """Return how long vehicles still go after a change was begun: the pedestrians' clearance."""
        phase = self.junction.phases[old]
        return self.change_s(old, new) - phase.yellow_s - phase.red_clear_s

    def _due(self, state: Shown, others: list[int]) -> int | None:
        """Return the phase for whom has been red longer than anybody should be."""
        late = [at for at in self._served if state.at_s - state.red_since_s[at] >= self.limits.longest_red_s]
        return self._longest_red(state, others) if late else None

    def _longest_red(self, state: Shown, others: list[int]) -> int:
        """Return the phase that serves who has been red longest; of equals the next in the cycle."""
        count = len(self.junction.phases)

        def oldest(other: int) -> tuple[float, int]:
            served = (at for at, letter in enumerate(self.junction.phases[other].state) if letter in _GREEN)
            red = min((state.red_since_s[at] for at in served), default=math.inf)
            return red, (other - state.phase) % count

        return min(others, key=oldest)

    def _show(self, state: Shown) -> Shown:
        """Give the state the lamps of its moment; a step that is over becomes the next one, the last one green."""
        lamps, before = self.junction.phases[state.phase].state, 0.0
        if state.leaving is not None:
            steps = self._changes[state.leaving, state.phase]
            if state.step < len(steps) and state.at_s - state.since_s + _SLACK_S >= steps[state.step][0]:
                state = replace(state, step=state.step + 1, since_s=state.at_s)
            if state.step < len(steps):
                lamps, before = steps[state.step][1], sum(length for length, _ in steps[state.step :])
            else:
                state = replace(state, leaving=None, step=0)
        return self._reds(replace(state, lamps=lamps, green_s=state.at_s - state.since_s - before))

    def _reds(self, state: Shown) -> Shown:
        red = tuple(
            state.at_s if letter in _GREEN else since
            for letter, since in zip(state.lamps, state.red_since_s, strict=True)
        )
        return replace(state, red_since_s=red)


def _moved(state: Shown, by_s: float) -> Shown:
    """Return the state as if it had happened later (or earlier): a leap of the clock that counts for nothing."""
    return replace(
        state,
        at_s=state.at_s + by_s,
        since_s=state.since_s + by_s,
        wished_s=state.wished_s + by_s,
        red_since_s=tuple(since + by_s for since in state.red_since_s),
    )


def _change(old: Phase, new: str, walkers: frozenset[int]) -> tuple[tuple[float, str], ...]:
    """Return the steps of a change as (seconds, lamps): pedestrians leave the road, yellow, all that ends is red."""
    ends = {at for at, letter in enumerate(old.state) if letter in _GREEN and new[at] not in _GREEN}
    demoted = {at for at, letter in enumerate(old.state) if letter == "G" and new[at] == "g"}
    cleared = ends & walkers if old.walk_clear_s else set()

    def lamps(ending: str | None) -> str:
        shown = list(old.state)
        for at in demoted if ending else ():
            shown[at] = "g"
        for at in ends if ending else ():
            shown[at] = ending or shown[at]
        for at in cleared:
            shown[at] = "r"
        return "".join(shown)

    walking_s = old.walk_clear_s if ends & walkers or not walkers else 0.0
    steps = ((walking_s, lamps(None)), (old.yellow_s, lamps("y")), (old.red_clear_s, lamps("r")))
    return tuple((length, shown) for length, shown in steps if length > 0)
