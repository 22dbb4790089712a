"""Frames: what each view class may see, made once a class each 100 ms and forwarded unopened to its readers.

A frame on the bus is its sequence (u32, little-endian) and a body: JSON text, or marks after a zero byte.
"""

from __future__ import annotations

import struct
from datetime import datetime
from typing import Any

import msgspec

from unjai.model.ids import DeviceId, StationId, UnitId
from unjai.people.rules import view_rights
from unjai.picture.live import StationLive

_SEQ = struct.Struct("<I")
TEXT, MARKS = b"T", b"M"

_encode = msgspec.json.Encoder().encode


def subject(station_id: StationId, view: str) -> str:
    """Return the subject of a view class's frames."""
    return f"view.{station_id}.{view}"


class View:
    """One view class of one station: its counter and what it may see."""

    def __init__(self, live: StationLive, view: str, start: int) -> None:
        """Start counting at `start`, which is higher after every start of core, so that readers notice."""
        self.live, self.name = live, view
        self.seq = start
        rights = view_rights(view)
        self.incidents = "incident.read" in rights
        self.units = "unit.read" in rights
        self.devices = "device.read" in rights

    def snapshot(self, now: datetime) -> bytes:
        """Return the whole picture as this class may see it."""
        live = self.live
        body: dict[str, Any] = {
            "type": "snapshot",
            "seq": self.seq,
            "now": now,
            "station": live.station_id,
            "incidents": list(live.incidents.values()) if self.incidents else [],
            "units": [live.unit_row(key) for key in live.units] if self.units else [],
            "devices": [live.device_row(key, now) for key in self._shown(set(live.devices))] if self.devices else [],
            "strip": live.strip if self.incidents else [],
        }
        return _SEQ.pack(self.seq) + TEXT + _encode(body)

    def delta(self, now: datetime) -> bytes | None:
        """Return the changes since the last frame as this class may see them, or None."""
        live = self.live
        incidents = [live.incidents[key] for key in live.dirty_incidents if key in live.incidents]
        body: dict[str, Any] = {
            "incidents": incidents if self.incidents else [],
            "units": [live.unit_row(key) for key in live.dirty_units if key in live.units] if self.units else [],
            "devices": [live.device_row(key, now) for key in self._shown(live.dirty_devices)] if self.devices else [],
            "strip": list(live.fresh_strip) if self.incidents else [],
            "gone": {"incidents": sorted(live.gone_incidents) if self.incidents else []},
        }
        if not any(body[part] for part in ("incidents", "units", "devices", "strip")) and not body["gone"]["incidents"]:
            return None
        self._next()
        return _SEQ.pack(self.seq) + TEXT + _encode({"type": "delta", "seq": self.seq, "now": now, **body})

    def marks(self, body: bytes) -> bytes | None:
        """Return a frame of moving marks, or None where the class sees no units."""
        if not self.units or not body:
            return None
        self._next()
        return _SEQ.pack(self.seq) + MARKS + _SEQ.pack(self.seq) + body

    def _next(self) -> None:
        self.seq = (self.seq + 1) & 0xFFFFFFFF

    def _shown(self, keys: set[DeviceId]) -> list[DeviceId]:
        devices = self.live.devices
        return [key for key in keys if key in devices and devices[key].unit_id is None and not devices[key].disabled]


def marks_of(live: StationLive, keys: set[UnitId]) -> bytes:
    """Return the marks of the units that moved, back to back."""
    return b"".join(mark for key in keys if (mark := live.mark(key)) is not None)


def frames(live: StationLive, views: list[View], now: datetime) -> list[tuple[str, bytes]]:
    """Return what to publish for one tick (subject, body), and forget the changes."""
    out: list[tuple[str, bytes]] = []
    marks = marks_of(live, live.moved)
    for view in views:
        where = subject(live.station_id, view.name)
        if live.changed and (text := view.delta(now)) is not None:
            out.append((where, text))
        if (moving := view.marks(marks)) is not None:
            out.append((where, moving))
    live.clear()
    return out
