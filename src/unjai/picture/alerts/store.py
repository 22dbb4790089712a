"""Rules with their versions, the alerts that they raised, and what the engine remembers across a restart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    Float,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Text,
    Uuid,
    cast,
    delete,
    func,
    select,
    tuple_,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB, insert

from unjai.model.ids import StationId
from unjai.platform.database import Tx, station_table

Row = dict[str, Any]

alert_rule = station_table(
    "alert_rule",
    Column("id", Uuid, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("body", JSONB, nullable=False),
    Column("enabled", Boolean, nullable=False),
    Column("version", Integer, nullable=False),
    Column("made_at", DateTime(timezone=True), nullable=False),
    Column("changed_at", DateTime(timezone=True), nullable=False),
    Column("changed_by", Text, nullable=False),
    Column("removed_at", DateTime(timezone=True)),
)

alert_rule_version = station_table(
    "alert_rule_version",
    Column("rule_id", Uuid, nullable=False),
    Column("version", Integer, nullable=False),
    Column("what", Text, nullable=False),
    Column("body", JSONB, nullable=False),
    Column("enabled", Boolean, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("by", Text, nullable=False),
    PrimaryKeyConstraint("rule_id", "version"),
    CheckConstraint("what IN ('make', 'change', 'on', 'off', 'remove', 'restore')", name="what"),
)

alert = station_table(
    "alert",
    Column("id", Uuid, primary_key=True),
    Column("rule_id", Uuid, nullable=False),
    Column("rule_version", Integer, nullable=False),
    Column("does", Text, nullable=False),
    Column("quiet", Boolean, nullable=False),
    Column("subject", Text, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("since", DateTime(timezone=True), nullable=False),
    Column("cleared_at", DateTime(timezone=True)),
    Column("device_id", Uuid),
    Column("unit_id", Uuid),
    Column("lon", Float(53)),
    Column("lat", Float(53)),
    Column("priority", Integer, nullable=False),
    Column("text_th", Text, nullable=False),
    Column("text_en", Text, nullable=False),
    Column("facts", JSONB, nullable=False),
    CheckConstraint("does IN ('incident', 'notice', 'log')", name="does"),
    Index("ix_alert_rule_at", "rule_id", "at"),
    Index("ix_alert_at", "at"),
)

alert_state = station_table(
    "alert_state",
    Column("rule_id", Uuid, nullable=False),
    Column("subject", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("state", JSONB, nullable=False),
    PrimaryKeyConstraint("rule_id", "subject"),
)
"""What the engine remembers of a rule and a subject, saved with the places in the streams that it reflects."""

alert_verdict = station_table(
    "alert_verdict",
    Column("alert_id", Uuid, primary_key=True),
    Column("rule_id", Uuid, nullable=False, index=True),
    Column("verdict", Text, nullable=False),
    Column("reason", Text, nullable=False, server_default=""),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("by", Text, nullable=False),
    CheckConstraint("verdict IN ('right', 'wrong')", name="verdict"),
)
"""What a person said of an alert; said again it is the newer word, taken back it is gone (the audit log keeps all)."""

rule_proposal = station_table(
    "rule_proposal",
    Column("id", Uuid, primary_key=True),
    Column("rule_id", Uuid, nullable=False, index=True),
    Column("rule_version", Integer, nullable=False),
    Column("param", Text, nullable=False),
    Column("value_from", Float(53), nullable=False),
    Column("value_to", Float(53), nullable=False),
    Column("answers", Integer, nullable=False),
    Column("decided", Text, nullable=False),
    Column("note", Text, nullable=False, server_default=""),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("by", Text, nullable=False),
    CheckConstraint("decided IN ('accepted', 'declined')", name="decided"),
)
"""What was proposed for a rule and what a person made of it, with how many answers it rested on."""

_state = insert(alert_state)
_SAVE_STATE = _state.on_conflict_do_update(
    index_elements=["rule_id", "subject"],
    set_={"version": _state.excluded.version, "state": _state.excluded.state},
)


async def rules_of(tx: Tx, station_id: StationId) -> list[Row]:
    """Return the station's rules that were not removed, oldest first."""
    query = select(alert_rule).where(alert_rule.c.station_id == station_id, alert_rule.c.removed_at.is_(None))
    return await tx.all(query.order_by(alert_rule.c.made_at, alert_rule.c.id))


