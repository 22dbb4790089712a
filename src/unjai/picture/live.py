"""The live state of the stations in memory: units, devices, open incidents; what changed since the last frame."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from unjai.model.geometry import Point
from unjai.model.ids import DeviceId, StationId, UnitId
from unjai.people.registry import DeviceEntry
from unjai.picture.rules import Heard, answered

UNIT_KINDS = {"car": 1, "motorcycle": 2, "foot": 3, "volunteer": 4}
UNIT_STATES = {"off": 0, "free": 1, "offered": 2, "en_route": 3, "on_scene": 4, "closing": 5}
NO_HEADING = 65535
STRIP_FOR = timedelta(hours=1)
STRIP_MOST = 500

_MARK = struct.Struct("<IiiHBBI")


@dataclass(slots=True)
class LiveUnit:
    """A unit as the screens see it."""

    id: UnitId
    mark: int
    call_sign: str
    kind: str
    state: str
    incident_id: UUID | None
    device_id: DeviceId | None


@dataclass(kw_only=True)
class StationLive:
    """One station's live state and its changes since the last frame."""

    station_id: StationId
    units: dict[UnitId, LiveUnit] = field(default_factory=dict)
    devices: dict[DeviceId, DeviceEntry] = field(default_factory=dict)
    heard: dict[DeviceId, Heard] = field(default_factory=dict)
    refusals: dict[DeviceId, int] = field(default_factory=dict)
    incidents: dict[str, dict[str, Any]] = field(default_factory=dict)
    strip: list[dict[str, Any]] = field(default_factory=list)
    states: dict[DeviceId, str] = field(default_factory=dict)
    since: dict[DeviceId, datetime] = field(default_factory=dict)
    dirty_units: set[UnitId] = field(default_factory=set)
    dirty_devices: set[DeviceId] = field(default_factory=set)
    dirty_incidents: set[str] = field(default_factory=set)
    gone_incidents: set[str] = field(default_factory=set)
    moved: set[UnitId] = field(default_factory=set)
    fresh_strip: list[dict[str, Any]] = field(default_factory=list)
    unsaved: set[DeviceId] = field(default_factory=set)

    def hear(self, heard: Heard, now: datetime) -> None:
        """Take what is now known of a device; note what that changes on the screens."""
        before = self.heard.get(heard.device_id)
        self.heard[heard.device_id] = heard
        self.unsaved.add(heard.device_id)
        state, shown = heard.state(now), self.states.get(heard.device_id)
        self.states[heard.device_id] = state
        if shown != state or heard.device_id not in self.since:
            self.since[heard.device_id] = now
        entry = self.devices.get(heard.device_id)
        if entry is not None and entry.unit_id is not None and entry.unit_id in self.units:
            if before is None or before.point is None:
                self.dirty_units.add(entry.unit_id)
            if before is None or before.observed_at != heard.observed_at:
                self.moved.add(entry.unit_id)
        if entry is not None and entry.unit_id is None:
            quiet = shown == state and before is not None and before.battery == heard.battery
            if not quiet:
                self.dirty_devices.add(heard.device_id)

    def answer(self, device_id: DeviceId, pressed_at: datetime, now: datetime) -> None:
        """Let a point be in alarm no longer: the incident of its press is closed. A press since then counts on."""
        heard = self.heard.get(device_id)
        if heard is not None and (calm := answered(heard, pressed_at)) is not heard:
            self.hear(calm, now)

    def set_incident(self, key: str, row: Mapping[str, Any] | None) -> None:
        """Take an incident's row as it is now; a closed one (or None) leaves the picture."""
        if row is None or row["state"] == "closed":
            if self.incidents.pop(key, None) is not None:
                self.gone_incidents.add(key)
                self.dirty_incidents.discard(key)
            return
        known = self.incidents.get(key)
        if known is not None and known["version"] > row["version"]:
            return
        self.incidents[key] = dict(row)
        self.dirty_incidents.add(key)
        self.gone_incidents.discard(key)

    def set_units(self, units: Iterable[LiveUnit]) -> None:
        """Take the whole unit board."""
        fresh = {unit.id: unit for unit in units}
        for key, unit in fresh.items():
            if self.units.get(key) != unit:
                self.dirty_units.add(key)
        self.units = fresh

    def set_devices(self, entries: Iterable[DeviceEntry]) -> None:
        """Take the station's devices; places and owners may have changed."""
        fresh = {entry.device_id: entry for entry in entries}
        for key, entry in fresh.items():
            if entry.unit_id is None and self.devices.get(key) != entry:
                self.dirty_devices.add(key)
        self.devices = fresh

    def note(self, item: dict[str, Any], now: datetime) -> None:
        """Add a line to the last-hour strip."""
        floor = _iso(now - STRIP_FOR)
        self.strip.append(item)
        while len(self.strip) > STRIP_MOST or str(self.strip[0]["at"]) < floor:
            if self.strip.pop(0) is item:
                return
        self.fresh_strip.append(item)

    def clear(self) -> None:
        """Forget what changed: a frame was made of it."""
        for changed in (self.dirty_units, self.dirty_devices, self.dirty_incidents, self.gone_incidents, self.moved):
            changed.clear()
        self.fresh_strip.clear()

    @property
    def changed(self) -> bool:
        """Whether there is anything for a frame besides moving marks."""
        return bool(
            self.dirty_units or self.dirty_devices or self.dirty_incidents or self.gone_incidents or self.fresh_strip
        )

    def unit_row(self, key: UnitId) -> dict[str, Any]:
        """Return the contract's LiveUnit."""
        unit = self.units[key]
        heard = self.heard.get(unit.device_id) if unit.device_id is not None else None
        shown = heard if heard is not None and heard.point is not None and unit.state != "off" else None
        return {
            "unit_id": unit.id,
            "mark": unit.mark,
            "call_sign": unit.call_sign,
            "kind": unit.kind,
            "state": unit.state,
            "lon": shown.point.lon if shown is not None and shown.point is not None else None,
            "lat": shown.point.lat if shown is not None and shown.point is not None else None,
            "heading": None if shown is None else shown.heading_deg,
            "speed_mps": None if shown is None else shown.speed_mps,
            "observed_at": None if shown is None or shown.observed_at is None else _iso(shown.observed_at),
            "incident_id": unit.incident_id,
            "mock": shown is not None and shown.mock,
            "battery": None if shown is None else shown.battery,
        }

    def device_row(self, key: DeviceId, now: datetime) -> dict[str, Any]:
        """Return the contract's LiveDevice."""
        entry, heard = self.devices[key], self.heard.get(key)
        return {
            "device_id": key,
            "key": entry.key,
            "kind": entry.kind,
            "state": "unknown" if heard is None else heard.state(now),
            "battery": None if heard is None else heard.battery,
            "last_seen_at": None if heard is None else _iso(heard.heard_at),
            "clock_off_s": None if heard is None else heard.clock_off_s,
            "refusals": self.refusals.get(key, 0),
        }

    def mark(self, key: UnitId) -> bytes | None:
        """Return a moving mark's 20 bytes, or None where there is nothing to show."""
        unit = self.units.get(key)
        if unit is None or unit.device_id is None or unit.state == "off":
            return None
        heard = self.heard.get(unit.device_id)
        if heard is None or heard.point is None or heard.observed_at is None:
            return None
        heading = NO_HEADING if heard.heading_deg is None else round(heard.heading_deg % 360 * 100)
        return _MARK.pack(
            unit.mark,
            round(heard.point.lat * 1e7),
            round(heard.point.lon * 1e7),
            heading,
            UNIT_KINDS.get(unit.kind, 0),
            UNIT_STATES.get(unit.state, 0),
            max(0, int(heard.observed_at.timestamp())),
        )

    def place_of(self, device_id: DeviceId) -> Point | None:
        """Return a device's known place: where it was put up, or else where it was seen last."""
        entry, heard = self.devices.get(device_id), self.heard.get(device_id)
        if entry is not None and entry.point is not None:
            return entry.point
        return None if heard is None else heard.point


