"""The model runs where it must: the whole in turns, squares where something presses, no rows of nothing."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.vision.conftest import frames
from unjai.vision.attention import Attention, Interest
from unjai.vision.box import Box, inside_share, overlap
from unjai.vision.detector import Detector
from unjai.vision.kinds import COCO_90, KINDS
from unjai.vision.picture import ArrayPicture
from unjai.vision.watch import Watch

SIZE = (640, 360)
WHOLE = Box(0, 0, *SIZE)
SHARES = (172 / 300, 204 / 300, 236 / 300, 268 / 300)
ONE = Box(400, 200, 420, 250)


def _interest(box=ONE, *, looked_s=0.0, pressing=True):
    return Interest(box=box, looked_s=looked_s, pressing=pressing)


def test_the_whole_comes_in_turns_and_what_presses_between():
    attention = Attention(300)
    parts = [attention.choose(n * 0.2, SIZE, [_interest()]) for n in range(10)]
    assert [one == [WHOLE] for one in parts] == [True, False] * 5
    assert all(inside_share(ONE, part) == 1 for (part,) in parts)


def test_what_does_not_press_waits_for_the_whole():
    attention = Attention(300)
    parts = [attention.choose(n * 0.2, SIZE, [_interest(pressing=False)]) for n in range(10)]
    assert parts == [[WHOLE], []] * 5
    assert attention.choose(2.0, SIZE, []) == []
    assert attention.choose(7.0, SIZE, []) == [WHOLE], "a glance each five seconds in calm"


def test_times_that_shake_change_no_turn():
    attention, rng = Attention(300), np.random.default_rng(4)
    parts = [attention.choose(n * 0.2 + rng.uniform(-0.02, 0.02), SIZE, [_interest()]) for n in range(40)]
    assert [one == [WHOLE] for one in parts] == [True, False] * 20


def test_when_a_place_was_looked_at_closely_is_remembered_for_a_while():
    attention = Attention(300)
    for n in range(3):
        attention.choose(n * 0.2, SIZE, [_interest()])
    assert attention.squared_s(ONE) == pytest.approx(0.2)
    assert attention.squared_s(Box(10, 10, 40, 60)) == float("-inf")
    attention.choose(12.0, SIZE, [])
    assert attention.squared_s(ONE) == float("-inf")


_BOX = st.builds(
    lambda x, y, w, h: Box(x, y, x + w, y + h),
    st.floats(-20, 630),
    st.floats(-20, 350),
    st.floats(2, 300),
    st.floats(2, 200),
)


@given(st.lists(_BOX, min_size=1, max_size=8), st.integers(1, 3))
def test_a_trimmed_square_lies_in_the_picture_and_keeps_what_it_is_about(boxes, runs):
    interests = [_interest(box, looked_s=-float(number)) for number, box in enumerate(boxes)]
    plain, trimmed = (Attention(300, runs=runs, shares=shares, whole_s=99) for shares in ((), SHARES))
    for attention in (plain, trimmed):
        attention.choose(0, SIZE, interests)
    squares, cuts = (one.choose(1, SIZE, interests) for one in (plain, trimmed))
    assert squares
    assert len(cuts) >= 1
    first = boxes[-1].clipped(*SIZE)
    for part in cuts:
        assert 0 <= part.x0 < part.x1 <= SIZE[0]
        assert 0 <= part.y0 < part.y1 <= SIZE[1]
    assert inside_share(first, cuts[0]) > 0.98 or inside_share(first, squares[0]) <= 0.98 or first.area < 1
    for box in boxes:
        whole = box.clipped(*SIZE)
        if whole.area > 1 and inside_share(whole, squares[0]) == 1 and squares[0] != WHOLE:
            assert inside_share(whole, cuts[0]) > 0.9


def test_the_default_model_takes_lower_pictures_and_sees_the_same(street, model):
    import onnxruntime

    session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    for rgb in frames(street, every=100, until=500):
        wide = rgb[60:492]  # 16:9
        planes = np.full((1, 3, 300, 300), 127, np.float32)
        small = np.stack([wide[::2, ::2][:169, :300, channel] for channel in range(3)])
        planes[0, :, : small.shape[1], : small.shape[2]] = small
        boxes, scores = session.run(None, {"image": planes})
        low_boxes, low_scores = session.run(None, {"image": planes[:, :, :236]})
        assert boxes.shape == (1, 1917, 4)
        assert scores.shape == (1, 1917, 90)
        assert low_boxes.shape[1] == low_scores.shape[1] < 1917
        assert not [n for n, name in enumerate(COCO_90) if name not in KINDS and scores[0, :, n].any()]
        best, low_best = scores[0, :, 0].argmax(), low_scores[0, :, 0].argmax()
        assert low_scores[0, low_best, 0] == pytest.approx(scores[0, best, 0], abs=0.03)
        assert low_boxes[0, low_best] == pytest.approx(boxes[0, best], abs=0.01)


def test_every_height_that_the_model_names_gives_the_same_places(street, detector):
    """A crop of each shape of one scene: its persons lie where they lie in the whole."""
    rgb = frames(street, until=1)[0]
    sure = [one for one in detector.look(rgb) if one.kind == "person" and one.score > 0.7]
    assert sure
    assert detector.shares == pytest.approx(SHARES)
    for high in (440, 480, 520, 576):
        found = detector.look(np.ascontiguousarray(rgb[:high]))
        for one in sure:
            if one.box.y1 < high - 20:
                assert max(overlap(one.box, other.box) for other in found) > 0.7, high


def test_one_who_walks_plainly_costs_fewer_runs_and_is_seen_at_each_look(street, detector):
    """A person cut out of the street walks over an empty ground: the model need not run at each look."""
    rgb = frames(street, until=1)[0]
    best = next(one for one in detector.look(rgb) if one.kind == "person")
    x0, y0, x1, y1 = (int(edge) for edge in best.box.grown(0.1).clipped(768, 576))
    cut = rgb[y0:y1, x0:x1]
    ground = np.full((360, 640, 3), rgb[y1 - 4 : y1, x0:x1].mean(axis=(0, 1)), np.uint8)
    watch, runs, seen = Watch(detector), 0, 0
    for n in range(60):
        picture = ground.copy()
        if n >= 5:
            picture[150 : 150 + cut.shape[0], 20 + 8 * n :][:, : cut.shape[1]] = cut
        outcome = watch.look(n * 0.2, ArrayPicture(picture))
        if n >= 12:
            runs += outcome.runs
            seen += sum(one.person for one in outcome.look.seen)
    assert seen >= 46
    assert runs <= 40, "of 48"


def test_heights_that_a_model_does_not_name_are_not_offered(street):
    from tests.vision.test_decode import _model, _ssd

    assert Detector(_model(_ssd())).shares == ()
