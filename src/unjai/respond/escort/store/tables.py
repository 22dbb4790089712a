"""The tables of walks: their names begin with ``obs_escort``, the class that no backup keeps.

Nothing here outlives its day unless an incident came of the walk (`flows.forgetting`).
"""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    SmallInteger,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from unjai.platform.database import station_table

_OPEN = text("state IN ('begun', 'walking', 'asked', 'alerted')")


def _moment(name: str, *, needed: bool = False) -> Column[object]:
    return Column(name, DateTime(timezone=True), nullable=not needed)


def _walk(*, index: bool = False) -> Column[object]:
    return Column("walk_id", Uuid, ForeignKey("obs_escort_walk.id", ondelete="CASCADE"), nullable=False, index=index)


escort_walk = station_table(
    "obs_escort_walk",
    Column("id", Uuid, primary_key=True),
    Column("token", LargeBinary, nullable=False),
    Column("duress", LargeBinary, nullable=False),
    Column("state", Text, nullable=False),
    Column("shown", Text, nullable=False),
    _moment("began_at", needed=True),
    _moment("expected_at", needed=True),
    Column("planned_s", Float(53), nullable=False),
    Column("from_lon", Float(53), nullable=False),
    Column("from_lat", Float(53), nullable=False),
    Column("to_lon", Float(53), nullable=False),
    Column("to_lat", Float(53), nullable=False),
    Column("way", JSONB, nullable=False),
    Column("way_no", SmallInteger, nullable=False, server_default=text("0")),
    Column("calm", JSONB, nullable=False),
    Column("asked_why", Text),
    _moment("asked_at"),
    Column("alert_why", Text),
    _moment("alerted_at"),
    Column("incident_id", Uuid),
    _moment("ended_at"),
    Column("name", Text),
    Column("phone", Text),
    UniqueConstraint("token"),
    CheckConstraint("state IN ('begun', 'walking', 'asked', 'alerted', 'ended', 'lapsed')", name="state"),
    CheckConstraint("shown IN ('begun', 'walking', 'asked', 'ended')", name="shown"),
    Index("ix_obs_escort_walk_open", "station_id", postgresql_where=_OPEN),
    Index("ix_obs_escort_walk_began_at", "began_at"),
)
"""`token` and `duress` are codes, never the token or the word; `way` is points, dark pieces, how it is told."""

escort_fix = station_table(
    "obs_escort",
    _walk(),
    Column("no", Integer, nullable=False),
    _moment("taken_at", needed=True),
    _moment("came_at", needed=True),
    Column("lon", Float(53), nullable=False),
    Column("lat", Float(53), nullable=False),
    Column("accuracy_m", Float(53)),
    Column("battery", SmallInteger),
    PrimaryKeyConstraint("walk_id", "no"),
    Index("ix_obs_escort_came_at", "came_at"),
)

escort_said = station_table(
    "obs_escort_said",
    Column("id", Uuid, primary_key=True),
    _walk(index=True),
    Column("ends", Boolean, nullable=False),
    Column("code", LargeBinary, nullable=False),
    _moment("at", needed=True),
    Column("taken", Boolean, nullable=False, server_default=text("false")),
    _moment("expected_at"),
    Index("ix_obs_escort_said_waiting", "at", postgresql_where=text("NOT taken")),
)
"""What she answered, as a code: core compares it with the word's, the page's process never does.

With `expected_at` it is no answer: she asked for time until then.
"""

escort_link = station_table(
    "obs_escort_link",
    Column("id", Uuid, primary_key=True),
    _walk(index=True),
    Column("token", LargeBinary, nullable=False),
    _moment("made_at", needed=True),
    _moment("expires_at", needed=True),
    _moment("revoked_at"),
    UniqueConstraint("token"),
)
