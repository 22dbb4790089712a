"""The lives of an incident and of an assignment."""

import itertools
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unjai.model.errors import UnjaiError
from unjai.respond.rules.life import (
    DROPPING,
    MOVES,
    OPEN_STATES,
    OPEN_STEPS,
    OUTCOMES,
    STATES,
    STEPS,
    STEPS_AFTER,
    Move,
    close_move,
    fallen_back,
    moved,
    passed,
    stepped,
    worked,
)

ALL_MOVES = get_args(Move)


def test_the_whole_way():
    state = "new"
    for move, to in [
        ("acknowledge", "acknowledged"),
        ("assign", "assigned"),
        ("set_out", "en_route"),
        ("arrive", "on_scene"),
        ("close", "closed"),
        ("reopen", "acknowledged"),
    ]:
        state = moved(state, move)
        assert state == to


@pytest.mark.parametrize(("state", "move"), sorted(set(itertools.product(STATES, ALL_MOVES)) - set(MOVES)))
def test_what_is_not_in_the_table_is_refused(state, move):
    with pytest.raises(UnjaiError) as refused:
        moved(state, move)
    assert (refused.value.code, refused.value.status) == ("incident_move_illegal", 409)
    assert refused.value.facts == {"state": state, "move": move}


@pytest.mark.parametrize(
    ("state", "move"),
    [("new", "assign"), ("new", "close"), ("acknowledged", "acknowledge"), ("closed", "close"), ("closed", "assign")],
)
def test_the_moves_that_must_never_be(state, move):
    assert (state, move) not in MOVES


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_a_new_incident_ends_only_as_false_alarm_or_cancelled(outcome):
    legal = ("new", close_move(outcome)) in MOVES
    assert legal is (outcome in DROPPING)
    for state in set(OPEN_STATES) - {"new"}:
        assert moved(state, close_move(outcome)) == "closed"


@given(st.lists(st.sampled_from(ALL_MOVES), max_size=30))
def test_no_chain_of_moves_leaves_the_table(chain):
    state = "new"
    for move in chain:
        if (state, move) in MOVES:
            state = moved(state, move)
        assert state in STATES


def test_an_assignment_goes_its_way_step_by_step():
    step = "offered"
    for to in ("accepted", "en_route", "on_scene", "cleared"):
        step = stepped(step, to)
    assert STEPS_AFTER[step] == frozenset()


@pytest.mark.parametrize(("step", "to"), [(a, b) for a in STEPS for b in STEPS if b not in STEPS_AFTER[a]])
def test_other_steps_are_refused(step, to):
    with pytest.raises(UnjaiError) as refused:
        stepped(step, to)
    assert refused.value.status == 409
    late = to in ("accepted", "refused") and step in ("expired", "withdrawn", "refused", "accepted")
    assert refused.value.code == ("offer_gone" if late else "assignment_move_illegal")


@given(st.lists(st.sampled_from(STEPS), max_size=6))
def test_the_incident_is_as_far_as_its_furthest_unit(steps):
    state = worked(steps)
    if "on_scene" in steps:
        assert state == "on_scene"
    elif "en_route" in steps:
        assert state == "en_route"
    elif "accepted" in steps:
        assert state == "assigned"
    else:
        assert state == "acknowledged"


@given(st.sampled_from(STATES), st.lists(st.sampled_from(OPEN_STEPS), max_size=4))
def test_falling_back_is_always_a_legal_move_to_what_the_rest_does(state, steps):
    move = fallen_back(state, steps)
    if move is not None:
        assert moved(state, move) == worked(steps)
    elif state not in ("new", "closed"):
        assert STATES.index(worked(steps)) >= STATES.index(state)


def test_a_repeated_answer_is_known():
    assert passed("accepted", "accepted")
    assert passed("on_scene", "accepted")
    assert not passed("offered", "accepted")
    assert not passed("expired", "accepted")
    assert not passed("accepted", "en_route")
