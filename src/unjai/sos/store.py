"""The tables of the points: what was asked of sirens and lights, calls, and which points can be talked to."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    Column,
    DateTime,
    Float,
    ForeignKey,
    Index,
    Integer,
    Text,
    Uuid,
    delete,
    func,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import insert

from unjai.model.ids import DeviceId
from unjai.platform.database import Tx, station_table
from unjai.respond.store.tables import incident, report
from unjai.sos.rules import ACTION_STATES, CALL_STATES, ENDS, OPEN_ACTION, PARTS

Row = dict[str, Any]


def _one_of(name: str, values: tuple[str, ...]) -> CheckConstraint:
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{name} IN ({listed})", name=name)


def _moment(name: str, *, needed: bool = False) -> Column[object]:
    return Column(name, DateTime(timezone=True), nullable=not needed)


_OPEN_ACTION = text("state IN ({})".format(", ".join(f"'{state}'" for state in OPEN_ACTION)))
_OPEN_CALL = text("state <> 'ended'")

sos_action = station_table(
    "sos_action",
    Column("id", Uuid, primary_key=True),
    Column("device_id", Uuid, nullable=False),
    Column("device_key", Text, nullable=False),
    Column("incident_id", Uuid, ForeignKey("incident.id")),
    Column("part", Text, nullable=False),
    Column("lasts_s", Integer, nullable=False),
    Column("state", Text, nullable=False),
    _moment("asked_at", needed=True),
    Column("asked_by", Text, nullable=False),
    Column("account_id", Uuid),
    _moment("sent_at"),
    _moment("last_sent_at"),
    _moment("answered_at"),
    _moment("stop_asked_at"),
    _moment("ended_at"),
    Column("why", Text, nullable=False, server_default=""),
    _one_of("part", PARTS),
    _one_of("state", ACTION_STATES),
    Index("uq_sos_action_open", "device_id", "part", unique=True, postgresql_where=_OPEN_ACTION),
    Index("ix_sos_action_asked", "station_id", "asked_at"),
)

sos_call = station_table(
    "sos_call",
    Column("id", Uuid, primary_key=True),
    Column("device_id", Uuid, nullable=False),
    Column("incident_id", Uuid, ForeignKey("incident.id")),
    Column("state", Text, nullable=False),
    Column("began_by", Text, nullable=False),
    Column("who", Text, nullable=False),
    Column("said", Text, nullable=False, server_default=""),
    _moment("rang_at", needed=True),
    _moment("answered_at"),
    _moment("held_at"),
    Column("held_s", Float, nullable=False, server_default=text("0")),
    _moment("ended_at"),
    Column("ended_why", Text),
    Column("account_id", Uuid),
    Column("operator", Text, nullable=False, server_default=""),
    _moment("point_seen_at"),
    _moment("desk_seen_at"),
    _one_of("state", CALL_STATES),
    _one_of("ended_why", ENDS),
    _one_of("began_by", ("point", "desk")),
    _one_of("who", ("public", "officer")),
    CheckConstraint("(state = 'ended') = (ended_at IS NOT NULL)", name="ended"),
    Index("uq_sos_call_open", "device_id", unique=True, postgresql_where=_OPEN_CALL),
    Index("ix_sos_call_rang", "station_id", "rang_at"),
)

sos_presence = station_table(
    "sos_presence",
    Column("device_id", Uuid, primary_key=True),
    _moment("seen_at", needed=True),
    Column("by", Text, nullable=False),
    Column("voice", Text, nullable=False),
    _one_of("by", ("page", "agent")),
    _one_of("voice", ("ready", "insecure", "denied", "missing")),
)
"""The page or the program that speaks for a point, when it was last heard of, and whether it has a microphone."""


async def add_action(tx: Tx, row: Mapping[str, Any]) -> bool:
    """Write an action; False where one of the same part is open at the point already."""
    new = (
        insert(sos_action)
        .values(**row)
        .on_conflict_do_nothing(index_elements=["device_id", "part"], index_where=_OPEN_ACTION)
    )
    return await tx.scalar(new.returning(sos_action.c.id)) is not None


async def open_action(tx: Tx, device_id: DeviceId, part: str) -> Row | None:
    """Return what is open of a part at a point."""
    mine = (sos_action.c.device_id == device_id) & (sos_action.c.part == part) & sos_action.c.state.in_(OPEN_ACTION)
    return await tx.one(select(sos_action).where(mine))


async def action(tx: Tx, action_id: UUID, *, lock: bool = False) -> Row | None:
    """Return an action."""
    query = select(sos_action).where(sos_action.c.id == action_id)
    return await tx.one(query.with_for_update() if lock else query)


async def open_actions(tx: Tx, device_id: DeviceId | None = None) -> list[Row]:
    """Return all open actions in scope, or those of one point; locked, without those that another job holds."""
    query = select(sos_action).where(sos_action.c.state.in_(OPEN_ACTION))
    if device_id is not None:
        query = query.where(sos_action.c.device_id == device_id)
    return await tx.all(query.order_by(sos_action.c.asked_at).with_for_update(skip_locked=True))


async def change_action(tx: Tx, action_id: UUID, **values: Any) -> Row:
    """Change an action and return it."""
    row = await tx.one(update(sos_action).where(sos_action.c.id == action_id).values(**values).returning(sos_action))
    assert row is not None
    return row


async def recent_actions(tx: Tx, since: datetime) -> list[Row]:
    """Return open actions and those asked for since then, newest first."""
    wanted = or_(sos_action.c.state.in_(OPEN_ACTION), sos_action.c.asked_at >= since)
    return await tx.all(select(sos_action).where(wanted).order_by(sos_action.c.asked_at.desc()).limit(200))


async def add_call(tx: Tx, row: Mapping[str, Any]) -> bool:
    """Write a call; False where the point has an open one already."""
    new = insert(sos_call).values(**row).on_conflict_do_nothing(index_elements=["device_id"], index_where=_OPEN_CALL)
    return await tx.scalar(new.returning(sos_call.c.id)) is not None


async def call(tx: Tx, call_id: UUID, *, lock: bool = False) -> Row | None:
    """Return a call."""
    query = select(sos_call).where(sos_call.c.id == call_id)
    return await tx.one(query.with_for_update() if lock else query)


async def open_call_of(tx: Tx, device_id: DeviceId) -> Row | None:
    """Return a point's open call."""
    return await tx.one(select(sos_call).where(sos_call.c.device_id == device_id, sos_call.c.state != "ended"))


