"""Health on pictures of a real square, spoilt as life spoils them; and no alarm where nothing is wrong."""

from functools import cache

import cv2
import numpy as np
import pytest

from tests.vision.conftest import frames
from unjai.vision.health import LEVELS, Health, measure, reference

RNG = np.random.default_rng(7)
EVERY_S = 5
"""As cameras are looked at in life."""


def _night(grey):
    return np.clip((grey / 255) ** 1.6 * 70 + RNG.normal(0, 4, grey.shape), 0, 255).astype(np.uint8)


def _infrared(grey):
    return np.clip(255 - grey * 0.6 + RNG.normal(0, 4, grey.shape), 0, 255).astype(np.uint8)


def _shaken(grey):
    return np.roll(np.roll(grey, 8, 1), 4, 0)


def _lorry(grey):
    grey = grey.copy()
    grey[100:450, 200:480] = 90
    return grey


def _rain(grey):
    return cv2.GaussianBlur(np.clip(grey * 0.8 + RNG.normal(20, 5, grey.shape), 0, 255).astype(np.uint8), (0, 0), 1)


def _hand(grey):
    return np.clip(RNG.normal(35, 3, grey.shape), 0, 255).astype(np.uint8)


def _painted(grey):
    grey = grey.copy()
    cv2.ellipse(grey, (grey.shape[1] // 2, grey.shape[0] // 2), (320, 260), 0, 0, 360, 40, -1)
    return cv2.GaussianBlur(grey, (0, 0), 2)


@cache
def _paint(shape):
    """Paint stays where it dried, whatever ran before."""
    noise = cv2.GaussianBlur(np.random.default_rng(7).normal(0, 1, shape).astype(np.float32), (0, 0), 25)
    return noise > np.percentile(noise, 25)


def _splashed(grey):
    return np.where(_paint(grey.shape), 120, grey).astype(np.uint8)


def _blurred(grey):
    return cv2.GaussianBlur(grey, (0, 0), 5)


def _turned(grey):
    return np.roll(grey, 150, 1)


def _zoomed(grey):
    return cv2.resize(grey[100:400, 350:750], (grey.shape[1], grey.shape[0]))


def _black(grey):
    return (grey * 0.03).astype(np.uint8)


@pytest.fixture(scope="module")
def square(street):
    """A picture each second."""
    return [cv2.cvtColor(one, cv2.COLOR_RGB2GRAY) for one in frames(street, every=10)]


def _small(grey):
    return cv2.resize(grey, (320, 240), interpolation=cv2.INTER_AREA)


def _told(square, spoil, *, seconds=240, begin=60.0):
    """A healthy minute, then so many seconds spoilt, then healthy again; return (trouble, holds, since)."""
    health, found = Health([reference(_small(square[0]))]), []
    for second in range(0, int(begin) + seconds + 150, EVERY_S):
        grey = square[second % len(square)]
        found += health.look(second, _small(spoil(grey) if begin <= second < begin + seconds else grey))
    assert health.troubles == ()
    return [(one.trouble, one.holds, one.since) for one in found]


@pytest.mark.parametrize("spoil", [lambda grey: grey, _night, _infrared, _shaken, _lorry, _rain])
def test_night_wind_rain_and_a_lorry_are_no_trouble(square, spoil):
    assert _told(square, spoil) == []


@pytest.mark.parametrize(
    ("spoil", "trouble"),
    [
        (_hand, "covered"),
        (_painted, "covered"),
        (_splashed, "covered"),
        (_blurred, "defocused"),
        (_turned, "turned"),
        (_zoomed, "turned"),
        (_black, "dark"),
    ],
)
def test_a_trouble_is_told_once_by_its_name_and_so_is_its_end(square, spoil, trouble):
    found = _told(square, spoil)
    assert [one[:2] for one in found] == [(trouble, True), (trouble, False)]
    assert found[0][2] == pytest.approx(60, abs=EVERY_S)
    assert found[1][2] == pytest.approx(300, abs=EVERY_S)


def test_a_frozen_picture_is_told_and_a_quiet_one_is_not(square):
    still = square[5]
    assert [one[:2] for one in _told(square, lambda _grey: still)] == [("frozen", True), ("frozen", False)]
    grain = lambda _grey: np.clip(still + RNG.normal(0, 2, still.shape), 0, 255).astype(np.uint8)  # noqa: E731
    assert _told(square, grain) == []


@pytest.mark.parametrize("spoil", [_hand, _turned, _blurred])
def test_a_moment_is_no_trouble_and_nothing_flaps(square, spoil):
    assert _told(square, spoil, seconds=10) == []
    health, found = Health([reference(_small(square[0]))]), []
    for second in range(0, 600, EVERY_S):  # spoilt every other time
        grey = square[second % len(square)]
        found += health.look(second, _small(spoil(grey) if second % 10 < 5 else grey))
    assert found == []


def test_darkness_lets_no_other_trouble_end(square):
    """A turned camera at night in the dark: nobody can tell, so nothing is said to be over."""
    health = Health([reference(_small(square[0]))])
    for second in range(0, 100, EVERY_S):
        health.look(second, _small(_turned(square[second % 70])))
    assert health.troubles == ("turned",)
    for second in range(100, 400, EVERY_S):
        health.look(second, _small(_black(square[second % 70])))
    assert "turned" in health.troubles


def test_of_several_references_the_one_that_fits_counts(square):
    other = reference(_small(_turned(square[0])))
    assert measure(_small(square[9]), [other], None).turned == pytest.approx(1.0, abs=0.2)
    assert measure(_small(square[9]), [other, reference(_small(square[0]))], None).turned == 0


def test_without_a_reference_what_needs_one_is_not_told(square):
    found = measure(_small(_turned(square[3])), [], None)
    assert (found.turned, found.defocused, found.frozen) == (None, None, None)
    assert found.covered == 0
    assert measure(_small(_hand(square[3])), [], None).covered == 1


@pytest.mark.parametrize("clip", ["one-by-one-person-detection.mp4", "car-detection.mp4"])
def test_another_view_is_another_view(square, clip):
    from tests.conftest import shared_data

    for one in frames(shared_data(f"video/{clip}"), every=100, until=400):
        found = measure(_small(cv2.cvtColor(one, cv2.COLOR_RGB2GRAY)), [reference(_small(square[0]))], None)
        assert found.turned is not None
        assert found.turned > 0.9
        assert found.covered is not None
        assert found.covered < LEVELS["covered"].off


def test_a_picture_of_another_size_or_shape_breaks_nothing(square):
    health = Health([reference(_small(square[0]))])
    for size in ((320, 240), (640, 480), (320, 180), (3, 3), (1, 1)):
        health.look(1.0, cv2.resize(square[0], size))
