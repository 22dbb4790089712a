"""The heads' numbers into registrations."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from unjai.model.errors import UnjaiError
from unjai.model.plate import CHARACTERS, GRAMMAR, LETTERS, PLACES
from unjai.vision.plates.decode import FEATURES, Calibration, beam, decoded, parted, slot_score, step_scores, weighed
from unjai.vision.plates.heads import BLANK, GLYPHS, NO_PLACE, SLOTS, STEPS, slotted

SHARP = 9.0
REGISTRATIONS = st.from_regex(
    rf"(?:[1-9]?[{LETTERS}]{{2}}[0-9]{{1,4}}|[{LETTERS}]{{3}}[0-9]{{1,4}}|[0-9]{{2}}-[0-9]{{4}}|[0-9]{{5}})",
    fullmatch=True,
)


def heads(text: str, *, steps: str | None = None, slots: str | None = None, sharp: float = SHARP):
    """Logits that say a text as a net would: glyphs apart on the columns, in their slots."""
    columns = np.zeros((STEPS, GLYPHS + 1), np.float32)
    columns[:, BLANK] = sharp
    for place, glyph in enumerate(text if steps is None else steps):
        columns[3 + 4 * place] = 0
        columns[3 + 4 * place, CHARACTERS.index(glyph)] = sharp
    own = np.zeros((SLOTS, GLYPHS + 1), np.float32)
    for row, glyph in enumerate(slotted(*parted(text if slots is None else slots))):
        own[row, BLANK if glyph is None else CHARACTERS.index(glyph)] = sharp
    place = np.zeros(NO_PLACE + 1, np.float32)
    place[3] = sharp
    return columns, own, place


@given(REGISTRATIONS)
def test_what_both_heads_say_is_read(text):
    found = decoded(*heads(text), 6.0, Calibration())
    assert found.best[0] == text
    assert found.best[1] > 0.5
    assert len(found.glyphs) == len(text)
    assert PLACES[int(found.places.argmax())] == PLACES[3]


@settings(max_examples=40)
@given(
    arrays.arrays(np.float32, (STEPS, GLYPHS + 1), elements=st.floats(-30, 30, width=32)),
    arrays.arrays(np.float32, (SLOTS, GLYPHS + 1), elements=st.floats(-30, 30, width=32)),
    st.floats(-50, 50),
)
def test_any_numbers_give_an_ordered_honest_list(steps, slots, legible):
    found = decoded(steps, slots, np.zeros(NO_PLACE + 1, np.float32), legible, Calibration())
    shares = [share for _, share in found.shares]
    assert all(0 <= share <= 1 for share in shares)
    assert sum(shares) <= 1 + 1e-6
    assert len({name for name, _ in found.shares}) == len(shares)
    assert all(glyph in CHARACTERS for name, _ in found.shares for glyph in name)
    assert all(0 <= glyph <= 1 + 1e-9 for glyph in found.glyphs)
    assert abs(float(found.places.sum()) - 1) < 1e-4


def test_two_heads_that_disagree_are_less_sure_than_two_that_agree():
    agreed = weighed(*heads("กข1234")[:2], 6.0)
    split = weighed(*heads("กข1234", steps="กข1284")[:2], 6.0)
    assert agreed.facts[FEATURES.index("agreement")] == 1
    assert split.facts[FEATURES.index("agreement")] == 0
    assert {"กข1234", "กข1284"} <= set(split.candidates)
    assert agreed.shares[0] > split.shares[0]


def test_the_grammar_breaks_a_tie():
    found = weighed(*heads("กข1234", steps="กขค12345"[:8], slots="กข1234")[:2], 6.0)
    assert GRAMMAR.fullmatch(found.candidates[0])


def _by_hand(logs, text):
    """Every path through three steps, the plain way."""
    total = 0.0
    for path in itertools.product(range(GLYPHS + 1), repeat=len(logs)):
        said, last = "", BLANK
        for mark in path:
            if mark not in (BLANK, last):
                said += CHARACTERS[mark]
            last = mark
        if said == text:
            total += math.exp(sum(float(logs[step][mark]) for step, mark in enumerate(path)))
    return math.log(total)


def test_the_sum_over_alignments_is_the_sum():
    dice = np.random.default_rng(4)
    logits = dice.normal(0, 2, (3, GLYPHS + 1)).astype(np.float32)
    logs = logits - np.log(np.exp(logits).sum(1, keepdims=True))
    for text in ("1", "11", "12", "ก2"):
        assert step_scores(logs, [text])[0] == pytest.approx(_by_hand(logs, text), abs=1e-4)


def test_the_beam_finds_doubled_glyphs_only_where_a_blank_parts_them():
    columns = np.full((3, GLYPHS + 1), -20.0, np.float32)
    columns[(0, 2), CHARACTERS.index("7")] = columns[1, BLANK] = 0.0
    assert beam(columns)[0] == "77"
    columns[1] = columns[0]
    assert beam(columns)[0] == "7"


@given(st.text(CHARACTERS, max_size=12))
def test_any_text_has_a_place_in_the_slots_or_none(text):
    parts = parted(text)
    logs = np.full((SLOTS, GLYPHS + 1), -4.0, np.float32)
    if parts is None:
        assert slot_score(logs, text) < -SLOTS * 3
    else:
        assert "".join(parts) == text
        assert len(slotted(*parts)) == SLOTS


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"weights": [1], "place_temperature": 1},
        {"weights": [0.0] * len(FEATURES), "place_temperature": 0},
        {"weights": ["x"] * len(FEATURES), "place_temperature": 1},
        {"weights": [float("nan")] * len(FEATURES), "place_temperature": 1},
    ],
)
def test_a_calibration_that_cannot_be_is_refused(wrong):
    with pytest.raises(UnjaiError, match="plate_model_unknown"):
        Calibration.read(wrong)
