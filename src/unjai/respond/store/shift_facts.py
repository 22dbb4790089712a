"""What a shift log tells, read from where it stands: duty, sessions, incidents, waits, silences, emergencies."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import and_, func, or_, select

from unjai.model.ids import StationId
from unjai.people.store.identity_tables import break_glass
from unjai.people.store.roster_tables import duty_crew
from unjai.people.store.tables import account, account_role, duty, session, unit
from unjai.picture.health.store import device_outage, listening
from unjai.platform.database import Tx
from unjai.respond.store.case_tables import overdue
from unjai.respond.store.tables import incident, timeline
from unjai.territory.store.tables import device

Row = dict[str, Any]
ROOM = ("operator", "supervisor")
"""Whose sign-ins a shift log tells: those who work in the room."""
STEPS = ("opened", "split_off", "closed", "reopened", "merged_into", "no_unit_answered")
MOST = 500


async def units_on(tx: Tx, station_id: StationId, begin: datetime, end: datetime) -> list[Row]:
    """Return which units were on duty, with vehicle and crew, by call sign and time."""
    member = account.alias("member")
    named = (
        select(func.string_agg(func.distinct(member.c.name_th), ", "))
        .select_from(duty_crew.join(member, member.c.id == duty_crew.c.account_id))
        .where(duty_crew.c.duty_id == duty.c.id)
        .scalar_subquery()
    )
    columns = (
        unit.c.call_sign,
        unit.c.kind,
        unit.c.name_th,
        unit.c.name_en,
        func.coalesce(func.nullif(duty.c.vehicle, ""), unit.c.vehicle).label("vehicle"),
        func.coalesce(func.nullif(duty.c.registration, ""), unit.c.registration).label("registration"),
        func.coalesce(named, account.c.name_th).label("crew"),
    )
    query = (
        select(*columns, duty.c.unit_id, duty.c.from_at, duty.c.to_at)
        .join(unit, unit.c.id == duty.c.unit_id)
        .outerjoin(account, account.c.id == unit.c.account_id)
        .where(
            duty.c.station_id == station_id,
            duty.c.from_at < end,
            or_(duty.c.to_at.is_(None), duty.c.to_at > begin),
        )
    )
    return await tx.all(query.order_by(unit.c.call_sign, duty.c.from_at))


async def room(tx: Tx, station_id: StationId, begin: datetime, end: datetime) -> list[Row]:
    """Return who of the room was signed in: a row a session, its end where it has one."""
    works = (
        select(account_role.c.account_id)
        .where(account_role.c.account_id == session.c.account_id, account_role.c.role.in_(ROOM))
        .exists()
    )
    chief = (
        select(account_role.c.account_id)
        .where(account_role.c.account_id == session.c.account_id, account_role.c.role == "supervisor")
        .exists()
    )
    ended = func.least(session.c.revoked_at, session.c.expires_at)
    query = (
        select(
            session.c.account_id, account.c.name_th, account.c.name_en, session.c.created_at, ended.label("ended_at"),
            chief.label("chief"),
        )
        .join(account, account.c.id == session.c.account_id)
        .where(session.c.station_id == station_id, session.c.created_at < end, ended > begin, works)
    )  # fmt: skip
    return await tx.all(query.order_by(session.c.created_at))


_BRIEF = (
    "id", "number", "code", "priority", "state", "outcome", "about_th", "about_en", "place_th", "place_en",
    "opened_at", "acknowledged_at", "arrived_at", "closed_at", "merged_into",
)  # fmt: skip


async def incidents_of(tx: Tx, station_id: StationId, begin: datetime, end: datetime) -> list[Row]:
    """Return the incidents that were open at some moment of the stretch, oldest first."""
    query = select(*(incident.c[name] for name in _BRIEF)).where(
        incident.c.station_id == station_id,
        incident.c.opened_at < end,
        or_(incident.c.state != "closed", incident.c.closed_at >= begin),
    )
    return await tx.all(query.order_by(incident.c.opened_at, incident.c.id))


async def open_now(tx: Tx, station_id: StationId) -> list[Row]:
    """Return the open incidents, the most urgent first."""
    query = select(*(incident.c[name] for name in _BRIEF)).where(
        incident.c.station_id == station_id, incident.c.state != "closed"
    )
    return await tx.all(query.order_by(incident.c.priority, incident.c.opened_at, incident.c.id))


async def steps(tx: Tx, station_id: StationId, begin: datetime, end: datetime) -> list[Row]:
    """Return what began and ended incidents in the stretch, in order, the latest `MOST`."""
    named = (incident.c.number, incident.c.code, incident.c.priority, incident.c.about_th, incident.c.about_en)
    query = (
        select(timeline, *named)
        .join(incident, incident.c.id == timeline.c.incident_id)
        .where(
            timeline.c.station_id == station_id,
            timeline.c.at >= begin,
            timeline.c.at < end,
            timeline.c.kind.in_(STEPS),
        )
    )
    return (await tx.all(query.order_by(timeline.c.at.desc(), timeline.c.seq.desc()).limit(MOST)))[::-1]


async def waits(tx: Tx, station_id: StationId, begin: datetime, end: datetime) -> list[Row]:
    """Return the waits that lasted too long."""
    query = (
        select(overdue, incident.c.number)
        .join(incident, incident.c.id == overdue.c.incident_id)
        .where(overdue.c.station_id == station_id, overdue.c.raised_at >= begin, overdue.c.raised_at < end)
    )
    return await tx.all(query.order_by(overdue.c.raised_at))


async def silences(tx: Tx, station_id: StationId, begin: datetime, end: datetime) -> list[Row]:
    """Return which devices were silent, with their names."""
    query = (
        select(device_outage, device.c.key, device.c.name_th, device.c.name_en, device.c.kind)
        .join(device, device.c.id == device_outage.c.device_id)
        .where(
            device_outage.c.station_id == station_id,
            device_outage.c.noticed_at < end,
            or_(device_outage.c.to_at.is_(None), device_outage.c.to_at > begin),
        )
    )
    return await tx.all(query.order_by(device_outage.c.noticed_at, device.c.key))


async def listened(tx: Tx, station_id: StationId, begin: datetime, end: datetime) -> list[tuple[datetime, datetime]]:
    """Return when the centre listened; nothing at all where it never wrote that down."""
    query = select(listening.c.from_at, listening.c.to_at).where(
        and_(listening.c.station_id == station_id, listening.c.to_at > begin, listening.c.from_at < end)
    )
    return [(row["from_at"], row["to_at"]) for row in await tx.all(query.order_by(listening.c.from_at))]


async def emergencies(tx: Tx, station_id: StationId, begin: datetime, end: datetime) -> list[Row]:
    """Return who took emergency rights in the stretch, and why."""
    query = select(break_glass).where(
        break_glass.c.station_id == station_id, break_glass.c.taken_at >= begin, break_glass.c.taken_at < end
    )
    return await tx.all(query.order_by(break_glass.c.taken_at))


async def ever_listened(tx: Tx, station_id: StationId, begin: datetime) -> datetime | None:
    """Return since when it is known whether the centre listened: at `begin` or later; None for never."""
    known = await tx.scalar(select(func.min(listening.c.from_at)).where(listening.c.station_id == station_id))
    return None if known is None else max(known, begin)
