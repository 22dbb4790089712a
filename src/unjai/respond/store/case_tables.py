"""The tables of the whole case: check lists, waits too long, parties, attachments, sealed files, messages."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from unjai.platform.database import station_table


def _moment(name: str, *, needed: bool = False) -> Column[object]:
    return Column(name, DateTime(timezone=True), nullable=not needed)


def _words(name: str) -> Column[str]:
    return Column(name, Text, nullable=False, server_default="")


procedure = station_table(
    "procedure",
    Column("id", Uuid, primary_key=True),
    Column("code", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("steps", JSONB, nullable=False),
    Column("built_in", Boolean, nullable=False),
    _moment("made_at", needed=True),
    Column("made_by", Text, nullable=False),
    UniqueConstraint("station_id", "code", "version"),
)

procedure_mark = station_table(
    "procedure_mark",
    Column("incident_id", Uuid, ForeignKey("incident.id"), nullable=False),
    Column("procedure_id", Uuid, ForeignKey("procedure.id"), nullable=False),
    Column("key", Text, nullable=False),
    Column("mark", Text, nullable=False),
    Column("answer", Text),
    _words("reason"),
    _moment("at", needed=True),
    Column("by", Text, nullable=False),
    PrimaryKeyConstraint("incident_id", "procedure_id", "key"),
    CheckConstraint("mark IN ('done', 'skipped')", name="mark"),
)

procedure_gap = station_table(
    "procedure_gap",
    Column("id", Uuid, primary_key=True),
    Column("incident_id", Uuid, ForeignKey("incident.id"), nullable=False, index=True),
    Column("procedure_id", Uuid, ForeignKey("procedure.id"), nullable=False),
    _moment("at", needed=True),
    Column("closed_by", Text, nullable=False),
    Column("steps", JSONB, nullable=False),
    _moment("seen_at"),
    Column("seen_by", Text),
    _words("word"),
    Index("ix_procedure_gap_unseen", "station_id", "at", postgresql_where=text("seen_at IS NULL")),
)

overdue = station_table(
    "overdue",
    Column("id", Uuid, primary_key=True),
    Column("incident_id", Uuid, ForeignKey("incident.id"), nullable=False),
    Column("wait", Text, nullable=False),
    _moment("since", needed=True),
    Column("limit_s", Integer, nullable=False),
    _moment("due_at", needed=True),
    _moment("raised_at", needed=True),
    Column("priority", Integer, nullable=False),
    Column("code", Text, nullable=False),
    _moment("mended_at"),
    _moment("taken_at"),
    Column("taken_by", Text),
    _words("word"),
    UniqueConstraint("incident_id", "wait", "since"),
    CheckConstraint("wait IN ('acknowledge', 'assign', 'arrive')", name="wait"),
    Index("ix_overdue_open", "incident_id", postgresql_where=text("mended_at IS NULL")),
    Index("ix_overdue_raised", "station_id", "raised_at"),
)

wait_limit = station_table(
    "wait_limit",
    Column("scope", Text, nullable=False),
    Column("acknowledge_s", Integer),
    Column("assign_s", Integer),
    Column("arrive_s", Integer),
    _moment("changed_at", needed=True),
    Column("changed_by", Text, nullable=False),
    PrimaryKeyConstraint("station_id", "scope"),
)

party = station_table(
    "party",
    Column("id", Uuid, primary_key=True),
    Column("incident_id", Uuid, ForeignKey("incident.id"), nullable=False, index=True),
    Column("kind", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("masked", Text, nullable=False),
    _moment("at", needed=True),
    Column("by", Text, nullable=False),
    _moment("changed_at"),
    _moment("removed_at"),
    Column("removed_by", Text),
    _moment("forgotten_at"),
    CheckConstraint("kind IN ('person', 'vehicle')", name="kind"),
)

party_detail = station_table(
    "party_detail",
    Column("party_id", Uuid, ForeignKey("party.id"), primary_key=True),
    Column("facts", JSONB, nullable=False),
    right="party.read",
)

attachment = station_table(
    "attachment",
    Column("id", Uuid, primary_key=True),
    Column("incident_id", Uuid, ForeignKey("incident.id"), nullable=False, index=True),
    Column("name", Text, nullable=False),
    Column("media_type", Text, nullable=False),
    Column("sort", Text, nullable=False),
    Column("digest", Text, nullable=False, index=True),
    Column("size_bytes", BigInteger, nullable=False),
    Column("shown_digest", Text, nullable=False),
    _words("caption"),
    _moment("at", needed=True),
    _moment("told_at"),
    Column("by", Text, nullable=False),
    Column("unit_id", Uuid),
    _moment("removed_at"),
    Column("removed_by", Text),
    _words("why_removed"),
    Index("ix_attachment_shown", "station_id", "incident_id", postgresql_where=text("removed_at IS NULL")),
    right="attachment.read",
)

case_file = station_table(
    "case_file",
    Column("id", Uuid, primary_key=True),
    Column("incident_id", Uuid, ForeignKey("incident.id"), nullable=False, index=True),
    Column("digest", Text, nullable=False),
    Column("size_bytes", BigInteger, nullable=False),
    Column("entries", Integer, nullable=False),
    Column("key_print", Text, nullable=False),
    _moment("at", needed=True),
    Column("by", Text, nullable=False),
    _words("note"),
    _moment("received_at"),
    Column("received_by", Text),
    Column("received_account", Uuid),
)

message_template = station_table(
    "message_template",
    Column("key", Text, nullable=False),
    Column("codes", JSONB, nullable=False),
    Column("title_th", Text, nullable=False),
    Column("title_en", Text, nullable=False),
    Column("text_th", Text, nullable=False),
    Column("text_en", Text, nullable=False),
    Column("removed", Boolean, nullable=False, server_default=text("false")),
    _moment("changed_at", needed=True),
    Column("changed_by", Text, nullable=False),
    PrimaryKeyConstraint("station_id", "key"),
)
