"""The tables of identity: second factors, remembered phones, the station's policy, break-glass, four eyes."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Text,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from unjai.platform.database import shared_table, station_table


def _account(**options: Any) -> Column[Any]:
    return Column("account_id", Uuid, ForeignKey("account.id", ondelete="CASCADE"), **options)


second_factor = shared_table(
    "second_factor",
    _account(primary_key=True),
    Column("secret", LargeBinary, nullable=True),
    Column("fresh", LargeBinary, nullable=True),
    Column("fresh_at", DateTime(timezone=True), nullable=True),
    Column("confirmed_at", DateTime(timezone=True), nullable=True),
    Column("last_step", BigInteger, nullable=False, server_default=text("0")),
)
"""`secret` counts; `fresh` is one that is just being enrolled. Both are encrypted by the key in DATA/secrets."""

recovery_code = shared_table(
    "recovery_code",
    _account(primary_key=True),
    Column("code_hash", LargeBinary, primary_key=True),
    Column("made_at", DateTime(timezone=True), nullable=False),
    Column("used_at", DateTime(timezone=True), nullable=True),
)
"""SHA-256 of random codes of 79 bits: nothing to guess, so no slow hash is needed."""

pending_sign_in = shared_table(
    "pending_sign_in",
    Column("token_hash", LargeBinary, primary_key=True),
    _account(nullable=False, index=True),
    Column("expires_at", DateTime(timezone=True), nullable=False),
    Column("tries", Integer, nullable=False, server_default=text("0")),
)
"""Whoever gave a right password and owes the second step; worth nothing else."""

trusted_phone = shared_table(
    "trusted_phone",
    Column("id", Uuid, primary_key=True),
    _account(nullable=False, index=True),
    Column("token_hash", LargeBinary, nullable=False, unique=True),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("expires_at", DateTime(timezone=True), nullable=False),
    Column("last_used", DateTime(timezone=True), nullable=False),
    Column("ip", Text, nullable=False),
    Column("agent", Text, nullable=False),
)

identity_policy = station_table(
    "identity_policy",
    Column("id", Uuid, primary_key=True),
    Column("second_factor_roles", ARRAY(Text), nullable=False),
    Column("second_factor_since", DateTime(timezone=True), nullable=False),
    Column("grace_days", Integer, nullable=False),
    Column("remember_days", Integer, nullable=False),
    Column("idle_minutes", Integer, nullable=False),
    Column("break_glass_minutes", Integer, nullable=False),
    Column("review_days", Integer, nullable=False),
    Column("one_person", ARRAY(Text), nullable=False),
    Column("changed_at", DateTime(timezone=True), nullable=False),
    Column("changed_by", Text, nullable=False),
    Index("ux_identity_policy_station_id", "station_id", unique=True),
)
"""`one_person` are the actions that need no second person here: leaving one out needs a second person itself."""

break_glass = station_table(
    "break_glass",
    Column("id", Uuid, primary_key=True),
    _account(nullable=False),
    Column("account_name", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("case_number", Text, nullable=False),
    Column("gained", ARRAY(Text), nullable=False),
    Column("taken_at", DateTime(timezone=True), nullable=False),
    Column("ends_at", DateTime(timezone=True), nullable=False),
    Column("ended_at", DateTime(timezone=True), nullable=True),
    Column("ended_by", Text, nullable=False, server_default=text("''")),
    Column("review_due_at", DateTime(timezone=True), nullable=False),
    Column("reviewed_at", DateTime(timezone=True), nullable=True),
    Column("reviewed_by", Uuid, ForeignKey("account.id"), nullable=True),
    Column("reviewer_name", Text, nullable=False, server_default=text("''")),
    Column("verdict", Text, nullable=True),
    Column("review_note", Text, nullable=False, server_default=text("''")),
    CheckConstraint("verdict IN ('justified', 'not_justified')", name="verdict"),
    CheckConstraint("(verdict IS NULL) = (reviewed_at IS NULL)", name="reviewed"),
    CheckConstraint("ends_at > taken_at", name="order"),
    Index("ux_break_glass_open", "account_id", unique=True, postgresql_where=text("ended_at IS NULL")),
    Index("ix_break_glass_station_id_taken_at", "station_id", "taken_at"),
)

APPROVAL_STATES = ("pending", "approved", "refused", "withdrawn", "expired")

approval = station_table(
    "approval",
    Column("id", Uuid, primary_key=True),
    Column("action", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("facts", JSONB, nullable=False),
    Column("digest", LargeBinary, nullable=False),
    Column("about_th", Text, nullable=False),
    Column("about_en", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("proposed_by", Uuid, ForeignKey("account.id"), nullable=False),
    Column("proposer_name", Text, nullable=False),
    Column("proposed_at", DateTime(timezone=True), nullable=False),
    Column("expires_at", DateTime(timezone=True), nullable=False),
    Column("state", Text, nullable=False, server_default=text("'pending'")),
    Column("settled_by", Uuid, ForeignKey("account.id"), nullable=True),
    Column("settler_name", Text, nullable=False, server_default=text("''")),
    Column("settled_at", DateTime(timezone=True), nullable=True),
    Column("note", Text, nullable=False, server_default=text("''")),
    CheckConstraint(f"state IN ({', '.join(repr(state) for state in APPROVAL_STATES)})", name="state"),
    CheckConstraint("settled_by IS NULL OR settled_by <> proposed_by OR state = 'withdrawn'", name="second_person"),
    CheckConstraint("(state = 'pending') = (settled_at IS NULL)", name="settled"),
    Index("ix_approval_station_id_proposed_at", "station_id", "proposed_at"),
    Index(
        "ux_approval_pending",
        "station_id",
        "action",
        "subject",
        unique=True,
        postgresql_where=text("state = 'pending'"),
    ),
)
"""The table itself refuses that one person is both; one thing is proposed once at a time."""
