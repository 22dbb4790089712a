"""What the points tell others, after it is durable."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from unjai.model.ids import DeviceId, StationId


@dataclass(frozen=True, kw_only=True, slots=True)
class SosChanged:
    """A call or a command of a point is other than before: whoever shows it asks anew."""

    subject: ClassVar[str] = "sos.changed"
    station_id: StationId
    device_id: DeviceId
    call_id: UUID | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class SosAsked:
    """A siren or light was asked for, or is to stop: core sends it at once."""

    subject: ClassVar[str] = "sos.asked"
    station_id: StationId
    device_id: DeviceId
