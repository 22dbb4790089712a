"""The tables of people. Accounts and sessions belong to no station; units, duty and device secrets do."""

from __future__ import annotations

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    Text,
    Time,
    UniqueConstraint,
    Uuid,
    text,
)

from unjai.people.rules import UNIT_KINDS, UNIT_WORK
from unjai.people.rules.persons import SECTORS
from unjai.platform.database import shared_table, station_table


def _one_of(column: str, values: tuple[str, ...]) -> str:
    return f"{column} IN ({', '.join(repr(value) for value in values)})"


account = shared_table(
    "account",
    Column("id", Uuid, primary_key=True),
    Column("username", Text, nullable=False, unique=True),
    Column("name_th", Text, nullable=False),
    Column("name_en", Text, nullable=False),
    Column("password_hash", Text, nullable=False),
    Column("must_change", Boolean, nullable=False),
    Column("locale", Text, nullable=False),
    Column("home_id", Integer, ForeignKey("org_unit.id"), nullable=False),
    Column("disabled", Boolean, nullable=False, server_default=text("false")),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("password_at", DateTime(timezone=True), nullable=False),
    Column("person_id", Uuid, ForeignKey("person.id", ondelete="SET NULL"), nullable=True, unique=True),
    Column("until", DateTime(timezone=True), nullable=True),
    Column("sector", Text, nullable=False, server_default=text("''")),
    Column("organisation", Text, nullable=False, server_default=text("''")),
    Column("contact", Text, nullable=False, server_default=text("''")),
    CheckConstraint("locale IN ('th', 'en')", name="locale"),
    CheckConstraint(_one_of("sector", ("", *SECTORS)), name="sector"),
)
"""`until` is when it closes by itself; sector, organisation and contact are a partner's."""

account_role = shared_table(
    "account_role",
    Column("account_id", Uuid, ForeignKey("account.id", ondelete="CASCADE"), primary_key=True),
    Column("role", Text, primary_key=True),
    Column("org_unit_id", Integer, ForeignKey("org_unit.id"), primary_key=True),
    Column("source", Text, primary_key=True, server_default=text("''")),
    Column("since", DateTime(timezone=True), nullable=True),
    Column("until", DateTime(timezone=True), nullable=True),
    Column("granted_at", DateTime(timezone=True), nullable=False),
    Column("granted_by", Text, nullable=False),
    CheckConstraint("until IS NULL OR since IS NULL OR until > since", name="dates"),
)
"""A role counts from `since` (at once where empty) until `until`. `source` is the post it comes with, empty if none."""

session = shared_table(
    "session",
    Column("id", Uuid, primary_key=True),
    Column("account_id", Uuid, ForeignKey("account.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("token_hash", LargeBinary, nullable=False, unique=True),
    Column("station_id", Integer, nullable=True),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("expires_at", DateTime(timezone=True), nullable=False),
    Column("last_seen", DateTime(timezone=True), nullable=False),
    Column("revoked_at", DateTime(timezone=True), nullable=True),
    Column("ip", Text, nullable=False),
    Column("agent", Text, nullable=False),
    Column("second_factor", Text, nullable=False, server_default=text("'none'")),
    CheckConstraint("second_factor IN ('none', 'code', 'recovery', 'phone')", name="second_factor"),
)
"""`second_factor` says by what the second step was done."""

sign_in_failure = shared_table(
    "sign_in_failure",
    Column("key", Text, primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("last_at", DateTime(timezone=True), nullable=False),
)
"""Wrong passwords by name and address. Keys are hashes: people type passwords into the name's field."""

unit = station_table(
    "unit",
    Column("id", Uuid, primary_key=True),
    Column("call_sign", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("name_th", Text, nullable=False),
    Column("name_en", Text, nullable=False),
    Column("capabilities", ARRAY(Text), nullable=False),
    Column("account_id", Uuid, ForeignKey("account.id"), nullable=True, unique=True),
    Column("device_id", Uuid, ForeignKey("device.id", ondelete="SET NULL"), nullable=True, unique=True),
    Column("mark", Integer, Identity(), nullable=False, unique=True),
    Column("disabled", Boolean, nullable=False, server_default=text("false")),
    Column("work", Text, nullable=False, server_default=text("'free'")),
    Column("incident_id", Uuid, nullable=True),
    Column("vehicle", Text, nullable=False, server_default=text("''")),
    Column("registration", Text, nullable=False, server_default=text("''")),
    UniqueConstraint("station_id", "call_sign"),
    CheckConstraint(_one_of("kind", UNIT_KINDS), name="kind"),
    CheckConstraint(_one_of("work", UNIT_WORK), name="work"),
)

shift = station_table(
    "shift",
    Column("id", Uuid, primary_key=True),
    Column("name_th", Text, nullable=False),
    Column("name_en", Text, nullable=False),
    Column("starts", Time, nullable=False),
    Column("ends", Time, nullable=False),
    Column("retired", Boolean, nullable=False, server_default=text("false")),
    Index("ux_shift_name", "station_id", "name_th", unique=True, postgresql_where=text("NOT retired")),
)
"""A retired shift is no longer offered; what was worked in it keeps its name."""

duty = station_table(
    "duty",
    Column("id", Uuid, primary_key=True),
    Column("unit_id", Uuid, ForeignKey("unit.id", ondelete="CASCADE"), nullable=False),
    Column("shift_id", Uuid, ForeignKey("shift.id", ondelete="SET NULL"), nullable=True),
    Column("from_at", DateTime(timezone=True), nullable=False),
    Column("to_at", DateTime(timezone=True), nullable=True),
    Column("signed_on_by", Text, nullable=False),
    Column("signed_off_by", Text, nullable=True),
    Column("call_sign", Text, nullable=False, server_default=text("''")),
    Column("vehicle", Text, nullable=False, server_default=text("''")),
    Column("registration", Text, nullable=False, server_default=text("''")),
    Column("odometer_km", Integer, nullable=True),
    Column("beat", Text, nullable=False, server_default=text("''")),
    Column("came_at", DateTime(timezone=True), nullable=True),
    Column("note", Text, nullable=False, server_default=text("''")),
    CheckConstraint("to_at IS NULL OR to_at >= from_at", name="order"),
    CheckConstraint("odometer_km IS NULL OR odometer_km BETWEEN 0 AND 9999999", name="odometer"),
    Index("ux_duty_open", "unit_id", unique=True, postgresql_where=text("to_at IS NULL")),
    Index("ix_duty_unit_id_from_at", "unit_id", "from_at"),
)

device_credential = station_table(
    "device_credential",
    Column("device_id", Uuid, ForeignKey("device.id", ondelete="CASCADE"), primary_key=True),
    Column("secret_hash", LargeBinary, nullable=False),
    Column("issued_at", DateTime(timezone=True), nullable=False),
    Column("issued_by", Text, nullable=False),
    right="device.admin",
)
"""SHA-256 of a random secret of 192 bits: nothing to guess, so no slow hash is needed."""

device_refusal = station_table(
    "device_refusal",
    Column("device_id", Uuid, ForeignKey("device.id", ondelete="CASCADE"), primary_key=True),
    Column("code", Text, primary_key=True),
    Column("count", BigInteger, nullable=False),
    Column("last_at", DateTime(timezone=True), nullable=False),
)
