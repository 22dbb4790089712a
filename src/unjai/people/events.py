"""What people tell the others. Each goes out as ``evt.<station>.<subject>`` once it is durable."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from unjai.model.ids import AccountId, DeviceId, StationId, UnitId


@dataclass(frozen=True, kw_only=True, slots=True)
class SessionRevoked:
    """Forget what you hold of this account's sessions and ask again; those of `session_ids` are over.

    Sent also when the account's roles change, with no `session_ids`; with no account it is about everybody's.
    """

    subject: ClassVar[str] = "session.revoked"
    station_id: StationId
    account_id: AccountId | None
    session_ids: tuple[UUID, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class UnitChanged:
    """A unit was made or changed: its names, its crew, its device, or what it is doing."""

    subject: ClassVar[str] = "unit.changed"
    station_id: StationId
    unit_id: UnitId


@dataclass(frozen=True, kw_only=True, slots=True)
class DutyChanged:
    """A unit signed on (`to_at` is None) or off."""

    subject: ClassVar[str] = "duty.changed"
    station_id: StationId
    unit_id: UnitId
    on: bool
    from_at: datetime
    to_at: datetime | None
    shift_id: UUID | None


@dataclass(frozen=True, kw_only=True, slots=True)
class RegistryChanged:
    """A device's secret or owner unit changed: doors must load the registry again."""

    subject: ClassVar[str] = "registry.changed"
    station_id: StationId
    device_id: DeviceId


@dataclass(frozen=True, kw_only=True, slots=True)
class SecondFactorReset:
    """An administrator took somebody's second factor away."""

    subject: ClassVar[str] = "second_factor.reset"
    station_id: StationId
    account_id: AccountId


@dataclass(frozen=True, kw_only=True, slots=True)
class BreakGlassChanged:
    """Emergency rights were taken, have ended, or were reviewed: every console shows it."""

    subject: ClassVar[str] = "breakglass.changed"
    station_id: StationId
    break_glass_id: UUID
    what: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ApprovalChanged:
    """Something waits for a second person, or was answered."""

    subject: ClassVar[str] = "approval.changed"
    station_id: StationId
    approval_id: UUID
    state: str
