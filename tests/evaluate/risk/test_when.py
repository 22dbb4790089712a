"""Hours of the week, and near repeats beside a Monte Carlo of our own."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from unjai.evaluate.rules.risk import near_repeat
from unjai.evaluate.rules.risk.grid import Events, Grid
from unjai.evaluate.rules.risk.hours import LONGEST_H, SLOTS, by_hour, laid_out

spans = st.lists(st.tuples(st.floats(0, 168 * 4), st.floats(0, LONGEST_H)), min_size=1, max_size=40)


@given(spans)
@example([(0.0, 5e-324)])
def test_each_case_is_laid_out_whole(cases: list[tuple[float, float]]) -> None:
    begun = np.array([one for one, _ in cases])
    long = np.array([one for _, one in cases])
    case, slot, part = laid_out(begun, begun + long)
    assert np.bincount(case, weights=part, minlength=len(cases)) == pytest.approx(np.ones(len(cases)))
    assert slot.min() >= 0
    assert slot.max() < SLOTS


def test_a_night_lies_over_its_slots_alone() -> None:
    case, slot, part = laid_out(np.array([21.0]), np.array([27.0]))  # Monday 21:00 to Tuesday 03:00
    assert case.tolist() == [0, 0, 0, 0]
    assert slot.tolist() == [10, 11, 12, 13]
    assert part == pytest.approx([1 / 6, 2 / 6, 2 / 6, 1 / 6])


def test_a_case_known_no_better_than_four_days_says_nothing() -> None:
    assert len(laid_out(np.array([0.0]), np.array([96.0]))[0]) == 0


def test_a_place_of_night_cases_has_night_hours_and_a_quiet_one_those_of_all() -> None:
    chance = np.random.default_rng(5)
    n = 400
    x = np.concatenate((np.zeros(n), np.full(n, 4000.0), [9000.0]))
    hours = np.concatenate((chance.uniform(0, 2, n) + 22, chance.uniform(0, 2, n) + 12, [12.5]))
    begun = hours + 24.0 * chance.integers(0, 7, 2 * n + 1)
    events = Events.of(np.arange(2.0 * n + 1), x, np.zeros(2 * n + 1))
    grid = Grid.over(events)
    cells = grid.cells(events)
    looked_at = grid.near(cells)
    made = by_hour(grid, looked_at, cells, begun, begun)
    assert made.sum(axis=1) == pytest.approx(np.ones(len(looked_at)))
    night = made.reshape(-1, 7, 12)[:, :, 11].sum(axis=1)
    at = {int(cell): share for cell, share in zip(looked_at, night, strict=True)}
    assert at[int(cells[0])] > 0.9
    assert at[int(cells[n])] < 0.1
    assert at[int(cells[-1])] == pytest.approx(0.5, abs=0.05)


def repeats(many: int = 150) -> Events:
    chance = np.random.default_rng(11)
    t, x, y = chance.uniform(0, 365, many), chance.uniform(0, 4000, many), chance.uniform(0, 4000, many)
    again = chance.random(many) < 0.4
    return Events.of(
        np.concatenate((t, t[again] + chance.uniform(0, 5, again.sum()))),
        np.concatenate((x, x[again] + chance.normal(0, 60, again.sum()))),
        np.concatenate((y, y[again] + chance.normal(0, 60, again.sum()))),
    )


def test_repeats_are_found_and_mere_chance_is_not() -> None:
    found = near_repeat.near_repeats(repeats())
    near = found[0]
    assert (near.within_m, near.within_d) == (200, 7)
    assert near.p <= 0.01
    assert near.ratio is not None
    assert near.ratio > 2
    chance = np.random.default_rng(12)
    even = Events.of(np.sort(chance.uniform(0, 365, 200)), chance.uniform(0, 4000, 200), chance.uniform(0, 4000, 200))
    assert near_repeat.near_repeats(even)[0].p > 0.05
    assert near_repeat.near_repeats(Events.of(np.arange(3.0), np.arange(3.0), np.arange(3.0))) == []


def test_pairs_and_p_are_those_of_our_own_shuffles() -> None:
    events = repeats(80)
    told = near_repeat.near_repeats(events)[0]
    near = np.hypot(events.x[:, None] - events.x, events.y[:, None] - events.y) <= told.within_m
    np.fill_diagonal(near, False)

    def pairs(t: np.ndarray) -> int:
        return int((near & (np.abs(t[:, None] - t) <= told.within_d)).sum()) // 2

    chance = np.random.default_rng(1)
    drawn = [pairs(chance.permutation(events.t)) for _ in range(199)]
    assert told.pairs == pairs(events.t)
    assert told.expected == pytest.approx(np.mean(drawn), rel=0.25)
    assert told.p == pytest.approx((1 + sum(one >= told.pairs for one in drawn)) / 200, abs=0.02)
    assert near_repeat.near_repeats(events) == near_repeat.near_repeats(events)
