"""The tables of the signals. The community of a controller lies sealed (`signals.secrets`); no answer ever holds it."""

from __future__ import annotations

from sqlalchemy import (
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    SmallInteger,
    Text,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from unjai.platform.database import station_table

signal_junction = station_table(
    "signal_junction",
    Column("id", Uuid, primary_key=True),
    Column("code", Text, nullable=False),
    Column("name_th", Text, nullable=False),
    Column("name_en", Text, nullable=False, server_default=""),
    Column("lon", Double, nullable=False),
    Column("lat", Double, nullable=False),
    Column("definition", JSONB, nullable=False),
    Column("plant", Text, nullable=False),
    Column("host", Text, nullable=False, server_default=""),
    Column("port", Integer, nullable=False, server_default="161"),
    Column("sealed", LargeBinary),
    Column("mode", Text, nullable=False),
    Column("mode_at", DateTime(timezone=True), nullable=False),
    Column("mode_by", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("changed_at", DateTime(timezone=True), nullable=False),
    Column("changed_by", Text, nullable=False),
    Column("removed_at", DateTime(timezone=True)),
    CheckConstraint("plant IN ('none', 'ntcip')", name="plant"),
    CheckConstraint("mode IN ('off', 'shadow', 'pattern', 'control', 'local')", name="mode"),
    Index("uq_signal_junction_code", "station_id", "code", unique=True, postgresql_where=text("removed_at IS NULL")),
)
"""`definition` is the file as it was registered (`signals.schemas.definition`); `sealed` the controller's community."""

_JUNCTION = "signal_junction.id"

signal_minute = station_table(
    "signal_minute",
    Column("junction_id", ForeignKey(_JUNCTION, ondelete="CASCADE"), nullable=False),
    Column("lane", Text, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("lasts_s", SmallInteger, nullable=False),
    Column("car", Integer, nullable=False),
    Column("motorcycle", Integer, nullable=False),
    Column("heavy", Integer, nullable=False),
    Column("occupancy", Double),
    PrimaryKeyConstraint("junction_id", "lane", "at"),
    Index("ix_signal_minute_at", "at"),
)
"""What went over a lane's stop line from `at` on. A minute that is not here was not counted: unknown, never zero."""

signal_event = station_table(
    "signal_event",
    Column("id", Uuid, primary_key=True),
    Column("junction_id", Uuid, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("code", SmallInteger, nullable=False),
    Column("param", SmallInteger, nullable=False),
    Column("received_at", DateTime(timezone=True), nullable=False),
    Index("ix_signal_event_junction", "junction_id", "at"),
    partition_by="RANGE (id)",
)
"""The controller's high-resolution log in the Indiana enumerations (`signals.rules.hires`), a partition a day."""

signal_change = station_table(
    "signal_change",
    Column("id", Uuid, primary_key=True),
    Column("junction_id", ForeignKey(_JUNCTION, ondelete="CASCADE"), nullable=False),
    Column("mode", Text, nullable=False),
    Column("began_at", DateTime(timezone=True), nullable=False),
    Column("ended_at", DateTime(timezone=True), nullable=False),
    Column("phase", SmallInteger, nullable=False),
    Column("wish", SmallInteger, nullable=False),
    Column("why", Text, nullable=False),
    Column("waited_s", Double, nullable=False),
    Column("passed", Integer, nullable=False),
    Column("hold_s", Double, nullable=False),
    Index("ix_signal_change_junction", "junction_id", "began_at"),
)
"""A stretch in which the wish was another phase than the one that showed (`signals.rules.comparing.Change`)."""

signal_note = station_table(
    "signal_note",
    Column("id", Uuid, primary_key=True),
    Column("junction_id", ForeignKey(_JUNCTION, ondelete="CASCADE"), nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("code", Text, nullable=False),
    Column("facts", JSONB, nullable=False),
    Column("by", Text, nullable=False, server_default=""),
    Index("ix_signal_note_junction", "junction_id", "at"),
)
"""What happened to a junction, by a code that the screens say in words: modes, silences, a controller's trouble."""

signal_day = station_table(
    "signal_day",
    Column("junction_id", ForeignKey(_JUNCTION, ondelete="CASCADE"), nullable=False),
    Column("day", Date, nullable=False),
    Column("events", Integer, nullable=False),
    Column("figures", JSONB, nullable=False),
    Column("made_at", DateTime(timezone=True), nullable=False),
    PrimaryKeyConstraint("junction_id", "day"),
)
"""A day's performance measures, as the program `atspm` reckons them of the log."""
