"""What a camera's signal and clock tell, and how the pictures' verdicts pass on: begun, ended, not flapping."""

from typing import Any

import cv2
import numpy as np
import pytest

from tests.cameras.room import stream
from unjai.cameras.worker.wellbeing import Change, Wellbeing, grey_of

BEGIN_S = 1_795_300_000.0


def view(seed: int) -> np.ndarray:
    """A made-up view with edges of its own."""
    made = np.random.default_rng(seed)
    picture = np.full((180, 320), 90, np.uint8)
    for _ in range(60):
        x, y, wide, high = (int(one) for one in made.integers((0, 0, 8, 8), (300, 160, 70, 60)))
        cv2.rectangle(picture, (x, y), (x + wide, y + high), int(made.integers(20, 235)), -1)
    return picture


def seen(picture: np.ndarray, number: int) -> np.ndarray:
    """A picture of it with the grain of one moment."""
    grain = np.random.default_rng(number).integers(-2, 3, picture.shape)
    return np.clip(picture.astype(int) + grain, 0, 255).astype(np.uint8)


def jpeg(picture: np.ndarray) -> bytes:
    return cv2.imencode(".jpg", cv2.resize(picture, (640, 360)))[1].tobytes()


def state(signal: str, off_s: float | None = None) -> dict[str, Any]:
    return {"signal": signal, "feeds": {"main": {"signal": signal, "clock_off_s": off_s}}}


class Told:
    def __init__(self) -> None:
        self.changes: list[Change] = []

    def __call__(self, change: Change) -> None:
        self.changes.append(change)

    @property
    def words(self) -> list[tuple[str, bool]]:
        return [(one.trouble, one.holds) for one in self.changes]


def test_a_signal_that_flickers_is_told_once_and_one_that_stays_is_over():
    told, camera = Told(), stream("a", "x")
    health = Wellbeing(told)
    for second in range(19):
        health.hear(camera, state("lost"), BEGIN_S + second)
    health.hear(camera, state("live"), BEGIN_S + 19)
    assert told.words == []
    for second in range(20, 45):
        health.hear(camera, state("lost" if second % 9 else "connecting"), BEGIN_S + second)
    assert told.words == [("no_signal", True)]
    assert told.changes[0].since_s == BEGIN_S + 20
    for second in range(45, 90):
        health.hear(camera, state("live" if second % 8 else "lost"), BEGIN_S + second)
    assert told.words == [("no_signal", True)]  # never ten seconds in a row
    for second in range(90, 102):
        health.hear(camera, state("live"), BEGIN_S + second)
    assert told.words == [("no_signal", True), ("no_signal", False)]
    assert told.changes[1].troubles == ()


def test_nobody_wants_it_is_no_trouble():
    told, camera = Told(), stream("a", "x")
    health = Wellbeing(told)
    for second in range(100):
        health.hear(camera, state("idle"), BEGIN_S + second)
    assert told.words == []


@pytest.mark.parametrize(("off_s", "wrong"), [(3.0, False), (-25_200.0, True), (61.0, True), (40.0, False)])
def test_a_clock_that_is_wrong_for_a_minute(off_s, wrong):
    told, camera = Told(), stream("a", "x")
    health = Wellbeing(told)
    for second in range(70):
        health.hear(camera, state("live", off_s), BEGIN_S + second)
    assert told.words == ([("clock", True)] if wrong else [])


def test_turned_away_against_the_reference_and_back():
    told, camera, own = Told(), stream("a", "x"), view(1)
    health = Wellbeing(told, every_s=0)
    health.take_references({camera.camera_id: [jpeg(own)]})
    for second in range(40):
        health.look(camera, BEGIN_S + second, seen(own, second))
    assert told.words == []
    for second in range(40, 80):
        health.look(camera, BEGIN_S + second, seen(view(2), second))
    assert told.words == [("turned", True)]
    health.take_references({camera.camera_id: [jpeg(own), jpeg(view(2))]})  # an operator says that this is right too
    for second in range(80, 120):
        health.look(camera, BEGIN_S + second, seen(view(2), second))
    assert told.words == [("turned", True), ("turned", False)]


def test_a_camera_that_an_operator_turns_is_never_turned_away():
    told, camera = Told(), stream("a", "x", ptz=True)
    health = Wellbeing(told, every_s=0)
    health.take_references({camera.camera_id: [jpeg(view(1))]})
    for second in range(60):
        health.look(camera, BEGIN_S + second, seen(view(2), second))
    assert told.words == []
    assert health.troubles(camera.camera_id) == ()


def test_what_was_wrong_before_the_restart_ends_and_is_not_told_again():
    told, camera, own = Told(), stream("a", "x"), view(1)
    health = Wellbeing(told, every_s=0)
    health.remember({camera.camera_id: {"turned", "no_signal"}})
    assert health.known() == {camera.camera_id}
    health.take_references({camera.camera_id: [jpeg(own)]})
    for second in range(40):
        health.hear(camera, state("live"), BEGIN_S + second)
        health.look(camera, BEGIN_S + second, seen(own, second))
    assert sorted(told.words) == [("no_signal", False), ("turned", False)]
    health.forget(camera.camera_id)
    assert health.known() == set()


def test_the_first_reference_is_asked_for_once_the_camera_looked_well_for_half_a_minute():
    told, asked, camera, own = Told(), [], stream("a", "x"), view(1)
    health = Wellbeing(told, wants_reference=lambda one, at: asked.append((one.key, at)), every_s=0)
    for second in range(40):
        health.look(camera, BEGIN_S + second, seen(own, second))
    assert asked == []  # nobody has said yet that there is none
    health.take_references({camera.camera_id: []})
    for second in range(40, 100):
        picture = np.zeros((180, 320), np.uint8) if second == 45 else seen(own, second)
        health.look(camera, BEGIN_S + second, picture)
    assert asked == [("a", BEGIN_S + 53)]


def test_what_is_no_picture_is_no_reference():
    assert grey_of(b"no picture") is None
    assert grey_of(jpeg(view(1))).shape == (180, 320)


def test_a_camera_is_judged_every_four_seconds_whatever_comes():
    told, camera, own = Told(), stream("a", "x"), view(1)
    health = Wellbeing(told)
    health.take_references({camera.camera_id: [jpeg(own)]})
    for second in range(120):
        health.look(camera, BEGIN_S + second, seen(own if second < 40 else view(2), second))
    assert told.words == [("turned", True)]
    assert 70 <= told.changes[0].at_s - BEGIN_S <= 80
