"""The guard rings when patrols feed on themselves, and not when they go everywhere."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unjai.evaluate.rules.guard import Place, gini, guard

places = st.builds(
    Place,
    visits=st.integers(0, 200),
    patrol_min=st.floats(0, 1e4),
    reported=st.integers(0, 50),
    found=st.integers(0, 50),
)


def even(found: int = 0) -> list[Place]:
    return [Place(visits=10, patrol_min=120, reported=5, found=found) for _ in range(20)]


def test_even_patrols_ring_nothing() -> None:
    looked = guard(even(found=1))
    assert looked.alarms == ()
    assert looked.gini == pytest.approx(0)
    assert looked.found_moves == pytest.approx(0)
    assert looked.found_an_hour is not None
    assert 1 in looked.found_an_hour


def test_four_places_of_twenty_with_all_patrols_ring() -> None:
    fed = [Place(visits=100, patrol_min=1200, reported=5, found=20)] * 4 + [
        Place(visits=0, patrol_min=0, reported=5, found=0)
    ] * 16
    looked = guard(fed)
    assert looked.alarms == ("gathered", "unvisited", "found_drives")
    assert looked.gini == pytest.approx(0.8)
    assert looked.unvisited == 16
    assert looked.found_an_hour is None or 1 not in looked.found_an_hour


def test_twice_the_hours_find_twice_as_much_and_no_more_an_hour() -> None:
    looked = guard(
        [Place(visits=20, patrol_min=200, reported=9, found=4)] * 10
        + [Place(visits=10, patrol_min=100, reported=9, found=2)] * 10
    )
    assert looked.found_an_hour is not None
    assert 1 in looked.found_an_hour


def test_too_little_to_say() -> None:
    looked = guard([])
    assert (looked.top_share, looked.found_share, looked.found_moves, looked.found_an_hour) == (None,) * 4
    assert looked.alarms == ()
    assert guard([Place(visits=1, patrol_min=9, reported=0, found=0)] * 3).alarms == ()


@given(st.lists(places, max_size=40))
def test_figures_stay_in_their_bounds(told: list[Place]) -> None:
    looked = guard(told)
    assert 0 <= looked.gini <= 1
    assert looked.found_moves is None or 0 <= looked.found_moves <= 1
    assert looked.found_share is None or 0 <= looked.found_share <= 1
    assert looked == guard(told)


@given(st.lists(st.floats(0, 1e6), min_size=2, max_size=40), st.floats(0.1, 10))
def test_ginis_coefficient_knows_no_unit(amounts: list[float], scale: float) -> None:
    assert gini([one * scale for one in amounts]) == pytest.approx(gini(amounts), abs=1e-6)
    assert gini(amounts) + 1e-9 >= 0
    if sum(amounts) > 0:
        assert gini([*amounts, 0.0]) >= gini(amounts) - 1e-9