async def open_calls(tx: Tx) -> list[Row]:
    """Return the open calls in scope, locked, without those that somebody is just changing."""
    query = select(sos_call).where(sos_call.c.state != "ended").order_by(sos_call.c.rang_at)
    return await tx.all(query.with_for_update(skip_locked=True))


async def open_call_of_account(tx: Tx, account_id: UUID) -> Row | None:
    """Return the call that an operator has now."""
    mine = (sos_call.c.account_id == account_id) & (sos_call.c.state != "ended")
    return await tx.one(select(sos_call).where(mine).limit(1))


async def one_at_a_time(tx: Tx, account_id: UUID) -> None:
    """Let whatever else begins a call for this operator wait until this transaction is over: two windows, two calls."""
    await tx.scalar(select(func.pg_advisory_xact_lock(func.hashtext("unjai.sos"), func.hashtext(str(account_id)))))


async def change_call(tx: Tx, call_id: UUID, **values: Any) -> Row:
    """Change a call and return it."""
    row = await tx.one(update(sos_call).where(sos_call.c.id == call_id).values(**values).returning(sos_call))
    assert row is not None
    return row


async def recent_calls(tx: Tx, since: datetime) -> list[Row]:
    """Return open calls and those that rang since then, newest first."""
    wanted = or_(sos_call.c.state != "ended", sos_call.c.rang_at >= since)
    return await tx.all(select(sos_call).where(wanted).order_by(sos_call.c.rang_at.desc()).limit(200))


async def beat(tx: Tx, row: Mapping[str, Any]) -> None:
    """Note that a point was heard of."""
    new = insert(sos_presence).values(**row)
    kept = {name: new.excluded[name] for name in ("seen_at", "by", "voice")}
    await tx.execute(new.on_conflict_do_update(index_elements=["device_id"], set_=kept))


async def gone(tx: Tx, device_id: DeviceId, at: datetime) -> None:
    """Note that a point left: it cannot be talked to."""
    await tx.execute(update(sos_presence).where(sos_presence.c.device_id == device_id).values(seen_at=at))


async def presences(tx: Tx) -> dict[UUID, Row]:
    """Return what was last heard of each point."""
    return {row["device_id"]: row for row in await tx.all(select(sos_presence))}


async def presence(tx: Tx, device_id: DeviceId) -> Row | None:
    """Return what was last heard of a point."""
    return await tx.one(select(sos_presence).where(sos_presence.c.device_id == device_id))


async def shown_to_point(tx: Tx, device_id: DeviceId, *, pressed: datetime, since: datetime) -> Row | None:
    """Return the incident of a point's latest press, no older than `pressed`: open, or ended since `since`."""
    query = (
        select(incident)
        .join(report, report.c.incident_id == incident.c.id)
        .where(report.c.device_id == device_id, report.c.kind == "sos_press", report.c.received_at >= pressed)
        .order_by(report.c.received_at.desc())
        .limit(1)
    )
    found = await tx.one(query)
    over = found is not None and found["closed_at"] is not None and found["closed_at"] < since
    return None if over else found


async def incident_of_point(tx: Tx, device_id: DeviceId) -> UUID | None:
    """Return the newest open incident that a point reported."""
    query = (
        select(incident.c.id)
        .join(report, report.c.incident_id == incident.c.id)
        .where(report.c.device_id == device_id, report.c.kind == "sos_press", incident.c.state != "closed")
        .order_by(incident.c.opened_at.desc())
        .limit(1)
    )
    found: UUID | None = await tx.scalar(query)
    return found


async def forget(tx: Tx, before: datetime) -> int:
    """Delete calls and commands that were over before a moment, and who was not heard of since; how many calls."""
    await tx.execute(delete(sos_action).where(sos_action.c.asked_at < before, sos_action.c.state.not_in(OPEN_ACTION)))
    await tx.execute(delete(sos_presence).where(sos_presence.c.seen_at < before))
    gone_calls = await tx.execute(delete(sos_call).where(sos_call.c.ended_at < before))
    return int(gone_calls.rowcount)
