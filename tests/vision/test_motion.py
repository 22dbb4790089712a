"""The gate opens for what moves, and not for grain, light, or the whole picture growing brighter."""

import numpy as np
import pytest

from unjai.vision.motion import MotionGate

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
