"""What wishes would have saved: an interval or nothing, never a bare figure of a few."""

import math

from hypothesis import given
from hypothesis import strategies as st

from unjai.signals.rules.comparing import LEAST_CHANGES, Change, compared

changes = st.builds(
    Change,
    waited_s=st.floats(0, 5_000),
    passed=st.integers(0, 40),
    hold_s=st.floats(5, 60),
)


@given(st.lists(changes, max_size=LEAST_CHANGES - 1))
def test_too_few_say_nothing(few):
    assert compared(few) is None


@given(st.lists(changes, min_size=LEAST_CHANGES, max_size=60), st.randoms())
def test_the_interval_holds_the_sum_and_no_order_changes_it(many, dice):
    found = compared(many)
    assert found is not None
    assert found.changes == len(many)
    assert found.low_min <= found.saved_min <= found.high_min
    assert math.isclose(found.saved_min * 60, sum(one.saved_s for one in many), rel_tol=1e-9, abs_tol=1e-6)
    dice.shuffle(many)
    again = compared(many)
    assert math.isclose(again.low_min, found.low_min, rel_tol=1e-6, abs_tol=1e-6)


def test_a_known_answer():
    half = [Change(waited_s=120, passed=0, hold_s=10), Change(waited_s=0, passed=6, hold_s=10)] * 10
    found = compared(half)
    assert found.saved_min == 10  # 10 × 120 s − 10 × 60 s
    assert round(found.high_min - found.saved_min, 2) == 13.49  # 1.96 · 92.34 s · √20


def test_what_would_have_cost_is_below_zero():
    assert Change(waited_s=10, passed=3, hold_s=20).saved_s == -50
