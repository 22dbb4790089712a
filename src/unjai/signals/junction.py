"""What controllers, the envelope and the plants share: a junction, what is seen of it, and what shall come next.

Pure data. Left-hand traffic and right-hand traffic are the same here: who yields to whom stands in `Link.yields_to`.
Letters of a link's signal are SUMO's, since they say what NTCIP's do not: `G` green with priority, `g` green that
must yield, `y` yellow, `r` red.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NewType

from unjai.model.errors import UnjaiError

JunctionId = NewType("JunctionId", str)
Kind = Literal["car", "motorcycle", "heavy"]
"""Classes of vehicles that are driven apart: a motorcycle takes less room and filters to the front."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """One way over the junction, from a lane to a lane, with its place in the phases' letters."""

    signal: int
    from_lane: int
    to_lane: int
    turn: str = "s"
    """`l`, `s`, `r` or `t` (back)."""
    speed_mps: float = 100.0
    """How fast the way can be driven; bends are slower than their streets."""
    length_m: float = 15.0
    """From the line to the other side."""
    yields_to: frozenset[int] = frozenset()
    """Signals of the links that go first where this one shows `g`."""
    crosses: frozenset[int] = frozenset()
    """Signals of the links whose way it crosses: both with priority at once is a conflict."""
    pedestrian: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Leads:
    """Where a lane that goes out comes to: lanes of the next junction with signals, by their keys."""

    junction: JunctionId
    lanes: tuple[str, ...]
    seconds: float
    """How long a free drive takes to the stop line there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """A lane: of those that come in, the metres are seen from the stop line back."""

    key: str
    length_m: float
    speed_mps: float
    approach: str = ""
    """What the lanes of one road share; who stands in the wrong one changes within it."""
    leads: tuple[Leads, ...] = ()
    """Of one that goes out; empty where no neighbour is known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Phase:
    """What shows green together, and for how long at least and at most. Times in seconds."""

    state: str
    min_green_s: float = 5.0
    max_green_s: float = 120.0
    yellow_s: float = 3.0
    red_clear_s: float = 0.0
    walk_s: float = 0.0
    """How long pedestrians' links stay green at least; 0 where the phase has none."""
    walk_clear_s: float = 0.0
    """How long pedestrians need to leave the road before another phase may cross them."""
    number: int | None = None
    """The phase number of the controller on the street (NEMA 1 to 16), where there is one."""
    also: tuple[int, ...] = ()
    """Numbers of the phases of its other rings that are green with it."""
    name: str = ""

    @property
    def together(self) -> frozenset[int]:
        """Return the phases of the controller on the street that are green in this one."""
        return frozenset(self.also if self.number is None else (self.number, *self.also))


@dataclass(frozen=True, slots=True, kw_only=True)
class Junction:
    """A junction with signals: what never changes while it is driven.

    Raises `signals_…` where it cannot be controlled: no phase, phases that conflict, times below zero.
    """

    key: JunctionId
    lanes: tuple[Lane, ...]
    """Lanes that come in; `Link.from_lane` counts in them."""
    outs: tuple[Lane, ...]
    """Lanes that go out; `Link.to_lane` counts in them."""
    links: tuple[Link, ...]
    phases: tuple[Phase, ...]
    max_wait_s: float = 150.0
    """Nobody who is seen waits longer before his phase must come."""

    def __post_init__(self) -> None:
        if not self.phases:
            raise UnjaiError("signals_no_phase", junction=self.key)
        letters = {len(phase.state) for phase in self.phases}
        highest = max((link.signal for link in self.links), default=-1)
        if len(letters) != 1 or highest >= letters.pop():
            raise UnjaiError("signals_letters", junction=self.key)
        for number, phase in enumerate(self.phases):
            times = (
                phase.min_green_s,
                phase.yellow_s,
                phase.red_clear_s,
                phase.walk_s,
                phase.walk_clear_s,
                phase.max_green_s - phase.min_green_s,
            )
            if min(times) < 0:
                raise UnjaiError("signals_negative_time", junction=self.key, phase=number + 1)
            first = {link.signal for link in self.links if phase.state[link.signal] == "G"}
            for link in self.links:
                against = link.crosses & first
                if link.signal in first and against:
                    raise UnjaiError("signals_conflict", junction=self.key, phase=number + 1, signal=min(against))


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One vehicle before the stop line; one that is only announced stands beyond the lane's beginning."""

    lane: int
    distance_m: float
    """To the stop line."""
    speed_mps: float
    kind: Kind = "car"
    waited_s: float = 0.0
    track: str = ""
    """The detector's own name for it, so that who left can be counted; empty where it has none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Inside:
    """One vehicle on the junction itself, on its way over a link."""

    link: int
    """Its number in `Junction.links`."""
    to_go_m: float
    speed_mps: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Out:
    """What is seen of a lane that goes out."""

    room_m: float
    """From the junction to the end of the last vehicle that stands or crawls, or the whole lane."""
    moving: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """Vehicles that a neighbour expects to send, `share` of one or several."""

    lanes: tuple[str, ...]
    """Keys of lanes of the junction that is told of them; on which of these they come nobody knows yet."""
    leaves_s: float
    """When they leave the junction that tells of them."""
    at_s: float
    """When they are at the stop line if nothing holds them up."""
    share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What one junction tells another at a decision: whom its plan sends there."""

    sender: JunctionId
    to: JunctionId
    at_s: float
    arrivals: tuple[Arrival, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """What is known at one moment."""

    at_s: float
    phase: int
    """The phase that shows green, or that comes after the yellow."""
    green_s: float
    """How long it has been green; below zero while yellow or red still stands before it."""
    seen: tuple[Seen, ...]
    outs: tuple[Out, ...] = ()
    """Empty where nothing is known of them."""
    inside: tuple[Inside, ...] = ()
    left: tuple[int, ...] = ()
    """Numbers of the links over which vehicles left since the picture before, as far as they were followed."""
    told: tuple[Told, ...] = ()
    """The last message of each neighbour, however old."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """Which phase comes next; the one that shows already means: stay."""

    phase: int
    why: str = ""
    """A code of the catalogue: the screens say it in words."""
    facts: tuple[tuple[str, float], ...] = ()
    tells: tuple[Told, ...] = ()
    """What the neighbours shall know of it."""