async def rule_of(tx: Tx, rule_id: UUID, *, hold: bool = False) -> Row | None:
    """Return one rule, removed ones too; `hold` keeps others from changing it until the transaction ends."""
    query = select(alert_rule).where(alert_rule.c.id == rule_id)
    return await tx.one(query.with_for_update() if hold else query)


async def put_rule(tx: Tx, values: Mapping[str, Any], what: str) -> None:
    """Write a rule as it is now, and its version beside it."""
    written = insert(alert_rule).values(**values)
    kept = {name: written.excluded[name] for name in values if name not in ("id", "station_id", "made_at")}
    await tx.execute(written.on_conflict_do_update(index_elements=["id"], set_=kept))
    await tx.execute(
        insert(alert_rule_version).values(
            station_id=values["station_id"],
            rule_id=values["id"],
            version=values["version"],
            what=what,
            body=values["body"],
            enabled=values["enabled"],
            at=values["changed_at"],
            by=values["changed_by"],
        )
    )


async def versions_of(tx: Tx, rule_id: UUID) -> list[Row]:
    """Return all versions of a rule, newest first."""
    query = select(alert_rule_version).where(alert_rule_version.c.rule_id == rule_id)
    return await tx.all(query.order_by(alert_rule_version.c.version.desc()).limit(200))


async def add_alert(tx: Tx, values: Mapping[str, Any]) -> bool:
    """Write an alert; False where it stands there already."""
    written = insert(alert).values(**values).on_conflict_do_nothing().returning(alert.c.id)
    return await tx.scalar(written) is not None


async def clear_alert(tx: Tx, alert_id: UUID, at: datetime) -> None:
    """Say that the state an alert told of is over."""
    await tx.execute(update(alert).where(alert.c.id == alert_id).values(cleared_at=at))


async def alerts_of(
    tx: Tx,
    *,
    rule_id: UUID | None = None,
    device_id: UUID | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    does: Sequence[str] = (),
    limit: int = 200,
) -> list[Row]:
    """Return alerts, newest first: of a rule, about a device, in a span, of some sorts."""
    query = select(alert)
    if rule_id is not None:
        query = query.where(alert.c.rule_id == rule_id)
    if since is not None:
        query = query.where(alert.c.at >= since)
    if device_id is not None:
        query = query.where(alert.c.device_id == device_id)
    if until is not None:
        query = query.where(alert.c.at < until)
    if does:
        query = query.where(alert.c.does.in_(does))
    return await tx.all(query.order_by(alert.c.at.desc(), alert.c.id.desc()).limit(limit))


async def alerts_by_id(tx: Tx, alert_ids: Sequence[UUID]) -> list[Row]:
    """Return alerts by their ids, oldest first; an id that is none of an alert is passed over."""
    if not alert_ids:
        return []
    return await tx.all(select(alert).where(alert.c.id.in_(list(alert_ids))).order_by(alert.c.at, alert.c.id))


async def fired(tx: Tx, since: datetime) -> dict[UUID, tuple[datetime, int]]:
    """Return when each rule raised an alert last, and how often since a moment."""
    count = func.count().filter(alert.c.at >= since).label("count")
    query = select(alert.c.rule_id, func.max(alert.c.at).label("last_at"), count).group_by(alert.c.rule_id)
    return {row["rule_id"]: (row["last_at"], row["count"]) for row in await tx.all(query)}


async def states(tx: Tx, station_id: StationId) -> list[Row]:
    """Return what the engine remembered of the rules as they are now."""
    query = (
        select(alert_state.c.rule_id, alert_state.c.subject, alert_state.c.state)
        .join(alert_rule, alert_rule.c.id == alert_state.c.rule_id)
        .where(alert_state.c.station_id == station_id, alert_rule.c.version == alert_state.c.version)
        .where(alert_rule.c.enabled, alert_rule.c.removed_at.is_(None))
    )
    return await tx.all(query)


