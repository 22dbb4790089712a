"""Lane cameras: which looks at a vehicle are kept, and how many looks become one plate that is told, or a count."""

import threading
import time
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import cv2
import numpy as np
import pytest

from tests.cameras.test_room import stream
from unjai.cameras.worker.lane import Lane, Passage, Shot
from unjai.cameras.worker.plates import Plates, Told
from unjai.model.errors import UnjaiError
from unjai.vision.box import Box
from unjai.vision.look import Look, Seen
from unjai.vision.masks import Masks
from unjai.vision.picture import ArrayPicture
from unjai.vision.plates import Reading, Sighting
from unjai.vision.plates.heads import NO_PLACE

WIDE, TALL = 1280, 720
BEGIN_S = 1_795_300_020.0
QUAD = ((200.0, 200.0), (320.0, 200.0), (320.0, 250.0), (200.0, 250.0))


def street(*, sharp: bool = True) -> np.ndarray:
    noise = np.random.default_rng(5).integers(0, 255, (TALL, WIDE, 3), np.uint8)
    return noise if sharp else np.asarray(cv2.GaussianBlur(noise, (0, 0), 4), np.uint8)


SHARP, SOFT = street(), street(sharp=False)


def car(x: float, width: float = 500.0, *, track: int = 1, kind: str = "car", **told: Any) -> Seen:
    box = Box(x, 200.0, x + width, 200.0 + 0.7 * width)
    facts = {"track": track, "kind": kind, "score": 0.9, "box": box, "x": 0.5, "y": 0.8, "first_s": BEGIN_S}
    return Seen(**(facts | told))


class Offered:
    """Stands for the reading: notes what it is handed."""

    def __init__(self, **changed: Any) -> None:
        self.handed: list[tuple[Passage, list[Shot], bool]] = []
        self.lane = Lane(stream("lane", "x", read_plates=True, **changed), self.offer)

    def offer(self, passage: Passage, shots: Any, last: bool) -> None:
        self.handed.append((passage, list(shots), last))

    def look(self, t: float, *seen: Seen, rgb: np.ndarray = SHARP) -> None:
        self.lane.look(ArrayPicture(rgb), Look(t=BEGIN_S + t, size=(WIDE, TALL), seen=seen))


def test_a_vehicle_that_passes_is_handed_over_in_its_best_looks_and_once_more_when_it_is_gone():
    seen = Offered()
    for number in range(10):
        seen.look(0.1 * number, car(100 + 20 * number, 300 + 20 * number))
    seen.look(1.0)
    seen.look(1.1)
    seen.look(6.0)
    [(passage, shots, last), (again, none, over)] = seen.handed
    assert passage is again
    assert (last, over, none) == (False, True, [])
    assert 1 < len(shots) <= 4
    times = sorted(shot.t for shot in shots)
    assert all(b - a >= 0.19 for a, b in pairwise(times))
    assert times[-1] == pytest.approx(BEGIN_S + 0.9)  # the largest
    assert passage.scene is not None
    assert passage.scene.shape == (540, 960, 3)


def test_what_the_edge_cuts_what_is_far_and_who_walks_is_not_read():
    seen = Offered()
    for number in range(8):
        far, person = car(600, 150, track=2), car(500, 400, track=3, kind="person")
        seen.look(0.2 * number, car(0, 500), car(900, 380, track=4), far, person)
    seen.look(9.0)
    assert [shots for _passage, shots, _last in seen.handed if shots] == []
    assert {passage.track[-1] for passage, _shots, _last in seen.handed} == {"1", "2", "4"}


def test_a_sharp_look_is_kept_before_a_blurred_one():
    seen = Offered()
    for number in range(5):
        seen.look(0.2 * number, car(300), rgb=SHARP if number == 2 else SOFT)
    seen.look(1.0)
    [(passage, shots, _last)] = seen.handed
    assert max(shots, key=lambda one: one.worth).t == pytest.approx(BEGIN_S + 0.4)
    assert passage.scene_worth == max(one.worth for one in shots)


def test_one_that_stays_is_looked_at_again_ever_more_rarely_and_not_for_ever():
    seen = Offered()
    for number in range(300):
        seen.look(0.2 * number, car(300, still_s=0.2 * number, parked=number > 50))
    assert [last for _passage, _shots, last in seen.handed] == [False, False, False, True]
    gaps = [round(shots[-1].t - BEGIN_S) for _passage, shots, _last in seen.handed]
    assert gaps == sorted(gaps)
    later = Offered()
    later.look(0.0, car(300, parked=True))
    later.look(9.0)
    assert later.handed == []  # it stood there before anybody looked


