"""The matching rule, and the index against the rule applied to every entry."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unjai.model.plate import LETTERS, PLACES, lookalikes, variants
from unjai.plates.index import Change, Near, WatchIndex
from unjai.plates.rules.matching import Listed, Seen, in_force, judge, likeness, trusted_province, verdict
from unjai.plates.rules.population import Population, plates

AT = datetime(2026, 11, 22, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
ENTRY = Listed(registration="1กข1234", province="50")
SURE = Seen(registration="1กข1234", province="50", confidence=0.97, province_confidence=0.95, frames=5)


def test_exact_with_its_province_is_an_alarm():
    assert judge(SURE, ENTRY, AT) == "alarm"


@pytest.mark.parametrize(
    ("seen", "listed"),
    [
        (replace(SURE, province=None), ENTRY),
        (replace(SURE, province_confidence=0.5), ENTRY),
        (SURE, replace(ENTRY, province=None)),
        (replace(SURE, registration="1กฆ1234"), ENTRY),
        (replace(SURE, registration="1ภข1234"), ENTRY),
        (replace(SURE, confidence=0.7), ENTRY),
        (replace(SURE, confidence=None), ENTRY),
        (replace(SURE, frames=2), ENTRY),
        (SURE, Listed(registration="?กข12??", province="50", partial=True)),
        (SURE, Listed(registration="*กข*", province=None, partial=True)),
    ],
)
def test_a_person_compares(seen, listed):
    assert judge(seen, listed, AT) == "probable"


@pytest.mark.parametrize(
    ("seen", "listed"),
    [
        (replace(SURE, province="51"), ENTRY),
        (replace(SURE, province="51", registration="1กฆ1234"), ENTRY),
        (replace(SURE, registration="1กช1234", province=None), ENTRY),
        (replace(SURE, registration="1กช1284"), ENTRY),
        (replace(SURE, registration="1กค1234"), ENTRY),
        (replace(SURE, registration="กข1234"), ENTRY),
        (replace(SURE, frames=1), ENTRY),
        (replace(SURE, confidence=0.5), ENTRY),
        (SURE, Listed(registration="?กข12??", province="51", partial=True)),
        (SURE, replace(ENTRY, valid_from=AT + HOUR)),
        (SURE, replace(ENTRY, valid_until=AT)),
    ],
)
def test_all_that_is_wider_is_left_to_searches(seen, listed):
    assert judge(seen, listed, AT) is None


def test_a_box_that_reads_by_itself_voted_before_it_sent():
    assert judge(replace(SURE, frames=None), ENTRY, AT) == "alarm"
    assert judge(replace(SURE, frames=None, province_confidence=None), ENTRY, AT) == "alarm"


def test_what_a_likeness_is_worth_never_exceeds_its_place():
    for how in ("exact_unplaced", "lookalike", "partial"):
        assert verdict(SURE, how) == "probable"
    assert trusted_province(replace(SURE, province_confidence=0.1)) is None


_letters = st.sampled_from("กขชซทคด")
_texts = st.tuples(st.sampled_from(["", "1"]), _letters, _letters, st.sampled_from(["3", "8", "12", "38"])).map("".join)
_places = st.sampled_from([None, "50", "10"])
_times = st.sampled_from([None, AT - HOUR, AT, AT + HOUR])
_entries = st.lists(
    st.builds(
        Change,
        number=st.integers(1, 12),
        registration=st.one_of(_texts, st.just("เฮง9")),
        province=_places,
        valid_from=_times,
        valid_until=_times,
        listed=st.booleans(),
    )
    | st.builds(
        Change,
        number=st.integers(1, 12),
        registration=st.sampled_from(["?ข*", "1ก?3"]),
        province=_places,
        partial=st.just(True),
    ),
    max_size=40,
)
_reads = st.lists(st.tuples(st.one_of(_texts, st.just("เฮง9")), _places), max_size=8)


@given(st.lists(_entries, max_size=4), _reads)
def test_the_index_finds_what_the_rule_finds_and_nothing_else(batches, reads):
    index, stands = WatchIndex(), {}
    for batch in batches:
        index.apply(batch)
        stands |= {one.number: one for one in batch}
    stands = {number: one for number, one in stands.items() if one.listed}
    assert len(index) == len(stands)
    for (registration, province), found in zip(reads, index.near_each(reads, AT), strict=True):
        meant = set()
        for one in stands.values():
            listed = Listed(
                registration=one.registration,
                province=one.province,
                partial=one.partial,
                valid_from=one.valid_from,
                valid_until=one.valid_until,
            )
            how = likeness(registration, province, listed)
            if how and in_force(listed, AT):
                meant.add(Near(one.number, how))
        assert set(found) == meant
        assert len(found) == len(meant)


def test_the_index_stays_right_when_it_merges():
    wanted = [plate for plate, _ in zip(plates(Population(), 1), range(30_000), strict=False)]
    index = WatchIndex()
    index.apply(Change(number, one.registration, one.province) for number, one in enumerate(wanted, 1))
    index.apply([Change(7, "กก1", "50"), Change(8, "กก2", "50", listed=False)])
    assert len(index) == 29_999
    gone, moved = wanted[7], wanted[6]
    assert 8 not in [near.number for near in index.near(gone.registration, gone.province, AT)]
    assert 7 not in [near.number for near in index.near(moved.registration, moved.province, AT)]
    assert Near(7, "exact") in index.near("กก1", "50", AT)
    assert Near(100, "exact") in index.near(wanted[99].registration, wanted[99].province, AT)
    index.apply(Change(number, "ขข1", "50") for number in range(1, 25_000))
    assert len(index) == 30_000 - 1 + 1
    assert Near(30_000, "exact") in index.near(wanted[-1].registration, wanted[-1].province, AT)
    assert len(index.near("ขข1", "50", AT)) == 24_999


def test_other_look_alikes_can_be_put_in():
    table = lookalikes({"source": "t", "version": "1", "pairs": [["บ", "ป", 0.1]]})
    index = WatchIndex(table)
    index.apply([Change(1, "กบ1", "50")])
    assert index.near("กป1", "50", AT) == [Near(1, "lookalike")]
    assert not WatchIndex().near("กป1", "50", AT)
    none = WatchIndex(lookalikes({"source": "t", "version": "1", "pairs": []}))
    none.apply([Change(1, "กบ1", "50")])
    assert none.near("กบ1", "50", AT) == [Near(1, "exact")]


def test_a_read_that_is_no_plate_meets_nothing():
    index = WatchIndex()
    index.apply([Change(1, "กบ1", "50")])
    for junk in ("", "ABC1", "\U0001f600", "กบ1กบ1กบ1", "?"):
        assert index.near(junk, "50", AT) == []


def test_shares_of_the_model_are_those_it_draws():
    model = Population(home="65")
    assert sum(model.places.values()) == pytest.approx(1)
    drawn = [one for one, _ in zip(plates(model, 3), range(20_000), strict=False)]
    seen = sum(
        one.registration[0] == "ก" and one.province == "65" and one.registration[1] in LETTERS for one in drawn
    ) / len(drawn)
    said = sum(model.share(f"ก{second}{number}", "65") * 9_999 for second in LETTERS for number in ("1",)) + sum(
        model.share(f"ก{a}{b}1", "65") * 9_999 for a in LETTERS for b in LETTERS
    )
    assert seen == pytest.approx(said, rel=0.1)
    assert {one.province for one in drawn} <= {place.code for place in PLACES}


def test_an_entry_that_meets_many_is_told_so():
    model = Population(home="65")
    whole, bound = model.innocent_share("1กข1234", "65", partial=False)
    assert 0 < whole == bound < 1e-5
    assert model.innocent_share("1กข1234", None, partial=False)[0] > 0
    wide, wide_bound = model.innocent_share("*", "65", partial=True)
    assert 0.5 < wide < wide_bound
    rare, rare_bound = model.innocent_share("9ฮฮ99??", "96", partial=True)
    assert rare < rare_bound < 0.001
    assert any(True for _ in variants("1กข1234"))
