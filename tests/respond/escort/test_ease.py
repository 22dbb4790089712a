"""Ease is bounded, monotone, never better for what is not known, and the same one by one and all at once."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.test_docs import ROOT
from unjai.respond.escort.rules.ease import DARK_FROM, WEIGHTS, Facts, Known, ease_of, ease_of_all, is_dark
from unjai.respond.escort.rules.ease_words import explained

WORST = Known(lit=False, seen=0.0, patrolled_s=99_999.0, pole_m=5_000.0, open_places=0, works=True, reports=1_000_000)
BEST = Known(lit=True, seen=1.0, patrolled_s=60.0, pole_m=10.0, open_places=3, works=False, reports=0)
GOOD = {one.name: getattr(BEST, one.name) for one in dataclasses.fields(Known)}


def maybe(strategy):
    return st.none() | strategy


knowns = st.builds(
    Known,
    lit=maybe(st.booleans()),
    seen=maybe(st.floats(-0.5, 1.5)),
    patrolled_s=maybe(st.floats(-100, 90_000)),
    pole_m=maybe(st.floats(0, 10_000)),
    open_places=maybe(st.integers(0, 20)),
    works=maybe(st.booleans()),
    reports=maybe(st.integers(0, 200)),
)


def test_the_weights_make_one_and_a_street_can_reach_both_ends():
    assert sum(WEIGHTS.values()) == pytest.approx(1)
    assert ease_of(BEST, dark=True).value == pytest.approx(1)
    assert ease_of(WORST, dark=True).value == pytest.approx(0, abs=1e-6)
    assert ease_of(Known(), dark=True).value == 0
    assert ease_of(Known(), dark=True).at_most == pytest.approx(1)


@given(knowns, st.booleans())
def test_ease_is_bounded_and_vouches_for_no_more_than_it_could_be(known, dark):
    ease = ease_of(known, dark=dark)
    assert 0 <= ease.value <= ease.at_most <= 1


@given(knowns, st.sampled_from(sorted(GOOD)), st.booleans())
def test_something_known_good_never_lowers_ease(known, name, dark):
    better = dataclasses.replace(known, **{name: GOOD[name]})
    assert ease_of(better, dark=dark).value >= ease_of(known, dark=dark).value - 1e-12


@given(knowns, st.sampled_from(sorted(GOOD)), st.booleans())
def test_what_is_not_known_is_never_better_than_what_is_known(known, name, dark):
    unknown = ease_of(dataclasses.replace(known, **{name: None}), dark=dark)
    assert unknown.value <= ease_of(known, dark=dark).value + 1e-12
    assert unknown.at_most >= ease_of(known, dark=dark).at_most - 1e-12
    if not (name == "lit" and not dark):
        factor = {
            "patrolled_s": "patrolled",
            "pole_m": "pole",
            "open_places": "open",
            "works": "clear",
            "reports": "quiet",
        }
        assert unknown.states[factor.get(name, name)] == "unknown"


@given(knowns, st.integers(1, 50), st.booleans())
def test_more_reports_and_an_older_patrol_never_raise_ease(known, more, dark):
    few = dataclasses.replace(known, reports=more, patrolled_s=60.0 * more)
    many = dataclasses.replace(known, reports=more + 1, patrolled_s=60.0 * (more + 1))
    assert ease_of(many, dark=dark).value <= ease_of(few, dark=dark).value


@given(st.lists(knowns, min_size=1, max_size=6), st.booleans())
def test_all_at_once_is_the_same_sum(rows, dark):
    def column(name):
        return np.asarray([np.nan if getattr(one, name) is None else float(getattr(one, name)) for one in rows])

    facts = Facts.of(
        len(rows),
        **{name: column(name) for name in ("lit", "patrolled_s", "pole_m", "open_places", "works", "reports")},
        seen_night=column("seen"),
        seen_day=column("seen"),
    )
    value, at_most = ease_of_all(facts, dark=dark)
    for row, known in enumerate(rows):
        one = ease_of(known, dark=dark)
        assert value[row] == pytest.approx(one.value)
        assert at_most[row] == pytest.approx(one.at_most)
        assert ease_of(facts.at(row, dark=dark), dark=dark) == one


@given(knowns, st.booleans())
def test_every_factor_is_told_once_in_both_languages(known, dark):
    parts = explained(ease_of(known, dark=dark), dark=dark)
    said = [words for part in parts.values() for words in part]
    assert len(said) == len(WEIGHTS)
    assert all(words.th and words.en for words in said)


def test_a_street_that_was_patrolled_tomorrow_was_not_patrolled():
    assert ease_of(Known(patrolled_s=-5.0), dark=True).value == 0


def test_night_falls_at_the_earliest_dusk():
    assert not is_dark(12 * 60)
    assert is_dark(22 * 60)
    assert is_dark(24 * 60 + 5)
    assert is_dark(DARK_FROM.hour * 60 + DARK_FROM.minute)


def test_the_published_formula_is_the_one_in_force():
    page = (ROOT / "docs" / "ease.md").read_text("utf-8")
    for name, weight in WEIGHTS.items():
        assert f"| `{name}` | {weight:.2f} |" in page