def test_a_large_vehicle_is_cut_out_in_the_streams_own_pixels_and_no_larger_than_is_read():
    seen = Offered()
    seen.look(0.0, car(100, 600))
    seen.look(0.3, car(100, 1000, track=2, box=Box(100, 200, 1100, 700)))
    seen.lane.end()
    [small, large] = sorted((shots[0] for _passage, shots, _last in seen.handed if shots), key=lambda one: one.scale)
    assert small.scale == 1.0
    assert small.rgb.shape[1] == 648
    np.testing.assert_array_equal(small.rgb[40:60, 40:60], SHARP[175 + 40 : 175 + 60, 76 + 40 : 76 + 60])
    assert large.rgb.shape[1] == 720
    assert large.scale == pytest.approx(1080 / 720)


def test_what_a_mask_covers_is_in_no_look():
    seen = Offered()
    masks = Masks((((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)),))
    look = Look(t=BEGIN_S, size=(WIDE, TALL), seen=(car(300),))
    seen.lane.look(masks.over(ArrayPicture(SHARP)), look)
    seen.lane.end()
    [(passage, [shot], last)] = seen.handed
    assert last
    assert not shot.rgb.any()
    assert passage.scene is not None
    assert not passage.scene.any()


def says(registration: str, share: float, width_px: float = 120.0) -> Sighting:
    places = np.full(NO_PLACE + 1, 0.05 / NO_PLACE, np.float32)
    places[0] = 0.95
    shares = ((registration, share),) if registration else ()
    reading = Reading(shares=shares, glyphs=(share,) * len(registration), places=places)
    return Sighting(reading=reading, quad=QUAD, width_px=width_px)


class Script:
    """Stands for the reader: says what it is told to, in order; the slow finder has its own words."""

    def __init__(self, quick: list[Sighting | None], slow: Sighting | None = None) -> None:
        self.quick, self.slow = list(quick), slow
        self.asked: list[slice] = []

    def vehicle(self, _rgb: np.ndarray, _box: Box, *, finders: slice) -> Sighting | None:
        self.asked.append(finders)
        if finders.start:
            return self.slow
        return self.quick.pop(0) if len(self.quick) > 1 else self.quick[0]


class World:
    """A reading thread with a script, and what it told."""

    def __init__(self, reader: Any, *, start: bool = True) -> None:
        self.told: list[Told] = []
        self.came = threading.Condition()
        self.plates = Plates(reader, self._tell)
        self.camera = stream("lane", "x", read_plates=True)
        assert self.plates.lane_of(self.camera) is not None
        if start:
            self.plates.start()

    def _tell(self, _camera: Any, told: Told) -> None:
        with self.came:
            self.told.append(told)
            self.came.notify_all()

    def passage(self, track: str = "1") -> Passage:
        scene = np.full((540, 960, 3), 90, np.uint8)
        return Passage(camera=self.camera, track=track, kind="car", seen_s=BEGIN_S, begun_s=BEGIN_S, scene=scene)

    def counted(self) -> dict[str, Any]:
        found = self.plates.told(self.camera.camera_id)
        assert found is not None
        return found

    def until(self, so: Callable[[], bool]) -> None:
        """Wait for the thread; the deadline is only the end of patience."""
        deadline = time.monotonic() + 60
        with self.came:
            while not so():
                assert time.monotonic() < deadline
                self.came.wait(0.02)


def shots(count: int, begin_s: float = 0.0) -> list[Shot]:
    rgb = np.full((400, 560, 3), 120, np.uint8)
    return [Shot(t=BEGIN_S + begin_s + 0.2 * n, rgb=rgb, scale=2.0, worth=10.0 - n) for n in range(count)]


def reading(*quick: Sighting | None, slow: Sighting | None = None) -> tuple[World, Script]:
    script = Script(list(quick), slow)
    return World(lambda: (script, "ready")), script


def test_frames_that_agree_are_told_at_once_and_the_passage_once():
    world, script = reading(says("กข1234", 0.97))
    passage = world.passage()
    world.plates.offer(passage, shots(4), False)
    world.until(lambda: bool(world.told))
    world.plates.offer(passage, shots(4, 3.0), True)
    world.plates.offer(passage, [], True)
    world.plates.offer(other := world.passage("2"), shots(1), True)
    world.until(lambda: len(world.told) == 2)
    assert other.done
    world.plates.stop()
    first = world.told[0]
    assert (first.read.registration, first.read.frames, first.track) == ("กข1234", 3, "1")
    assert first.read.width_px == pytest.approx(240.0)  # in the stream's pixels
    assert [one.track for one in world.told] == ["1", "2"]
    assert first.crop is not None
    assert first.still is not None
    assert first.crop.startswith(b"\xff\xd8\xff")
    assert world.counted()["read"] == 2
    assert all(one.start is None for one in script.asked)  # the slow finder was not needed


