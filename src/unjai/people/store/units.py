"""Units, shifts and duty."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any, cast
from uuid import UUID

from sqlalchemy import and_, select, update
from sqlalchemy.dialects.postgresql import insert

from unjai.model.ids import AccountId, DeviceId, IncidentId, StationId, UnitId
from unjai.people.rules import DUTY_MOST, Interval, ShiftTime, UnitKind, UnitWork
from unjai.people.store.crew import DutyFacts
from unjai.people.store.tables import duty, shift, unit
from unjai.platform.database import Tx
from unjai.territory.store import device


@dataclass(frozen=True, kw_only=True, slots=True)
class ShiftRow:
    """A shift — ผลัด — in Bangkok's hours."""

    id: UUID
    station_id: StationId
    name_th: str
    name_en: str
    starts: time
    ends: time

    @property
    def hours(self) -> ShiftTime:
        """Return its hours for the rules."""
        return ShiftTime(starts=self.starts, ends=self.ends)


@dataclass(frozen=True, kw_only=True, slots=True)
class UnitRow:
    """A unit that can be dispatched — สายตรวจ — with its duty and what it is doing."""

    id: UnitId
    station_id: StationId
    call_sign: str
    kind: UnitKind
    name_th: str
    name_en: str
    capabilities: tuple[str, ...]
    mark: int
    account_id: AccountId | None
    device_id: DeviceId | None
    disabled: bool
    on_duty: bool
    since: datetime | None
    shift: ShiftRow | None
    work: UnitWork
    incident_id: IncidentId | None
    vehicle: str = ""
    registration: str = ""
    duty: DutyFacts | None = None

    @property
    def state(self) -> str:
        """Return `off` for a unit that is off duty and has nothing to finish, else what it is doing."""
        return "off" if not self.on_duty and self.work == "free" else self.work


@dataclass(frozen=True, kw_only=True, slots=True)
class DutyRow:
    """One interval of duty; `to_at` is None while it goes on."""

    id: UUID
    station_id: StationId
    unit_id: UnitId
    shift_id: UUID | None
    from_at: datetime
    to_at: datetime | None


_DUTY = (duty.c.id, duty.c.station_id, duty.c.unit_id, duty.c.shift_id, duty.c.from_at, duty.c.to_at)
_SHIFT = (shift.c.id, shift.c.station_id, shift.c.name_th, shift.c.name_en, shift.c.starts, shift.c.ends)


async def add_unit(tx: Tx, row: Mapping[str, Any]) -> None:
    """Add a unit; a call sign, account or device that is taken raises SQLAlchemy's IntegrityError."""
    await tx.execute(insert(unit).values(**row).inline())


async def set_unit(tx: Tx, unit_id: UnitId, **values: Any) -> None:
    """Change columns of a unit."""
    await tx.execute(update(unit).where(unit.c.id == unit_id).values(**values))


async def taken(
    tx: Tx,
    *,
    unit_id: UnitId | None,
    station_id: StationId,
    call_sign: str | None,
    account_id: UUID | None,
    device_id: UUID | None,
) -> str | None:
    """Return what another unit has already: `call_sign`, `account_id` or `device_id`; None if all are free."""
    others = unit.c.id != unit_id if unit_id is not None else unit.c.id.is_not(None)
    for name, column, value in (
        ("call_sign", unit.c.call_sign, call_sign),
        ("account_id", unit.c.account_id, account_id),
        ("device_id", unit.c.device_id, device_id),
    ):
        if value is None:
            continue
        same = and_(others, column == value)
        if name == "call_sign":
            same = and_(same, unit.c.station_id == station_id)
        if await tx.scalar(select(unit.c.id).where(same)):
            return name
    return None


async def units(tx: Tx, now: datetime, *, unit_id: UnitId | None = None, disabled: bool = False) -> list[UnitRow]:
    """Return the units in scope by call sign, with their duty at `now`; without `disabled`, only those in use."""
    open_duty = and_(duty.c.unit_id == unit.c.id, duty.c.to_at.is_(None), duty.c.from_at > now - DUTY_MOST)
    columns = [column.label(f"shift_{column.name}") for column in _SHIFT]
    query = (
        select(unit, duty.c.from_at, *columns)
        .outerjoin(duty, open_duty)
        .outerjoin(shift, shift.c.id == duty.c.shift_id)
        .order_by(unit.c.call_sign)
    )
    if unit_id is not None:
        query = query.where(unit.c.id == unit_id)
    elif not disabled:
        query = query.where(unit.c.disabled.is_(False))
    return [_unit(row) for row in await tx.all(query)]


async def units_on_duty(tx: Tx, now: datetime) -> list[UnitRow]:
    """Return the units in scope that are on duty."""
    return [row for row in await units(tx, now) if row.on_duty]


