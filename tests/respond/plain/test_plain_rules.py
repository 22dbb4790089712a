"""The life of plain reports under a line that doubles, delays and reorders; likeness, numbers, words that hurry."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import NIGHT
from unjai.model.errors import UnjaiError
from unjai.model.geometry import Point
from unjai.respond.plain.rules import life
from unjai.respond.plain.rules.alike import Telling, alike, same_words
from unjai.respond.plain.rules.kinds import PROMISE, hurries
from unjai.respond.plain.rules.number import SIGNS, number_of
from unjai.respond.plain.rules.photo import clean

DAYS = 14
WORDS = st.lists(st.sampled_from(["more", "not_fixed", "fixed"]), min_size=1, max_size=6)
STANDS = st.sampled_from(
    [
        life.Stand(),
        life.Stand(state="taken"),
        life.Stand(state="waiting"),
        life.Stand(state="answered", answered_at=NIGHT),
        life.Stand(state="reopened", answered_at=NIGHT, reopened=1),
        life.Stand(state="closed", answered_at=NIGHT, closed_at=NIGHT, closed_why="lapsed"),
    ]
)


def _heard(stand, words):
    for no, say in words:
        stand = life.heard(stand, say, no, NIGHT + timedelta(hours=1), DAYS)
    return stand


@given(STANDS, WORDS, st.randoms(use_true_random=False))
def test_words_doubled_and_out_of_order_leave_it_as_open_as_in_order(stand, said, dice):
    """The newest word decides, whatever came before it and how often."""
    numbered = list(enumerate(said, 1))
    muddled = numbered * 2
    dice.shuffle(muddled)
    assert _heard(stand, muddled).open == _heard(stand, numbered).open


@given(STANDS, WORDS)
def test_who_says_last_that_it_is_not_mended_finds_it_open(stand, said):
    after = _heard(stand, [*enumerate(said, 1), (len(said) + 1, "not_fixed")])
    assert after.open
    closed = _heard(after, [(len(said) + 2, "fixed")])
    assert (closed.state, closed.closed_why) == ("closed", "fixed")


@given(STANDS, WORDS)
def test_a_further_word_alone_changes_nothing(stand, said):
    after = _heard(stand, enumerate(said, 1))
    assert life.heard(after, "more", 99, NIGHT, DAYS) is after


@given(
    STANDS, st.lists(st.sampled_from(["new", "taken", "waiting", "answer", "fixed", "not_fixed", "lapse"]), max_size=12)
)
def test_it_is_always_somewhere_and_closed_only_by_its_reporter_or_by_time(stand, acts):
    refused = []
    for no, act in enumerate(acts, 1):
        before, at = stand, NIGHT + timedelta(hours=no)
        try:
            if act in ("new", "taken", "waiting"):
                stand = life.moved(stand, act)
            elif act == "answer":
                stand = life.answered(stand, at)
            elif act == "lapse":
                stand = life.lapsed(stand, at, DAYS)
            else:
                stand = life.heard(stand, act, no, at, DAYS)
        except UnjaiError as error:
            refused.append((error.code, before.state))
            continue
        assert (stand.state == "closed") == (stand.closed_why != "") == (stand.closed_at is not None)
        if stand.state == "closed" and before.state != "closed":
            assert act in ("fixed", "lapse")
        assert stand.reopened >= before.reopened
    assert set(refused) <= {("plain_closed", "closed")}


def test_back_to_new_is_reopened_where_it_was_that():
    again = life.Stand(state="taken", reopened=1, answered_at=NIGHT)
    assert life.moved(again, "new").state == "reopened"
    assert life.moved(replace(again, reopened=0), "new").state == "new"


def test_the_days_for_not_fixed_end_and_a_word_said_in_time_counts_when_it_comes_late():
    answered = life.Stand(state="answered", answered_at=NIGHT)
    late = NIGHT + timedelta(days=DAYS, hours=3)
    with pytest.raises(UnjaiError) as refused:
        life.heard(answered, "not_fixed", 1, life.said_at(None, late, answered), DAYS)
    assert (refused.value.code, refused.value.facts["days"]) == ("plain_reopen_over", DAYS)
    said = life.said_at(NIGHT + timedelta(days=1), late, answered)
    assert life.heard(answered, "not_fixed", 1, said, DAYS).state == "reopened"


@given(st.integers(-(10**6), 10**6))
def test_a_wrong_clock_never_tells_of_what_is_not_yet(hours):
    answered = life.Stand(state="answered", answered_at=NIGHT)
    now = NIGHT + timedelta(days=3)
    assert NIGHT <= life.said_at(NIGHT + timedelta(hours=hours), now, answered) <= now


def test_an_answer_lapses_only_after_its_days():
    answered = life.Stand(state="answered", answered_at=NIGHT)
    assert life.lapsed(answered, NIGHT + timedelta(days=DAYS), DAYS) is answered
    assert life.lapsed(answered, NIGHT + timedelta(days=DAYS, seconds=1), DAYS).closed_why == "lapsed"


@given(st.uuids(), st.integers(0, 20))
def test_a_number_is_short_and_reads_one_way(key, attempt):
    number = number_of(key, attempt)
    assert number == number_of(key, attempt)
    assert number.startswith("R-")
    assert len(number) in (6, 7)
    assert set(number[2:]) <= set(SIGNS)
    assert not set(SIGNS) & set("0OI1LSZB")


def test_numbers_of_one_report_differ_so_that_a_taken_one_is_got_round():
    assert len({number_of(UUID(int=7), attempt) for attempt in range(24)}) > 20


def _told(key, text="", at=None, kind="light", photos=()):
    return Telling(id=UUID(int=key), kind=kind, text=text, at=NIGHT, point=at, photos=frozenset(photos))


def test_alike_is_near_and_of_a_kind_or_the_same_photograph_or_the_same_words():
    here, there = Point(lon=99.0, lat=18.8), Point(lon=99.0004, lat=18.8)
    one = _told(1, "ไฟดับทั้งซอย หน้าวัด", here, photos=["a"])
    others = [
        _told(2, at=there),
        _told(3, at=there, kind="noise"),
        _told(4, at=Point(lon=99.01, lat=18.8)),
        _told(5, kind="rubbish", photos=["a"]),
        _told(6, "ไฟดับทั้งซอย หน้าวัดค่ะ"),
        _told(7, "ขอบคุณมาก"),
        one,
    ]
    assert [(each.id.int, each.why) for each in alike(one, others)] == [(5, "photo"), (2, "near"), (6, "words")]
    old = replace(others[0], at=NIGHT - timedelta(days=40))
    assert alike(one, [old]) == []


@given(st.text(max_size=80))
def test_the_same_words_are_the_same_and_no_words_never_are(text):
    assert same_words(f"ไฟดับ{text}", f"ไฟดับ{text}")
    assert not same_words("", text)


@pytest.mark.parametrize(
    "text",
    [
        "ไฟดับ แล้วมีคนถือมีดเดินอยู่",
        "ช่วย ด้วย ค่ะ",
        "wires down, FIRE under the pole",
        "he has a gun",
        "救命!",
        "สายไฟขาดพาดถนน",
        "ไฟไหม้กองขยะ",
    ],
)
def test_words_that_hurry_are_seen_in_any_writing(text):
    assert hurries(text)


@pytest.mark.parametrize("text", ["", "ไฟดับหน้าบ้าน มืดมาก", "ขยะเต็มถัง", "loud music every night", "street light out"])
def test_plain_words_do_not_hurry(text):
    assert not hurries(text)


def test_every_kind_has_a_promise():
    assert all(timedelta(hours=1) <= one <= timedelta(days=4) for one in PROMISE.values())


@given(st.binary(max_size=200))
def test_junk_is_no_photograph(body):
    with pytest.raises(UnjaiError) as refused:
        clean(body)
    assert refused.value.code in {"plain_photo_kind", "attachment_damaged"}
