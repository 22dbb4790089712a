"""From the picture to the map and the errors of a careless calibration."""

import math

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from unjai.model.errors import UnjaiError
from unjai.model.geometry import Point, distance_m
from unjai.vision.ground import Ground

HERE = Point(lon=98.985, lat=18.805)
CORNERS = [(0.1, 0.95), (0.9, 0.95), (0.65, 0.3), (0.35, 0.3)]


def _place(east: float, north: float) -> Point:
    return Point(
        lon=HERE.lon + east / (111_194.93 * math.cos(math.radians(HERE.lat))), lat=HERE.lat + north / 111_194.93
    )


STREET = [_place(0, 0), _place(8, 0), _place(8, 40), _place(0, 40)]


def test_the_four_points_stand_where_they_were_put():
    ground = Ground(CORNERS, STREET)
    for (x, y), place in zip(CORNERS, STREET, strict=True):
        found = ground.place(x, y)
        assert found is not None
        assert distance_m(found, place) < 0.01


@settings(deadline=None)
@given(st.floats(0.3, 3), st.floats(5, 40), st.floats(0, 1), st.floats(0.45, 1))
def test_a_camera_that_looks_down_a_street_is_undone(tilt, height_m, x, y):
    """Seen by a pinhole camera at `height_m`, each place of the ground comes back from its pixel."""

    def seen(east: float, north: float) -> tuple[float, float]:
        depth = north + tilt * height_m
        return 0.5 + 0.8 * east / depth, 0.4 + 0.8 * height_m / depth

    corners = [(-6.0, 10.0), (6.0, 10.0), (10.0, 60.0), (-10.0, 60.0)]
    try:
        ground = Ground([seen(*one) for one in corners], [_place(*one) for one in corners])
    except UnjaiError as error:
        assume(error.code != "calibration_flat")
        raise
    origin = corners[0]
    depth = 0.8 * height_m / (y - 0.4)
    east, north = (x - 0.5) * depth / 0.8, depth - tilt * height_m
    found = ground.at(x, y)
    assert found is not None
    assert found[0] + origin[0] == pytest.approx(east, abs=0.02 + abs(depth) * 1e-3)
    assert found[1] + origin[1] == pytest.approx(north, abs=0.02 + abs(depth) * 1e-3)


def test_the_sky_stands_nowhere():
    ground = Ground(CORNERS, STREET)
    assert ground.at(0.5, -0.5) is None
    assert ground.place(0.5, -0.5) is None


@pytest.mark.parametrize(
    ("picture", "places", "code"),
    [
        (CORNERS[:3], STREET[:3], "calibration_unreadable"),
        (CORNERS, STREET[:3], "calibration_unreadable"),
        ([(0.1, 0.1), (0.2, 0.2), (0.3, 0.3), (0.9, 0.1)], STREET, "calibration_flat"),
        (CORNERS, [_place(n, n) for n in (0, 5, 9, 20)], "calibration_flat"),
    ],
)
def test_a_careless_calibration_is_refused(picture, places, code):
    with pytest.raises(UnjaiError) as error:
        Ground(picture, places)
    assert error.value.code == code
