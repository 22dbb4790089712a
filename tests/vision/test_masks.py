"""What is masked is black before anything looks, however the polygon was drawn."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unjai.model.errors import UnjaiError
from unjai.vision.masks import Masks, polygon, within
from unjai.vision.picture import ArrayPicture

CORNERS = st.lists(st.tuples(st.floats(-2, 3), st.floats(-2, 3)).map(list), min_size=3, max_size=8)


@settings(deadline=None)
@given(CORNERS)
def test_a_polygon_is_clipped_to_the_picture_or_refused(corners):
    try:
        read = polygon(corners)
    except UnjaiError as error:
        assert error.code in ("polygon_unreadable", "polygon_outside")  # noqa: PT017  it need not be refused
        return
    assert all(-1e-9 <= value <= 1 + 1e-9 for pair in read for value in pair)


@pytest.mark.parametrize(
    ("given_corners", "code"),
    [
        ("abc", "polygon_unreadable"),
        (None, "polygon_unreadable"),
        ([[0, 0], [1, 1]], "polygon_unreadable"),
        ([[0, 0], [1, 1], [0.5]], "polygon_unreadable"),
        ([[0, 0], [1, 1], [0.5, "x"]], "polygon_unreadable"),
        ([[0, 0], [1, 1], [float("nan"), 0]], "polygon_unreadable"),
        ([[0, 0], [1, 1], [True, 0]], "polygon_unreadable"),
        ([[0, 0], [0.5, 0.5], [1, 1]], "polygon_unreadable"),
        ([[0, 0]] * 500, "polygon_unreadable"),
        ([[2, 2], [3, 2], [3, 3]], "polygon_outside"),
    ],
)
def test_a_broken_mask_is_a_clear_error(given_corners, code):
    with pytest.raises(UnjaiError) as error:
        Masks([given_corners])
    assert error.value.code == code


def test_the_masked_half_is_black_at_every_size_and_the_rest_untouched():
    rgb = np.full((120, 160, 3), 200, np.uint8)
    picture = Masks([[[-1, -1], [0.5, -1], [0.5, 2], [-1, 2]]]).over(ArrayPicture(rgb))
    assert picture.size == (160, 120)
    assert not picture.rgb()[:, :80].any()
    assert (picture.rgb()[:, 84:] == 200).all()
    small = picture.grey((40, 30))
    assert not small[:, :20].any()
    assert (small[:, 22:] == 200).all()
    assert (rgb == 200).all(), "the caller's own picture stays"


def test_without_masks_the_picture_is_itself():
    picture = ArrayPicture(np.zeros((4, 4, 3), np.uint8))
    assert Masks().over(picture) is picture


@settings(deadline=None)
@given(st.floats(0.01, 0.99), st.floats(0.01, 0.99))
def test_a_point_is_inside_what_surrounds_it(x, y):
    around = polygon([[x - 0.01, y - 0.01], [x + 0.01, y - 0.01], [x + 0.01, y + 0.01], [x - 0.01, y + 0.01]])
    assert within(x, y, around)
    assert not within(x + 0.02, y, around)


@pytest.mark.parametrize("shape", [(4, 4), (4, 4, 4), (0, 4, 3)])
def test_only_a_colour_picture_is_a_picture(shape):
    with pytest.raises(ValueError, match="a picture is"):
        ArrayPicture(np.zeros(shape, np.uint8))
