"""Watching is itself watched: every command writes a row in its own transaction; a sealer numbers and chains them.

The row is written unchained (no lock on the hot path); the sealer, alone in core, takes committed rows in order,
numbers them and chains SHA-256 over them. `audit` is append-only for every role that the programs use.
"""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy import BigInteger, Column, DateTime, Integer, LargeBinary, Text, Uuid, delete, func, insert, select
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
_waiting = shared_table(
    "audit_waiting",
    Column("audit_id", Uuid, primary_key=True),
    Column("at", DateTime(timezone=True), nullable=False),
)
audit_seal = shared_table(
    "audit_seal",
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("audit_id", Uuid, nullable=False, unique=True),
    Column("hash", LargeBinary, nullable=False),
    Column("sealed_at", DateTime(timezone=True), nullable=False),
    Column("station_id", Integer, nullable=False),
)

GENESIS = bytes(32)
UNSEALED_ALARM = timedelta(seconds=5)
_PAGE = 1000


async def audit(
    tx: Tx,
    actor: Actor,
    clock: Clock,
    *,
    action: str,
    subject: str,
    facts: Mapping[str, object] | None = None,
    station_id: StationId | None = None,
) -> None:
    """Write who did what to what. `station_id` is the actor's own unless given (0 = no station).

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
    await tx.execute(insert(_waiting).values(audit_id=key, at=now).inline())


def chained(before: bytes, row: Mapping[str, Any]) -> bytes:
    """Return SHA-256 over the hash before and the row's canonical JSON (keys sorted, times in UTC)."""
    said = {
        "id": str(row["id"]),
        "station_id": row["station_id"],
        "at": int(row["at"].timestamp() * 1_000_000),
        "actor": row["actor"],
        "actor_name": row["actor_name"],
        "action": row["action"],
        "subject": row["subject"],
        "facts": row["facts"],
    }
    return hashlib.sha256(before + msgspec.json.encode(said, order="sorted")).digest()


async def seal(tx: Tx, clock: Clock, *, at_most: int = 500) -> int:
    """Number and chain committed rows that wait; return how many. Only core calls this, under its lock."""
    rows = await tx.all(
        select(audit_log).join(_waiting, _waiting.c.audit_id == audit_log.c.id).order_by(audit_log.c.id).limit(at_most)
    )
    if not rows:
        return 0
    head = await tx.one(select(audit_seal.c.seq, audit_seal.c.hash).order_by(audit_seal.c.seq.desc()).limit(1))
    seq, before = (int(head["seq"]), bytes(head["hash"])) if head else (0, GENESIS)
    seals: list[dict[str, Any]] = []
    for row in rows:
        seq += 1
        before = chained(before, row)
        seals.append(
            {
                "seq": seq,
                "audit_id": row["id"],
                "hash": before,
                "sealed_at": clock.now(),
                "station_id": row["station_id"],
            }
        )
    await tx.execute(insert(audit_seal), seals)
    await tx.execute(delete(_waiting).where(_waiting.c.audit_id.in_([row["id"] for row in rows])))
    return len(rows)


async def unsealed_since(tx: Tx, now: datetime) -> timedelta | None:
    """Return how long the oldest unsealed row waits; more than 5 s is an alarm."""
    oldest = await tx.scalar(select(func.min(_waiting.c.at)))
    return None if oldest is None else now - oldest


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """What `verify` found: `broken_at` is the first seal that does not hold, `why` says in what way."""

    rows: int
    head: str
    broken_at: int | None = None
    why: str = ""


async def _sealed(tx: Tx) -> AsyncIterator[Mapping[str, Any]]:
    query = select(audit_seal.c.seq, audit_seal.c.audit_id, audit_seal.c.hash, audit_log).outerjoin(
        audit_log, audit_log.c.id == audit_seal.c.audit_id
    )
    last = 0
    while rows := await tx.all(query.where(audit_seal.c.seq > last).order_by(audit_seal.c.seq).limit(_PAGE)):
        for row in rows:
            yield row
        last = int(rows[-1]["seq"])


async def verify(tx: Tx, anchors: Mapping[int, str] | None = None) -> Verdict:
    """Walk the whole chain and recompute it. `anchors` are heads written down elsewhere (seq → hex hash)."""
    before, expected = GENESIS, 0
    seen = dict(anchors or {})
    async for row in _sealed(tx):
        expected += 1
        if row["seq"] != expected:
            return Verdict(rows=expected - 1, head=before.hex(), broken_at=expected, why="seal_missing")
        if row["id"] is None:
            return Verdict(rows=expected - 1, head=before.hex(), broken_at=expected, why="row_missing")
        before = chained(before, row)
        if before != bytes(row["hash"]):
            return Verdict(rows=expected - 1, head=bytes(row["hash"]).hex(), broken_at=expected, why="row_changed")
        anchor = seen.pop(expected, None)
        if anchor is not None and anchor != before.hex():
            return Verdict(rows=expected, head=before.hex(), broken_at=expected, why="chain_rewritten")
    if seen:
        return Verdict(rows=expected, head=before.hex(), broken_at=expected + 1, why="chain_cut_short")
    return Verdict(rows=expected, head=before.hex())


async def head(tx: Tx) -> tuple[int, str] | None:
    """Return the last seal's number and hash, to be written down elsewhere as an anchor."""
    row = await tx.one(select(audit_seal.c.seq, audit_seal.c.hash).order_by(audit_seal.c.seq.desc()).limit(1))
    return None if row is None else (int(row["seq"]), bytes(row["hash"]).hex())
