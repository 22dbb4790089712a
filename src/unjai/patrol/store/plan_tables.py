"""The tables of plans: risk that was handed down, and each shift's plan with everything it was made of."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, Date, DateTime, ForeignKey, Index, Integer, Text, Uuid, text
from sqlalchemy.dialects.postgresql import JSONB

from unjai.platform.database import station_table

patrol_risk = station_table(
    "patrol_risk",
    Column("id", Uuid, primary_key=True),
    Column("place", Text, nullable=False),
    Column("by_hour", JSONB, nullable=False),
    Column("source", Text, nullable=False),
    Column("taken_at", DateTime(timezone=True), nullable=False),
    Column("taken_by", Text, nullable=False),
    Index("uq_patrol_risk_place", "station_id", "place", unique=True),
)
"""Risk of a place (its code) by hour: 24 figures for a day or 168 for a week from Monday."""

patrol_plan = station_table(
    "patrol_plan",
    Column("id", Uuid, primary_key=True),
    Column("day", Date, nullable=False),
    Column("shift_id", ForeignKey("shift.id"), nullable=False, index=True),
    Column("from_at", DateTime(timezone=True), nullable=False),
    Column("to_at", DateTime(timezone=True), nullable=False),
    Column("state", Text, nullable=False),
    Column("town", JSONB, nullable=False),
    Column("seed", Text, nullable=False),
    Column("seconds", Integer, nullable=False),
    Column("result", JSONB(none_as_null=True)),
    Column("failure", JSONB(none_as_null=True)),
    Column("version", Integer, nullable=False, server_default=text("1")),
    Column("made_at", DateTime(timezone=True), nullable=False),
    Column("made_by", Text, nullable=False),
    Column("changed_at", DateTime(timezone=True), nullable=False),
    Column("published_at", DateTime(timezone=True)),
    Column("published_by", Text, nullable=False, server_default=""),
    CheckConstraint("state IN ('making', 'draft', 'failed', 'published', 'replaced')", name="state"),
    Index("ix_patrol_plan_day", "station_id", "day"),
    Index(
        "uq_patrol_plan_published",
        "station_id",
        "day",
        "shift_id",
        unique=True,
        postgresql_where=text("state = 'published'"),
    ),
)
"""A plan. `town` is what the planner was given, in the format of docs/patrol-plan.md with travel times: with `seed` and
the effort in `result` an audit makes it again. One plan of a shift and day is published at most."""
