"""How many are asked: known sizes, and an allocation that adds up."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.proportion import samplesize_confint_proportion

from unjai.evaluate.rules.survey.plan import allocation, answers_for_change, answers_for_margin

PEOPLE = st.dictionaries(st.text(max_size=4), st.integers(0, 5000), min_size=1, max_size=20)


@pytest.mark.parametrize(("share", "margin"), [(0.5, 0.05), (0.3, 0.04), (0.9, 0.1)])
def test_a_margin_needs_what_statsmodels_says(share, margin):
    known = samplesize_confint_proportion(share, margin)
    assert answers_for_margin(margin, share=share) - known == pytest.approx(0.5, abs=0.5)


def test_ten_points_need_390_a_round_and_half_as_many_more_in_clusters():
    assert answers_for_margin(0.05) == 385
    assert answers_for_change(0.5, 0.4) == 388
    assert answers_for_change(0.4, 0.5) == 388
    assert answers_for_change(0.5, 0.4, design_effect=1.5) == 582


@given(PEOPLE, st.integers(0, 3000), st.integers(0, 40))
def test_what_communities_owe_adds_up_and_none_owes_too_little(people, answers, least):
    owed = allocation(answers, people, least=least)
    assert set(owed) == set(people)
    assert sum(owed.values()) == max(answers, least * len(people))
    assert min(owed.values()) >= least


@given(PEOPLE, st.integers(0, 3000))
def test_a_larger_community_never_owes_less_than_a_smaller_by_more_than_one(people, answers):
    owed = allocation(answers, people)
    told = sorted(people, key=lambda name: people[name])
    assert all(owed[small] <= owed[large] + 1 for small, large in pairwise(told))