async def save_states(tx: Tx, rows: Sequence[Mapping[str, Any]], gone: Sequence[tuple[UUID, str]]) -> None:
    """Write what changed in the engine's memory, and forget what it forgot."""
    if rows:
        await tx.execute(_SAVE_STATE, [dict(row) for row in rows])
    if gone:
        key = tuple_(alert_state.c.rule_id, alert_state.c.subject)
        await tx.execute(delete(alert_state).where(key.in_(list(gone))))


async def measure_alert(
    tx: Tx, *, rule_id: UUID, device_id: UUID, at: datetime, tracks: Sequence[int], measured: Mapping[str, Any]
) -> None:
    """Say what the happening that an alert told of measured in the end; nothing where hold-off kept it untold."""
    mine = (
        alert.c.rule_id == rule_id,
        alert.c.device_id == device_id,
        alert.c.at == at,
        alert.c.facts["tracks"] == cast(list(tracks), JSONB),
    )
    added = alert.c.facts.op("||")(cast({"measured": dict(measured)}, JSONB))
    await tx.execute(update(alert).where(*mine).values(facts=added))


async def alert_of(tx: Tx, alert_id: UUID) -> Row | None:
    """Return one alert."""
    return await tx.one(select(alert).where(alert.c.id == alert_id))


async def put_verdict(tx: Tx, values: Mapping[str, Any]) -> None:
    """Write what a person said of an alert, in place of what was said before."""
    written = insert(alert_verdict).values(**values)
    kept = {name: written.excluded[name] for name in ("verdict", "reason", "at", "by")}
    await tx.execute(written.on_conflict_do_update(index_elements=["alert_id"], set_=kept))


async def drop_verdict(tx: Tx, alert_id: UUID) -> bool:
    """Take back what was said of an alert; tell whether anything was."""
    return int((await tx.execute(delete(alert_verdict).where(alert_verdict.c.alert_id == alert_id))).rowcount) > 0


async def verdicts_on(tx: Tx, alert_ids: Sequence[UUID]) -> dict[UUID, Row]:
    """Return what was said of alerts, by their ids."""
    if not alert_ids:
        return {}
    query = select(alert_verdict).where(alert_verdict.c.alert_id.in_(list(alert_ids)))
    return {row["alert_id"]: row for row in await tx.all(query)}


async def judged_alerts(tx: Tx, rule_id: UUID, *, since: datetime, version: int) -> list[Row]:
    """Return the alerts of a rule that were judged, raised since a moment by a version or a later one, oldest first."""
    joined = alert.join(alert_verdict, alert_verdict.c.alert_id == alert.c.id)
    query = select(alert, alert_verdict.c.verdict).select_from(joined)
    query = query.where(alert.c.rule_id == rule_id, alert.c.at >= since, alert.c.rule_version >= version)
    return await tx.all(query.order_by(alert.c.at, alert.c.id))


async def alerts_told(tx: Tx, rule_id: UUID, *, since: datetime, version: int) -> int:
    """Return how many alerts a rule raised since a moment, by a version or a later one."""
    query = select(func.count()).where(alert.c.rule_id == rule_id, alert.c.at >= since)
    return int(await tx.scalar(query.where(alert.c.rule_version >= version)))


async def proposals_of(tx: Tx, rule_id: UUID) -> list[Row]:
    """Return what was proposed for a rule and decided, newest first."""
    query = select(rule_proposal).where(rule_proposal.c.rule_id == rule_id)
    return await tx.all(query.order_by(rule_proposal.c.at.desc(), rule_proposal.c.id.desc()).limit(50))


async def put_proposal(tx: Tx, values: Mapping[str, Any]) -> None:
    """Write down what a person made of a proposal."""
    await tx.execute(insert(rule_proposal).values(**values))


async def drop_proposal(tx: Tx, proposal_id: UUID) -> None:
    """Forget that a proposal was declined."""
    await tx.execute(delete(rule_proposal).where(rule_proposal.c.id == proposal_id))
