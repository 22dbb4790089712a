"""The tables: incident, report (and its caller, guarded by a right), assignment, timeline."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    Float,
    ForeignKey,
    Identity,
    Index,
    Integer,
    SmallInteger,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from unjai.platform.database import station_table
from unjai.respond.rules.life import OPEN_STEPS, OUTCOMES, STATES, STEPS


def _one_of(name: str, values: tuple[str, ...]) -> CheckConstraint:
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{name} IN ({listed})", name=name)


def _moment(name: str, *, needed: bool = False) -> Column[object]:
    return Column(name, DateTime(timezone=True), nullable=not needed)


_OPEN_STEPS = text("state IN ({})".format(", ".join(f"'{step}'" for step in OPEN_STEPS)))
_EMPTY = text("'{}'::text[]")
_NO = text("false")
_ZERO = text("0")

incident = station_table(
    "incident",
    Column("id", Uuid, primary_key=True),
    Column("be_year", SmallInteger, nullable=False),
    Column("seq", Integer, nullable=False),
    Column("number", Text, nullable=False),
    Column("code", Text, nullable=False),
    Column("priority", SmallInteger, nullable=False),
    Column("priority_by_hand", Boolean, nullable=False, server_default=_NO),
    Column("state", Text, nullable=False),
    Column("outcome", Text),
    Column("channel", Text, nullable=False),
    Column("lon", Float),
    Column("lat", Float),
    Column("accuracy_m", Float),
    Column("place_by_hand", Boolean, nullable=False, server_default=_NO),
    Column("place_th", Text, nullable=False, server_default=""),
    Column("place_en", Text, nullable=False, server_default=""),
    Column("about_th", Text, nullable=False, server_default=""),
    Column("about_en", Text, nullable=False, server_default=""),
    Column("device_id", Uuid),
    Column("unit_id", Uuid),
    _moment("opened_at", needed=True),
    _moment("first_observed_at", needed=True),
    _moment("last_observed_at", needed=True),
    _moment("acknowledged_at"),
    Column("acknowledged_by", Text),
    _moment("assigned_at"),
    _moment("en_route_at"),
    _moment("arrived_at"),
    _moment("closed_at"),
    Column("report_count", Integer, nullable=False, server_default=_ZERO),
    Column("offer_round", Integer, nullable=False, server_default=_ZERO),
    Column("unanswered", Boolean, nullable=False, server_default=_NO),
    Column("crowd", Boolean, nullable=False, server_default=_NO),
    Column("barred", ARRAY(Text), nullable=False, server_default=_EMPTY),
    Column("merged_into", Uuid, ForeignKey("incident.id")),
    Column("split_from", Uuid, ForeignKey("incident.id")),
    Column("procedure_id", Uuid),
    _moment("timed_from"),
    Column("version", Integer, nullable=False, server_default=text("1")),
    UniqueConstraint("station_id", "be_year", "seq"),
    _one_of("state", STATES),
    _one_of("outcome", OUTCOMES),
    CheckConstraint("priority BETWEEN 1 AND 3", name="priority"),
    CheckConstraint("(state = 'closed') = (closed_at IS NOT NULL)", name="closed_at"),
    CheckConstraint("state <> 'closed' OR outcome IS NOT NULL OR merged_into IS NOT NULL", name="ended"),
    Index("ix_incident_open", "station_id", "opened_at", postgresql_where=text("state <> 'closed'")),
    Index("ix_incident_opened", text("opened_at DESC"), text("id DESC")),
    Index("ix_incident_merged_into", "merged_into", postgresql_where=text("merged_into IS NOT NULL")),
)

report = station_table(
    "report",
    Column("id", Uuid, primary_key=True),
    Column("observation_id", Uuid, nullable=False, unique=True),
    Column("digest", Text, nullable=False),
    Column("incident_id", Uuid, ForeignKey("incident.id"), nullable=False, index=True),
    Column("channel", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("code", Text, nullable=False),
    _moment("observed_at", needed=True),
    _moment("received_at", needed=True),
    Column("lon", Float),
    Column("lat", Float),
    Column("accuracy_m", Float),
    _moment("placed_at"),
    Column("source", Text, nullable=False),
    Column("device_id", Uuid),
    Column("device_key", Text),
    Column("unit_id", Uuid),
    Column("text", Text, nullable=False, server_default=""),
    Column("place_text", Text, nullable=False, server_default=""),
    Column("silent", Boolean, nullable=False, server_default=_NO),
    Column("crowd", Text, nullable=False, server_default=""),
    Column("joined_why", Text),
    Column("distance_m", Float),
    Column("split_from", Uuid),
    Index("ix_report_source", "source", "observed_at"),
)

report_caller = station_table(
    "report_caller",
    Column("report_id", Uuid, ForeignKey("report.id"), primary_key=True),
    Column("name", Text),
    Column("phone", Text),
    right="caller.read",
)

assignment = station_table(
    "assignment",
    Column("id", Uuid, primary_key=True),
    Column("incident_id", Uuid, ForeignKey("incident.id"), nullable=False, index=True),
    Column("unit_id", Uuid, nullable=False),
    Column("account_id", Uuid),
    Column("call_sign", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("round", Integer, nullable=False),
    Column("by_itself", Boolean, nullable=False, server_default=_NO),
    Column("road_m", Float),
    Column("eta_s", Float),
    Column("reason", Text),
    _moment("offered_at", needed=True),
    _moment("expires_at", needed=True),
    _moment("answered_at"),
    _moment("accepted_at"),
    _moment("en_route_at"),
    _moment("on_scene_at"),
    _moment("cleared_at"),
    _moment("ended_at"),
    _one_of("state", STEPS),
    Index("uq_assignment_open_unit", "unit_id", unique=True, postgresql_where=_OPEN_STEPS),
    Index("uq_assignment_open_offer", "incident_id", unique=True, postgresql_where=text("state = 'offered'")),
    Index("ix_assignment_due", "expires_at", postgresql_where=text("state = 'offered'")),
    Index("ix_assignment_unit", "unit_id", "offered_at"),
    Index(
        "ix_assignment_went",
        "station_id",
        "unit_id",
        "incident_id",
        postgresql_where=text("accepted_at IS NOT NULL"),
    ),
)

timeline = station_table(
    "timeline",
    Column("id", Uuid, primary_key=True),
    Column("seq", BigInteger, Identity(), nullable=False),
    Column("incident_id", Uuid, ForeignKey("incident.id"), nullable=False),
    _moment("at", needed=True),
    Column("actor_kind", Text, nullable=False),
    Column("actor_name", Text, nullable=False),
    Column("account_id", Uuid),
    Column("kind", Text, nullable=False),
    Column("facts", JSONB, nullable=False),
    Index("ix_timeline_incident", "incident_id", "seq"),
    Index("ix_timeline_at", "at"),
)
