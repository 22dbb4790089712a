"""The tables of presence: where units are to be, by which phones they say so, and what they said.

Secrets of checkpoints lie sealed (`patrol.secrets`); the bytes that a phone signed are kept as they came.
"""

from __future__ import annotations

from sqlalchemy import (
    ARRAY,
    BigInteger,
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
    false,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from unjai.platform.database import station_table

patrol_beat = station_table(
    "patrol_beat",
    Column("id", Uuid, primary_key=True),
    Column("code", Text, nullable=False),
    Column("name_th", Text, nullable=False),
    Column("name_en", Text, nullable=False, server_default=""),
    UniqueConstraint("station_id", "code"),
)
"""A beat — เขตตรวจ: what one unit walks or drives in a shift."""

patrol_checkpoint = station_table(
    "patrol_checkpoint",
    Column("id", Uuid, primary_key=True),
    Column("code", Text, nullable=False),
    Column("beat_id", ForeignKey("patrol_beat.id", ondelete="SET NULL"), index=True),
    Column("name_th", Text, nullable=False),
    Column("name_en", Text, nullable=False, server_default=""),
    Column("kind", Text, nullable=False),
    Column("lon", Double, nullable=False),
    Column("lat", Double, nullable=False),
    Column("radius_m", Double, nullable=False),
    Column("proofs", ARRAY(Text), nullable=False),
    Column("nfc_digest", Text, nullable=False, server_default=""),
    Column("owner_name", Text, nullable=False, server_default=""),
    Column("owner_contact", Text, nullable=False, server_default=""),
    Column("tell_owner", Boolean, nullable=False, server_default=false()),
    Column("note", Text, nullable=False, server_default=""),
    Column("retired", Boolean, nullable=False, server_default=false()),
    Column("serial", Integer, nullable=False, server_default=text("1")),
    Column("sealed", LargeBinary),
    Column("version", Integer, nullable=False, server_default=text("1")),
    Column("changed_at", DateTime(timezone=True), nullable=False),
    UniqueConstraint("station_id", "code"),
)
"""A patrol checkpoint — จุดตรวจสายตรวจ. `sealed` is its secret, made with its first label, `serial` the label that
counts, `nfc_digest` the SHA-256 of its tag's number."""

patrol_checkpoint_change = station_table(
    "patrol_checkpoint_change",
    Column("checkpoint_id", ForeignKey("patrol_checkpoint.id", ondelete="CASCADE"), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("before", JSONB, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("by", Text, nullable=False),
)
"""What stood before the change that made `version`: undo puts it back."""

patrol_phone = station_table(
    "patrol_phone",
    Column("id", Uuid, primary_key=True),
    Column("account_id", ForeignKey("account.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("name", Text, nullable=False),
    Column("public_key", LargeBinary, nullable=False),
    Column("digest", Text, nullable=False, unique=True),
    Column("registered_at", DateTime(timezone=True), nullable=False),
    Column("revoked_at", DateTime(timezone=True)),
    Column("revoked_by", Text, nullable=False, server_default=""),
    Column("revoked_why", Text, nullable=False, server_default=""),
    Column("head_seq", BigInteger, nullable=False, server_default=text("0")),
    Column("head_digest", Text, nullable=False),
    Column("heard_at", DateTime(timezone=True)),
    Column("offset_s", Double),
)
"""A phone's key: `digest` is SHA-256 of the public key, and what the first of its chain names."""

patrol_item = station_table(
    "patrol_item",
    Column("phone_id", ForeignKey("patrol_phone.id", ondelete="CASCADE"), primary_key=True),
    Column("digest", Text, primary_key=True),
    Column("seq", BigInteger, nullable=False),
    Column("prev", Text, nullable=False),
    Column("item_id", Uuid, nullable=False),
    Column("kind", Text, nullable=False),
    Column("chain", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("signature", LargeBinary, nullable=False),
    Column("received_at", DateTime(timezone=True), nullable=False),
    Column("offset_s", Double, nullable=False),
    Column("linked_at", DateTime(timezone=True)),
    CheckConstraint("kind IN ('visit', 'finding')", name="kind"),
    CheckConstraint("chain IN ('next', 'gap', 'joined', 'fork')", name="chain"),
    Index("ix_patrol_item_waits", "phone_id", "seq", postgresql_where=text("chain = 'gap'")),
    Index("ix_patrol_item_item", "station_id", "item_id"),
)
"""What phones signed, as it came. `chain`: it followed at once, waits for what is missing before it, followed later,
or is a second past."""

patrol_refused = station_table(
    "patrol_refused",
    Column("id", Uuid, primary_key=True),
    Column("account_id", ForeignKey("account.id", ondelete="CASCADE"), nullable=False),
    Column("phone_id", Uuid),
    Column("digest", Text, nullable=False),
    Column("code", Text, nullable=False),
    Column("facts", JSONB, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("times", Integer, nullable=False, server_default=text("1")),
    UniqueConstraint("account_id", "digest", "code"),
    Index("ix_patrol_refused_at", "station_id", "at"),
)
"""What was not believed at all: kept for the shift chief, never counted."""

patrol_visit = station_table(
    "patrol_visit",
    Column("id", Uuid, primary_key=True),
    Column("phone_id", ForeignKey("patrol_phone.id", ondelete="CASCADE"), nullable=False),
    Column("item_digest", Text, nullable=False),
    Column("account_id", ForeignKey("account.id", ondelete="CASCADE"), nullable=False),
    Column("unit_id", Uuid),
    Column("checkpoint_id", ForeignKey("patrol_checkpoint.id", ondelete="CASCADE"), nullable=False),
    Column("observed_at", DateTime(timezone=True), nullable=False),
    Column("happened_at", DateTime(timezone=True), nullable=False),
    Column("received_at", DateTime(timezone=True), nullable=False),
    Column("late_s", Integer, nullable=False),
    Column("lon", Double),
    Column("lat", Double),
    Column("accuracy_m", Double),
    Column("said", JSONB, nullable=False),
    Column("chain", Text, nullable=False),
    Column("score", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("parts", JSONB, nullable=False),
    Column("judged_at", DateTime(timezone=True), nullable=False),
    UniqueConstraint("phone_id", "item_digest"),
    CheckConstraint("state IN ('proven', 'doubted', 'refused')", name="state"),
    Index("ix_patrol_visit_checkpoint", "checkpoint_id", "happened_at"),
    Index("ix_patrol_visit_account", "account_id", "happened_at"),
    Index("ix_patrol_visit_day", "station_id", "happened_at"),
)
"""A visit as judged. `observed_at` is what the phone's clock said, `happened_at` that time mended by the clock's
offset, `received_at` ours; `said` is what the judgement was made of, so that it can be made again."""

patrol_photo = station_table(
    "patrol_photo",
    Column("id", Uuid, primary_key=True),
    Column("account_id", ForeignKey("account.id", ondelete="CASCADE"), nullable=False),
    Column("digest", Text, nullable=False),
    Column("size_bytes", BigInteger, nullable=False),
    Column("media_type", Text, nullable=False, server_default=""),
    Column("state", Text, nullable=False),
    Column("bits", BigInteger),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("kept_at", DateTime(timezone=True)),
    CheckConstraint("state IN ('coming', 'kept', 'refused')", name="state"),
    Index("ix_patrol_photo_kept", "station_id", "kept_at"),
)
"""A photograph that a visit or finding names by the id that the phone made; `bits` is its difference hash."""

patrol_finding = station_table(
    "patrol_finding",
    Column("id", Uuid, primary_key=True),
    Column("phone_id", ForeignKey("patrol_phone.id", ondelete="CASCADE")),
    Column("item_digest", Text, nullable=False),
    Column("account_id", ForeignKey("account.id", ondelete="CASCADE"), nullable=False),
    Column("unit_id", Uuid),
    Column("checkpoint_id", ForeignKey("patrol_checkpoint.id", ondelete="SET NULL")),
    Column("what", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("lon", Double),
    Column("lat", Double),
    Column("accuracy_m", Double),
    Column("photos", ARRAY(Uuid), nullable=False),
    Column("observed_at", DateTime(timezone=True), nullable=False),
    Column("happened_at", DateTime(timezone=True), nullable=False),
    Column("received_at", DateTime(timezone=True), nullable=False),
    Column("late_s", Integer, nullable=False),
    Column("chain", Text, nullable=False),
    Column("candidate", Text, nullable=False),
    Column("incident_id", Uuid),
    Column("settled_at", DateTime(timezone=True)),
    Column("settled_by", Text, nullable=False, server_default=""),
    Column("settled_note", Text, nullable=False, server_default=""),
    UniqueConstraint("phone_id", "item_digest"),
    CheckConstraint("what IN ('light_out', 'camera_turned', 'gathering', 'vehicle', 'other')", name="what"),
    CheckConstraint("candidate IN ('works', 'camera', 'risk_spot', 'none')", name="candidate"),
    Index("ix_patrol_finding_day", "station_id", "happened_at"),
)
"""What a unit found, or (without a phone) the desk handed over from a citizen's plain report. `candidate` is what it
may become: a works order, a camera request, a risk spot."""

patrol_owner_message = station_table(
    "patrol_owner_message",
    Column("id", Uuid, primary_key=True),
    Column("visit_id", ForeignKey("patrol_visit.id", ondelete="CASCADE"), nullable=False, unique=True),
    Column("checkpoint_id", ForeignKey("patrol_checkpoint.id", ondelete="CASCADE"), nullable=False),
    Column("text_th", Text, nullable=False),
    Column("text_en", Text, nullable=False),
    Column("made_at", DateTime(timezone=True), nullable=False),
    Column("sent_at", DateTime(timezone=True)),
    Column("sent_by", Text, nullable=False, server_default=""),
    Column("channel", Text, nullable=False, server_default=""),
    Column("tries", Integer, nullable=False, server_default=text("0")),
    Column("next_at", DateTime(timezone=True)),
    Column("failed_at", DateTime(timezone=True)),
    Column("failure", Text, nullable=False, server_default=""),
    Column("status", Integer, nullable=False, server_default=text("0")),
    CheckConstraint("channel IN ('', 'hand', 'gateway')", name="channel"),
    Index("ix_patrol_owner_message_waits", "station_id", "made_at", postgresql_where=text("sent_at IS NULL")),
)
"""Words for the owner of a place that was visited: sent by hand, or by the station's gateway, whose last answer
stands in `status` and `failure`; `next_at` is when it is tried again, `failed_at` when that was given up."""

patrol_owner_channel = station_table(
    "patrol_owner_channel",
    Column("id", Uuid, primary_key=True),
    Column("url", Text, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("enabled_at", DateTime(timezone=True)),
    Column("changed_at", DateTime(timezone=True), nullable=False),
    Column("changed_by", Text, nullable=False),
    Index("uq_patrol_owner_channel_station", "station_id", unique=True),
    right="patrol.manage",
)
"""The station's gateway to owners; off while `enabled_at` is empty. `sealed` is the secret that messages are signed
with; visits before `enabled_at` are not told of."""
