"""Charts, funnel and ring: limits that hold what chance gives, exact where the books are."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest, norm
from shapely import Point, box

from unjai.evaluate.rules.change.charts import g_chart, quiet, u_chart
from unjai.evaluate.rules.change.displacement import NOTHING, Cell, displaced, part_of
from unjai.evaluate.rules.change.funnel import funnel
from unjai.evaluate.rules.change.words import NAMES, sentence

cells = st.builds(Cell, before=st.integers(0, 120), after=st.integers(0, 120))


@given(st.lists(st.tuples(st.integers(0, 300), st.floats(0.5, 50)), max_size=36))
def test_a_rate_chart_has_ordered_limits(told: list[tuple[int, float]]) -> None:
    chart = u_chart([n for n, _ in told], [size for _, size in told])
    assert len(chart.points) == len(told)
    assert chart.phi >= 1
    for point in chart.points:
        assert 0 <= point.low <= point.high
    if any(n for n, _ in told):
        assert any(point.low <= chart.centre <= point.high for point in chart.points)


def test_a_shift_shows_and_dice_do_not() -> None:
    chance = np.random.default_rng(11)
    steady = [point.outside for _ in range(100) for point in u_chart(chance.poisson(8, 24).tolist(), [1.0] * 24).points]
    assert np.mean(steady) < 0.006
    jump = u_chart([*chance.poisson(8, 23).tolist(), 40], [1.0] * 24)
    assert [point.outside for point in jump.points] == [False] * 23 + [True]


def test_days_between_rare_cases() -> None:
    chance = np.random.default_rng(12)
    days = np.cumsum(chance.geometric(1 / 20, 40)).tolist()
    chart = g_chart(days)
    assert len(chart.points) == 39
    assert not any(point.outside for point in chart.points)
    assert g_chart([*days, days[-1] + 400]).points[-1].outside
    outside = [
        point.outside for _ in range(200) for point in g_chart(np.cumsum(chance.geometric(0.1, 25)).tolist()).points
    ]
    assert np.mean(outside) < 0.006
    assert g_chart([1, 5, 9]).points == ()


@given(st.lists(st.integers(0, 90), min_size=6, max_size=40), st.integers(0, 400), st.integers(0, 400))
def test_a_longer_quiet_has_less_chance(gaps: list[int], one: int, other: int) -> None:
    days = np.cumsum(gaps).tolist()
    short, long = sorted((one, other))
    first, second = quiet(days, days[-1] + short), quiet(days, days[-1] + long)
    assert first is not None
    assert second is not None
    assert 0 <= second <= first <= 1
    assert quiet(days, days[-1]) == 1.0


@given(st.dictionaries(st.text("abc", min_size=1, max_size=4), st.tuples(st.integers(0, 500), st.floats(0.0, 300))))
def test_a_funnel_never_ranks(told: dict[str, tuple[int, float]]) -> None:
    shown = funnel({key: n for key, (n, _) in told.items()}, {key: mean for key, (_, mean) in told.items()})
    assert [one.expected for one in shown.stations] == sorted(one.expected for one in shown.stations)
    assert shown.phi >= 1
    for one in shown.stations:
        assert one.outer[0] <= one.inner[0] <= one.inner[1] <= one.outer[1]
        if one.outer[0] <= one.ratio <= one.outer[1] or len(shown.stations) < 5:
            assert one.verdict == "unclaimable"


def test_a_funnel_widens_where_stations_differ_and_finds_the_one_outside() -> None:
    chance = np.random.default_rng(13)
    expected = {f"s{n}": float(mean) for n, mean in enumerate(chance.uniform(5, 80, 60))}
    dice = {key: int(chance.poisson(mean)) for key, mean in expected.items()}
    spells = {key: int(chance.poisson(mean * chance.gamma(4, 0.25))) for key, mean in expected.items()}
    assert funnel(dice, expected).phi < 1.6 < funnel(spells, expected).phi
    assert all(one.verdict == "unclaimable" for one in funnel(dice, expected).stations)
    one = max(expected, key=lambda key: expected[key])
    called = {point.station: point.verdict for point in funnel(dice | {one: int(expected[one] * 2)}, expected).stations}
    assert called[one] == "worse"


def test_points_fall_into_zone_ring_and_elsewhere() -> None:
    zone = box(0, 0, 600, 600)
    assert part_of([(300, 300), (700, 300), (850, 300), (1200, 300)], zone) == ["zone", "ring", "ring", "elsewhere"]
    assert part_of([(1200, 300)], zone, ring_m=5000) == ["elsewhere"]  # never wider than 500 m
    assert part_of([(740, 0)], Point(0, 0).buffer(600), ring_m=10) == ["ring"]  # never narrower than 150 m
    assert part_of([], zone) == []


def test_the_difference_is_the_books() -> None:
    judged = displaced(
        Cell(before=60, after=30), Cell(before=55, after=60), Cell(before=40, after=38), Cell(before=45, after=44)
    )
    spread = sum([60, 30, 55, 60, 40, 38, 45, 44]) ** 0.5
    assert judged.value == (30 - 60) - (60 - 55) + (38 - 40) - (44 - 45)
    assert (judged.low, judged.high) == pytest.approx(
        (judged.value - norm.ppf(0.975) * spread, judged.value + norm.ppf(0.975) * spread)
    )
    assert judged.verdict == "unclaimable" or judged.high < 0


def test_few_cases_are_judged_exactly() -> None:
    judged = displaced(Cell(before=14, after=2), Cell(before=12, after=13))
    adds, takes = 2 + 12, 13 + 14
    exact = binomtest(adds, adds + takes).proportion_ci(method="exact")
    assert judged.facts["exact"]
    assert (judged.low, judged.high) == pytest.approx([(2 * p - 1) * (adds + takes) for p in exact])
    assert judged.verdict == "unclaimable"
    assert displaced(Cell(before=14, after=2), Cell(before=12, after=13), months_after=2).reason == "too_few"


@given(cells, cells, cells, cells, st.floats(1, 3), st.sampled_from([1.0, 2.0]))
def test_a_difference_that_may_be_none_is_not_claimed(
    zone: Cell, control: Cell, ring: Cell, other: Cell, phi: float, months: float
) -> None:
    judged = displaced(zone, control, ring, other, phi=phi, months_after=months)
    assert judged.low <= judged.value + 1e-9
    assert judged.value <= judged.high + 1e-9
    if judged.low <= 0 <= judged.high:
        assert judged.verdict == "unclaimable"
    wider = displaced(zone, control, ring, other, phi=phi + 1, months_after=months)
    assert wider.high - wider.low >= judged.high - judged.low - 1e-9
    for language in ("th", "en"):
        assert sentence(judged, language).startswith(NAMES[judged.verdict][language])


def test_nothing_anywhere_is_no_difference() -> None:
    judged = displaced(NOTHING, NOTHING)
    assert (judged.low, judged.value, judged.high) == (0, 0, 0)
