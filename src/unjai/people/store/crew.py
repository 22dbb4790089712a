"""Who is on duty with whom: the stays of a duty's crew."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import and_, exists, func, literal, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from unjai.model.ids import AccountId, StationId, UnitId
from unjai.people.rules import DUTY_MOST
from unjai.people.rules.crew import SWORN_ROLES, VOLUNTEER_KINDS, Stay, late_s
from unjai.people.store.accounts import counts_at, station_node
from unjai.people.store.roster_tables import duty_crew
from unjai.people.store.tables import account, account_role, duty, unit
from unjai.platform.database import Tx
from unjai.territory.store import org_unit

CREW_ROLES = (*sorted(SWORN_ROLES), *VOLUNTEER_KINDS)


@dataclass(frozen=True, kw_only=True, slots=True)
class CrewRow:
    """One of a crew that is on duty, as screens show them."""

    id: UUID
    duty_id: UUID
    account_id: AccountId
    name_th: str
    name_en: str
    kind: str
    line: str
    own_phone: bool
    from_at: datetime
    came_at: datetime
    signed_on_by: str

    @property
    def late_s(self) -> int:
        """Return by how much the word of their sign-on came late."""
        return late_s(self.from_at, self.came_at)

    @property
    def stay(self) -> Stay:
        """Return it for the rules."""
        return Stay(account_id=self.account_id, from_at=self.from_at, own_phone=self.own_phone)


@dataclass(frozen=True, kw_only=True, slots=True)
class DutyFacts:
    """What was said of an open duty: sign, vehicle, beat, and who is there."""

    id: UUID
    unit_id: UnitId
    from_at: datetime
    came_at: datetime | None
    call_sign: str
    vehicle: str
    registration: str
    odometer_km: int | None
    beat: str
    crew: tuple[CrewRow, ...]

    @property
    def late_s(self) -> int:
        """Return by how much the word of the sign-on came late."""
        return late_s(self.from_at, self.came_at)


_NAMES = (account.c.name_th, account.c.name_en)
_ROW = (
    *(duty_crew.c[name] for name in ("id", "duty_id", "account_id", "kind", "line", "own_phone", "from_at", "came_at")),
    duty_crew.c.signed_on_by,
)
_FACTS = ("id", "unit_id", "from_at", "came_at", "call_sign", "vehicle", "registration", "odometer_km", "beat")


async def facts_of(tx: Tx, unit_ids: Iterable[UUID] | None, now: datetime) -> dict[UnitId, DutyFacts]:
    """Return the open duties of these units, or of all in scope, each with its crew, the first there first."""
    alive = and_(duty.c.to_at.is_(None), duty.c.from_at > now - DUTY_MOST)
    query = select(*(duty.c[name] for name in _FACTS)).where(alive)
    if unit_ids is not None:
        query = query.where(duty.c.unit_id.in_(list(unit_ids)))
    rows = await tx.all(query)
    crews = await crews_of(tx, [row["id"] for row in rows])
    return {UnitId(row["unit_id"]): DutyFacts(**row, crew=tuple(crews.get(row["id"], ()))) for row in rows}


async def crews_of(tx: Tx, duty_ids: Iterable[UUID]) -> dict[UUID, list[CrewRow]]:
    """Return who is there in these duties now."""
    query = (
        select(*_ROW, *_NAMES)
        .join(account, account.c.id == duty_crew.c.account_id)
        .where(duty_crew.c.duty_id.in_(list(duty_ids)), duty_crew.c.to_at.is_(None))
        .order_by(duty_crew.c.from_at, duty_crew.c.kind != "officer", account.c.username)
    )
    found: dict[UUID, list[CrewRow]] = {}
    for row in await tx.all(query):
        found.setdefault(row["duty_id"], []).append(CrewRow(**row))
    return found


async def open_stay(tx: Tx, account_id: UUID) -> dict[str, Any] | None:
    """Return where an account is on duty: the stay's `id`, its duty, unit and call sign. Forgotten ones too."""
    query = (
        select(
            duty_crew.c.id,
            duty_crew.c.duty_id,
            duty_crew.c.kind,
            duty_crew.c.own_phone,
            duty_crew.c.from_at,
            duty.c.unit_id,
            duty.c.from_at.label("duty_from_at"),
            unit.c.call_sign,
        )
        .join(duty, duty.c.id == duty_crew.c.duty_id)
        .join(unit, unit.c.id == duty.c.unit_id)
        .where(duty_crew.c.account_id == account_id, duty_crew.c.to_at.is_(None))
    )
    return await tx.one(query)


async def unit_on_duty(tx: Tx, account_id: UUID, now: datetime) -> UnitId | None:
    """Return the unit in whose crew an account is on duty, among the stations in scope."""
    query = (
        select(duty.c.unit_id)
        .join(duty_crew, duty_crew.c.duty_id == duty.c.id)
        .join(unit, unit.c.id == duty.c.unit_id)
        .where(duty_crew.c.account_id == account_id, duty_crew.c.to_at.is_(None), unit.c.disabled.is_(False))
        .where(duty.c.to_at.is_(None), duty.c.from_at > now - DUTY_MOST)
    )
    found = await tx.scalar(query)
    return None if found is None else UnitId(found)


