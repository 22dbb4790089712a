"""What becomes of a siren and of a call: pure decisions."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unjai.model.errors import UnjaiError
from unjai.sos import rules
from unjai.sos.rules import Action, Call

AT = datetime(2026, 11, 21, 18, 0, tzinfo=UTC)


def s(seconds: float) -> datetime:
    return AT + timedelta(seconds=seconds)


def test_a_command_is_sent_at_once_again_while_unanswered_and_given_up():
    assert rules.due(Action(state="asked", lasts_s=30, asked_at=AT), AT) == "send"
    sent = Action(state="sent", lasts_s=30, asked_at=AT, last_sent_at=AT)
    assert rules.due(sent, s(1.9)) is None
    assert rules.due(sent, s(2)) == "send"
    assert rules.due(sent, s(9.9)) == "send"
    assert rules.due(sent, s(10)) == "unanswered"


def test_an_acknowledged_siren_waits_for_its_end_and_says_when_it_was_not_heard():
    on = Action(state="on", lasts_s=30, asked_at=AT, last_sent_at=AT, answered_at=s(1))
    assert rules.due(on, s(30)) is None
    assert rules.due(on, s(40.9)) is None
    assert rules.due(on, s(41)) == "unended"


def test_a_stop_is_sent_at_once_even_right_after_the_command():
    told = Action(state="on", lasts_s=30, asked_at=AT, answered_at=s(1), stop_asked_at=s(1.5))
    assert rules.due(told, s(1.5)) == "send"
    again = Action(state="on", lasts_s=30, asked_at=AT, last_sent_at=s(1.5), answered_at=s(1), stop_asked_at=s(1.5))
    assert rules.due(again, s(2)) is None
    assert rules.due(again, s(3.5)) == "send"
    assert rules.due(again, s(11.5)) == "unended"


@pytest.mark.parametrize("state", ["done", "refused", "unanswered", "unended"])
def test_what_is_over_is_never_sent(state):
    over = Action(state=state, lasts_s=30, asked_at=AT, last_sent_at=AT, answered_at=AT)
    assert rules.due(over, s(1000)) is None


@given(words=st.lists(st.sampled_from(["on", "done", "refused"]), max_size=8))
def test_however_a_point_repeats_itself_each_word_counts_once_and_the_end_stays_the_end(words):
    state, seen = "sent", ["sent"]
    for word in words:
        moved = rules.heard(state, word)
        if moved is not None:
            state = moved
            seen.append(state)
    assert all(one != other for one, other in pairwise(seen))
    assert seen.count("on") <= 1
    if "done" in seen or "refused" in seen:
        assert seen[-1] in ("done", "refused")


def test_a_late_word_of_a_point_counts_since_the_siren_does_sound():
    assert rules.heard("unanswered", "on") == "on"
    assert rules.heard("unended", "done") == "done"
    assert rules.heard("done", "on") is None


@pytest.mark.parametrize(("part", "lasts_s"), [("siren", 0), ("siren", 121), ("light", 901), ("light", -1)])
def test_no_siren_for_ever(part, lasts_s):
    with pytest.raises(UnjaiError, match="sos_lasts_wrong"):
        rules.lasting(part, lasts_s)
    assert rules.lasting(part, None) == rules.LASTS_S[part]


def test_a_call_goes_by_its_table():
    assert rules.moved("ringing", "answer") == "talking"
    assert rules.moved(rules.moved("talking", "hold"), "resume") == "talking"
    assert rules.moved("held", "end") == "ended"
    for state, move in (("ringing", "hold"), ("held", "answer"), ("ended", "answer"), ("talking", "resume")):
        with pytest.raises(UnjaiError):
            rules.moved(state, move)


def test_a_call_nobody_answers_ends_and_one_whose_page_is_gone_too():
    rings = Call(state="ringing", began_by="point", rang_at=AT, point_seen_at=s(170))
    assert rules.over(rings, s(179)) is None
    assert rules.over(rings, s(180)) == "unanswered"
    gone = Call(state="ringing", began_by="point", rang_at=AT, point_seen_at=s(5))
    assert rules.over(gone, s(49.9)) is None
    assert rules.over(gone, s(50)) == "lost"


@given(point=st.floats(0, 500), desk=st.floats(0, 500), now=st.floats(0, 1000))
def test_a_talk_lives_as_long_as_both_ends_are_heard_of(point, desk, now):
    call = Call(
        state="talking", began_by="point", rang_at=AT, answered_at=AT, point_seen_at=s(point), desk_seen_at=s(desk)
    )
    silent = (s(now) - min(s(point), s(desk))).total_seconds()
    assert rules.over(call, s(now)) == ("lost" if silent >= 45 else None)
