"""The finder of faces: its decoding against the plain way, its model, and real faces on a real clip."""

import math

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from tests.conftest import shared_data
from unjai.model.errors import UnjaiError
from unjai.vision.faces import CELL, FaceFinder, decoded

FACE_AT = 855
"""A picture of the clip in which a visitor looks toward the camera."""
anything = st.floats(width=32, allow_nan=True, allow_infinity=True)
_ROWS, _COLUMNS = 3, 4


def outputs(channels, values):
    return arrays.arrays(np.float32, (1, channels, _ROWS, _COLUMNS), elements=values)


@given(
    outputs(1, st.floats(0, 1, width=32)),
    outputs(2, st.floats(-3, 3, width=32)),
    outputs(2, st.floats(-1, 1, width=32)),
    st.floats(0.05, 0.95),
)
def test_every_sure_cell_is_a_box_where_the_paper_says(heat, size, offset, threshold):
    boxes, scores = decoded(heat, size, offset, threshold=threshold)
    wanted = []
    for row in range(_ROWS):
        for column in range(_COLUMNS):
            if heat[0, 0, row, column] >= threshold:
                high, wide = (math.exp(size[0, side, row, column]) * CELL for side in (0, 1))
                y = (row + offset[0, 0, row, column] + 0.5) * CELL
                x = (column + offset[0, 1, row, column] + 0.5) * CELL
                wanted.append((x - wide / 2, y - high / 2, x + wide / 2, y + high / 2, heat[0, 0, row, column]))
    assert len(boxes) == len(scores) == len(wanted)
    for box, score, told in zip(boxes, scores, wanted, strict=True):
        assert [*box, score] == pytest.approx(told, rel=1e-4, abs=1e-3)


@given(outputs(1, anything), outputs(2, anything), outputs(2, anything))
def test_whatever_a_broken_model_says_boxes_are_finite(heat, size, offset):
    boxes, scores = decoded(heat, size, offset, threshold=0.2)
    assert np.isfinite(boxes).all()
    assert np.isfinite(scores).all()
    assert (boxes[:, 2:] >= boxes[:, :2]).all()


def test_outputs_of_another_shape_are_refused():
    with pytest.raises(ValueError, match="outputs of"):
        decoded(np.zeros((1, 1, 4, 4)), np.zeros((1, 2, 4, 5)), np.zeros((1, 2, 4, 4)), threshold=0.2)


def test_a_file_that_is_no_such_model_has_words(tmp_path, model):
    (tmp_path / "no.onnx").write_bytes(b"nothing")
    for file in (tmp_path / "no.onnx", model):  # the detector is a model, and another one
        with pytest.raises(UnjaiError, match="face_model_unreadable"):
            FaceFinder(file)


@pytest.mark.parametrize("size", [(1, 1), (5, 700), (33, 31), (640, 360)])
def test_a_picture_of_any_size_is_looked_at(faces, size):
    picture = np.random.default_rng(7).integers(0, 255, (size[1], size[0], 3), np.uint8)
    for face in faces.find(picture):
        assert 0 <= face.box.x0 < face.box.x1 <= size[0]
        assert 0 <= face.box.y0 < face.box.y1 <= size[1]


def test_a_real_face_is_found_wherever_the_picture_ends(faces):
    with av.open(shared_data("video/one-by-one-person-detection.mp4")) as film:
        rgb = next(one.to_ndarray(format="rgb24") for n, one in enumerate(film.decode(video=0)) if n == FACE_AT)
    (best, *_) = faces.find(rgb)
    assert best.score > 0.4
    assert best.box.x0 < 609 < best.box.x1
    assert best.box.y0 < 96 < best.box.y1
    moved = faces.find(rgb[20:, 100:])[0]
    assert (moved.box.x0 + 100, moved.box.y0 + 20) == pytest.approx((best.box.x0, best.box.y0), abs=4)
