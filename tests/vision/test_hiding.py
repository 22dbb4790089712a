"""What is hidden, when, and that nothing of it can be got back."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unjai.vision.box import Box
from unjai.vision.hiding import CELLS, STYLES, head_region, hide, regions_of, squares_of, through_time

SIZE = (320, 240)


@st.composite
def boxes(draw):
    x, y = draw(st.floats(-20, 300)), draw(st.floats(-20, 220))
    return Box(x, y, x + draw(st.floats(2, 120)), y + draw(st.floats(2, 120)))


looks = st.dictionaries(st.integers(0, 40), st.lists(boxes(), max_size=4), max_size=12)


def covers(regions, box):
    return any(one.x0 <= box.x0 and one.y0 <= box.y0 and one.x1 >= box.x1 and one.y1 >= box.y1 for one in regions)


@given(looks, st.integers(1, 8), st.integers(1, 30))
def test_what_was_found_is_hidden_before_and_after_it_whatever_else_was_found(found, hold, bridge):
    hidden = through_time(found, 41, hold=hold, bridge=bridge)
    for number, regions in found.items():
        for box in regions:
            for near in range(max(0, number - hold), min(41, number + hold + 1)):
                assert covers(hidden[near], box), (number, near)


def test_what_is_lost_and_found_again_is_hidden_between():
    there, later = Box(100, 50, 130, 90), Box(124, 50, 154, 90)
    hidden = through_time({0: [there], 20: [later]}, 30, hold=2, bridge=25)
    for number in range(21):
        middle = 112 + number * 24 / 20  # its way, straight
        assert any(one.contains(middle + 3, 70) for one in hidden[number]), number
    assert not through_time({0: [there], 20: [later]}, 30, hold=2, bridge=10)[10], "too long a time to be sure"
    far = through_time({0: [there], 20: [Box(5, 200, 35, 239)]}, 30, hold=2, bridge=25)
    assert not far[10], "another one, elsewhere"


@given(st.lists(boxes(), max_size=4), st.sampled_from(STYLES), st.integers(0, 2**32 - 1))
@settings(max_examples=40)
def test_nothing_outside_is_touched_and_nothing_inside_stays(regions, style, seed):
    picture = np.random.default_rng(seed).integers(0, 256, (SIZE[1], SIZE[0], 3), np.uint8)
    before = picture.copy()
    out = hide(picture, regions, style)
    assert (picture == before).all(), "the picture itself is its owner's"
    inside = np.zeros(picture.shape[:2], np.bool_)
    for one in regions:
        box = one.clipped(*SIZE)
        if box.width > 0 and box.height > 0:
            inside[int(np.floor(box.y0)) : int(np.ceil(box.y1)), int(np.floor(box.x0)) : int(np.ceil(box.x1))] = True
    assert (out[~inside] == picture[~inside]).all()
    if style == "solid" and inside.any():
        assert len(np.unique(out[inside].reshape(-1, 3), axis=0)) == 1


@given(st.integers(0, 2**32 - 1), st.integers(8, 30))
@settings(max_examples=30)
def test_two_faces_of_the_same_sixteen_colours_become_the_same(seed, cell):
    """Irreversible: what is inside a cell of the mosaic has no influence but by its mean."""
    side = cell * CELLS
    random = np.random.default_rng(seed)
    one = random.integers(40, 216, (side, side, 3)).astype(np.int16)
    other = one.copy()
    for y in range(0, side, cell):
        for x in range(0, side, cell):
            part = other[y : y + cell, x : x + cell].reshape(-1, 3)
            other[y : y + cell, x : x + cell] = random.permutation(part).reshape(cell, cell, 3)
    whole = [Box(0, 0, side, side)]
    first, second = (hide(picture.astype(np.uint8), whole) for picture in (one, other))
    assert (first == second).all()
    assert (one != other).any()


def test_a_head_is_hidden_where_no_face_is_found_and_not_twice():
    walking = Box(100, 60, 140, 180)
    head = head_region(walking, *SIZE)
    assert head.contains(120, 70)
    assert head.y1 < 100
    crouching = head_region(Box(100, 60, 180, 140), *SIZE)
    assert crouching.y1 == 100
    assert len(regions_of([], [walking], SIZE)) == 1
    assert len(regions_of([Box(90, 40, 150, 110)], [walking], SIZE)) == 1, "a large face covers it"
    assert len(regions_of([Box(10, 10, 30, 40)], [walking], SIZE)) == 2


@pytest.mark.parametrize("size", [(640, 360), (1280, 720), (1920, 1080), (360, 640), (300, 300)])
def test_squares_cover_the_whole_picture(size):
    seen = np.zeros((size[1], size[0]), np.bool_)
    for x0, y0, x1, y1 in [*squares_of(*size)] or [(0, 0, *size)]:
        assert 0 <= x0 < x1 <= size[0]
        assert 0 <= y0 < y1 <= size[1]
        assert x1 - x0 == y1 - y0
        seen[y0:y1, x0:x1] = True
    assert seen.all()
