"""The stories of alert rules: make, change, switch, remove, restore; run one on the stored week."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from unjai.model.actor import Actor
from unjai.model.clock import Clock
from unjai.model.errors import UnjaiError, not_found
from unjai.model.ids import StationId, new_id
from unjai.people.flows import list_units
from unjai.picture.alerts import store
from unjai.picture.alerts.events import RulesChanged
from unjai.picture.alerts.reading import UnitNames, check, read_rule
from unjai.picture.alerts.rules.rule import Rule
from unjai.picture.alerts.schemas import RuleBody
from unjai.platform.audit import audit
from unjai.platform.database import Tx
from unjai.platform.outbox import emit
from unjai.territory.view import TerritoryView, territory_of

RULES_MOST = 200
WEEK = timedelta(days=7)


@dataclass(frozen=True, kw_only=True, slots=True)
class Ground:
    """What the forms of a station's rules are read against."""

    station_id: StationId
    territory: TerritoryView
    units: UnitNames

    def rule(self, row: store.Row) -> Rule:
        """Return a stored rule."""
        body = RuleBody.model_validate(row["body"])
        return read_rule(row["id"], row["version"], body, self.station_id, self.territory, self.units)


async def ground_of(tx: Tx, actor: Actor, clock: Clock, *, station_id: StationId | None = None) -> Ground:
    """Return what rules of the station are read against: its territory and its units."""
    station = actor.station if station_id is None else station_id
    units: UnitNames = {}
    if actor.may("unit.read"):
        units = {row.id: row.call_sign for row in await list_units(tx, actor, clock)}
    return Ground(station_id=station, territory=await territory_of(tx, station), units=units)


async def _held(tx: Tx, rule_id: UUID) -> store.Row:
    row = await store.rule_of(tx, rule_id, hold=True)
    if row is None:
        raise not_found("rule", rule_id)
    return row


async def _write(tx: Tx, actor: Actor, clock: Clock, *, row: dict[str, Any], what: str) -> store.Row:
    row = {**row, "changed_at": clock.now(), "changed_by": actor.name}
    await store.put_rule(tx, row, what)
    facts = {"version": row["version"], "kind": row["kind"], "enabled": row["enabled"]}
    station_id = StationId(row["station_id"])
    subject = f"rule:{row['id']}"
    await audit(tx, actor, clock, action=f"rule.{what}", subject=subject, facts=facts, station_id=station_id)
    await emit(tx, clock, RulesChanged(station_id=station_id, rule_id=row["id"]))
    return row


async def make_rule(
    tx: Tx, actor: Actor, clock: Clock, *, body: RuleBody, enabled: bool = True, rule_id: UUID | None = None
) -> store.Row:
    """Make a rule. `rule_id` is the caller's own id for it: sent again, it is the same rule."""
    actor.must("rule.admin")
    ground = await ground_of(tx, actor, clock)
    check(body, ground.territory, ground.units)
    if rule_id is not None and (known := await store.rule_of(tx, rule_id)) is not None:
        return known
    if len(await store.rules_of(tx, ground.station_id)) >= RULES_MOST:
        raise UnjaiError("rules_too_many", 409, limit=RULES_MOST)
    now = clock.now()
    row = {
        "id": rule_id or new_id(now),
        "station_id": ground.station_id,
        "kind": body.kind,
        "body": body.model_dump(mode="json"),
        "enabled": enabled,
        "version": 1,
        "made_at": now,
        "removed_at": None,
    }
    return await _write(tx, actor, clock, row=row, what="make")


async def change_rule(tx: Tx, actor: Actor, clock: Clock, *, rule_id: UUID, body: RuleBody, version: int) -> store.Row:
    """Change a rule; raise `rule_changed` (409) where `version` is not the newest."""
    actor.must("rule.admin")
    row = await _held(tx, rule_id)
    if row["removed_at"] is not None:
        raise not_found("rule", rule_id)
    if row["version"] != version:
        raise UnjaiError("rule_changed", 409, version=row["version"])
    ground = await ground_of(tx, actor, clock, station_id=StationId(row["station_id"]))
    check(body, ground.territory, ground.units)
    said = body.model_dump(mode="json")
    if said == row["body"]:
        return row
    changed = {**row, "kind": body.kind, "body": said, "version": version + 1}
    return await _write(tx, actor, clock, row=changed, what="change")


async def switch_rule(tx: Tx, actor: Actor, clock: Clock, *, rule_id: UUID, enabled: bool) -> store.Row:
    """Switch a rule on or off."""
    actor.must("rule.admin")
    row = await _held(tx, rule_id)
    if row["removed_at"] is not None:
        raise not_found("rule", rule_id)
    if row["enabled"] == enabled:
        return row
    changed = {**row, "enabled": enabled, "version": row["version"] + 1}
    return await _write(tx, actor, clock, row=changed, what="on" if enabled else "off")


async def remove_rule(tx: Tx, actor: Actor, clock: Clock, *, rule_id: UUID) -> store.Row:
    """Remove a rule; what it raised stays, and `restore_rule` takes the removal back."""
    actor.must("rule.admin")
    row = await _held(tx, rule_id)
    if row["removed_at"] is not None:
        return row
    changed = {**row, "removed_at": clock.now(), "version": row["version"] + 1}
    return await _write(tx, actor, clock, row=changed, what="remove")


async def restore_rule(tx: Tx, actor: Actor, clock: Clock, *, rule_id: UUID) -> store.Row:
    """Take the removal of a rule back."""
    actor.must("rule.admin")
    row = await _held(tx, rule_id)
    if row["removed_at"] is None:
        return row
    changed = {**row, "removed_at": None, "version": row["version"] + 1}
    return await _write(tx, actor, clock, row=changed, what="restore")
