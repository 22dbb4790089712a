"""How much of a month a device was up: only what was listened to counts, and nothing is made up."""

from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from unjai.model.ids import DeviceId, StationId, named_id
from unjai.picture.health.rules import (
    JOIN_FOR,
    TOGETHER,
    WITHIN,
    Outage,
    clipped,
    outage_of,
    overlap_s,
    settling,
    to_tell,
    uptime,
)

START = datetime(2026, 10, 31, 17, 0, tzinfo=UTC)
MONTH = (START, START + timedelta(days=30))
minutes = st.integers(-2000, 50_000)
spans = st.lists(st.tuples(minutes, st.integers(1, 3000)), max_size=6).map(
    lambda pairs: [(at(low), at(low + length)) for low, length in pairs]
)


def at(minute: float) -> datetime:
    return START + timedelta(minutes=minute)


def test_an_outage_while_nobody_listened_counts_for_nothing():
    up = uptime(
        month=MONTH,
        now=at(1000),
        first_heard_at=at(0),
        listened=[(at(0), at(100)), (at(900), at(1000))],
        outages=[(at(50), at(950))],
    )
    assert (up.measured_s, up.up_s, up.share) == (200 * 60, 100 * 60, 0.5)
    assert up.month_s == 1000 * 60


def test_what_was_never_heard_or_not_measured_is_unknown():
    for first, listened in ((None, [(at(0), at(100))]), (at(0), []), (at(200), [(at(0), at(100))])):
        up = uptime(month=MONTH, now=at(100), first_heard_at=first, listened=listened, outages=[])
        assert up.share is None


@settings(deadline=None)
@given(spans, spans, minutes, minutes)
def test_shares_are_shares_against_counting_minutes(listened, outages, first, now):
    up = uptime(month=MONTH, now=at(now), first_heard_at=at(first), listened=listened, outages=outages)
    assert 0 <= up.up_s <= up.measured_s <= up.month_s
    low, high = max(0, first), min(30 * 1440, now)
    step = max(1, (high - low) // 500)
    for minute in range(low, high, step):
        inside = any(a <= at(minute) < b for a, b in listened)
        cut = clipped(listened, max(START, at(first)), min(MONTH[1], at(now)))
        assert any(a <= at(minute) < b for a, b in cut) == inside


@given(spans, spans)
def test_overlap_is_the_same_from_both_sides(one, other):
    a, b = clipped(one, *MONTH), clipped(other, *MONTH)
    assert overlap_s(a, b) == overlap_s(b, a)
    assert overlap_s(a, a) == sum((y - x).total_seconds() for x, y in a)


def outage(n: int, noticed: float, **facts: object) -> Outage:
    made = outage_of(StationId(1), DeviceId(named_id("t", str(n))), at(noticed - 2), at(noticed))
    for name, value in facts.items():
        setattr(made, name, value)
    return made


def test_alone_waits_only_where_others_are_quiet_too():
    one = outage(1, 0)
    assert to_tell([one], 0, at(0)).alone == [one]
    assert to_tell([one], TOGETHER - 1, at(0)).alone == []
    assert to_tell([one], TOGETHER - 1, at(0) + WITHIN + timedelta(seconds=1)).alone == [one]


def test_the_same_many_are_the_same_incident_and_later_ones_join():
    many = [outage(n, n / 10) for n in range(TOGETHER)]
    due = to_tell(many, 0, at(0.5))
    assert len(due.together) == TOGETHER
    assert due.group_id == to_tell(list(reversed(many)), 0, at(0.9)).group_id
    for one in many:
        one.told_at, one.group_id = at(0.5), due.group_id
    late = outage(9, 3)
    assert to_tell([*many, late], 0, at(3)).joining == [(due.group_id, late)]
    own = outage(10, 0.5 + JOIN_FOR.total_seconds() / 60 + 1)
    assert to_tell([*many, own], 0, own.noticed_at).alone == [own]


def test_a_group_settles_as_a_whole():
    group = named_id("t", "group")
    back = [outage(n, 0, told_at=at(0), group_id=group, to_at=at(5)) for n in range(2)]
    away = outage(3, 0, told_at=at(0), group_id=group)
    assert settling([*back, away], at(20)) == []
    away.to_at = at(18)
    assert settling([*back, away], at(19)) == []
    assert [len(one) for one in settling([*back, away], at(21))] == [3]
