"""The engine: once while it holds, never twice the same, hold-off, quiet hours, restart, silence only while we listen."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID

import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from unjai.model.clock import BANGKOK
from unjai.model.geometry import Point
from unjai.model.ids import DeviceId, StationId, UnitId, named_id, observation_id
from unjai.picture.alerts.kinds import alert_kinds
from unjai.picture.alerts.rules.engine import Engine
from unjai.picture.alerts.rules.facts import Seen, Thing, UnitNow
from unjai.picture.alerts.rules.rule import Alert, Cleared, Follow, Rule, Where
from unjai.picture.alerts.rules.when import Hours, When

NOW = datetime(2026, 11, 21, 18, 0, tzinfo=UTC)
"""01:00 on a Sunday in Bangkok."""
POLE = DeviceId(named_id("test", "pole-01"))
PHONE = DeviceId(named_id("test", "phone-01"))
UNIT = UnitId(named_id("test", "unit"))
SQUARE = shapely.box(99.0, 18.0, 99.1, 18.1)
IN, OUT = Point(lon=99.05, lat=18.05), Point(lon=99.2, lat=18.05)


def pole() -> Thing:
    return Thing(id=POLE, key="pole-01", kind="sos_pole", name_th="เสา 01", name_en="", point=IN)


def phone(state: str = "free") -> Thing:
    unit = UnitNow(id=UNIT, call_sign="เวียง 11", kind="car", state=state)
    return Thing(id=PHONE, key="phone-01", kind="phone", name_th="โทรศัพท์", name_en="", unit=unit)


def rule(kind: str, params: dict[str, Any] | None = None, **facts: Any) -> Rule:
    own = alert_kinds()[kind]
    values = {"follow": Follow(do="incident"), **facts}
    return Rule(
        id=named_id("test", kind),
        station_id=StationId(1),
        version=1,
        kind=own,
        params=own.Params.model_validate(params or {}),
        **values,
    )


def seen(kind: str, at: datetime, thing: Thing | None = None, point: Point | None = None, **payload: Any) -> Seen:
    thing = thing or pole()
    own = UUID(int=observation_id(at, thing.key, f"{kind}{sorted(payload.items(), key=str)}").int)
    return Seen(id=own, kind=kind, at=at, heard_at=at, thing=thing, point=point or thing.point, payload=payload)


def engine(*rules: Rule, since: datetime = NOW, things: Sequence[Thing] = ()) -> Engine:
    known = {str(thing.id): thing for thing in (*things, pole(), phone())}
    made = Engine(since, known.get)
    made.set_rules(rules)
    return made


def after(**span: float) -> datetime:
    return NOW + timedelta(**span)


def told(out: Sequence[Alert | Cleared]) -> list[Alert]:
    return [one for one in out if isinstance(one, Alert)]


def test_a_state_must_last_and_is_told_once_while_it_holds():
    own = engine(rule("battery_below", {"percent": 20, "margin": 5}, lasts_s=1800))
    assert own.observe(seen("pole_battery", NOW, battery=0.15)) == []
    assert own.advance(after(minutes=29)) == []
    first = told(own.advance(after(minutes=31)))
    assert [one.at for one in first] == [after(minutes=30)]
    assert first[0].told.th == "เสา 01: แบตเตอรี่เหลือ 15 %"
    assert own.observe(seen("pole_battery", after(hours=2), battery=0.10)) == []
    assert own.observe(seen("pole_battery", after(hours=3), battery=0.22)) == [], "within the margin it still holds"
    over = own.observe(seen("pole_battery", after(hours=4), battery=0.30))
    assert over == [Cleared(alert_id=first[0].id, at=after(hours=4))]
    own.observe(seen("pole_battery", after(hours=5), battery=0.10))
    again = told(own.advance(after(hours=6)))
    assert len(again) == 1
    assert again[0].id != first[0].id


def test_a_short_leap_is_not_told():
    own = engine(rule("battery_below", {"percent": 20}, lasts_s=600))
    own.observe(seen("pole_battery", NOW, battery=0.1))
    own.observe(seen("pole_battery", after(minutes=5), battery=0.9))
    assert own.advance(after(hours=2)) == []


def test_after_a_short_leap_the_next_one_must_last_anew():
    """A junction that is watched anew has half a picture for a second; trouble 8 s later was told after 2 s."""
    own = engine(rule("tamper", lasts_s=10, clear_s=60))
    own.observe(seen("pole_tamper", NOW, open=True))
    own.observe(seen("pole_tamper", after(seconds=1), open=False))
    own.observe(seen("pole_tamper", after(seconds=8), open=True))
    assert own.advance(after(seconds=17)) == []
    assert [(one.since, one.at) for one in told(own.advance(after(seconds=19)))] == [
        (after(seconds=8), after(seconds=18))
    ]


def test_clearing_needs_its_time_too():
    own = engine(rule("tamper", clear_s=60))
    first = told(own.observe(seen("pole_tamper", NOW, open=True)))
    assert len(first) == 1
    assert own.observe(seen("pole_tamper", after(seconds=10), open=False)) == []
    assert own.observe(seen("pole_tamper", after(seconds=20), open=True)) == [], "it was never over"
    own.observe(seen("pole_tamper", after(seconds=30), open=False))
    assert own.advance(after(seconds=89)) == []
    assert own.advance(after(seconds=91)) == [Cleared(alert_id=first[0].id, at=after(seconds=30))]


def test_hours_over_midnight_open_what_waited():
    own = engine(rule("tamper", when=When(hours=[Hours(start=22 * 60, end=5 * 60)])))
    noon = datetime(2026, 11, 22, 12, 0, tzinfo=BANGKOK)
    assert own.observe(seen("pole_tamper", noon, open=True)) == []
    late = datetime(2026, 11, 22, 22, 0, tzinfo=BANGKOK)
    assert [one.at for one in told(own.advance(late + timedelta(minutes=1)))] == [late]


def test_quiet_hours_log_a_happening_and_hold_a_state_back():
    quiet = When(quiet=[Hours(start=0, end=6 * 60)])
    own = engine(rule("reported", {"report": "sos_press"}, when=quiet))
    hushed = told(own.observe(seen("sos_press", NOW)))
    assert [(one.do, one.quiet) for one in hushed] == [("log", True)]
    own = engine(rule("tamper", when=quiet))
    assert own.observe(seen("pole_tamper", NOW, open=True)) == []
    morning = datetime(2026, 11, 22, 6, 0, tzinfo=BANGKOK)
    assert [(one.at, one.do) for one in told(own.advance(morning))] == [(morning, "incident")]


def test_silence_counts_only_while_we_listen_and_ends_with_a_word():
    own = engine(rule("device_silent", {"minutes": 10}))
    own.observe(seen("pole_heartbeat", NOW))
    own.listening_since = after(minutes=30)
    assert own.advance(after(minutes=39)) == []
    assert [one.at for one in told(own.advance(after(minutes=41)))] == [after(minutes=40)]
    assert [type(one) for one in own.observe(seen("pole_heartbeat", after(minutes=50)))] == [Cleared]


def test_what_has_no_heartbeat_or_is_carried_is_never_silent():
    own = engine(rule("device_silent", {"minutes": 1}))
    own.observe(seen("position", NOW, phone(), IN))
    door = Thing(id=DeviceId(named_id("test", "door")), key="door", kind="citizen_door", name_th="หน้า", name_en="")
    own.observe(seen("citizen_report", NOW, door))
    assert own.advance(after(hours=5)) == []


def test_what_a_device_raised_is_over_when_it_is_removed_or_shut_out():
    """Nothing more is heard of it, so nobody says so; and a state that holds waits for nothing."""
    things = {str(POLE): pole()}
    own = Engine(NOW, things.get)
    own.set_rules([rule("tamper", clear_s=60)])
    (first,) = told(own.observe(seen("pole_tamper", NOW, open=True)))
    own.miss(after(hours=1))
    assert own.advance(after(hours=1)) == []
    del things[str(POLE)]
    assert own.advance(after(hours=2)) == []
    own.miss(after(hours=2))
    assert own.advance(after(hours=2)) == [Cleared(alert_id=first.id, at=after(hours=2))]
    assert (own.watches, len(own.gone)) == ({}, 1)
    own.miss(after(hours=3))
    assert own.advance(after(hours=3)) == []


def test_a_device_that_is_gone_is_forgotten():
    own = Engine(NOW, lambda _key: None)
    own.set_rules([rule("device_silent", {"minutes": 1})])
    own.observe(seen("pole_heartbeat", NOW))
    assert own.advance(after(hours=1)) == []
    assert own.watches == {}
    assert len(own.gone) == 1


def test_presses_are_counted_by_id_and_spent_once():
    own = engine(rule("presses", {"count": 3, "minutes": 10}))
    presses = [seen("sos_press", after(minutes=n), seq=n) for n in range(4)]
    out = told([found for press in (*presses[:2], *presses[:2], presses[2]) for found in own.observe(press)])
    assert [one.facts["count"] for one in out] == [3]
    assert own.observe(presses[3]) == []
    assert own.observe(presses[2]) == []


def test_presses_far_apart_are_nothing():
    own = engine(rule("presses", {"count": 2, "minutes": 5}))
    assert [own.observe(seen("sos_press", after(minutes=6 * n), seq=n)) for n in range(5)] == [[]] * 5


def test_a_crossing_needs_two_fixes_and_has_its_way():
    own = engine(rule("area_crossed", {"way": "both"}, where=Where(shape=SQUARE)))
    path = [IN, IN, OUT, IN, OUT, OUT, OUT, IN, IN]
    out = told([f for n, at in enumerate(path) for f in own.observe(seen("position", after(seconds=n), phone(), at))])
    assert [(one.facts["way"], one.at) for one in out] == [("leave", after(seconds=5)), ("enter", after(seconds=8))]
    assert out[0].told.th == "เวียง 11: ออกจากพื้นที่"
    assert own.observe(seen("position", after(seconds=2), phone(), OUT)) == [], "old fixes change nothing"


def test_stopped_counts_from_where_it_stopped_and_only_on_the_way():
    own = engine(rule("unit_stopped", {"minutes": 5, "radius_m": 40}))
    for n in range(12):
        assert own.observe(seen("position", after(minutes=n), phone("free"), IN)) == []
    for n in range(12, 17):
        assert own.observe(seen("position", after(minutes=n), phone("en_route"), IN)) == []
    out = told(own.observe(seen("position", after(minutes=17), phone("en_route"), IN)))
    assert [(one.since, one.facts["minutes"]) for one in out] == [(after(minutes=12), 5)]


def test_nobody_inside_is_told_also_where_nobody_ever_was():
    own = engine(rule("area_empty", {"minutes": 10}, where=Where(shape=SQUARE)))
    own.observe(seen("position", after(minutes=1), phone(), OUT))
    out = told(own.advance(after(minutes=11)))
    assert [(one.at, one.thing, one.unit_id) for one in out] == [(after(minutes=10), None, None)]
    assert [type(one) for one in own.observe(seen("position", after(minutes=20), phone(), IN))] == [Cleared]
    assert [one.at for one in told(own.advance(after(minutes=40)))] == [after(minutes=30)]


def test_leaving_the_area_ends_what_held_there():
    own = engine(rule("unit_speed", {"kmh": 60}, where=Where(shape=SQUARE), lasts_s=30))
    for n in range(2):
        own.observe(seen("position", after(seconds=n), phone(), IN, speed_mps=25.0))
    own.observe(seen("position", after(seconds=10), phone(), OUT, speed_mps=25.0))
    assert own.advance(after(minutes=5)) == []


def test_refused_messages_are_counted_within_their_time():
    own = engine(rule("refused_often", {"count": 5, "minutes": 10}))
    counts = [(0, 100), (2, 103), (30, 104), (32, 108), (33, 110), (34, 112)]
    out = told([f for at, count in counts for f in own.observe(seen("refused", after(minutes=at), count=count))])
    assert [(one.at, one.facts["count"]) for one in out] == [(after(minutes=32), 5)]


def test_told_too_late_wakes_nobody():
    own = engine(rule("reported", {"report": "sos_press"}))
    late = seen("sos_press", NOW)
    out = told(own.observe(Seen(**{n: getattr(late, n) for n in Seen.__slots__} | {"heard_at": after(hours=2)})))
    assert [one.do for one in out] == ["log"]


@pytest.mark.parametrize(
    ("compare", "value", "found", "true"),
    [
        ("is", "person", "Person", True),
        ("is", "3", 3.0, True),
        ("is_not", "person", "dog", True),
        ("over", "0.8", 0.91, True),
        ("under", "0.8", "0.5", True),
        ("over", "0.8", None, False),
        ("has", "front", ["yard", "front"], True),
        ("is", "true", True, True),
        ("is_not", "x", None, True),
    ],
)
def test_a_field_is_compared_as_one_expects(compare, value, found, true):
    own = engine(rule("says", {"observation": "x", "field": "a.b", "compare": compare, "value": value}))
    payload = {} if found is None else {"a": {"b": found}}
    assert bool(told(own.observe(seen("x", NOW, **payload)))) is true


def test_a_changed_rule_forgets_but_not_when_it_spoke():
    first = rule("tamper", holdoff_s=3600)
    own = engine(first)
    assert len(told(own.observe(seen("pole_tamper", NOW, open=True)))) == 1
    elsewhere = rule("tamper", holdoff_s=3600, where=Where(devices=frozenset({POLE})))
    assert own.set_rules([elsewhere]) == [elsewhere]
    assert own.observe(seen("pole_tamper", after(minutes=1), open=True)) == [], "the hold-off goes on"
    assert len(told(own.advance(after(minutes=61)))) == 1


def restarted(old: Engine, since: datetime) -> Engine:
    known = {str(thing.id): thing for thing in (pole(), phone())}
    new = Engine(since, known.get)
    new.load((*key, old.state(key)) for key in old.watches)
    assert new.adopt(old.rules.values()) == [
        one for one in old.rules.values() if one.id not in {k[0] for k in old.watches}
    ]
    return new


events = st.lists(
    st.tuples(
        st.integers(0, 40), st.sampled_from(["low", "high", "open", "shut", "press", "beat", "tick"]), st.booleans()
    ),
    max_size=40,
)


def rules_for_life() -> list[Rule]:
    quiet = When(quiet=[Hours(start=60, end=90)])
    return [
        rule("battery_below", {"percent": 20}, lasts_s=300, clear_s=120, holdoff_s=900),
        rule("tamper", lasts_s=60, when=quiet, holdoff_s=600),
        rule("presses", {"count": 2, "minutes": 5}, holdoff_s=600),
        rule("device_silent", {"minutes": 15}),
        rule("reported", {"report": "sos_press"}, when=When(hours=[Hours(start=61, end=200)])),
    ]


@settings(deadline=None, max_examples=60)
@given(events)
def test_whatever_happens_the_promises_hold(steps):
    """No id twice; never nearer than the hold-off; never outside hours; a restart anywhere changes nothing."""
    one, other = engine(*rules_for_life()), engine(*rules_for_life())
    at, out, again = NOW, list[Alert | Cleared](), list[Alert | Cleared]()
    for n, (minutes, what, restart) in enumerate(steps):
        at += timedelta(minutes=minutes, seconds=1)
        made = {
            "low": seen("pole_battery", at, battery=0.1, n=n),
            "high": seen("pole_battery", at, battery=0.9, n=n),
            "open": seen("pole_tamper", at, open=True, n=n),
            "shut": seen("pole_tamper", at, open=False, n=n),
            "press": seen("sos_press", at, n=n),
            "beat": seen("pole_heartbeat", at, n=n),
        }.get(what)
        for own, kept in ((one, out), (other, again)):
            kept.extend(own.advance(at))
            if made is not None:
                kept.extend(own.observe(made))
        if made is not None:
            assert one.observe(made) == [], "told twice it is known"
            other.observe(made)
        if restart:
            other = restarted(other, other.listening_since)
    assert out == again
    alerts = told(out)
    assert len({alert.id for alert in alerts}) == len(alerts)
    for alert in alerts:
        assert alert.rule.when.open(alert.at)
        assert alert.do == ("log" if alert.rule.when.is_quiet(alert.at) else "incident")
    for own_rule in one.rules.values():
        times = [alert.at for alert in alerts if alert.rule is own_rule]
        assert all((b - a).total_seconds() >= own_rule.holdoff_s for a, b in pairwise(times))
