"""Lines of text to places of plates."""

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from unjai.vision.plates.edges import lines_by_edges
from unjai.vision.plates.lines import Line, lines_of
from unjai.vision.plates.places import MOST, corners, joined, places, straightened

LINES = st.builds(
    Line,
    st.floats(0, 2000),
    st.floats(0, 2000),
    st.floats(4, 900),
    st.floats(4, 300),
    st.floats(-90, 90),
    st.floats(0.5, 1),
)


@given(st.lists(LINES, max_size=14))
def test_any_lines_give_at_most_so_many_places(lines):
    found = places(lines)
    assert len(found) <= MOST
    assert all(len(view) == 4 for place in found for view in place.views)
    assert all(np.isfinite(np.asarray(place.views)).all() for place in found)


def test_letters_and_number_found_apart_are_one_plate_too():
    letters, number = Line(100, 50, 60, 40, 0, 1), Line(190, 52, 100, 40, 0, 1)
    widths = [place.width_px for place in places([letters, number])]
    assert max(widths) == pytest.approx(1.12 * (240 - 70), rel=0.02)


def test_first_and_last_line_of_a_motorcycle_are_one_plate():
    first, last = Line(100, 40, 70, 30, 3, 1), Line(97, 98, 80, 34, 3, 1)
    tallest = max(corner[1] for place in places([first, last]) for corner in place.views[0])
    assert any(
        min(corner[1] for corner in place.views[0]) < 25 and max(corner[1] for corner in place.views[0]) > 115
        for place in places([first, last])
    ), tallest


@given(LINES, LINES)
def test_what_is_joined_holds_both(one, other):
    whole = np.asarray(corners(joined(one, other), 0.001, 0.001, 0.001), np.float32)
    for line in (one, other):
        for corner in corners(line, 0, 0, 0):
            assert cv2.pointPolygonTest(whole, corner, True) > -0.5


@given(st.floats(-35, 35), st.floats(40, 200), st.floats(12, 40))
def test_a_turned_bar_is_found_as_it_stands(degrees, wide, tall):
    shares = np.zeros((400, 500), np.float32)
    wide = max(wide, 2.5 * tall)
    box = cv2.boxPoints(((250, 200), (wide, tall), degrees)).astype(np.int32)
    cv2.fillPoly(shares, [box], 1.0)
    (line,) = lines_of(shares, (2.0, 2.0))
    assert line.degrees == pytest.approx(degrees, abs=3)
    assert (line.x, line.y) == (pytest.approx(500, abs=4), pytest.approx(400, abs=4))
    assert line.wide > 2 * wide


def test_straightening_brings_a_turned_plate_upright():
    picture = np.zeros((200, 300), np.uint8)
    line = Line(150, 100, 120, 40, 20, 1)
    cv2.fillPoly(picture, [np.asarray(corners(line, 0, 0, 0), np.int32)], 255)
    made = straightened(picture, corners(line, 0, 0, 0))
    assert made.shape == (40, 120)
    assert made.mean() > 240


def test_a_row_of_strokes_is_found_by_its_edges():
    picture = np.full((300, 500), 200, np.uint8)
    for n in range(7):
        cv2.putText(picture, "8", (150 + 28 * n, 180), cv2.FONT_HERSHEY_SIMPLEX, 1.4, 20, 4)
    found = lines_by_edges(picture)
    assert any(abs(one.x - 247) < 25 and abs(one.y - 166) < 15 and 150 < one.wide < 260 for one in found)


@given(st.integers(1, 40), st.integers(1, 60), st.integers(0, 255))
def test_a_plain_picture_of_any_size_has_no_edges(rows, columns, level):
    assert lines_by_edges(np.full((rows, columns), level, np.uint8)) == []


def test_nothing_marked_is_no_line():
    assert lines_of(np.zeros((64, 64), np.float32), (1, 1)) == []
