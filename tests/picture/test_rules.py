"""Device states without flapping; what is an alarm; older news never undoes newer."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from unjai.model.geometry import Point
from unjai.model.ids import DeviceId, StationId, UnitId, named_id, observation_id
from unjai.model.reading import Observation
from unjai.picture.rules import (
    ALARM_FOR,
    STABLE,
    Heard,
    alarm_of,
    fallen_silent,
    falls_silent,
    hear,
    silence,
)

NOW = datetime(2026, 11, 21, 18, 14, 9, tzinfo=UTC)
POLE = DeviceId(named_id("test", "pole-01"))


def said(kind: str, at: datetime = NOW, *, point: Point | None = None, **payload: object) -> Observation:
    return Observation(
        id=observation_id(at, "pole-01", f"{kind}{payload}"),
        station_id=StationId(1),
        kind=kind,
        source="pole-01",
        device_id=POLE,
        observed_at=at,
        received_at=at,
        clock="ok",
        retention="device",
        point=point,
        payload=payload,
        digest="d",
    )


def heard(*kinds: str, at: datetime = NOW, start: Heard | None = None) -> Heard:
    state = start
    for number, kind in enumerate(kinds):
        moment = at + timedelta(seconds=number)
        state = hear(state, said(kind, moment), moment)
    assert state is not None
    return state


def test_a_press_is_an_alarm_until_it_is_released_or_ten_minutes_are_over() -> None:
    pressed = heard("pole_heartbeat", "sos_press")
    assert pressed.state(NOW + timedelta(minutes=1)) == "alarm"
    assert pressed.state(NOW + ALARM_FOR + timedelta(seconds=2)) == "ok"
    assert heard("sos_press", "sos_release").state(NOW) == "ok"


def test_silence_counts_only_while_we_listen() -> None:
    state = heard("pole_heartbeat")
    later = NOW + timedelta(minutes=10)
    assert falls_silent(state, 180, later, NOW)
    assert not falls_silent(state, 180, later, later - timedelta(seconds=20))
    assert not falls_silent(state, 0, later, NOW)


def test_one_flicker_is_not_a_return() -> None:
    silent = fallen_silent(heard("pole_heartbeat"))
    assert silent.state(NOW) == "silent"
    once = heard("pole_heartbeat", start=silent)
    assert once.state(NOW) == "silent"
    back = heard(*["pole_heartbeat"] * (STABLE - 1), start=once)
    assert back.state(NOW) == "ok"


def test_a_press_of_a_silent_pole_is_an_alarm_at_once() -> None:
    assert heard("sos_press", start=fallen_silent(heard("pole_heartbeat"))).state(NOW) == "alarm"


def test_the_same_silence_is_the_same_alarm() -> None:
    state = heard("pole_heartbeat")
    first = silence(state, key="pole-01", point=None, now=NOW + timedelta(minutes=4))
    again = silence(state, key="pole-01", point=None, now=NOW + timedelta(minutes=9))
    assert (first.id, first.digest, first.kind) == (again.id, again.digest, "device_silent")


def test_tamper_low_battery_and_their_end() -> None:
    state = hear(None, said("pole_tamper", open=True), NOW)
    assert state.state(NOW) == "tamper"
    state = hear(state, said("pole_tamper", NOW + timedelta(seconds=5), open=False), NOW)
    assert state.state(NOW) == "ok"
    assert alarm_of(said("pole_tamper", open=False), at=NOW, point=None, unit_id=None) is None
    assert hear(state, said("pole_battery", battery=0.1), NOW).state(NOW) == "low_battery"


@given(st.permutations(range(6)))
def test_positions_in_any_order_end_at_the_newest(order: list[int]) -> None:
    state = None
    for number in order:
        at = NOW + timedelta(seconds=number)
        place = Point(lon=100.0 + number / 1000, lat=16.8)
        state = hear(state, said("position", at, point=place, speed_mps=float(number)), at)
    assert state is not None
    assert state.point == Point(lon=100.005, lat=16.8)
    assert state.speed_mps == 5.0
    assert state.heard_at == NOW + timedelta(seconds=5)


def test_an_alarm_carries_what_respond_needs() -> None:
    unit = UnitId(named_id("test", "unit"))
    place = Point(lon=100.1, lat=16.8)
    alarm = alarm_of(said("unit_distress", note="x"), at=NOW, point=place, unit_id=unit)
    assert alarm is not None
    assert (alarm.kind, alarm.unit_id, alarm.point, alarm.source) == ("unit_distress", unit, place, "pole-01")
    assert alarm_of(said("pole_heartbeat"), at=NOW, point=None, unit_id=None) is None


def test_a_camera_whose_picture_is_of_no_use_shows_it_until_it_is_mended() -> None:
    covered = hear(heard("camera_health"), said("camera_health", troubles=["covered"]), NOW)
    assert covered.state(NOW) == "trouble"
    assert hear(covered, said("camera_health", troubles=["no_signal"], online=False), NOW).gone
    assert hear(covered, said("camera_health"), NOW).state(NOW) == "trouble"  # a beat that says nothing of it
    assert hear(covered, said("camera_health", troubles=[]), NOW).state(NOW) == "ok"
