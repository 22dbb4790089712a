"""What becomes of a siren that was asked for, and of a call: pure decisions over moments that are handed in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final, Literal

from unjai.model.errors import UnjaiError

Part = Literal["siren", "light"]
PARTS: Final[tuple[Part, ...]] = ("siren", "light")

ActionState = Literal["asked", "sent", "on", "done", "refused", "unanswered", "unended"]
ACTION_STATES: Final[tuple[ActionState, ...]] = ("asked", "sent", "on", "done", "refused", "unanswered", "unended")
OPEN_ACTION: Final[tuple[ActionState, ...]] = ("asked", "sent", "on")
Heard = Literal["on", "done", "refused"]
"""What a point says of a command: it works now, it is over, it cannot."""

ANSWER: Final = timedelta(seconds=10)
"""A point that says nothing for so long has not acknowledged."""
RESEND: Final = timedelta(seconds=2)
END_GRACE: Final = timedelta(seconds=10)
"""How long after its time the end of a siren may still come in before it counts as not heard of."""
LASTS_S: Final[Mapping[Part, int]] = MappingProxyType({"siren": 30, "light": 120})
MOST_S: Final[Mapping[Part, int]] = MappingProxyType({"siren": 120, "light": 900})

_HEARD: Final[Mapping[Heard, frozenset[ActionState]]] = MappingProxyType(
    {
        # a late word of a point counts: what sounds is shown as sounding
        "on": frozenset({"asked", "sent", "unanswered"}),
        "done": frozenset({"asked", "sent", "on", "unanswered", "unended"}),
        "refused": frozenset({"asked", "sent", "on", "unanswered"}),
    }
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Action:
    """A siren or light that was asked for, as its clocks see it; a stop begins the sending anew."""

    state: ActionState
    lasts_s: int
    asked_at: datetime
    last_sent_at: datetime | None = None
    answered_at: datetime | None = None
    stop_asked_at: datetime | None = None


def heard(state: ActionState, said: Heard) -> ActionState | None:
    """Return the state after a point's word, or None where the word changes nothing."""
    return said if state in _HEARD[said] else None


Next = Literal["send", "unanswered", "unended"]


def due(action: Action, now: datetime) -> Next | None:
    """Return what is to be done with an open action now: send it (again), or give up waiting for the point's word."""
    again = action.last_sent_at is None or now - action.last_sent_at >= RESEND
    stop = action.stop_asked_at
    if action.state in ("asked", "sent"):
        if now - (stop or action.asked_at) >= ANSWER:
            return "unanswered"
        return "send" if again else None
    if action.state == "on" and action.answered_at is not None:
        over = action.answered_at + timedelta(seconds=action.lasts_s) + END_GRACE
        if now >= (over if stop is None else min(over, stop + ANSWER)):
            return "unended"
        if stop is not None and again:
            return "send"
    return None


def lasting(part: Part, lasts_s: int | None) -> int:
    """Return how long a siren or light is to work; raise `sos_lasts_wrong` (422) beyond what a point may be told."""
    wished = LASTS_S[part] if lasts_s is None else lasts_s
    if not 1 <= wished <= MOST_S[part]:
        raise UnjaiError("sos_lasts_wrong", 422, most_s=MOST_S[part])
    return wished


CallState = Literal["ringing", "talking", "held", "ended"]
CALL_STATES: Final[tuple[CallState, ...]] = ("ringing", "talking", "held", "ended")
CallMove = Literal["answer", "hold", "resume", "end"]
Ended = Literal["desk", "point", "lost", "unanswered"]
ENDS: Final[tuple[Ended, ...]] = ("desk", "point", "lost", "unanswered")
"""Who or what ended a call: the centre, the point, a line that stayed cut, or nobody answered."""

RINGS: Final = timedelta(minutes=3)
LOST: Final = timedelta(seconds=45)
"""A side that is not heard of for so long is gone; a page that is opened again within it goes on talking."""
READY: Final = timedelta(seconds=30)
"""A point that was heard of within this can be talked to."""

_MOVES: Final[Mapping[tuple[CallState, CallMove], CallState]] = MappingProxyType(
    {
        ("ringing", "answer"): "talking",
        ("ringing", "end"): "ended",
        ("talking", "hold"): "held",
        ("talking", "end"): "ended",
        ("held", "resume"): "talking",
        ("held", "end"): "ended",
    }
)


def moved(state: CallState, move: CallMove) -> CallState:
    """Return the state after a move; raise `sos_call_move` (409) for one that is not in the table."""
    found = _MOVES.get((state, move))
    if found is None:
        raise UnjaiError("sos_call_over" if state == "ended" else "sos_call_move", 409, state=state)
    return found


@dataclass(frozen=True, kw_only=True, slots=True)
class Call:
    """A call as its clocks see it; who was last heard of when."""

    state: CallState
    began_by: Literal["point", "desk"]
    rang_at: datetime
    answered_at: datetime | None = None
    point_seen_at: datetime | None = None
    desk_seen_at: datetime | None = None


def over(call: Call, now: datetime) -> Ended | None:
    """Return why an open call is over by itself now, or None while it is not."""
    if call.state == "ringing":
        if now - call.rang_at >= RINGS:
            return "unanswered"
        caller = call.point_seen_at if call.began_by == "point" else call.desk_seen_at
        return "lost" if now - (caller or call.rang_at) >= LOST else None
    since = call.answered_at or call.rang_at
    gone = min(call.point_seen_at or since, call.desk_seen_at or since)
    return "lost" if now - max(gone, since) >= LOST else None
