"""Stamping: ids made from messages, clocks judged, floods measured."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unjai.model.errors import DecodeError
from unjai.model.ids import DeviceId, StationId, id_time, named_id
from unjai.model.reading import Observation, Reading
from unjai.sense.rules import Bucket, clock_verdict, happened_at, stamp

NOW = datetime(2026, 11, 21, 18, 14, 9, tzinfo=UTC)
DEVICE = DeviceId(named_id("test", "device"))


def stamped(reading: Reading, *, received_at: datetime = NOW, urgent: bool = False, fallback: str = "x") -> Observation:
    return stamp(
        reading,
        station_id=StationId(1),
        source="pole-01",
        device_id=DEVICE,
        received_at=received_at,
        retention="device",
        urgent=urgent,
        oldest=NOW - timedelta(days=89),
        fallback_id=fallback,
    )


@given(delay=st.timedeltas(timedelta(0), timedelta(days=30)), own=st.none() | st.text(min_size=1, max_size=20))
def test_a_message_keeps_its_id_whenever_it_comes(delay: timedelta, own: str | None) -> None:
    reading = Reading(kind="sos_press", observed_at=NOW, own_id=own)
    first, again = stamped(reading), stamped(reading, received_at=NOW + delay, fallback="another")
    assert first.id == again.id
    assert first.digest == again.digest
    assert id_time(first.id) == NOW.replace(microsecond=0)


def test_an_own_id_without_a_time_does_not_depend_on_when_it_came() -> None:
    reading = Reading(kind="citizen_sos", own_id="7d0c")
    assert stamped(reading).id == stamped(reading, received_at=NOW + timedelta(days=3)).id


def test_a_message_that_names_nothing_is_named_by_its_stream() -> None:
    reading = Reading(kind="sos_press")
    assert stamped(reading, fallback="RAW:1").id != stamped(reading, fallback="RAW:2").id
    assert stamped(reading, fallback="RAW:1").id == stamped(reading, fallback="RAW:1").id


def test_another_body_under_the_same_id_has_another_digest() -> None:
    first = stamped(Reading(kind="sos_press", observed_at=NOW, own_id="1", payload={"button": 1}))
    other = stamped(Reading(kind="sos_press", observed_at=NOW, own_id="1", payload={"button": 2}))
    assert first.id == other.id
    assert first.digest != other.digest


@pytest.mark.parametrize(
    ("offset", "verdict"),
    [
        (timedelta(0), "ok"),
        (timedelta(minutes=-4), "ok"),
        (timedelta(minutes=-6), "late"),
        (timedelta(days=-1), "late"),
        (timedelta(minutes=1), "ok"),
        (timedelta(minutes=3), "ahead"),
        (timedelta(hours=13), "wrong"),
        (timedelta(days=-365 * 10), "wrong"),
    ],
)
def test_clocks_are_judged(offset: timedelta, verdict: str) -> None:
    assert clock_verdict(NOW + offset, NOW) == verdict


def test_a_clock_a_day_ahead_is_refused_but_never_an_alarm() -> None:
    tomorrow = NOW + timedelta(days=1)
    with pytest.raises(DecodeError, match="clock_ahead"):
        stamped(Reading(kind="position", observed_at=tomorrow))
    alarm = stamped(Reading(kind="sos_press", observed_at=tomorrow), urgent=True)
    assert alarm.clock == "wrong"
    assert happened_at(alarm) == NOW


def test_what_is_older_than_may_be_kept_is_refused() -> None:
    with pytest.raises(DecodeError, match="clock_behind"):
        stamped(Reading(kind="pole_heartbeat", observed_at=NOW - timedelta(days=120)))


@given(offset=st.timedeltas(timedelta(days=-400), timedelta(days=400)))
def test_nothing_happens_in_our_future(offset: timedelta) -> None:
    seen = stamped(Reading(kind="sos_press", observed_at=NOW + offset), urgent=True)
    assert happened_at(seen) <= NOW


@given(st.lists(st.tuples(st.floats(0, 5), st.integers(1, 50)), max_size=200))
def test_a_bucket_never_gives_more_than_its_burst_and_rate(steps: list[tuple[float, int]]) -> None:
    bucket, now_s, taken = Bucket(burst=100, per_s=10, level=100, at_s=0), 0.0, 0
    for pause_s, count in steps:
        now_s += pause_s
        taken += count if bucket.take(now_s, count) else 0
    assert taken <= 100 + 10 * now_s + 1e-6


@given(
    st.integers(1, 100).flatmap(lambda burst: st.tuples(st.just(burst), st.integers(1, burst), st.integers(1, burst))),
    st.sampled_from([0.05, 0.5, 10.0]),
)
def test_a_bucket_has_what_was_asked_for_after_the_wait_it_names_and_not_before(
    counts: tuple[int, int, int], per_s: float
) -> None:
    burst, taken, asked = counts
    bucket = Bucket(burst=burst, per_s=per_s, level=burst, at_s=0)
    assert bucket.take(0, taken)
    wait_s = bucket.wait_s(asked)
    assert wait_s == max(0, asked - (burst - taken)) / per_s
    if wait_s:
        assert not bucket.take(wait_s * 0.999, asked)
    assert bucket.take(wait_s * 1.000001, asked)


def test_a_bucket_that_has_enough_waits_for_nothing() -> None:
    bucket = Bucket(burst=5, per_s=2, level=5, at_s=0)
    assert (bucket.wait_s(), bucket.wait_s(5), bucket.wait_s(6)) == (0, 0, 0.5)
    assert bucket.take(0, 5)
    assert bucket.wait_s() == 0.5
