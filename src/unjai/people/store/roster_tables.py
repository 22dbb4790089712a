"""The tables of rosters and crews: who is planned where, and who was on duty with whom."""

from __future__ import annotations

from sqlalchemy import Boolean, CheckConstraint, Column, Date, DateTime, ForeignKey, Index, Integer, Text, Uuid, text

from unjai.people.rules.crew import CREW_KINDS, LINES
from unjai.platform.database import station_table


def _one_of(column: str, values: tuple[str, ...]) -> str:
    return f"{column} IN ({', '.join(repr(value) for value in values)})"


duty_crew = station_table(
    "duty_crew",
    Column("id", Uuid, primary_key=True),
    Column("duty_id", Uuid, ForeignKey("duty.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("account_id", Uuid, ForeignKey("account.id"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("line", Text, nullable=False),
    Column("own_phone", Boolean, nullable=False),
    Column("from_at", DateTime(timezone=True), nullable=False),
    Column("to_at", DateTime(timezone=True), nullable=True),
    Column("came_at", DateTime(timezone=True), nullable=False),
    Column("signed_on_by", Text, nullable=False),
    Column("signed_off_by", Text, nullable=True),
    Column("why", Text, nullable=False, server_default=text("''")),
    CheckConstraint(_one_of("kind", CREW_KINDS), name="kind"),
    CheckConstraint(_one_of("line", LINES), name="line"),
    CheckConstraint("why IN ('', 'officer_left', 'unit_off', 'forgotten')", name="why"),
    CheckConstraint("to_at IS NULL OR to_at >= from_at", name="order"),
    Index("ux_duty_crew_open", "account_id", unique=True, postgresql_where=text("to_at IS NULL")),
    Index("ix_duty_crew_account_id_from_at", "account_id", "from_at"),
)
"""One person's stay in a duty. `came_at` is when the centre heard of it; `why` is who ended it if they did not."""

roster_unit = station_table(
    "roster_unit",
    Column("id", Uuid, primary_key=True),
    Column("day", Date, nullable=False),
    Column("shift_id", Uuid, ForeignKey("shift.id", ondelete="CASCADE"), nullable=False),
    Column("unit_id", Uuid, ForeignKey("unit.id", ondelete="CASCADE"), nullable=False),
    Column("call_sign", Text, nullable=False),
    Column("vehicle", Text, nullable=False),
    Column("registration", Text, nullable=False),
    Column("beat", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("changed_at", DateTime(timezone=True), nullable=False),
    Column("changed_by", Text, nullable=False),
    Index("ux_roster_unit", "day", "shift_id", "unit_id", unique=True),
    Index("ix_roster_unit_unit_id", "unit_id", "day"),
)
"""A unit planned for a shift of a day. `call_sign`, vehicle and plate are empty where the unit's own hold; `beat` is
the code of a patrol beat, known above."""

roster_crew = station_table(
    "roster_crew",
    Column("roster_id", Uuid, ForeignKey("roster_unit.id", ondelete="CASCADE"), primary_key=True),
    Column("account_id", Uuid, ForeignKey("account.id"), primary_key=True, index=True),
    Column("line", Text, nullable=False),
    CheckConstraint(_one_of("line", LINES), name="line"),
)
