"""JSON of somebody else's shape: kept as it came, or refused; what is said again can always be sent."""

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from unjai.platform.free import DEPTH_MOST, Free, sayable

FREE = TypeAdapter(Free)
ANY_TEXT = st.text(st.characters(exclude_categories=()))
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | ANY_TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(ANY_TEXT, inner, max_size=3),
    max_leaves=10,
)


def _deep(levels):
    said = {}
    for _ in range(levels):
        said = {"a": said}
    return said


@given(ANYTHING)
def test_whatever_is_said_again_can_be_sent(said):
    sent = json.dumps(sayable(said), allow_nan=False, ensure_ascii=False).encode()
    assert sayable(json.loads(sent)) == json.loads(sent)


@given(st.dictionaries(ANY_TEXT, ANYTHING, max_size=3))
def test_an_object_is_kept_as_it_came_or_refused(said):
    try:
        kept = FREE.validate_python(said)
    except ValidationError:
        assert sayable(said) != said or "\\u0000" in json.dumps(said)
    else:
        assert kept == said
        assert b"\\u0000" not in json.dumps(kept, allow_nan=False, ensure_ascii=False).encode()


@pytest.mark.parametrize(
    "bad", ["\ud800", "a\x00", math.nan, -math.inf, [{"\udfff": 1}], _deep(DEPTH_MOST + 2), _deep(900)]
)
def test_what_cannot_be_stored_is_refused(bad):
    with pytest.raises(ValidationError):
        FREE.validate_python({"a": bad})


def test_what_is_deep_but_sane_is_kept():
    assert FREE.validate_python(_deep(DEPTH_MOST - 1)) == _deep(DEPTH_MOST - 1)