def test_a_doubtful_one_is_told_when_the_vehicle_is_gone():
    world, _script = reading(says("กข1234", 0.7))
    passage = world.passage()
    world.plates.offer(passage, shots(1), False)
    world.until(lambda: bool(passage.sightings))
    assert not passage.done
    world.plates.offer(passage, [], True)
    world.until(lambda: bool(world.told))
    world.plates.stop()
    assert world.told[0].read.frames == 1
    assert world.told[0].read.confidence == pytest.approx(0.7)


def test_unreadable_and_plateless_vehicles_are_counts_and_no_messages():
    world, script = reading(says("กข1234", 0.3), slow=None)
    world.plates.offer(world.passage("dirty"), shots(2), True)
    world.until(lambda: world.counted()["unreadable"] == 1)
    script.quick = [None]
    world.plates.offer(world.passage("none"), shots(2), True)
    world.until(lambda: world.counted()["no_plate"] == 1)
    world.plates.stop()
    assert world.told == []
    assert world.counted()["passages"] == 2


def test_vehicles_that_were_never_large_enough_are_counted_apart():
    world, _script = reading(says("กข1234", 0.9))
    far = world.passage("far")
    far.begun_s = None
    world.plates.offer(far, [], True)
    world.until(lambda: world.counted()["far"] == 1)
    world.plates.stop()
    assert world.told == []
    assert world.counted()["no_plate"] == 0


def test_the_slow_finder_is_asked_once_a_passage_and_counts_no_picture_twice():
    world, script = reading(says("กข1284", 0.3), slow=says("กข1284", 0.8))
    passage = world.passage()
    world.plates.offer(passage, shots(2), False)
    world.plates.offer(passage, shots(2, 3.0), True)
    world.until(lambda: bool(world.told))
    world.plates.stop()
    assert sum(one.start == 1 for one in script.asked) == 2
    assert len(world.told) == 1
    assert world.told[0].read.registration == "กข1284"
    assert world.told[0].read.frames == 4


def test_too_much_is_dropped_the_oldest_first_and_counted_and_nobody_waits(monkeypatch):
    monkeypatch.setattr("unjai.cameras.worker.plates._MOST_WAITING_BYTES", 3 * shots(1)[0].rgb.nbytes)
    script = Script([says("กข1234", 0.9)])
    world = World(lambda: (script, "ready"), start=False)
    passages = [world.passage(str(number)) for number in range(5)]
    for passage in passages:
        world.plates.offer(passage, shots(1), True)
    assert world.counted()["dropped"] == 2
    world.plates.start()
    world.until(lambda: len(world.told) == 3)
    assert all(one.done for one in passages)
    world.plates.stop()
    assert [one.track for one in world.told] == ["2", "3", "4"]
    assert world.counted()["no_plate"] == 2  # of the dropped ones nothing was seen; they are counted all the same


@pytest.mark.parametrize(
    ("code", "state"),
    [("plate_model_missing", "plate_model_missing"), ("plate_model_unknown", "plate_model_unknown"), ("", "failed")],
)
def test_a_model_that_cannot_be_used_is_a_word_at_the_camera_and_no_crash(code, state):
    def broken() -> Any:
        if code:
            raise UnjaiError(code, 500)
        raise RuntimeError("no such luck")

    world = World(broken)
    world.until(lambda: world.counted()["state"] == state)
    world.plates.offer(world.passage(), shots(2), True)
    world.until(lambda: world.counted()["dropped"] == 2)
    world.plates.stop()
    assert world.told == []


def test_a_reader_that_stumbles_over_one_vehicle_reads_the_next():
    class Stumbling(Script):
        def vehicle(self, rgb: np.ndarray, box: Box, *, finders: slice) -> Sighting | None:
            if rgb.shape[0] == 1:
                raise ValueError("torn")
            return super().vehicle(rgb, box, finders=finders)

    script = Stumbling([says("กข1234", 0.9)])
    world = World(lambda: (script, "ready"))
    torn = Shot(t=BEGIN_S, rgb=np.zeros((1, 1, 3), np.uint8), scale=1.0, worth=1.0)
    world.plates.offer(world.passage("torn"), [torn], True)
    world.plates.offer(world.passage("next"), shots(1), True)
    world.until(lambda: bool(world.told))
    world.plates.stop()
    assert world.told[0].track == "next"


def test_other_cameras_have_no_lane():
    world = World(lambda: (Script([None]), "ready"), start=False)
    assert world.plates.lane_of(stream("plain", "x", analyse=True)) is None
    assert world.plates.told(stream("plain", "x").camera_id) is None