def _iso(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")


def saved_row(heard: Heard, now: datetime, since: datetime | None = None) -> dict[str, Any]:
    """Return the `last_seen` row of a device; `since` is when it came into its state."""
    point = heard.point
    return {
        "device_id": heard.device_id,
        "station_id": heard.station_id,
        "state": heard.state(now),
        "heard_at": heard.heard_at,
        "observed_at": heard.observed_at,
        "lon": None if point is None else point.lon,
        "lat": None if point is None else point.lat,
        "accuracy_m": None if point is None else point.accuracy_m,
        "heading_deg": heard.heading_deg,
        "speed_mps": heard.speed_mps,
        "battery": heard.battery,
        "mock": heard.mock,
        "returning": heard.returning,
        "alarm_until": heard.alarm_until,
        "tamper": heard.tamper,
        "clock_off_s": heard.clock_off_s,
        "firmware": heard.firmware,
        "state_since": since,
        "first_heard_at": heard.heard_at,
    }


def heard_row(row: Mapping[str, Any]) -> Heard:
    """Return what a `last_seen` row remembers."""
    point = None if row["lon"] is None else Point(lon=row["lon"], lat=row["lat"], accuracy_m=row["accuracy_m"])
    return Heard(
        device_id=DeviceId(row["device_id"]),
        station_id=StationId(row["station_id"]),
        heard_at=row["heard_at"],
        silent=row["state"] == "silent",
        returning=row["returning"],
        alarm_until=row["alarm_until"],
        tamper=row["tamper"],
        trouble=row["state"] == "trouble",
        battery=row["battery"],
        point=point,
        observed_at=row["observed_at"],
        heading_deg=row["heading_deg"],
        speed_mps=row["speed_mps"],
        mock=row["mock"],
        clock_off_s=row["clock_off_s"],
        firmware=row["firmware"],
    )
