"""Copies of evidence with faces hidden, for whoever is not the police."""

from __future__ import annotations

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
    false,
    func,
    insert,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB

from unjai.platform.database import Tx, station_table

_EMPTY_LIST, _EMPTY = text("'[]'::jsonb"), text("'{}'::jsonb")

release_copy = station_table(
    "release_copy",
    Column("id", Uuid, primary_key=True),
    Column("evidence_id", ForeignKey("evidence.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("number", Text, nullable=False),
    Column("state", Text, nullable=False, server_default="asked"),
    Column("asked_at", DateTime(timezone=True), nullable=False),
    Column("asked_by", Text, nullable=False),
    Column("recipient", Text, nullable=False),
    Column("agency", Text, nullable=False),
    Column("sort", Text, nullable=False),
    Column("purpose", Text, nullable=False),
    Column("files", JSONB, nullable=False),
    Column("style", Text, nullable=False),
    Column("second", JSONB),
    Column("audit_id", Uuid, nullable=False),
    Column("revision", Integer, nullable=False, server_default=text("0")),
    Column("marks", JSONB, nullable=False, server_default=_EMPTY_LIST),
    Column("found", JSONB, nullable=False, server_default=_EMPTY_LIST),
    Column("looked_account", Uuid),
    Column("looked_by", Text, nullable=False, server_default=""),
    Column("looked_at", DateTime(timezone=True)),
    Column("looked_revision", Integer, nullable=False, server_default=text("0")),
    Column("tries", Integer, nullable=False, server_default=text("0")),
    Column("error_code", Text, nullable=False, server_default=""),
    Column("error_facts", JSONB, nullable=False, server_default=_EMPTY),
    Column("released_by", Text, nullable=False, server_default=""),
    Column("released_at", DateTime(timezone=True)),
    Column("manifest", JSONB),
    Column("digest", Text, nullable=False, server_default=""),
    Column("size_bytes", BigInteger, nullable=False, server_default=text("0")),
    Column("key_print", Text, nullable=False, server_default=""),
    Column("kept", Boolean, nullable=False, server_default=false()),
    CheckConstraint(
        "state IN ('asked', 'blurring', 'look', 'confirmed', 'sealing', 'sealed', 'failed', 'removed')", name="state"
    ),
    CheckConstraint("sort IN ('media', 'insurer', 'court', 'other')", name="sort"),
    UniqueConstraint("station_id", "number"),
    Index(
        "ix_release_copy_open",
        "asked_at",
        postgresql_where=text("state IN ('asked', 'blurring', 'confirmed', 'sealing')"),
    ),
)
"""A copy. `revision` counts how often it was blurred, `marks` are rectangles that a person drew, `found` what was
hidden in each file; `looked_*`: who looked at which revision. `kept`: files of it may lie on the disc."""


async def add(tx: Tx, row: dict[str, Any]) -> None:
    """Keep a new copy."""
    await tx.execute(insert(release_copy).values(**row).inline())


async def change(tx: Tx, copy_id: UUID, **values: Any) -> None:
    """Change columns of a copy."""
    await tx.execute(update(release_copy).where(release_copy.c.id == copy_id).values(**values))


async def count_of(tx: Tx, evidence_id: UUID) -> int:
    """Return how many copies a package has had; whoever asks holds the package's row."""
    query = select(func.count()).select_from(release_copy).where(release_copy.c.evidence_id == evidence_id)
    return int(await tx.scalar(query))


async def of(tx: Tx, copy_id: UUID, *, lock: bool = False) -> dict[str, Any] | None:
    """Return a copy among the stations in scope; `lock` holds it for this transaction."""
    query = select(release_copy).where(release_copy.c.id == copy_id)
    return await tx.one(query.with_for_update() if lock else query)


async def copies_of(tx: Tx, evidence_id: UUID) -> list[dict[str, Any]]:
    """Return a package's copies, the newest first."""
    own = select(release_copy).where(release_copy.c.evidence_id == evidence_id)
    return await tx.all(own.order_by(release_copy.c.asked_at.desc(), release_copy.c.id.desc()))


async def next_in(tx: Tx, *states: str) -> dict[str, Any] | None:
    """Return the copy in one of these states that waits longest, held for this transaction."""
    query = select(release_copy).where(release_copy.c.state.in_(states))
    query = query.order_by(release_copy.c.asked_at, release_copy.c.id).limit(1)
    return await tx.one(query.with_for_update(skip_locked=True))


async def in_states(tx: Tx, *states: str) -> list[dict[str, Any]]:
    """Return the copies in these states, held for this transaction."""
    return await tx.all(select(release_copy).where(release_copy.c.state.in_(states)).with_for_update())


async def let_go(tx: Tx) -> list[dict[str, Any]]:
    """Return the copies whose files may lie on the disc and must not."""
    return await tx.all(select(release_copy).where(release_copy.c.state == "removed", release_copy.c.kept))
