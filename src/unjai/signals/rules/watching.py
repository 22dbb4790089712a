"""What is known of a junction at this moment, put together of what its boxes say; and what wishes would have changed.

Times are seconds of one clock. Nothing is decided on half a picture: a lane that nobody sees, or whose box has fallen
silent, leaves the junction without one.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from unjai.signals.junction import Decision, Junction, Kind, Phase, Picture, Seen
from unjai.signals.rules.comparing import Change
from unjai.signals.rules.definition import lanes_green

Colour = Literal["green", "yellow", "red"]
Vehicle = tuple[str, float, float, Kind, str, float]
"""Lane, metres to the stop line, metres a second, kind, track, seconds it has waited: as `sense.signal` gives it."""
STALE_S = 5.0
"""Boxes tell each second; what is older than this is not a picture any more."""
QUEUED_MPS = 2.0
_AT_LINE_M = 40.0
"""A track that was last seen nearer than this, and is gone, went over the stop line."""
_LONGEST_S = 600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What the controller shows: which phase, its colour, since when, and when that was heard."""

    phase: int
    colour: Colour
    since_s: float
    at_s: float
    next: int | None = None
    """Which phase comes, where that is known before it shows."""

    def coming(self, now_s: float, times: Phase) -> tuple[int, float]:
        """Return the phase and the seconds of its green as a `Picture` has them; `times` are those of `phase`.

        During the change it is the phase that comes, where that is known.
        """
        for_s = max(0.0, now_s - self.since_s)
        if self.colour == "green":
            return self.phase, for_s
        left_s = (times.yellow_s if self.colour == "yellow" else 0.0) + times.red_clear_s - for_s
        return self.phase if self.next is None else self.next, -max(0.1, left_s)


@dataclass(frozen=True, slots=True, kw_only=True)
class LaneNow:
    """A lane now: how many stand, how far back, how many are seen; `age_s` None where nobody sees it."""

    key: str
    queue: int
    queue_m: float
    seen: int
    age_s: float | None


class Sight:
    """One junction as its boxes see it. Mutable; older news never undoes newer."""

    def __init__(self, junction: Junction) -> None:
        """Know nothing yet."""
        self.junction = junction
        self.shown: Shown | None = None
        self.passed: dict[int, int] = {}
        """Vehicles that went over each lane's stop line since `take_passed`."""
        self._places = {one.key: number for number, one in enumerate(junction.lanes)}
        self._lanes: dict[int, tuple[float, tuple[Seen, ...]]] = {}

    def see(self, at_s: float, lanes: Iterable[str], vehicles: Iterable[Vehicle]) -> None:
        """Take what a box sees of its lanes (`sense.signal`); lanes that the junction has not are left out."""
        found: dict[int, list[Seen]] = {self._places[key]: [] for key in lanes if key in self._places}
        for lane, distance, speed, kind, track, waited in vehicles:
            number = self._places.get(lane)
            if number is not None and number in found:
                found[number].append(
                    Seen(lane=number, distance_m=distance, speed_mps=speed, kind=kind, track=track, waited_s=waited)
                )
        for number, seen in found.items():
            before = self._lanes.get(number)
            if before is not None and before[0] >= at_s:
                continue
            if before is not None:
                self._count_gone(number, before[1], seen)
            self._lanes[number] = (at_s, tuple(seen))

    def _count_gone(self, lane: int, before: Iterable[Seen], now: Iterable[Seen]) -> None:
        there = {one.track for one in now}
        gone = sum(bool(one.track) and one.track not in there and one.distance_m < _AT_LINE_M for one in before)
        self.passed[lane] = self.passed.get(lane, 0) + gone

    def take_passed(self, lanes: frozenset[int]) -> int:
        """Return how many passed on these lanes since asked last, and begin to count anew on all."""
        found = sum(count for lane, count in self.passed.items() if lane in lanes)
        self.passed = {}
        return found

    def show(
        self, at_s: float, phase: int, colour: Colour, for_s: float | None = None, next_: int | None = None
    ) -> None:
        """Take what the controller shows, and will; without `for_s` it counts from the change that was seen."""
        before = self.shown
        if before is not None and before.at_s > at_s:
            return
        same = before is not None and (before.phase, before.colour) == (phase, colour)
        since = at_s if before is None or not same else before.since_s
        since = since if for_s is None else at_s - for_s
        self.shown = Shown(phase=phase, colour=colour, since_s=since, at_s=at_s, next=next_)

    def lanes(self, now_s: float) -> list[LaneNow]:
        """Return each lane as it is known now."""
        found = []
        for number, lane in enumerate(self.junction.lanes):
            at_s, seen = self._lanes.get(number, (None, ()))
            queued = [one for one in seen if one.speed_mps < QUEUED_MPS]
            found.append(
                LaneNow(
                    key=lane.key,
                    queue=len(queued),
                    queue_m=max((one.distance_m for one in queued), default=0.0),
                    seen=len(seen),
                    age_s=None if at_s is None else max(0.0, now_s - at_s),
                )
            )
        return found

    def missing(self, now_s: float) -> Literal["", "lanes", "phase"]:
        """Tell what keeps the junction from having a picture now: lanes that nobody sees, the phase, or nothing."""
        if any(one.age_s is None or one.age_s > STALE_S for one in self.lanes(now_s)):
            return "lanes"
        return "phase" if self.shown is None or now_s - self.shown.at_s > STALE_S else ""

    def picture(self, now_s: float) -> Picture | None:
        """Return the whole picture of this moment, or None."""
        shown = self.shown
        if shown is None or self.missing(now_s):
            return None
        phase, green_s = shown.coming(now_s, self.junction.phases[shown.phase])
        seen = tuple(one for _at, lane in self._lanes.values() for one in lane)
        return Picture(at_s=now_s, phase=phase, green_s=green_s, seen=seen)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """A stretch that is over, as it is kept."""

    began_s: float
    ended_s: float
    phase: int
    wish: int
    why: str
    change: Change


