"""What a patrol plan is made of: places with risk by time, units with shifts and breaks, asked visits, rounds.

Times are seconds from the plan's zero (its earliest unit begins there or later); risk is cut into bins of `BIN_S`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

BIN_S = 300
PARK_S = 60
"""Leaving the street and coming back to the vehicle, added to each way."""
Why = Literal["risk", "request", "house_watch", "explore", "area", "break", "hand"]
"""Why a stop is in a round. `hand`: put there by the superintendent."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """A place that patrols visit. `node` is its row in the matrices of travel; `area` the beat it lies in."""

    id: str
    node: int
    area: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Unit:
    """A unit on duty from `from_s` to `to_s`, which sets out from `start` and ends at `end` (nodes).

    `areas` binds it to some beats; None lets it go everywhere. `kind` names its matrix of travel.
    """

    id: str
    kind: str
    from_s: int
    to_s: int
    start: int
    end: int
    areas: frozenset[str] | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Task:
    """A visit that was asked for, or a break: arrival within `from_s`–`to_s`, `dwell_s` long.

    A break belongs to one `unit` (its row). `place` is None where it lies at a node that is no place.
    """

    id: str
    why: Why
    node: int
    place: int | None
    from_s: int
    to_s: int
    dwell_s: int
    unit: int | None = None
    must: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class Stop:
    """A stop of a round: at `node` (and `place`, if it is one) from `at_s` for `dwell_s`; `task` is its row, if any."""

    node: int
    place: int | None
    at_s: int
    dwell_s: int
    why: Why = "risk"
    task: int | None = None


Round = tuple[Stop, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Setting:
    """What a station may set. The dwell is Koper's: 10 to 16 minutes; the revisit about two hours."""

    dwell_s: tuple[int, int] = (600, 960)
    revisit_s: int = 7200
    explore: float = 0.12
    noise: float = 0.35
    """Spread of the daily draw that makes order and hours unpredictable; 0 gives the same plan every day."""


@dataclass(frozen=True, kw_only=True)
class Problem:
    """All a planner needs. `risk` is (places, bins) of expected harm; `travel_s[kind]` (nodes, nodes), inf: no way."""

    places: tuple[Place, ...]
    units: tuple[Unit, ...]
    tasks: tuple[Task, ...]
    risk: Floats
    travel_s: Mapping[str, Floats]
    horizon_s: int
    setting: Setting = field(default_factory=Setting)

    def matrix(self, unit: Unit) -> Floats:
        """Return the ways of a unit."""
        return self.travel_s[unit.kind]

    def way_s(self, unit: Unit, a: int, b: int) -> float:
        """Return how long a unit needs from node to node, parking included; nothing where it already is."""
        return 0.0 if a == b else float(self.travel_s[unit.kind][a, b])


def arranged(problem: Problem) -> Mapping[str, Floats]:
    """Return the matrices with parking added, as every part of the planner uses them."""
    found: dict[str, Floats] = {}
    for kind, matrix in problem.travel_s.items():
        whole = np.asarray(matrix, dtype=np.float64) + PARK_S
        np.fill_diagonal(whole, 0.0)
        found[kind] = whole
    return found


def stops_of(rounds: Sequence[Round]) -> list[tuple[int, Stop]]:
    """Return every visit to a place with its unit's row, in time order."""
    found = [(unit, stop) for unit, round_ in enumerate(rounds) for stop in round_ if stop.place is not None]
    return sorted(found, key=lambda one: (one[1].at_s, one[0]))
