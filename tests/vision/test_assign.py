"""The cheapest pairing against all pairings tried."""

from itertools import permutations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from unjai.vision.assign import pairs
from unjai.vision.box import Box, inside_share, kept_of, overlap, overlaps

LIMIT = 0.8


def _worth(costs: np.ndarray, chosen: list[tuple[int, int]]) -> float:
    """What a pairing saves against the limit, when every pair that is not made costs the limit."""
    return sum(1e3 - float(costs[pair]) for pair in chosen)


def _best(costs: np.ndarray) -> float:
    rows, columns = costs.shape
    if rows > columns:
        return _best(costs.T)
    best = 0.0
    for order in permutations(range(columns), rows):
        chosen = [(row, column) for row, column in enumerate(order) if costs[row, column] <= LIMIT]
        best = max(best, _worth(costs, chosen))
    return best


@settings(deadline=None)
@given(
    st.tuples(st.integers(1, 5), st.integers(1, 5)).flatmap(
        lambda shape: arrays(np.float32, shape, elements=st.floats(0, 1, width=32).map(lambda x: round(x, 3)))
    )
)
def test_no_pairing_is_better(costs):
    found = pairs(costs, LIMIT)
    assert len({row for row, _ in found}) == len({column for _, column in found}) == len(found)
    assert all(costs[pair] <= LIMIT for pair in found)
    assert abs(_worth(costs, found) - _best(costs)) < 0.5


def test_nothing_allowed_is_no_pair():
    assert pairs(np.ones((3, 2), np.float32), LIMIT) == []


BOXES = st.builds(lambda x, y, w, h: Box(x, y, x + w, y + h), *[st.floats(0, 100)] * 2, *[st.floats(0.5, 50)] * 2)


@settings(deadline=None)
@given(BOXES, BOXES)
def test_overlap_is_the_same_either_way_and_as_in_arrays(a, b):
    one = overlap(a, b)
    assert 0 <= one <= 1 + 1e-9
    assert one == overlap(b, a)
    assert abs(float(overlaps(np.array([a], np.float32), np.array([b], np.float32))[0, 0]) - one) < 1e-2
    assert inside_share(a, a.union(b)) > 0.999


def test_of_boxes_that_overlap_the_best_stays():
    boxes = np.array([[0, 0, 10, 10], [1, 0, 11, 10], [50, 50, 60, 60]], np.float32)
    assert kept_of(boxes, np.array([0.5, 0.9, 0.4], np.float32), limit=0.5) == [1, 2]
    assert kept_of(boxes[:0], np.zeros(0, np.float32), limit=0.5) == []
