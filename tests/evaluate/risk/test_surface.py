"""The risk surface: a share of what is to come for each cell, made of what was known, and refused where chance rules."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unjai.evaluate.rules.risk import baselines
from unjai.evaluate.rules.risk.components import COMPONENTS, COUNT, Component, spread, surfaces
from unjai.evaluate.rules.risk.grid import CELL_M, NEAR_M, Events, Grid
from unjai.evaluate.rules.risk.hits import AREAS, chosen
from unjai.evaluate.rules.risk.mixture import SIMPLE, Window, by_hits, em, weigh
from unjai.evaluate.rules.risk.scoring import METHODS, walk
from unjai.evaluate.rules.risk.surface import Cut, fit
from unjai.evaluate.rules.risk.words import weights_in_words
from unjai.model.errors import UnjaiError


def town(seed: int = 1, *, days: float = 900.0, many: int = 900) -> Events:
    """Return a town of few bad corners and much quiet."""
    chance = np.random.default_rng(seed)
    corner = chance.integers(0, 12, many)
    bad = chance.random(many) < 0.6
    x = np.where(bad, corner * 400.0 + chance.normal(0, 40, many), chance.uniform(0, 5000, many))
    y = np.where(bad, (corner % 5) * 700.0 + chance.normal(0, 40, many), chance.uniform(0, 4000, many))
    return Events.of(np.sort(chance.uniform(0, days, many)), x, y)


def test_a_surface_is_a_law_over_its_cells() -> None:
    events = town()
    model = fit(events, Grid.over(events), at=850.0, weeks=4)
    assert model.share.sum() == pytest.approx(1)
    assert model.share.min() >= 0
    assert model.weights.sum() == pytest.approx(1)
    assert model.weights.min() >= 0
    assert model.expected(4).sum() == pytest.approx(4 * model.a_week)
    low, high = model.within(4)
    assert np.all(low <= high)


@settings(max_examples=10, deadline=None)
@given(st.floats(-1e5, 1e5), st.floats(-1e5, 1e5), st.integers(0, 1000), st.randoms(use_true_random=False))
def test_neither_where_the_plane_begins_nor_the_order_of_rows_matters(
    x: float, y: float, day: int, order: object
) -> None:
    events = town(many=300)
    rows = np.arange(300)
    order.shuffle(rows)  # type: ignore[attr-defined]
    moved = Events.of(events.t[rows] + day, events.x[rows] + round(x), events.y[rows] + round(y))
    ours, theirs = (fit(one, Grid.over(one), at=800.0 + off, weeks=4) for one, off in ((events, 0), (moved, day)))
    assert theirs.share == pytest.approx(ours.share, rel=1e-6, abs=1e-9)


def test_what_comes_later_is_not_known() -> None:
    events = town()
    first = events.before(700.0)
    early = Events(t=events.t[:first], x=events.x[:first], y=events.y[:first])
    grid = Grid.over(events)
    assert fit(early, grid, at=700.0).share == pytest.approx(fit(events, grid, at=700.0).share)


def test_under_thirty_a_year_nothing_is_ranked() -> None:
    events = town(many=60, days=900.0)
    with pytest.raises(UnjaiError) as refused:
        fit(events, Grid.over(events), at=900.0)
    assert refused.value.code == "too_few_to_rank"


def test_cells_looked_at_are_those_near_an_earlier_event() -> None:
    events = Events.of(np.array([0.0]), np.array([10.0]), np.array([10.0]))
    grid = Grid.over(events)
    own = grid.cells(events)
    x, y = grid.middle(grid.near(own))
    mine_x, mine_y = grid.middle(own)
    away = np.hypot(x - mine_x, y - mine_y)
    assert away.max() <= NEAR_M
    assert len(away) == 21  # the cells of 150 m within 400 m


def test_each_component_shares_out_the_whole() -> None:
    events = town()
    grid = Grid.over(events)
    cells = grid.cells(events)
    looked_at = grid.near(cells[: events.before(600.0)])
    shares = surfaces(events, grid, cells, at=600.0, days=28.0, looked_at=looked_at)
    assert shares.shape == (len(looked_at), len(COMPONENTS))
    assert shares.sum(axis=0) == pytest.approx(np.ones(len(COMPONENTS)))


def test_em_finds_the_weights_that_made_the_events() -> None:
    chance = np.random.default_rng(3)
    shares = chance.dirichlet(np.full(400, 0.3), 3).T
    true = np.array([0.7, 0.1, 0.2])
    came = chance.multinomial(60_000, shares @ true).astype(float)
    assert em(shares, came) == pytest.approx(true, abs=0.02)


@pytest.mark.parametrize("near", [True, False])
def test_the_simple_map_that_hit_most_so_far_has_most_say(near: bool) -> None:
    count, around = COMPONENTS.index(COUNT), COMPONENTS.index(Component(spread_m=210.0))
    shares = np.random.default_rng(4).dirichlet(np.ones(500), len(COMPONENTS)).T
    right = shares[:, around if near else count]
    said = by_hits([Window(shares=shares, came=np.where(right >= np.sort(right)[-5], 50.0, 0.0))], COMPONENTS)
    assert said.sum() == pytest.approx(1)
    assert bool(said[around] > 0.9) is near
    assert bool(said[count] > 0.9) is not near


def test_simple_maps_that_hit_nothing_have_the_same_say() -> None:
    said = by_hits([Window(shares=np.ones((500, len(COMPONENTS))), came=np.zeros(500))], COMPONENTS)
    assert said[said > 0] == pytest.approx(np.full(len(SIMPLE), 1 / len(SIMPLE)))


def test_without_an_earlier_window_there_are_weights_all_the_same() -> None:
    assert weigh([]).sum() == pytest.approx(1)


@given(st.lists(st.integers(0, 5), min_size=50, max_size=300), st.randoms(use_true_random=False))
def test_cells_of_equal_score_are_chosen_by_chance(counts: list[int], order: object) -> None:
    came = np.array(counts, dtype=float)
    even = np.ones(len(came))
    assert chosen(even, came, 0.02) == pytest.approx(came.sum() * 0.02)
    rows = list(range(len(came)))
    order.shuffle(rows)  # type: ignore[attr-defined]
    score = np.minimum(came, 2)
    assert chosen(score[rows], came[rows], 0.05) == pytest.approx(chosen(score, came, 0.05))
    assert chosen(came, came, 0.05) >= chosen(score, came, 0.05) - 1e-9


def test_a_density_from_points_is_that_of_the_cells_where_bells_are_wide() -> None:
    events = town()
    grid = Grid.over(events)
    cells = grid.cells(events)
    near = baselines.density(events, grid, cells, at=900.0, bandwidth_m=200.0).ravel()
    counted = spread(baselines.counts(events, grid, cells, at=900.0, days=365.0), 200.0).ravel()
    assert np.corrcoef(near, counted)[0, 1] > 0.98


def test_promap_is_nearest_where_and_when_it_last_happened() -> None:
    events = Events.of(np.array([0.0, 50.0, 53.0]), np.array([0.0, 2000.0, 4000.0]), np.array([0.0, 0.0, 0.0]))
    grid = Grid.over(events)
    cells = grid.cells(events)
    at = baselines.promap(events, grid, cells, at=57.0).ravel()[cells]
    assert at[2] == pytest.approx(1.0)
    assert at[1] == pytest.approx(1.0)
    assert at[0] == 0  # nine weeks ago
    beside = baselines.promap(events, grid, cells, at=57.0).ravel()[cells[2] + 1]
    assert beside == pytest.approx(1 / (1 + CELL_M / 75))


def test_a_walk_scores_every_method_on_the_same_cells_and_events() -> None:
    events = town(many=1200)
    told: list[int] = []
    walked = walk(events, weeks=4, told=lambda done, _of: told.append(done))
    assert told[-1] == 13
    for method in METHODS:
        for k, area in enumerate(AREAS):
            hit, pai = walked.hit(method, k), walked.pai(method, k)
            assert 0 <= hit.low <= hit.value <= hit.high <= 1
            assert pai.value == pytest.approx(hit.value / area)
            assert walked.pei(method, k).value <= 1 + 1e-9
    assert walked.over("ours", "ours", 1).value == pytest.approx(1)
    assert walked.pai("ours", 1).value > 5  # the corners are found


def test_a_month_cannot_be_scored_for_four_weeks() -> None:
    events = town(days=40.0)
    with pytest.raises(UnjaiError) as refused:
        walk(events, weeks=4)
    assert refused.value.code == "too_short_to_score"
    short = walk(events, weeks=1)
    assert short.came.sum() > 0
    assert short.independent == 3  # thirteen forecasts of a week within twenty days


def test_forecasts_that_overlap_make_wider_intervals() -> None:
    walked = walk(town(many=1200), weeks=4)
    assert walked.independent == 13
    near = replace(walked, origins=tuple(one / 4 for one in walked.origins))
    assert near.independent == 4
    assert near.pai("ours", 1).low < walked.pai("ours", 1).low
    assert near.pai("ours", 1).value == walked.pai("ours", 1).value


def test_a_day_is_reckoned_once() -> None:
    events = town()
    cut = Cut(events, Grid.over(events), 28.0)
    assert cut.window(500.0) is cut.window(500.0)


def test_where_kinds_of_place_are_known_the_telling_one_is_told_in_words() -> None:
    chance = np.random.default_rng(9)
    many = 1500
    shop = chance.random(many) < 0.5  # cases at shops come again at the same ten places, others anywhere
    place = chance.integers(0, 10, many)
    x = np.where(shop, place * 450.0 + 75, chance.uniform(0, 5000, many))
    y = np.where(shop, (place % 4) * 900.0 + 75, chance.uniform(0, 4000, many))
    kinds = np.where(shop, 1, np.where(chance.random(many) < 0.1, -1, 0))
    events = Events.of(np.sort(chance.uniform(0, 900, many)), x, y, kinds)
    model = fit(events, Grid.over(events), at=880.0)
    assert {one.kind for one in model.components} == {None, 0, 1}
    at_shops = float(model.weights[model.components.index(Component(kind=1))])
    assert at_shops > 0.2
    for language, kind, ever in (
        ("th", "ร้านค้า", "เหตุทั้งหมดที่เคยเกิด ในช่องนั้นเอง"),
        ("en", "shop", "all cases so far in the cell itself"),
    ):
        told = weights_in_words(model.components, model.weights, language, kinds=("home", kind))  # type: ignore[arg-type]
        assert any(kind in one for one in told)
        assert any(ever in one for one in told)
        assert sum(int(one.split("%")[0]) for one in told) == pytest.approx(100, abs=len(told) / 2)
    assert "None" not in " ".join(weights_in_words(COMPONENTS, np.full(len(COMPONENTS), 1 / len(COMPONENTS)), "th"))
