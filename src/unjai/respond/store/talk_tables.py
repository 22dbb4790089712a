"""The tables of what reaches a phone besides its page: who may be woken by Web Push, and what was said both ways."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    Text,
    Uuid,
    text,
)

from unjai.platform.database import shared_table, station_table

push_subscription = shared_table(
    "push_subscription",
    Column("id", Uuid, primary_key=True),
    Column("account_id", Uuid, ForeignKey("account.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("session_id", Uuid, ForeignKey("session.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("endpoint", Text, nullable=False, unique=True),
    Column("p256dh", LargeBinary, nullable=False),
    Column("auth", LargeBinary, nullable=False),
    Column("details", Boolean, nullable=False, server_default=text("false")),
    Column("locale", Text, nullable=False, server_default=text("'th'")),
    Column("agent", Text, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("sent_at", DateTime(timezone=True), nullable=True),
    Column("failures", Integer, nullable=False, server_default=text("0")),
    CheckConstraint("locale IN ('th', 'en')", name="locale"),
)
"""A browser on a phone that may be woken. It counts only while the session that made it lives.

`details` says whether what happened may stand on a locked screen; `failures` are refusals in a row.
"""

talk = station_table(
    "talk",
    Column("id", Uuid, primary_key=True),
    Column("seq", BigInteger, Identity(), nullable=False, unique=True),
    Column("unit_id", Uuid, ForeignKey("unit.id", ondelete="CASCADE"), nullable=False),
    Column("incident_id", Uuid, ForeignKey("incident.id", ondelete="SET NULL"), nullable=True, index=True),
    Column("from_unit", Boolean, nullable=False),
    Column("name", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("said_at", DateTime(timezone=True), nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("read_at", DateTime(timezone=True), nullable=True),
    Column("read_by", Text, nullable=False, server_default=text("''")),
    Index("ix_talk_unit_id_seq", "unit_id", "seq"),
)
"""A message between a unit and the centre. `seq` is the order; `said_at` is when the phone says that it was written."""
