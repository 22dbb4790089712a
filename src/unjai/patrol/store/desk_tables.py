"""The tables of the patrol desk: asked visits, festivals, hours of kinds of places, streets patrolled by hour."""

from __future__ import annotations

from sqlalchemy import (
    ARRAY,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Double,
    ForeignKey,
    Index,
    Integer,
    PrimaryKeyConstraint,
    SmallInteger,
    Text,
    Uuid,
    false,
    text,
    true,
)
from sqlalchemy.dialects.postgresql import JSONB

from unjai.patrol.rules.requests import KINDS, OUTCOMES, PARTNERS
from unjai.platform.database import station_table

SEEN_WITH = "patrol.requests"


def _one_of(name: str, values: tuple[str, ...]) -> CheckConstraint:
    return CheckConstraint(f"{name} IN ({', '.join(repr(value) for value in values)})", name=name)


patrol_request = station_table(
    "patrol_request",
    Column("id", Uuid, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("partner", Text, nullable=False),
    Column("reference", Text, nullable=False, server_default=""),
    Column("label", Text, nullable=False),
    Column("place", Text),
    Column("lon", Double),
    Column("lat", Double),
    Column("from_day", Date, nullable=False),
    Column("to_day", Date, nullable=False),
    Column("window_from", SmallInteger),
    Column("window_to", SmallInteger),
    Column("minutes", SmallInteger, nullable=False),
    Column("must", Boolean, nullable=False, server_default=true()),
    Column("note", Text, nullable=False, server_default=""),
    Column("withdrawn", Boolean, nullable=False, server_default=false()),
    Column("version", Integer, nullable=False, server_default=text("1")),
    Column("made_at", DateTime(timezone=True), nullable=False),
    Column("made_by", Text, nullable=False),
    Column("changed_at", DateTime(timezone=True), nullable=False),
    _one_of("kind", KINDS),
    _one_of("partner", PARTNERS),
    CheckConstraint("to_day >= from_day", name="days"),
    CheckConstraint("(window_from IS NULL) = (window_to IS NULL)", name="window"),
    CheckConstraint("(place IS NULL) <> (lon IS NULL OR lat IS NULL)", name="place"),
    Index("ix_patrol_request_days", "station_id", "to_day"),
    right=SEEN_WITH,
)
"""A visit that was asked for — คำขอให้ตรวจ, ฝากบ้าน: at a known `place` (its code) or a point. Which house stands
empty is seen by whoever may take requests alone, and is forgotten thirty days after the last day."""

patrol_request_outcome = station_table(
    "patrol_request_outcome",
    Column("request_id", ForeignKey("patrol_request.id", ondelete="CASCADE"), nullable=False),
    Column("plan_id", ForeignKey("patrol_plan.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("from_at", DateTime(timezone=True), nullable=False),
    Column("state", Text, nullable=False),
    Column("at", DateTime(timezone=True)),
    Column("by_hand", Text, nullable=False, server_default=""),
    Column("note", Text, nullable=False, server_default=""),
    Column("settled_at", DateTime(timezone=True), nullable=False),
    PrimaryKeyConstraint("request_id", "plan_id"),
    _one_of("state", OUTCOMES),
    right=SEEN_WITH,
)
"""What became of an asked visit on the shift of a published plan; `by_hand` names who said so where no machine did."""

patrol_layer = station_table(
    "patrol_layer",
    Column("id", Uuid, primary_key=True),
    Column("name_th", Text, nullable=False),
    Column("name_en", Text, nullable=False, server_default=""),
    Column("from_day", Date, nullable=False),
    Column("to_day", Date, nullable=False),
    Column("factor", Double, nullable=False),
    Column("kinds", ARRAY(Text), nullable=False),
    Column("places", ARRAY(Text), nullable=False),
    Column("areas", ARRAY(Text), nullable=False),
    Column("hours", ARRAY(SmallInteger)),
    Column("removed", Boolean, nullable=False, server_default=false()),
    Column("version", Integer, nullable=False, server_default=text("1")),
    Column("changed_at", DateTime(timezone=True), nullable=False),
    Column("changed_by", Text, nullable=False),
    CheckConstraint("to_day >= from_day", name="days"),
    CheckConstraint("factor >= 1 AND factor <= 20", name="factor"),
    Index("ix_patrol_layer_days", "station_id", "to_day"),
)
"""A festival or season — เทศกาล, ฤดูท่องเที่ยว: between its days what it names is riskier by `factor`."""

patrol_kind_risk = station_table(
    "patrol_kind_risk",
    Column("kind", Text, nullable=False),
    Column("by_hour", JSONB, nullable=False),
    Column("changed_at", DateTime(timezone=True), nullable=False),
    Column("changed_by", Text, nullable=False),
    PrimaryKeyConstraint("station_id", "kind"),
)
"""Risk by hour of the day of a kind of place, where the station has set its own: 24 figures."""

patrol_hour = station_table(
    "patrol_hour",
    Column("hour_at", DateTime(timezone=True), nullable=False),
    Column("edges", ARRAY(Integer), nullable=False),
    PrimaryKeyConstraint("station_id", "hour_at"),
)
"""Which streets a patrol passed in an hour: no unit, no person."""
