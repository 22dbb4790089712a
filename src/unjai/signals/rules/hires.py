"""The controller's high-resolution log, in the Indiana enumerations (Purdue, doi 10.4231/K4RN35SH and its successor).

A code and a parameter at a tenth of a second: 1 with 4 says that phase 4 began its green. Codes of makers, from 200
on, are kept as they come and not said in words.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from uuid import UUID

from unjai.model.ids import named_id

GREEN, GAP_OUT, MAX_OUT, FORCE_OFF, GREEN_ENDS = 1, 4, 5, 6, 7
YELLOW, YELLOW_ENDS, RED_CLEAR, RED_CLEAR_ENDS, INACTIVE = 8, 9, 10, 11, 12
WALK, WALK_CLEAR, DO_NOT_WALK = 21, 22, 23
CALL, CALL_DROPPED, WALK_CALL = 43, 44, 45
DETECTOR_OFF, DETECTOR_ON = 81, 82
PREEMPT_ON, PREEMPT_OFF, PREEMPT_ENTRY, PREEMPT_DWELL, PREEMPT_EXIT = 102, 104, 105, 107, 111
PRIORITY_IN, PRIORITY_EARLY, PRIORITY_LONGER, PRIORITY_OUT = 112, 113, 114, 115
PATTERN, CLOCK_SET, POWER_LOST, POWER_BACK = 131, 181, 182, 184

MOST_CODE, MOST_PARAM = 511, 32_767

NAMES: Mapping[int, str] = MappingProxyType(
    {
        GREEN: "phase begin green",
        GAP_OUT: "phase gap out",
        MAX_OUT: "phase max out",
        FORCE_OFF: "phase force off",
        GREEN_ENDS: "phase green termination",
        YELLOW: "phase begin yellow",
        YELLOW_ENDS: "phase end yellow",
        RED_CLEAR: "phase begin red clearance",
        RED_CLEAR_ENDS: "phase end red clearance",
        INACTIVE: "phase inactive",
        WALK: "pedestrian begin walk",
        WALK_CLEAR: "pedestrian begin clearance",
        DO_NOT_WALK: "pedestrian begin do not walk",
        CALL: "phase call registered",
        CALL_DROPPED: "phase call dropped",
        WALK_CALL: "pedestrian call registered",
        DETECTOR_OFF: "detector off",
        DETECTOR_ON: "detector on",
        PREEMPT_ON: "preempt call input on",
        PREEMPT_OFF: "preempt call input off",
        PREEMPT_ENTRY: "preempt entry started",
        PREEMPT_DWELL: "preemption begin dwell service",
        PREEMPT_EXIT: "preemption begin exit interval",
        PRIORITY_IN: "priority check in",
        PRIORITY_EARLY: "priority adjustment to early green",
        PRIORITY_LONGER: "priority adjustment to extend green",
        PRIORITY_OUT: "priority check out",
        PATTERN: "coordination pattern change",
        CLOCK_SET: "controller clock updated",
        POWER_LOST: "power failure detected",
        POWER_BACK: "power restored",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One line of the log."""

    at: datetime
    code: int
    param: int

    def id_at(self, junction_id: UUID) -> UUID:
        """Return the id that this line has at a junction: told again it is the same line."""
        return named_id(f"signal_event:{junction_id}", f"{self.at.isoformat()}:{self.code}:{self.param}", self.at)


def of_phase(before: tuple[int, str] | None, now: tuple[int, str], at: datetime) -> Iterable[Event]:
    """Say what a change of (phase number, colour) means as lines of the log; for controllers that write none.

    Colours are `green`, `yellow` and `red` (the clearance, and all that is neither).
    """
    if before == now:
        return
    number, colour = now
    if before is not None and before[0] != number and before[1] == "green":
        yield Event(at=at, code=GREEN_ENDS, param=before[0])
    if before is not None and before[1] == "yellow" and (before[0] != number or colour != "yellow"):
        yield Event(at=at, code=YELLOW_ENDS, param=before[0])
    if colour == "green":
        yield Event(at=at, code=GREEN, param=number)
    elif colour == "yellow":
        if before == (number, "green"):
            yield Event(at=at, code=GREEN_ENDS, param=number)
        yield Event(at=at, code=YELLOW, param=number)
    elif before is not None and before[1] == "yellow":
        yield Event(at=at, code=RED_CLEAR, param=number)
