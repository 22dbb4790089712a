"""A street to try on: a virtual controller, a line to it that can be cut, and somebody who watches its lamps."""

from collections.abc import Mapping, Sequence

from unjai.model.errors import UnjaiError
from unjai.signals.junction import Junction, JunctionId, Lane, Link, Phase
from unjai.signals.ntcip.client import check_commands
from unjai.signals.virtual.core import Core, Pattern, Timing
from unjai.signals.virtual.objects import NoSuchObjectError, Objects

SLACK = 1e-4
STAGES = ((2, 6), (1, 5), (4, 8), (3, 7))
TIMINGS = {
    phase: Timing(
        min_green_s=7.0 if phase % 2 == 0 else 5.0,
        max_green_s=40.0 if phase % 2 == 0 else 20.0,
        walk_s=5.0 if phase % 2 == 0 else 0.0,
        ped_clear_s=8.0 if phase % 2 == 0 else 0.0,
        yellow_s=3.5 if phase % 2 == 0 else 3.0,
        red_clear_s=1.5,
        recall=phase % 2 == 0,
    )
    for phase in range(1, 9)
}
PATTERNS = {
    1: Pattern(cycle_s=90, splits_s=dict.fromkeys(range(1, 9), 20) | dict.fromkeys((2, 4, 6, 8), 25)),
    2: Pattern(cycle_s=60, splits_s=dict.fromkeys(range(1, 9), 10) | dict.fromkeys((2, 4, 6, 8), 20)),
    3: Pattern(cycle_s=120, splits_s=dict.fromkeys(range(1, 9), 20) | dict.fromkeys((2, 4, 6, 8), 40)),
}


def a_core(**changes: object) -> Core:
    """A controller with two rings and eight phases; the even ones are straight on, with pedestrians, on recall."""
    return Core(**{"timings": TIMINGS, "patterns": PATTERNS, "backup_s": 10} | changes)


def the_junction() -> Junction:
    """The junction that the controller drives: one signal a phase, four stages."""
    core = a_core()
    lane = Lane(key="a", length_m=100.0, speed_mps=13.9)
    links = tuple(
        Link(
            signal=phase - 1,
            from_lane=0,
            to_lane=0,
            crosses=frozenset(o - 1 for o in TIMINGS if o != phase and not core.concurrent(phase, o)),
        )
        for phase in TIMINGS
    )
    phases = tuple(Phase(state="".join("G" if one in stage else "r" for one in TIMINGS)) for stage in STAGES)
    return Junction(key=JunctionId("four-ways"), lanes=(lane,), outs=(lane,), links=links, phases=phases)


class Line:
    """The line to a controller, without the network: it can be cut, and lose answers alone."""

    def __init__(self, core: Core) -> None:
        self.objects = Objects(core)
        self.cut = False
        self.deaf = False
        self.sets: list[dict[str, int]] = []

    async def get(self, oids: Sequence[str]) -> dict[str, int | bytes]:
        self._through()
        try:
            return {oid: self.objects.read(oid) for oid in oids}
        except NoSuchObjectError as missing:
            raise UnjaiError("signals_no_such_object", 502, oid=str(missing)) from missing

    async def set(self, values: Mapping[str, int]) -> None:
        check_commands(values)
        self._through()
        self.sets.append(dict(values))
        for oid, value in values.items():
            self.objects.write(oid, value)
        if self.deaf:
            raise UnjaiError("signals_no_answer", 504, host="here", port=161)

    def _through(self) -> None:
        if self.cut:
            raise UnjaiError("signals_no_answer", 504, host="here", port=161)


class StreetWatch:
    """Looks at a controller's lamps in every step; knows the timings, and nothing of how it works."""

    def __init__(self, core: Core) -> None:
        self.core = core
        self.timings = dict(core.timings)
        self.wrong: list[str] = []
        self.at = 0.0
        self.before = (frozenset[int](), frozenset[int](), frozenset[int]())
        self.began: dict[int, float] = {}
        self.yellowed: dict[int, float] = {}
        self.reddened: dict[int, float] = {}
        self.walked: dict[int, float] = {}
        self.longest: dict[int, float] = {}
        self.reds: dict[int, float] = {}
        self.longest_red: dict[int, float] = dict.fromkeys(self.timings, 0.0)

    def conflict(self, one: int, other: int) -> bool:
        ring = {phase: phase > 4 for phase in self.timings}
        side = {phase: phase in {3, 4, 7, 8} for phase in self.timings}
        return ring[one] == ring[other] or side[one] != side[other]

    def see(self, at_s: float) -> None:
        self.at = at_s
        greens, yellows, walks = self.core.greens(), self.core.yellows(), self.core.walks()
        old_greens, old_yellows, old_walks = self.before
        lit = sorted(greens | yellows)
        for at, one in enumerate(lit):
            for other in lit[:at]:
                if self.conflict(one, other):
                    self._say(f"{one} and {other} go together")
        for one in greens - old_greens:
            self._begun(one)
        for one in old_greens - greens:
            self._ended(one, yellows)
        for one in old_yellows - yellows:
            self.reddened[one] = at_s
            if one in greens or at_s - self.yellowed[one] < self.timings[one].yellow_s - SLACK:
                self._say(f"{one} was yellow for {at_s - self.yellowed[one]:.1f} s")
        self.walked |= dict.fromkeys(walks - old_walks, at_s)
        for one in old_walks - walks:
            if at_s - self.walked[one] < self.timings[one].walk_s - SLACK:
                self._say(f"{one} walked for {at_s - self.walked[one]:.1f} s")
        for one in self.timings:
            self.reds[one] = at_s if one in greens else self.reds.get(one, at_s)
            self.longest_red[one] = max(self.longest_red[one], at_s - self.reds[one])
        self.before = (greens, yellows, walks)

    def _begun(self, one: int) -> None:
        self.began[one] = self.at
        for other, since in self.reddened.items():
            red = self.at - since
            if other != one and self.conflict(one, other) and red < self.timings[other].red_clear_s - SLACK:
                self._say(f"{one} begins {red:.1f} s after {other} turned red")

    def _ended(self, one: int, yellows: frozenset[int]) -> None:
        timing, green = self.timings[one], self.at - self.began[one]
        self.longest[one] = max(self.longest.get(one, 0.0), green)
        self.yellowed[one] = self.at
        if one not in yellows:
            self._say(f"{one} ended without yellow")
        if green < timing.min_green_s - SLACK:
            self._say(f"{one} was green for {green:.1f} s")
        walked = self.walked.pop(one, None)
        if walked is not None and self.at - walked < timing.walk_s + timing.ped_clear_s - SLACK:
            self._say(f"{one} ended while pedestrians cleared")

    def _say(self, what: str) -> None:
        self.wrong.append(f"{self.at:.1f} s: {what}")
