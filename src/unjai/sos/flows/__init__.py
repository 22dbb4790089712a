"""The stories of the points: sirens and lights, and calls."""

from unjai.sos.flows.actions import ask_part, command_subject, send_due, stop_part, take_answers
from unjai.sos.flows.calls import (
    Who,
    answer,
    beat,
    call_point,
    desk_seen,
    end,
    hang_up,
    hold,
    leave,
    picked_up,
    resume,
    ring,
    tend,
)
from unjai.sos.flows.keeping import forget

__all__ = [
    "Who",
    "answer",
    "ask_part",
    "beat",
    "call_point",
    "command_subject",
    "desk_seen",
    "end",
    "forget",
    "hang_up",
    "hold",
    "leave",
    "picked_up",
    "resume",
    "ring",
    "send_due",
    "stop_part",
    "take_answers",
    "tend",
]
