"""Watching is itself watched: every command writes a row in its own transaction; a sealer numbers them later.

The row is written unsealed (no lock on the hot path); the sealer, alone in core, takes committed rows in order,
numbers them and lays one Merkle tree over them (`platform.ledger`). `audit` is append-only for every role that the
programs use.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

import msgspec
from sqlalchemy import BigInteger, Column, Date, DateTime, Integer, LargeBinary, Text, Uuid, func, insert, select
from sqlalchemy.dialects.postgresql import JSONB

from unjai.model.actor import Actor
from unjai.model.clock import Clock
from unjai.model.ids import StationId, new_id
from unjai.platform.database import Tx, shared_table, station_table

audit_log = station_table(
    "audit",
    Column("id", Uuid, primary_key=True),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("actor", Text, nullable=False),
    Column("actor_name", Text, nullable=False),
    Column("action", Text, nullable=False, index=True),
    Column("subject", Text, nullable=False, index=True),
    Column("facts", JSONB, nullable=False),
    right="audit.read",
)
audit_waiting = shared_table(
    "audit_waiting",
    Column("audit_id", Uuid, primary_key=True),
    Column("at", DateTime(timezone=True), nullable=False),
)
audit_seal = shared_table(
    "audit_seal",
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("audit_id", Uuid, nullable=False, unique=True),
    Column("leaf", LargeBinary, nullable=False),
    Column("chain", LargeBinary),
    Column("sealed_at", DateTime(timezone=True), nullable=False),
    Column("station_id", Integer, nullable=False),
)
"""Row `seq` is leaf `seq - 1` of the tree. `chain` is what rows of before the tree were sealed with."""
audit_node = shared_table(
    "audit_node",
    Column("level", Integer, primary_key=True, autoincrement=False),
    Column("index", BigInteger, primary_key=True, autoincrement=False),
    Column("hash", LargeBinary, nullable=False),
)
"""Roots of whole subtrees at levels 8, 16, 24: others are computed from them, a proof is a few short reads."""
audit_root = shared_table(
    "audit_root",
    Column("at", DateTime(timezone=True), primary_key=True),
    Column("day", Date, unique=True),
    Column("size", BigInteger, nullable=False),
    Column("root", LargeBinary, nullable=False),
    Column("public", LargeBinary, nullable=False),
    Column("note", Text, nullable=False),
)
"""Signed roots, kept for ever; `day` is the Bangkok day that a daily one closes."""

UNSEALED_ALARM = timedelta(seconds=5)


async def audit(
    tx: Tx,
    actor: Actor,
    clock: Clock,
    *,
    action: str,
    subject: str,
    facts: Mapping[str, object] | None = None,
    station_id: StationId | None = None,
) -> UUID:
    """Write who did what to what, and return the row's id. `station_id` is the actor's own unless given (0 = none).

    The actor's marks go into the facts: whatever is done by emergency rights or by an approval says so.
    """
    station = station_id if station_id is not None else (actor.station if actor.stations else StationId(0))
    now = clock.now()
    key = new_id(now)
    await tx.execute(
        insert(audit_log)
        .values(
            id=key,
            station_id=station,
            at=now,
            actor=f"{actor.kind}:{actor.key}",
            actor_name=actor.name,
            action=action,
            subject=subject,
            facts=msgspec.to_builtins({**(facts or {}), **dict(actor.marks)}),
        )
        .inline()
    )
    await tx.execute(insert(audit_waiting).values(audit_id=key, at=now).inline())
    tx.audited = True
    return key


async def unsealed_since(tx: Tx, now: datetime) -> timedelta | None:
    """Return how long the oldest unsealed row waits; more than 5 s is an alarm."""
    oldest = await tx.scalar(select(func.min(audit_waiting.c.at)))
    return None if oldest is None else now - oldest