def _unit(row: Mapping[str, Any]) -> UnitRow:
    held = {column.name: row[f"shift_{column.name}"] for column in _SHIFT}
    return UnitRow(
        id=UnitId(row["id"]),
        station_id=StationId(row["station_id"]),
        call_sign=row["call_sign"],
        kind=cast("UnitKind", row["kind"]),
        name_th=row["name_th"],
        name_en=row["name_en"],
        capabilities=tuple(row["capabilities"]),
        mark=row["mark"],
        account_id=row["account_id"],
        device_id=row["device_id"],
        disabled=row["disabled"],
        on_duty=row["from_at"] is not None,
        since=row["from_at"],
        shift=ShiftRow(**held) if held["id"] is not None else None,
        work=cast("UnitWork", row["work"]),
        incident_id=row["incident_id"],
        vehicle=row["vehicle"],
        registration=row["registration"],
    )


async def lock_unit(tx: Tx, unit_id: UnitId) -> dict[str, Any] | None:
    """Return a unit's row, locked until the transaction ends."""
    return await tx.one(select(unit).where(unit.c.id == unit_id).with_for_update())


async def add_shift(tx: Tx, row: Mapping[str, Any]) -> bool:
    """Add a shift; False when the station has one of that name."""
    new = insert(shift).values(**row).on_conflict_do_nothing()
    return await tx.scalar(new.returning(shift.c.id)) is not None


async def shifts(tx: Tx, station_id: StationId | None = None) -> list[ShiftRow]:
    """Return the shifts in use in scope, or of one station, by their start."""
    query = select(*_SHIFT).where(~shift.c.retired).order_by(shift.c.station_id, shift.c.starts, shift.c.id)
    if station_id is not None:
        query = query.where(shift.c.station_id == station_id)
    return [ShiftRow(**row) for row in await tx.all(query)]


async def lock_shift(tx: Tx, shift_id: UUID) -> dict[str, Any] | None:
    """Return a shift that is in use, locked until the transaction ends."""
    return await tx.one(select(shift).where(shift.c.id == shift_id, ~shift.c.retired).with_for_update())


async def set_shift(tx: Tx, shift_id: UUID, values: Mapping[str, Any]) -> bool:
    """Change columns of a shift; False when the station has another of that name."""
    name = values.get("name_th")
    own = select(shift.c.station_id).where(shift.c.id == shift_id).scalar_subquery()
    other = select(shift.c.id).where(
        shift.c.station_id == own, shift.c.name_th == name, shift.c.id != shift_id, ~shift.c.retired
    )
    if name is not None and await tx.scalar(other) is not None:
        return False
    await tx.execute(update(shift).where(shift.c.id == shift_id).values(**values))
    return True


async def retire_shift(tx: Tx, shift_id: UUID) -> None:
    """Offer a shift no more; what was worked in it keeps it."""
    await tx.execute(update(shift).where(shift.c.id == shift_id).values(retired=True))


async def open_duty(tx: Tx, unit_id: UnitId) -> DutyRow | None:
    """Return the interval in which a unit is on duty; None when it is not."""
    row = await tx.one(select(*_DUTY).where(duty.c.unit_id == unit_id, duty.c.to_at.is_(None)))
    return None if row is None else DutyRow(**row)


async def begin_duty(tx: Tx, row: Mapping[str, Any]) -> bool:
    """Open an interval; False when the unit has an open one already (the partial unique index decides)."""
    new = insert(duty).values(**row)
    once = new.on_conflict_do_nothing(index_elements=["unit_id"], index_where=duty.c.to_at.is_(None))
    return await tx.scalar(once.returning(duty.c.id)) is not None


async def end_duty(tx: Tx, duty_id: UUID, *, to_at: datetime, by: str) -> None:
    """Close an interval."""
    open_one = and_(duty.c.id == duty_id, duty.c.to_at.is_(None))
    await tx.execute(update(duty).where(open_one).values(to_at=to_at, signed_off_by=by))


async def forgotten_duties(tx: Tx, now: datetime) -> list[DutyRow]:
    """Return the open intervals that are longer than a duty may be, locked."""
    too_long = and_(duty.c.to_at.is_(None), duty.c.from_at <= now - DUTY_MOST)
    query = select(*_DUTY).where(too_long).with_for_update(skip_locked=True)
    return [DutyRow(**row) for row in await tx.all(query)]


async def intervals(tx: Tx, since: datetime) -> dict[UnitId, tuple[Interval, ...]]:
    """Return each unit's intervals of duty that reach beyond `since`, first ones first."""
    reaching = duty.c.to_at.is_(None) | (duty.c.to_at > since)
    query = select(duty.c.unit_id, duty.c.from_at, duty.c.to_at).where(reaching).order_by(duty.c.from_at)
    found: dict[UnitId, tuple[Interval, ...]] = {}
    for row in await tx.all(query):
        unit_id = UnitId(row["unit_id"])
        found[unit_id] = (*found.get(unit_id, ()), Interval(from_at=row["from_at"], to_at=row["to_at"]))
    return found


async def device_of_unit(tx: Tx, unit_id: UnitId) -> DeviceId | None:
    """Return the device that a unit carries."""
    found = await tx.scalar(select(unit.c.device_id).where(unit.c.id == unit_id))
    return None if found is None else DeviceId(found)


async def device_row(tx: Tx, device_id: DeviceId | UUID) -> dict[str, Any] | None:
    """Return id, key, station and kind of a device in scope."""
    columns = (device.c.id, device.c.key, device.c.station_id, device.c.kind)
    return await tx.one(select(*columns).where(device.c.id == device_id))
