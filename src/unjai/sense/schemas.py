"""What crosses the wire about sensors: their forms, and how a device is set up to reach them."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, Field

from unjai.platform.free import Free


class ObservationKindOut(BaseModel):
    """A kind of observation that a sensor gives."""

    name: str
    th: str
    en: str
    retention: str


class SensorOut(BaseModel):
    """A sensor: the kinds of devices that speak it, and the schema of its settings (secrets are marked `secret`)."""

    key: str
    th: str
    en: str
    devices: list[str]
    schema_: dict[str, Any] = Field(serialization_alias="schema")
    kinds: list[ObservationKindOut]
    topics: list[str]
    paths: list[str]


class SettingsIn(BaseModel):
    """A device's own settings; secrets that are left out stay as they are, an empty one is forgotten."""

    settings: Free = Field(max_length=100)


class DeviceSetupOut(BaseModel):
    """What a device must be told to speak here. The secret is in this answer and nowhere else.

    `qr` is a picture of `qr_text` as rows of 0 and 1; `local` warns that the address works on this machine alone.
    """

    device_id: UUID
    key: str
    secret: str
    issued_at: datetime
    host: str
    local: bool
    mqtt_port: int
    mqtt_tls: bool
    mqtt_topics: list[str]
    urls: list[str]
    qr_text: str
    qr: list[str]
