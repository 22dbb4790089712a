"""The tables of the registry. A camera is a device of kind `camera`: name, owner, place and view stand there.

Credentials lie sealed (`cameras.secrets`); no answer ever holds them.
"""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Double,
    ForeignKey,
    Index,
    LargeBinary,
    Text,
    UniqueConstraint,
    Uuid,
    false,
    text,
    true,
)
from sqlalchemy.dialects.postgresql import JSONB

from unjai.platform.database import station_table

camera_source = station_table(
    "camera_source",
    Column("id", Uuid, primary_key=True),
    Column("code", Text, nullable=False),
    Column("name_th", Text, nullable=False),
    Column("name_en", Text, nullable=False, server_default=""),
    Column("kind", Text, nullable=False),
    Column("main_template", Text, nullable=False, server_default=""),
    Column("sub_template", Text, nullable=False, server_default=""),
    Column("contact", Text, nullable=False, server_default=""),
    Column("note", Text, nullable=False, server_default=""),
    Column("sealed", LargeBinary),
    Column("disabled", Boolean, nullable=False, server_default=false()),
    CheckConstraint("kind IN ('centre', 'nvr', 'other')", name="kind"),
    UniqueConstraint("station_id", "code"),
)
"""A provincial centre or a recorder with one credential and many cameras; `{channel}` in a template is the camera's."""

camera_point = station_table(
    "camera_point",
    Column("id", Uuid, primary_key=True),
    Column("code", Text, nullable=False),
    Column("name_th", Text, nullable=False),
    Column("name_en", Text, nullable=False, server_default=""),
    Column("lon", Double),
    Column("lat", Double),
    Column("note", Text, nullable=False, server_default=""),
    UniqueConstraint("station_id", "code"),
)
"""A point — จุด: a pole or a wall that carries cameras — ตัว."""

camera = station_table(
    "camera",
    Column("device_id", ForeignKey("device.id", ondelete="CASCADE"), primary_key=True),
    Column("point_id", ForeignKey("camera_point.id", ondelete="SET NULL"), index=True),
    Column("source_id", ForeignKey("camera_source.id", ondelete="SET NULL"), index=True),
    Column("channel", Text, nullable=False, server_default=""),
    Column("state", Text, nullable=False, server_default="working"),
    Column("funder", Text, nullable=False, server_default=""),
    Column("height_m", Double),
    Column("reach_night_m", Double),
    Column("kind", Text, nullable=False, server_default="rtsp"),
    Column("main_url", Text, nullable=False, server_default=""),
    Column("sub_url", Text, nullable=False, server_default=""),
    Column("sealed", LargeBinary),
    Column("record", Boolean, nullable=False, server_default=true()),
    Column("keep_days", Double, nullable=False, server_default=text("30")),
    Column("analyse", Boolean, nullable=False, server_default=false()),
    Column("read_plates", Boolean, nullable=False, server_default=false()),
    Column("plate_lane", Text, nullable=False, server_default=""),
    Column("plate_direction", Text, nullable=False, server_default=""),
    Column("masks", JSONB, nullable=False, server_default=text("'[]'::jsonb")),
    Column("mask_copies", Boolean, nullable=False, server_default=true()),
    Column("calibration", JSONB, nullable=False, server_default=text("'[]'::jsonb")),
    Column("onvif_url", Text, nullable=False, server_default=""),
    Column("onvif_profile", Text, nullable=False, server_default=""),
    Column("ptz", Boolean, nullable=False, server_default=false()),
    Column("changed_at", DateTime(timezone=True), nullable=False),
    CheckConstraint("state IN ('planned', 'working', 'retired')", name="state"),
    CheckConstraint("kind IN ('rtsp', 'still', 'file')", name="kind"),
)

camera_consent = station_table(
    "camera_consent",
    Column("id", Uuid, primary_key=True),
    Column("device_id", ForeignKey("device.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("number", Text, nullable=False),
    Column("from_on", Date, nullable=False),
    Column("until_on", Date),
    Column("hours", Text, nullable=False, server_default=""),
    Column("part", Text, nullable=False, server_default=""),
    Column("note", Text, nullable=False, server_default=""),
    Column("file_name", Text, nullable=False, server_default=""),
    Column("media_type", Text, nullable=False, server_default=""),
    Column("digest", Text, nullable=False, server_default=""),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("by", Text, nullable=False),
)
"""What an owner agreed to, in words and dates; all that ever held are kept. Empty `until_on`: until it is ended."""

camera_request = station_table(
    "camera_request",
    Column("id", Uuid, primary_key=True),
    Column("device_id", ForeignKey("device.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("state", Text, nullable=False, server_default="asked"),
    Column("want", Text, nullable=False),
    Column("want_bearing_deg", Double),
    Column("was_bearing_deg", Double),
    Column("asked_at", DateTime(timezone=True), nullable=False),
    Column("changed_at", DateTime(timezone=True), nullable=False),
    Column("judged", JSONB),
    CheckConstraint("state IN ('asked', 'agreed', 'refused', 'turned', 'checked', 'withdrawn')", name="state"),
    Index("ix_camera_request_open", "station_id", "state"),
)
"""A private owner is asked to turn a camera to what is public. `judged` is how the newest pictures of before and after
compare by machine (`cameras.comparing`), empty until there are both."""

camera_request_step = station_table(
    "camera_request_step",
    Column("id", Uuid, primary_key=True),
    Column("request_id", ForeignKey("camera_request.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("state", Text, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("by", Text, nullable=False),
    Column("who", Text, nullable=False, server_default=""),
    Column("note", Text, nullable=False, server_default=""),
)
"""What was done: by whom of us, with whom of them."""

camera_picture = station_table(
    "camera_picture",
    Column("id", Uuid, primary_key=True),
    Column("device_id", ForeignKey("device.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("request_id", ForeignKey("camera_request.id", ondelete="CASCADE"), index=True),
    Column("what", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("media_type", Text, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("by", Text, nullable=False),
    Column("taken", Boolean, nullable=False, server_default=false()),
    CheckConstraint("what IN ('before', 'after')", name="what"),
)
"""What a camera saw before and after it was turned; `taken` from the camera itself (masked), else sent in as a file."""

camera_reference = station_table(
    "camera_reference",
    Column("id", Uuid, primary_key=True),
    Column("device_id", ForeignKey("device.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("picture", LargeBinary, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("by", Text, nullable=False),
    Column("until", DateTime(timezone=True)),
)
"""How a camera should look: masked pictures that it is compared with, until others were set. Kept beside the register,
since whoever serves the camera may be another host."""

camera_trouble = station_table(
    "camera_trouble",
    Column("id", Uuid, primary_key=True),
    Column("device_id", ForeignKey("device.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("trouble", Text, nullable=False),
    Column("since", DateTime(timezone=True), nullable=False),
    Column("noticed_at", DateTime(timezone=True), nullable=False),
    Column("until", DateTime(timezone=True)),
    Column("measure", Double, nullable=False),
    Column("picture", LargeBinary),
    CheckConstraint(
        "trouble IN ('no_signal', 'frozen', 'covered', 'defocused', 'turned', 'dark', 'clock')", name="trouble"
    ),
    Index("ix_camera_trouble_open", "device_id", postgresql_where=text("until IS NULL")),
)
"""What was wrong with a camera, from when to when, with the picture that showed it."""
