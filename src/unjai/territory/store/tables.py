"""The tables of territory. Positions are WGS 84 degrees; geometries are GeoJSON objects, longitude first."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Double,
    ForeignKey,
    Identity,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Text,
    UniqueConstraint,
    Uuid,
    false,
    func,
    text,
    type_coerce,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.sql.elements import BindParameter, ColumnElement
from sqlalchemy.types import UserDefinedType

from unjai.platform.database import shared_table, station_table


class Ltree(UserDefinedType[str]):
    """PostgreSQL's label tree; a path is written ``1.15.1050``, its labels are ids of `org_unit`."""

    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        """Return the name of the type in DDL."""
        return "LTREE"

    def bind_expression(self, bindvalue: BindParameter[str]) -> ColumnElement[str]:
        """Turn text into a path; the driver sends text only."""
        return func.text2ltree(type_coerce(bindvalue, Text), type_=self)


org_unit = shared_table(
    "org_unit",
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("parent_id", ForeignKey("org_unit.id"), index=True),
    Column("path", Ltree, nullable=False, unique=True),
    Column("code", Text, nullable=False, unique=True),
    Column("level", Text, nullable=False),
    Column("name_th", Text, nullable=False),
    Column("name_en", Text, nullable=False),
    Column("head", Text, nullable=False, server_default=""),
    Column("lon", Double),
    Column("lat", Double),
    Column("fictional", Boolean, nullable=False, server_default=false()),
    CheckConstraint("level IN ('national', 'bureau', 'division', 'provincial', 'station')", name="level"),
    Index("ix_org_unit_path_tree", "path", postgresql_using="gist"),
)

zone = station_table(
    "zone",
    Column("id", Uuid, primary_key=True),
    Column("code", Text, nullable=False),
    Column("name_th", Text, nullable=False),
    Column("name_en", Text, nullable=False, server_default=""),
    Column("phase", Text, nullable=False, server_default=""),
    Column("fictional", Boolean, nullable=False, server_default=false()),
    Column("geometry", JSONB, nullable=False),
    Column("area_m2", Double, nullable=False),
    Column("declared_area_m2", Double),
    Column("lon", Double, nullable=False),
    Column("lat", Double, nullable=False),
    Column("started_on", Date),
    UniqueConstraint("station_id", "code"),
)

subzone = station_table(
    "subzone",
    Column("id", Uuid, primary_key=True),
    Column("zone_id", ForeignKey("zone.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("code", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("name_th", Text, nullable=False),
    Column("name_en", Text, nullable=False, server_default=""),
    Column("geometry", JSONB, nullable=False),
    Column("area_m2", Double, nullable=False),
    Column("reason_th", Text, nullable=False, server_default=""),
    CheckConstraint("kind IN ('economic', 'risk', 'landmark')", name="kind"),
    UniqueConstraint("station_id", "code"),
)

community = station_table(
    "community",
    Column("id", Uuid, primary_key=True),
    Column("zone_id", ForeignKey("zone.id", ondelete="SET NULL"), index=True),
    Column("code", Text, nullable=False),
    Column("name_th", Text, nullable=False),
    Column("name_en", Text, nullable=False, server_default=""),
    Column("lon", Double, nullable=False),
    Column("lat", Double, nullable=False),
    Column("geometry", JSONB(none_as_null=True)),
    Column("households", Integer),
    Column("population", Integer),
    UniqueConstraint("station_id", "code"),
)

place = station_table(
    "place",
    Column("id", Uuid, primary_key=True),
    Column("code", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("name_th", Text, nullable=False),
    Column("name_en", Text, nullable=False, server_default=""),
    Column("lon", Double, nullable=False),
    Column("lat", Double, nullable=False),
    Column("phone", Text, nullable=False, server_default=""),
    Column("house_no", Text, nullable=False, server_default=""),
    UniqueConstraint("station_id", "code"),
)

land = station_table(
    "land",
    Column("id", Uuid, primary_key=True),
    Column("code", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("name_th", Text, nullable=False, server_default=""),
    Column("name_en", Text, nullable=False, server_default=""),
    Column("geometry", JSONB, nullable=False),
    CheckConstraint("kind IN ('water', 'park', 'compound', 'market', 'field')", name="kind"),
    UniqueConstraint("station_id", "code"),
)

street_edge = station_table(
    "street_edge",
    Column("id", Integer, nullable=False),
    Column("key", Text, nullable=False),
    Column("node_a", Integer, nullable=False),
    Column("node_b", Integer, nullable=False),
    Column("name_th", Text, nullable=False, server_default=""),
    Column("name_en", Text, nullable=False, server_default=""),
    Column("class", Text, nullable=False),
    Column("oneway", Boolean, nullable=False, server_default=false()),
    Column("length_m", Double, nullable=False),
    Column("geometry", JSONB, nullable=False),
    Column("lit", Boolean),
    PrimaryKeyConstraint("station_id", "id"),
    CheckConstraint("class IN ('main', 'collector', 'soi', 'footpath', 'unclassified')", name="class"),
    UniqueConstraint("station_id", "key"),
)

device = station_table(
    "device",
    Column("id", Uuid, primary_key=True),
    Column("key", Text, nullable=False, unique=True),
    Column("kind", Text, nullable=False),
    Column("name_th", Text, nullable=False),
    Column("name_en", Text, nullable=False, server_default=""),
    Column("owner_kind", Text, nullable=False),
    Column("owner_name", Text, nullable=False, server_default=""),
    Column("lon", Double),
    Column("lat", Double),
    Column("unit_id", Uuid, index=True),
    Column("silent_after_s", Integer, nullable=False),
    Column("disabled", Boolean, nullable=False, server_default=false()),
    Column("settings", JSONB, nullable=False, server_default=text("'{}'::jsonb")),
    Column("installed_on", Date),
    Column("mark", Integer, Identity(always=True), nullable=False, unique=True),
    CheckConstraint(
        "kind IN ('sos_pole', 'phone', 'tracker', 'camera', 'recorder', 'hook', 'citizen_door', 'signal_box')",
        name="kind",
    ),
    CheckConstraint("key ~ '^[A-Za-z0-9_-]{1,40}$'", name="key"),
)

territory_version = station_table(
    "territory_version",
    Column("version", BigInteger, nullable=False),
    Column("stamp", Uuid, primary_key=True),
    Column("changed_at", DateTime(timezone=True), nullable=False),
    UniqueConstraint("station_id"),
)
"""One row a station: `version` goes up with every change, `stamp` names the state in caches for ever."""
