"""A camera that says the same again and again, at any pace: the first, the surer and the next visit are kept."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import NIGHT
from tests.plates.made import read
from unjai.sense.repeats import FOLD_S, REMEMBERED, Repeats


def said(seconds=0.0, registration="1กข1234", *, sure=0.9, camera="LPR-1", province="50", came=None):
    at = NIGHT + timedelta(seconds=seconds)
    seen = read(at, registration, province, camera=camera, payload={"confidence": sure})
    return seen if came is None else replace(seen, received_at=NIGHT + timedelta(seconds=came))


def kept(*batch):
    """Let reads come one after the other, each durable before the next; return those that are kept."""
    known, found = Repeats(), []
    for seen in batch:
        if not known.repeats(seen):
            known.keep(seen)
            found.append(seen)
    return found


def test_five_hundred_reads_a_second_of_a_parked_car_are_one_every_few_seconds():
    flood = [said(n / 500) for n in range(5_000)]
    assert len(kept(*flood)) == 10 / FOLD_S


def test_a_real_read_in_a_flood_is_kept():
    flood = [said(n / 500) for n in range(500)]
    other = said(0.5001, "2ขค5678")
    found = kept(*flood[:250], other, *flood[250:])
    assert other in found
    assert len(found) == 2


def test_a_surer_read_is_kept_and_a_vaguer_one_is_not():
    first, vaguer, surer = said(0, sure=0.7), said(1, sure=0.5), said(2, sure=0.95)
    assert kept(first, vaguer, surer) == [first, surer]


def test_other_cameras_other_places_and_unreadable_vehicles_are_no_repeats():
    batch = [said(0), said(0.1, camera="LPR-2"), said(0.2, province="10"), said(0.3, None), said(0.4, None)]
    assert kept(*batch) == batch


def test_the_same_message_again_is_no_repeat_for_the_first_may_not_be_durable():
    known, one = Repeats(), said(0)
    known.keep(one)
    assert not known.repeats(one)
    fresh = Repeats()
    assert not fresh.repeats(one)
    assert not fresh.repeats(said(0.1)), "nothing is durable yet, so nothing is repeated"


def test_a_clock_that_stands_still_hides_no_second_visit_and_a_cut_line_none():
    assert len(kept(said(0, came=0), said(0.001, came=3600))) == 2
    assert len(kept(said(0, came=7200), said(3600, came=7200.1))) == 2


@given(st.lists(st.tuples(st.floats(0, 60), st.sampled_from(["1กข1", "2กข2"]), st.floats(0, 1)), max_size=60))
def test_whatever_comes_each_vehicle_is_told_at_least_every_few_seconds(told):
    batch = [said(seconds, plate, sure=sure) for seconds, plate, sure in sorted(told)]
    found = kept(*batch)
    for seen in batch:
        same = [one for one in found if one.payload["registration"] == seen.payload["registration"]]
        assert any(abs((one.observed_at - seen.observed_at).total_seconds()) < FOLD_S for one in same)


def test_memory_is_bounded():
    known = Repeats()
    for n in range(REMEMBERED + 100):
        known.keep(replace(SEEN, source=f"c{n}"))
    assert len(known._kept) == REMEMBERED


SEEN = said(0)
