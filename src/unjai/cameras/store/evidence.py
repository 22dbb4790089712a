"""Packages of evidence and what was done with them, step by step."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    Text,
    UniqueConstraint,
    Uuid,
    and_,
    false,
    func,
    insert,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB

from unjai.model.ids import StationId
from unjai.platform.audit import audit_seal
from unjai.platform.database import Tx, station_table

evidence = station_table(
    "evidence",
    Column("id", Uuid, primary_key=True),
    Column("number", Text, nullable=False),
    Column("state", Text, nullable=False, server_default="asked"),
    Column("asked_at", DateTime(timezone=True), nullable=False),
    Column("asked_by", Text, nullable=False),
    Column("asked_account", Uuid),
    Column("reason", Text, nullable=False),
    Column("case_number", Text, nullable=False, server_default=""),
    Column("incident_id", Uuid, index=True),
    Column("incident_number", Text, nullable=False, server_default=""),
    Column("pieces", JSONB, nullable=False),
    Column("since", DateTime(timezone=True), nullable=False),
    Column("until", DateTime(timezone=True), nullable=False),
    Column("beyond", Boolean, nullable=False, server_default=false()),
    Column("second", JSONB),
    Column("audit_id", Uuid, nullable=False),
    Column("tries", Integer, nullable=False, server_default=text("0")),
    Column("begun_at", DateTime(timezone=True)),
    Column("settled_at", DateTime(timezone=True)),
    Column("error_code", Text, nullable=False, server_default=""),
    Column("error_facts", JSONB, nullable=False, server_default=text("'{}'::jsonb")),
    Column("manifest", JSONB),
    Column("digest", Text, nullable=False, server_default=""),
    Column("size_bytes", BigInteger, nullable=False, server_default=text("0")),
    Column("key_print", Text, nullable=False, server_default=""),
    Column("held", Boolean, nullable=False, server_default=text("true")),
    Column("hold_on_disc", Boolean, nullable=False, server_default=text("true")),
    Column("kept", Boolean, nullable=False, server_default=false()),
    Column("stamp", Text, nullable=False, server_default=""),
    Column("stamp_at", DateTime(timezone=True)),
    Column("stamp_tried_at", DateTime(timezone=True)),
    Column("stamp_facts", JSONB, nullable=False, server_default=text("'{}'::jsonb")),
    CheckConstraint("stamp IN ('', 'wanted', 'missing', 'stamped')", name="stamp"),
    CheckConstraint("state IN ('asked', 'making', 'sealed', 'failed', 'removed')", name="state"),
    UniqueConstraint("station_id", "number"),
    Index("ix_evidence_open", "asked_at", postgresql_where=text("state IN ('asked', 'making')")),
)
"""A package. `held`: the recordings it was cut from must stay, `hold_on_disc`: a hold says so there; `kept`: its file
may lie on the disc. `stamp`: how it stands with an outside time stamp, empty where none was wanted."""

evidence_step = station_table(
    "evidence_step",
    Column("id", Uuid, primary_key=True),
    Column("evidence_id", ForeignKey("evidence.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("what", Text, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("by", Text, nullable=False),
    Column("facts", JSONB, nullable=False, server_default=text("'{}'::jsonb")),
    Column("audit_id", Uuid, nullable=False),
)
"""The chain of custody: each step stands in the audit log too, as the row `audit_id`."""


async def add(tx: Tx, row: dict[str, Any]) -> None:
    """Keep a new package."""
    await tx.execute(insert(evidence).values(**row).inline())


async def add_step(tx: Tx, row: dict[str, Any]) -> None:
    """Keep a step of a package's custody."""
    await tx.execute(insert(evidence_step).values(**row).inline())


async def change(tx: Tx, evidence_id: UUID, **values: Any) -> None:
    """Change columns of a package."""
    await tx.execute(update(evidence).where(evidence.c.id == evidence_id).values(**values))


async def count_of_year(tx: Tx, station_id: StationId, year_be: int) -> int:
    """Return how many packages the station has numbered in a year; holds its numbering for this transaction."""
    await tx.execute(
        select(func.pg_advisory_xact_lock(func.hashtext("unjai.evidence"), int(station_id)))  # two at once: one waits
    )
    mine = (evidence.c.station_id == station_id) & evidence.c.number.like(f"EV{year_be}-%")
    return int(await tx.scalar(select(func.count()).where(mine)))


async def of(tx: Tx, evidence_id: UUID, *, lock: bool = False) -> dict[str, Any] | None:
    """Return a package among the stations in scope; `lock` holds it for this transaction."""
    query = select(evidence).where(evidence.c.id == evidence_id)
    return await tx.one(query.with_for_update() if lock else query)


async def listed(tx: Tx, *, incident_id: UUID | None = None, words: str = "", limit: int = 200) -> list[dict[str, Any]]:
    """Return packages, the newest first; `words` stand in number, case, incident, reason or who asked."""
    query = select(*(one for one in evidence.c if one.name != "manifest"))
    if incident_id is not None:
        query = query.where(evidence.c.incident_id == incident_id)
    if words:
        names = ("number", "case_number", "incident_number", "reason", "asked_by")
        query = query.where(or_(*(evidence.c[name].icontains(words, autoescape=True) for name in names)))
    return await tx.all(query.order_by(evidence.c.asked_at.desc(), evidence.c.id.desc()).limit(limit))


async def steps_of(tx: Tx, evidence_id: UUID) -> list[dict[str, Any]]:
    """Return the custody of a package, oldest first, each step with its number in the audit log's tree."""
    joined = evidence_step.outerjoin(audit_seal, audit_seal.c.audit_id == evidence_step.c.audit_id)
    query = select(evidence_step, audit_seal.c.seq).select_from(joined)
    own = evidence_step.c.evidence_id == evidence_id
    return await tx.all(query.where(own).order_by(evidence_step.c.at, evidence_step.c.id))


async def next_asked(tx: Tx) -> dict[str, Any] | None:
    """Return the package that waits longest, held for this transaction; None where none waits."""
    query = select(evidence).where(evidence.c.state == "asked").order_by(evidence.c.asked_at, evidence.c.id).limit(1)
    return await tx.one(query.with_for_update(skip_locked=True))


async def in_state(tx: Tx, state: str) -> list[dict[str, Any]]:
    """Return the packages in a state, held for this transaction."""
    return await tx.all(select(evidence).where(evidence.c.state == state).with_for_update())


async def let_go(tx: Tx) -> Sequence[dict[str, Any]]:
    """Return the packages whose file may lie on the disc and must not."""
    return await tx.all(select(evidence).where(evidence.c.state == "removed", evidence.c.kept))


async def released(tx: Tx) -> list[dict[str, Any]]:
    """Return the packages whose recordings were let go, and are still held on the disc."""
    return await tx.all(select(evidence).where(~evidence.c.held, evidence.c.hold_on_disc))


async def next_unstamped(tx: Tx, before: datetime | None) -> dict[str, Any] | None:
    """Return a sealed package whose time stamp is wanted, or was not to be had and was last tried `before`."""
    wanted = evidence.c.stamp == "wanted"
    if before is not None:
        wanted = or_(wanted, and_(evidence.c.stamp == "missing", evidence.c.stamp_tried_at < before))
    query = select(evidence).where(evidence.c.state == "sealed", wanted).order_by(evidence.c.asked_at).limit(1)
    return await tx.one(query.with_for_update(skip_locked=True))


async def holding(tx: Tx) -> list[dict[str, Any]]:
    """Return the packages whose recordings must stay: id, station, pieces, who and why."""
    return await tx.all(select(evidence).where(evidence.c.held))
