"""Many looks at one plate."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from unjai.vision.plates import Reading, Sighting, Vote, read_of
from unjai.vision.plates.heads import NO_PLACE
from unjai.vision.plates.reader import agreed
from unjai.vision.plates.vote import NARROW_PX, SURE, pooled

QUAD = ((0.0, 0.0), (120.0, 0.0), (120.0, 50.0), (0.0, 50.0))
NAMES = st.sampled_from(["กข1234", "กข1284", "ขข1234", "1กข9"])
SHARES = st.lists(st.tuples(NAMES, st.floats(0.001, 0.99)), min_size=0, max_size=4, unique_by=lambda one: one[0])


def look(*shares, place=0, width=120.0):
    places = np.full(NO_PLACE + 1, 0.1 / NO_PLACE, np.float32)
    places[place] = 0.9
    ordered = tuple(sorted(shares, key=lambda one: -one[1]))
    glyphs = (ordered[0][1],) * len(ordered[0][0]) if ordered else ()
    return Sighting(reading=Reading(shares=ordered, glyphs=glyphs, places=places), quad=QUAD, width_px=width)


def test_frames_that_agree_are_counted_and_make_nothing_surer():
    one = read_of([look(("กข1234", 0.8), ("กข1284", 0.1))])
    many = read_of([look(("กข1234", 0.8), ("กข1284", 0.1))] * 5)
    assert one.confidence == pytest.approx(0.8)
    assert many.confidence == pytest.approx(0.8, abs=0.01)
    assert (one.frames, many.frames) == (1, 5)


def test_a_frame_that_mumbles_takes_nothing_from_one_that_speaks():
    assert read_of([look(("กข1234", 0.9)), look(("ขข9", 0.2)), look()]).registration == "กข1234"
    assert read_of([look(("กข1234", 0.9)), look(("ขข9", 0.2))]).frames == 1
    assert read_of([look(("กข1234", 0.9)), look(("กข1284", 0.6))]).confidence < 0.6


def test_frames_that_contradict_each_other_say_nothing():
    assert read_of([look(("กข1234", 0.8)), look(("ขข9999", 0.8))]).registration is None


def test_the_second_guess_of_each_wins_over_two_different_first_ones():
    found = read_of([look(("กข1284", 0.5), ("กข1234", 0.45)), look(("ขข1234", 0.5), ("กข1234", 0.45))])
    assert found.alternatives[0][0] == "กข1234"


def test_narrow_plates_are_told_only_when_all_but_certain():
    assert read_of([look(("กข1234", 0.9), width=NARROW_PX - 1)]).registration is None
    assert read_of([look(("กข1234", 0.9), width=NARROW_PX)]).registration == "กข1234"


def test_an_unreadable_plate_names_no_province_and_a_plate_without_one_neither():
    assert read_of([look(("กข1234", SURE - 0.1))]).province is None
    assert read_of([look(("กข1234", 0.99), place=NO_PLACE)]).province is None
    assert read_of([look(("กข1234", 0.99), place=0)]).province == "10"


@given(st.lists(SHARES, min_size=1, max_size=6), st.floats(0.0, 1.0))
def test_pooling_keeps_shares_shares(piles, alike):
    scaled = [[(name, share / max(1.0, sum(s for _, s in pile))) for name, share in pile] for pile in piles]
    found = pooled([look(*pile).reading for pile in scaled], alike=alike)
    assert all(0 <= share <= 1 for _, share in found.shares)
    assert sum(share for _, share in found.shares) <= 1 + 1e-6
    assert [share for _, share in found.shares] == sorted((share for _, share in found.shares), reverse=True)


@given(st.permutations([look(("กข1234", 0.6)), look(("กข1284", 0.5)), look(("กข1234", 0.3), ("กข1284", 0.2))]))
def test_the_order_of_frames_does_not_matter(frames):
    first = read_of(frames)
    assert first.alternatives[0][0] == "กข1234"


def test_a_vote_keeps_the_surest_frames():
    vote = Vote(most=3)
    for share in (0.1, 0.9, 0.2, 0.8, 0.85):
        vote.add(look(("กข1234", share)))
    assert vote.frames == 5
    assert vote.agreeing == 3
    assert vote.read().registration == "กข1234"
    with pytest.raises(ValueError, match="no frame"):
        Vote().read()


def test_views_that_mumble_count_for_nothing_and_one_that_contradicts_counts():
    clear = look(("กข1234", 0.9)).reading
    mumbled, backing, against = (look(one).reading for one in (("ข1", 0.2), ("กข1234", 0.7), ("กข1284", 0.85)))
    assert agreed([mumbled, clear]).best == ("กข1234", pytest.approx(0.9))
    assert agreed([clear, backing, mumbled]).best[1] >= 0.9
    assert agreed([clear, clear, clear]).best[1] > 0.93
    assert agreed([clear, against]).best[1] < SURE


@pytest.mark.parametrize("text", ["1", "กขคง1", "12กข999", "กข0123", "1กข0", "00000000", "รักเมือง"])
def test_what_no_plate_says_is_never_told_however_sure_it_looks(text):
    read = read_of([look((text, 0.999))] * 4)
    assert read.registration is None
    assert read.province is None
    assert read.alternatives[0][0] == text


@pytest.mark.parametrize("text", ["ฝ596", "12345", "1กข2", "กข2"])
def test_rare_forms_are_told_only_when_all_but_sure(text):
    assert read_of([look((text, 0.85))]).registration is None
    assert read_of([look((text, 0.95))]).registration == text


def test_what_is_rare_twice_must_be_surer_still():
    assert read_of([look(("ศ4", 0.96))]).registration is None
    assert read_of([look(("ศ4", 0.98))]).registration == "ศ4"


def test_a_number_of_one_digit_needs_its_place_half_a_plate_has_half_of_one():
    assert read_of([look(("1กข2", 0.99), place=NO_PLACE)]).registration is None
    assert read_of([look(("1กข25", 0.99), place=NO_PLACE)]).registration == "1กข25"


def test_lorries_numbers_may_begin_with_nought():
    assert read_of([look(("70-0123", 0.9))]).registration == "70-0123"
