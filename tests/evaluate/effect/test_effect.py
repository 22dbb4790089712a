"""The programme's effect is found where it is, not found where nothing was done, and planned before it starts."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st

from unjai.evaluate.rules.change.words import NAMES, sentence
from unjai.evaluate.rules.effect.order import roll_out
from unjai.evaluate.rules.effect.panel import Panel
from unjai.evaluate.rules.effect.placebo import placebos
from unjai.evaluate.rules.effect.power import smallest_cut
from unjai.evaluate.rules.effect.staggered import staggered
from unjai.evaluate.rules.effect.wedge import _fit, by_order, judge_programme
from unjai.evaluate.rules.effect.words import smallest_cut_sentence


def wedge(seed: int, *, cut: float, stations: int = 40, months: int = 24, mean: float = 5.0) -> Panel:
    chance = np.random.default_rng(seed)
    start = np.resize(np.arange(8, months, 4), stations)
    level = mean * chance.gamma(3, 1 / 3, (stations, 1)) * np.exp(0.2 * np.sin(np.arange(months)))
    on = np.arange(months) >= start[:, None]
    return Panel.of(chance.poisson(level * np.where(on, 1 - cut, 1)).tolist(), start.tolist())


def test_a_cut_of_a_third_is_found_and_told() -> None:
    judged = judge_programme(wedge(1, cut=0.33))
    assert judged.verdict == "better"
    assert judged.low < 0.67 < judged.high
    assert judged.facts["p"] == 0.001
    for language in ("th", "en"):
        assert sentence(judged, language).startswith(NAMES["better"][language])


def test_the_same_panel_gives_the_same_verdict() -> None:
    assert judge_programme(wedge(2, cut=0.1)) == judge_programme(wedge(2, cut=0.1))


@pytest.mark.parametrize("uneven", [0.0, 0.2])
def test_the_fit_is_that_of_a_column_for_every_station_and_month(uneven: float) -> None:
    panel = wedge(3, cut=0.2, stations=12).told()
    rows, columns = panel.counts.shape
    station, month = np.repeat(np.arange(rows), columns), np.tile(np.arange(columns), rows)
    design = np.column_stack([panel.on.ravel(), np.eye(rows)[station], np.eye(columns)[month][:, 1:]]).astype(float)
    law = sm.families.NegativeBinomial(alpha=uneven) if uneven else sm.families.Poisson()
    theirs = sm.GLM(panel.counts.ravel(), design, family=law).fit(
        cov_type="cluster", cov_kwds={"groups": station}, tol=1e-12
    )
    value, spread, mean = _fit(panel.counts.astype(float), panel.on, uneven)
    assert value == pytest.approx(theirs.params[0], abs=1e-7)
    assert spread == pytest.approx(theirs.bse[0], rel=0.02 if uneven else 1e-6)  # theirs: observed information
    assert mean.ravel() == pytest.approx(theirs.mu, rel=1e-6)


def test_both_laws_find_the_cut() -> None:
    for law in ("poisson", "negative_binomial"):
        assert judge_programme(wedge(1, cut=0.33), law=law).verdict == "better"


def test_orders_call_nothing_more_often_than_promised() -> None:
    p = [by_order(wedge(seed, cut=0.0, stations=20), orders=199) for seed in range(200)]
    assert np.mean(np.asarray(p) <= 0.05) <= 0.085  # 0.05 and two standard errors
    assert 0.4 < np.mean(p) < 0.6


def test_one_step_is_near_the_whole_way() -> None:
    chance = np.random.default_rng(4)
    panel = Panel.of(chance.poisson(50, (8, 10)).tolist(), [3, 3, 5, 5, 7, 7, 10, 10])
    assert by_order(panel) == pytest.approx(by_order(panel, seed=2), abs=0.06)


@pytest.mark.parametrize(
    "panel",
    [
        Panel.of([[3, 4, 5]] * 5, [1, 1, 2, 2, 3]),  # too few stations
        Panel.of([[3, 4, 5]] * 8, [1] * 8),  # all together: time and programme are one
        Panel.of([[3, 4, 5]] * 8, [3] * 8),  # nobody has started
        Panel.of([[3, 0, 0, 0]] * 8, [1, 2] * 4),  # no case with the programme
        Panel.of([[1, 0], [2, 0]] * 4, [0, 1] * 4),  # one month left: station and programme are one
        Panel.of([[0, 0, 0]] * 8, [1, 1, 1, 1, 2, 2, 2, 2]),
        Panel.of([[0]], [0]),
    ],
)
def test_what_cannot_be_told_apart_is_not_claimed(panel: Panel) -> None:
    judged = judge_programme(panel)
    assert (judged.verdict, judged.reason) == ("unclaimable", "too_few")
    assert "{" not in sentence(judged, "en")
    assert placebos(panel) == []


def test_a_panel_that_does_not_fit_is_refused() -> None:
    for counts, start in (([[1, 2]], [0, 1]), ([[1, -2]], [0]), ([1, 2], [0])):
        with pytest.raises(ValueError, match="a row of counts"):
            Panel.of(counts, start)


def test_two_groups_are_the_ratio_of_ratios() -> None:
    chance = np.random.default_rng(5)
    counts = chance.poisson(20, (10, 12))
    found = staggered(Panel.of(counts.tolist(), [6] * 5 + [12] * 5))
    assert found is not None
    ours, others = counts[:5].sum(axis=0), counts[5:].sum(axis=0)
    expected = sum(ours[:6].sum() * others[month] / others[:6].sum() for month in range(6, 12))
    assert found.ratio == pytest.approx(ours[6:].sum() / expected)
    assert found.low < found.ratio < found.high
    assert [row.months for row in found.since] == list(range(-6, 6))


def test_an_effect_that_grows_is_seen_month_by_month() -> None:
    chance = np.random.default_rng(6)
    start = np.resize([8, 12, 16, 24], 120)
    since = np.arange(24) - start[:, None]
    level = np.where(since >= 0, 20 * np.exp(-0.05 * np.minimum(since + 1, 12)), 20)
    found = staggered(Panel.of(chance.poisson(level).tolist(), start.tolist()))
    assert found is not None
    rows = {row.months: row for row in found.since}
    assert abs(rows[-3].ratio - 1) < 0.08
    assert rows[0].ratio > rows[5].ratio > rows[11].ratio
    assert rows[11].low < np.exp(-0.6) < rows[11].high
    assert staggered(Panel.of([[1, 2], [2, 1]], [0, 0])) is None


def test_placebos_lie_before_anyone_started() -> None:
    found = placebos(wedge(7, cut=0.5), zones=8)
    assert [one.kind for one in found] == ["dates"] * 3 + ["zones"] * 8
    assert sum(one.judged.verdict != "unclaimable" for one in found) <= 2
    assert placebos(wedge(7, cut=0.5), zones=2)[3] == found[3]


@pytest.mark.parametrize(
    ("cases", "percents"),
    [(2, (83, 25, 10)), (5, (55, 16, 6)), (10, (41, 12, 5)), (30, (25, 7, 3))],
)
def test_the_smallest_cut_that_can_be_seen(cases: float, percents: tuple[int, int, int]) -> None:
    for zones, percent in zip((1, 15, 100), percents, strict=True):
        cut = smallest_cut(cases, zones=zones)
        assert cut is not None
        assert 100 * cut == pytest.approx(percent, abs=1.0)


@given(st.floats(0.05, 100), st.integers(1, 50), st.floats(0, 0.4))
def test_more_cases_or_zones_see_smaller_cuts(cases: float, zones: int, drift: float) -> None:
    one, more = smallest_cut(cases, zones=zones, drift=drift), smallest_cut(2 * cases, zones=zones, drift=drift)
    wider = smallest_cut(cases, zones=zones + 1, drift=drift)
    for other in (more, wider):
        if one is not None:
            assert other is not None
            assert other <= one + 1e-3
            assert 0 < other < 1


def test_nothing_can_be_planned_without_cases() -> None:
    assert smallest_cut(0) is None
    assert smallest_cut(0.1) is None


@settings(max_examples=40)
@given(
    st.dictionaries(st.text("กขค123", min_size=1, max_size=5), st.floats(0, 500), max_size=60),
    st.integers(1, 8),
    st.text(max_size=8),
)
def test_the_order_is_fair_whole_and_drawn_again(sizes: dict[str, float], phases: int, seed: str) -> None:
    order = roll_out(sizes, phases, seed)
    assert sorted(key for phase in order for key in phase) == sorted(sizes)
    assert max(map(len, order)) - min(map(len, order)) <= 1
    assert order == roll_out(dict(reversed(sizes.items())), phases, seed)
    ranked = sorted(sizes, key=lambda key: (-sizes[key], key))
    for first in range(0, len(ranked) - phases + 1, phases):
        block = ranked[first : first + phases]
        assert all(len(set(block) & set(phase)) == 1 for phase in order)


def test_a_published_seed_draws_this_order() -> None:
    sizes = {"A": 9.0, "B": 8.0, "C": 2.0, "D": 1.0}
    first = min("AB", key=lambda key: hashlib.sha256(f"2569|{key}".encode()).hexdigest())
    assert first in roll_out(sizes, 2, "2569")[0]
    assert roll_out(sizes, 2, "2569") != roll_out(sizes, 2, "2571") or roll_out(sizes, 2, "1") != roll_out(
        sizes, 2, "2569"
    )
    with pytest.raises(ValueError, match="phase"):
        roll_out(sizes, 0, "2569")


def test_a_plan_says_what_it_will_not_see() -> None:
    one = smallest_cut_sentence(smallest_cut(5), "en", cases_a_month=5, zones=1, months=12)
    assert one == "With 1 zone at 5 cases a month no cut under 55% can be seen in 12 months"
    assert "6%" in smallest_cut_sentence(smallest_cut(5, zones=100), "th", cases_a_month=5, zones=100, months=12)
    assert "too few" in smallest_cut_sentence(None, "en", cases_a_month=0.1, zones=2, months=12)


panels = st.integers(6, 12).flatmap(
    lambda stations: st.integers(3, 10).flatmap(
        lambda months: st.builds(
            Panel.of,
            st.lists(
                st.lists(st.integers(0, 9), min_size=months, max_size=months), min_size=stations, max_size=stations
            ),
            st.lists(st.integers(0, months + 1), min_size=stations, max_size=stations),
        )
    )
)


@settings(max_examples=60)
@given(panels)
def test_an_effect_that_may_be_none_is_not_claimed(panel: Panel) -> None:
    judged = judge_programme(panel)
    assert judged.low <= judged.value <= judged.high
    if judged.verdict != "unclaimable":
        assert not judged.low <= 1 <= judged.high
        assert judged.facts["p"] <= 0.05
        assert (judged.verdict == "better") == (judged.value < 1)
    assert "{" not in sentence(judged, "th")
    found = staggered(panel)
    if found is not None:
        assert found.low <= found.ratio <= found.high
        assert all(row.low <= row.ratio <= row.high for row in found.since)
