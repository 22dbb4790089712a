"""What an observation means for the picture, pure: device states without flapping, and which facts are an alarm."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from unjai.model.geometry import Point
from unjai.model.ids import DeviceId, StationId, UnitId, named_id
from unjai.model.reading import Observation

DeviceState = Literal["ok", "silent", "alarm", "tamper", "trouble", "low_battery", "unknown"]

LOW_BATTERY = 0.2
ALARM_FOR = timedelta(minutes=10)
"""A pressed pole shows as in alarm until it is released, at most so long: a lost release must not hold it for ever."""
GONE_FOR = timedelta(seconds=20)
"""How long a device whose connection broke may take to come back before it counts as silent."""
STABLE = 2
"""Messages in a row that a silent device must send before it counts as back: one alone may be a flicker."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Heard:
    """All the picture remembers of one device."""

    device_id: DeviceId
    station_id: StationId
    heard_at: datetime
    silent: bool = False
    gone: bool = False
    returning: int = 0
    alarm_until: datetime | None = None
    tamper: bool = False
    trouble: bool = False
    """A camera whose picture is of no use: covered, turned away, frozen."""
    battery: float | None = None
    point: Point | None = None
    observed_at: datetime | None = None
    heading_deg: float | None = None
    speed_mps: float | None = None
    mock: bool = False
    clock_off_s: float | None = None
    firmware: str | None = None

    def state(self, now: datetime) -> DeviceState:
        """Return the one word for it, the most pressing first."""
        if self.alarm_until is not None and now < self.alarm_until:
            return "alarm"
        if self.tamper:
            return "tamper"
        if self.silent:
            return "silent"
        if self.trouble:
            return "trouble"
        return "low_battery" if self.battery is not None and self.battery < LOW_BATTERY else "ok"


@dataclass(frozen=True, kw_only=True, slots=True)
class Alarm:
    """Something that must become (or join) an incident; `id` is the observation's, so that a repeat finds the first."""

    id: UUID
    digest: str
    station_id: StationId
    kind: str
    source: str
    happened_at: datetime
    received_at: datetime
    point: Point | None = None
    device_id: DeviceId | None = None
    unit_id: UnitId | None = None
    payload: Mapping[str, object] = field(default_factory=dict)


ALARMS = frozenset({"sos_press", "pole_tamper", "unit_distress", "citizen_sos", "citizen_report"})
"""Kinds of observation that are an alarm by themselves; `device_silent` is made by the picture."""

FOLLOW_UPS = frozenset({"citizen_position", "citizen_cancel"})
"""Kinds that say more about an alarm that was raised before."""


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def hear(before: Heard | None, seen: Observation, at: datetime) -> Heard:
    """Return what is known of a device after `seen`, which happened at `at`. Older news never undoes newer."""
    assert seen.device_id is not None
    heard = before or Heard(device_id=seen.device_id, station_id=seen.station_id, heard_at=seen.received_at)
    payload = seen.payload
    if seen.received_at > heard.heard_at:
        heard = replace(heard, heard_at=seen.received_at)
    if seen.clock in ("ahead", "wrong"):
        heard = replace(heard, clock_off_s=(seen.observed_at - seen.received_at).total_seconds())
    elif seen.clock == "ok":
        heard = replace(heard, clock_off_s=None)
    if (battery := _number(payload.get("battery"))) is not None:
        heard = replace(heard, battery=battery)
    if isinstance(firmware := payload.get("firmware"), str) and firmware:
        heard = replace(heard, firmware=firmware)
    heard = _said(heard, seen, at)
    if payload.get("online") is False:  # its last will: the broker says it is gone
        return replace(heard, gone=True)
    heard = replace(heard, gone=False)
    if heard.silent:
        back = heard.returning + 1
        heard = replace(heard, silent=back < STABLE, returning=0 if back >= STABLE else back)
    fix = seen.point is not None and payload.get("valid") is not False
    if seen.kind in ("position", "unit_distress") and fix and _newer(heard, at):
        heard = replace(
            heard,
            point=seen.point,
            observed_at=at,
            heading_deg=_number(payload.get("heading_deg")),
            speed_mps=_number(payload.get("speed_mps")),
            mock=payload.get("mock") is True,
        )
    return heard


def _said(heard: Heard, seen: Observation, at: datetime) -> Heard:
    """Return what is known of a device after what its kind of message alone says."""
    if seen.kind == "sos_press":
        return replace(heard, alarm_until=at + ALARM_FOR)
    if seen.kind == "sos_release":
        return replace(heard, alarm_until=None)
    if seen.kind == "pole_tamper":
        return replace(heard, tamper=seen.payload.get("open") is not False)
    if seen.kind == "camera_health" and isinstance(troubles := seen.payload.get("troubles"), list):
        return replace(heard, trouble=any(one != "no_signal" for one in troubles))
    return heard


def answered(heard: Heard, pressed_at: datetime) -> Heard:
    """Return what is known of a point once the incident of its press at that moment is closed."""
    if heard.alarm_until is None or heard.alarm_until > pressed_at + ALARM_FOR:
        return heard
    return replace(heard, alarm_until=None)


def _newer(heard: Heard, at: datetime) -> bool:
    return heard.observed_at is None or at > heard.observed_at


def falls_silent(heard: Heard, silent_after_s: int, now: datetime, listening_since: datetime) -> bool:
    """Tell whether a device that was heard is silent now. Time in which we did not listen does not count."""
    if heard.silent or silent_after_s <= 0:
        return False
    if heard.gone and now - max(heard.heard_at, listening_since) > GONE_FOR:
        return True
    return now - max(heard.heard_at, listening_since) > timedelta(seconds=silent_after_s)


def fallen_silent(heard: Heard) -> Heard:
    """Return what is known of a device once its silence is noticed."""
    return replace(heard, silent=True, returning=0)


def silence(heard: Heard, *, key: str, point: Point | None, now: datetime) -> Alarm:
    """Return the alarm of a device that fell silent; the same silence is the same alarm."""
    since = heard.heard_at.isoformat()
    return Alarm(
        id=named_id("device_silent", f"{heard.device_id}:{since}", heard.heard_at),
        digest=f"silent since {since}",
        station_id=heard.station_id,
        kind="device_silent",
        source=key,
        happened_at=now,
        received_at=now,
        point=point,
        device_id=heard.device_id,
        payload={"silent_since": since},
    )


def alarm_of(seen: Observation, *, at: datetime, point: Point | None, unit_id: UnitId | None) -> Alarm | None:
    """Return the alarm (or the follow-up of one) that an observation is, or None.

    `point` is its own or its device's known place.
    """
    if seen.kind not in ALARMS and seen.kind not in FOLLOW_UPS:
        return None
    if seen.kind == "pole_tamper" and seen.payload.get("open") is False:
        return None
    return Alarm(
        id=seen.id,
        digest=seen.digest,
        station_id=seen.station_id,
        kind=seen.kind,
        source=seen.source,
        happened_at=at,
        received_at=seen.received_at,
        point=point,
        device_id=seen.device_id,
        unit_id=unit_id,
        payload=seen.payload,
    )
