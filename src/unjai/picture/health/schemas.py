"""What crosses the wire about device health. Shares are 0 to 1, spans seconds."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from pydantic import BaseModel

from unjai.picture.schemas import RefusalOut
from unjai.territory.schemas.devices import ContactOut


class HealthRow(BaseModel):
    """One device on the board.

    `state` is as of the last second: ok, alarm, tamper, silent, trouble (of a camera's picture), low_battery,
    unknown (never heard), disabled.
    `uptime` is None where nothing was measured; `measured` is the share of the month so far that was. `quiet` kinds
    have no heartbeat, so neither silence nor uptime is known of them.
    """

    id: UUID
    key: str
    kind: str
    name_th: str
    name_en: str
    owner_kind: str
    owner_name: str
    lon: float | None
    lat: float | None
    unit_id: UUID | None
    call_sign: str | None
    installed_on: date | None
    quiet: bool
    disabled: bool
    has_secret: bool
    state: str
    state_since: datetime | None
    last_seen_at: datetime | None
    first_heard_at: datetime | None
    battery: float | None
    firmware: str | None
    clock_off_s: float | None
    silent_after_s: int
    uptime: float | None
    measured: float
    outages: int
    longest_s: float
    refusals: int
    contact: ContactOut | None


class HealthOut(BaseModel):
    """The board of a month: `listened` is the share of it, so far, in which the centre listened at all."""

    month: str
    since: datetime
    until: datetime
    listened: float
    contacts_hidden: bool
    devices: list[HealthRow]


class OutageOut(BaseModel):
    """A silence; `to_at` is None while it lasts."""

    from_at: datetime
    noticed_at: datetime
    to_at: datetime | None
    with_others: bool


class LevelOut(BaseModel):
    """The battery in one step of time."""

    at: datetime
    least: float
    most: float


class HistoryOut(BaseModel):
    """One device's last days: its battery, its silences, what was refused of it, when the centre did not listen."""

    device_id: UUID
    since: datetime
    until: datetime
    battery: list[LevelOut]
    outages: list[OutageOut]
    deaf: list[tuple[datetime, datetime]]
    refusals: list[RefusalOut]