async def free_unit_of(tx: Tx, account_id: UUID, now: datetime) -> UnitId | None:
    """Return the unit whose fixed crew an account is, unless others are on duty in it."""
    alive = and_(duty.c.unit_id == unit.c.id, duty.c.to_at.is_(None), duty.c.from_at > now - DUTY_MOST)
    others = exists(
        select(literal(1))
        .select_from(duty.join(duty_crew, duty_crew.c.duty_id == duty.c.id))
        .where(alive, duty_crew.c.to_at.is_(None))
    )
    found = await tx.scalar(
        select(unit.c.id).where(unit.c.account_id == account_id, unit.c.disabled.is_(False), ~others)
    )
    return None if found is None else UnitId(found)


async def join(tx: Tx, row: Mapping[str, Any]) -> bool:
    """Begin a stay; False when the account is on duty somewhere (the partial unique index decides)."""
    new = insert(duty_crew).values(**row)
    once = new.on_conflict_do_nothing(index_elements=["account_id"], index_where=duty_crew.c.to_at.is_(None))
    return await tx.scalar(once.returning(duty_crew.c.id)) is not None


async def end_stays(
    tx: Tx, duty_id: UUID, *, to_at: datetime, by: str, why: str, account_id: UUID | None = None
) -> list[AccountId]:
    """End the open stays of a duty, or one person's; return whose. None ends before it began."""
    open_ones = and_(duty_crew.c.duty_id == duty_id, duty_crew.c.to_at.is_(None))
    if account_id is not None:
        open_ones = and_(open_ones, duty_crew.c.account_id == account_id)
    ends = func.greatest(duty_crew.c.from_at, literal(to_at, duty_crew.c.to_at.type))
    done = update(duty_crew).where(open_ones).values(to_at=ends, signed_off_by=by, why=why)
    return [AccountId(key) for key in (await tx.execute(done.returning(duty_crew.c.account_id))).scalars()]


async def last_end(tx: Tx, unit_id: UUID) -> datetime | None:
    """Return when the unit's last duty ended."""
    found: datetime | None = await tx.scalar(select(func.max(duty.c.to_at)).where(duty.c.unit_id == unit_id))
    return found


async def last_stay(tx: Tx, account_id: UUID) -> dict[str, Any] | None:
    """Return an account's last stay that has ended: why, when, by whom, and in which unit."""
    query = (
        select(duty_crew.c.to_at, duty_crew.c.why, duty_crew.c.signed_off_by, unit.c.call_sign)
        .join(duty, duty.c.id == duty_crew.c.duty_id)
        .join(unit, unit.c.id == duty.c.unit_id)
        .where(duty_crew.c.account_id == account_id, duty_crew.c.to_at.isnot(None))
        .order_by(duty_crew.c.from_at.desc())
        .limit(1)
    )
    return await tx.one(query)


async def last_note(tx: Tx, unit_id: UUID, since: datetime) -> dict[str, Any] | None:
    """Return what the crew before wrote when it signed off: `note`, `to_at`, `by`."""
    query = (
        select(duty.c.note, duty.c.to_at, duty.c.signed_off_by.label("by"))
        .where(duty.c.unit_id == unit_id, duty.c.to_at > since)
        .order_by(duty.c.to_at.desc())
        .limit(1)
    )
    row = await tx.one(query)
    return row if row is not None and row["note"] else None


async def set_duty(tx: Tx, duty_id: UUID, **values: Any) -> None:
    """Change columns of a duty."""
    await tx.execute(update(duty).where(duty.c.id == duty_id).values(**values))


async def stays_since(tx: Tx, since: datetime) -> dict[UnitId, list[Stay]]:
    """Return the stays that reach beyond `since`, by unit."""
    reaching = or_(duty_crew.c.to_at.is_(None), duty_crew.c.to_at > since)
    columns = (duty_crew.c.account_id, duty_crew.c.from_at, duty_crew.c.to_at, duty_crew.c.own_phone)
    query = select(duty.c.unit_id, *columns).join(duty, duty.c.id == duty_crew.c.duty_id).where(reaching)
    found: dict[UnitId, list[Stay]] = {}
    for row in await tx.all(query):
        found.setdefault(UnitId(row.pop("unit_id")), []).append(Stay(**row))
    return found


async def roles_at(
    tx: Tx, station_id: StationId, now: datetime, account_ids: Iterable[UUID] | None = None
) -> dict[AccountId, frozenset[str]]:
    """Return the roles that count at a station, of enabled accounts that may go on duty (or of those given)."""
    reaches = and_(station_node.c.id == station_id, station_node.c.path.op("<@")(org_unit.c.path))
    query = (
        select(account_role.c.account_id, account_role.c.role)
        .join(account, account.c.id == account_role.c.account_id)
        .join(org_unit, org_unit.c.id == account_role.c.org_unit_id)
        .where(exists(select(literal(1)).select_from(station_node).where(reaches)))
        .where(counts_at(now), account.c.disabled.is_(False), or_(account.c.until.is_(None), account.c.until > now))
        .where(account_role.c.role.in_(CREW_ROLES))
    )
    if account_ids is not None:
        query = query.where(account_role.c.account_id.in_(list(account_ids)))
    found: dict[AccountId, set[str]] = {}
    for row in await tx.all(query):
        found.setdefault(AccountId(row["account_id"]), set()).add(row["role"])
    return {key: frozenset(roles) for key, roles in found.items()}


async def names_of(tx: Tx, account_ids: Iterable[UUID]) -> dict[AccountId, dict[str, Any]]:
    """Return `username`, `name_th`, `name_en` and `disabled` of accounts."""
    columns = (account.c.id, account.c.username, account.c.name_th, account.c.name_en, account.c.disabled)
    rows = await tx.all(select(*columns).where(account.c.id.in_(list(account_ids))))
    return {AccountId(row["id"]): row for row in rows}
