"""The gate opens for what moves, and not for grain, light, or the whole picture growing brighter."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.vision.scenes import TROUBLES, Walk, covers, looked
from unjai.vision.box import Box
from unjai.vision.motion import MotionGate
from unjai.vision.stir import Stir

FPS = 5.0


def _scene(rng: np.random.Generator, *, grain: float = 2.0) -> np.ndarray:
    return np.clip(np.linspace(40, 160, 320)[None] + rng.normal(0, grain, (180, 320)), 0, 255).astype(np.uint8)


def _with_person(scene: np.ndarray, x: int) -> np.ndarray:
    scene = scene.copy()
    scene[80:120, x : x + 14] = 230
    return scene


@pytest.mark.parametrize("grain", [0.5, 2, 8])
def test_grain_is_no_motion(grain):
    rng, gate = np.random.default_rng(1), MotionGate()
    found = [gate.look(n / FPS, _scene(rng, grain=grain)) for n in range(60)]
    assert sum(bool(one.boxes) for one in found[10:]) == 0


def test_a_walker_is_found_where_he_is():
    rng, gate = np.random.default_rng(2), MotionGate()
    for n in range(20):
        gate.look(n / FPS, _scene(rng))
    for n in range(20):
        x = 100 + 3 * n
        motion = gate.look(4 + n / FPS, _with_person(_scene(rng), x))
        assert motion.boxes, n
        left, top, right, bottom = motion.boxes[0]
        assert left <= (x + 2) / 320 <= right
        assert top <= 100 / 180 <= bottom
        assert motion.inside(motion.boxes[0]) > 0.2


def test_a_lamp_that_comes_on_is_light_and_soon_forgotten():
    rng, gate = np.random.default_rng(3), MotionGate()
    for n in range(20):
        gate.look(n / FPS, _scene(rng))
    bright = [np.clip(_scene(rng) * np.linspace(1, 2.5, 320)[None] + 30, 0, 255).astype(np.uint8) for _ in range(20)]
    found = [gate.look(4 + n / FPS, one) for n, one in enumerate(bright)]
    assert found[0].light
    assert not any(one.boxes for one in found)
    assert not found[-1].light


def test_an_even_change_of_exposure_is_no_motion():
    rng, gate = np.random.default_rng(4), MotionGate()
    for n in range(20):
        gate.look(n / FPS, _scene(rng))
    assert not gate.look(4.2, _scene(rng) + 40).boxes


def test_who_stands_fades_and_a_changed_size_begins_anew():
    rng, gate = np.random.default_rng(5), MotionGate()
    for n in range(20):
        gate.look(n / FPS, _scene(rng))
    found = [gate.look(4 + n / FPS, _with_person(_scene(rng), 100)) for n in range(int(180 * FPS))]
    assert found[0].boxes
    assert not found[-1].boxes
    assert not gate.look(300, np.zeros((90, 160), np.uint8)).boxes


def test_leaves_that_stir_all_the_time_are_no_motion_and_who_walks_there_is():
    rng, gate = np.random.default_rng(6), MotionGate()

    def windy(n: int) -> np.ndarray:
        scene = _scene(rng)
        scene[20:60, 200:240] += (25 * rng.integers(0, 2, (10, 10), np.uint8)).repeat(4, 0).repeat(4, 1)
        return scene if n < 300 else _with_person(scene, 200)

    found = [gate.look(n / FPS, windy(n)) for n in range(301)]
    assert any(one.boxes for one in found[:40]), "leaves are motion until they are known"
    assert sum(bool(one.boxes) for one in found[200:300]) <= 2
    assert found[300].boxes


@settings(max_examples=12, deadline=None)
@given(
    st.integers(0, 1000),
    st.sampled_from(sorted(TROUBLES)),
    st.floats(0.4, 9),
    st.sampled_from([24, 30, 60]),
    st.sampled_from([0.2, 2.0]),
)
def test_who_walks_in_is_looked_at_even_while_the_gate_is_new(seed, trouble, begin_s, high, every_s):
    walk = Walk(begin_s=begin_s, high=high, from_left=bool(seed % 2))
    seen = [
        (t, one)
        for t, one in looked(trouble, seed, seconds=begin_s + 7, every_s=every_s, walk=walk)
        if walk.x(t) is not None and 12 < walk.x(t) < 308
    ]
    assert any(covers(one, walk, t) for t, one in seen)


@pytest.mark.parametrize("every_s", [0.2, 2.0])
@pytest.mark.parametrize("trouble", ["calm", "night grain", "leaves"])
def test_a_walker_is_told_and_an_empty_scene_is_not(trouble, every_s):
    walk = Walk(begin_s=10.0, y=150)
    assert any(one.told for _t, one in looked(trouble, 3, seconds=22, every_s=every_s, walk=walk))
    if trouble != "leaves":
        assert not any(one.told for _t, one in looked(trouble, 3, seconds=22, every_s=every_s))


def test_what_passed_at_the_very_first_picture_leaves_no_ghost():
    rng, gate = np.random.default_rng(7), MotionGate()
    found = []
    for n in range(12):
        scene = _scene(rng)
        if n < 1:
            scene[60:140, 100:200] = 220
        found.append(gate.look(n * 2.0, scene))
    assert found[1].told
    assert not any(one.boxes for one in found[4:])


def test_a_car_that_passes_for_some_seconds_leaves_nothing_behind():
    rng, gate = np.random.default_rng(8), MotionGate()
    for n in range(60):
        scene = _scene(rng)
        if 20 <= n < 45:
            x = 4 * (n - 20)
            scene[60:140, 100 + x : 200 + x] = 220
        motion = gate.look(n * 0.2, scene)
        assert motion.told == (20 <= n < 45), n


@settings(deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 300), st.integers(0, 160), st.integers(3, 20), st.integers(3, 20)), max_size=6),
    st.floats(0.04, 2),
)
def test_what_stirs_in_its_place_is_never_told(places, every_s):
    stir = Stir()
    boxes = [Box(x, y, min(320, x + wide), min(180, y + high)) for x, y, wide, high in places]
    rng = np.random.default_rng(1)
    for n in range(60):
        here = [one for one in boxes if n < 2 or rng.random() < 0.7]
        assert not stir.told(n * every_s, (180, 320), here, [30] * len(here)), n


@pytest.mark.parametrize("every_s", [0.2, 2.0])
def test_a_camera_that_trembles_tells_nothing_and_who_walks_before_it_is_told(every_s):
    """Marks on a dark ground, seen a pixel beside now and then: edges change, nothing goes anywhere."""
    rng, gate = np.random.default_rng(7), MotionGate()
    ground = np.full((186, 326), 80, np.float32)
    for _ in range(30):
        x, y = int(rng.integers(0, 290)), int(rng.integers(0, 160))
        ground[y : y + int(rng.integers(3, 20)), x : x + int(rng.integers(3, 30))] = rng.uniform(150, 240)
    told = walked = 0
    for n in range(int(80 / every_s)):
        dx, dy = (int(one) for one in rng.choice((0, 0, 0, 1), 2))
        shown = ground[3 + dy : 183 + dy, 3 + dx : 323 + dx].copy()
        t = n * every_s
        if t >= 60:
            x = int(20 + 12 * (t - 60))
            shown[60:120, x : x + 22] = 20
        motion = gate.look(t, np.clip(shown + rng.normal(0, 2, shown.shape), 0, 255).astype(np.uint8))
        told += motion.told and t < 60
        walked += motion.told and t >= 62
    assert told == 0
    assert walked


@pytest.mark.parametrize("pictures", [1, 2])
def test_a_car_that_leaves_in_the_first_pictures_is_not_told_afterwards(pictures):
    rng, gate = np.random.default_rng(8), MotionGate()
    found = []
    for n in range(12):
        scene = _scene(rng)
        if n < pictures:
            scene[60:130, 100:220] = 240
        found.append(gate.look(2.0 * n, scene))
    assert not any(one.told for one in found[pictures + 1 :])
