"""Beginnings of a pattern: none is left out that a plate which fits may have, from the front as from the back."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unjai.model.plate import DIGITS, LETTERS, pattern
from unjai.plates.rules.heads import ANY_GLYPH, HEADS_MOST, heads
from unjai.plates.rules.searching import indexed

NUMBER = st.integers(1, 9999).map(str)
CAR = st.builds(
    "{}{}{}{}".format,
    st.sampled_from(("", *"123456789")),
    st.sampled_from(LETTERS),
    st.sampled_from(LETTERS),
    NUMBER,
)
LORRY = st.builds("{}{:02}-{:04}".format, st.sampled_from(("", "ท")), st.integers(0, 99), st.integers(0, 9999))
FREE = st.builds("{}{}".format, st.text(st.sampled_from(ANY_GLYPH[:-11]), min_size=1, max_size=8), NUMBER)
PLATES = st.one_of(CAR, LORRY, FREE)


def begins(found, registration: str) -> bool:
    said = registration if found.way == "forward" else registration[::-1]
    return any(said.startswith(head) for head in found.heads)


@given(registration=PLATES, data=st.data())
def test_a_plate_that_fits_has_one_of_the_beginnings(registration, data):
    """Some glyphs are hidden, a stretch may become any number."""
    hidden = data.draw(st.sets(st.integers(0, len(registration) - 1), max_size=4))
    said = "".join("?" if at in hidden else glyph for at, glyph in enumerate(registration))
    if data.draw(st.booleans()):
        low = data.draw(st.integers(0, len(said) - 1))
        said = f"{said[:low]}*{said[data.draw(st.integers(low, len(said))) :]}"
    found = heads(said, indexed=False)
    assert re.fullmatch(said.replace("?", ".").replace("*", ".*"), registration)
    if found is not None:
        assert len(found.heads) <= HEADS_MOST
        assert begins(found, registration)


@pytest.mark.parametrize(
    ("said", "way", "number"),
    [
        ("1กก????", "forward", 1),
        ("*1234", "backward", 1),
        ("??1234", "backward", 1),
        ("3?ญ5?1?", "forward", len(ANY_GLYPH)),
        ("?บ5??6", "backward", 121),
    ],
)
def test_the_shorter_way_is_taken(said, way, number):
    found = heads(said, indexed=indexed(said))
    assert found is not None
    assert (found.way, len(found.heads)) == (way, number)


@pytest.mark.parametrize("said", ["*กข*", "*5*", "????", "*"])
def test_what_has_no_beginning_goes_the_old_ways(said):
    assert heads(said, indexed=False) is None


def test_each_glyph_of_a_pattern_is_among_those_that_a_blank_stands_for():
    assert set(pattern(f"?{LETTERS[0]}?").text) - {"?"} <= set(ANY_GLYPH)
    assert set(LETTERS + DIGITS) <= set(ANY_GLYPH)
