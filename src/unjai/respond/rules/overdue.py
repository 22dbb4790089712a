"""What waits too long: the clocks of an incident against its limits, and who must hear of it.

Three clocks run from the moment the centre knew of it: until somebody takes it up, until a unit says it goes, until a
unit is there. Taken up again, or let down by the unit that went, they start anew at that moment; once somebody has
been there they are still. A clock that rang does not ring again for the same wait.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, get_args

Wait = Literal["acknowledge", "assign", "arrive"]
WAITS: tuple[Wait, ...] = get_args(Wait)
LIMIT_MOST_S = 7 * 86_400


@dataclass(frozen=True, kw_only=True, slots=True)
class Limits:
    """How long each wait may last, in seconds; None means that it never rings."""

    acknowledge_s: int | None
    assign_s: int | None
    arrive_s: int | None

    def of(self, wait: Wait) -> timedelta | None:
        """Return the limit of one wait."""
        seconds: int | None = getattr(self, f"{wait}_s")
        return None if seconds is None else timedelta(seconds=seconds)


DEFAULTS: Mapping[str, Limits] = {
    "p1": Limits(acknowledge_s=15, assign_s=60, arrive_s=600),
    "p2": Limits(acknowledge_s=60, assign_s=180, arrive_s=1200),
    "p3": Limits(acknowledge_s=300, assign_s=1800, arrive_s=None),
    "code:UDS": Limits(acknowledge_s=10, assign_s=30, arrive_s=300),
    "code:DSL": Limits(acknowledge_s=1800, assign_s=None, arrive_s=None),
    "code:LOS": Limits(acknowledge_s=300, assign_s=None, arrive_s=None),
    "code:FRD": Limits(acknowledge_s=300, assign_s=None, arrive_s=None),
    "code:LGT": Limits(acknowledge_s=900, assign_s=None, arrive_s=None),
    "code:SIG": Limits(acknowledge_s=300, assign_s=None, arrive_s=None),
}
"""What counts where a station has said nothing: by priority, and for some kinds of event their own."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Waiting:
    """An open incident as the clocks see it; `since` is when they last started."""

    state: str
    priority: int
    code: str
    since: datetime
    arrived_at: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Overdue:
    """A wait that lasts too long: since when it was counted, its limit, and when that was over."""

    wait: Wait
    since: datetime
    limit_s: int
    due_at: datetime


def limits_of(known: Mapping[str, Limits], *, priority: int, code: str) -> Limits:
    """Return the limits that count: for the code, the station's or else ours; then so for the priority.

    A code's own limits stand before a priority's, whoever set them.
    """
    for scope in (f"code:{code}", f"p{priority}"):
        if scope in known:
            return known[scope]
        if scope in DEFAULTS:
            return DEFAULTS[scope]
    return DEFAULTS["p3"]


_PENDING: Mapping[Wait, frozenset[str]] = {
    "acknowledge": frozenset({"new"}),
    "assign": frozenset({"new", "acknowledged"}),
    "arrive": frozenset({"new", "acknowledged", "assigned", "en_route"}),
}


def pending(waiting: Waiting, wait: Wait) -> bool:
    """Tell whether this is still being waited for."""
    there = waiting.arrived_at is not None and waiting.arrived_at >= waiting.since
    return waiting.state in _PENDING[wait] and not there


def overdue(waiting: Waiting, limits: Limits, now: datetime) -> list[Overdue]:
    """Return the waits whose time is over at `now`."""
    found = []
    for wait in WAITS:
        limit = limits.of(wait)
        if limit is not None and pending(waiting, wait) and waiting.since + limit <= now:
            due = waiting.since + limit
            found.append(Overdue(wait=wait, since=waiting.since, limit_s=round(limit.total_seconds()), due_at=due))
    return found


def fresh(found: Iterable[Overdue], raised: Iterable[tuple[Wait, datetime]]) -> list[Overdue]:
    """Return what has not rung yet: a wait rings once for each start of its clock."""
    known = set(raised)
    return [one for one in found if (one.wait, one.since) not in known]
