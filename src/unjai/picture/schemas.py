"""What crosses the wire about the live picture."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, ConfigDict

from unjai.territory.schemas.things import DeviceOut


class LastSeenOut(BaseModel):
    """What was last heard of a device. Positions are degrees, speeds m/s, the battery a share of 1."""

    model_config = ConfigDict(from_attributes=True)

    state: str
    heard_at: datetime
    observed_at: datetime | None
    lon: float | None
    lat: float | None
    accuracy_m: float | None
    heading_deg: float | None
    speed_mps: float | None
    battery: float | None
    mock: bool
    clock_off_s: float | None


class RefusalOut(BaseModel):
    """How often a device's messages were refused for one reason."""

    code: str
    count: int
    last_at: datetime


class DeviceNowOut(DeviceOut):
    """A device with its live state and its refusals."""

    last_seen: LastSeenOut | None = None
    last_seen_at: datetime | None = None
    refusals: list[RefusalOut]
