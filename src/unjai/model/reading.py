"""What comes in (`Received`), what a sensor makes of it (`Reading`), and the stamped fact (`Observation`)."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

import msgspec

from unjai.model.geometry import Point
from unjai.model.ids import DeviceId, ObservationId, StationId

ClockVerdict = Literal["ok", "late", "ahead", "wrong", "none"]
"""What the stamp made of the device's clock.

`late`: came more than 5 min after it was observed · `ahead`: more than 2 min before our own clock ·
`wrong`: not to be believed (over 12 h ahead, or before 2020), so our own time counts · `none`: it sent no time.
"""

RetentionClass = Literal["fleet", "device", "citizen", "plates", "moment"]
"""Each class has its own stream, its own table and its own age (see `platform.streams.CLASSES`).

`moment` counts only now (what a junction sees each second): an hour in its stream, in no table.
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Received:
    """One message as it stood on the wire. `device` is the authenticated device's key, if the door knows it."""

    body: bytes
    received_at: datetime
    topic_or_path: str = ""
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    device: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Reading:
    """What a sensor says a message means. SI units in `payload`; `own_id` is the device's id or sequence for it."""

    kind: str
    device_key: str | None = None
    observed_at: datetime | None = None
    point: Point | None = None
    payload: Mapping[str, object] = field(default_factory=dict)
    own_id: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Observation:
    """A stamped fact, ready for the stream: `id` is made from the message, `digest` from its content."""

    id: ObservationId
    station_id: StationId
    kind: str
    source: str
    device_id: DeviceId | None
    observed_at: datetime
    received_at: datetime
    clock: ClockVerdict
    retention: RetentionClass
    point: Point | None = None
    payload: Mapping[str, object] = field(default_factory=dict)
    digest: str = ""


def digest_of(reading: Reading) -> str:
    """Return the SHA-256 of what a reading says, without when it came: equal for a repeat, other for a changed body."""
    said = {
        "kind": reading.kind,
        "device": reading.device_key,
        "at": reading.observed_at,
        "point": reading.point,
        "payload": reading.payload,
    }
    return hashlib.sha256(msgspec.json.encode(said, order="sorted")).hexdigest()
