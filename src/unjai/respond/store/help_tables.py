"""The tables of a call for help after the press: what she told, what was said both ways, when she was heard."""

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
    Text,
    Uuid,
    text,
)

from unjai.platform.database import station_table


def _moment(name: str, *, needed: bool = False) -> Column[object]:
    return Column(name, DateTime(timezone=True), nullable=not needed)


def _words(name: str) -> Column[str]:
    return Column(name, Text, nullable=False, server_default=text("''"))


help_call = station_table(
    "help_call",
    Column("report_id", Uuid, ForeignKey("report.id", ondelete="CASCADE"), primary_key=True),
    _moment("heard_at", needed=True),
    Column("what", Text),
    Column("many", Text),
    Column("hurt", Text),
    Column("code", Text),
    _words("place_text"),
    Column("number_given", Boolean, nullable=False, server_default=text("false")),
    _moment("number_proved_at"),
    _words("number_proved_by"),
    _moment("cancelled_at"),
    _words("cancel_reason"),
    CheckConstraint("many IN ('one', 'few', 'many')", name="many"),
    CheckConstraint("hurt IN ('yes', 'no', 'unsure')", name="hurt"),
)
"""A call, from the first thing heard after the press. `code` is the event code that `what` gave the incident."""

help_word = station_table(
    "help_word",
    Column("id", Uuid, primary_key=True),
    Column("seq", BigInteger, Identity(), nullable=False, unique=True),
    Column("report_id", Uuid, ForeignKey("report.id", ondelete="CASCADE"), nullable=False),
    Column("from_caller", Boolean, nullable=False),
    Column("name", Text, nullable=False),
    Column("sort", Text, nullable=False),
    _words("text"),
    Column("attachment_id", Uuid),
    _moment("said_at", needed=True),
    _moment("at", needed=True),
    _moment("seen_at"),
    CheckConstraint("sort IN ('word', 'photo', 'audio')", name="sort"),
    Index("ix_help_word_report_id_seq", "report_id", "seq"),
)
"""A word, a photograph or a voice, either way. `seen_at` is when the other side's screen had it."""
