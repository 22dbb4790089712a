"""Three verdicts, never a fourth, and never one that chance could give too easily."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest, nbinom
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

from unjai.evaluate.rules.change.intervals import (
    Prior,
    dispersion,
    poisson,
    rate_ratio,
    share_difference,
    wilson,
)
from unjai.evaluate.rules.change.predicted import DRIFT, drift, predict, trend
from unjai.evaluate.rules.change.verdict import judge_count, judge_share
from unjai.evaluate.rules.change.words import NAMES, sentence

months = st.lists(st.integers(0, 200), min_size=0, max_size=48)


def test_intervals_are_those_of_the_books() -> None:
    assert poisson(0).high == pytest.approx(3.689, abs=1e-3)  # the rule of three's exact form
    assert (poisson(10).low, poisson(10).high) == pytest.approx((4.795, 18.39), abs=1e-2)  # Garwood's table
    theirs = proportion_confint(13, 40, method="wilson")
    assert (wilson(13, 40).low, wilson(13, 40).high) == pytest.approx(theirs)
    ours = share_difference(30, 80, 20, 90)
    assert (ours.low, ours.high) == pytest.approx(
        confint_proportions_2indep(30, 80, 20, 90, method="newcomb", compare="diff"), abs=1e-9
    )


@given(st.integers(0, 5000))
def test_an_exact_interval_holds_its_count(count: int) -> None:
    assert count in poisson(count)


@given(months.filter(bool), st.floats(0.2, 3.0))
def test_a_prediction_is_a_law_of_counts(history: list[int], trend: float) -> None:
    foreseen = predict(history, trend=trend)
    band = foreseen.within()
    assert 0 <= band.low <= band.high
    assert foreseen.variance >= foreseen.mean > 0
    assert foreseen.below(int(band.low) - 1) <= 0.025 < foreseen.below(int(band.low))
    assert foreseen.above(int(band.high) + 1) <= 0.025 < foreseen.above(int(band.high))
    assert dispersion(history) >= 1


def test_a_prediction_is_the_negative_binomial_of_its_moments() -> None:
    foreseen = predict([3, 5, 4, 2, 6, 4, 3, 5, 4, 2, 6, 4])
    share = foreseen.mean / foreseen.variance
    law = nbinom(foreseen.mean * share / (1 - share), share)
    assert law.mean() == pytest.approx(foreseen.mean)
    assert law.var() == pytest.approx(foreseen.variance)


@given(months, st.integers(0, 400), st.booleans())
def test_no_verdict_within_what_chance_gives(history: list[int], observed: int, down: bool) -> None:
    judged = judge_count(observed=observed, history=history, down_is_better=down)
    if judged.expected_low is None or judged.expected_low <= observed <= judged.expected_high:  # type: ignore[operator]
        assert judged.verdict == "unclaimable"
    else:
        fell = observed < judged.expected_low
        assert judged.verdict == ("better" if fell == down else "worse")


@given(months, st.integers(0, 100))
def test_the_other_direction_gives_the_other_verdict(history: list[int], observed: int) -> None:
    down = judge_count(observed=observed, history=history)
    up = judge_count(observed=observed, history=history, down_is_better=False)
    assert {down.verdict, up.verdict} in ({"unclaimable"}, {"better", "worse"})


@given(
    st.integers(0, 300), st.integers(1, 300), st.integers(0, 300), st.integers(1, 300), st.booleans(), st.floats(1, 3)
)
def test_a_share_needs_a_difference_beyond_chance(
    hits: int, n: int, hits_before: int, n_before: int, up: bool, effect: float
) -> None:
    hits, hits_before = min(hits, n), min(hits_before, n_before)
    judged = judge_share(
        hits=hits, n=n, hits_before=hits_before, n_before=n_before, up_is_better=up, design_effect=effect
    )
    assert judged.low <= judged.value <= judged.high
    if judged.verdict != "unclaimable":
        assert min(n, n_before) >= 30
        assert judged.facts["moved_low"] * judged.facts["moved_high"] > 0
        assert (judged.verdict == "better") == ((judged.value > judged.expected) == up)  # type: ignore[operator]
    for language in ("th", "en"):
        assert sentence(judged, language).startswith(NAMES[judged.verdict][language])


@given(months, st.integers(0, 400))
def test_every_verdict_has_its_sentence(history: list[int], observed: int) -> None:
    judged = judge_count(observed=observed, history=history)
    for language in ("th", "en"):
        told = sentence(judged, language)
        assert told.startswith(NAMES[judged.verdict][language])
        assert "{" not in told


def test_a_fifth_less_in_a_small_zone_cannot_be_claimed() -> None:
    judged = judge_count(observed=4, history=[5, 6, 4, 5, 5, 7, 3, 5, 5, 6, 4, 5])
    assert judged.verdict == "unclaimable"
    assert sentence(judged, "en").startswith("cannot be claimed: 4 seen;")


def test_a_place_picked_for_a_bad_spell_is_drawn_back_to_its_like() -> None:
    quiet = [[2, 1, 3, 2, 2, 1], [3, 4, 3, 2, 5, 3], [1, 0, 1, 1, 0, 2], [4, 5, 6, 4, 3, 5], [2, 2, 3, 1, 2, 2]]
    prior = Prior.of(quiet)
    assert prior is not None
    spell = [2, 2, 1, 3, 9, 11]
    assert predict(spell, prior=prior).mean < predict(spell).mean


def test_a_prior_needs_places_that_differ() -> None:
    assert Prior.of([[1, 2], [2, 1]]) is None
    assert Prior.of([[2, 2], [2, 2], [2, 2]]) is None


def test_months_of_a_steady_zone_are_called_changed_no_oftener_than_promised() -> None:
    chance = np.random.default_rng(20261124)
    called = 0
    for _ in range(2000):
        told = chance.poisson(5, 13).tolist()
        called += judge_count(observed=told[-1], history=told[:-1]).verdict != "unclaimable"
    assert called / 2000 <= 0.05


@given(st.integers(0, 300), st.integers(0, 300), st.floats(0.1, 10))
def test_a_ratio_of_rates_is_the_binomials_exact_interval(count: int, before: int, exposure: float) -> None:
    ours = rate_ratio(count, exposure, before, 1.0)
    if count + before == 0:
        assert (ours.low, ours.high) == (0, float("inf"))
        return
    theirs = binomtest(count, count + before).proportion_ci(method="exact")
    assert ours.low == pytest.approx(theirs.low / (1 - theirs.low) / exposure, rel=1e-6)
    if before:
        assert ours.high == pytest.approx(theirs.high / (1 - theirs.high) / exposure, rel=1e-6)
        assert count / before / exposure in ours


@given(months.filter(lambda told: len(told) >= 6), st.integers(0, 200), st.integers(0, 200), st.integers(1, 24))
def test_more_cases_are_never_a_better_verdict(history: list[int], one: int, other: int, over: int) -> None:
    rank = {"better": 0, "unclaimable": 1, "worse": 2}
    few, many = (judge_count(observed=seen, history=history, months=over) for seen in sorted((one, other)))
    assert rank[few.verdict] <= rank[many.verdict]


def test_a_year_does_not_even_out_what_drifts() -> None:
    history = [30] * 24
    still, moving = (predict(history, months=12, drift=by).within() for by in (0.0, DRIFT))
    assert moving.high - moving.low > 2 * (still.high - still.low)
    assert predict(history, drift=0.0) == predict(history)  # a month alone holds it in its dispersion
    assert "in 12 months" in sentence(judge_count(observed=360, history=history, months=12), "en")


def test_others_carry_season_and_trend() -> None:
    assert trend([10, 20, 30], [10]) == 0.5
    assert trend([0, 0], [4]) == trend([], [4]) == trend([3], []) == 1.0


def test_places_that_move_widen_the_year() -> None:
    chance = np.random.default_rng(5)
    still = chance.poisson(20, (80, 24)).tolist()
    level = 20 * np.exp(chance.normal(0, 0.5, (80, 1)))
    moving = np.hstack([chance.poisson(20, (80, 12)), chance.poisson(level, (80, 12))]).tolist()
    assert drift(still) == drift([]) == DRIFT
    assert 0.35 < drift(moving) < 0.75
