"""All SQL of rosters."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert

from unjai.model.ids import AccountId, StationId, UnitId
from unjai.people.store.roster_tables import roster_crew, roster_unit
from unjai.people.store.tables import account, shift, unit
from unjai.platform.database import Tx

Row = dict[str, Any]

_PLANNED = (
    *(roster_unit.c[name] for name in ("id", "station_id", "day", "shift_id", "unit_id", "call_sign", "vehicle")),
    *(roster_unit.c[name] for name in ("registration", "beat", "note", "version", "changed_at", "changed_by")),
    unit.c.call_sign.label("unit_sign"),
    unit.c.kind.label("unit_kind"),
    unit.c.vehicle.label("unit_vehicle"),
    unit.c.registration.label("unit_registration"),
    unit.c.disabled.label("unit_disabled"),
    shift.c.name_th.label("shift_th"),
    shift.c.name_en.label("shift_en"),
    shift.c.starts,
    shift.c.ends,
)


async def planned(
    tx: Tx, since: date, until: date, *, station_id: StationId | None = None, unit_id: UUID | None = None
) -> list[Row]:
    """Return what is planned from day `since` to `until`, both included, with each crew under `crew`."""
    query = (
        select(*_PLANNED)
        .join(unit, unit.c.id == roster_unit.c.unit_id)
        .join(shift, shift.c.id == roster_unit.c.shift_id)
        .where(roster_unit.c.day.between(since, until))
        .order_by(roster_unit.c.day, shift.c.starts, shift.c.id, unit.c.call_sign)
    )
    if station_id is not None:
        query = query.where(roster_unit.c.station_id == station_id)
    if unit_id is not None:
        query = query.where(roster_unit.c.unit_id == unit_id)
    rows = await tx.all(query)
    crews = await crews_of(tx, [row["id"] for row in rows])
    return [{**row, "crew": crews.get(row["id"], [])} for row in rows]


async def crews_of(tx: Tx, roster_ids: Iterable[UUID]) -> dict[UUID, list[Row]]:
    """Return the planned crews."""
    columns = (roster_crew.c.roster_id, roster_crew.c.account_id, roster_crew.c.line)
    query = (
        select(*columns, account.c.username, account.c.name_th, account.c.name_en, account.c.disabled)
        .join(account, account.c.id == roster_crew.c.account_id)
        .where(roster_crew.c.roster_id.in_(list(roster_ids)))
        .order_by(account.c.username)
    )
    found: dict[UUID, list[Row]] = {}
    for row in await tx.all(query):
        found.setdefault(row.pop("roster_id"), []).append(row)
    return found


async def of_account(tx: Tx, account_id: UUID, since: date, until: date) -> list[Row]:
    """Return where an account is planned."""
    rows = await planned(tx, since, until)
    return [row for row in rows if any(one["account_id"] == account_id for one in row["crew"])]


async def locked(tx: Tx, *, day: date, shift_id: UUID, unit_id: UUID) -> Row | None:
    """Return a planned unit, locked until the transaction ends."""
    here = (roster_unit.c.day == day, roster_unit.c.shift_id == shift_id, roster_unit.c.unit_id == unit_id)
    return await tx.one(select(roster_unit).where(*here).with_for_update())


async def locked_by(tx: Tx, roster_ids: Iterable[UUID]) -> list[Row]:
    """Return planned units by their ids, locked until the transaction ends."""
    return await tx.all(select(roster_unit).where(roster_unit.c.id.in_(list(roster_ids))).with_for_update())


async def last_day(tx: Tx, station_id: StationId) -> date | None:
    """Return the last day for which something is planned."""
    found: date | None = await tx.scalar(
        select(func.max(roster_unit.c.day)).where(roster_unit.c.station_id == station_id)
    )
    return found


async def add(tx: Tx, row: Mapping[str, Any]) -> bool:
    """Plan a unit; False when it is planned for that shift already."""
    once = insert(roster_unit).values(**row).on_conflict_do_nothing()
    return await tx.scalar(once.returning(roster_unit.c.id)) is not None


async def change(tx: Tx, roster_id: UUID, values: Mapping[str, Any]) -> None:
    """Change columns of a planned unit."""
    await tx.execute(update(roster_unit).where(roster_unit.c.id == roster_id).values(**values))


async def set_crew(tx: Tx, roster_id: UUID, station_id: StationId, crew: Sequence[tuple[AccountId, str]]) -> None:
    """Replace a planned crew by (account, line of work)."""
    await tx.execute(delete(roster_crew).where(roster_crew.c.roster_id == roster_id))
    if crew:
        rows = [
            {"roster_id": roster_id, "station_id": station_id, "account_id": account_id, "line": line}
            for account_id, line in crew
        ]
        await tx.execute(insert(roster_crew), rows)


async def drop(tx: Tx, roster_ids: Iterable[UUID]) -> list[Row]:
    """Take planned units out; return which (`id`, `day`, `unit_id`)."""
    gone = delete(roster_unit).where(roster_unit.c.id.in_(list(roster_ids)))
    return await tx.all(gone.returning(roster_unit.c.id, roster_unit.c.day, roster_unit.c.unit_id))


async def there(tx: Tx, station_id: StationId, since: date, until: date) -> set[tuple[date, UUID, UnitId]]:
    """Return which (day, shift, unit) are planned at a station."""
    columns = (roster_unit.c.day, roster_unit.c.shift_id, roster_unit.c.unit_id)
    query = select(*columns).where(roster_unit.c.station_id == station_id, roster_unit.c.day.between(since, until))
    return {(row["day"], row["shift_id"], UnitId(row["unit_id"])) for row in await tx.all(query)}