class Wishing:
    """Follows, second by second, the stretches in which another phase is wished than the one that shows. Mutable."""

    def __init__(self, junction: Junction) -> None:
        """Begin with no stretch."""
        self._junction = junction
        self._on: tuple[int, int, str, float] | None = None
        self._waited_s, self._passed, self._last_s = 0.0, 0, 0.0

    def step(self, sight: Sight, now_s: float, decision: Decision) -> Ended | None:
        """Take one second with a whole picture; return the stretch that ended with it."""
        shown = sight.shown
        assert shown is not None, "only where there is a picture"
        if self._on is not None:
            phase, wish, _why, began_s = self._on
            mine, others = lanes_green(self._junction, wish), lanes_green(self._junction, phase)
            lanes = sight.lanes(now_s)
            self._waited_s += sum(lanes[one].queue for one in mine - others) * max(0.0, now_s - self._last_s)
            self._passed += sight.take_passed(others - mine)
            self._last_s = now_s
            if shown.phase == phase and decision.phase == wish and now_s - began_s < _LONGEST_S:
                return None
        ended = self._end(now_s)
        if decision.phase != shown.phase and shown.colour == "green":
            self._on = (shown.phase, decision.phase, decision.why, now_s)
            self._waited_s, self._passed, self._last_s = 0.0, 0, now_s
            sight.take_passed(frozenset())
        return ended

    def drop(self) -> None:
        """Forget the stretch that runs: the picture was lost, nobody knows what it would have changed."""
        self._on = None

    def _end(self, now_s: float) -> Ended | None:
        if self._on is None:
            return None
        (phase, wish, why, began_s), self._on = self._on, None
        if now_s <= began_s:
            return None
        one, other = self._junction.phases[phase], self._junction.phases[wish]
        hold_s = other.min_green_s + one.yellow_s + one.red_clear_s + other.yellow_s + other.red_clear_s
        change = Change(waited_s=self._waited_s, passed=self._passed, hold_s=hold_s)
        return Ended(began_s=began_s, ended_s=now_s, phase=phase, wish=wish, why=why, change=change)
