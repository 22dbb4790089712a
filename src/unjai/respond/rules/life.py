"""The lives of an incident and of an assignment, as tables: what is not written here is refused."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Literal, get_args

from unjai.model.errors import UnjaiError

State = Literal["new", "acknowledged", "assigned", "en_route", "on_scene", "closed"]
Outcome = Literal["resolved", "false_alarm", "cancelled", "handed_over", "no_trace"]
Move = Literal[
    "acknowledge",
    "assign",
    "set_out",
    "arrive",
    "back_to_assigned",
    "back_to_en_route",
    "stand_down",
    "close",
    "drop",
    "reopen",
    "change",
    "merge",
]

OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)
STATES: tuple[State, ...] = get_args(State)
OPEN_STATES: tuple[State, ...] = ("new", "acknowledged", "assigned", "en_route", "on_scene")

DROPPING: frozenset[Outcome] = frozenset({"false_alarm", "cancelled"})
"""Outcomes that end an incident nobody has taken up yet; every other outcome needs someone who took it up."""

MOVES: Mapping[tuple[State, Move], State] = MappingProxyType(
    {
        ("new", "acknowledge"): "acknowledged",
        ("acknowledged", "assign"): "assigned",
        ("assigned", "assign"): "assigned",
        ("en_route", "assign"): "en_route",
        ("on_scene", "assign"): "on_scene",
        ("assigned", "set_out"): "en_route",
        ("en_route", "set_out"): "en_route",
        ("on_scene", "set_out"): "on_scene",
        ("en_route", "arrive"): "on_scene",
        ("on_scene", "arrive"): "on_scene",
        ("en_route", "back_to_assigned"): "assigned",
        ("on_scene", "back_to_assigned"): "assigned",
        ("on_scene", "back_to_en_route"): "en_route",
        ("assigned", "stand_down"): "acknowledged",
        ("en_route", "stand_down"): "acknowledged",
        ("on_scene", "stand_down"): "acknowledged",
        ("acknowledged", "close"): "closed",
        ("assigned", "close"): "closed",
        ("en_route", "close"): "closed",
        ("on_scene", "close"): "closed",
        ("new", "drop"): "closed",
        ("acknowledged", "drop"): "closed",
        ("assigned", "drop"): "closed",
        ("en_route", "drop"): "closed",
        ("on_scene", "drop"): "closed",
        ("closed", "reopen"): "acknowledged",
        **{(state, "change"): state for state in OPEN_STATES},
        **{(state, "merge"): "closed" for state in OPEN_STATES},
    }
)
"""`stand_down` and `back_to_…` follow when units leave an incident that goes on; `change` is anything that leaves the
state as it is (priority, split, offer); `merge` ends an incident in another."""


def moved(state: State, move: Move) -> State:
    """Return the state after `move`; raise `incident_move_illegal` (409) where the life does not allow it."""
    to = MOVES.get((state, move))
    if to is None:
        raise UnjaiError("incident_move_illegal", 409, state=state, move=move)
    return to


def close_move(outcome: Outcome) -> Move:
    """Return the move by which `outcome` closes an incident."""
    return "drop" if outcome in DROPPING else "close"


Step = Literal["offered", "accepted", "refused", "expired", "withdrawn", "en_route", "on_scene", "cleared"]
STEPS: tuple[Step, ...] = get_args(Step)
OPEN_STEPS: tuple[Step, ...] = ("offered", "accepted", "en_route", "on_scene")
ANSWERED_STEPS: tuple[Step, ...] = ("accepted", "en_route", "on_scene")

STEPS_AFTER: Mapping[Step, frozenset[Step]] = MappingProxyType(
    {
        "offered": frozenset({"accepted", "refused", "expired", "withdrawn"}),
        "accepted": frozenset({"en_route", "withdrawn"}),
        "en_route": frozenset({"on_scene", "withdrawn"}),
        "on_scene": frozenset({"cleared", "withdrawn"}),
        "refused": frozenset(),
        "expired": frozenset(),
        "withdrawn": frozenset(),
        "cleared": frozenset(),
    }
)


def stepped(step: Step, to: Step) -> Step:
    """Return `to`; raise `assignment_move_illegal` (409), or `offer_gone` (409) for an answer that comes too late."""
    if to in STEPS_AFTER[step]:
        return to
    if to in ("accepted", "refused") and step in ("expired", "withdrawn", "refused", "accepted"):
        raise UnjaiError("offer_gone", 409, state=step)
    raise UnjaiError("assignment_move_illegal", 409, state=step, to=to)


_STATE_OF_STEP: Mapping[Step, State] = MappingProxyType(
    {"accepted": "assigned", "en_route": "en_route", "on_scene": "on_scene"}
)


_BACK: Mapping[State, Move] = MappingProxyType(
    {"acknowledged": "stand_down", "assigned": "back_to_assigned", "en_route": "back_to_en_route"}
)


def fallen_back(state: State, steps: Iterable[Step]) -> Move | None:
    """Return the move that follows when units left an incident and `steps` remain; None where nothing changes."""
    left = worked(steps)
    if state in ("new", "closed") or STATES.index(left) >= STATES.index(state):
        return None
    return _BACK[left]


def passed(step: Step, to: Step) -> bool:
    """Tell whether an assignment is already at or beyond `to`: a phone's repeated answer, which changes nothing."""
    chain: tuple[Step, ...] = ("offered", "accepted", "en_route", "on_scene", "cleared")
    return step == to or (step in chain and to in chain and chain.index(step) >= chain.index(to))


def worked(steps: Iterable[Step]) -> State:
    """Return the state that an incident's assignments put it in: the furthest of them; none means acknowledged."""
    states = [_STATE_OF_STEP[step] for step in steps if step in _STATE_OF_STEP]
    return max(states, key=STATES.index, default="acknowledged")
