"""Tracks keep their number through crossings, blinks and parts that nobody looked at; mistakes become none."""

import dataclasses

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from unjai.vision.box import Box
from unjai.vision.colours import alike, colours
from unjai.vision.detector import Detection
from unjai.vision.tracker import Tracker

STEP = 0.2
WHOLE = [Box(0, 0, 640, 360)]


def _seen(x, y=200.0, *, score=0.9, kind="person", high=80.0):
    return Detection(kind=kind, score=score, box=Box(x - 16, y - high, x + 16, y))


def _run(scene, seconds, *, tracker=None, looked=WHOLE, moved=0.5, begin=0.0):
    """Show `scene(t)`; return the tracker and, by look, the confirmed tracks."""
    tracker = tracker or Tracker(0.5)
    shown = []
    for n in range(round(seconds / STEP)):
        t = begin + n * STEP
        tracker.predict(t)
        tracker.update(t, scene(t), looked, lambda _box: moved)
        shown.append({track.number: track.box for track in tracker.tracks if track.confirmed})
    return tracker, shown


def test_a_walker_and_a_runner_keep_their_number():
    for speed in (70, 240):  # pixels a second; a box is 32 wide
        _tracker, shown = _run(lambda t, speed=speed: [_seen(60 + speed * t)], 2.2)
        assert {number for one in shown for number in one} == {1}
        assert abs(shown[-1][1].centre[0] - (60 + speed * 2.0)) < 12


def test_two_who_cross_keep_their_numbers():
    scene = lambda t: [_seen(100 + 60 * t, 200), _seen(400 - 60 * t, 208, high=88)]  # noqa: E731
    tracker, shown = _run(scene, 5)
    assert {number for one in shown for number in one} == {1, 2}
    ends = {track.number: track.box.centre[0] for track in tracker.tracks}
    assert ends[1] > ends[2]


def _dressed(detection, colour):
    rgb = np.zeros((360, 640, 3), np.uint8)
    rgb[:] = colour
    return dataclasses.replace(detection, colours=colours(rgb, detection.box))


def test_who_comes_out_from_behind_a_sign_is_who_went_behind_it():
    """Two meet behind a sign and turn round: their ways say that they passed each other, their jackets do not."""

    def scene(t):
        if 2.2 < t < 3.4:
            return []
        away = abs(2.8 - t) * 60
        return [_dressed(_seen(300 - away), (150, 30, 30)), _dressed(_seen(320 + away), (20, 20, 120))]

    tracker, _shown = _run(scene, 5.6)
    ends = {track.number: track.box.centre[0] for track in tracker.tracks if track.confirmed}
    assert ends[1] < ends[2]
    assert set(ends) == {1, 2}


def test_colours_are_not_asked_of_a_tiny_box():
    rgb = np.zeros((100, 100, 3), np.uint8)
    assert colours(rgb, Box(10, 10, 16, 30)) is None
    assert colours(rgb, Box(98, 98, 300, 300)) is None
    one = colours(rgb, Box(10, 10, 60, 90))
    assert alike(None, [one]).tolist() == [1]
    assert alike(one, [colours(rgb + 200, Box(10, 10, 60, 90)), None, one]).tolist() == [0, 1, 1]
    assert alike(one, []).tolist() == []


def test_one_or_two_sightings_are_a_mistake():
    _tracker, shown = _run(lambda t: [_seen(100)] if t < 0.3 else [], 4)
    assert not any(shown)


def test_a_post_is_no_person_until_something_moves_in_it():
    _tracker, shown = _run(lambda _t: [_seen(100, score=0.55)], 6, moved=0.0)
    assert not any(shown)
    _tracker, shown = _run(lambda _t: [_seen(100, score=0.55)], 6, moved=0.1)
    assert shown[-1]
    _tracker, shown = _run(lambda _t: [_seen(100, score=0.8)], 6, moved=0.0)
    assert shown[-1], "who stands very still and is plainly a person is one"


def test_a_faint_sighting_carries_a_track_on_and_begins_none():
    faint = lambda t: [_seen(100 + 40 * t, score=0.9 if t < 1 else 0.3)]  # noqa: E731
    _tracker, shown = _run(faint, 5)
    assert set(shown[-1]) == {1}
    _tracker, shown = _run(lambda t: [_seen(100 + 40 * t, score=0.3)], 5)
    assert not any(shown)


def test_who_leaves_is_gone_in_three_seconds():
    tracker, _shown = _run(lambda t: [_seen(100 + 40 * t)] if t < 2 else [], 2 + 3.6)
    assert tracker.tracks == []


def test_who_stands_while_the_model_blinks_stays_the_same():
    tracker, _shown = _run(lambda _t: [_seen(100)], 3)
    tracker, _shown = _run(lambda _t: [], 10, tracker=tracker, moved=0.0, begin=3)
    _tracker, shown = _run(lambda _t: [_seen(100)], 1, tracker=tracker, begin=13)
    assert set(shown[-1]) == {1}


def test_who_walked_and_vanished_stands_nowhere():
    tracker, _shown = _run(lambda t: [_seen(100 + 40 * t)], 3)
    tracker, _shown = _run(lambda _t: [], 3.6, tracker=tracker, moved=0.0, begin=3)
    assert tracker.tracks == []


def test_what_nobody_looked_at_is_not_missed():
    tracker, _shown = _run(lambda _t: [_seen(500)], 2)
    tracker, _shown = _run(lambda _t: [], 6, tracker=tracker, looked=[Box(0, 0, 300, 300)], begin=2, moved=0.0)
    assert [track.number for track in tracker.tracks] == [1]


def test_a_van_that_is_now_a_car_now_a_truck_is_one_and_a_person_is_no_car():
    kinds = ["car", "truck", "car"]
    tracker, _shown = _run(lambda t: [_seen(100, kind=kinds[int(t * 5) % 3])], 3)
    assert [(track.number, track.kind) for track in tracker.tracks] == [(1, "car")]
    tracker, _shown = _run(lambda _t: [_seen(100), _seen(104, kind="car")], 3)
    assert sorted(track.kind for track in tracker.tracks) == ["car", "person"]


@settings(deadline=None)
@given(
    st.lists(
        st.lists(
            st.tuples(st.floats(20, 620), st.floats(100, 350), st.floats(0.2, 1), st.sampled_from(["person", "car"])),
            max_size=6,
        ),
        max_size=12,
    )
)
def test_any_detections_make_sane_tracks(looks):
    tracker, numbers = Tracker(0.5), []
    for n, found in enumerate(looks):
        tracker.predict(n * STEP)
        seen = [_seen(x, y, score=score, kind=kind) for x, y, score, kind in found]
        tracker.update(n * STEP, seen, WHOLE, lambda _box: 0.1)
        here = [track.number for track in tracker.tracks]
        assert len(here) == len(set(here))
        assert all(track.box.width > 0 and track.box.height > 0 for track in tracker.tracks)
        numbers += here
    assert sorted(set(numbers)) == list(range(1, len(set(numbers)) + 1)) or not numbers
