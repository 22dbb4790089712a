"""The tables of a zone's plan, the borders of tambons, and the check lists."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Double,
    ForeignKey,
    Index,
    Integer,
    Text,
    UniqueConstraint,
    Uuid,
    false,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from unjai.platform.database import station_table

zone_plan = station_table(
    "zone_plan",
    Column("zone_id", ForeignKey("zone.id", ondelete="CASCADE"), primary_key=True),
    Column("why_th", Text, nullable=False, server_default=""),
    Column("declared_communities", Integer),
    Column("declared_source", Text, nullable=False, server_default=""),
    Column("declared_on", Date),
    Column("unplaced", JSONB, nullable=False, server_default=text("'[]'::jsonb")),
    Column("edited_by", Text, nullable=False),
    Column("edited_at", DateTime(timezone=True), nullable=False),
)
"""What a zone has besides its border; `unplaced` are communities that are named but not yet on the map."""

zone_phase = station_table(
    "zone_phase",
    Column("id", Uuid, primary_key=True),
    Column("zone_id", ForeignKey("zone.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("ordinal", Integer, nullable=False),
    Column("name_th", Text, nullable=False),
    Column("name_en", Text, nullable=False, server_default=""),
    Column("starts_on", Date, nullable=False),
    Column("ends_on", Date),
    CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name="order"),
)

zone_figure = station_table(
    "zone_figure",
    Column("id", Uuid, primary_key=True),
    Column("zone_id", ForeignKey("zone.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("kind", Text, nullable=False),
    Column("value", BigInteger, nullable=False),
    Column("as_of", Date, nullable=False),
    Column("source", Text, nullable=False),
    Column("noted_by", Text, nullable=False),
    Column("noted_at", DateTime(timezone=True), nullable=False),
    CheckConstraint("kind IN ('population', 'households')", name="kind"),
)
"""Figures with their day and source; several of one kind stand beside each other, none is written over."""

boundary = station_table(
    "boundary",
    Column("id", Uuid, primary_key=True),
    Column("level", Text, nullable=False),
    Column("code", Text, nullable=False),
    Column("name_th", Text, nullable=False),
    Column("name_en", Text, nullable=False, server_default=""),
    Column("schematic", Boolean, nullable=False, server_default=false()),
    Column("source", Text, nullable=False, server_default=""),
    Column("as_of", Date),
    Column("geometry", JSONB, nullable=False),
    Column("west", Double, nullable=False),
    Column("south", Double, nullable=False),
    Column("east", Double, nullable=False),
    Column("north", Double, nullable=False),
    CheckConstraint("level IN ('tambon', 'district', 'province')", name="level"),
    UniqueConstraint("station_id", "level", "code"),
    Index("ix_boundary_south_north", "station_id", "south", "north"),
)
"""Administrative borders the station brought; `code` is DOPA's (six, four or two digits)."""

check_item = station_table(
    "check_item",
    Column("id", Uuid, primary_key=True),
    Column("key", Text, nullable=False),
    Column("checklist", Text, nullable=False),
    Column("ordinal", Integer, nullable=False),
    Column("text_th", Text, nullable=False),
    Column("text_en", Text, nullable=False, server_default=""),
    Column("removed", Boolean, nullable=False, server_default=false()),
    Column("done_on", Date),
    Column("done_by", Text, nullable=False, server_default=""),
    Column("note", Text, nullable=False, server_default=""),
    Column("changed_by", Text, nullable=False),
    Column("changed_at", DateTime(timezone=True), nullable=False),
    CheckConstraint("checklist IN ('readiness', 'room')", name="checklist"),
    UniqueConstraint("station_id", "key"),
)
"""Items of check lists that the station changed; the others stand in `data/checklists.csv`."""

ccoc_room = station_table(
    "ccoc_room",
    Column("id", Uuid, primary_key=True),
    Column("name_th", Text, nullable=False, server_default=""),
    Column("name_en", Text, nullable=False, server_default=""),
    Column("elsewhere", Boolean, nullable=False, server_default=false()),
    Column("address", Text, nullable=False, server_default=""),
    Column("phone", Text, nullable=False, server_default=""),
    Column("lon", Double),
    Column("lat", Double),
    Column("changed_by", Text, nullable=False),
    Column("changed_at", DateTime(timezone=True), nullable=False),
    UniqueConstraint("station_id"),
)
"""Where the operations centre is — ศูนย์ CCOC; `elsewhere` when that is not the station's own building."""
