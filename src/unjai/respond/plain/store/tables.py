"""The tables of plain reports. Of a secret only its hash; photographs lie here so that they can be forgotten."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)

from unjai.platform.database import station_table

_OPEN = text("state IN ('new', 'taken', 'waiting', 'reopened')")


def _moment(name: str, *, needed: bool = False) -> Column[object]:
    return Column(name, DateTime(timezone=True), nullable=not needed)


def _report(*, primary: bool = False) -> Column[object]:
    to = ForeignKey("plain_report.id", ondelete="CASCADE")
    return Column("report_id", Uuid, to, primary_key=primary, nullable=False, index=not primary)


plain_report = station_table(
    "plain_report",
    Column("id", Uuid, primary_key=True),
    Column("number", Text, nullable=False),
    Column("secret", LargeBinary, nullable=False),
    Column("digest", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("place_text", Text, nullable=False),
    Column("lon", Double),
    Column("lat", Double),
    Column("accuracy_m", Double),
    _moment("observed_at", needed=True),
    _moment("received_at", needed=True),
    Column("urgent", Boolean, nullable=False),
    Column("state", Text, nullable=False),
    Column("line", Text, nullable=False, server_default=""),
    _moment("promised_at", needed=True),
    _moment("answered_at"),
    _moment("first_answered_at"),
    Column("in_time", Boolean),
    Column("reopened", Integer, nullable=False, server_default=text("0")),
    _moment("closed_at"),
    Column("closed_why", Text, nullable=False, server_default=""),
    Column("last_no", Integer, nullable=False, server_default=text("0")),
    Column("joined_to", Uuid, ForeignKey("plain_report.id", ondelete="SET NULL"), index=True),
    Column("incident_id", Uuid),
    Column("finding_id", Uuid),
    Column("version", Integer, nullable=False, server_default=text("1")),
    UniqueConstraint("station_id", "number"),
    CheckConstraint("kind IN ('light', 'rubbish', 'noise', 'drugs', 'other')", name="kind"),
    CheckConstraint("state IN ('new', 'taken', 'waiting', 'answered', 'reopened', 'closed')", name="state"),
    CheckConstraint("closed_why IN ('', 'fixed', 'lapsed')", name="closed_why"),
    Index("ix_plain_report_received_at", "station_id", "received_at"),
    Index("ix_plain_report_open", "station_id", "promised_at", postgresql_where=_OPEN),
)
"""`secret` is a hash; `in_time` says whether the first answer came as promised; `joined_to` is the report that this one
repeats."""

plain_phone = station_table(
    "plain_phone",
    _report(primary=True),
    Column("phone", Text, nullable=False),
    right="caller.read",
)

plain_said = station_table(
    "plain_said",
    Column("id", Uuid, primary_key=True),
    _report(),
    _moment("at", needed=True),
    Column("by", Text, nullable=False),
    Column("what", Text, nullable=False),
    Column("text_th", Text, nullable=False, server_default=""),
    Column("text_en", Text, nullable=False, server_default=""),
    Column("who", Text, nullable=False, server_default=""),
    Column("no", Integer),
    CheckConstraint("by IN ('reporter', 'station')", name="by"),
)
"""All that was said and done, by the reporter (whose phone made the id) and by the station."""

plain_photo = station_table(
    "plain_photo",
    Column("id", Uuid, primary_key=True),
    _report(),
    Column("said_id", Uuid),
    Column("digest", Text, nullable=False),
    Column("size_bytes", Integer, nullable=False),
    Column("body", LargeBinary, nullable=False),
    _moment("at", needed=True),
    Index("ix_plain_photo_at", "station_id", "at"),
    Index("ix_plain_photo_digest", "station_id", "digest"),
)
"""JPEGs without metadata; the phone made the id."""
